/** What the payer sandbox does wrong on request. */
import { z } from 'zod';

export const behaviourSchema = z.strictObject({
  /** down: cuts the line; slow: answers late; garbage: something that is no X12; aaa-42: cannot answer now; wrong-member: of somebody else. */
  mode: z.enum(['none', 'down', 'slow', 'garbage', 'aaa-42', 'wrong-member']),
  /** For `slow`, milliseconds. */
  delayMs: z.number().int().min(0).max(600_000).default(30_000),
  /** How many inquiries it hits before it ends by itself; absent: until it is taken back. */
  count: z.number().int().min(1).optional(),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

export const memberSchema = z.strictObject({
  memberId: z.string().regex(/^[A-Z0-9]{2,40}$/),
  active: z.boolean(),
  planName: z.string().min(1).max(50).default('SANDBOX PPO'),
  startsOn: z.iso.date().default('2026-01-01'),
  endsOn: z.iso.date().optional(),
  copayCents: z.number().int().min(0).max(1_000_000).default(2_500),
});
