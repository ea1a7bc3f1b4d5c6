/**
 * A try whose outcome is open (the worker died, the database is away) may still take effect. Until it has, a repeat of its
 * key is not told what Postgres says meanwhile: who hears "taken" must not be booked a moment later.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import type { TemporalGateway } from '../../api/temporal/temporal.ts';
import { DomainError } from '../../domain/errors.ts';
import { quarterAfter, seedClinic, seedPatient, type Clinic } from './clinic-api.ts';
import { idleTemporal, startTestApi, type Client, type TestApi } from './support.ts';

/** An engine that takes everything, and where nothing comes to an end. */
const begun = { runs: new Set<string>(), actions: new Set<string>() };
const never = () => Promise.reject(new DomainError('outcome-unknown'));
const stalled: TemporalGateway = {
  ...idleTemporal(),
  bookAppointment(start) {
    begun.runs.add(start.appointmentId);
    return never();
  },
  actOnAppointment(_organizationId, _appointmentId, { operation }) {
    begun.actions.add(operation.key);
    return never();
  },
  hasRun: (id) => Promise.resolve(begun.runs.has(id)),
  hasAction: (_id, key) => Promise.resolve(begun.actions.has(key)),
};

let api: TestApi;
let clinic: Clinic;
let desk: Client;
beforeAll(async () => {
  api = await startTestApi(routes, { temporal: stalled });
  const organizationId = await api.createOrganization('Pending');
  clinic = await seedClinic(api.owner, organizationId);
  desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
});
afterAll(() => api?.stop());

const start = quarterAfter(3 * 24 * 60);
const end = new Date(Date.parse(start) + 1_800_000).toISOString();

/** Somebody else is there now, written past all processes. */
async function occupy(status: string): Promise<string> {
  const id = randomUUID();
  const patient = await seedPatient(api.owner, clinic.organizationId);
  const of = { organization_id: clinic.organizationId };
  await api.owner('appointment').insert({
    ...of, id, patient_id: patient, visit_type_id: clinic.visitTypeId, practitioner_id: clinic.practitionerId,
    location_id: clinic.locationId, mode: 'in-person', status, start_at: start, end_at: end,
    local_start: start.slice(0, 19), tz: 'America/New_York', booked_at: new Date(), confirmed_at: null,
  }); // prettier-ignore
  await api.owner('reservation').insert({
    ...of, resource_id: clinic.practitionerId, busy: `[${start},${end})`, kind: 'appointment', role: 'provider', appointment_id: id, op_key: id,
  }); // prettier-ignore
  return id;
}

describe('while an earlier try is open', () => {
  it('a booking’s key is not told that the time is taken; a stranger’s key is', async () => {
    const patientId = await seedPatient(api.owner, clinic.organizationId);
    const body = { patientId, visitTypeId: clinic.visitTypeId, practitionerId: clinic.practitionerId, start };
    const key = randomUUID();
    const book = (as: string) => desk.request('POST', '/appointments', { body, key: as });
    expect((await book(key)).body.code).toBe('outcome-unknown');
    await occupy('booked');
    const [again, stranger] = [await book(key), await book(randomUUID())];
    expect([again.status, again.body.code]).toEqual([503, 'outcome-unknown']);
    expect([stranger.status, stranger.body.code]).toEqual([409, 'slot-taken']);
  });

  it('an action’s key is not told that it is impossible now; another key is', async () => {
    const [visit] = await api.owner('appointment').select<{ id: string }[]>('id');
    const id = visit!.id;
    const key = randomUUID();
    const confirm = (as: string) => desk.request('POST', `/appointments/${id}/confirm`, { body: {}, key: as });
    expect((await confirm(key)).body.code).toBe('outcome-unknown');
    await api.owner('appointment').where({ id }).update({ confirmed_at: new Date() });
    expect((await confirm(key)).body.code).toBe('outcome-unknown');
    const other = await confirm(randomUUID());
    expect([other.status, other.body.code]).toEqual([409, 'guard-failed']);
    // What is over is over, whatever was tried.
    await api.owner('appointment').where({ id }).update({ status: 'fulfilled' });
    expect((await confirm(key)).body.code).toBe('invalid-transition');
  });
});
