/**
 * What is said to a wish, and to a freed time, as the routes and the offer's link say it: a repeat is recognized before
 * anything else, what is over for ever is answered from Postgres, everything else is the process's to answer (C5: a live
 * offer is never refused on the strength of a read).
 */
import { readAppointment } from '../../db/appointments/appointment-view.ts';
import { toOpeningView, type OpeningRow } from '../../db/waitlist/opening-view.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import { readEntryRow, toEntryView } from '../../db/waitlist/waitlist-entry-view.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ProblemCode } from '../../domain/errors.ts';
import { liveOpeningStates, type OfferState, type WaitlistState } from '../../domain/waitlist/waitlist.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import { openingOperationKey } from '../../workflows/messages/opening.ts';
import type {
  OpeningAction,
  OpeningActionInput,
  OpeningSettled,
  OpeningView,
} from '../../workflows/messages/opening.ts';
import { waitlistEntryOperationKey } from '../../workflows/messages/waitlist-entry.ts';
import type {
  WaitlistEntryAction,
  WaitlistEntryRequest,
  WaitlistEntrySettled,
  WaitlistEntryView,
  Wish,
} from '../../workflows/messages/waitlist-entry.ts';
import { asError, onceAtATime } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { closed } from '../temporal/temporal.ts';

export interface OpeningAnswer {
  readonly opening: OpeningView;
  readonly appointment: AppointmentView | null;
}

export interface ActionOnOpening {
  readonly openingId: string;
  readonly action: OpeningAction;
  readonly input: OpeningActionInput;
  /** The update's id, of which the operation key is made, and what makes a repeat one. Default: the request's own. */
  readonly operation?: { readonly updateId: string; readonly inputHash: string } | undefined;
}

const onAnOffer: ReadonlySet<OpeningAction> = new Set(['accept', 'decline', 'extend']);

/** @throws DomainError the refusal; `not-found` also for another patient's offer, `forbidden` for a patient who steers */
export async function actOnOpening(context: RequestContext, asked: ActionOnOpening): Promise<OpeningAnswer> {
  const { openingId, action, input } = asked;
  const { organizationId, actor } = context;
  const operation = {
    key: openingOperationKey(openingId, asked.operation?.updateId ?? context.operationId),
    inputHash: asked.operation?.inputHash ?? context.operation.inputHash,
  };
  if (actor.kind === 'patient' && !onAnOffer.has(action)) throw new DomainError('forbidden');
  return onceAtATime(context, operation.key, async () => {
    const done = await context.read(async (trx) => {
      const offer = await offerOf(trx, openingId, input.offerId);
      // That another patient is asked is nobody's to know.
      if (actor.kind === 'patient' && offer?.patient_id !== actor.patientId) throw new DomainError('not-found');
      context.concerns({ patientId: offer?.patient_id ?? input.patientId });
      const repeated = await findOperation<OpeningSettled>(trx, organizationId, operation);
      if (repeated !== undefined) return answerOf(repeated.result);
      const opening = await trx('opening').where({ id: openingId }).first<{ readonly id: string } | undefined>('id');
      if (opening === undefined || (input.offerId !== undefined && offer === undefined))
        throw new DomainError('not-found');
      // What an offer has become it stays: no try under this key can still succeed. The same word again is no new one.
      if (!onAnOffer.has(action) || offer === undefined || offer.state === 'offered') return undefined;
      if (saidAlready[action] !== offer.state) throw overOffer(offer);
      return presentAnswer(trx, openingId);
    });
    if (done !== undefined) return done;
    const answer = await context.ports.temporal
      .actOnOpening(organizationId, openingId, { action, input, actor, operation })
      .catch((error: unknown) => {
        if (!(error instanceof DomainError) || !onAnOffer.has(action) || !answeredElsewhere.has(error.code))
          throw error;
        return context.read(async (trx) => {
          const offer = await offerOf(trx, openingId, input.offerId);
          if (offer === undefined || offer.state === 'offered') throw error;
          // The same word from two devices at once: the other one brought it about.
          if (saidAlready[action] !== offer.state) throw overOffer(offer);
          return presentAnswer(trx, openingId);
        });
      });
    if (answer !== closed) return answerOf(answer);
    // The run ended meanwhile: what Postgres says now is the truth.
    return context.read(async (trx) => {
      const repeated = await findOperation<OpeningSettled>(trx, organizationId, operation);
      if (repeated !== undefined) return answerOf(repeated.result);
      const { opening } = await presentAnswer(trx, openingId);
      // Its run begins just after the time was freed.
      if (liveOpeningStates.has(opening.state))
        throw new DomainError('unavailable', { data: { retryAfterSeconds: 1 } });
      if (onAnOffer.has(action)) throw new DomainError('offer-expired');
      throw new DomainError('invalid-transition', { data: { from: opening.state, event: action } });
    });
  });
}

const answeredElsewhere: ReadonlySet<ProblemCode> = new Set(['offer-expired', 'invalid-transition']);
const saidAlready: Readonly<Partial<Record<OpeningAction, OfferState>>> = { accept: 'accepted', decline: 'declined' };

/** The opening now, and the visit that filled it. */
async function presentAnswer(trx: Trx, openingId: string): Promise<OpeningAnswer> {
  const row = await trx('opening').where({ id: openingId }).first<OpeningRow>('*');
  const filled = row.filled_appointment_id;
  return { opening: toOpeningView(row), appointment: filled === null ? null : await readAppointment(trx, filled) };
}

const answerOf = ({ opening, appointment }: Pick<OpeningSettled, 'opening'> & { readonly appointment?: AppointmentView | null | undefined }): OpeningAnswer => ({
  opening,
  appointment: appointment ?? null,
}); // prettier-ignore

interface OfferHead {
  readonly patient_id: string;
  readonly state: OfferState;
  readonly expires_at: Date;
}

async function offerOf(trx: Trx, openingId: string, offerId: string | undefined): Promise<OfferHead | undefined> {
  if (offerId === undefined) return undefined;
  return trx('waitlist_offer')
    .where({ id: offerId, opening_id: openingId })
    .first<OfferHead | undefined>('patient_id', 'state', 'expires_at');
}

const overOffer = ({ state, expires_at }: OfferHead): DomainError =>
  new DomainError('offer-expired', { data: { offerState: state, expiredAt: expires_at.toISOString() } });

/** @throws DomainError `already-waiting` with the entry, and what a wish is refused with */
export async function joinWaitlist(
  context: RequestContext,
  asked: { readonly patientId: string; readonly wish: Wish },
): Promise<WaitlistEntryView> {
  const { organizationId, operationId: entryId, actor } = context;
  const operation = { key: waitlistEntryOperationKey(entryId, 'join'), inputHash: context.operation.inputHash };
  context.concerns({ entityId: entryId, patientId: asked.patientId });
  return onceAtATime(context, operation.key, async () => {
    const repeated = await context.read((trx) => findOperation<WaitlistEntrySettled>(trx, organizationId, operation));
    if (repeated !== undefined) return repeated.result.entry;
    const outcome = await inBody('/body', () =>
      context.ports.temporal.joinWaitlist({ organizationId, entryId, ...asked, operation, actor }),
    );
    if (!outcome.ok) throw prefixed('/body', asError(outcome.problem));
    return outcome.entry;
  });
}

export interface ActionOnEntry {
  readonly entryId: string;
  readonly action: WaitlistEntryAction;
  readonly input: WaitlistEntryRequest['input'];
}

/** @throws DomainError the refusal; `not-found` also for another patient's wish */
export async function actOnEntry(context: RequestContext, asked: ActionOnEntry): Promise<WaitlistEntryView> {
  const { entryId, action, input } = asked;
  const { organizationId, actor } = context;
  const operation = {
    key: waitlistEntryOperationKey(entryId, context.operationId),
    inputHash: context.operation.inputHash,
  };
  return onceAtATime(context, operation.key, async () => {
    const look = (trx: Trx) => findOperation<WaitlistEntrySettled>(trx, organizationId, operation);
    const done = await context.read(async (trx) => {
      const row = await readEntryRow(trx, entryId);
      if (isForeignWish(actor, row.patient_id)) throw new DomainError('not-found');
      context.concerns({ entityId: entryId, patientId: row.patient_id });
      const repeated = await look(trx);
      if (repeated !== undefined) return repeated.result.entry;
      if (finalEntryStates.has(row.state)) throw notPossible(row.state, action);
      return undefined;
    });
    if (done !== undefined) return done;
    const answer = await inBody('/body/wish', () =>
      context.ports.temporal.actOnWaitlistEntry(organizationId, entryId, { action, input, actor, operation }),
    );
    if (answer !== closed) return answer;
    return context.read(async (trx) => {
      const repeated = await look(trx);
      if (repeated !== undefined) return repeated.result.entry;
      throw notPossible(toEntryView(await readEntryRow(trx, entryId)).state, action);
    });
  });
}

const finalEntryStates: ReadonlySet<WaitlistState> = new Set(['promoted', 'withdrawn', 'expired']);
const notPossible = (from: WaitlistState, action: WaitlistEntryAction): DomainError =>
  new DomainError('invalid-transition', { data: { from, event: action } });

/** That another patient waits is nobody's to know. */
export const isForeignWish = (actor: Actor, patientId: string): boolean =>
  actor.kind === 'patient' && actor.patientId !== patientId;

/** The process names the fields of a wish; the page sent them inside of something. */
async function inBody<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DomainError ? prefixed(prefix, error) : error;
  }
}

function prefixed(prefix: string, error: DomainError): DomainError {
  const { code, errors, ...problem } = error.problem;
  if (errors === undefined) return error;
  return new DomainError(code, {
    ...problem,
    errors: errors.map((one) => (one.path.startsWith('/body') ? one : { ...one, path: prefix + one.path })),
  });
}
