import pino, { type DestinationStream, type Logger } from 'pino';

/**
 * Logs hold ids and codes, never a person: what is not on this list is dropped, so that a field added in haste cannot
 * carry a name, an address, a token or a body into a log file.
 */
const allowed = new Set([
  'action', 'activity', 'appointmentId', 'attempt', 'bytes', 'channel', 'code', 'component', 'count', 'database', 'degraded', 'durationMs', 'entityId', 'entityType',
  'error', 'event', 'ip', 'jobId', 'kind', 'method', 'ms', 'notificationId', 'organizationId', 'outcome', 'paths', 'pid', 'port', 'reason',
  'requestId', 'role', 'route', 'runId', 'sessionId', 'signal', 'sqlState', 'stage', 'status', 'taskQueue', 'userId', 'version',
  'workflowId', 'workflowType',
]); // prettier-ignore

/** What an id or a code looks like: no spaces, no addresses. These fields come from many hands, sentences among them are dropped. */
const words = new Set(['appointmentId', 'channel', 'code']);
const word = /^[\w.:~-]{1,100}$/;

const mayPass = ([name, value]: readonly [string, unknown]): boolean =>
  allowed.has(name) &&
  (!words.has(name) || typeof value === 'number' || (typeof value === 'string' && word.test(value)));

export interface LogOptions {
  /** 'api', 'worker', ... */
  readonly component: string;
  readonly level: string;
}

/** A structured log with an allow-list of fields. The message must be a constant sentence. */
export function createLog(options: LogOptions, destination?: DestinationStream): Logger {
  return pino(
    {
      level: options.level,
      base: { component: options.component, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => Object.fromEntries(Object.entries(fields).filter(mayPass)),
      },
      serializers: { error: describeError },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

/** Name, code and where: never the message, because database and mail errors quote values in it. */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown };
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(typeof table === 'string' ? { table } : {}),
    at: frames,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
