/** What a series finds before it is booked, and what Postgres keeps of it (feature B13, scheduling-intake.md C2). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSeriesChange } from '../../db/series/series-changes.ts';
import { previewSeries } from '../../db/series/series-preview.ts';
import { readSeries } from '../../db/series/series-view.ts';
import { openSeries, readSeriesProgress, recordSeriesStep, settleSeries } from '../../db/series/series.ts';
import { openAppointment } from '../../db/appointments/appointments.ts';
import { sqlState } from '../../db/transaction.ts';
import type { DomainError, ProblemDetail } from '../../domain/errors.ts';
import type { SeriesChange, SeriesCommand, SeriesStart, SeriesStep } from '../../workflows/messages/series.ts';
import { codeOf, createClinic, newYork, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let lateType: string;
beforeAll(async () => {
  // Open round the clock, so that the two nights can be looked at.
  clinic = await createClinic({
    at: '2027-03-01T15:00:00Z',
    providers: 2,
    rooms: 3,
    patients: 3,
    hours: { byDay: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], start: '00:00', end: '00:00' },
  });
  lateType = await clinic.addVisitType({ code: 'TEEN', age_max: 17 });
});
afterAll(() => clinic?.stop());

type Given = Omit<Partial<SeriesCommand>, 'rule'> & { rule?: Partial<SeriesCommand['rule']> };
const commandOf = (given: Given = {}): SeriesCommand => ({
  patientId: clinic.patients[0]!,
  visitTypeId: clinic.visitTypeId,
  practitionerId: clinic.providers[0]!,
  locationId: clinic.locationId,
  visitMode: 'in-person',
  mode: 'skip-conflicts',
  choices: [],
  ...given,
  rule: {
    frequency: 'weekly',
    interval: 1,
    byDay: [],
    count: 3,
    until: null,
    startLocal: '2027-03-08T09:00',
    timeZone: newYork,
    ...given.rule,
  },
});
const preview = async (given: Given = {}, actor = staffActor) =>
  clinic.read(async (trx) => previewSeries(trx, commandOf(given), { at: await clinic.clock.now(), actor }));
const startOf = (command: SeriesCommand, seriesId = randomUUID(), actor = staffActor): SeriesStart => ({
  organizationId: clinic.organizationId,
  seriesId,
  operation: { key: `series:${seriesId}/start`, inputHash: 'hash' },
  command,
  actor,
});
/** What the process does with a step, without the process. */
async function book(step: SeriesStep, seriesId: string, command: SeriesCommand): Promise<ProblemDetail | null> {
  let problem: ProblemDetail | null = null;
  try {
    await openAppointment(clinic.ports, {
      organizationId: clinic.organizationId,
      appointmentId: step.appointmentId,
      operation: { key: `appt:${step.appointmentId}/start`, inputHash: 'series' },
      command: {
        event: 'book',
        patientId: command.patientId,
        visitTypeId: command.visitTypeId,
        mode: 'in-person',
        start: step.start!,
        practitionerId: step.practitionerId,
        locationId: step.locationId,
      },
      actor: staffActor,
      series: { id: seriesId, occurrence: step.occurrence },
    });
  } catch (error) {
    problem = (error as DomainError).problem;
  }
  await recordSeriesStep(clinic.ports, { organizationId: clinic.organizationId, seriesId, step, problem });
  return problem;
}
const settle = (seriesId: string) =>
  settleSeries(clinic.ports, {
    organizationId: clinic.organizationId,
    seriesId,
    operation: { key: `series:${seriesId}/settle:${randomUUID()}`, inputHash: '' },
  });
async function booked(given: Given = {}) {
  const command = commandOf(given);
  const start = startOf(command);
  const { steps } = await openSeries(clinic.ports, start);
  for (const step of steps) await book(step, start.seriesId, command);
  await settle(start.seriesId);
  return start.seriesId;
}
const view = async (id: string) => (await clinic.read((trx) => readSeries(trx, id)))!;
const change = (seriesId: string, given: Partial<SeriesChange> & Pick<SeriesChange, 'kind' | 'from'>) =>
  beginSeriesChange(clinic.ports, {
    organizationId: clinic.organizationId,
    seriesId,
    change: { actor: staffActor, ...given },
    operation: { key: `series:${seriesId}/${randomUUID()}`, inputHash: 'x' },
  });

describe('the report before anything is booked', () => {
  test('free, taken with three other times near it, the patient’s own overlap, closed', async () => {
    await clinic.open({ start: '2027-03-15T13:00:00Z', patientId: clinic.patients[1]! });
    await clinic.open({ start: '2027-03-22T13:00:00Z', practitionerId: clinic.providers[1]! });
    await clinic.owner('availability_exception').insert({
      organization_id: clinic.organizationId,
      resource_id: clinic.providers[0],
      starts_at: '2027-03-29T00:00:00Z',
      ends_at: '2027-03-30T12:00:00Z',
      kind: 'closed',
      created_by: 'user:x',
    });
    const report = await preview({ rule: { count: 4 } });
    expect(report.map(({ finding }) => finding)).toEqual(['free', 'taken', 'patient-overlap', 'closed']);
    expect(report[0]).toMatchObject({ number: 1, local: '2027-03-08T09:00', start: '2027-03-08T14:00:00Z', alternatives: [] }); // prettier-ignore
    expect(report[1]!.data).toMatchObject({ resourceKind: 'provider' });
    const taken = report[1]!.alternatives;
    expect(taken).toHaveLength(3);
    // Nearest first: 08:15 and 09:45 are three quarters of an hour away (buffers 5 and 10).
    expect(taken.map(({ start }) => start)).toEqual(['2027-03-15T12:15:00.000Z', '2027-03-15T13:45:00.000Z', '2027-03-15T12:00:00.000Z']); // prettier-ignore
    for (const { practitionerId } of taken) expect(practitionerId).toBe(clinic.providers[0]);
    // Closed until eight the next morning: that one is still near enough.
    expect(report[3]!.alternatives[0]!.start).toBe('2027-03-30T12:15:00.000Z');
    // Nothing was written.
    expect(await clinic.count('series')).toBe(0);
  });

  test('says of each night what the clock does, and nothing of the others', async () => {
    const spring = await preview({ rule: { frequency: 'daily', startLocal: '2027-03-13T02:30' } });
    expect(spring.map(({ finding }) => finding)).toEqual(['free', 'does-not-exist', 'free']);
    expect(spring[1]).toMatchObject({ start: null, data: { nextValidLocal: '2027-03-14T03:00:00' } });
    expect(spring[1]!.alternatives[0]!.start).toBe('2027-03-14T07:30:00.000Z');
    const autumn = await preview({ rule: { frequency: 'daily', startLocal: '2027-11-06T01:30' } });
    expect(autumn.map(({ finding }) => finding)).toEqual(['free', 'ambiguous', 'free']);
    expect(autumn[1]!.data).toMatchObject({ earlier: '2027-11-07T01:30:00-04:00', later: '2027-11-07T01:30:00-05:00' });
    const answered = await preview({ rule: { frequency: 'daily', startLocal: '2027-11-06T01:30' }, choices: [{ number: 2, fold: 'earlier' }] }); // prettier-ignore
    expect(answered[1]).toMatchObject({ finding: 'free', start: '2027-11-07T05:30:00Z' });
  });

  test('looks at the other time that was chosen, and not at what is left out', async () => {
    const report = await preview({
      choices: [
        { number: 1, skip: true },
        { number: 2, start: '2027-03-15T13:45:00Z' },
      ],
    });
    expect(report.map(({ finding }) => finding)).toEqual(['skipped', 'free', 'patient-overlap']);
  });

  test('is refused as a whole for what is wrong with all of them', async () => {
    expect(await codeOf(preview({ visitTypeId: randomUUID() }))).toBe('not-found');
    expect(await codeOf(preview({ rule: { count: 53 } }))).toBe('validation-failed');
    expect((await preview({ visitTypeId: lateType })).map(({ finding }) => finding)).toEqual(['not-eligible', 'not-eligible', 'not-eligible']); // prettier-ignore
  });
});

describe('filing', () => {
  test('writes rule, occurrences, steps and audit once for its key, and tells nobody yet', async () => {
    const start = startOf(
      commandOf({ rule: { startLocal: '2027-04-05T09:00' }, choices: [{ number: 2, skip: true }] }),
    );
    const first = await openSeries(clinic.ports, start);
    expect(first).toMatchObject({ state: 'booking', endsAt: null });
    expect(first.steps.map(({ occurrence, start: at }) => [occurrence, at])).toEqual([[1, '2027-04-05T13:00:00.000Z'], [3, '2027-04-19T13:00:00.000Z']]); // prettier-ignore
    expect(await openSeries(clinic.ports, start)).toEqual(first);
    expect(await clinic.count('series_occurrence', { series_id: start.seriesId })).toBe(3);
    expect(await clinic.count('state_change', { aggregate_id: start.seriesId })).toBe(1);
    expect(await codeOf(openSeries(clinic.ports, { ...start, operation: { ...start.operation, inputHash: 'other' } }))).toBe('idempotency-key-reused'); // prettier-ignore
    const shown = await view(start.seriesId);
    expect(shown.rule).toEqual(start.command.rule);
    expect(shown.occurrences[1]).toMatchObject({ local: '2027-04-12T09:00', appointmentId: null, steps: [{ kind: 'book', outcome: 'skipped', code: 'skipped' }] }); // prettier-ignore
  });

  test('is for staff with the permission, whole rules and known parties', async () => {
    const refused = (given: Given, actor = staffActor) =>
      codeOf(openSeries(clinic.ports, startOf(commandOf(given), randomUUID(), actor)));
    expect(await refused({}, patientActor(clinic.patients[0]!))).toBe('forbidden');
    expect(await refused({}, { ...staffActor, permissions: [] })).toBe('forbidden');
    expect(await refused({ patientId: randomUUID() })).toBe('not-found');
    expect(await refused({ locationId: randomUUID() })).toBe('not-found');
    expect(await refused({ rule: { timeZone: 'Europe/Berlin' } })).toBe('not-found');
    expect(await refused({ mode: 'all', rule: { frequency: 'daily', startLocal: '2027-03-13T02:30' } })).toBe(
      'conflict',
    );
    expect(await refused({ rule: { count: 1 }, choices: [{ number: 1, skip: true }] })).toBe('conflict');
  });

  test('the database itself holds at most 52, and one visit for each', async () => {
    const id = await booked({ rule: { startLocal: '2027-05-03T09:00' } });
    const row = { organization_id: clinic.organizationId, series_id: id, local_start: '2027-05-03T09:00' };
    const insert = (number: number) =>
      clinic
        .owner('series_occurrence')
        .insert({ ...row, number, appointment_id: randomUUID() })
        .catch(sqlState);
    expect(await insert(53)).toBe('23514');
    expect(await insert(3)).toBe('23505');
    const { appointment } = await clinic.open({ start: '2027-05-04T15:00:00Z' });
    const second = clinic.owner('appointment').where({ id: appointment.id });
    expect(await second.clone().update({ series_id: id, occurrence: 1 }).catch(sqlState)).toBe('23505');
    expect(await second.clone().update({ series_id: id }).catch(sqlState)).toBe('23514');
  });
});

describe('settling', () => {
  test('skip-conflicts keeps what was booked; each is an ordinary visit on the wall clock of the rule (I11)', async () => {
    await clinic.open({ start: '2027-11-05T13:00:00Z', patientId: clinic.patients[1]! });
    const id = await booked({ rule: { frequency: 'daily', count: 4, startLocal: '2027-11-05T09:00' } });
    const shown = await view(id);
    expect(shown.state).toBe('booked');
    expect(shown.occurrences.map(({ status, start }) => [status, start])).toEqual([
      [null, null],
      ['booked', '2027-11-06T13:00:00.000Z'],
      ['booked', '2027-11-07T14:00:00.000Z'],
      ['booked', '2027-11-08T14:00:00.000Z'],
    ]);
    expect(shown.occurrences[0]!.steps).toMatchObject([{ kind: 'book', outcome: 'refused', code: 'slot-taken' }]);
    expect(shown.occurrences[0]!.steps[0]!.detail).toHaveProperty('alternatives');
    const rows = await clinic.owner('appointment').where({ series_id: id }).orderBy('occurrence').select(clinic.owner.raw(`to_char(local_start, 'HH24:MI') AS local`)); // prettier-ignore
    expect(rows.map((row: { local: string }) => row.local)).toEqual(['09:00', '09:00', '09:00']);
    expect((await readSeriesProgress(clinic.ports, { organizationId: clinic.organizationId, seriesId: id })).endsAt).toBe('2027-11-08T14:30:00.000Z'); // prettier-ignore
  });

  test('all: the first refusal ends the booking, and what was booked is to be taken back from the last one on', async () => {
    await clinic.open({ start: '2027-06-23T13:00:00Z', patientId: clinic.patients[1]! });
    const command = commandOf({ mode: 'all', rule: { frequency: 'daily', count: 5, startLocal: '2027-06-21T09:00' } });
    const start = startOf(command);
    const { steps } = await openSeries(clinic.ports, start);
    for (const step of steps.slice(0, 3)) await book(step, start.seriesId, command);
    const undoing = await settle(start.seriesId);
    expect(undoing.state).toBe('undoing');
    expect(undoing.steps.map(({ kind, occurrence }) => [kind, occurrence])).toEqual([['undo', 2], ['undo', 1]]); // prettier-ignore
    // Nobody was told of visits that are taken back.
    const visits = steps.map(({ appointmentId }) => appointmentId);
    for (const step of undoing.steps) {
      await clinic.act(step.appointmentId, 'cancel-by-clinic', { reason: 'series-not-booked', quiet: true });
      await recordSeriesStep(clinic.ports, { organizationId: clinic.organizationId, seriesId: start.seriesId, step, problem: null }); // prettier-ignore
    }
    expect(await settle(start.seriesId)).toMatchObject({ state: 'refused', steps: [], endsAt: null });
    expect(await clinic.owner('notification').whereIn('aggregate_id', visits)).toEqual([]);
    const shown = await view(start.seriesId);
    expect(shown.occurrences.map(({ status, steps: told }) => [status, told.map(({ kind, outcome, code }) => `${kind} ${code ?? outcome}`)])).toEqual([
      ['cancelled', ['book done', 'undo done']],
      ['cancelled', ['book done', 'undo done']],
      [null, ['book slot-taken']],
      [null, ['book not-tried']],
      [null, ['book not-tried']],
    ]); // prettier-ignore
    const changes = await clinic.owner('state_change').where({ aggregate_id: start.seriesId }).orderBy('seq');
    expect(changes.map(({ from_state, to_state }: Record<string, string>) => [from_state, to_state])).toEqual([[null, 'booking'], ['booking', 'undoing'], ['undoing', 'refused']]); // prettier-ignore
  });

  test('ends when no visit is left', async () => {
    const id = await booked({ rule: { count: 1, startLocal: '2027-07-05T09:00' } });
    expect(await settle(id)).toMatchObject({ state: 'booked' });
    await clinic.act((await view(id)).occurrences[0]!.appointmentId!, 'cancel', { reason: 'moved-away' });
    expect(await settle(id)).toMatchObject({ state: 'ended' });
    expect(await settle(id)).toMatchObject({ state: 'ended' });
  });
});

describe('a change of all that follow', () => {
  test('moves by days and to a new time of day, the last first when it goes forward, and says what the clock refuses', async () => {
    const id = await booked({
      patientId: clinic.patients[2]!,
      practitionerId: clinic.providers[1]!,
      rule: { count: 4, startLocal: '2027-10-17T09:00' },
    });
    const begun = await change(id, { kind: 'move', from: 2, toLocal: '2027-10-24T09:30' });
    expect(begun).toMatchObject({ changeNo: 1, progress: { state: 'changing' } });
    expect(begun.progress.steps.map(({ occurrence, start }) => [occurrence, start])).toEqual([[4, '2027-11-07T14:30:00.000Z'], [3, '2027-10-31T13:30:00.000Z'], [2, '2027-10-24T13:30:00.000Z']]); // prettier-ignore
    expect(await codeOf(change(id, { kind: 'cancel', from: 1, reason: 'x' }))).toBe('invalid-transition');
    for (const step of begun.progress.steps) {
      await clinic.act(step.appointmentId, 'reschedule', { slot: { ...step, start: step.start! } });
      await recordSeriesStep(clinic.ports, {
        organizationId: clinic.organizationId,
        seriesId: id,
        step,
        problem: null,
      });
    }
    expect(await settle(id)).toMatchObject({ state: 'booked' });
    expect((await view(id)).occurrences.map(({ local }) => local)).toEqual(['2027-10-17T09:00', '2027-10-24T09:30', '2027-10-31T09:30', '2027-11-07T09:30']); // prettier-ignore
    // 01:30 happens twice on 7 November: that one stays where it is, and says so.
    const night = await change(id, { kind: 'move', from: 3, toLocal: '2027-10-31T01:30' });
    expect(night.progress.steps.map(({ occurrence }) => occurrence)).toEqual([3]);
    expect((await view(id)).occurrences[3]!.steps.at(-1)).toMatchObject({ kind: 'move', outcome: 'refused', code: 'ambiguous-local-time' }); // prettier-ignore
  });

  test('leaves alone what is over, and needs somebody who may, a time, and something to change', async () => {
    const id = await booked({ rule: { count: 3, startLocal: '2027-08-02T09:00' } });
    const second = (await view(id)).occurrences[1]!.appointmentId!;
    await clinic.act(second, 'cancel', { reason: 'holiday' });
    const begun = await change(id, { kind: 'cancel', from: 1, reason: 'moved-away' });
    expect(begun.progress.steps.map(({ occurrence }) => occurrence)).toEqual([1, 3]);
    expect((await view(id)).occurrences[1]!.steps.at(-1)).toMatchObject({
      outcome: 'skipped',
      code: 'invalid-transition',
    });
    const other = await booked({ rule: { count: 1, startLocal: '2027-08-09T11:00' } });
    expect(await codeOf(change(other, { kind: 'move', from: 2, toLocal: '2027-08-09T12:00' }))).toBe(
      'validation-failed',
    );
    expect(await codeOf(change(other, { kind: 'move', from: 1, toLocal: 'noon' }))).toBe('validation-failed');
    expect(await codeOf(change(other, { kind: 'move', from: 1, toLocal: '2027-08-09T12:00', practitionerId: randomUUID() }))).toBe('validation-failed'); // prettier-ignore
    expect(await codeOf(change(other, { kind: 'cancel', from: 1, reason: 'x', actor: { ...staffActor, permissions: ['appointment:reschedule'] } }))).toBe('forbidden'); // prettier-ignore
    expect(await codeOf(change(randomUUID(), { kind: 'cancel', from: 1, reason: 'x' }))).toBe('not-found');
  });
});
