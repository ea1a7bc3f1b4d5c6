/** A kept season for tests of what is done with one: figures by hand, in the shape that the program writes. */
import { defaultPolicies } from '../../domain/policies.ts';
import type { Simulation, SimulationFigures } from '../../domain/waitlist/simulation.ts';

export const figures = (differs: Partial<SimulationFigures> = {}): SimulationFigures => ({
  openings: 100,
  chained: 20,
  tooClose: 3,
  filled: 45,
  fillRate: 0.45,
  offers: 500,
  accepted: 45,
  declined: 150,
  lapsed: 305,
  takenBack: 0,
  acceptance: 0.09,
  lapseRate: 0.61,
  offersPerFill: 11.1,
  offersPerOpening: 5,
  medianDaysGained: 21,
  meanDaysGained: 24.5,
  medianMinutesToFill: 240,
  offersAtNight: 0,
  equity: [
    { dimension: 'language', group: 'en', entries: 90, offers: 400, accepted: 36, offersPerEntryDay: 0.2, ofBest: 1, askedTooLittle: false },
    { dimension: 'language', group: 'es', entries: 30, offers: 80, accepted: 8, offersPerEntryDay: 0.14, ofBest: 0.7, askedTooLittle: true },
    { dimension: 'language', group: 'vi', entries: 4, offers: 20, accepted: 1, offersPerEntryDay: 0.3, ofBest: 1.5, askedTooLittle: null },
  ],
  ...differs,
}); // prettier-ignore

export const simulated = (): Simulation => ({
  kind: 'waitlist',
  seed: 7,
  ranAt: '2027-03-01T15:00:00Z',
  parameters: { seed: 7, days: 30, accept: 0.11 },
  results: [
    { policy: { name: 'default', value: { ...defaultPolicies.waitlist } }, figures: figures() },
    {
      policy: { name: 'short', value: { ...defaultPolicies.waitlist, extension: 'PT2M' } },
      figures: figures({ filled: 60, fillRate: 0.6, offers: 900, offersPerFill: 15, medianDaysGained: 18 }),
    },
    {
      policy: { name: 'batch', value: { ...defaultPolicies.waitlist, batchSize: 3 } },
      figures: figures({ filled: 52, fillRate: 0.52, offers: 700, offersPerFill: 13.5, medianDaysGained: 20 }),
    },
  ],
});
