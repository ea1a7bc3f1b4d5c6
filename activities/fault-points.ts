/**
 * Where a worker can be told to die, to prove that nothing is lost or done twice there (security-reliability.md, section 7).
 * `HEALTHSPHERE_FAULT=after-commit-before-complete` always, `...:0.1` one time in ten, `...@FILE` once whenever that file
 * appears: the worker that removes it dies, so that whoever laid it down knows the moment. Several are divided by commas.
 * Refused by config.ts in production.
 */
import { unlinkSync } from 'node:fs';

export const faultPoints = ['before-activity', 'after-commit-before-complete'] as const;
export type FaultPoint = (typeof faultPoints)[number];

export type MaybeDie = (point: FaultPoint) => void;

/** @throws when a fault is not one of `faultPoints`, because a chaos run that injects nothing proves nothing */
export function faultInjector(
  faults: string | undefined,
  die: () => void = () => process.kill(process.pid, 'SIGKILL'),
): MaybeDie {
  if (faults === undefined) return () => {};
  const injected = faults.split(',').map(parseFault);
  return (point) => {
    if (injected.some((fault) => fault.point === point && fault.isDue())) die();
  };
}

function parseFault(fault: string): { point: FaultPoint; isDue(): boolean } {
  const [, name = '', share, file] = /^([a-z-]+)(?::([\d.]+)|@(.+))?$/.exec(fault) ?? [];
  const point = faultPoints.find((known) => known === name);
  if (point === undefined) throw new Error(`HEALTHSPHERE_FAULT names no fault point: ${fault}`);
  return { point, isDue: file === undefined ? () => Math.random() < Number(share ?? 1) : () => wasThere(file) };
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
