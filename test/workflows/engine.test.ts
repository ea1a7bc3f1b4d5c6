/** What only a real engine shows: outages, processes that die, runs that outlive the one that began them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporalGateway } from '../../api/temporal/temporal.ts';
import { appointmentOperationKey, appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { caseSearchAttributes } from '../../workflows/messages/case-search-attributes.ts';
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import { waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import { devEngine, openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { patientActor, staff } from './seed.ts';
import { waitlistOf } from './waitlist-clinic.ts';

let clinic: TestClinic;
let afterCommit: (() => Promise<void>) | undefined;
beforeAll(async () => {
  clinic = await openClinic(devEngine, async (event) => {
    if (event === 'confirm-hold') await afterCommit?.();
  });
});
afterAll(() => clinic?.close());

const inDays = (days: number): string =>
  new Date(Math.ceil(Date.now() / 86_400_000 + days) * 86_400_000 + 15 * 3_600_000).toISOString();
const ended = (id: string): Promise<unknown> => clinic.client.workflow.getHandle(appointmentWorkflowId(id)).result();

test('the clinic cancels: alternatives are held for the patient, and taking one gives the others back', async () => {
  const { id } = await clinic.booked(inDays(3));
  await clinic.act(id, 'cancel-by-clinic', { reason: 'provider-ill', alternatives: 3 });
  const held = async () =>
    clinic
      .admin('appointment')
      .where({ replaces_id: id })
      .orderBy('start_at')
      .select<{ id: string; status: string; hold_owner: string }[]>();
  await expect.poll(async () => (await held()).length, { timeout: 10_000 }).toBe(3);
  const [first, ...others] = await held();
  expect(first).toMatchObject({ status: 'pending', hold_owner: `patient:${clinic.patientId}` });
  await clinic.act(first!.id, 'confirm-hold', {}, patientActor(clinic.patientId));
  expect((await held()).map((a) => a.status)).toEqual(['booked', 'cancelled', 'cancelled']);
  for (const other of others) await ended(other.id);
});

test('what the database allows is not refused because the step before it has not come back yet', async () => {
  const visit = await clinic.booked(inDays(10), { event: 'hold' });
  let comeBack: (() => void) | undefined;
  afterCommit = () => new Promise((done) => (comeBack = done));
  const booking = clinic.act(visit.id, 'confirm-hold');
  await expect.poll(() => comeBack).toBeDefined();
  // Everybody sees a booked visit now, and its process still believes in a hold.
  expect(await clinic.row(visit.id)).toMatchObject({ status: 'booked' });
  const cancelling = clinic.act(visit.id, 'cancel', { reason: 'x' });
  const soon = await Promise.race([cancelling.then(() => 'done', () => 'refused'), clinic.until(new Date(Date.now() + 1_000).toISOString())]); // prettier-ignore
  expect(soon).toBeUndefined();
  comeBack?.();
  expect(await booking).toMatchObject({ status: 'booked' });
  expect(await cancelling).toMatchObject({ status: 'cancelled' });
  expect((await clinic.changes(visit.id)).map((change) => change.event)).toEqual(['hold', 'confirm-hold', 'cancel']);
});

test('lists find a visit by its search attributes, which name nobody', async () => {
  const visit = await clinic.booked(inDays(5));
  const query = `CaseType = 'appointment' AND Stage = 'booked' AND Site = '${clinic.locationId}' AND Owner = '${clinic.practitionerId}'`;
  const listed = async () => {
    const ids: string[] = [];
    for await (const run of clinic.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  await expect.poll(listed, { timeout: 10_000 }).toContain(appointmentWorkflowId(visit.id));
  const handle = clinic.client.workflow.getHandle(appointmentWorkflowId(visit.id));
  const description = await handle.describe();
  expect(await description.staticSummary()).toBe(`Visit ${visit.id.slice(0, 8)}, booked`);
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toMatch(/^\*\*Booked\*\*/);
  expect(currentDetails).toContain('Waiting for the day of the visit.');
  await clinic.act(visit.id, 'cancel', { reason: 'x' });
  await ended(visit.id);
});

test('C2 a freed time is offered within ten seconds, and lists find it and the wish by codes that name nobody', async () => {
  const waitlist = waitlistOf(clinic);
  const service = await waitlist.service();
  await clinic.admin('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'waitlist',
    value: JSON.stringify({ sendHours: null }),
    valid_from: '2020-01-01',
  });
  const entry = await waitlist.join(service, await waitlist.patient(), { locationIds: [clinic.locationId] });
  const visit = await waitlist.book(service, inDays(12), clinic.patientId);
  await clinic.act(visit.id, 'cancel', { reason: 'x' });
  const cancelledAt = Date.now();
  const opening = (await waitlist.openingOf(visit.id))!;
  await expect.poll(() => waitlist.offers(opening.id), { timeout: 10_000 }).toHaveLength(1);
  expect(Date.now() - cancelledAt).toBeLessThan(10_000);
  const listed = async (query: string) => {
    const ids: string[] = [];
    for await (const run of clinic.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  const [offer] = await waitlist.offers(opening.id);
  const openings = `CaseType = 'opening' AND Stage = 'offering' AND Site = '${clinic.locationId}' AND Owner = '${service.practitionerId}'`;
  await expect.poll(() => listed(openings), { timeout: 10_000 }).toEqual([openingWorkflowId(opening.id)]);
  const wishes = `CaseType = 'waitlist-entry' AND Stage = 'offered' AND Site = '${clinic.locationId}'`;
  await expect.poll(() => listed(wishes), { timeout: 10_000 }).toEqual([waitlistEntryWorkflowId(entry.id)]);
  const handle = clinic.client.workflow.getHandle(openingWorkflowId(opening.id));
  const description = await handle.describe();
  expect(description.typedSearchAttributes.get(caseSearchAttributes.dueAt)).toEqual(offer!.expires_at);
  expect(await description.staticSummary()).toBe(`Opening ${opening.id.slice(0, 8)}`);
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toMatch(/^\*\*Offered\*\*/);
  expect(currentDetails).toContain('Offered to number 1 of the list until');
  await waitlist.say(opening.id, 'close');
  await waitlist.change(entry.id, 'withdraw');
});

test('B14 an outage over several due times gives one reminder, and a record of the others', async () => {
  // The next place on the grid, and reminders that are due in three, four and five seconds from now.
  const start = new Date(Math.ceil((Date.now() + 30_000) / 300_000) * 300_000);
  const inSeconds = (seconds: number) => `PT${Math.round((start.getTime() - Date.now()) / 1000) - seconds}S`;
  const items = [3, 4, 5].map((seconds) => ({ before: inSeconds(seconds), channels: ['email'] }));
  await clinic.admin('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'reminder',
    value: JSON.stringify({ items, margin: 'PT0S', quietHours: null }),
    valid_from: '2020-01-01',
  });
  await clinic
    .admin('visit_type')
    .where({ id: clinic.visitTypeId })
    .update({ align_minutes: 5, min_notice_minutes: 0 });
  await clinic
    .admin('availability_rule')
    .where({ organization_id: clinic.organizationId })
    .update({ start_local: '00:00', end_local: '00:00' });
  const { id } = await clinic.booked(start.toISOString(), { patientId: clinic.otherPatientId });
  await clinic.pauseWorker();
  await clinic.until(new Date(Date.now() + 6_500).toISOString());
  await clinic.resumeWorker();
  const reminders = () =>
    clinic
      .admin('notification')
      .where({ aggregate_id: id, kind: 'reminder' })
      .orderBy('due_at')
      .select('state', 'suppressed_reason');
  await expect.poll(async () => (await reminders()).length, { timeout: 20_000 }).toBe(3);
  expect(await reminders()).toEqual([
    { state: 'suppressed', suppressed_reason: 'superseded' },
    { state: 'suppressed', suppressed_reason: 'superseded' },
    { state: 'queued', suppressed_reason: null },
  ]);
});

describe('the gateway', () => {
  const gatewayTo = (address: string, answerWithinMs?: number) =>
    createTemporalGateway({
      config: { codecOff: false, temporal: { address, namespace: clinic.engine.namespace } },
      keys: clinic.keys,
      log: clinic.log,
      taskQueue: clinic.taskQueue,
      answerWithinMs,
    });

  test('says within two seconds that the engine is away, and begins nothing', async () => {
    const gateway = gatewayTo('127.0.0.1:9');
    const startedAt = Date.now();
    await expect(gateway.bookAppointment(clinic.startOf(inDays(6)))).rejects.toMatchObject({ code: 'unavailable' });
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(await gateway.health()).toBe(false);
    await gateway.close();
  });

  test('knows whether an earlier try reached the engine, while its outcome is open and afterwards', async () => {
    const gateway = gatewayTo(clinic.engine.address, 1_000);
    const start = clinic.startOf(inDays(8));
    const id = start.appointmentId;
    const key = appointmentOperationKey(id, 'move');
    const cancel = (operation: string) =>
      gateway.actOnAppointment(clinic.organizationId, id, {
        action: 'cancel',
        input: { reason: 'x' },
        actor: staff,
        operation: { key: operation, inputHash: 'x' },
      });
    expect(await gateway.hasRun(id)).toBe(false);
    expect(await gateway.hasAction(id, key)).toBe(false);
    await clinic.pauseWorker();
    await expect(gateway.bookAppointment(start)).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(await gateway.hasRun(id)).toBe(true);
    expect(await gateway.hasAction(id, key)).toBe(false);
    await clinic.resumeWorker();
    await expect.poll(() => cancel(key).then(() => true, () => false), { timeout: 15_000 }).toBe(true); // prettier-ignore
    expect(await gateway.hasAction(id, key)).toBe(true);
    expect(await gateway.hasAction(id, appointmentOperationKey(id, 'another'))).toBe(false);
    await ended(id);
    expect(await gateway.hasRun(id)).toBe(true);
    await gateway.close();
  });

  test('says after its patience that the outcome is unknown; the same key gets the truth', async () => {
    const gateway = gatewayTo(clinic.engine.address, 1_500);
    const start = clinic.startOf(inDays(7));
    await clinic.pauseWorker();
    const startedAt = Date.now();
    await expect(gateway.bookAppointment(start)).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    await clinic.resumeWorker();
    await expect
      .poll(() => gateway.bookAppointment(start).catch(() => null), { timeout: 15_000 })
      .toMatchObject({ ok: true });
    expect(await clinic.changes(start.appointmentId)).toHaveLength(1);
    await gateway.close();
  });
});
