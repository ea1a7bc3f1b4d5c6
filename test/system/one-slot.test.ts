/** B1 to B3: everybody wants one time, over HTTP, against a clinic of its own; then while its workers are killed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChaosClinic, type ChaosClinic } from '../../scripts/chaos/clinic.ts';
import { runOneSlot, type OneSlotResult } from '../../scripts/chaos/one-slot.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';

const clients = 200;
let on: ChaosClinic;
let result: OneSlotResult;

beforeAll(async () => {
  on = await startChaosClinic({ size: { practitioners: 3, rooms: 3, patients: clients }, progress: silentProgress });
  result = await runOneSlot(on, { seed: 7, clients, kills: 3, say: () => undefined });
}, 240_000);
afterAll(() => on?.end(), 60_000);

describe('200 clients want one time', () => {
  it('one is booked, the others hear of other times, and nearly no workflow is spent on them', () => {
    expect(result.quiet.statuses).toEqual({ 201: 1, '409 slot-taken': clients - 1 });
    expect(result.quiet.workflows).toBeLessThanOrEqual(3);
  });

  it('with a worker killed meanwhile one or nobody is booked, and a repeated key gets the same answer', () => {
    expect(result.rounds).toHaveLength(3);
    for (const { winners, statuses } of result.rounds) {
      expect(winners).toBeLessThanOrEqual(1);
      expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(clients);
    }
  });

  it('no rule was broken: answers, alternatives, rows, audit, overlaps', () => {
    expect(result.traffic.violations).toEqual([]);
  });
});
