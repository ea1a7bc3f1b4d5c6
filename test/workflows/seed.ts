/** What a small clinic has in its tables: places, people and visit types, all by id. */
import { randomUUID } from 'node:crypto';
import type { Db } from '../../db/connection.ts';
import type { Actor } from '../../domain/actor.ts';

export const timeZone = 'America/New_York';

/** Everything the appointment's events ask for, as the front desk and a doctor together would have it. */
export const staff: Actor = {
  kind: 'staff',
  ref: 'user:00000000-0000-4000-8000-000000000001',
  permissions: [
    'appointment:book',
    'appointment:cancel',
    'appointment:cancel-by-clinic',
    'appointment:confirm',
    'appointment:reschedule',
    'appointment:check-in',
    'appointment:complete',
    'appointment:approve',
    'appointment:correct',
    'appointment:overbook',
    'waitlist:manage',
  ],
};

export const patientActor = (patientId: string): Actor => ({
  kind: 'patient',
  ref: `patient:${patientId}`,
  patientId,
  permissions: [
    'own-appointment:book',
    'own-appointment:cancel',
    'own-appointment:confirm',
    'own-appointment:reschedule',
    'own-waitlist:manage',
  ],
});

export interface Seed {
  readonly organizationId: string;
  readonly locationId: string;
  readonly practitionerId: string;
  readonly patientId: string;
  readonly otherPatientId: string;
  /** 'FU30' of scheduling-intake.md H. */
  readonly visitTypeId: string;
  /** The same, but a missed visit becomes a no-show by itself. */
  readonly autoNoShowTypeId: string;
  /** The same, but the clinic has to approve. */
  readonly approvalTypeId: string;
}

/** Scheduling-intake.md H, defaults: New York, FU30 with buffers 5 / 10, two exam rooms, open 08:00 to 18:00 all week. */
export async function seedClinic(admin: Db): Promise<Seed> {
  const id = (): string => randomUUID();
  const seed: Seed = {
    organizationId: id(),
    locationId: id(),
    practitionerId: id(),
    patientId: id(),
    otherPatientId: id(),
    visitTypeId: id(),
    autoNoShowTypeId: id(),
    approvalTypeId: id(),
  };
  const { organizationId, locationId, practitionerId } = seed;
  const of = { organization_id: organizationId };
  await admin('organization').insert({ id: organizationId, name: `Clinic ${organizationId.slice(0, 8)}` });
  await admin('location').insert({ ...of, id: locationId, name: 'Main', time_zone: timeZone });
  const rooms = [id(), id()];
  await admin('resource').insert([
    { ...of, id: practitionerId, kind: 'provider', name: 'P', location_id: locationId, time_zone: timeZone },
    ...rooms.map((room, n) => ({
      ...of,
      id: room,
      kind: 'room',
      name: `R${n}`,
      location_id: locationId,
      time_zone: timeZone,
    })),
  ]);
  const pool = id();
  await admin('resource_pool').insert({ ...of, id: pool, name: 'Exam rooms', kind: 'room' });
  await admin('resource_pool_member').insert(rooms.map((room) => ({ ...of, pool_id: pool, resource_id: room })));
  const types = [
    { id: seed.visitTypeId, code: 'FU30' },
    { id: seed.autoNoShowTypeId, code: 'FU30-AUTO', auto_noshow: true },
    { id: seed.approvalTypeId, code: 'FU30-APPROVAL', needs_approval: true },
  ];
  for (const type of types) {
    await admin('visit_type').insert({
      ...of,
      name: JSON.stringify({ en: type.code }),
      duration_minutes: 30,
      buffer_before_minutes: 5,
      buffer_after_minutes: 10,
      ...type,
    });
    await admin('visit_type_requirement').insert([
      { ...of, visit_type_id: type.id, role: 'provider', kind: 'provider' },
      { ...of, visit_type_id: type.id, role: 'room', kind: 'room', pool_id: pool },
    ]);
    await admin('visit_type_provider').insert({ ...of, visit_type_id: type.id, resource_id: practitionerId });
  }
  await admin('availability_rule').insert(
    [practitionerId, ...rooms].map((resource) => ({
      ...of,
      resource_id: resource,
      location_id: locationId,
      by_day: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'],
      start_local: '08:00',
      end_local: '18:00',
      time_zone: timeZone,
      valid_from: '2020-01-01',
    })),
  );
  await admin('patient').insert([
    {
      ...of,
      id: seed.patientId,
      mrn: '1',
      family: 'Quetzalcoatl',
      given: ['Ana'],
      email: 'ana@example.org',
      phone: '+12025550101',
    },
    { ...of, id: seed.otherPatientId, mrn: '2', family: 'Other', given: ['Ben'], email: 'ben@example.org' },
  ]);
  return seed;
}
