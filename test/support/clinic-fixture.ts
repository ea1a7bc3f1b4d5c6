/**
 * A small clinic in a database of its own: one location in New York, providers, a pool of rooms, patients, and the visit
 * type FU30 of the scenarios (scheduling-intake.md H): 30 min, buffers 5 / 10, align 15, provider + any exam room + patient.
 */
import { randomUUID } from 'node:crypto';
import { connect, type Db } from '../../db/connection.ts';
import { applyAction } from '../../db/appointments/appointment-actions.ts';
import type { Settled } from '../../db/appointments/appointment-effects.ts';
import { openAppointment, type SchedulingPorts } from '../../db/appointments/appointments.ts';
import { withOrganization } from '../../db/transaction.ts';
import type { Trx } from '../../db/connection.ts';
import { matrix } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import type { ActionInput, AppointmentStart, OpeningCommand } from '../../workflows/messages/appointment.ts';
import { createTestDatabase, type TestDatabase } from './test-postgres.ts';

export const newYork = 'America/New_York';

/** A clock that stands where it is put. */
export interface FixedClock {
  now(): Promise<Date>;
  set(at: string | Date): void;
}

export function fixedClock(at: string): FixedClock {
  let present = new Date(at);
  return {
    now: () => Promise.resolve(new Date(present)),
    set: (next) => void (present = new Date(next)),
  };
}

export const staffActor: Actor = {
  kind: 'staff',
  ref: 'user:11111111-1111-4111-8111-111111111111',
  permissions: [...new Set([...matrix.administrator, ...matrix['front-desk'], ...matrix.doctor])],
};

export const patientActor = (patientId: string): Actor => ({
  kind: 'patient',
  ref: `user:${patientId}`,
  patientId,
  permissions: [...matrix.patient],
});

export interface ClinicOptions {
  /** The fixed clock's first instant. */
  readonly at?: string | undefined;
  readonly providers?: number | undefined;
  readonly rooms?: number | undefined;
  readonly patients?: number | undefined;
  /** Columns of FU30 that differ from the scenarios'. */
  readonly visitType?: Readonly<Record<string, unknown>> | undefined;
  /** Weekly hours of every provider; every day 00:00-24:00 when left out is *not* the default: Monday to Friday 08:00-17:00. */
  readonly hours?: { readonly byDay: readonly string[]; readonly start: string; readonly end: string } | undefined;
  readonly poolMax?: number | undefined;
}

export interface Clinic {
  readonly database: TestDatabase;
  /** As the activities connect. */
  readonly db: Db;
  /** Sees everything, whatever the organization: for looking, never for code under test. */
  readonly owner: Db;
  readonly clock: FixedClock;
  readonly ports: SchedulingPorts;
  readonly organizationId: string;
  readonly locationId: string;
  readonly providers: readonly string[];
  readonly rooms: readonly string[];
  readonly roomPoolId: string;
  readonly patients: readonly string[];
  /** FU30. */
  readonly visitTypeId: string;
  addVisitType(
    columns: Readonly<Record<string, unknown>>,
    requirements?: readonly Readonly<Record<string, unknown>>[],
  ): Promise<string>;
  addPatient(columns?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Books FU30 (or what `command` says) for patient 0 with provider 0, by staff. */
  open(
    command: Partial<OpeningCommand> & { readonly start: string },
    actor?: Actor,
    operation?: string,
  ): Promise<Settled>;
  act(
    appointmentId: string,
    event: AppointmentEvent,
    input?: ActionInput,
    actor?: Actor,
    operation?: string,
  ): Promise<Settled>;
  /** Reads in the clinic's context, as the activities do. */
  read<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  count(table: string, where?: Readonly<Record<string, unknown>>): Promise<number>;
  stop(): Promise<void>;
}

export async function createClinic(options: ClinicOptions = {}): Promise<Clinic> {
  const database = await createTestDatabase();
  const owner = connect({ url: database.urls.migrator, applicationName: 'test-owner', poolMax: 2 });
  const db = connect({ url: database.urls.worker, applicationName: 'test-worker', poolMax: options.poolMax ?? 20 });
  const clock = fixedClock(options.at ?? '2027-03-01T15:00:00Z');
  const ports: SchedulingPorts = { db, clock };
  const organizationId = randomUUID();
  const locationId = randomUUID();
  await owner('organization').insert({ id: organizationId, name: `Clinic ${organizationId.slice(0, 8)}` });
  await owner('location').insert({
    id: locationId,
    organization_id: organizationId,
    name: 'Main street',
    time_zone: newYork,
  });

  const addResources = async (
    kind: string,
    count: number,
    columns: Readonly<Record<string, unknown>> = {},
  ): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => randomUUID()).toSorted();
    if (count > 0) {
      await owner('resource').insert(
        ids.map((id, k) => ({
          id,
          organization_id: organizationId,
          kind,
          name: `${kind} ${k + 1}`,
          location_id: locationId,
          time_zone: newYork,
          ...columns,
        })),
      );
    }
    return ids;
  };
  const addPatient: Clinic['addPatient'] = async (columns = {}) => {
    const id = randomUUID();
    await owner('patient').insert({
      id,
      organization_id: organizationId,
      mrn: id.slice(0, 13),
      family: 'Canary',
      given: ['Pat'],
      birth_date: '1980-02-29',
      email: `${id}@example.org`,
      phone: '+12125550100',
      ...columns,
    });
    return id;
  };

  const providers = await addResources('provider', options.providers ?? 1);
  const rooms = await addResources('room', options.rooms ?? 2);
  const roomPoolId = randomUUID();
  await owner('resource_pool').insert({
    id: roomPoolId,
    organization_id: organizationId,
    name: 'Exam rooms',
    kind: 'room',
  });
  if (rooms.length > 0) {
    await owner('resource_pool_member').insert(
      rooms.map((id) => ({ organization_id: organizationId, pool_id: roomPoolId, resource_id: id })),
    );
  }
  const hours = options.hours ?? { byDay: ['MO', 'TU', 'WE', 'TH', 'FR'], start: '08:00', end: '17:00' };
  if (providers.length > 0) {
    await owner('availability_rule').insert(
      providers.map((id) => ({
        organization_id: organizationId,
        resource_id: id,
        location_id: locationId,
        by_day: [...hours.byDay],
        start_local: hours.start,
        end_local: hours.end,
        time_zone: newYork,
        valid_from: '2026-01-01',
      })),
    );
  }

  const addVisitType: Clinic['addVisitType'] = async (
    columns,
    requirements = [
      { role: 'provider', kind: 'provider' },
      { role: 'room', kind: 'room', pool_id: roomPoolId },
    ],
  ) => {
    const id = randomUUID();
    await owner('visit_type').insert({
      id,
      organization_id: organizationId,
      code: `VT-${id.slice(0, 8)}`,
      name: JSON.stringify({ en: 'Follow-up', es: 'Seguimiento' }),
      duration_minutes: 30,
      buffer_before_minutes: 5,
      buffer_after_minutes: 10,
      align_minutes: 15,
      min_notice_minutes: 0,
      max_advance_days: 365,
      ...columns,
    });
    if (requirements.length > 0) {
      await owner('visit_type_requirement').insert(
        requirements.map((r) => ({ organization_id: organizationId, visit_type_id: id, ...r })),
      );
    }
    if (providers.length > 0) {
      await owner('visit_type_provider').insert(
        providers.map((resource_id) => ({ organization_id: organizationId, visit_type_id: id, resource_id })),
      );
    }
    return id;
  };
  const visitTypeId = await addVisitType({ code: 'FU30', ...options.visitType });
  const patients: string[] = [];
  for (let k = 0; k < (options.patients ?? 2); k += 1) patients.push(await addPatient());

  const clinic: Clinic = {
    database,
    db,
    owner,
    clock,
    ports,
    organizationId,
    locationId,
    providers,
    rooms,
    roomPoolId,
    patients,
    visitTypeId,
    addVisitType,
    addPatient,
    open: (command, actor = staffActor, operation = randomUUID()) =>
      openAppointment(ports, startOf(clinic, { practitionerId: providers[0]!, ...command }, actor, operation)),
    act: (appointmentId, event, input = {}, actor = staffActor, operation = randomUUID()) =>
      applyAction(ports, {
        organizationId,
        appointmentId,
        event,
        input,
        actor,
        operation: { key: `appt:${appointmentId}/${operation}`, inputHash: JSON.stringify([event, input]) },
      }),
    read: (work) => withOrganization(db, organizationId, work),
    count: async (table, where = {}) => {
      const [row] = await owner(table)
        .where({ organization_id: organizationId, ...where })
        .count<{ count: number }[]>('* as count');
      return Number(row!.count);
    },
    async stop() {
      await db.destroy();
      await owner.destroy();
      await database.drop();
    },
  };
  return clinic;
}

/** The start input of an appointment's run. The operation's name also names the appointment, as an Idempotency-Key does. */
export function startOf(
  clinic: Pick<Clinic, 'organizationId' | 'patients' | 'visitTypeId'>,
  command: Partial<OpeningCommand> & { readonly start: string },
  actor: Actor,
  operation: string,
): AppointmentStart {
  const full = {
    event: 'book',
    patientId: clinic.patients[0]!,
    visitTypeId: clinic.visitTypeId,
    mode: 'in-person',
    ...command,
  } as OpeningCommand;
  return {
    organizationId: clinic.organizationId,
    appointmentId: operation,
    operation: { key: `appt:${operation}/start`, inputHash: JSON.stringify(full) },
    command: full,
    actor,
  };
}

/** The problem code a promise is refused with; undefined when it is not refused. Anything but a refusal is thrown. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    const { problem } = error as { problem?: { code: string } };
    if (problem === undefined) throw error;
    return problem.code;
  }
}
