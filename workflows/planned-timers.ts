import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { PlannedTimer } from './messages/appointment.ts';

export const isReminder = (timer: Pick<PlannedTimer, 'name'>): boolean => timer.name.startsWith('reminder:');

export interface PlannedTimers {
  /** Replaces the plan: what is no longer in it is cancelled, what is new starts running, the rest runs on. */
  follow(plan: readonly PlannedTimer[], version: number): void;
  /** Stops everything. */
  cancel(): void;
  /** What still lies ahead or is waiting to be dealt with, earliest first. */
  pending(): readonly PlannedTimer[];
  /** Timers that have rung and were not dealt with yet. */
  rung(): readonly PlannedTimer[];
  /** Lets one ring once more after `ms`. */
  ringAgain(timer: PlannedTimer, ms: number): void;
  /** Deals with one for good: it never rings again for this version, whatever a later plan says. */
  settle(timer: PlannedTimer): void;
}

interface Running {
  readonly timer: PlannedTimer;
  readonly scope: CancellationScope;
  rung: boolean;
}

/**
 * The clock of one case. The instants were computed in an activity and recorded with the plan, so that a change of zone
 * data cannot break a replay. All reminders of one version share one cancellation scope (D1): a new place, a
 * cancellation or a no-show ends them together, before anything else happens.
 * @param together which timers share that scope; reminders unless told
 */
export function plannedTimers(together: (timer: Pick<PlannedTimer, 'name'>) => boolean = isReminder): PlannedTimers {
  const running = new Map<string, Running>();
  const settled = new Set<string>();
  // A request to cancel the run must not stop its clock: an appointment ends by its own updates only.
  const shield = new CancellationScope({ cancellable: false });
  let version = -1;
  let reminders = new CancellationScope({ cancellable: true, parent: shield });

  const keyOf = (timer: PlannedTimer): string => `v${version}:${timer.name}`;

  const start = (timer: PlannedTimer, ms = Math.max(1, Date.parse(timer.dueAt) - Date.now())): void => {
    const key = keyOf(timer);
    const scope = new CancellationScope({ cancellable: true, parent: together(timer) ? reminders : shield });
    const entry: Running = { timer, scope, rung: false };
    running.set(key, entry);
    scope
      .run(() => sleep(ms, { summary: timer.name }))
      .then(
        () => void (entry.rung = true),
        (error: unknown) => {
          if (!isCancellation(error)) throw error;
        },
      );
  };

  const drop = (key: string, entry: Running): void => {
    running.delete(key);
    entry.scope.cancel();
  };

  return {
    follow(plan, planVersion) {
      if (planVersion !== version) {
        reminders.cancel();
        reminders = new CancellationScope({ cancellable: true, parent: shield });
        for (const [key, entry] of running) drop(key, entry);
        version = planVersion;
      }
      const wanted = new Map(plan.map((timer) => [keyOf(timer), timer]));
      for (const [key, entry] of running) {
        if (wanted.get(key)?.dueAt !== entry.timer.dueAt) drop(key, entry);
      }
      for (const [key, timer] of wanted) {
        const entry = running.get(key);
        if (entry !== undefined) running.set(key, Object.assign(entry, { timer }));
        // The same name may come back with another time (an extended hold): that one has not been dealt with.
        else if (!settled.has(`${key}@${timer.dueAt}`)) start(timer);
      }
    },
    cancel() {
      reminders.cancel();
      for (const [key, entry] of running) drop(key, entry);
    },
    pending: () => [...running.values()].map((entry) => entry.timer).toSorted(byTime),
    rung: () =>
      [...running.values()]
        .filter((entry) => entry.rung)
        .map((entry) => entry.timer)
        .toSorted(byTime),
    ringAgain(timer, ms) {
      if (running.delete(keyOf(timer))) start(timer, ms);
    },
    settle(timer) {
      const key = keyOf(timer);
      settled.add(`${key}@${timer.dueAt}`);
      running.delete(key);
    },
  };
}

const byTime = (a: PlannedTimer, b: PlannedTimer): number =>
  a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : a.name < b.name ? -1 : 1;
