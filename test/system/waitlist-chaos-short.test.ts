/** The short form of `npm run chaos -- --scenario waitlist`: a fixed seed, few people, the same judgement. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db } from '../../db/connection.ts';
import { startChaosClinic, type ChaosClinic } from '../../scripts/chaos/clinic.ts';
import { createTraffic } from '../../scripts/chaos/traffic.ts';
import { filledTimesAreBooked, judgeAnswers } from '../../scripts/chaos/waitlist-judge.ts';
import type { Answered } from '../../scripts/chaos/waitlist-offers.ts';
import { runWaitlist, type WaitlistResult } from '../../scripts/chaos/waitlist.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';

let on: ChaosClinic;
let db: Db;
let result: WaitlistResult;

beforeAll(async () => {
  on = await startChaosClinic({ size: { practitioners: 3, rooms: 4, patients: 40 }, progress: silentProgress });
  db = connect({ url: on.clinic.database.migrator, applicationName: 'test-waitlist-chaos', poolMax: 1 });
  result = await runWaitlist(on, {
    seed: 3,
    clients: 16,
    entries: 16,
    openings: 6,
    seconds: 5,
    windowSeconds: 3,
    maxOffers: 2,
    thinkMs: 2_000,
    say: () => undefined,
  });
}, 200_000);
afterAll(async () => {
  await db?.destroy();
  await on?.end();
}, 60_000);

describe('offers that are answered while everybody books and cancels', () => {
  it('are never accepted without their time, and every freed time ends', () => {
    expect(result.traffic.violations).toEqual([]);
    expect(result.acceptedButUnavailable).toBe(0);
    expect(Object.keys(result.openings).toSorted()).toEqual(
      ['closed', 'filled', 'released'].filter((state) => state in result.openings),
    );
    // A run in which nothing was answered proves nothing; a busy machine gets less far.
    expect(result.cancellations).toBeGreaterThanOrEqual(4);
    expect(Object.values(result.offers).reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(4);
    expect(result.answers.length).toBeGreaterThan(0);
  });

  it('would be found out if somebody was told yes who has nothing, or no who was in time', async () => {
    const { rows } = await db.raw<{ rows: { id: string; opening_id: string; patient_id: string; expires_at: Date }[] }>(
      `SELECT f.* FROM waitlist_offer f JOIN opening o ON o.id = f.opening_id AND o.state = 'released' WHERE f.state IN ('expired', 'declined') ORDER BY f.state DESC LIMIT 1`,
    );
    const lapsed = rows[0]!;
    await db('waitlist_offer').where({ id: lapsed.id }).update({ state: 'expired' });
    const expiresAt = lapsed.expires_at.getTime();
    const offer = { id: lapsed.id, openingId: lapsed.opening_id, patientId: lapsed.patient_id, expiresAt };
    const answered = (status: number, code: string | null): Answered => ({
      offer,
      habit: 'accept',
      action: 'accept',
      sentAt: expiresAt - 2_000,
      answeredAt: expiresAt - 1_000,
      known: {
        step: { what: 'accept', appointmentId: offer.openingId, operationKey: randomUUID(), byLink: true, send: () => Promise.reject(new Error('never sent')) },
        status, code, view: null, body: {}, wasUnknown: false,
      },
    }); // prettier-ignore
    const traffic = createTraffic();
    const planted = [answered(200, null), answered(410, 'offer-expired'), answered(409, 'slot-taken')];
    expect(await judgeAnswers(db, planted, traffic)).toBe(2);
    expect(traffic.violations.map(({ detail }) => detail.replace(/^.*answered /, ''))).toEqual([
      expect.stringMatching(/^200 : the offer is expired, the time released/),
      expect.stringMatching(/^410 offer-expired: 1000 ms before its end/),
      expect.stringMatching(/^409 slot-taken: a live offer is not refused this way/),
    ]);
    // And from the other side: a time that has ended is still kept for nobody.
    await db.raw(
      `UPDATE reservation SET released_at = NULL WHERE id = (SELECT id FROM reservation WHERE opening_id = :id AND kind = 'offer' LIMIT 1)`,
      { id: offer.openingId },
    );
    const other = createTraffic();
    await filledTimesAreBooked(db, other);
    expect(other.violations.map(({ detail }) => detail)).toEqual([
      `freed time ${offer.openingId} and what is reserved for it do not agree`,
    ]);
  });
});
