/** Facts, actors and inputs for the tests of the appointment's rules. Everything is made up. */
import * as fc from 'fast-check';
import type { Actor } from '../../domain/actor.ts';
import { eventRules } from '../../domain/appointment/appointment-events.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import { appointmentStatuses, defaultRules } from '../../domain/appointment/appointment-facts.ts';
import { confirmationChoices } from '../../domain/appointment/confirmation.ts';
import type { AppointmentFacts, AppointmentInput } from '../../domain/appointment/appointment-facts.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const zone = 'America/New_York';
/** Tuesday 2027-06-01, 09:00 in New York. */
export const start = Date.UTC(2027, 5, 1, 13);
export const end = start + 30 * minute;

export const events = Object.keys(eventRules) as AppointmentEvent[];
const permissions = Object.values(eventRules).flatMap(({ by }) =>
  [by.staff, by.patient].filter((p) => p !== undefined),
);

export const staff: Actor = {
  kind: 'staff',
  ref: 'user:desk',
  permissions: permissions.filter((p) => !p.startsWith('own-')),
};
export const patient: Actor = {
  kind: 'patient',
  ref: 'user:pat',
  patientId: 'pat',
  permissions: permissions.filter((p) => p.startsWith('own-')),
};
export const system: Actor = { kind: 'system', ref: 'system:timer', permissions: [] };

export const facts = (more: Partial<AppointmentFacts> = {}): AppointmentFacts => ({
  patientId: 'pat',
  status: 'booked',
  version: 0,
  start,
  end,
  timeZone: zone,
  holdExpiresAt: null,
  holdOwner: null,
  holdExtended: false,
  awaitingApproval: false,
  confirmedAt: null,
  arrivedAt: null,
  checkedInAt: null,
  seenAt: null,
  noShowAt: null,
  cancelReason: null,
  rescheduleCount: 0,
  intake: 'none',
  consentsMissing: [],
  encounterFinished: false,
  liveHolds: 0,
  rules: defaultRules,
  ...more,
});

/** An input with which every input guard passes. */
export const fullInput = (f: AppointmentFacts): AppointmentInput => ({
  slot: { start: new Date((f.start ?? start) + 14 * 24 * hour).toISOString() },
  reason: 'a reason',
  confirmToken: { version: f.version },
  identifiersVerified: ['name', 'birth-date'],
  intakeWaivedReason: 'urgent',
  noNoteReason: 'phone call only',
});

/** Instants at and one millisecond around the edges that guards compare with, and anywhere near. */
const moments = [-48, -24, -1, 0, 0.5].flatMap((h) => [-1, 0, 1].map((ms) => start + h * hour + ms));
export const anyMoment = fc.oneof(
  fc.constantFrom(...moments, end + 20 * minute, end + 20 * minute - 1, start + 20 * minute, start + 20 * minute - 1),
  fc.integer({ min: start - 72 * hour, max: start + 72 * hour }),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

export const anyFacts: fc.Arbitrary<AppointmentFacts> = fc.record({
  patientId: fc.constant('pat'),
  status: fc.constantFrom('none' as const, ...appointmentStatuses),
  version: fc.integer({ min: 0, max: 3 }),
  start: fc.constant(start),
  end: fc.constant(end),
  timeZone: fc.constant(zone),
  holdExpiresAt: maybe(anyMoment),
  holdOwner: fc.constantFrom(null, 'user:desk', 'user:pat', 'patient:pat', 'user:other'),
  holdExtended: fc.boolean(),
  awaitingApproval: fc.boolean(),
  bookedAt: maybe(anyMoment),
  askedToConfirm: fc.boolean(),
  confirmedAt: maybe(anyMoment),
  arrivedAt: maybe(anyMoment),
  checkedInAt: maybe(anyMoment),
  seenAt: maybe(anyMoment),
  noShowAt: maybe(anyMoment),
  cancelReason: fc.constantFrom(null, 'hold-expired', 'approval-expired', 'patient-request'),
  rescheduleCount: fc.integer({ min: 0, max: 4 }),
  intake: fc.constantFrom('none' as const, 'open' as const, 'completed' as const, 'waived' as const),
  consentsMissing: fc.constantFrom<string[][]>([], ['privacy']),
  encounterFinished: fc.boolean(),
  liveHolds: fc.integer({ min: 0, max: 4 }),
  unfit: fc.constantFrom<AppointmentFacts['unfit'][]>(
    undefined,
    { person: null, visit: null },
    { person: null, visit: { code: 'outside-availability' } },
    { person: { code: 'patient-not-eligible' }, visit: { code: 'patient-not-eligible' } },
  ),
  rules: fc
    .record({
      needsApproval: fc.boolean(),
      selfSchedulable: fc.boolean(),
      autoNoShow: fc.boolean(),
      otherwise: fc.constantFrom(...confirmationChoices),
    })
    .map(({ otherwise, ...r }) => ({
      ...defaultRules,
      ...r,
      confirmation: { ...defaultRules.confirmation, otherwise },
    })),
});
export const anyActor: fc.Arbitrary<Actor> = fc.oneof(
  fc.constantFrom(staff, patient, system, { ...patient, patientId: 'other' }),
  fc.subarray(staff.permissions as string[]).map((held) => ({ ...staff, permissions: held })),
);
export const anyInput: fc.Arbitrary<AppointmentInput> = fc.record(
  {
    slot: fc.constantFrom({ start: '2027-07-01T13:00:00Z' }, { start: 'nonsense' }),
    reason: fc.constantFrom('a reason', '', '  '),
    confirmToken: fc.integer({ min: 0, max: 3 }).map((version) => ({ version })),
    identifiersVerified: fc.subarray(['name', 'birth-date', 'address']),
    intakeWaivedReason: fc.constantFrom('urgent', ''),
    noNoteReason: fc.constantFrom('phone call only', ''),
    waitlist: fc.boolean(),
  },
  { requiredKeys: [] },
);
