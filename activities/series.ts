/** What the process of a recurring series has done for it. Each is safe to repeat: by its operation key, or by its step. */
import { getClient } from '@temporalio/activity';
import {
  openSeries,
  readSeriesProgress,
  recordSeriesStep,
  settleSeries,
  type WhichSeries,
} from '../db/series/series.ts';
import { beginSeriesChange } from '../db/series/series-changes.ts';
import { findOperation, withOrganization } from '../db/transaction.ts';
import type { ProblemDetail } from '../domain/errors.ts';
import type { ActionRequest, Operation } from '../workflows/messages/appointment.ts';
import type { SeriesChange, SeriesProgress, SeriesStart, SeriesStep } from '../workflows/messages/series.ts';
import { activityStep } from './activity-step.ts';
import { appointmentRuns } from './adapters/appointment-runs.ts';
import type { ActivityPorts, AppointmentRuns } from './ports.ts';

export interface SeriesActivities {
  openSeries(start: SeriesStart): Promise<SeriesProgress>;
  /** Waits for what became of a visit that was begun, and records it. @returns why not, or null */
  bookedOccurrence(step: WhichSeries & { readonly step: SeriesStep }): Promise<ProblemDetail | null>;
  /** One action on the visit of a step, by the visit's own process; recorded. @returns why not, or null */
  actOnOccurrence(
    step: WhichSeries & { readonly step: SeriesStep; readonly request: ActionRequest },
  ): Promise<ProblemDetail | null>;
  settleSeries(step: WhichSeries & { readonly operation: Operation }): Promise<SeriesProgress>;
  beginSeriesChange(
    step: WhichSeries & { readonly change: SeriesChange; readonly operation: Operation },
  ): Promise<{ readonly changeNo: number; readonly progress: SeriesProgress }>;
  /** What Postgres knows, for a run that goes on where another one stopped. */
  readSeriesProgress(which: WhichSeries): Promise<SeriesProgress>;
}

export function seriesActivities(
  ports: ActivityPorts & { readonly runs?: AppointmentRuns | undefined },
): SeriesActivities {
  const runs = ports.runs ?? appointmentRuns(getClient);
  const step = activityStep(ports.log);

  return {
    openSeries: (start) => step(() => openSeries(ports, start)),
    bookedOccurrence: (which) =>
      step(async () => {
        const outcome = await runs.outcomeOf(which.step.appointmentId);
        const problem = outcome.ok ? null : outcome.problem;
        await recordSeriesStep(ports, { ...which, problem });
        return problem;
      }),
    actOnOccurrence: ({ request, ...which }) =>
      step(async () => {
        const refused = await runs.act(which.step.appointmentId, await asItStands(ports, which, request));
        const problem = refused !== null && (await wasDone(ports, which, request)) ? null : refused;
        await recordSeriesStep(ports, { ...which, problem });
        return problem;
      }),
    settleSeries: (which) => step(() => settleSeries(ports, which)),
    beginSeriesChange: (change) => step(() => beginSeriesChange(ports, change)),
    readSeriesProgress: (which) => step(() => readSeriesProgress(ports, which)),
  };
}

/** What still waits for approval is not cancelled but refused; who may end the visit may take back that it was asked for. */
async function asItStands(
  ports: ActivityPorts,
  { organizationId, step }: WhichSeries & { readonly step: SeriesStep },
  request: ActionRequest,
): Promise<ActionRequest> {
  if (step.kind === 'move') return request;
  const visit = await withOrganization(ports.db, organizationId, (trx) =>
    trx('appointment')
      .where({ id: step.appointmentId })
      .first<{ status: string; awaiting_approval: boolean } | undefined>('status', 'awaiting_approval'),
  );
  if (visit?.status !== 'pending' || !visit.awaiting_approval) return request;
  const actor = { ...request.actor, permissions: [...request.actor.permissions, 'appointment:approve'] };
  return { ...request, action: 'refuse', actor };
}

/** A worker that died before it could say so: a visit that is over refuses to be ended once more. */
const wasDone = (
  ports: ActivityPorts,
  { organizationId }: WhichSeries,
  { operation }: ActionRequest,
): Promise<boolean> =>
  withOrganization(
    ports.db,
    organizationId,
    async (trx) => (await findOperation(trx, organizationId, operation)) !== undefined,
  );
