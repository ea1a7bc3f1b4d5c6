/** A recurring series on a real database, with months skipped in milliseconds (scheduling-intake.md C2, feature B13). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SeriesView } from '../../db/series/series-view.ts';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { seriesWorkflowId } from '../../workflows/messages/series.ts';
import type { SeriesEnd } from '../../workflows/messages/series.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { staff } from './seed.ts';
import { seriesOn, stepsOf } from './series-clinic.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic();
});
afterAll(() => clinic?.close());

/** The server's clock only goes forward: each test has a month of its own, far enough ahead. */
const from = (date: string, time = '09:00'): string => `${date}T${time}`;
const { begin, change, view, reached } = seriesOn(() => clinic);
const ended = (id: string): Promise<SeriesEnd> =>
  clinic.client.workflow.getHandle<() => Promise<SeriesEnd>>(seriesWorkflowId(id)).result();
const notifications = (id: string, kind: string) =>
  clinic
    .admin('notification')
    .where({ aggregate_id: id, kind })
    .orderBy('due_at')
    .select<{ due_at: Date; state: string }[]>();
/** What the patient is told, reminders apart. */
const messagesOf = (shown: SeriesView) =>
  clinic
    .admin('notification')
    .whereIn(
      'aggregate_id',
      shown.occurrences.map(({ appointmentId }) => appointmentId),
    )
    .whereNot({ kind: 'reminder' })
    .orderBy('created_at')
    .select<{ kind: string; aggregate_id: string; params: { also?: string[] } }[]>('kind', 'aggregate_id', 'params');

// First, while there are no other runs whose timers would ring on the way.
test('a series ends after its last visit, each visit reminded in its own time', { timeout: 120_000 }, async () => {
  const { id } = await begin({ rule: { startLocal: from('2027-01-11', '11:00'), count: 2 } });
  const shown = await reached(id, 'booked');
  const [first, second] = shown.occurrences.map(({ appointmentId }) => appointmentId!);
  await clinic.until('2027-01-10T00:00:00Z');
  const sent = async (visit: string) => (await notifications(visit, 'reminder')).map(({ due_at }) => due_at.toISOString().slice(0, 10)); // prettier-ignore
  expect(await sent(first!)).toContain('2027-01-04');
  expect(await sent(first!)).not.toContain('2027-01-11');
  expect(await sent(second!)).not.toContain('2027-01-08');
  await clinic.until('2027-01-20T00:00:00Z');
  expect(await ended(id)).toMatchObject({ state: 'ended' });
});

describe('booking', () => {
  test('each occurrence becomes a visit with a run and reminders of its own; one message for all of them', async () => {
    const { id, outcome } = await begin({ rule: { startLocal: from('2027-02-28', '10:00'), count: 4 } });
    expect(outcome).toMatchObject({ ok: true, progress: { state: 'booking' } });
    const shown = await reached(id, 'booked');
    // 10:00 stays 10:00 over the night of 14 March (I11).
    expect(shown.occurrences.map(({ status, start }) => `${status} ${start}`)).toEqual([
      'booked 2027-02-28T15:00:00.000Z',
      'booked 2027-03-07T15:00:00.000Z',
      'booked 2027-03-14T14:00:00.000Z',
      'booked 2027-03-21T14:00:00.000Z',
    ]);
    for (const { appointmentId } of shown.occurrences) {
      const run = await clinic.client.workflow.getHandle(appointmentWorkflowId(appointmentId!)).describe();
      expect(run.status.name).toBe('RUNNING');
      const timers = await clinic.admin('case_timer').where({ aggregate_id: appointmentId, state: 'pending' }).where('name', 'like', 'reminder:%'); // prettier-ignore
      expect(timers.length).toBeGreaterThan(2);
    }
    const [told, ...more] = await messagesOf(shown);
    expect(more).toEqual([]);
    const [first, ...others] = shown.occurrences.map(({ appointmentId }) => appointmentId!);
    expect(told).toMatchObject({ kind: 'booked', aggregate_id: first, params: { also: others } });
    // The same key, the same answer; nothing twice.
    expect((await begin({ rule: { startLocal: from('2027-02-28', '10:00'), count: 4 } }, id)).outcome).toMatchObject({
      ok: true,
    });
    expect(await clinic.admin('appointment').where({ series_id: id })).toHaveLength(4);
  });

  test('skip-conflicts keeps the rest, and says why of each that is missing', async () => {
    await clinic.booked('2027-04-12T13:00:00Z', { patientId: clinic.otherPatientId });
    const { id } = await begin({ rule: { startLocal: from('2027-04-05') }, choices: [{ number: 3, skip: true }] });
    const shown = await reached(id, 'booked', 'refused');
    expect(stepsOf(shown)).toEqual(['book done', 'book slot-taken', 'book skipped']);
    expect(shown.occurrences.map(({ status }) => status)).toEqual(['booked', null, null]);
    expect(shown.occurrences[1]!.steps[0]!.detail).toHaveProperty('alternatives');
  });

  test('all: when one is refused, those booked so far are taken back, step by step, and nobody is told of them', async () => {
    await clinic.booked('2027-05-17T13:00:00Z', { patientId: clinic.otherPatientId });
    const { id } = await begin({ mode: 'all', rule: { startLocal: from('2027-05-03'), count: 4 } });
    expect(await ended(id)).toMatchObject({ state: 'refused' });
    const shown = await view(id);
    expect(stepsOf(shown)).toEqual([
      'book done, undo done',
      'book done, undo done',
      'book slot-taken',
      'book not-tried',
    ]);
    expect(shown.occurrences.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', null, null]);
    for (const { appointmentId } of shown.occurrences.slice(0, 2)) {
      const told = await clinic
        .admin('notification')
        .where({ aggregate_id: appointmentId })
        .whereNot({ state: 'suppressed' });
      expect(told).toEqual([]);
      expect(await clinic.row(appointmentId!)).toMatchObject({
        cancel_reason: 'series-not-booked',
        late_cancel: false,
      });
    }
    // The times are free again.
    await clinic.booked('2027-05-03T13:00:00Z', { patientId: clinic.otherPatientId });
  });

  test('a rule that means nothing starts nothing, and the repeat gets the same refusal', async () => {
    const { id, outcome } = await begin({ rule: { startLocal: from('2027-05-03'), count: 99 } });
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'validation-failed' } });
    await ended(id);
    expect((await begin({ rule: { startLocal: from('2027-05-03'), count: 99 } }, id)).outcome).toEqual(outcome);
  });
});

describe('visits that need approval', () => {
  const ofApproval = (startLocal: string) => ({ visitTypeId: clinic.approvalTypeId, rule: { startLocal } });
  /** Whoever may approve has approved by booking. */
  const desk = { ...staff, permissions: staff.permissions.filter((one) => one !== 'appointment:approve') };

  test('each waits for its own; the patient is told once; ending the series takes back what waits', async () => {
    const { id } = await begin({ mode: 'all', ...ofApproval(from('2027-06-07')) }, undefined, desk);
    const shown = await reached(id, 'booked', 'refused');
    expect(shown.occurrences.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
    expect((await messagesOf(shown)).map(({ kind, params }) => [kind, params.also?.length])).toEqual([['awaiting-approval', 2]]); // prettier-ignore
    await clinic.act(shown.occurrences[1]!.appointmentId!, 'approve', {});
    await change(id, { kind: 'cancel', from: 1, reason: 'moved-away' });
    const after = await reached(id, 'ended');
    expect(after.occurrences.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(stepsOf(after)).toEqual(Array.from({ length: 3 }, () => 'book done, cancel done'));
    expect((await messagesOf(after)).map(({ kind, params }) => [kind, params.also?.length])).toEqual([['awaiting-approval', 2], ['booked', undefined], ['cancelled', 2]]); // prettier-ignore
  });

  test('all or nothing: what waits for approval is taken back too', async () => {
    await clinic.booked('2027-06-28T14:00:00Z', { patientId: clinic.otherPatientId });
    const { id } = await begin({ mode: 'all', ...ofApproval(from('2027-06-21', '10:00')) }, undefined, desk);
    const shown = await reached(id, 'booked', 'refused');
    expect(shown.state).toBe('refused');
    expect(stepsOf(shown)).toEqual(['book done, undo done', 'book slot-taken', 'book not-tried']);
    expect(await messagesOf(shown)).toEqual([]);
  });
});

test('fifty-two visits are more than one history, and are booked all the same', { timeout: 180_000 }, async () => {
  const { id } = await begin({ rule: { frequency: 'daily', startLocal: from('2027-07-01', '14:00'), count: 52 } });
  const shown = await reached(id, 'booked');
  expect(new Set(shown.occurrences.map(({ status }) => status))).toEqual(new Set(['booked']));
  const run = clinic.client.workflow.getHandle(seriesWorkflowId(id));
  const { events } = await run.fetchHistory();
  expect(events!.length).toBeLessThan(600);
  expect(events![0]!.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '').not.toBe('');
});

describe('changing', () => {
  test('one: an ordinary move of one visit leaves the rest alone', async () => {
    const { id } = await begin({ rule: { startLocal: from('2027-09-06') } });
    const second = (await reached(id, 'booked')).occurrences[1]!.appointmentId!;
    await clinic.act(second, 'reschedule', {
      slot: { start: '2027-09-14T17:00:00Z', practitionerId: clinic.practitionerId },
    });
    expect((await view(id)).occurrences.map(({ start, local }) => [local, start])).toEqual([
      ['2027-09-06T09:00', '2027-09-06T13:00:00.000Z'],
      ['2027-09-13T09:00', '2027-09-14T17:00:00.000Z'],
      ['2027-09-20T09:00', '2027-09-20T13:00:00.000Z'],
    ]);
  });

  test('this and following: each moves by its own update, and the one that cannot stays and says why', async () => {
    await clinic.booked('2027-10-21T14:00:00Z', { patientId: clinic.otherPatientId });
    const { id } = await begin({ rule: { startLocal: from('2027-10-06'), count: 5 } });
    const before = await reached(id, 'booked');
    const key = randomUUID();
    const asked = { kind: 'move', from: 2, toLocal: from('2027-10-14', '10:00') } as const;
    expect(await change(id, asked, key)).toMatchObject({ changeNo: 1, progress: { state: 'changing' } });
    const shown = await reached(id, 'booked');
    expect(stepsOf(shown)).toEqual(['book done', 'book done, move done', 'book done, move slot-taken', 'book done, move done', 'book done, move done']); // prettier-ignore
    expect(shown.occurrences.map(({ start }) => start)).toEqual([
      '2027-10-06T13:00:00.000Z',
      '2027-10-14T14:00:00.000Z',
      '2027-10-20T13:00:00.000Z',
      '2027-10-28T14:00:00.000Z',
      '2027-11-04T14:00:00.000Z',
    ]);
    expect((await messagesOf(shown)).map(({ kind, params }) => [kind, params.also?.length])).toEqual([['booked', 4], ['rescheduled', 2]]); // prettier-ignore
    // The repeat changes nothing more.
    expect(await change(id, asked, key)).toMatchObject({ changeNo: 1 });
    const after = await reached(id, 'booked');
    expect(after.occurrences).toEqual(shown.occurrences);
    expect(await clinic.row(before.occurrences[1]!.appointmentId!)).toMatchObject({ version: 1, status: 'booked' });
  });

  test('a daily series moves a day ahead over its own times', async () => {
    const { id } = await begin({ rule: { frequency: 'daily', startLocal: from('2027-12-06'), count: 4 } });
    await reached(id, 'booked');
    await change(id, { kind: 'move', from: 1, toLocal: from('2027-12-07') });
    const shown = await reached(id, 'booked');
    expect(stepsOf(shown)).toEqual(Array.from({ length: 4 }, () => 'book done, move done'));
    expect(shown.occurrences.map(({ local }) => local)).toEqual(
      ['07', '08', '09', '10'].map((day) => from(`2027-12-${day}`)),
    );
  });

  test('cancelling all that follow leaves those before; nothing is left to cancel twice', async () => {
    const { id } = await begin({ rule: { startLocal: from('2028-01-03') } });
    await reached(id, 'booked');
    await change(id, { kind: 'cancel', from: 2, reason: 'moved-away' });
    const shown = await reached(id, 'booked');
    expect(shown.occurrences.map(({ status }) => status)).toEqual(['booked', 'cancelled', 'cancelled']);
    await expect(change(id, { kind: 'cancel', from: 2, reason: 'again' })).rejects.toMatchObject({
      code: 'invalid-transition',
    });
    await change(id, { kind: 'cancel', from: 1, reason: 'moved-away' });
    expect(await ended(id)).toMatchObject({ state: 'ended' });
    expect((await messagesOf(shown)).map(({ kind, params }) => [kind, params.also?.length])).toEqual([['booked', 2], ['cancelled', 1], ['cancelled', 0]]); // prettier-ignore
    expect(await change(id, { kind: 'cancel', from: 1, reason: 'late' })).toBeTypeOf('symbol');
  });
});
