/** Feature C12: whenever every process is killed, an offer keeps its end to the second, and nobody is asked twice. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appointmentOperationKey, nextTimersQuery } from '../../workflows/messages/appointment.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import type { SmtpSink } from '../support/smtp-sink.ts';
import { staff } from './seed.ts';
import { waitlistOf } from './waitlist-clinic.ts';
import type { OfferRow } from './waitlist-clinic.ts';
import { ready, stopped, workerProcesses } from './worker-processes.ts';
import type { WorkerProcesses } from './worker-processes.ts';

/** Long enough for a worker to be started again, and for the engine to notice a lost activity after 10 s. */
const windowSeconds = 25;
const noticedAfterMs = 12_000;

let mail: SmtpSink;
let clinic: WorkerProcesses;
beforeAll(async () => {
  mail = await startSmtpSink();
  clinic = await workerProcesses(mail.url);
  await clinic.admin('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'waitlist',
    value: JSON.stringify({
      windows: [{ leadAtLeast: 'PT2H', window: `PT${windowSeconds}S`, wakingHoursOnly: false, maxOffers: 10 }],
      sendHours: null,
    }),
    valid_from: '2020-01-01',
  });
});
afterAll(async () => {
  await clinic?.close();
  await mail?.stop();
});

test(
  'C12 killed during an offer and started again: the same end to the second, no second offer, no second message',
  { timeout: 240_000 },
  async () => {
    const { admin, client, gateway, organizationId } = clinic;
    const waitlist = waitlistOf(clinic);
    const deadly = join(clinic.home, 'deadly');
    const first = clinic.start();
    await ready(first);
    const service = await waitlist.service();
    const entries: { id: string; patientId: string; address: string }[] = [];
    for (const urgency of ['urgent', 'soon', 'routine'] as const) {
      const address = `${urgency}@example.org`;
      const patientId = await waitlist.patient({ email: address });
      entries.push({ id: (await waitlist.join(service, patientId, { urgency })).id, patientId, address });
    }
    const start = new Date(Math.ceil(Date.now() / 86_400_000 + 3) * 86_400_000 + 15 * 3_600_000).toISOString();
    const visit = await waitlist.book(service, start, clinic.patientId);
    await gateway.actOnAppointment(organizationId, visit.id, {
      action: 'cancel',
      input: { reason: 'x' },
      actor: staff,
      operation: { key: appointmentOperationKey(visit.id, randomUUID()), inputHash: 'hash' },
    });
    const openingId = (await waitlist.openingOf(visit.id))!.id;
    const offerTo = async (n: number): Promise<OfferRow | undefined> =>
      (await waitlist.offers(openingId)).find((offer) => offer.entry_id === entries[n]!.id);
    const asked = async (n: number): Promise<OfferRow> => {
      await expect.poll(async () => (await offerTo(n))?.state, { timeout: 60_000, interval: 100 }).toBe('offered');
      return (await offerTo(n))!;
    };
    const offer0 = await asked(0);
    expect(offer0.expires_at.getTime() - offer0.offered_at.getTime()).toBe(windowSeconds * 1000);

    // 1. Killed while it waits. The next one dies too: right after it has committed the second offer, before it tells.
    await stopped(first, 'SIGKILL');
    // Only there: what the first one was doing when it was killed is given out again within these seconds too.
    const second = clinic.start(`after-commit-before-complete/advanceOpening@${deadly}`);
    await ready(second);
    expect(Date.now()).toBeLessThan(offer0.expires_at.getTime());
    const timers = await client.workflow.getHandle(openingWorkflowId(openingId)).query<readonly PlannedTimer[]>(nextTimersQuery); // prettier-ignore
    expect(timers[0]?.dueAt).toBe(offer0.expires_at.toISOString());
    writeFileSync(deadly, '');
    await stopped(second);
    expect(second.signalCode).toBe('SIGKILL');
    expect(await offerTo(0)).toMatchObject({ state: 'expired', expires_at: offer0.expires_at });
    const offer1 = await asked(1);
    // To the second: the first offer ended when it was to end, although its process had been killed.
    expect(offer1.offered_at.getTime()).toBeGreaterThanOrEqual(offer0.expires_at.getTime());
    expect(offer1.offered_at.getTime() - offer0.expires_at.getTime()).toBeLessThan(3_000);

    // 2. Started again: what was committed is found, not done again.
    const third = clinic.start();
    const lostAt = Date.now();
    await ready(third);
    const offer2 = await asked(2);
    expect(await offerTo(1)).toMatchObject({ id: offer1.id, state: 'expired', expires_at: offer1.expires_at });
    const possible = Math.max(offer1.expires_at.getTime(), lostAt + noticedAfterMs);
    expect(offer2.offered_at.getTime()).toBeGreaterThanOrEqual(offer1.expires_at.getTime());
    expect(offer2.offered_at.getTime() - possible).toBeLessThan(5_000);

    // 3. Killed once more, and taken at last.
    await stopped(third, 'SIGKILL');
    const fourth = clinic.start();
    await ready(fourth);
    expect(await offerTo(2)).toMatchObject({ state: 'offered', expires_at: offer2.expires_at });
    const answer = await waitlist.patientSays(openingId, 'accept', offer2);
    expect(answer).toMatchObject({ opening: { state: 'filled' }, appointment: { patientId: entries[2]!.patientId } });
    await client.workflow.getHandle(openingWorkflowId(openingId)).result();

    const offers = await waitlist.offers(openingId);
    expect(offers.map(({ entry_id, state }) => [entry_id, state])).toEqual([
      [entries[0]!.id, 'expired'],
      [entries[1]!.id, 'expired'],
      [entries[2]!.id, 'accepted'],
    ]);
    for (const offer of offers)
      expect(await admin('notification').where({ aggregate_id: offer.id, kind: 'waitlist-offer' })).toHaveLength(1);
    expect(await admin('appointment').where({ status: 'booked', start_at: start })).toHaveLength(1);
    await sleep(2_000);
    // A worker killed between taking a message and handing it on leaves it to the next, who finds the offer over.
    for (const { address } of entries.slice(0, 2))
      expect(mail.messages.filter(({ recipients }) => recipients.includes(address)).length).toBeLessThanOrEqual(1);
    await stopped(fourth, 'SIGTERM');
  },
);
