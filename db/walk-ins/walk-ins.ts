/** A walk-in, from arriving to its end (feature B26). Which row of the process is changed how; the rules are domain/walk-in.ts. */
import { localDateOf } from '../../domain/calendar/calendar.ts';
import { unfitPerson } from '../../domain/coverage/eligibility.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import { systemActor } from '../../domain/actor.ts';
import { liveWalkInStates, movedPlaces, triageProblem, walkInProblem } from '../../domain/walk-in.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { WalkInActionInput, WalkInRequest, WalkInSettled, WalkInStart } from '../../workflows/messages/walk-in.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Db, Trx } from '../connection.ts';
import { patientSql, type PatientFacts } from '../schedule/scheduling-facts.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';
import { violatedConstraint, withOrganization, withTransaction } from '../transaction.ts';
import { openVisit, visitStep } from './walk-in-visit.ts';
import { changeWalkIn, endTimer, planArrival, planNextLook, recordWalkInChange, timerDue } from './walk-in-state.ts';
import { lockWalkIn, placeInQueue, readWalkInRow, settleWalkIn, type WalkInRow } from './walk-in-view.ts';

interface WhichWalkIn {
  readonly organizationId: string;
  readonly walkInId: string;
}

/**
 * Takes the next number of the place's day, once for its operation key.
 * @throws DomainError `already-in-queue` (data.walkInId), `patient-not-eligible`, `guard-failed`, `forbidden`, `not-found`,
 * `validation-failed`, `duplicate`, `idempotency-key-reused`
 */
export async function arriveWalkIn(ports: SchedulingPorts, start: WalkInStart): Promise<WalkInSettled> {
  const at = await ports.clock.now();
  const { organizationId, operation, walkInId, patientId, level, actor } = start;
  return oneLiveWalkIn(ports.db, organizationId, patientId, () =>
    withTransaction(ports.db, { organizationId, operation }, async (trx) => {
      if (!actor.permissions.includes('walk-in:manage')) throw new DomainError('forbidden');
      if (level !== null) refuse(triageProblem(level, null, actor));
      const queue = await liveQueue(trx, start.queueId);
      await requirePatient(trx, patientId, at);
      const place = await trx('location').where({ id: queue.location_id }).first<{ time_zone: string }>('time_zone');
      const localDay = localDateOf(at.getTime(), place.time_zone);
      const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
      const [row] = await trx('walk_in')
        .insert({
          id: walkInId,
          organization_id: organizationId,
          queue_id: queue.id,
          location_id: queue.location_id,
          patient_id: patientId,
          local_day: localDay,
          ticket: await nextTicket(trx, queue.location_id, localDay),
          level,
          reason: start.reason,
          identifiers: [...start.identifiersVerified],
          arrived_at: at,
          triaged_at: level === null ? null : at,
          created_by: actor.ref,
        })
        .returning<WalkInRow[]>('*');
      await recordWalkInChange(trx, context, {
        row: { ...row!, state: null },
        to: 'waiting',
        version: 0,
        event: 'arrive',
        data: { level, ticket: row!.ticket },
      });
      await planArrival(trx, context, row!);
      return settleWalkIn(trx, row!);
    }),
  );
}

/** One counter a place and day: who waits for it takes the number after. */
async function nextTicket(trx: Trx, locationId: string, localDay: string): Promise<number> {
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`ticket ${locationId} ${localDay}`]);
  const last = await trx('walk_in')
    .where({ location_id: locationId, local_day: localDay })
    .max<{ max: number | null }[]>('ticket');
  return (last[0]?.max ?? 0) + 1;
}

/**
 * Once for its operation key.
 * @throws DomainError `forbidden`, `invalid-transition`, `validation-failed`, `guard-failed`, `conflict` (nobody to pass),
 * and for `call`, `start` and `finish` what visits are refused with
 */
export async function applyWalkInAction(
  ports: SchedulingPorts,
  { organizationId, walkInId, request }: WhichWalkIn & { readonly request: WalkInRequest },
): Promise<WalkInSettled> {
  const at = await ports.clock.now();
  const { actor, operation } = request;
  const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
  return oneLiveWalkIn(ports.db, organizationId, { walkInId }, () =>
    withTransaction(ports.db, { organizationId, operation }, async (trx) => {
      const row = await (request.action === 'move' ? lockQueueOf(trx, walkInId) : lockWalkIn(trx, walkInId));
      refuse(walkInProblem(request.action, row.state, actor));
      return carryOutStep(trx, context, row, request);
    }),
  );
}

async function carryOutStep(
  trx: Trx,
  context: ChangeContext,
  row: WalkInRow,
  { action, input }: Pick<WalkInRequest, 'action' | 'input'>,
): Promise<WalkInSettled> {
  const { reason } = input;
  switch (action) {
    case 'triage': {
      const level = given(input, 'level');
      refuse(triageProblem(level, row.level, context.actor));
      // A place that staff gave was a place among others of the level.
      const columns = { level, triaged_at: context.at, ...(level !== row.level && { position: null }) };
      const data = { level, before: row.level };
      return settleWalkIn(trx, await changeWalkIn(trx, context, row, { event: 'triage', columns, reason, data }));
    }
    case 'move':
      return move(trx, context, row, given(input, 'direction'), given(input, 'reason'));
    case 'transfer': {
      const queue = await liveQueue(trx, given(input, 'queueId'), row.location_id);
      if (queue.id === row.queue_id)
        throw new DomainError('conflict', { detail: 'The patient waits in this queue already.' });
      // Arrival counts on: nobody begins anew for having been sent to the wrong door.
      const columns = { queue_id: queue.id, position: null };
      const data = { from: row.queue_id, to: queue.id };
      return settleWalkIn(trx, await changeWalkIn(trx, context, row, { event: 'transfer', columns, reason, data }));
    }
    case 'transfer-out':
    case 'return':
      if (action === 'transfer-out') given(input, 'reason');
      return settleWalkIn(trx, await changeWalkIn(trx, context, row, { event: action, reason }));
    case 'call':
      return call(trx, context, row, input);
    case 'undo-call':
      // Whoever may call may take the call back; the visit never was.
      await visitStep(trx, context, visitOf(row), 'entered-in-error', { reason: reason ?? 'walk-in-call-undone' }, [
        'appointment:correct',
      ]);
      return afterVisit(trx, row);
    case 'start':
      await visitStep(trx, context, visitOf(row), 'start-encounter');
      return afterVisit(trx, row);
    case 'finish':
      await visitStep(trx, context, visitOf(row), 'complete', { noNoteReason: input.noNoteReason });
      return afterVisit(trx, row);
    case 'leave':
      if (row.state === 'waiting')
        return settleWalkIn(trx, await changeWalkIn(trx, context, row, { event: 'leave', reason }));
      await visitStep(trx, context, visitOf(row), 'leave-without-being-seen', { reason: reason ?? 'left' });
      return afterVisit(trx, row);
    case 'entered-in-error':
      return enteredInError(trx, context, row, given(input, 'reason'));
  }
}

/** The visit's step moved the walk-in already (walk-in-follow.ts). */
async function afterVisit(trx: Trx, row: WalkInRow): Promise<WalkInSettled> {
  return settleWalkIn(trx, await readWalkInRow(trx, row.id), { appointmentId: visitOf(row) });
}

function visitOf(row: WalkInRow): string {
  if (row.appointment_id === null) throw new Error('a called walk-in without its visit');
  return row.appointment_id;
}

async function call(
  trx: Trx,
  context: ChangeContext,
  row: WalkInRow,
  input: WalkInActionInput,
): Promise<WalkInSettled> {
  const practitionerId = given(input, 'practitionerId');
  const queue = await trx('walk_in_queue')
    .where({ id: row.queue_id })
    .first<{ visit_type_id: string }>('visit_type_id');
  const identifiers = input.identifiersVerified ?? row.identifiers;
  const { appointmentId, start } = await openVisit(trx, context, row, {
    visitTypeId: queue.visit_type_id,
    practitionerId,
    identifiersVerified: identifiers,
  });
  const called = await changeWalkIn(trx, context, row, {
    event: 'call',
    columns: {
      called_at: context.at,
      called_provider_id: practitionerId,
      appointment_id: appointmentId,
      identifiers: [...identifiers],
    },
    data: { appointmentId, practitionerId },
  });
  return settleWalkIn(trx, called, { startAppointment: start });
}

async function enteredInError(
  trx: Trx,
  context: ChangeContext,
  row: WalkInRow,
  reason: string,
): Promise<WalkInSettled> {
  const appointmentId = row.state === 'called' ? visitOf(row) : undefined;
  if (appointmentId !== undefined)
    await visitStep(trx, context, appointmentId, 'entered-in-error', { reason }, ['appointment:correct']);
  const now = await readWalkInRow(trx, row.id);
  const ended = { ended_at: context.at, ended_reason: reason };
  const gone = await changeWalkIn(trx, context, now, { event: 'entered-in-error', columns: ended, reason });
  return settleWalkIn(trx, gone, { appointmentId });
}

/** All who wait in a queue, in id order: exchanging places concerns two. */
async function lockQueueOf(trx: Trx, walkInId: string): Promise<WalkInRow> {
  const { queue_id: queueId } = await readWalkInRow(trx, walkInId);
  await trx('walk_in').where({ queue_id: queueId, state: 'waiting' }).orderBy('id').forUpdate().select('id');
  return lockWalkIn(trx, walkInId);
}

async function move(
  trx: Trx,
  context: ChangeContext,
  row: WalkInRow,
  direction: 'up' | 'down',
  reason: string,
): Promise<WalkInSettled> {
  const waiting = await trx('walk_in').where({ queue_id: row.queue_id, state: 'waiting' }).select<WalkInRow[]>('*');
  const places = movedPlaces(waiting.map(placeInQueue), row.id, direction);
  if (places === null) {
    throw new DomainError('conflict', {
      detail: 'There is nobody of the same level to pass. A change of level is a triage.',
      data: { direction },
    });
  }
  const others: string[] = [];
  // The one who was moved has the reason; who made room, whose it was.
  for (const one of waiting.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const place = places.get(one.id);
    if (place === undefined && one.id !== row.id) continue;
    const own = one.id === row.id;
    if (!own) others.push(one.id);
    await changeWalkIn(trx, context, one, {
      event: 'move',
      columns: place === undefined ? {} : { position: new Date(place) },
      reason: own ? reason : undefined,
      data: own ? { direction } : { madeRoomFor: row.id },
    });
  }
  return settleWalkIn(trx, await readWalkInRow(trx, row.id), { walkIns: others });
}

/** @throws DomainError `not-found` */
export async function readWalkIn(
  ports: SchedulingPorts,
  { organizationId, walkInId }: WhichWalkIn,
): Promise<WalkInSettled> {
  return withOrganization(ports.db, organizationId, async (trx) =>
    settleWalkIn(trx, await readWalkInRow(trx, walkInId)),
  );
}

/** A timer rings: once for its operation key, and for nothing when it is not its time any more. */
export async function ringWalkInTimer(
  ports: SchedulingPorts,
  step: WhichWalkIn & { readonly name: string; readonly operation: Operation },
): Promise<WalkInSettled> {
  const at = await ports.clock.now();
  const { organizationId, walkInId, name, operation } = step;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const context: ChangeContext = { organizationId, actor: systemActor('timer'), at, opKey: operation.key };
    const row = await lockWalkIn(trx, walkInId);
    const due = await timerDue(trx, row, name);
    if (due === null || due > at) return settleWalkIn(trx, row);
    await endTimer(trx, row, name, 'fired');
    return settleWalkIn(trx, await (name === 're-triage' ? lookAgain(trx, context, row) : dayOver(trx, context, row)));
  });
}

/** Asked for until somebody has looked; one open task says it. */
async function lookAgain(trx: Trx, context: ChangeContext, row: WalkInRow): Promise<WalkInRow> {
  if (row.state !== 'waiting') return row;
  const { organizationId, actor, at } = context;
  const changed = await changeWalkIn(trx, context, row, { event: 'retriage-due', data: { level: row.level } });
  await planNextLook(trx, changed, at);
  const open = await trx('staff_task')
    .where({ organization_id: organizationId, subject_type: 'walk-in', subject_id: row.id, kind: 're-triage', state: 'open' })
    .first<{ id: string } | undefined>('id'); // prettier-ignore
  if (open !== undefined) return changed;
  await raiseStaffTask(trx, {
    organizationId,
    kind: 're-triage',
    dedupeKey: `re-triage:${row.id}:v${changed.version}`,
    subjectType: 'walk-in',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_id,
    params: { level: row.level, ticket: row.ticket, queueId: row.queue_id },
    priority: row.level !== null && row.level <= 2 ? 'stat' : 'urgent',
    dueAt: at,
    ownerRole: 'nurse',
    actor,
    at,
  });
  return changed;
}

/** Who still waits when the day is over is asked about, each night; who had left is gone for good. */
async function dayOver(trx: Trx, context: ChangeContext, row: WalkInRow): Promise<WalkInRow> {
  if (row.state !== 'waiting' && row.state !== 'left') return row;
  const { organizationId, actor, at } = context;
  const changed = await changeWalkIn(trx, context, row, { event: 'day-end' });
  if (row.state === 'left') {
    await endTimer(trx, row, 'day-end', 'fired');
    return changed;
  }
  await raiseStaffTask(trx, {
    organizationId,
    kind: 'walk-in-left-open',
    dedupeKey: `walk-in-left-open:${row.id}`,
    subjectType: 'walk-in',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_id,
    params: { ticket: row.ticket, queueId: row.queue_id },
    dueAt: new Date(at.getTime() + 86_400_000),
    actor,
    at,
  });
  return changed;
}

// --- What a step needs ----------------------------------------------------------------------------------------------

function refuse(problem: ProblemDetail | null): void {
  if (problem !== null) throw new DomainError(problem.code, problem);
}

/** @throws DomainError `validation-failed` */
function given<K extends keyof WalkInActionInput>(
  input: WalkInActionInput,
  field: K,
): NonNullable<WalkInActionInput[K]> {
  const value = input[field];
  if (value !== undefined && value !== '') return value as NonNullable<WalkInActionInput[K]>;
  throw new DomainError('validation-failed', {
    errors: [{ path: `/${field}`, code: 'required', message: 'This is needed for the step.' }],
  });
}

interface QueueHead {
  readonly id: string;
  readonly location_id: string;
}

async function liveQueue(trx: Trx, id: string, locationId?: string): Promise<QueueHead> {
  const queue = await trx('walk_in_queue')
    .where({ id, active: true })
    .first<QueueHead | undefined>('id', 'location_id');
  if (queue !== undefined && (locationId === undefined || queue.location_id === locationId)) return queue;
  throw new DomainError('validation-failed', {
    errors: [{ path: '/queueId', code: 'unknown-id', message: 'There is no such queue here, or it is closed.' }],
  });
}

async function requirePatient(trx: Trx, patientId: string, at: Date): Promise<void> {
  const { rows } = await trx.raw<{ rows: { patient: PatientFacts | null }[] }>(
    `SELECT ${patientSql('CAST(:patientId AS uuid)')} AS patient`,
    { patientId, at },
  );
  const patient = rows[0]?.patient ?? null;
  if (patient === null)
    throw new DomainError('validation-failed', {
      errors: [{ path: '/patientId', code: 'unknown-id', message: 'There is no such patient.' }],
    });
  refuse(unfitPerson(patient));
}

/** Turns the refusals of the keys into words; who waits already is told with which walk-in. */
async function oneLiveWalkIn<T>(
  db: Db,
  organizationId: string,
  of: string | { readonly walkInId: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'walk_in_pkey') throw new DomainError('duplicate');
    if (constraint !== 'one_live_walk_in') throw error;
    const other = await withOrganization(db, organizationId, async (trx) => {
      const patientId = typeof of === 'string' ? of : (await readWalkInRow(trx, of.walkInId)).patient_id;
      return trx('walk_in')
        .where({ patient_id: patientId })
        .whereIn('state', [...liveWalkInStates])
        .first<{ id: string } | undefined>('id');
    });
    throw new DomainError('already-in-queue', other === undefined ? {} : { data: { walkInId: other.id } });
  }
}
