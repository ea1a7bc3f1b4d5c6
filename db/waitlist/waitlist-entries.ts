/** A wish on the waitlist, from joining to its end, by the patient or by staff (scheduling-intake.md D2, feature C1 and C14). */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { waitingStates, type WaitlistState } from '../../domain/waitlist/waitlist.ts';
import { assertWish, expiryNoticeAt, expiryOf } from '../../domain/waitlist/waitlist-wish.ts';
import type {
  WaitlistEntryRequest,
  WaitlistEntrySettled,
  WaitlistEntryStart,
  Wish,
} from '../../workflows/messages/waitlist-entry.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Db, Trx } from '../connection.ts';
import { violatedConstraint, withOrganization, withTransaction } from '../transaction.ts';
import { changeEntry, endLiveOffer, lockEntryAfterOpening, refused } from './waitlist-entry-state.ts';
import { planEntryTimers, settleEntry } from './waitlist-entry-timers.ts';
import { lockEntry, readEntryRow, wishColumns, wishOf, type EntryRow } from './waitlist-entry-view.ts';
import { loadWishFacts, type LoadedWishFacts } from './waitlist-wish.ts';

export { ringEntryTimer } from './waitlist-entry-timers.ts';

/**
 * Joins, once for its operation key.
 * @throws DomainError `already-waiting`, `validation-failed`, `patient-not-eligible`, `outside-availability`, `guard-failed`,
 * `forbidden`, `not-found`, `duplicate`, `idempotency-key-reused`
 */
export async function joinWaitlist(ports: SchedulingPorts, start: WaitlistEntryStart): Promise<WaitlistEntrySettled> {
  const at = await ports.clock.now();
  const { organizationId, operation, entryId, patientId, actor } = start;
  const wish = tidy(start.wish);
  return oneLiveWish(ports.db, { organizationId, patientId, visitTypeIds: wish.visitTypeIds }, () =>
    withTransaction(ports.db, { organizationId, operation }, async (trx) => {
      assertMayManage(actor, patientId);
      assertOwnUrgency(actor, wish.urgency, 'routine');
      const facts = await loadWishFacts(trx, patientId, wish, at);
      assertWish(wish, facts, { at: at.getTime(), bySelf: actor.kind === 'patient', policy: facts.policy });
      const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
      const openings = await endBegunWishes(trx, context, patientId, wish.visitTypeIds);
      const expiry = expiryOf(wish, facts, at.getTime(), facts.policy);
      await trx('waitlist_entry').insert({
        id: entryId,
        organization_id: organizationId,
        patient_id: patientId,
        ...wishColumns(wish),
        joined_at: at,
        expires_at: new Date(expiry.at),
        created_by: actor.ref,
      });
      await writeVisitTypes(trx, { organizationId, entryId, patientId }, wish.visitTypeIds);
      await recordStateChange(trx, {
        organizationId,
        aggregate: 'waitlist-entry',
        aggregateId: entryId,
        event: 'join',
        from: null,
        to: 'active',
        actor,
        at,
        data: { patientId, version: 0, urgency: wish.urgency, visitTypeIds: wish.visitTypeIds },
        opKey: operation.key,
      });
      const row = await readEntryRow(trx, entryId);
      await planEntryTimers(trx, row, {
        'expiry-notice': expiryNoticeAt(expiry, at.getTime(), facts.policy),
        expiry: expiry.at,
      });
      return settleEntry(trx, row, openings);
    }),
  );
}

/**
 * A wish ends when the visit that it would bring forward begins. Where that visit was moved to an earlier time, its timer
 * still knows the old one: it must not keep the patient from waiting anew. @returns openings that offered to it
 */
async function endBegunWishes(
  trx: Trx,
  context: ChangeContext,
  patientId: string,
  visitTypeIds: readonly string[],
): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `SELECT DISTINCT e.id FROM waitlist_entry_visit_type w JOIN waitlist_entry e ON e.id = w.entry_id JOIN appointment a ON a.id = e.current_appointment_id
     WHERE w.live AND w.patient_id = :patientId AND w.visit_type_id = ANY(CAST(:visitTypeIds AS uuid[]))
       AND a.start_at <= :at AND a.status NOT IN ('cancelled', 'entered-in-error') ORDER BY e.id`,
    { patientId, visitTypeIds: [...visitTypeIds], at: context.at },
  );
  const openings: string[] = [];
  for (const { id } of rows) {
    const row = await lockEntryAfterOpening(trx, id);
    if (!waitingStates.has(row.state)) continue;
    openings.push(...(await endLiveOffer(trx, context, id, { to: 'withdrawn', reason: 'visit-begun' })));
    await changeEntry(trx, context, row, { event: 'expire', to: 'expired', reason: 'visit-begun' });
  }
  return openings;
}

export interface EntryActionCommand {
  readonly organizationId: string;
  readonly entryId: string;
  readonly request: WaitlistEntryRequest;
}

/**
 * Once for its operation key. A live offer is withdrawn with everything but a change, and its opening named in `openings`.
 * @throws DomainError `invalid-transition`, and what joining is refused with
 */
export async function applyEntryAction(
  ports: SchedulingPorts,
  { organizationId, entryId, request }: EntryActionCommand,
): Promise<WaitlistEntrySettled> {
  const at = await ports.clock.now();
  const { actor, operation } = request;
  const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
  const wanted = { organizationId, entryId, visitTypeIds: request.input.wish?.visitTypeIds ?? [] };
  return oneLiveWish(ports.db, wanted, () =>
    withTransaction(ports.db, { organizationId, operation }, async (trx) => {
      const row = await (request.action === 'change' ? lockEntry : lockEntryAfterOpening)(trx, entryId);
      assertMayManage(actor, row.patient_id);
      return carryOut(trx, context, row, request);
    }),
  );
}

/** @throws DomainError `not-found` */
export async function readEntry(
  ports: SchedulingPorts,
  { organizationId, entryId }: { readonly organizationId: string; readonly entryId: string },
): Promise<WaitlistEntrySettled> {
  return withOrganization(ports.db, organizationId, async (trx) => settleEntry(trx, await readEntryRow(trx, entryId)));
}

/** From which states each action leads on; the API shows what is possible from the same rows. */
export const entryActionStates: Readonly<Record<WaitlistEntryRequest['action'], ReadonlySet<WaitlistState>>> = {
  change: waitingStates,
  pause: new Set<WaitlistState>(['active', 'offered']),
  resume: new Set<WaitlistState>(['paused']),
  withdraw: waitingStates,
};

async function carryOut(
  trx: Trx,
  context: ChangeContext,
  row: EntryRow,
  { action, input }: WaitlistEntryRequest,
): Promise<WaitlistEntrySettled> {
  if (!entryActionStates[action].has(row.state)) throw refused(row, action);
  const { reason } = input;
  switch (action) {
    case 'change':
      return change(trx, context, row, input.wish ?? {});
    case 'resume': {
      const columns = { no_responses: 0 };
      return settleEntry(trx, await changeEntry(trx, context, row, { event: 'resume', to: 'active', columns, reason }));
    }
    case 'pause': {
      const openings = await endLiveOffer(trx, context, row.id, { to: 'withdrawn', reason: 'entry-paused' });
      const columns = { paused_reason: reason ?? (context.actor.kind === 'patient' ? 'by-patient' : 'by-staff') };
      const paused = await changeEntry(trx, context, row, { event: 'pause', to: 'paused', columns, reason });
      return settleEntry(trx, paused, openings);
    }
    case 'withdraw': {
      const openings = await endLiveOffer(trx, context, row.id, { to: 'withdrawn', reason: 'entry-withdrawn' });
      const gone = await changeEntry(trx, context, row, { event: 'withdraw', to: 'withdrawn', reason });
      return settleEntry(trx, gone, openings);
    }
  }
}

/** What is given replaces what was. A live offer stays: it was made, and the patient may still take it. */
async function change(
  trx: Trx,
  context: ChangeContext,
  row: EntryRow,
  asked: Partial<Wish>,
): Promise<WaitlistEntrySettled> {
  const { organizationId, actor, at } = context;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Partial<Wish>;
  let wish = tidy({ ...wishOf(row), ...given });
  assertOwnUrgency(actor, wish.urgency, row.urgency);
  const facts = await loadWishFacts(trx, row.patient_id, wish, at);
  // A visit that did not stay is nothing to bring forward any more; only one that is named now must be there.
  if (given.currentAppointmentId === undefined && facts.current?.status !== 'booked')
    wish = { ...wish, currentAppointmentId: null };
  const known: LoadedWishFacts = wish.currentAppointmentId === null ? { ...facts, current: null } : facts;
  assertWish(wish, known, { at: at.getTime(), bySelf: actor.kind === 'patient', policy: facts.policy });
  const expiry = expiryOf(wish, known, row.joined_at.getTime(), facts.policy);
  const moved = expiry.at !== row.expires_at.getTime();
  if (given.visitTypeIds !== undefined)
    await writeVisitTypes(trx, { organizationId, entryId: row.id, patientId: row.patient_id }, wish.visitTypeIds);
  const changed = await changeEntry(trx, context, row, {
    event: 'change',
    to: row.state,
    columns: {
      ...wishColumns(wish),
      ...(moved && { expires_at: new Date(expiry.at), expiry_notified_at: null }),
    },
    data: { changed: Object.keys(given), urgency: wish.urgency },
  });
  if (moved) {
    await planEntryTimers(trx, changed, {
      'expiry-notice': expiryNoticeAt(expiry, at.getTime(), facts.policy),
      expiry: expiry.at,
    });
  }
  return settleEntry(trx, changed);
}

async function writeVisitTypes(
  trx: Trx,
  of: { readonly organizationId: string; readonly entryId: string; readonly patientId: string },
  visitTypeIds: readonly string[],
): Promise<void> {
  await trx('waitlist_entry_visit_type')
    .where({ entry_id: of.entryId })
    .whereNotIn('visit_type_id', visitTypeIds)
    .delete();
  await trx('waitlist_entry_visit_type')
    .insert(
      visitTypeIds.map((visit_type_id) => ({
        organization_id: of.organizationId,
        entry_id: of.entryId,
        patient_id: of.patientId,
        visit_type_id,
      })),
    )
    .onConflict(['entry_id', 'visit_type_id'])
    .ignore();
}

/** Turns the refusals of the keys into words; who waits already is told with which entry. */
async function oneLiveWish<T>(
  db: Db,
  wanted: {
    readonly organizationId: string;
    readonly visitTypeIds: readonly string[];
    readonly patientId?: string;
    readonly entryId?: string;
  },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'waitlist_entry_pkey') throw new DomainError('duplicate');
    if (constraint !== 'one_live_wish') throw error;
    const entryId = await withOrganization(db, wanted.organizationId, async (trx) => {
      const { rows } = await trx.raw<{ rows: { entry_id: string }[] }>(
        `SELECT w.entry_id FROM waitlist_entry_visit_type w
         WHERE w.live AND w.visit_type_id = ANY(CAST(:visitTypeIds AS uuid[])) AND w.entry_id IS DISTINCT FROM CAST(:entryId AS uuid)
           AND w.patient_id = coalesce(CAST(:patientId AS uuid), (SELECT e.patient_id FROM waitlist_entry e WHERE e.id = CAST(:entryId AS uuid)))
         ORDER BY w.entry_id LIMIT 1`,
        {
          visitTypeIds: [...wanted.visitTypeIds],
          entryId: wanted.entryId ?? null,
          patientId: wanted.patientId ?? null,
        },
      );
      return rows[0]?.entry_id;
    });
    throw new DomainError('already-waiting', entryId === undefined ? {} : { data: { entryId } });
  }
}

/** Patients only their own. */
function assertMayManage(actor: Actor, patientId: string): void {
  const may =
    actor.kind === 'system' ||
    (actor.kind === 'patient'
      ? actor.patientId === patientId && actor.permissions.includes('own-waitlist:manage')
      : actor.permissions.includes('waitlist:manage'));
  if (!may) throw new DomainError('forbidden');
}

/** How urgent it is, is a clinical word. */
function assertOwnUrgency(actor: Actor, asked: Wish['urgency'], allowed: Wish['urgency']): void {
  if (actor.kind === 'patient' && asked !== allowed)
    throw new DomainError('forbidden', {
      errors: [{ path: '/urgency', code: 'by-staff-only', message: 'The clinic decides how urgent a wish is.' }],
    });
}

/** Sets have no repeats, in one order; nobody named is anyone. */
const tidy = (wish: Wish): Wish => ({
  ...wish,
  visitTypeIds: unique(wish.visitTypeIds),
  providerIds: wish.providerIds === null || wish.providerIds.length === 0 ? null : unique(wish.providerIds),
  locationIds: unique(wish.locationIds),
  modes: unique(wish.modes),
  days: unique(wish.days),
});

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
