/** What the appointment workflow has done for it: each one transaction, each safe to repeat by its operation key. */
import { applyAction } from '../db/appointments/appointment-actions.ts';
import type { Settled } from '../db/appointments/appointment-effects.ts';
import { settledState } from '../db/appointments/appointment-view.ts';
import { openAppointment } from '../db/appointments/appointments.ts';
import { queueReminder, raiseVisitTask } from '../db/appointments/appointment-timers.ts';
import { findOperation, withOrganization } from '../db/transaction.ts';
import { DomainError } from '../domain/errors.ts';
import { activityStep } from './activity-step.ts';
import type { AppointmentEvent } from '../domain/appointment/appointment-events.ts';
import type { Actor } from '../domain/actor.ts';
import type { ActionInput, AppointmentStart, Operation, PlannedTimer } from '../workflows/messages/appointment.ts';
import type { ActivityPorts } from './ports.ts';

interface Which {
  readonly organizationId: string;
  readonly appointmentId: string;
}

export interface ActionStep extends Which {
  readonly operation: Operation;
  readonly event: AppointmentEvent;
  readonly input: ActionInput;
  readonly actor: Actor;
}

export interface TimerStep extends Which {
  /** The version the timer was planned for. */
  readonly version: number;
  readonly timer: PlannedTimer;
}

export interface ReminderStep extends TimerStep {
  /** Recorded and not sent, for this reason (feature B14). */
  readonly suppress?: string | undefined;
}

export interface StaffTaskStep extends TimerStep {
  readonly kind: 'late' | 'no-show' | 'confirmation';
}

export interface AppointmentActivities {
  openAppointment(start: AppointmentStart): Promise<Settled>;
  applyAction(step: ActionStep): Promise<Settled>;
  /** What Postgres knows, for a run that finds itself changed by another writer. */
  readAppointment(which: Which): Promise<Settled>;
  /** What a step led to whose answer was lost; null when it never took place. */
  findStep(step: Which & { readonly operation: Operation }): Promise<Settled | null>;
  queueReminder(step: ReminderStep): Promise<'queued' | 'suppressed' | 'skipped' | 'superseded'>;
  /** @returns false when the visit has moved on and nobody needs to look */
  raiseStaffTask(step: StaffTaskStep): Promise<boolean>;
}

export type { Settled } from '../db/appointments/appointment-effects.ts';

export function appointmentActivities(ports: ActivityPorts): AppointmentActivities {
  const { db, clock } = ports;
  const step = activityStep(ports.log);

  async function readAppointment({ organizationId, appointmentId }: Which): Promise<Settled> {
    const at = await clock.now();
    const state = await withOrganization(db, organizationId, (trx) => settledState(trx, appointmentId, at.getTime()));
    if (state === null) throw new DomainError('not-found');
    return state;
  }

  async function findStep({ organizationId, operation }: { organizationId: string; operation: Operation }) {
    const known = await withOrganization(db, organizationId, (trx) =>
      findOperation<Settled>(trx, organizationId, operation),
    );
    return known?.result ?? null;
  }

  return {
    openAppointment: (start) => step(() => openAppointment(ports, start)),
    applyAction: (action) => step(() => applyAction(ports, action)),
    readAppointment: (which) => step(() => readAppointment(which)),
    findStep: (which) => step(() => findStep(which)),
    queueReminder: (reminder) => step(() => queueReminder(ports, reminder)),
    raiseStaffTask: (task) => step(() => raiseVisitTask(ports, task)),
  };
}
