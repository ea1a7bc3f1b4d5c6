/** What the links to an intake say and ask: nothing about the person before the step-up. */
import { z } from 'zod';
import { date } from '../schemas.ts';

export const intakeLinkParams = z.strictObject({ token: z.string().min(20).max(120) });

export const intakeLinkState = z.enum(['ready', 'step-up', 'locked', 'expired', 'replaced', 'closed']);

export const intakeLinkAnswer = z.object({
  /** `ready`: opens without a step-up, because there is nothing to show. */
  state: intakeLinkState,
  clinic: z.object({ name: z.string(), phone: z.string().nullable() }),
  /** The language the link was sent in, BCP 47. */
  language: z.string(),
  lockedUntil: z.string().nullable(),
});

export const intakeCodeBody = z.strictObject({ birthDate: date });
/** Answers the same whether the date was right or not. */
export const intakeCodeAnswer = z.object({ minutes: z.number().int() });

export const intakeOpenBody = z.strictObject({
  birthDate: date.optional(),
  code: z.string().trim().min(4).max(20).optional(),
});
export const intakeOpenAnswer = z.object({ intakeId: z.string(), expiresAt: z.string() });

/** Answers the same whether a link was sent or not. */
export const intakeRenewAnswer = z.object({ hours: z.number().int() });
