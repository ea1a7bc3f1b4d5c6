/** D3 on a real database: interpreters by language and equipment with buffers of its own, in availability and in booking. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { anotherPlace } from '../../db/schedule/another-resource.ts';
import { lockAppointment } from '../../db/appointments/appointment-actions.ts';
import { findAvailability } from '../../db/schedule/availability.ts';
import { lookBefore } from '../../db/appointments/appointments.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { startOf, codeOf, createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';
import { waitlistOf } from '../support/waitlist.ts';

let clinic: Clinic;
let spanish = '';
let scanType = '';
let machine = '';
beforeAll(async () => {
  clinic = await createClinic({ providers: 3, rooms: 4, patients: 1 });
  const add = async (kind: string, columns: Record<string, unknown>) => {
    const id = randomUUID();
    await clinic.owner('resource').insert({ id, organization_id: clinic.organizationId, kind, name: kind, ...columns });
    return id;
  };
  spanish = await add('interpreter', { languages: ['es'] });
  await add('interpreter', { languages: ['pl', 'ru'] });
  machine = await add('equipment', { location_id: clinic.locationId });
  const pool = randomUUID();
  await clinic
    .owner('resource_pool')
    .insert({ id: pool, organization_id: clinic.organizationId, name: 'Scanners', kind: 'equipment' });
  await clinic
    .owner('resource_pool_member')
    .insert({ organization_id: clinic.organizationId, pool_id: pool, resource_id: machine });
  scanType = await clinic.addVisitType({ code: 'SCAN' }, [
    { role: 'provider', kind: 'provider' },
    { role: 'scanner', kind: 'equipment', pool_id: pool, own_buffer_before_minutes: 0, own_buffer_after_minutes: 45 },
  ]);
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

let week = 0;
const local = (time: string, day = 0): string => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return new Date(Date.UTC(2027, 5, 2 + 7 * week + day, hours + 4, minutes)).toISOString();
};
beforeEach(() => {
  week += 1;
  clinic.clock.set(local('09:00', -20));
});
const needing = (language: string) => clinic.addPatient({ language, interpreter_needed: true });
const book = (patientId: string, start: string, provider = 0, more: Record<string, unknown> = {}) =>
  clinic.open({ start, patientId, practitionerId: clinic.providers[provider]!, ...more });
const reserved = (id: string, kind: string) =>
  clinic
    .owner('reservation as v')
    .join('resource as r', 'r.id', 'v.resource_id')
    .where({ 'v.appointment_id': id, 'r.kind': kind })
    .whereNull('v.released_at')
    .select('r.id', 'v.starts_at', 'v.ends_at');
const tasks = (id: string) =>
  clinic.owner('staff_task').where({ subject_id: id, kind: 'arrange-interpreter' }).select('state', 'params', 'due_at');
const problemOf = async (promise: Promise<unknown>) => {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as { problem: { code: string; data?: Record<string, unknown> } }).problem;
  }
};

it('who needs one gets one who speaks the language, and a quarter of an hour more', async () => {
  const { appointment } = await book(await needing('es-MX'), local('10:00'));
  expect(appointment).toMatchObject({ end: local('10:45'), interpreterLanguage: 'es-MX' });
  expect(await reserved(appointment.id, 'interpreter')).toEqual([
    { id: spanish, starts_at: new Date(local('10:00')), ends_at: new Date(local('10:45')) },
  ]);
  expect(await tasks(appointment.id)).toEqual([]);
  const plain = await book(clinic.patients[0]!, local('13:00'));
  expect(plain.appointment).toMatchObject({ end: local('13:30'), interpreterLanguage: null });
  expect(await reserved(plain.appointment.id, 'interpreter')).toEqual([]);
});

it('the last interpreter, two at once: one visit, and the other is told of whom there is none, with other times', async () => {
  for (let round = 0; round < 6; round += 1) {
    week += 1;
    clinic.clock.set(local('09:00', -20));
    const [a, b] = [await needing('es'), await needing('es')];
    const outcomes = await Promise.all([problemOf(book(a, local('10:00'), 0)), problemOf(book(b, local('10:15'), 1))]);
    const lost = outcomes.filter((o) => o !== null);
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ code: 'slot-taken', data: { resourceKind: 'interpreter' } });
    const [alternative] = lost[0]!.data!['alternatives'] as { start: string }[];
    // The first time at which the interpreter is free again for the whole visit.
    expect(alternative).toBeDefined();
    const loser = outcomes[0] === null ? b : a;
    const provider = outcomes[0] === null ? 1 : 0;
    expect(await problemOf(book(loser, alternative!.start, provider))).toBeNull();
  }
});

it('what is offered can be booked, and what is not is refused: availability and booking agree', async () => {
  await book(await needing('es'), local('10:00'), 0);
  const patientId = await needing('es');
  const asked = { visitTypeId: clinic.visitTypeId, patientId, practitionerId: clinic.providers[1]!, from: new Date(local('08:00')), to: new Date(local('17:00')), limit: 100, at: await clinic.clock.now(), forPatientSelfService: false }; // prettier-ignore
  const offered = new Set((await clinic.read((trx) => findAvailability(trx, asked))).map((time) => time.start));
  const at = await clinic.clock.now();
  for (let minutes = 0; minutes < 9 * 60; minutes += 15) {
    const start = new Date(Date.parse(local('08:00')) + minutes * 60_000).toISOString();
    const { command } = startOf(
      clinic,
      { start, patientId, practitionerId: clinic.providers[1]! },
      staffActor,
      randomUUID(),
    );
    const problem = await clinic.read((trx) => lookBefore(trx, command, at, staffActor));
    expect([start, problem === null]).toEqual([start, offered.has(start)]);
  }
  expect(offered.has(local('10:00'))).toBe(false);
  expect(offered.has(local('09:15'))).toBe(true);
  expect(offered.has(local('09:30'))).toBe(false);
  expect(offered.has(local('10:45'))).toBe(true);
  // Another language is not in the way.
  const polish = await needing('pl');
  expect((await book(polish, local('10:00'), 2)).appointment.end).toBe(local('10:45'));
});

it('nobody is refused a visit for a language that none of ours speaks: a task asks for somebody from outside', async () => {
  const { appointment } = await book(await needing('vi'), local('10:00'));
  expect(appointment.end).toBe(local('10:45'));
  expect(await tasks(appointment.id)).toMatchObject([
    { state: 'open', params: { language: 'vi' }, due_at: new Date(local('10:00', -1)) },
  ]);
  await clinic.act(appointment.id, 'cancel', { reason: 'ill' });
  expect(await tasks(appointment.id)).toMatchObject([{ state: 'cancelled' }]);
});

it('moving takes the interpreter along; cancelling gives everything back, and offers the time without them', async () => {
  const { appointment } = await book(await needing('es'), local('10:00'));
  const moved = await clinic.act(appointment.id, 'reschedule', {
    slot: { start: local('10:15'), practitionerId: clinic.providers[0]! },
  });
  expect(moved.appointment.end).toBe(local('11:00'));
  expect(await reserved(appointment.id, 'interpreter')).toMatchObject([{ starts_at: new Date(local('10:15')) }]);

  const waiting = await clinic.addPatient({ language: 'so', interpreter_needed: true });
  await waitlistOf(clinic).join(waiting);
  const cancelled = await clinic.act(appointment.id, 'cancel', { reason: 'ill' });
  const [openingId] = cancelled.openings ?? [];
  const kept = await clinic
    .owner('reservation as v')
    .join('resource as r', 'r.id', 'v.resource_id')
    .where({ 'v.opening_id': openingId })
    .select('r.kind');
  expect(kept.map((r: { kind: string }) => r.kind).toSorted()).toEqual(['provider', 'room']);
  expect((await book(await needing('es'), local('10:15'), 1)).appointment.status).toBe('booked');

  const waitlist = waitlistOf(clinic);
  await waitlist.advance(openingId!);
  const offer = await clinic.owner('waitlist_offer').where({ opening_id: openingId, state: 'offered' }).first('id');
  expect(offer).toBeDefined();
  await waitlist.act(openingId!, 'accept', { offerId: offer.id });
  const taken = await clinic
    .owner('appointment')
    .where({ patient_id: waiting, status: 'booked' })
    .first('id', 'interpreter_language');
  expect(taken.interpreter_language).toBe('so');
  expect(await tasks(taken.id)).toMatchObject([{ state: 'open', params: { language: 'so' } }]);
});

it('who came after all is seen, interpreter or not', async () => {
  const { appointment } = await book(await needing('es'), local('10:00'));
  clinic.clock.set(local('10:20'));
  await clinic.act(appointment.id, 'no-show');
  await book(await needing('es'), local('10:30'), 1);
  clinic.clock.set(local('10:25'));
  expect((await clinic.act(appointment.id, 'undo-no-show')).appointment.status).toBe('arrived');
  expect(await tasks(appointment.id)).toMatchObject([{ state: 'open' }]);
});

it('equipment keeps its own buffers: free again when it is clean, not when the room is', async () => {
  const scan = await book(clinic.patients[0]!, local('10:00'), 0, { visitTypeId: scanType });
  expect(await reserved(scan.appointment.id, 'equipment')).toEqual([
    { id: machine, starts_at: new Date(local('10:00')), ends_at: new Date(local('11:15')) },
  ]);
  const patientId = await clinic.addPatient();
  expect(await problemOf(book(patientId, local('11:00'), 1, { visitTypeId: scanType }))).toMatchObject({
    code: 'slot-taken',
    data: { resourceKind: 'equipment' },
  });
  expect(await codeOf(book(patientId, local('11:15'), 1, { visitTypeId: scanType }))).toBeUndefined();
  const times = await clinic.read(
    async (trx) =>
    findAvailability(trx, { visitTypeId: scanType, practitionerId: clinic.providers[2]!, from: new Date(local('08:00')), to: new Date(local('17:00')), limit: 100, at: await clinic.clock.now(), forPatientSelfService: false }), // prettier-ignore
  );
  const starts = times.map((time) => time.start);
  // 08:15 is clean at 09:30, 08:45 at 10:00; later it would still be in use, or not clean, at the next one's start.
  expect(starts).toContain(local('08:45'));
  expect(starts).not.toContain(local('09:00'));
  expect(starts).not.toContain(local('12:15'));
  expect(starts).toContain(local('12:30'));
});

it('an interpreter who falls ill is replaced by another who speaks the language, and by nobody else', async () => {
  const { appointment } = await book(await needing('es'), local('10:00'));
  const [own] = await clinic
    .owner('reservation')
    .where({ appointment_id: appointment.id, resource_id: spanish })
    .select('role', 'starts_at', 'ends_at');
  const another = () =>
    clinic.read(async (trx) => {
      const at = await clinic.clock.now();
      const locked = await lockAppointment(trx, appointment.id, at);
      return anotherPlace(trx, { resource_id: spanish }, locked, own, { at, opKey: 'another' });
    });
  expect(await another()).toBeNull();
  const id = randomUUID();
  await clinic
    .owner('resource')
    .insert({ id, organization_id: clinic.organizationId, kind: 'interpreter', name: 'second', languages: ['es-AR'] });
  expect((await another())?.lanes).toMatchObject([{ resourceId: id, kind: 'interpreter' }]);
});
