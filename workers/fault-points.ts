/**
 * Where a worker can be told to die, to prove that nothing is lost or done twice there (security-reliability.md, section 7).
 * `HEALTHSPHERE_FAULT=after-commit-before-complete` always, `...:0.1` one time in ten, `...@FILE` once whenever that file
 * appears: the worker that removes it dies, so that whoever laid it down knows the moment. `.../advanceOpening@FILE` counts
 * in that activity only. Several are divided by commas. Refused by config.ts in production.
 */
import { unlinkSync } from 'node:fs';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

export const faultPoints = ['before-activity', 'after-commit-before-complete'] as const;
export type FaultPoint = (typeof faultPoints)[number];

/** @param activity the type of the activity that is run */
export type MaybeDie = (point: FaultPoint, activity: string) => void;

/** @throws when a fault is not one of `faultPoints`, because a chaos run that injects nothing proves nothing */
export function faultInjector(
  faults: string | undefined,
  die: () => void = () => process.kill(process.pid, 'SIGKILL'),
): MaybeDie {
  if (faults === undefined) return () => {};
  const injected = faults.split(',').map(parseFault);
  return (point, activity) => {
    if (injected.some((fault) => fault.point === point && (fault.activity ?? activity) === activity && fault.isDue()))
      die();
  };
}

/** Around every activity, whoever wrote it; an activity that fails has committed nothing and passes no second point. */
export function faultsAroundActivities(maybeDie: MaybeDie): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        maybeDie('before-activity', info.activityType);
        const result: unknown = await next(input);
        maybeDie('after-commit-before-complete', info.activityType);
        return result;
      },
    },
  });
}

interface Fault {
  readonly point: FaultPoint;
  /** undefined means any */
  readonly activity: string | undefined;
  isDue(): boolean;
}

function parseFault(fault: string): Fault {
  const [, name = '', activity, share, file] = /^([a-z-]+)(?:\/(\w+))?(?::([\d.]+)|@(.+))?$/.exec(fault) ?? [];
  const point = faultPoints.find((known) => known === name);
  if (point === undefined) throw new Error(`HEALTHSPHERE_FAULT names no fault point: ${fault}`);
  const isDue = file === undefined ? () => Math.random() < Number(share ?? 1) : () => wasThere(file);
  return { point, activity, isDue };
}

/** Removing a file is atomic: of several workers exactly one finds it. */
function wasThere(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch {
    return false;
  }
}
