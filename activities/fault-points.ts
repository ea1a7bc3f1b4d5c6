/**
 * Where a worker can be told to die, to prove that nothing is lost or done twice there (security-reliability.md, section 7).
 * `HEALTHSPHERE_FAULT=after-commit-before-complete` always, `...:0.1` one time in ten. Refused by config.ts in production.
 */
export const faultPoints = ['before-activity', 'after-commit-before-complete'] as const;
export type FaultPoint = (typeof faultPoints)[number];

export type MaybeDie = (point: FaultPoint) => void;

/** @throws when the fault is not one of `faultPoints`, because a chaos run that injects nothing proves nothing */
export function faultInjector(fault: string | undefined): MaybeDie {
  if (fault === undefined) return () => {};
  const [name, share = '1'] = fault.split(':');
  if (!faultPoints.includes(name as FaultPoint)) throw new Error(`HEALTHSPHERE_FAULT names no fault point: ${fault}`);
  return (point) => {
    if (point === name && Math.random() < Number(share)) process.kill(process.pid, 'SIGKILL');
  };
}
