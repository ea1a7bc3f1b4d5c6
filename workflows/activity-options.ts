import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * The start command: one local activity, one transaction, inside the first workflow task (architecture.md, section 5).
 * Bounded, because a workflow task that retries for long holds up everything else said to this appointment.
 */
export const startCommand = {
  startToCloseTimeout: '4 seconds',
  scheduleToCloseTimeout: '9 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '1 second' },
} as const satisfies LocalActivityOptions;

/**
 * Behind an update somebody waits for. The API answers 503 `outcome-unknown` after 5 s, and the update goes on: repeating
 * the key finds its end. After ten minutes nobody is waiting any more, and the step is given up, on record.
 */
export const behindUpdate = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
} as const satisfies ActivityOptions;

/** What the process owes by itself: retried until it is done, however long the database is away. */
export const owed = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
} as const satisfies ActivityOptions;
