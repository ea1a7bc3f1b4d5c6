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
  /** What the step-up asks besides the code: what the chart can compare with. */
  asks: z.enum(['birth-date', 'birth-year', 'postcode', 'code-alone']),
});

const known = {
  birthDate: date.optional(),
  birthYear: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  postcode: z.string().trim().max(20).optional(),
};
export const intakeCodeBody = z.strictObject(known);
/** Answers the same whether what was given is right or not. */
export const intakeCodeAnswer = z.object({ minutes: z.number().int() });

export const intakeOpenBody = z.strictObject({
  ...known,
  code: z.string().trim().min(4).max(20).optional(),
});
export const intakeOpenAnswer = z.object({ intakeId: z.string(), expiresAt: z.string() });

/** Answers the same whether a link was sent or not. */
export const intakeRenewAnswer = z.object({ hours: z.number().int() });
