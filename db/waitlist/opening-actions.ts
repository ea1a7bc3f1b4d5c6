/** What patients and staff do with a freed time (scheduling-intake.md D2, features C5, C6 and C11), inside one transaction. */
import { localDateOf, isoDurationToMs } from '../../domain/calendar/calendar.ts';
import { eligibilityProblem } from '../../domain/coverage/eligibility.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import type {
  OpeningAction,
  OpeningActionInput,
  OpeningActionRequest,
  OpeningSettled,
} from '../../workflows/messages/opening.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { giveTime } from './opening-accept.ts';
import { changeOpening, endOffer, releaseOffered, takeBackOffer } from './opening-changes.ts';
import { readPatient } from './opening-offers.ts';
import { pinProblems } from './opening-rank.ts';
import {
  isLive,
  liveOffers,
  settledOpening,
  type OfferRow,
  type OpeningCase,
  type OpeningRow,
} from './opening-view.ts';
import { markActive, promoteEntry } from './waitlist-entry-state.ts';
import { lockEntry, type EntryRow } from './waitlist-entry-view.ts';

interface Step {
  readonly trx: Trx;
  readonly context: ChangeContext;
  readonly opening: OpeningCase;
  readonly input: OpeningActionInput;
}
type Outcome = Partial<Omit<OpeningSettled, 'opening' | 'offers'>> & { readonly row: OpeningRow };

const actions: Readonly<Record<OpeningAction, (step: Step) => Promise<Outcome>>> = {
  accept,
  decline,
  extend,
  pause: (step) => setPaused(step, true),
  resume: (step) => setPaused(step, false),
  skip,
  pin,
  fill,
  close,
};
const ofAnOffer: ReadonlySet<OpeningAction> = new Set(['accept', 'decline', 'extend']);

/** @throws DomainError `forbidden`, and what the action is refused with */
export async function carryOutAction(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  { action, input, actor }: OpeningActionRequest,
): Promise<OpeningSettled> {
  if (actor.kind === 'patient' ? !ofAnOffer.has(action) : !mayManage(actor)) throw new DomainError('forbidden');
  // An offer that is over answers 410, also when its opening has ended.
  if (!ofAnOffer.has(action) && !isLive(opening.row))
    throw new DomainError('invalid-transition', refused(opening, action));
  const { row, ...extra } = await actions[action]({ trx, context, opening, input });
  return settledOpening(trx, row, context.at, extra);
}

const mayManage = (actor: OpeningActionRequest['actor']): boolean =>
  actor.kind === 'system' || actor.permissions.includes('waitlist:manage');

const refused = ({ row }: OpeningCase, event: string, from: string = row.state): Omit<ProblemDetail, 'code'> => ({
  data: { from, event },
});

/**
 * The offer that is meant, live, with its entry locked.
 * @throws DomainError `not-found`; `forbidden` for another patient's; `offer-expired` (410) once it is over by itself or was
 * taken back; `invalid-transition` once it was answered
 */
async function answerable(
  { trx, context, opening, input }: Step,
  event: string,
): Promise<readonly [OfferRow, EntryRow]> {
  const { offerId } = input;
  const find = (): Promise<OfferRow | undefined> =>
    trx('waitlist_offer').where({ id: offerId, opening_id: opening.row.id }).first<OfferRow | undefined>();
  const named = offerId === undefined ? undefined : await find();
  if (named === undefined) throw new DomainError('not-found');
  if (context.actor.kind === 'patient' && context.actor.patientId !== named.patient_id)
    throw new DomainError('forbidden');
  const entry = await lockEntry(trx, named.entry_id);
  // Once more: whoever held the entry may have taken the offer back.
  const offer = (await find()) ?? named;
  if (offer.state === 'accepted' || offer.state === 'declined')
    throw new DomainError('invalid-transition', refused(opening, event, offer.state));
  if (!isLive(opening.row) || offer.state !== 'offered' || context.at.getTime() >= offer.expires_at.getTime())
    throw new DomainError('offer-expired', { data: { expiresAt: offer.expires_at.toISOString() } });
  return [offer, entry];
}

const viaOf = ({ context, input }: Step): string =>
  input.via ?? (context.actor.kind === 'patient' ? 'portal' : context.actor.kind === 'staff' ? 'front-desk' : 'system');

async function accept(step: Step): Promise<Outcome> {
  const [offer, entry] = await answerable(step, 'accept');
  return acceptOffer(step, offer, entry);
}

async function acceptOffer(step: Step, offer: OfferRow, entry: EntryRow): Promise<Outcome> {
  const { trx, context, opening } = step;
  const ended = await endOffer(trx, context, offer, { event: 'accept', to: 'accepted', via: viaOf(step) });
  if (!ended) throw new DomainError('offer-expired');
  return fillWith(step, offer.patient_id, entry, opening);
}

/** The others of a batch hear at once that somebody was faster. */
async function fillWith(
  { trx, context }: Step,
  patientId: string,
  entry: EntryRow | null,
  opening: OpeningCase,
): Promise<Outcome> {
  const { row } = opening;
  for (const offer of byEntry(await liveOffers(trx, row.id))) {
    await takeBackOffer(trx, context, offer, { event: 'supersede', reason: 'filled', entryEvent: 'supersede' });
  }
  const given = await giveTime(trx, context, opening, { patientId, entry });
  const { appointment } = given.settled;
  const withdrawnFrom = entry === null ? [] : (await promoteEntry(trx, context, entry.id, appointment.id)).openings;
  const filled = await changeOpening(trx, context, row, {
    event: 'fill',
    to: 'filled',
    columns: { filled_appointment_id: appointment.id, filled_entry_id: entry?.id ?? null },
    data: { patientId, appointmentId: appointment.id, entryId: entry?.id ?? null },
  });
  return {
    row: filled,
    appointment,
    ...(given.start !== undefined && { startAppointment: given.start }),
    ...(given.movedId !== undefined && { movedAppointmentId: given.movedId }),
    ...(given.openings.length > 0 && { openings: given.openings }),
    ...(entry !== null && { entries: [entry.id] }),
    ...(withdrawnFrom.length > 0 && { withdrawnFrom }),
  };
}

const byEntry = (offers: readonly OfferRow[]): OfferRow[] =>
  offers.toSorted((a, b) => (a.entry_id < b.entry_id ? -1 : 1));

async function decline(step: Step): Promise<Outcome> {
  const { trx, context, opening, input } = step;
  const [offer] = await answerable(step, 'decline');
  const ended = await endOffer(trx, context, offer, {
    event: 'decline',
    to: 'declined',
    via: viaOf(step),
    reason: input.reason,
  });
  if (!ended) throw new DomainError('offer-expired');
  await markActive(trx, context, offer.entry_id, 'decline', { openingId: opening.row.id, offerId: offer.id });
  return { row: opening.row };
}

/** Once, and never beyond the release. */
async function extend(step: Step): Promise<Outcome> {
  const { trx, context, opening } = step;
  const { row, policy } = opening;
  const [offer] = await answerable(step, 'extend');
  const releaseAt = row.release_at?.getTime() ?? row.start_at.getTime();
  const expires = new Date(Math.min(offer.expires_at.getTime() + isoDurationToMs(policy.extension), releaseAt));
  if (offer.extended || expires.getTime() <= offer.expires_at.getTime())
    throw new DomainError('guard-failed', { data: { guard: offer.extended ? 'extended-already' : 'release-time' } });
  const changed = await trx('waitlist_offer')
    .where({ id: offer.id, state: 'offered' })
    .update({ extended: true, expires_at: expires });
  if (changed === 0) throw new DomainError('offer-expired');
  await trx('staff_task')
    .where({ subject_type: 'waitlist-offer', subject_id: offer.id, state: 'open' })
    .update({ due_at: expires });
  await trx('notification')
    .where({ aggregate: 'waitlist-offer', aggregate_id: offer.id, kind: 'waitlist-offer', state: 'queued' })
    .update({ useful_until: expires });
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: 'waitlist-offer',
    aggregateId: offer.id,
    event: 'extend',
    from: 'offered',
    to: 'offered',
    actor: context.actor,
    at: context.at,
    data: { patientId: offer.patient_id, openingId: row.id, expiresAt: expires.toISOString() },
    opKey: context.opKey,
  });
  return { row };
}

/** Nobody new is asked; an offer that stands keeps standing, and the release keeps its time. */
async function setPaused({ trx, context, opening }: Step, paused: boolean): Promise<Outcome> {
  const { row } = opening;
  const event = paused ? 'pause' : 'resume';
  if (row.paused === paused)
    throw new DomainError('invalid-transition', refused(opening, event, row.paused ? 'paused' : row.state));
  return { row: await changeOpening(trx, context, row, { event, to: row.state, columns: { paused } }) };
}

/** On to the next: no mark against the patient. */
async function skip({ trx, context, opening, input }: Step): Promise<Outcome> {
  const live = await liveOffers(trx, opening.row.id);
  const offer = input.offerId === undefined ? live[0] : live.find(({ id }) => id === input.offerId);
  if (offer === undefined || (input.offerId === undefined && live.length > 1))
    throw new DomainError('invalid-transition', refused(opening, 'skip'));
  const ended = await takeBackOffer(trx, context, offer, {
    event: 'withdraw',
    reason: input.reason ?? 'skipped',
    entryEvent: 'skip',
  });
  if (!ended) throw new DomainError('invalid-transition', refused(opening, 'skip'));
  return { row: opening.row };
}

async function pin({ trx, context, opening, input }: Step): Promise<Outcome> {
  const { entryId } = input;
  const problems = entryId === undefined ? null : await pinProblems(trx, opening, entryId, context.at.getTime());
  if (entryId === undefined || problems === null) throw new DomainError('not-found');
  if (problems.length > 0)
    throw new DomainError('guard-failed', { data: { guard: 'cannot-be-asked', reasons: problems } });
  const row = await changeOpening(trx, context, opening.row, {
    event: 'pin',
    to: opening.row.state,
    columns: { pinned_entry_id: entryId },
    data: { entryId },
  });
  return { row };
}

/** By telephone, also while somebody is asked: that offer is taken back, with a message. */
async function fill(step: Step): Promise<Outcome> {
  const { trx, context, opening, input } = step;
  const { row, limits } = opening;
  const { patientId } = input;
  if (patientId === undefined) throw new DomainError('validation-failed');
  const visitTypeId = input.visitTypeId ?? opening.visitType.id;
  // The rooms and the length that are kept are those of the visit that was cancelled.
  if (visitTypeId !== opening.visitType.id) {
    throw new DomainError('validation-failed', {
      errors: [
        { path: '/visitTypeId', code: 'not-this-opening', message: 'The freed time is kept for another visit type.' },
      ],
    });
  }
  const patient = await readPatient(trx, patientId, context.at);
  if (patient === null) throw new DomainError('not-found');
  const ineligible = eligibilityProblem(limits, patient, {
    date: localDateOf(row.start_at.getTime(), row.tz),
    mode: row.mode,
    bySelf: false,
  });
  if (ineligible !== null) throw new DomainError(ineligible.code, ineligible);
  const wish = await trx('waitlist_entry_visit_type')
    .where({ patient_id: patientId, visit_type_id: visitTypeId, live: true })
    .first<{ entry_id: string } | undefined>('entry_id');
  for (const offer of byEntry(await liveOffers(trx, row.id))) {
    // Whoever is asked just now and says yes on the telephone has accepted.
    if (offer.entry_id === wish?.entry_id && context.at.getTime() < offer.expires_at.getTime())
      return acceptOffer(step, offer, await lockEntry(trx, offer.entry_id));
  }
  for (const offer of byEntry(await liveOffers(trx, row.id))) {
    await takeBackOffer(trx, context, offer, { event: 'withdraw', reason: 'filled', entryEvent: 'withdraw-offer' });
  }
  const entry = wish === undefined ? null : await lockEntry(trx, wish.entry_id);
  return fillWith(step, patientId, entry, opening);
}

/** Nobody is asked any more, and the time is everybody's. */
async function close({ trx, context, opening, input }: Step): Promise<Outcome> {
  const reason = input.reason ?? 'closed';
  for (const offer of byEntry(await liveOffers(trx, opening.row.id))) {
    await takeBackOffer(trx, context, offer, { event: 'withdraw', reason: 'closed', entryEvent: 'withdraw-offer' });
  }
  await releaseOffered(trx, opening.row.id, context.at);
  const row = await changeOpening(trx, context, opening.row, {
    event: 'close',
    to: 'closed',
    columns: { closed_reason: reason },
    reason,
  });
  return { row };
}
