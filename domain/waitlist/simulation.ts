/**
 * What a simulated season says about a waitlist policy (`npm run simulate -- waitlist`): the shape that the program writes,
 * the API keeps and the administrator's page draws. Everything in it is synthetic; the seed and the season's parameters
 * make it again. Rates are shares from 0 to 1, null where nothing was counted.
 */
import { z } from 'zod';
import { equityDimensions } from './waitlist-equity.ts';

const count = z.int().min(0).max(10_000_000);
const share = z.number().min(0).max(1).nullable();
const amount = z.number().min(0).max(1_000_000_000).nullable();

export const simulatedGroup = z.strictObject({
  dimension: z.enum(equityDimensions),
  group: z.string().max(40),
  entries: count,
  offers: count,
  accepted: count,
  /** Offers for every day that somebody of the group could be asked. */
  offersPerEntryDay: z.number().min(0).max(1_000_000),
  /** Of the rate of the dimension's best group (of those with enough entries to say). */
  ofBest: amount,
  askedTooLittle: z.boolean().nullable(),
});

export const simulationFigures = z.strictObject({
  /** Freed times with lead enough to ask somebody; those behind an acceptance among them. */
  openings: count,
  /** Of those: freed because somebody took an earlier time. */
  chained: count,
  /** Freed too late to ask anybody. */
  tooClose: count,
  filled: count,
  fillRate: share,
  offers: count,
  accepted: count,
  declined: count,
  lapsed: count,
  /** Withdrawn by the desk, or somebody else of the same batch was first. */
  takenBack: count,
  acceptance: share,
  lapseRate: share,
  offersPerFill: amount,
  offersPerOpening: amount,
  /** Of accepted offers that replaced a later visit. */
  medianDaysGained: amount,
  meanDaysGained: amount,
  /** From the freed time to the acceptance. */
  medianMinutesToFill: amount,
  /** Sent outside 08:00 to 20:00 of the patient's clock. */
  offersAtNight: count,
  equity: z.array(simulatedGroup).max(60),
});
export type SimulationFigures = z.output<typeof simulationFigures>;

export const simulatedPolicy = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9 _.-]{0,39}$/i, 'Letters, digits, and - _ . between them, up to 40'),
  /** The whole value of the policy `waitlist`. */
  value: z.record(z.string(), z.unknown()),
});

export const simulation = z.strictObject({
  kind: z.literal('waitlist'),
  seed: z.int().min(0).max(4_294_967_295),
  /** RFC 3339. */
  ranAt: z.string().max(40),
  /** Of the season: how many people, how they answer, how soon visits are cancelled. */
  parameters: z.record(z.string(), z.unknown()),
  results: z.array(z.strictObject({ policy: simulatedPolicy, figures: simulationFigures })).min(1).max(12),
}); // prettier-ignore
export type Simulation = z.output<typeof simulation>;
