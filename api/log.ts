/** The log of all processes lives at the root, beside config.ts and keys.ts: workers write it too. */
export { createLog, describeError, type LogOptions } from '../log.ts';
