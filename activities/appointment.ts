/** What the appointment workflow has done for it: each one transaction, each safe to repeat by its operation key. */
import { applyAction } from '../db/appointment-actions.ts';
import type { Settled } from '../db/appointment-effects.ts';
import { settledState } from '../db/appointment-view.ts';
import { openAppointment } from '../db/appointments.ts';
import { markTimer } from '../db/case-timers.ts';
import { raiseStaffTask } from '../db/staff-tasks.ts';
import { withOrganization, withTransaction } from '../db/transaction.ts';
import { systemActor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import { codeOf, withFailures } from './failures.ts';
import type { AppointmentEvent } from '../domain/appointment-events.ts';
import type { Actor } from '../domain/actor.ts';
import type { ActionInput, AppointmentStart, Operation, PlannedTimer } from '../workflows/messages/appointment.ts';
import type { MaybeDie } from './fault-points.ts';
import type { ActivityPorts } from './ports.ts';

interface Step {
  readonly organizationId: string;
  readonly appointmentId: string;
  readonly operation: Operation;
}

export interface ActionStep extends Step {
  readonly event: AppointmentEvent;
  readonly input: ActionInput;
  readonly actor: Actor;
}

export interface TimerStep extends Step {
  readonly version: number;
  readonly timer: PlannedTimer;
}

export interface ReminderStep extends TimerStep {
  /** Recorded and not sent, for this reason (feature B14). */
  readonly suppress?: string | undefined;
}

export interface StaffTaskStep extends TimerStep {
  readonly kind: 'late' | 'no-show';
}

export interface AppointmentActivities {
  openAppointment(start: AppointmentStart): Promise<Settled>;
  applyAction(step: ActionStep): Promise<Settled>;
  /** What Postgres knows, for a run that finds itself changed by another writer. */
  readAppointment(which: Omit<Step, 'operation'>): Promise<Settled>;
  queueReminder(step: ReminderStep): Promise<void>;
  raiseStaffTask(step: StaffTaskStep): Promise<void>;
}

export type { Settled } from '../db/appointment-effects.ts';

/** @param maybeDie for fault injection (fault-points.ts); does nothing unless told to */
export function appointmentActivities(ports: ActivityPorts, maybeDie: MaybeDie = () => {}): AppointmentActivities {
  const { db, clock, log } = ports;

  async function step<T>(work: () => Promise<T>): Promise<T> {
    return withFailures(
      async () => {
        maybeDie('before-activity');
        const result = await work();
        maybeDie('after-commit-before-complete');
        return result;
      },
      (error) => log.warn({ error, code: codeOf(error) }, 'an activity failed and is tried again'),
    );
  }

  async function readAppointment({ organizationId, appointmentId }: Omit<Step, 'operation'>): Promise<Settled> {
    const at = await clock.now();
    const state = await withOrganization(db, organizationId, (trx) => settledState(trx, appointmentId, at.getTime()));
    if (state === null) throw new DomainError('not-found');
    return state;
  }

  return {
    openAppointment: (start) => step(() => openAppointment(ports, start)),
    applyAction: (action) => step(() => applyAction(ports, action)),
    readAppointment: (which) => step(() => readAppointment(which)),
    queueReminder: (reminder) => step(() => queueReminder(ports, reminder)),
    raiseStaffTask: (task) => step(() => askAPerson(ports, task)),
  };
}

/** A late or missed patient, while the visit still stands as the timer knew it: someone decides (D1). */
async function askAPerson({ db, clock }: ActivityPorts, step: StaffTaskStep): Promise<void> {
  const at = await clock.now();
  const { organizationId, appointmentId, version, kind, timer, operation } = step;
  await withTransaction(db, { organizationId, operation }, async (trx) => {
    const visit = await trx('appointment')
      .where({ id: appointmentId, version, status: 'booked' })
      .forShare()
      .first<{ patient_id: string; location_id: string | null } | undefined>('patient_id', 'location_id');
    const which = { appointmentId, version, name: timer.name };
    if (visit === undefined) return void (await markTimer(trx, which, 'skipped', { reason: 'visit-moved-on' }));
    await raiseStaffTask(trx, {
      organizationId,
      kind,
      dedupeKey: `${kind}:${appointmentId}:v${version}`,
      subjectType: 'appointment',
      subjectId: appointmentId,
      patientId: visit.patient_id,
      locationId: visit.location_id ?? undefined,
      params: { version },
      dueAt: new Date(timer.dueAt),
      actor: systemActor('timer'),
      at,
    });
    await markTimer(trx, which, 'fired');
  });
}

async function queueReminder(_ports: ActivityPorts, _step: ReminderStep): Promise<void> {}
