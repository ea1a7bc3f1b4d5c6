/** What the mail catcher does wrong on request, for the fault tests (security-reliability.md, fault table). */
import { z } from 'zod';

export const faultSchema = z.strictObject({
  /** temporary: 451 at the end of the message; permanent: 550 for the recipient; delay: accepts late; drop: cuts the line. */
  mode: z.enum(['none', 'temporary', 'permanent', 'delay', 'drop']),
  /** For `delay`, milliseconds. */
  delayMs: z.number().int().min(0).max(600_000).default(5000),
  /** How many messages it hits before it ends by itself; absent means until it is taken back. */
  count: z.number().int().min(1).optional(),
  /** Only recipients that contain this text. */
  to: z.string().optional(),
});
export type Fault = z.infer<typeof faultSchema>;

export const noFault: Fault = { mode: 'none', delayMs: 0 };

export interface FaultSwitch {
  current(): Fault;
  set(fault: Fault): void;
  /** The fault that applies to these recipients in this phase, counted down. */
  take(mode: readonly Fault['mode'][], recipients: readonly string[]): Fault | undefined;
}

export function createFaultSwitch(): FaultSwitch {
  let current = noFault;
  return {
    current: () => current,
    set: (fault) => (current = fault),
    take(modes, recipients) {
      const { mode, to, count } = current;
      if (mode === 'none' || !modes.includes(mode)) return undefined;
      if (to !== undefined && !recipients.some((recipient) => recipient.includes(to))) return undefined;
      const applied = current;
      if (count !== undefined) current = count > 1 ? { ...current, count: count - 1 } : noFault;
      return applied;
    },
  };
}
