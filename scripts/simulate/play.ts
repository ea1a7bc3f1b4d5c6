/**
 * Plays a season under one policy: books the visits, lets people join, cancels, and answers offers as the season says, on the
 * clock of the time-skipping server. It steps from one known instant to the next (somebody joins, cancels or answers, an
 * offer ends, a time is released, the morning comes) and waits at each until the processes have looked.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../domain/errors.ts';
import type { WaitlistPolicy } from '../../domain/policies.ts';
import { liveOpeningStates } from '../../domain/waitlist/waitlist.ts';
import { matrix } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import { openingOperationKey } from '../../workflows/messages/opening.ts';
import type { OfferView, OpeningSettled } from '../../workflows/messages/opening.ts';
import { waitlistEntryOperationKey } from '../../workflows/messages/waitlist-entry.ts';
import { openSimulatedClinic, seenAt, wholeMinute } from './clinic.ts';
import type { ClinicParts } from './clinic.ts';
import { furnish } from './furnish.ts';
import { answerOf } from './season.ts';
import type { Season, SeasonEntry, SeasonVisit } from './season.ts';

export interface Played {
  readonly organizationId: string;
  /** What the processes did not do in time; a season with any is not to be trusted. */
  readonly stalled: number;
  /** When the last freed time of the season had ended, epoch milliseconds. */
  readonly endedAt: number;
  /** Answers that came, and were refused (the patient has another visit at that hour by now). */
  readonly refused: number;
}

export interface PlayParts extends Omit<ClinicParts, 'onLook'> {
  readonly season: Season;
  readonly policy: WaitlistPolicy;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
  readonly say?: ((detail: string) => void) | undefined;
}

const staff: Actor = {
  kind: 'staff',
  ref: 'user:00000000-0000-4000-8000-000000000007',
  permissions: [...matrix.administrator],
};
const patient = (patientId: string): Actor => ({
  kind: 'patient',
  ref: `patient:${patientId}`,
  patientId,
  permissions: [...matrix.patient],
});

interface Moment {
  readonly at: number;
  /** Which of several at one instant comes first; the same in every run. Moments without anything to do come last. */
  readonly key?: string | undefined;
  happens?(): Promise<void>;
}

export async function playSeason(parts: PlayParts): Promise<Played> {
  const { season, policy, signal, say = () => undefined } = parts;
  const known = new Map<string, OpeningSettled>();
  /** Openings that must look again, in a look that begins after this number. */
  const owed = new Map<string, number>();
  const asked = new Set<string>();
  const agenda = createAgenda();
  const clinic = await openSimulatedClinic({
    ...parts,
    onLook(settled, startedAs) {
      const { id } = settled.opening;
      known.set(id, settled);
      if (startedAs > (owed.get(id) ?? Infinity)) owed.delete(id);
      for (const offer of settled.offers) if (!asked.has(offer.id)) expectAnswer(settled, offer);
      for (const at of [settled.opening.releaseAt, settled.lookAgainAt])
        if (at !== null) agenda.add({ at: seenAt(Date.parse(at)) });
    },
  });
  const { admin, gateway } = clinic;
  const byEntryId = new Map<string, SeasonEntry>();
  const called = new Set<string>();
  let [stalled, refused] = [0, 0];

  function expectAnswer({ opening }: OpeningSettled, offer: OfferView): void {
    asked.add(offer.id);
    const ends = Date.parse(offer.expiresAt);
    agenda.add({ at: seenAt(ends) });
    const entry = byEntryId.get(offer.entryId);
    if (entry === undefined) return;
    const practitioner = opening.practitionerId === null ? -1 : practitioners.indexOf(opening.practitionerId);
    const answer = answerOf(season.parameters, entry, { practitioner, start: Date.parse(opening.start) });
    const at = Date.parse(offer.offeredAt) + Math.ceil(answer.afterMinutes) * 60_000;
    // A word after the end is no word: the link would say so.
    if (answer.says !== 'nothing' && at < ends)
      agenda.add({
        at,
        key: `answer ${entry.key}`,
        happens: () => answerOffer(opening.id, offer, answer.says as 'accept' | 'decline', entry),
      });
  }

  async function answerOffer(
    openingId: string,
    offer: OfferView,
    action: 'accept' | 'decline',
    entry: SeasonEntry,
  ): Promise<void> {
    if (known.get(openingId)?.offers.some(({ id }) => id === offer.id) !== true) return;
    const begun = clinic.looksBegun();
    try {
      await gateway.actOnOpening(furnished.organizationId, openingId, {
        action,
        input: { offerId: offer.id, via: entry.byCall ? 'front-desk' : 'mail' },
        actor: entry.byCall ? staff : patient(offer.patientId),
        operation: { key: openingOperationKey(openingId, randomUUID()), inputHash: action },
      });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refused += 1;
      return;
    }
    if (action === 'decline') return void owed.set(openingId, begun);
    known.delete(openingId);
    await expectOpenings({ chain_of: openingId });
    await clinic.ended(openingId);
  }

  async function expectOpenings(where: Record<string, string>): Promise<void> {
    const rows = await admin('opening')
      .where(where)
      .whereIn('state', [...liveOpeningStates])
      .select<{ id: string }[]>('id');
    for (const { id } of rows) if (!known.has(id)) owed.set(id, 0);
  }

  /** Until every process that has something to do at this instant has done it. */
  async function settle(): Promise<void> {
    const giveUp = performance.now() + 10_000;
    for (;;) {
      const now = await clinic.now();
      const waits = owed.size > 0 || [...known.values()].some((settled) => isDue(settled, now));
      if (!waits) return;
      if (performance.now() > giveUp) {
        stalled += 1;
        owed.clear();
        for (const [id, settled] of known) if (isDue(settled, now)) known.delete(id);
        return;
      }
      await sleep(4);
    }
  }

  async function callPaused(now: number): Promise<void> {
    const paused = await admin('waitlist_entry')
      .where({ organization_id: furnished.organizationId, state: 'paused' })
      .select<{ id: string; version: number }[]>('id', 'version');
    for (const { id, version } of paused) {
      const once = `${id}/${version}`;
      if (called.has(once)) continue;
      called.add(once);
      agenda.add({
        at: now + season.parameters.callPausedAfterHours * 3_600_000,
        key: `resume ${byEntryId.get(id)?.key}`,
        happens: async () => {
          await gateway
            .actOnWaitlistEntry(furnished.organizationId, id, {
              action: 'resume',
              input: {},
              actor: staff,
              operation: { key: waitlistEntryOperationKey(id, randomUUID()), inputHash: 'resume' },
            })
            .catch(refusedIsFine);
        },
      });
    }
  }

  // --- The clinic before its season ----------------------------------------------------------------------------------

  const furnished = await furnish(admin, season.parameters, policy);
  const practitioners = furnished.practitionerIds;

  async function book(visit: SeasonVisit, patientId: string): Promise<string> {
    const appointmentId = randomUUID();
    const outcome = await gateway.bookAppointment({
      organizationId: furnished.organizationId,
      appointmentId,
      operation: { key: appointmentOperationKey(appointmentId, 'start'), inputHash: 'book' },
      actor: staff,
      command: {
        event: 'book',
        mode: 'in-person',
        patientId,
        visitTypeId: furnished.visitTypeId,
        practitionerId: practitioners[visit.practitioner]!,
        start: new Date(visit.start).toISOString(),
      },
    });
    if (!outcome.ok) throw new Error(`A visit of the season could not be booked: ${outcome.problem.code}`);
    return appointmentId;
  }

  async function join(entry: SeasonEntry, patientId: string, currentAppointmentId: string | null): Promise<void> {
    const entryId = idFor(entry.key);
    byEntryId.set(entryId, entry);
    const outcome = await gateway.joinWaitlist({
      organizationId: furnished.organizationId,
      entryId,
      patientId,
      actor: staff,
      operation: { key: waitlistEntryOperationKey(entryId, 'start'), inputHash: 'join' },
      wish: {
        visitTypeIds: [furnished.visitTypeId],
        providerIds: entry.practitioner === null ? null : [practitioners[entry.practitioner]!],
        locationIds: [],
        modes: ['in-person'],
        days: entry.days,
        timeFrom: entry.hours?.from ?? null,
        timeTo: entry.hours?.to ?? null,
        earliest: null,
        latest: null,
        urgency: entry.urgency,
        currentAppointmentId,
        minGainDays: 2,
        maxTravelKm: null,
        noticeMinutes: entry.noticeMinutes,
      },
    });
    if (!outcome.ok) throw new Error(`Somebody could not join: ${outcome.problem.code}`);
  }

  async function prepare(): Promise<void> {
    await clinic.until(season.opensAt);
    const works: (() => Promise<void>)[] = [];
    for (const cancellation of season.cancellations) {
      works.push(async () => {
        const { visit } = cancellation;
        const id = await book(visit, await furnished.addPatient({ birth_date: '1980-01-01', email: 'x@example.org' }));
        agenda.add({
          at: cancellation.at,
          key: visit.key,
          async happens() {
            await gateway.actOnAppointment(furnished.organizationId, id, {
              action: 'cancel',
              input: { reason: 'patient-request' },
              actor: staff,
              operation: { key: appointmentOperationKey(id, randomUUID()), inputHash: 'cancel' },
            });
            await expectOpenings({ source_appointment_id: id });
          },
        });
      });
    }
    for (const entry of season.entries) {
      works.push(async () => {
        const { birthDate: birth_date, language, byCall, visit } = entry;
        const email = byCall ? null : 'x@example.org';
        const patientId = await furnished.addPatient({ birth_date, language, email });
        const current = visit === null ? null : await book(visit, patientId);
        agenda.add({ at: entry.joinsAt, key: `join ${entry.key}`, happens: () => join(entry, patientId, current) });
      });
    }
    const all = works.length;
    const next = async (): Promise<void> => {
      for (let work = works.pop(); work !== undefined; work = works.pop()) {
        signal?.throwIfAborted();
        say(`booking, ${all - works.length} of ${all}`);
        await work();
      }
    };
    await Promise.all([next(), next(), next(), next()]);
  }

  // --- Day after day --------------------------------------------------------------------------------------------------

  try {
    await prepare();
    for (let moment = agenda.next(); moment !== undefined; moment = agenda.next()) {
      signal?.throwIfAborted();
      await clinic.until(moment.at);
      await settle();
      await moment.happens?.();
      await settle();
      if (moment.happens === undefined) await callPaused(moment.at);
      for (const [id, { opening }] of known) {
        if (liveOpeningStates.has(opening.state)) continue;
        known.delete(id);
        await clinic.ended(id);
      }
      say(
        `day ${Math.floor((moment.at - season.startsAt) / 86_400_000) + 1}, ${known.size} times open, ${asked.size} offers`,
      );
      if (moment.at > season.endsAt && known.size === 0) break;
    }
    return { organizationId: furnished.organizationId, endedAt: await clinic.now(), stalled, refused };
  } finally {
    await clinic.close();
  }
}

const isDue = ({ opening, offers, lookAgainAt }: OpeningSettled, now: number): boolean =>
  liveOpeningStates.has(opening.state) &&
  [opening.releaseAt, lookAgainAt, ...offers.map(({ expiresAt }) => expiresAt)].some(
    (at) => at !== null && Date.parse(at) <= wholeMinute(now),
  );

const refusedIsFine = (error: unknown): void => {
  if (!(error instanceof DomainError)) throw error;
};

/** Where all else is equal the waitlist goes by id: an id that begins with the person's own letters is the same order each time. */
function idFor(key: string): string {
  const own = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return `${own.slice(0, 8)}-${own.slice(8)}${randomUUID().slice(13)}`;
}

const comesBefore = (a: Moment, b: Moment): boolean =>
  a.at !== b.at ? a.at < b.at : a.happens !== undefined && (b.happens === undefined || (a.key ?? '') < (b.key ?? ''));

/** What is to come, by time. */
function createAgenda(): { add(moment: Moment): void; next(): Moment | undefined } {
  const moments: Moment[] = [];
  return {
    add(moment) {
      let [low, high] = [0, moments.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (comesBefore(moment, moments[middle]!)) high = middle;
        else low = middle + 1;
      }
      moments.splice(low, 0, moment);
    },
    next: () => moments.shift(),
  };
}
