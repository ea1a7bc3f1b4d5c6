/**
 * Random days in a small clinic: parallel clients hold, book, confirm, cancel and move visits over 3 providers, 3 rooms
 * and 8 patients on a five-minute grid around a night on which the clocks change; then the invariants are read by SQL
 * (scheduling-intake.md G and its harness hints). The clock is a port that the operations push forward.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppointment } from '../../db/appointments/appointments.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { DomainError } from '../../domain/errors.ts';
import { createClinic, patientActor, staffActor, startOf, type Clinic } from '../support/clinic-fixture.ts';

/** The hours around the change: 06:00Z on 2027-03-14 is 01:00 EST, 05:00Z on 2027-11-07 is the first 01:00 EDT. */
const nights = [
  { name: 'the night that loses an hour', from: '2027-03-14T03:00:00Z' },
  { name: 'the night that gains an hour', from: '2027-11-07T02:00:00Z' },
] as const;
const grid = 5 * 60_000;

type Operation =
  | {
      readonly kind: 'book' | 'hold';
      readonly provider: number;
      readonly patient: number;
      readonly slot: number;
      readonly bySelf: boolean;
    }
  | {
      readonly kind:
        | 'confirm-hold'
        | 'extend-hold'
        | 'release-hold'
        | 'cancel'
        | 'cancel-by-clinic'
        | 'hold-expired'
        | 'arrive'
        | 'no-show'
        | 'undo-no-show'
        | 'check-in'
        | 'complete';
      readonly which: number;
    }
  | { readonly kind: 'reschedule'; readonly which: number; readonly provider: number; readonly slot: number }
  | { readonly kind: 'repeat'; readonly which: number }
  | { readonly kind: 'advance'; readonly minutes: number };

const slot = fc.integer({ min: 0, max: 60 });
const which = fc.nat({ max: 30 });
const provider = fc.nat({ max: 2 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('book' as const, 'hold' as const),
      provider,
      patient: fc.nat({ max: 7 }),
      slot,
      bySelf: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'confirm-hold' as const,
        'extend-hold' as const,
        'release-hold' as const,
        'hold-expired' as const,
      ),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'cancel-by-clinic' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'arrive' as const,
        'no-show' as const,
        'undo-no-show' as const,
        'check-in' as const,
        'complete' as const,
      ),
      which,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reschedule' as const), which, provider, slot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), minutes: fc.constantFrom(1, 5, 10, 25) }),
  },
);
/** Each batch runs in parallel; batches follow each other. */
const day = fc.record({
  night: fc.constantFrom(...nights),
  batches: fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { minLength: 3, maxLength: 8 }),
});

/** What the property must have seen happen, whatever the random days bring. */
const onDay = { patient: 0, provider: 0, bySelf: false };
const eachOnce: Day = {
  night: nights[0],
  batches: [
    [{ ...onDay, kind: 'hold', slot: 12 }],
    [{ kind: 'confirm-hold', which: 0 }],
    [{ kind: 'reschedule', which: 0, provider: 1, slot: 24 }],
    [{ kind: 'cancel', which: 0 }],
    [{ ...onDay, kind: 'hold', patient: 1, slot: 36 }],
    [
      { kind: 'advance', minutes: 25 },
      { kind: 'hold-expired', which: 1 },
    ],
    [{ ...onDay, kind: 'book', patient: 2, slot: 48 }],
  ],
};

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({
    providers: 3,
    rooms: 3,
    patients: 8,
    poolMax: 8,
    hours: { byDay: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], start: '00:00', end: '00:00' },
    visitType: {
      align_minutes: 5,
      duration_minutes: 20,
      buffer_before_minutes: 5,
      buffer_after_minutes: 5,
      auto_noshow: false,
    },
  });
  await clinic
    .owner('resource')
    .where({ id: clinic.providers[0] })
    .update({ overbook_limit: 1, overbook_consent: true });
});
afterAll(() => clinic.stop());

/** Refusals are answers; anything else is a fault. */
const answered = new Set([
  'slot-taken', 'patient-overlap', 'outside-availability', 'invalid-transition', 'guard-failed', 'hold-expired', 'hold-limit', 'hold-not-yours',
  'overbook-not-permitted', 'reschedule-limit', 'validation-failed',
]); // prettier-ignore

interface Day {
  readonly night: (typeof nights)[number];
  readonly batches: readonly (readonly Operation[])[];
}

/** @returns the appointments it made */
async function runDay({ night, batches }: Day): Promise<string[]> {
  const from = Date.parse(night.from);
  let now = from - 30 * 60_000;
  clinic.clock.set(new Date(now));
  const at = (n: number): string => new Date(from + n * grid).toISOString();
  const opened: { id: string; answer: string; repeat: () => Promise<unknown> }[] = [];
  const pick = (n: number): string | undefined => opened[n % Math.max(1, opened.length)]?.id;

  const perform = async (op: Operation): Promise<void> => {
    if (op.kind === 'advance') return;
    if ('patient' in op) {
      const id = randomUUID();
      const patientId = clinic.patients[op.patient]!;
      const actor = op.bySelf
        ? { ...patientActor(patientId), permissions: [...patientActor(patientId).permissions, 'appointment:overbook'] }
        : staffActor;
      const command = {
        event: op.kind,
        patientId,
        start: at(op.slot),
        practitionerId: clinic.providers[op.provider]!,
        ...(op.slot % 7 === 0 && { overbookReason: 'asked' }),
      };
      const start = startOf(clinic, command, actor, id);
      const settled = await openAppointment(clinic.ports, start);
      opened.push({ id, answer: JSON.stringify(settled), repeat: () => openAppointment(clinic.ports, start) });
      return;
    }
    if (op.kind === 'repeat') {
      const known = opened[op.which % Math.max(1, opened.length)];
      // I5: the same key and body give the same answer, whatever happened since.
      if (known !== undefined)
        expect(JSON.parse(JSON.stringify(await known.repeat()))).toEqual(JSON.parse(known.answer));
      return;
    }
    const id = pick(op.which);
    if (id === undefined) return;
    if (op.kind === 'reschedule') {
      await clinic.act(id, 'reschedule', {
        slot: { start: at(op.slot), practitionerId: clinic.providers[op.provider]! },
      });
      return;
    }
    const system = op.kind === 'hold-expired';
    await clinic.act(
      id,
      op.kind,
      { reason: 'test', identifiersVerified: ['name', 'birth-date'], noNoteReason: 'test', alternatives: 0 },
      system ? { kind: 'system', ref: 'system:timer', permissions: [] } : staffActor,
    );
  };

  for (const batch of batches) {
    for (const op of batch) if (op.kind === 'advance') now += op.minutes * 60_000;
    clinic.clock.set(new Date(now));
    await Promise.all(
      batch.map((op) =>
        perform(op).catch((error: unknown) => {
          if (!(error instanceof DomainError) || !answered.has(error.code)) throw error;
        }),
      ),
    );
  }
  return opened.map((o) => o.id);
}

/** The next run begins with an empty book. */
async function clearBook(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await clinic.act(id, 'entered-in-error', { reason: 'end of the run' }).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  }
}

describe('reservations of parallel clients', () => {
  it(
    'keep I1 to I6, I11 to I13, I15 and I16 around both nights of the clock change',
    { timeout: 240_000 },
    async () => {
      const runs = Number(process.env['HEALTHSPHERE_PROPERTY_RUNS'] ?? 25);
      await fc.assert(
        fc.asyncProperty(day, async (input) => {
          const ids = await runDay(input);
          expect(await clinic.read(checkInvariants)).toEqual([]);
          await clearBook(ids);
        }),
        { numRuns: runs, endOnFailure: true, examples: [[eachOnce]] },
      );
      expect(await clinic.read(checkInvariants)).toEqual([]);
      // A property that only ever saw refusals would prove nothing.
      const seen = await clinic
        .owner('state_change')
        .where({ aggregate: 'appointment' })
        .distinct<{ event: string }[]>('event');
      expect(seen.map((row) => row.event)).toEqual(
        expect.arrayContaining(['book', 'hold', 'confirm-hold', 'hold-expired', 'cancel', 'reschedule']),
      );
    },
  );
});

describe('the invariants can fail', () => {
  /** Breaks a rule behind the constraints, looks, and puts it back. */
  const broken = async (sql: string): Promise<string[]> => {
    let found: string[] = [];
    await clinic.owner
      .transaction(async (trx) => {
        await trx.raw(sql);
        found = [...new Set((await checkInvariants(trx)).map((v) => v.invariant))];
        throw new Error('undo');
      })
      .catch((error: Error) => {
        if (error.message !== 'undo') throw error;
      });
    return found;
  };

  it('when a rule is broken on purpose', async () => {
    clinic.clock.set('2027-05-03T12:00:00Z');
    const { appointment } = await clinic.open({ start: '2027-05-03T15:00:00Z' });
    await clinic.open({ start: '2027-05-03T16:00:00Z', patientId: clinic.patients[1]! });
    const id = appointment.id;
    expect(await broken(`SELECT 1`)).toEqual([]);
    const stretch = `ALTER TABLE reservation DROP CONSTRAINT no_overlap; UPDATE reservation SET busy = tstzrange('2027-05-03T15:00:00Z', '2027-05-03T17:00:00Z') WHERE appointment_id = '${id}'`;
    expect(await broken(stretch)).toEqual(['I1']);
    expect(await broken(`UPDATE resource SET overbook_limit = 0; ${stretch}`)).toEqual(['I1', 'I2']);
    expect(
      await broken(`UPDATE reservation SET released_at = now() WHERE appointment_id = '${id}' AND role = 'room'`),
    ).toEqual(['I3']);
    expect(await broken(`UPDATE appointment SET status = 'fulfilled' WHERE id = '${id}'`)).toEqual(['I3', 'I12']);
    expect(
      await broken(`UPDATE appointment SET local_start = local_start + interval '1 hour' WHERE id = '${id}'`),
    ).toEqual(['I11']);
    const reminder = `INSERT INTO notification (organization_id, dedupe_key, aggregate, aggregate_id, aggregate_version, kind, channel, to_ref, due_at, created_at)
       VALUES ('${clinic.organizationId}', 'late', 'appointment', '${id}', 0, 'reminder', 'email', 'patient:x', now(), '2027-05-03T13:00:00Z')`;
    expect(await broken(reminder)).toEqual([]);
    expect(
      await broken(
        `${reminder}; UPDATE appointment SET status = 'cancelled', cancel_reason = 'x' WHERE id = '${id}'; UPDATE reservation SET released_at = now() WHERE appointment_id = '${id}';
         INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, from_state, to_state, actor, at) VALUES ('${clinic.organizationId}', 'appointment', '${id}', 2, 'cancel', 'booked', 'cancelled', 'user:x', '2027-05-03T12:00:00Z')`,
      ),
    ).toEqual(['I9', 'I12']);
    expect(
      await broken(
        `INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, from_state, to_state, actor, at) VALUES ('${clinic.organizationId}', 'appointment', '${id}', 3, 'arrive', 'cancelled', 'booked', 'user:x', now())`,
      ),
    ).toEqual(expect.arrayContaining(['I12', 'I13', 'I16']));
  });
});
