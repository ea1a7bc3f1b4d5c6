/** What people say to an absence that runs: about all of it, or about one patient (feature B20: pause, resume, override). */
import { absenceActionsOf, actionProblem, targetOf } from '../../domain/schedule/absence.ts';
import type { CaseAction } from '../../domain/schedule/absence.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AbsenceActionRequest, AbsenceView, CaseActionRequest } from '../../workflows/messages/absence.ts';
import { actingFor } from '../patients/acting-for.ts';
import { callTask, type StepOutcome } from './absence-steps.ts';
import {
  changeAbsence,
  joinedTo,
  lockAbsence,
  moveCase,
  openCases,
  raiseDisplaced,
  type AbsenceChange,
} from './absence-list.ts';
import { readAbsence, type AbsenceRow } from './absence-view.ts';
import { carryOut } from '../appointments/appointment-actions.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { recordRemoval } from '../schedule/schedule-administration.ts';
import { cancelStaffTasks } from '../cases/staff-tasks.ts';
import { withTransaction } from '../transaction.ts';

export interface Steered extends Pick<StepOutcome, 'visits' | 'openings' | 'absences'> {
  readonly absence: AbsenceView;
}

interface Which {
  readonly organizationId: string;
  readonly absenceId: string;
}

/** Once for its operation key. @throws DomainError `not-found`, `invalid-transition` with what is possible */
export async function steerAbsence(
  ports: SchedulingPorts,
  { organizationId, absenceId }: Which,
  request: AbsenceActionRequest,
): Promise<Steered> {
  const at = await ports.clock.now();
  const { action, input, actor, operation } = request;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const absence = await lockAbsence(trx, absenceId);
    const allowed = absenceActionsOf(absence.state);
    if (!allowed.includes(action))
      throw new DomainError('invalid-transition', { allowed, data: { from: absence.state, event: action } });
    const change = { actor, at, opKey: operation.key, reason: input.reason };
    const absences = action === 'stop' ? await stopCases(trx, absence, change, input.reopen === true) : [];
    const to = action === 'stop' ? 'stopped' : action === 'pause' ? 'paused' : 'running';
    await changeAbsence(trx, absence, to, action, change);
    return { absence: (await readAbsence(trx, absenceId))!, visits: [], openings: [], absences };
  });
}

/**
 * Nobody is forgotten because a process ends: a visit that still stands on closed time becomes a task (C1), and who was asked
 * and has not answered is called.
 */
async function stopCases(
  trx: Trx,
  absence: AbsenceRow,
  change: AbsenceChange & { readonly reason?: string | undefined },
  reopen: boolean,
): Promise<string[]> {
  const open = await openCases(trx, absence.id, change.at);
  for (const row of open) {
    const standing = row.stands && (row.status === 'booked' || row.status === 'pending');
    const task =
      row.state === 'joined' || standing ? null : row.state === 'affected' ? null : await callTask(trx, row, change);
    if (standing && !reopen && row.state !== 'joined') {
      await raiseDisplaced(trx, absence, { ...row, id: row.appointment_id }, change);
    }
    await moveCase(trx, row, {
      ...change,
      event: 'stop',
      to: 'stopped',
      columns: task === null ? {} : { task_id: task },
    });
  }
  if (reopen) {
    await trx('availability_exception').where({ id: absence.exception_id }).whereNull('removed_at').update({ removed_at: change.at, version: trx.raw('version + 1') }); // prettier-ignore
    await recordRemoval(
      trx,
      { organizationId: absence.organization_id, actor: change.actor, at: change.at, opKey: change.opKey },
      'availability_exception',
      absence.exception_id,
    );
  }
  return joinedTo(trx, open.map((row) => row.id)); // prettier-ignore
}

/**
 * A person's word about one patient, once for its operation key.
 * @throws DomainError `not-found`, `invalid-transition` with what is possible; what D1 refuses of the visit
 */
export async function steerCase(
  ports: SchedulingPorts,
  { organizationId, absenceId }: Which,
  request: CaseActionRequest,
): Promise<Steered> {
  const at = await ports.clock.now();
  const action = request.action.replace(/^case-/, '') as CaseAction;
  const { appointmentId, input, actor, operation } = request;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const absence = await lockAbsence(trx, absenceId);
    const [row] = await openCases(trx, absenceId, at, appointmentId);
    if (row === undefined) throw await notOpen(trx, absenceId, appointmentId, action);
    const problem = actionProblem(row, action);
    if (problem !== null) throw new DomainError(problem.code, problem);
    const change = { actor, at, opKey: operation.key, reason: input.reason };
    const visits: string[] = [];
    const openings: string[] = [];
    const act = async (id: string, event: 'cancel-by-clinic' | 'refuse' | 'release-hold'): Promise<void> => {
      const settled = await carryOut(
        trx,
        {
          organizationId,
          appointmentId: id,
          event,
          input: { reason: input.reason ?? absence.reason, alternatives: 0 },
          actor: actingFor(actor),
          operation,
        },
        at,
      );
      visits.push(id);
      openings.push(...(settled.openings ?? []));
    };
    if (action === 'cancel') {
      if (row.status === 'booked') await act(row.appointment_id, 'cancel-by-clinic');
      else if (row.status === 'pending')
        await act(row.appointment_id, row.awaiting_approval ? 'refuse' : 'release-hold');
      for (const held of await heldFor(trx, row)) await act(held, 'release-hold');
    }
    // Who said "cancel" or "keep" has spoken with the patient; "retry" asks again instead of a call.
    if (action === 'keep' || action === 'retry' || (action === 'cancel' && row.state === 'to-call')) {
      await cancelStaffTasks(trx, {
        organizationId,
        subjectType: 'appointment',
        subjectId: row.appointment_id,
        kinds: ['call-patient'],
        actor,
        at,
      });
    }
    const task = action === 'call' ? await callTask(trx, row, change) : undefined;
    await moveCase(trx, row, {
      ...change,
      event: action,
      to: targetOf(action, row.state),
      columns: {
        ...(action === 'pause' || action === 'resume' ? { paused: action === 'pause' } : { override: action }),
        ...(task !== undefined && { task_id: task }),
        ...(action === 'retry' && { task_id: null }),
      },
    });
    return { absence: (await readAbsence(trx, absenceId))!, visits, openings, absences: await joinedTo(trx, [row.id]) };
  });
}

async function heldFor(trx: Trx, row: { organization_id: string; patient_id: string; appointment_id: string }) {
  const held = await trx('appointment')
    .where({
      organization_id: row.organization_id,
      patient_id: row.patient_id,
      replaces_id: row.appointment_id,
      status: 'pending',
      awaiting_approval: false,
      hold_owner: `patient:${row.patient_id}`,
    })
    .orderBy('id')
    .select<{ id: string }[]>('id');
  return held.map(({ id }) => id);
}

async function notOpen(trx: Trx, absenceId: string, appointmentId: string, action: CaseAction): Promise<DomainError> {
  const row = await trx('absence_case')
    .where({ absence_id: absenceId, appointment_id: appointmentId })
    .first<{ state: string } | undefined>('state');
  return row === undefined
    ? new DomainError('not-found')
    : new DomainError('invalid-transition', { allowed: [], data: { from: row.state, event: action } });
}
