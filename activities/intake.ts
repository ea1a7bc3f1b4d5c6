/** What the workflow of an intake has done for it: each one transaction, each safe to repeat by its operation key. */
import { applyIntakeAction, type IntakeCommand } from '../db/intakes/intake-actions.ts';
import { beginIntake, createProvisionalChart } from '../db/intakes/intake-start.ts';
import { readIntake, refreshIntake, ringIntakeTimer } from '../db/intakes/intake-timers.ts';
import type { Operation } from '../workflows/messages/appointment.ts';
import type { IntakeSettled, IntakeStart } from '../workflows/messages/intake.ts';
import { activityStep } from './activity-step.ts';
import type { ActivityPorts } from './ports.ts';

interface WhichIntake {
  readonly organizationId: string;
  readonly intakeId: string;
}

export interface IntakeActivities {
  /** The chart of somebody new, marked incomplete until the intake stands (A14). @returns its id */
  createProvisionalChart(start: IntakeStart): Promise<string>;
  beginIntake(start: IntakeStart): Promise<IntakeSettled>;
  applyIntakeAction(step: IntakeCommand): Promise<IntakeSettled>;
  ringIntakeTimer(step: WhichIntake & { readonly name: string; readonly operation: Operation }): Promise<IntakeSettled>;
  /** Another process changed what the intake goes by: its flags and clocks follow. */
  refreshIntake(step: WhichIntake & { readonly operation: Operation }): Promise<IntakeSettled>;
  readIntake(which: WhichIntake): Promise<IntakeSettled>;
}

export function intakeActivities(ports: ActivityPorts): IntakeActivities {
  const step = activityStep(ports.log);
  return {
    createProvisionalChart: (start) => step(() => createProvisionalChart(ports, start)),
    beginIntake: (start) => step(() => beginIntake(ports, start)),
    applyIntakeAction: (command) => step(() => applyIntakeAction(ports, command)),
    ringIntakeTimer: (timer) => step(() => ringIntakeTimer(ports, timer)),
    refreshIntake: (which) => step(() => refreshIntake(ports, which)),
    readIntake: (which) => step(() => readIntake(ports, which)),
  };
}
