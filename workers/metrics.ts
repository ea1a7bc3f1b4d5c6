import { DefaultLogger, makeTelemetryFilterString } from '@temporalio/worker';
import type { LogLevel, RuntimeOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';

/** The SDK's runtime: its log goes into ours, its metrics to Prometheus when a port is given. Signals are handled in main. */
export function runtimeOptions(config: Pick<Config, 'metricsPort' | 'host'>, log: Logger): RuntimeOptions {
  return {
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => log[pinoLevel[level]](fieldsOf(meta), message)),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(config.metricsPort === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: `${config.host}:${config.metricsPort}` } } }),
    },
  };
}

const pinoLevel = {
  TRACE: 'trace',
  DEBUG: 'debug',
  // Starts and stops of single workflows and pollers are noise in a clinic's log.
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

/**
 * Ids and codes; never the SDK's `error`, whose message may hold what the codec hides. `code` is what a workflow says
 * itself (its lines come here too).
 */
export function fieldsOf(meta: Readonly<Record<string | symbol, unknown>> | undefined): Record<string, unknown> {
  const { workflowId, runId, workflowType, activityType, attempt, taskQueue, error, code } = meta ?? {};
  const { name, type } = (error ?? {}) as { name?: unknown; type?: unknown };
  return {
    workflowId,
    runId,
    workflowType,
    activity: activityType,
    attempt,
    taskQueue,
    code: error === undefined ? code : (type ?? name),
  };
}
