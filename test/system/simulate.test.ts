/**
 * A tiny season on the real processes: its figures are those of the database, and a policy with less patience asks more
 * people. What the whole command prints is the same thing for longer.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Db } from '../../db/connection.ts';
import { defaultPolicies, type WaitlistPolicy } from '../../domain/policies.ts';
import { simulationFigures, type SimulationFigures } from '../../domain/waitlist/simulation.ts';
import { compareGroups, countFigures } from '../../scripts/simulate/figures.ts';
import { playSeason, type Played } from '../../scripts/simulate/play.ts';
import { choosePolicies, namedPolicies } from '../../scripts/simulate/policies.ts';
import { quietRuntime } from '../../scripts/simulate/clinic.ts';
import { defaultSeason, makeSeason } from '../../scripts/simulate/season.ts';
import { workflowBundle } from '../support/builds.ts';
import { sharedServer } from '../support/servers.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const season = makeSeason({
  ...defaultSeason,
  days: 1,
  warmUpDays: 1,
  waitingAtStart: 9,
  joinsPerDay: 0,
  cancellationsPerDay: 3,
  // Somebody answers late enough for the windows to matter.
  answerMedianMinutes: 15,
  leads: [{ share: 1, fromHours: 6, toHours: 20 }],
  withVisit: 0.5,
});

let database: TestDatabase;
let admin: Db;
let worker: Db;
beforeAll(async () => {
  quietRuntime();
  database = await createTestDatabase();
  admin = connect({ url: database.adminUrl, applicationName: 'test-admin', poolMax: 2 });
  worker = connect({ url: database.urls.worker, applicationName: 'test-worker', poolMax: 2 });
}, 120_000);
afterAll(async () => {
  await Promise.all([admin?.destroy(), worker?.destroy()]);
  await database?.drop();
});

async function play(policy: WaitlistPolicy): Promise<Played & { figures: SimulationFigures }> {
  const { path } = await sharedServer('timeSkipping');
  const played = await playSeason({
    season,
    policy,
    database: { worker: database.urls.worker, admin: database.adminUrl },
    program: path,
    workflowBundle: await workflowBundle(),
  });
  const period = { from: new Date(season.startsAt), to: new Date(played.endedAt) };
  const figures = await countFigures(worker, { organizationId: played.organizationId, ...period, timeZone: defaultSeason.timeZone }); // prettier-ignore
  return { ...played, figures };
}

it(
  'counts what is in the database, asks nobody at night, and asks more with less patience',
  { timeout: 120_000 },
  async () => {
    const usual = await play(defaultPolicies.waitlist);
    expect(usual.stalled).toBe(0);
    const { figures, organizationId } = usual;
    expect(simulationFigures.parse(figures)).toEqual(figures);
    const offers = await admin('waitlist_offer').where({ organization_id: organizationId });
    const openings = await admin('opening').where({ organization_id: organizationId });
    const ended = (state: string): number => offers.filter((offer) => offer.state === state).length;
    expect(openings.filter(({ state }) => state === 'open' || state === 'offering')).toEqual([]);
    expect(ended('offered')).toBe(0);
    expect(figures).toMatchObject({
      openings: openings.filter((one) => one.closed_reason !== 'too-close').length,
      filled: openings.filter(({ state }) => state === 'filled').length,
      offers: offers.length,
      accepted: ended('accepted'),
      declined: ended('declined'),
      lapsed: ended('expired'),
      offersAtNight: 0,
    });
    expect(figures.filled).toBe(figures.accepted);
    expect(figures.openings).toBeGreaterThanOrEqual(season.cancellations.length);
    expect(figures.fillRate).toBeCloseTo(figures.filled / figures.openings, 3);
    expect(figures.lapsed).toBeGreaterThan(0);

    // Nobody has more than a few minutes: who would have answered is passed over, and others are asked meanwhile.
    const hasty = await play({ ...defaultPolicies.waitlist, windows: [{ leadAtLeast: 'PT2H', window: 'PT3M', wakingHoursOnly: false, maxOffers: 100 }] }); // prettier-ignore
    expect(hasty.figures.lapseRate).toBeGreaterThan(figures.lapseRate!);
    expect(hasty.figures.offersPerOpening).toBeGreaterThan(figures.offersPerOpening!);
  },
);

it('knows its policies by name, and says what is no policy', () => {
  expect(choosePolicies(undefined, undefined).map(({ name }) => name)).toEqual(['default', 'short', 'batch']);
  expect(namedPolicies['batch']!.batchSize).toBe(3);
  expect(() => choosePolicies('default,none', undefined)).toThrow(/no policy named none/);
  expect(() => choosePolicies(undefined, import.meta.filename)).toThrow();
});

it('flags no group that is too small to say', () => {
  const group = { dimension: 'age', entryDays: 100, accepted: 0, sooner: 0, medianDaysGained: null } as const;
  const rows = compareGroups([
    { ...group, group: 'a', entries: 30, offers: 40 },
    { ...group, group: 'b', entries: 30, offers: 31 },
    { ...group, group: 'c', entries: 5, offers: 90 },
  ]);
  expect(rows.map(({ ofBest, askedTooLittle }) => [ofBest, askedTooLittle])).toEqual([[1, false], [0.775, true], [2.25, null]]); // prettier-ignore
});
