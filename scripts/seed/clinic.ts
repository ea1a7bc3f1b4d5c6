/**
 * Riverside Clinic: places, people with hours, rooms, pools, visit types, closures and policies. Ids follow from names, so
 * that the clinic is the same on every machine; dates follow from today.
 */
import { Temporal } from 'temporal-polyfill';
import { uuidFrom } from '../../api/idempotency.ts';
import { recordStateChange } from '../../db/audit/audit-trail.ts';
import type { Trx } from '../../db/connection.ts';
import { addMinorConsentRule } from '../../db/patients/minor-consents.ts';
import {
  insertRecord,
  setPoolMembers,
  setPractitioners,
  setRequirements,
  type RequirementInput,
  type WriteContext,
} from '../../db/schedule/schedule-administration.ts';
import type { PolicyKind, PolicyValues } from '../../domain/policies.ts';
import type { Weekday } from '../../domain/schedule/schedule.ts';

export const organizationName = 'Riverside Clinic';
export const seedId = (...parts: string[]): string => uuidFrom(['healthsphere-seed', ...parts]);
export const organizationId = seedId('organization');

/** Where `npm run tour` plays: always open, under deadlines of seconds. */
export const tourLocation = 'Always-open demo';
export const tourVisitType = 'TOUR';

const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR'];
const everyDay: readonly Weekday[] = [...weekdays, 'SA', 'SU'];

const locations = [
  {
    name: 'Riverside Main',
    timeZone: 'America/New_York',
    address: { line: ['12 River Street'], city: 'New York', state: 'NY', postalCode: '10027', country: 'US' },
    phone: '+12125550100',
  },
  {
    name: 'Riverside Lakeside',
    timeZone: 'America/Chicago',
    address: { line: ['400 Lake Shore Drive'], city: 'Chicago', state: 'IL', postalCode: '60614', country: 'US' },
    phone: '+13125550100',
  },
  // UTC has no change of clocks: the tour must work at any hour of any day.
  {
    name: tourLocation,
    timeZone: 'Etc/UTC',
    address: { line: ['1 Sample Way'], city: 'Anywhere', country: 'US' },
    phone: '+12025550100',
  },
] as const;
type LocationName = (typeof locations)[number]['name'];

interface Hours {
  readonly at: LocationName;
  readonly byDay: readonly Weekday[];
  readonly from: string;
  /** At or before `from`: the next day. */
  readonly to: string;
}

interface Practitioner {
  readonly name: string;
  readonly specialty: string;
  readonly hours: readonly Hours[];
  readonly visitTypes: readonly string[];
  /** Has agreed to be booked beyond capacity. */
  readonly overbook?: boolean;
}

const main = 'Riverside Main';
const lake = 'Riverside Lakeside';
const day = (at: LocationName, byDay: readonly Weekday[], from = '08:00', to = '17:00'): Hours => ({
  at,
  byDay,
  from,
  to,
});

/** The practitioner that doctor@demo.healthsphere.example signs in as. */
export const demoPractitioner = 'Dr. Amara Okafor';

const practitioners: readonly Practitioner[] = [
  {
    name: demoPractitioner,
    specialty: 'Family medicine',
    hours: [day(main, weekdays, '08:00', '12:00'), day(main, weekdays, '13:00', '17:00')],
    visitTypes: ['FU30', 'NEW45', 'INT45', 'VID20'],
    overbook: true,
  },
  {
    name: 'Dr. Daniel Hughes',
    specialty: 'Family medicine',
    hours: [day(main, ['MO', 'TU', 'WE', 'TH'], '09:00', '18:00')],
    visitTypes: ['FU30', 'NEW45', 'VID20'],
  },
  // Two places, two time zones: mornings of different days.
  {
    name: 'Dr. Inés Casares',
    specialty: 'Internal medicine',
    hours: [day(main, ['MO', 'WE'], '08:00', '16:00'), day(lake, ['TU', 'TH'], '08:00', '16:00')],
    visitTypes: ['FU30', 'NEW45', 'INT45'],
  },
  {
    name: 'Dr. Jürgen Groß',
    specialty: 'Cardiology',
    hours: [day(lake, weekdays, '08:30', '16:30')],
    visitTypes: ['FU30', 'NEW45', 'US40'],
  },
  {
    name: 'Dr. Nguyễn Thị Hoa',
    specialty: 'Obstetrics and gynecology',
    hours: [day(main, weekdays, '08:00', '16:00')],
    visitTypes: ['FU30', 'NEW45', 'US40', 'PROC60'],
  },
  {
    name: 'Dr. Ruth Freeman',
    specialty: 'Dermatology',
    hours: [day(lake, ['MO', 'TU', 'WE', 'FR'], '09:00', '17:00')],
    visitTypes: ['FU30', 'NEW45', 'PROC60'],
  },
  {
    name: 'Nurse Practitioner Leon Baker',
    specialty: 'Primary care',
    hours: [day(main, everyDay, '08:00', '20:00')],
    visitTypes: ['FU30', 'VID20', 'INT45'],
    overbook: true,
  },
  // After ten in the evening until two: hours that end on the next day.
  {
    name: 'Dr. Siobhán Walsh',
    specialty: 'Telehealth, evenings',
    hours: [day(lake, ['MO', 'TU', 'WE', 'TH', 'FR'], '18:00', '02:00')],
    visitTypes: ['VID20'],
  },
  {
    name: 'Dr. Ever Open',
    specialty: 'Demonstration',
    hours: [day(tourLocation, everyDay, '00:00', '00:00')],
    visitTypes: [tourVisitType],
  },
  // Sees the visits that fill the first day's list, so that the tour finds the other one free.
  {
    name: 'Dr. Never Closed',
    specialty: 'Demonstration',
    hours: [day(tourLocation, everyDay, '00:00', '00:00')],
    visitTypes: [tourVisitType],
  },
];

const rooms: readonly { readonly name: string; readonly at: LocationName; readonly pool: string }[] = [
  ...[1, 2, 3, 4, 5].map((n) => ({ name: `Exam room ${n}`, at: main, pool: 'Exam rooms' }) as const),
  ...[6, 7, 8].map((n) => ({ name: `Exam room ${n}`, at: lake, pool: 'Exam rooms' }) as const),
  { name: 'Procedure room A', at: main, pool: 'Procedure rooms' },
  { name: 'Procedure room B', at: lake, pool: 'Procedure rooms' },
  { name: 'Demo room 1', at: tourLocation, pool: 'Demo rooms' },
  { name: 'Demo room 2', at: tourLocation, pool: 'Demo rooms' },
  { name: 'Demo room 3', at: tourLocation, pool: 'Demo rooms' },
];
const equipment = [
  { name: 'Ultrasound 1', at: main },
  { name: 'Ultrasound 2', at: lake },
] as const;
const interpreters = [
  { name: 'Interpreter, Spanish', languages: ['es'] },
  { name: 'Interpreter, Polish and Russian', languages: ['pl', 'ru'] },
  { name: 'Interpreter, Vietnamese', languages: ['vi'] },
] as const;

const ids = {
  location: (name: string) => seedId('location', name),
  resource: (name: string) => seedId('resource', name),
  pool: (name: string) => seedId('pool', name),
  visitType: (code: string) => seedId('visit-type', code),
};
export const demoPractitionerId = ids.resource(demoPractitioner);

const needs = {
  provider: { role: 'provider', kind: 'provider' },
  room: { role: 'room', kind: 'room', poolId: ids.pool('Exam rooms') },
  // Turned over faster than a person finishes notes.
  procedureRoom: { role: 'room', kind: 'room', poolId: ids.pool('Procedure rooms'), ownBufferAfterMinutes: 20 },
  ultrasound: { role: 'ultrasound', kind: 'equipment', poolId: ids.pool('Ultrasound'), ownBufferBeforeMinutes: 0 },
  interpreter: {
    role: 'interpreter',
    kind: 'interpreter',
    poolId: ids.pool('Interpreters'),
    ownBufferBeforeMinutes: 0,
    ownBufferAfterMinutes: 0,
  },
  demoRoom: { role: 'room', kind: 'room', poolId: ids.pool('Demo rooms') },
} as const satisfies Record<string, RequirementInput>;

interface VisitTypeSeed {
  readonly code: string;
  readonly name: { readonly en: string; readonly es: string };
  readonly columns: Readonly<Record<string, unknown>>;
  readonly requirements: readonly RequirementInput[];
}

/** scheduling-intake.md H: FU30 is the scenarios' visit type. Minutes, and seconds where the column says so. */
const visitTypes: readonly VisitTypeSeed[] = [
  {
    code: 'FU30',
    name: { en: 'Follow-up visit', es: 'Consulta de seguimiento' },
    columns: minutes(30, 5, 10, 15),
    requirements: [needs.provider, needs.room],
  },
  {
    code: 'NEW45',
    name: { en: 'First visit', es: 'Primera consulta' },
    columns: { ...minutes(45, 5, 10, 15), min_notice_minutes: 240, new_patient: true, needs_intake: true },
    requirements: [needs.provider, needs.room],
  },
  {
    code: 'VID20',
    name: { en: 'Video visit', es: 'Consulta por video' },
    columns: { ...minutes(20, 0, 5, 10), modes: ['video', 'phone'], cancel_notice_minutes: 120 },
    requirements: [needs.provider],
  },
  {
    code: 'US40',
    name: { en: 'Ultrasound', es: 'Ecografía' },
    columns: { ...minutes(40, 5, 10, 20), min_notice_minutes: 1_440 },
    requirements: [needs.provider, needs.room, needs.ultrasound],
  },
  {
    code: 'PROC60',
    name: { en: 'Minor procedure', es: 'Procedimiento menor' },
    columns: { ...minutes(60, 10, 15, 30), min_notice_minutes: 2_880, needs_approval: true, age_min: 18 },
    requirements: [needs.provider, needs.procedureRoom],
  },
  {
    code: 'INT45',
    name: { en: 'Visit with interpreter', es: 'Consulta con intérprete' },
    columns: { ...minutes(45, 5, 10, 15), self_schedulable: false },
    requirements: [needs.provider, needs.room, needs.interpreter],
  },
  {
    code: tourVisitType,
    name: { en: 'Quick visit (demo)', es: 'Visita rápida (demo)' },
    columns: {
      ...minutes(5, 0, 0, 5),
      modes: ['in-person', 'video'],
      min_notice_minutes: 0,
      max_advance_days: 30,
      cancel_notice_minutes: 0,
      waitlist_min_lead_minutes: 0,
      late_after_seconds: 30,
      noshow_after_seconds: 120,
      auto_noshow: true,
    },
    requirements: [needs.provider, needs.demoRoom],
  },
];

function minutes(duration: number, before: number, after: number, align: number): Readonly<Record<string, unknown>> {
  return {
    duration_minutes: duration,
    buffer_before_minutes: before,
    buffer_after_minutes: after,
    align_minutes: align,
    min_notice_minutes: 60,
    max_advance_days: 180,
  };
}

/**
 * Deadlines of seconds. Visits of the tour begin on five-minute marks, 5 to 10 minutes after they are booked: with an item
 * every 25 s of that span, one is always due within 25 s of the booking, and once the patient confirms there are no more.
 */
const tourPolicies: { readonly [Kind in PolicyKind]?: PolicyValues[Kind] } = {
  hold: { duration: 'PT20S', extension: 'PT10S', maxPerPatient: 20 },
  approval: { within: 'PT60S' },
  arrival: { early: 'PT24H' },
  reschedule: { maxByPatient: 100 },
  'clinic-cancel': { alternatives: 3, holdDuration: 'PT5M' },
  reminder: {
    items: Array.from({ length: 12 }, (_, k) => ({
      before: `PT${300 + 25 * k}S`,
      channels: ['email'] as const,
      askConfirm: true,
      onlyIf: 'unconfirmed-or-high-risk' as const,
    })),
    margin: 'PT1S',
    quietHours: null,
  },
};

/** In one transaction; call it only when the organization has no location yet. */
export async function seedClinic(trx: Trx, context: WriteContext): Promise<void> {
  for (const { name, timeZone, address, phone } of locations) {
    await insertRecord(trx, context, 'location', {
      id: ids.location(name),
      name,
      time_zone: timeZone,
      address: JSON.stringify(address),
      phone,
    });
  }
  const zoneOf = new Map<string, string>(locations.map(({ name, timeZone }) => [name, timeZone]));
  const resource = (
    kind: string,
    name: string,
    at: LocationName | null,
    more: Readonly<Record<string, unknown>> = {},
  ) =>
    insertRecord(trx, context, 'resource', {
      id: ids.resource(name),
      kind,
      name,
      location_id: at === null ? null : ids.location(at),
      time_zone: at === null ? null : zoneOf.get(at),
      ...more,
    });
  for (const { name, specialty, hours, overbook } of practitioners) {
    await resource('provider', name, hours[0]!.at, {
      specialty,
      overbook_limit: overbook ? 1 : 0,
      overbook_consent: overbook ?? false,
    });
  }
  for (const { name, at } of rooms) await resource('room', name, at);
  for (const { name, at } of equipment) await resource('equipment', name, at);
  for (const { name, languages } of interpreters)
    await resource('interpreter', name, null, { languages: [...languages] });

  const pool = async (name: string, kind: string, members: readonly string[]) => {
    await insertRecord(trx, context, 'resource_pool', { id: ids.pool(name), name, kind });
    await setPoolMembers(trx, context.organizationId, ids.pool(name), members.map(ids.resource));
  };
  for (const name of new Set(rooms.map((room) => room.pool)))
    await pool(name, 'room', rooms.filter((room) => room.pool === name).map((room) => room.name)); // prettier-ignore
  await pool('Ultrasound', 'equipment', equipment.map(({ name }) => name)); // prettier-ignore
  await pool('Interpreters', 'interpreter', interpreters.map(({ name }) => name)); // prettier-ignore

  for (const { code, name, columns, requirements } of visitTypes) {
    const id = ids.visitType(code);
    await insertRecord(trx, context, 'visit_type', { id, code, name: JSON.stringify(name), ...columns });
    await setRequirements(trx, context.organizationId, id, requirements);
    const givers = practitioners.filter((p) => p.visitTypes.includes(code)).map((p) => ids.resource(p.name));
    await setPractitioners(trx, context.organizationId, id, givers);
  }
  await seedQueues(trx, context);
  await seedHours(trx, context, zoneOf);
  await seedPolicies(trx, context);
  await seedMinorConsent(trx, context);
}

/** For who comes without an appointment. */
const queues = [
  { name: { en: 'Acute care', es: 'Atención aguda' }, at: main, code: 'FU30' },
  { name: { en: 'Walk-ins (demo)', es: 'Sin cita (demo)' }, at: tourLocation, code: tourVisitType },
] as const;

async function seedQueues(trx: Trx, context: WriteContext): Promise<void> {
  for (const { name, at, code } of queues) {
    const id = seedId('walk-in-queue', name.en);
    await insertRecord(trx, context, 'walk_in_queue', {
      id,
      name: JSON.stringify(name),
      location_id: ids.location(at),
      visit_type_id: ids.visitType(code),
    });
    const serving = practitioners.filter((p) => p.visitTypes.includes(code) && p.hours.some((hour) => hour.at === at));
    await trx('walk_in_queue_provider').insert(
      serving.map((p) => ({
        organization_id: context.organizationId,
        queue_id: id,
        resource_id: ids.resource(p.name),
      })),
    );
  }
}

async function seedHours(trx: Trx, context: WriteContext, zoneOf: ReadonlyMap<string, string>): Promise<void> {
  const now = Temporal.Instant.fromEpochMilliseconds(context.at.getTime());
  const todayIn = (at: string) => now.toZonedDateTimeISO(zoneOf.get(at)!).toPlainDate();
  for (const { name, hours } of practitioners) {
    for (const { at, byDay, from, to } of hours) {
      await insertRecord(trx, context, 'availability_rule', {
        resource_id: ids.resource(name),
        location_id: ids.location(at),
        by_day: [...byDay],
        start_local: from,
        end_local: to,
        time_zone: zoneOf.get(at),
        valid_from: todayIn(at).subtract({ months: 1 }).toString(),
      });
    }
  }
  const closed = (
    at: LocationName,
    on: Temporal.PlainDate,
    reason: string,
    days: number,
    of: Readonly<Record<string, string>>,
  ) => {
    const start = on.toZonedDateTime(zoneOf.get(at)!);
    return insertRecord(trx, context, 'availability_exception', {
      ...of,
      starts_at: new Date(start.epochMilliseconds),
      ends_at: new Date(start.add({ days }).epochMilliseconds),
      kind: 'closed',
      reason,
      created_by: context.actor.ref,
    });
  };
  // The second Tuesday of next month, and a doctor's holiday in its third week.
  const first = todayIn(main).add({ months: 1 }).with({ day: 1 });
  const tuesday = first.add({ days: ((2 - first.dayOfWeek + 7) % 7) + 7 });
  await closed(main, tuesday, 'Staff training', 1, { location_id: ids.location(main) });
  await closed(main, tuesday.add({ days: 6 }), 'Holiday', 5, { resource_id: ids.resource('Dr. Daniel Hughes') });
}

/** So that the list of charges has something to show once somebody cancels late; a clinic without this row asks for nothing. */
const fees = { lateCancelCents: 2500, noShowCents: 4000, byVisitType: { FU30: { noShowCents: 2500 } } };

async function seedPolicies(trx: Trx, context: WriteContext): Promise<void> {
  const ofTour = Object.entries(tourPolicies).map(([kind, value]) => ({ kind, value, at: ids.location(tourLocation) }));
  for (const { kind, value, at } of [...ofTour, { kind: 'fee', value: fees, at: null }]) {
    const id = seedId('policy', kind);
    await trx('policy').insert({
      id,
      organization_id: context.organizationId,
      location_id: at,
      kind,
      value: JSON.stringify(value),
      valid_from: context.at,
    });
    await recordStateChange(trx, {
      organizationId: context.organizationId,
      aggregate: 'policy',
      aggregateId: id,
      event: 'create',
      from: null,
      to: 'active',
      actor: context.actor,
      at: context.at,
      data: { kind, value },
    });
  }
}

/** Of the synthetic clinic, so that its pages have something to show. They say nothing about any law: counsel writes a clinic's own. */
const minorConsentRules = [
  { code: 'VID20', jurisdiction: 'US', fromAge: 16, guardianAccess: 'none' },
  { code: 'NEW45', jurisdiction: 'US-IL', fromAge: 14, guardianAccess: 'shared' },
] as const;

async function seedMinorConsent(trx: Trx, context: WriteContext): Promise<void> {
  for (const { code, ...rule } of minorConsentRules)
    await addMinorConsentRule(trx, {
      ...context,
      ...rule,
      visitTypeId: ids.visitType(code),
      basis: 'An example of the synthetic clinic. It rests on no law.',
      owner: 'Dr. Anna Keller (demo)',
      validFrom: context.at,
      validTo: null,
    });
}
