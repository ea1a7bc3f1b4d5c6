/** What the engine says about the runs of appointments. Lists come from its visibility store, which is a moment behind. */
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../../config.ts';
import type { KeyRing } from '../../keys.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { appointmentTaskQueue } from '../../workers/task-queues.ts';
import {
  appointmentWorkflow,
  appointmentWorkflowId,
  changedElsewhereSignal,
  stateQuery,
  type AppointmentStart,
  type AppointmentState,
} from '../../workflows/messages/appointment.ts';
import {
  openingChangedSignal,
  openingWorkflow,
  openingWorkflowId,
  type OpeningStart,
} from '../../workflows/messages/opening.ts';

export interface Engine {
  /** Ids of the appointments with a running workflow, each as often as it is listed. */
  running(): Promise<string[]>;
  /** The latest run, asked of the engine itself: 'RUNNING', how it ended, or null when there never was one. */
  statusOf(appointmentId: string): Promise<{ readonly status: string; readonly startedAt: Date } | null>;
  /** What the run believes; undefined when no worker answers. */
  stateOf(appointmentId: string): Promise<AppointmentState | undefined>;
  /** Whether a run of this workflow id is under way, asked of the engine itself. */
  isRunning(workflowId: string): Promise<boolean>;
  /** A run for a freed time that is kept: it reads the rows there and goes on. */
  adoptOpening(start: OpeningStart): Promise<void>;
  /** A run for an appointment that stands in the database: it reads there what is the case. */
  adopt(start: AppointmentStart): Promise<void>;
  close(): Promise<void>;
}

/** @throws when the engine does not answer within three seconds */
export async function connectEngine(
  config: Pick<Config, 'temporal' | 'codecOff'>,
  keys: Pick<KeyRing, 'current' | 'keys'>,
): Promise<Engine> {
  const { address, namespace, tls, apiKey } = config.temporal;
  const connection = await Connection.connect({
    address,
    connectTimeout: '3 seconds',
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  const client = new Client({ connection, namespace, dataConverter: dataConverter(config, keys) });
  const within = <T>(ms: number, work: () => Promise<T>) => connection.withDeadline(Date.now() + ms, work);
  return {
    async running() {
      const prefix = appointmentWorkflowId('');
      const ids: string[] = [];
      const query = `WorkflowType = '${appointmentWorkflow}' AND ExecutionStatus = 'Running'`;
      for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) {
        if (workflowId.startsWith(prefix)) ids.push(workflowId.slice(prefix.length));
      }
      return ids;
    },
    async statusOf(appointmentId) {
      try {
        const handle = client.workflow.getHandle(appointmentWorkflowId(appointmentId));
        const { status, startTime } = await within(5_000, () => handle.describe());
        return { status: status.name, startedAt: startTime };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    async isRunning(workflowId) {
      try {
        const { status } = await within(5_000, () => client.workflow.getHandle(workflowId).describe());
        return status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    async adoptOpening(start) {
      await client.workflow.signalWithStart(openingWorkflow, {
        workflowId: openingWorkflowId(start.openingId),
        taskQueue: appointmentTaskQueue,
        args: [start],
        signal: openingChangedSignal,
        signalArgs: [],
        workflowTaskTimeout: '5 seconds',
        staticSummary: `Freed time ${start.openingId.slice(0, 8)}, taken up again by npm run doctor`,
      });
    },
    async stateOf(appointmentId) {
      const handle = client.workflow.getHandle(appointmentWorkflowId(appointmentId));
      try {
        return await within(10_000, () => handle.query<AppointmentState, []>(stateQuery));
      } catch {
        return undefined;
      }
    },
    async adopt(start) {
      await client.workflow.signalWithStart(appointmentWorkflow, {
        workflowId: appointmentWorkflowId(start.appointmentId),
        taskQueue: appointmentTaskQueue,
        args: [start],
        signal: changedElsewhereSignal,
        signalArgs: [],
        workflowTaskTimeout: '3 seconds',
        staticSummary: `Visit ${start.appointmentId.slice(0, 8)}, taken up again by npm run doctor`,
      });
    },
    close: () => connection.close(),
  };
}
