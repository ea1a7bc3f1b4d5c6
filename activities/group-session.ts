/** What the process of a group session has done for it. Each is safe to repeat: by its operation key. */
import { getClient } from '@temporalio/activity';
import {
  changeGroupSession,
  openGroupSession,
  readGroupProgress,
  settleGroupSession,
  type WhichGroup,
} from '../db/groups/group-sessions.ts';
import type { ProblemDetail } from '../domain/errors.ts';
import type { ActionRequest, Operation } from '../workflows/messages/appointment.ts';
import type {
  GroupSessionProgress,
  GroupSessionRequest,
  GroupSessionStart,
} from '../workflows/messages/group-session.ts';
import { activityStep } from './activity-step.ts';
import { appointmentRuns } from './adapters/appointment-runs.ts';
import type { ActivityPorts, AppointmentRuns } from './ports.ts';

export interface GroupSessionActivities {
  openGroupSession(start: GroupSessionStart): Promise<GroupSessionProgress>;
  changeGroupSession(step: WhichGroup & GroupSessionRequest): Promise<GroupSessionProgress>;
  /** One action on the visit of a seat, by the visit's own process. @returns why not, or null */
  actOnSeat(step: { readonly appointmentId: string; readonly request: ActionRequest }): Promise<ProblemDetail | null>;
  settleGroupSession(step: WhichGroup & { readonly operation: Operation }): Promise<GroupSessionProgress>;
  /** What Postgres knows. */
  readGroupSession(which: WhichGroup): Promise<GroupSessionProgress>;
}

export function groupSessionActivities(
  ports: ActivityPorts & { readonly runs?: AppointmentRuns | undefined },
): GroupSessionActivities {
  const runs = ports.runs ?? appointmentRuns(getClient);
  const step = activityStep(ports.log);

  return {
    openGroupSession: (start) => step(() => openGroupSession(ports, start)),
    changeGroupSession: (change) => step(() => changeGroupSession(ports, change)),
    actOnSeat: ({ appointmentId, request }) => step(() => runs.act(appointmentId, request)),
    settleGroupSession: (which) => step(() => settleGroupSession(ports, which)),
    readGroupSession: (which) => step(() => readGroupProgress(ports, which)),
  };
}
