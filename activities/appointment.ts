/** What the appointment workflow has done for it: each one transaction, each safe to repeat by its operation key. */
import type { AppointmentEvent } from '../domain/appointment-events.ts';
import type { AppointmentFacts } from '../domain/appointment-facts.ts';
import type { Actor } from '../domain/actor.ts';
import type {
  ActionInput,
  AppointmentStart,
  AppointmentView,
  OpeningCommand,
  Operation,
  PlannedTimer,
} from '../workflows/messages/appointment.ts';

/** What a transaction left behind: everything the workflow goes by from then on. */
export interface Settled {
  readonly appointment: AppointmentView;
  readonly facts: AppointmentFacts;
  readonly timers: readonly PlannedTimer[];
  readonly alternatives?: readonly OpeningCommand[] | undefined;
}

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
  readonly kind: 'late' | 'no-show' | 'visit-left-open';
}

export interface AppointmentActivities {
  openAppointment(start: AppointmentStart): Promise<Settled>;
  applyAction(step: ActionStep): Promise<Settled>;
  queueReminder(step: ReminderStep): Promise<void>;
  raiseStaffTask(step: StaffTaskStep): Promise<void>;
}
