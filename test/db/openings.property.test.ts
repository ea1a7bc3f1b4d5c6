/**
 * Random weeks of a small clinic's waitlist: patients join, visits are cancelled, moved and booked in parallel, offers are
 * made, answered, extended and run out, staff steer; then the invariants are read by SQL (scheduling-intake.md G: I6, I7,
 * I8, I15 and the rest of them). The clock is a port that the operations push forward; nothing rings by itself, so that
 * every order of timer and click is tried.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { applyEntryAction } from '../../db/waitlist/waitlist-entries.ts';
import { DomainError } from '../../domain/errors.ts';
import { HOUR, MINUTE } from '../../domain/calendar/zone.ts';
import { createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';
import { waitlistOf, type Waitlist } from '../support/waitlist.ts';

/** Monday 08:00 in New York. */
const monday = Date.parse('2027-06-07T12:00:00Z');

type Operation =
  | { readonly kind: 'book'; readonly patient: number; readonly provider: number; readonly slot: number }
  | { readonly kind: 'join'; readonly patient: number; readonly instead: boolean; readonly urgent: boolean }
  | { readonly kind: 'move'; readonly which: number; readonly provider: number; readonly slot: number }
  | { readonly kind: 'cancel' | 'leave' | 'look' | 'look-twice'; readonly which: number }
  | {
      readonly kind: 'answer';
      readonly how: 'accept' | 'decline' | 'extend' | 'skip';
      readonly which: number;
      readonly twice: boolean;
    }
  | {
      readonly kind: 'steer';
      readonly how: 'pause' | 'resume' | 'close' | 'pin' | 'fill';
      readonly which: number;
      readonly who: number;
    }
  | { readonly kind: 'advance'; readonly minutes: number }
  /** To the very end of an offer, or of an opening's time. */
  | { readonly kind: 'to-end'; readonly of: 'offer' | 'opening'; readonly which: number; readonly before: boolean };

const patient = fc.nat({ max: 7 });
const provider = fc.nat({ max: 2 });
const slot = fc.nat({ max: 30 });
const which = fc.nat({ max: 20 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('book' as const), patient, provider, slot }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('join' as const), patient, instead: fc.boolean(), urgent: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), which, provider, slot }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'cancel' as const, 'leave' as const), which }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('look' as const, 'look-twice' as const), which }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      how: fc.constantFrom(
        'accept' as const,
        'accept' as const,
        'decline' as const,
        'extend' as const,
        'skip' as const,
      ),
      which,
      twice: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('steer' as const),
      how: fc.constantFrom('pause' as const, 'resume' as const, 'close' as const, 'pin' as const, 'fill' as const),
      which,
      who: patient,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), minutes: fc.constantFrom(1, 10, 60, 600) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('to-end' as const),
      of: fc.constantFrom('offer' as const, 'opening' as const),
      which,
      before: fc.boolean(),
    }),
  },
);

interface Week {
  /** Offers at once for visits within a day. */
  readonly batchSize: number;
  /** Each batch runs in parallel; batches follow each other. */
  readonly batches: readonly (readonly Operation[])[];
}
const week: fc.Arbitrary<Week> = fc.record({
  batchSize: fc.constantFrom(1, 3),
  batches: fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { minLength: 5, maxLength: 14 }),
});

/** What the property must have seen happen, whatever the random weeks bring: a chain, a lapse, a resumption, a takeover. */
const eachOnce: Week = {
  batchSize: 1,
  batches: [
    ...[0, 1, 2].map((n) => [{ kind: 'book', patient: n, provider: 0, slot: 12 + 2 * n }] as const),
    [{ kind: 'join', patient: 1, instead: true, urgent: true }],
    [{ kind: 'join', patient: 3, instead: false, urgent: false }],
    [{ kind: 'cancel', which: 0 }],
    [{ kind: 'look', which: 0 }],
    [{ kind: 'answer', how: 'accept', which: 0, twice: true }],
    [{ kind: 'look-twice', which: 1 }],
    [{ kind: 'to-end', of: 'offer', which: 0, before: false }],
    [
      { kind: 'answer', how: 'accept', which: 1, twice: false },
      { kind: 'look', which: 1 },
    ],
    [{ kind: 'join', patient: 4, instead: false, urgent: true }],
    [{ kind: 'cancel', which: 2 }],
    [{ kind: 'look', which: 2 }],
    [{ kind: 'answer', how: 'decline', which: 2, twice: false }],
    [{ kind: 'to-end', of: 'opening', which: 0, before: false }],
    [
      { kind: 'book', patient: 5, provider: 0, slot: 16 },
      { kind: 'look', which: 2 },
    ],
  ],
};

let clinic: Clinic;
let list: Waitlist;
beforeAll(async () => {
  clinic = await createClinic({
    providers: 3,
    rooms: 3,
    patients: 8,
    poolMax: 8,
    hours: { byDay: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], start: '08:00', end: '18:00' },
    visitType: { auto_noshow: false },
  });
  list = waitlistOf(clinic);
  // Nobody can write to the last of them.
  await clinic.owner('patient').where({ id: clinic.patients[7] }).update({ email: null, phone: null });
});
afterAll(() => clinic.stop());

/** Refusals are answers; anything else is a fault. */
const answered = new Set([
  'slot-taken', 'patient-overlap', 'outside-availability', 'invalid-transition', 'guard-failed', 'already-waiting', 'offer-expired', 'validation-failed',
  'not-found', 'conflict',
]); // prettier-ignore

/** @returns ids of what it made */
async function runWeek({ batchSize, batches }: Week): Promise<void> {
  let now = monday;
  clinic.clock.set(new Date(now));
  await clinic.owner('policy').where({ organization_id: clinic.organizationId }).del();
  await clinic.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'waitlist',
    value: JSON.stringify({ batchSize, pauseAfterSilences: 2, maxOffersPerDay: 5 }),
    valid_from: new Date(monday - HOUR),
  });
  const visits: string[] = [];
  const openings: string[] = [];
  const entries: string[] = [];
  const of = <T>(items: readonly T[], n: number): T | undefined => items[n % Math.max(1, items.length)];
  /** Three times a day from today on. */
  const at = (n: number): string =>
    new Date(monday + Math.floor(n / 6) * 24 * HOUR + (n % 6) * 75 * MINUTE + 2 * HOUR).toISOString();
  const opened = (more: readonly string[] | undefined): void => void openings.push(...(more ?? []));
  const liveOffers = (): Promise<
    { id: string; opening_id: string; patient_id: string; expires_at: Date; state: string }[]
  > => clinic.owner('waitlist_offer').whereIn('opening_id', openings).orderBy(['offered_at', 'id']).select();

  const look = async (id: string): Promise<void> => opened((await list.advance(id)).openings);

  const perform = async (op: Operation): Promise<void> => {
    switch (op.kind) {
      case 'advance':
      case 'to-end':
        return;
      case 'book': {
        const { appointment } = await clinic.open({
          patientId: clinic.patients[op.patient]!,
          practitionerId: clinic.providers[op.provider]!,
          start: at(op.slot),
        });
        visits.push(appointment.id);
        return;
      }
      case 'join': {
        const patientId = clinic.patients[op.patient]!;
        const current = op.instead
          ? await clinic
              .owner('appointment')
              .where({ patient_id: patientId, status: 'booked' })
              .orderBy('start_at', 'desc')
              .first<{ id: string } | undefined>('id')
          : undefined;
        entries.push(
          await list.join(patientId, {
            currentAppointmentId: current?.id ?? null,
            minGainDays: 0,
            urgency: op.urgent ? 'urgent' : 'routine',
          }),
        );
        return;
      }
      case 'leave': {
        const entryId = of(entries, op.which);
        if (entryId === undefined) return;
        const key = randomUUID();
        await applyEntryAction(clinic.ports, {
          organizationId: clinic.organizationId,
          entryId,
          request: {
            action: 'withdraw',
            input: {},
            actor: staffActor,
            operation: { key: `wait:${entryId}/${key}`, inputHash: 'x' },
          },
        });
        return;
      }
      case 'move':
      case 'cancel': {
        const id = of(visits, op.which);
        if (id === undefined) return;
        const settled = await (op.kind === 'move'
          ? clinic.act(id, 'reschedule', {
              slot: { start: at(op.slot), practitionerId: clinic.providers[op.provider]! },
            })
          : clinic.act(id, 'cancel', { reason: 'test' }));
        opened(settled.openings);
        return;
      }
      case 'look':
      case 'look-twice': {
        const id = of(openings, op.which);
        if (id === undefined) return;
        await Promise.all(op.kind === 'look' ? [look(id)] : [look(id), look(id)]);
        return;
      }
      case 'answer': {
        const offer = of(await liveOffers(), op.which);
        if (offer === undefined) return;
        const actor = op.how === 'skip' ? staffActor : patientActor(offer.patient_id);
        const click = async (): Promise<void> => {
          const settled = await list.act(offer.opening_id, op.how, { offerId: offer.id }, actor);
          opened(settled.openings);
          if (settled.startAppointment !== undefined) visits.push(settled.startAppointment.appointmentId);
        };
        await Promise.all(op.twice ? [click(), click().catch(refusal)] : [click()]);
        return;
      }
      case 'steer': {
        const id = of(openings, op.which);
        const entryId = of(entries, op.who);
        if (id === undefined || (op.how === 'pin' && entryId === undefined)) return;
        const settled = await list.act(id, op.how, {
          ...(op.how === 'pin' && { entryId }),
          ...(op.how === 'fill' && { patientId: clinic.patients[op.who]! }),
        });
        opened(settled.openings);
        if (settled.startAppointment !== undefined) visits.push(settled.startAppointment.appointmentId);
      }
    }
  };

  for (const batch of batches) {
    for (const op of batch) {
      if (op.kind === 'advance') now += op.minutes * MINUTE;
      if (op.kind !== 'to-end') continue;
      const ends =
        op.of === 'offer'
          ? (await liveOffers()).filter((o) => o.state === 'offered').map((o) => o.expires_at.getTime())
          : await clinic
              .owner('opening')
              .whereIn('state', ['open', 'offering'])
              .whereIn('id', openings)
              .orderBy('release_at')
              .select<{ release_at: Date }[]>('release_at')
              .then((rows) => rows.map((row) => row.release_at.getTime()));
      const end = of(ends, op.which);
      if (end !== undefined) now = Math.max(now, op.before ? end - 1 : end);
    }
    clinic.clock.set(new Date(now));
    await Promise.all(batch.map((op) => perform(op).catch(refusal)));
    expect(await clinic.read(checkInvariants)).toEqual([]);
  }

  // Every opening ends filled, released or closed, when its process goes on looking until the last release.
  for (const [id] of openings.entries()) {
    const row = (await clinic.owner('opening').where({ id: openings[id] }).first()) as {
      release_at: Date;
      state: string;
    };
    now = Math.max(now, row.release_at.getTime());
    clinic.clock.set(new Date(now));
    await look(openings[id]!);
  }
  expect(await clinic.owner('opening').whereIn('state', ['open', 'offering'])).toEqual([]);
  expect(await clinic.count('waitlist_offer', { state: 'offered' })).toBe(0);
  expect(await clinic.count('reservation', { kind: 'offer', released_at: null })).toBe(0);
}

function refusal(error: unknown): void {
  if (!(error instanceof DomainError) || !answered.has(error.code)) throw error;
}

/** The next run begins with an empty book and an empty list. */
async function clearBook(): Promise<void> {
  const visits = await clinic.owner('appointment').whereNot({ status: 'entered-in-error' }).pluck<string[]>('id');
  for (const id of visits) await clinic.act(id, 'entered-in-error', { reason: 'end of the run' }).catch(refusal);
  const entries = await clinic
    .owner('waitlist_entry')
    .whereIn('state', ['active', 'offered', 'paused'])
    .pluck<string[]>('id');
  for (const entryId of entries) {
    await applyEntryAction(clinic.ports, {
      organizationId: clinic.organizationId,
      entryId,
      request: {
        action: 'withdraw',
        input: {},
        actor: staffActor,
        operation: { key: `wait:${entryId}/end`, inputHash: 'x' },
      },
    });
  }
}

describe('the waitlist under parallel clients', () => {
  it('keeps I6, I7, I8, I12, I15 and I16, and ends every opening', { timeout: 240_000 }, async () => {
    const runs = Number(process.env['HEALTHSPHERE_PROPERTY_RUNS'] ?? 12);
    await fc.assert(
      fc.asyncProperty(week, async (input) => {
        await clearBook();
        await runWeek(input);
        expect(await clinic.read(checkInvariants)).toEqual([]);
      }),
      { numRuns: runs, endOnFailure: true, examples: [[eachOnce]] },
    );
    // A property that only ever saw refusals would prove nothing.
    const seen = await clinic
      .owner('state_change')
      .whereIn('aggregate', ['opening', 'waitlist-offer'])
      .distinct<{ aggregate: string; event: string }[]>('aggregate', 'event');
    expect(seen.map(({ aggregate, event }) => `${aggregate} ${event}`)).toEqual(
      expect.arrayContaining([
        'opening open',
        'opening offer',
        'opening fill',
        'opening release',
        'waitlist-offer offer',
        'waitlist-offer accept',
        'waitlist-offer decline',
        'waitlist-offer lapse',
      ]),
    );
    expect(await clinic.owner('opening').whereNotNull('chain_of').first()).toBeDefined();
  });
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
    await clearBook();
    clinic.clock.set(new Date(monday));
    const entry = await list.join(clinic.patients[0]!, { urgency: 'urgent' });
    await list.join(clinic.patients[1]!);
    const freed = async (start: string): Promise<string> => {
      const { appointment } = await clinic.open({ patientId: clinic.patients[2]!, start });
      return (await clinic.act(appointment.id, 'cancel', { reason: 'x' })).openings![0]!;
    };
    const one = await freed('2027-06-09T14:00:00Z');
    const two = await freed('2027-06-09T16:00:00Z');
    const [offer] = (await list.advance(one)).offers;
    await list.advance(two);
    expect(await broken('SELECT 1')).toEqual([]);
    expect(
      await broken(`UPDATE reservation SET released_at = now() WHERE opening_id = '${one}' AND role = 'provider'`),
    ).toEqual(['I8']);
    expect(await broken(`UPDATE opening SET state = 'released' WHERE id = '${two}'`)).toEqual(['I8', 'I12']);
    expect(await broken(`UPDATE waitlist_entry SET state = 'active' WHERE id = '${entry}'`)).toEqual(['I7', 'I12']);
    expect(
      await broken(
        `UPDATE waitlist_offer SET state = 'declined', answered_at = expires_at, answered_via = 'mail' WHERE id = '${offer!.id}'`,
      ),
    ).toEqual(['I6', 'I7', 'I12']);
    expect(
      await broken(
        `DROP INDEX one_offer_an_entry; UPDATE waitlist_offer SET entry_id = '${entry}' WHERE state = 'offered'`,
      ),
    ).toEqual(['I7']);
    expect(
      await broken(
        `INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, from_state, to_state, actor, at) VALUES
         ('${clinic.organizationId}', 'opening', '${one}', 9, 'offer', 'released', 'offering', 'user:x', now())`,
      ),
    ).toEqual(['I12', 'I16']);
  });
});
