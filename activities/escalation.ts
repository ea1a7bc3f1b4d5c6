/** What the process of an escalation has done for it: each one transaction, each safe to repeat by its operation key. */
import { readOrTakeUp } from '../db/escalations/escalation-calls.ts';
import { applyEscalationAction, losePresence, ringEscalationTimer } from '../db/escalations/escalations.ts';
import type { Operation } from '../workflows/messages/appointment.ts';
import type { EscalationRequest, EscalationSettled, EscalationStart } from '../workflows/messages/escalation.ts';
import { activityStep } from './activity-step.ts';
import type { ActivityPorts } from './ports.ts';

export interface EscalationActivities {
  readEscalation(which: EscalationStart): Promise<EscalationSettled>;
  applyEscalationAction(step: EscalationStart & { readonly request: EscalationRequest }): Promise<EscalationSettled>;
  ringEscalationTimer(
    step: EscalationStart & { readonly name: string; readonly operation: Operation },
  ): Promise<EscalationSettled>;
  losePresence(step: EscalationStart & { readonly operation: Operation }): Promise<EscalationSettled>;
}

export function escalationActivities(ports: ActivityPorts): EscalationActivities {
  const step = activityStep(ports.log);
  return {
    readEscalation: (which) => step(() => readOrTakeUp(ports, which)),
    applyEscalationAction: (action) => step(() => applyEscalationAction(ports, action)),
    ringEscalationTimer: (timer) => step(() => ringEscalationTimer(ports, timer)),
    losePresence: (which) => step(() => losePresence(ports, which)),
  };
}
