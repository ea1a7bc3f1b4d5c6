/** The short form of `npm run chaos`: a fixed seed, ten faults, the same checks. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChaosClinic, type ChaosClinic } from '../../scripts/chaos/clinic.ts';
import { runMixed, type MixedResult } from '../../scripts/chaos/mixed.ts';
import { createTraffic, type Known } from '../../scripts/chaos/traffic.ts';
import { verifyAll } from '../../scripts/chaos/verify.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';

let on: ChaosClinic;
let result: MixedResult;

beforeAll(async () => {
  on = await startChaosClinic({ size: { practitioners: 4, rooms: 3, patients: 40 }, progress: silentProgress });
  result = await runMixed(on, { seed: 3, faults: 10, minutes: 0.6, clients: 10, thinkMs: 60, say: () => undefined });
}, 300_000);
afterAll(() => on?.end(), 60_000);

describe('a clinic that is killed under load', () => {
  it('loses nothing, does nothing twice, and breaks no rule', () => {
    expect(result.traffic.violations).toEqual([]);
    // A run in which nothing was killed or nothing happened proves nothing; a busy machine gets less far.
    expect(result.injected.length).toBeGreaterThanOrEqual(4);
    expect(result.traffic.known.filter(({ status }) => status < 300).length).toBeGreaterThan(10);
    expect(result.looks).toBeGreaterThan(0);
    expect(result.verified.readBack).toBeGreaterThan(5);
  });

  it('would be found out if it had lost a booking, or carried out what it refused', async () => {
    const done = result.traffic.known.find(({ view }) => view !== null)!;
    const lost = randomUUID();
    const forged: Known[] = [
      { ...done, step: { ...done.step, appointmentId: lost }, view: { ...done.view!, id: lost } },
      { ...done, status: 409, code: 'slot-taken', view: null },
      { ...done, step: { ...done.step, operationKey: 'nowhere' }, view: { ...done.view!, revision: 1_000 } },
    ];
    const traffic = { ...createTraffic(), known: forged };
    await verifyAll(on, traffic);
    const found = traffic.violations.map(({ rule, detail }) => `${rule}: ${detail}`).toSorted();
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^acknowledged: ${lost} at revision`),
        expect.stringMatching(/^acknowledged: .* is not recorded$/),
        expect.stringMatching(/^refused: .* and happened$/),
      ]),
    );
  }, 180_000);
});
