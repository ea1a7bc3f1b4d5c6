/** Whether a wish can be waited for, and how long it is: checked when it is made and whenever it changes. */
import { addDays, isoDurationToMs, localDateOf, startOfLocalDate } from '../calendar/calendar.ts';
import {
  ageProblem,
  unfitForVisit,
  unfitPerson,
  type EligibilityLimits,
  type PatientFit,
} from '../coverage/eligibility.ts';
import { DomainError, type ProblemDetail } from '../errors.ts';
import type { WaitlistPolicy } from '../policies.ts';
import type { VisitMode } from '../schedule/schedule.ts';

/** The parts of a wish that decide about it. Dates are local dates of the places, both inclusive. */
export interface WishTerms {
  readonly visitTypeIds: readonly string[];
  readonly providerIds: readonly string[] | null;
  readonly locationIds: readonly string[];
  readonly modes: readonly VisitMode[];
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  readonly earliest: string | null;
  readonly latest: string | null;
  readonly currentAppointmentId: string | null;
  readonly minGainDays: number;
  readonly maxTravelKm: number | null;
  readonly noticeMinutes: number;
}

/** What the wish names, as far as it exists. Instants are epoch milliseconds. */
export interface WishFacts {
  readonly visitTypes: ReadonlyMap<
    string,
    EligibilityLimits & { readonly selfSchedulable: boolean; readonly waitlisted: boolean }
  >;
  /** Time zones of the places that are open, all of them. */
  readonly locations: ReadonlyMap<string, string>;
  readonly providerIds: ReadonlySet<string>;
  readonly patient: PatientFit;
  /** The visit an earlier one would replace, if it is the patient's. */
  readonly current: CurrentVisit | null;
}

export interface CurrentVisit {
  readonly visitTypeId: string;
  readonly status: string;
  readonly start: number | null;
}

const invalid = (path: string, code: string, message: string): ProblemDetail => ({
  code: 'validation-failed',
  errors: [{ path, code, message }],
});

/**
 * Null when it can be waited for.
 * @param at now, epoch milliseconds
 */
export function wishProblem(
  wish: WishTerms,
  facts: WishFacts,
  asked: { readonly at: number; readonly bySelf: boolean; readonly policy: WaitlistPolicy },
): ProblemDetail | null {
  return unfitPerson(facts.patient) ?? formProblem(wish, facts, asked.at) ?? visitTypesProblem(wish, facts, asked);
}

function formProblem(wish: WishTerms, facts: WishFacts, at: number): ProblemDetail | null {
  const { timeFrom, timeTo, earliest, latest } = wish;
  const { current } = facts;
  if (wish.visitTypeIds.length === 0) return invalid('/visitTypeIds', 'required', 'Say what the patient waits for.');
  if (wish.modes.length === 0) return invalid('/modes', 'required', 'Say at least one way of the visit.');
  if ((timeFrom === null) !== (timeTo === null)) return invalid('/timeTo', 'both-or-none', 'Send both times, or none.');
  if (timeFrom !== null && timeTo !== null && timeFrom > timeTo)
    return invalid('/timeTo', 'before-from', 'The last time lies before the first.');
  if (earliest !== null && latest !== null && earliest > latest)
    return invalid('/latest', 'before-earliest', 'The last day lies before the first.');
  if (latest !== null && latestEnd(latest, wish, facts) <= at)
    return invalid('/latest', 'past', 'The last day is over.');
  if (wish.minGainDays < 0) return invalid('/minGainDays', 'too-small', 'Send zero days or more.');
  if (wish.noticeMinutes < 0) return invalid('/noticeMinutes', 'too-small', 'Send zero minutes or more.');
  if (wish.maxTravelKm !== null && wish.maxTravelKm <= 0)
    return invalid('/maxTravelKm', 'too-small', 'Send at least one kilometre, or none for no limit.');
  if (wish.locationIds.some((id) => !facts.locations.has(id)))
    return invalid('/locationIds', 'unknown', 'There is no such place.');
  if ((wish.providerIds ?? []).some((id) => !facts.providerIds.has(id)))
    return invalid('/providerIds', 'unknown', 'There is no such practitioner.');
  if (wish.currentAppointmentId === null) return null;
  if (current?.status !== 'booked' || current.start === null || current.start <= at)
    return invalid(
      '/currentAppointmentId',
      'not-to-come',
      'Only a booked visit of the patient can be brought forward.',
    );
  return wish.visitTypeIds.includes(current.visitTypeId)
    ? null
    : invalid('/visitTypeIds', 'not-of-the-visit', 'Name the visit type of the visit that is to be brought forward.');
}

function visitTypesProblem(
  wish: WishTerms,
  facts: WishFacts,
  { at, bySelf, policy }: { readonly at: number; readonly bySelf: boolean; readonly policy: WaitlistPolicy },
): ProblemDetail | null {
  const zone = zonesOf(wish, facts)[0]!;
  const first = [localDateOf(at, zone), wish.earliest ?? ''].toSorted().at(-1)!;
  const last = wish.latest ?? localDateOf(at + isoDurationToMs(policy.entryLifetime), zone);
  for (const id of wish.visitTypeIds) {
    const visitType = facts.visitTypes.get(id);
    if (visitType === undefined) return invalid('/visitTypeIds', 'unknown', 'There is no such visit type.');
    if (!visitType.waitlisted) return invalid('/visitTypeIds', 'no-waitlist', 'Nobody waits for this visit type.');
    if (bySelf && !visitType.selfSchedulable)
      return {
        code: 'guard-failed',
        detail: 'The clinic books this kind of visit. Please call.',
        data: { guard: 'not-self-schedulable' },
      };
    const unfit = wish.modes.map((mode) => unfitForVisit(visitType, facts.patient, mode));
    if (unfit.every((problem) => problem !== null)) return unfit[0]!;
    // Whose birthday comes before the wait is over may wait for it. An age that is not known can never be offered (D2).
    const { birthDate } = facts.patient;
    const young = ageProblem(visitType, birthDate, first, true);
    if (young !== null && ageProblem(visitType, birthDate, last, true) !== null) return young;
  }
  return null;
}

export interface Expiry {
  /** Epoch milliseconds. */
  readonly at: number;
  /** It ends with the visit that was to be brought forward: nobody needs to be told. */
  readonly byVisit: boolean;
}

/** The end of `latest` at the last of the places, else `entryLifetime` after joining; never after the visit it would replace. */
export function expiryOf(
  wish: Pick<WishTerms, 'latest' | 'locationIds'>,
  facts: Pick<WishFacts, 'locations' | 'current'>,
  joinedAt: number,
  policy: WaitlistPolicy,
): Expiry {
  const own =
    wish.latest === null ? joinedAt + isoDurationToMs(policy.entryLifetime) : latestEnd(wish.latest, wish, facts);
  const visit = facts.current;
  if (visit === null || visit.start === null || ['cancelled', 'entered-in-error'].includes(visit.status))
    return { at: own, byVisit: false };
  return visit.start <= own ? { at: visit.start, byVisit: true } : { at: own, byVisit: false };
}

/** The date is of each place: over where it ends last. */
function latestEnd(latest: string, wish: Pick<WishTerms, 'locationIds'>, facts: Pick<WishFacts, 'locations'>): number {
  return Math.max(...zonesOf(wish, facts).map((zone) => startOfLocalDate(addDays(latest, 1), zone)));
}

function zonesOf(
  { locationIds }: Pick<WishTerms, 'locationIds'>,
  { locations }: Pick<WishFacts, 'locations'>,
): string[] {
  const named = locationIds.flatMap((id) => locations.get(id) ?? []);
  const zones = named.length > 0 ? named : [...locations.values()];
  return zones.length > 0 ? [...new Set(zones)] : ['UTC'];
}

/** @throws DomainError the problem */
export function assertWish(...parameters: Parameters<typeof wishProblem>): void {
  const problem = wishProblem(...parameters);
  if (problem !== null) throw new DomainError(problem.code, problem);
}

/** When the coming end is announced; null when there is no time left to, or nobody to tell. */
export function expiryNoticeAt(expiry: Expiry, at: number, policy: WaitlistPolicy): number | null {
  const due = expiry.at - isoDurationToMs(policy.expiryNotice);
  return expiry.byVisit || due <= at ? null : due;
}
