/** D1, Fees, and B24 on a real database: what is proposed, waived, given up, and decided by a person. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { decideCharge, listCharges } from '../../db/appointments/charges.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { systemActor } from '../../domain/actor.ts';
import type { ChargeAction } from '../../domain/appointment/charge.ts';
import { codeOf, createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let approvalType = '';
beforeAll(async () => {
  clinic = await createClinic({ patients: 1 });
  approvalType = await clinic.addVisitType({ code: 'APPROVE', needs_approval: true });
  await clinic.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'fee',
    value: JSON.stringify({
      lateCancelCents: 2500,
      noShowCents: 4000,
      byVisitType: { APPROVE: { depositCents: 2000 } },
    }),
    valid_from: '2026-01-01T00:00:00Z',
  });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

let week = 0;
let patientId = '';
const local = (time: string, day = 0): string => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return new Date(Date.UTC(2027, 5, 2 + 7 * week + day, hours + 4, minutes)).toISOString();
};
beforeEach(async () => {
  week += 1;
  patientId = await clinic.addPatient();
  clinic.clock.set(local('09:00', -20));
});
const visit = async (time: string, visitTypeId = clinic.visitTypeId, actor = staffActor) =>
  (await clinic.open({ start: local(time), patientId, visitTypeId }, actor)).appointment.id;
const chargesOf = (id: string) =>
  clinic
    .owner('proposed_charge')
    .where({ appointment_id: id })
    .orderBy('created_at')
    .select('kind', 'state', 'amount_cents', 'waived_reason', 'void_reason');
const miss = async (id: string, time: string) => {
  clinic.clock.set(local(time));
  await clinic.act(id, 'no-show');
};
const decide = (id: string, action: ChargeAction, version: number, reason?: string) =>
  clinic.read(async (trx) =>
    decideCharge(trx, {
      organizationId: clinic.organizationId,
      id,
      action,
      reason,
      version,
      actor: staffActor,
      at: new Date(),
      opKey: randomUUID(),
    }),
  );

it('the first missed visit is waived, the next is proposed with its amount, and one undone is void', async () => {
  const first = await visit('09:00');
  const second = await visit('10:00');
  await miss(first, '09:20');
  await miss(second, '10:20');
  expect(await chargesOf(first)).toMatchObject([
    { state: 'waived', waived_reason: 'first-occurrence', amount_cents: 4000 },
  ]);
  expect(await chargesOf(second)).toMatchObject([{ state: 'proposed', waived_reason: null, amount_cents: 4000 }]);
  await clinic.act(second, 'undo-no-show');
  expect(await chargesOf(second)).toMatchObject([{ state: 'void', void_reason: 'undone' }]);
  const history = await clinic
    .owner('state_change')
    .where({ aggregate: 'charge' })
    .orderBy('id')
    .select('event', 'to_state', 'reason');
  expect(history.slice(-3)).toEqual([
    { event: 'propose', to_state: 'waived', reason: 'first-occurrence' },
    { event: 'propose', to_state: 'proposed', reason: null },
    { event: 'void', to_state: 'void', reason: 'undone' },
  ]);
});

it('a payer that forbids fees, and a picture that failed, are waived with their reason; the clinic’s own cancellation has no fee', async () => {
  await clinic.owner('patient').where({ id: patientId }).update({ payer_class: 'medicaid' });
  const first = await visit('09:00');
  await miss(first, '09:20');
  expect(await chargesOf(first)).toMatchObject([{ state: 'waived', waived_reason: 'payer-class' }]);
  await clinic.owner('patient').where({ id: patientId }).update({ payer_class: 'commercial' });
  const second = await visit('11:00');
  await clinic
    .owner('appointment')
    .where({ id: second })
    .update({ phone_fallback_at: local('11:00') });
  await miss(second, '11:20');
  expect(await chargesOf(second)).toMatchObject([{ state: 'waived', waived_reason: 'telehealth-failure' }]);
  const third = await visit('14:00');
  await clinic.act(third, 'cancel-by-clinic', { reason: 'practitioner-away', alternatives: 0 });
  expect(await chargesOf(third)).toEqual([]);
});

it('a deposit is asked for with the place, and given up when the clinic says no, cancels, or the approval lapses', async () => {
  const patient = patientActor(patientId);
  const refused = await visit('09:00', approvalType, patient);
  expect(await chargesOf(refused)).toMatchObject([{ kind: 'deposit', state: 'proposed', amount_cents: 2000 }]);
  await clinic.act(refused, 'refuse', { reason: 'no-capacity' });
  expect(await chargesOf(refused)).toMatchObject([{ state: 'void', void_reason: 'not-approved' }]);

  const lapsed = await visit('10:00', approvalType, patient);
  clinic.clock.set(local('09:00', -18));
  await clinic.act(lapsed, 'approval-expired', {}, systemActor('timer'));
  expect(await chargesOf(lapsed)).toMatchObject([{ state: 'void', void_reason: 'not-approved' }]);

  const booked = await visit('11:00', approvalType, patient);
  await clinic.act(booked, 'approve');
  expect(await chargesOf(booked)).toHaveLength(1);
  const [charge] = await clinic.owner('proposed_charge').where({ appointment_id: booked }).select('id', 'version');
  await decide(charge!.id, 'post', 0);
  await clinic.act(booked, 'cancel-by-clinic', { reason: 'practitioner-away', alternatives: 0 });
  expect(await chargesOf(booked)).toMatchObject([{ state: 'void', void_reason: 'clinic-cancelled' }]);
  // It had been posted: somebody has to take it out of the accounts.
  expect(
    await clinic.owner('staff_task').where({ subject_id: booked, kind: 'charge-reversal' }).select('owner_role'),
  ).toEqual([{ owner_role: 'biller' }]);

  const late = await visit('14:00', approvalType);
  clinic.clock.set(local('13:00'));
  await clinic.act(late, 'cancel', { reason: 'ill' });
  expect((await chargesOf(late)).map((c: { kind: string; state: string }) => `${c.kind} ${c.state}`)).toEqual([
    'deposit proposed',
    'late-cancel waived',
  ]);
});

it('a person waives, undoes, posts; who decides on an old version is told', async () => {
  const first = await visit('09:00');
  const second = await visit('10:00');
  await miss(first, '09:20');
  await miss(second, '10:20');
  const { id } = await clinic.owner('proposed_charge').where({ appointment_id: second }).first('id');
  await decide(id, 'waive', 0, 'hardship');
  expect(await codeOf(decide(id, 'post', 0))).toBe('version-conflict');
  expect(await codeOf(decide(id, 'post', 1))).toBe('invalid-transition');
  await decide(id, 'undo-waive', 1);
  await decide(id, 'post', 2);
  expect(await chargesOf(second)).toMatchObject([{ state: 'posted', waived_reason: null }]);
  const outcomes = await Promise.all([codeOf(decide(id, 'undo-post', 3)), codeOf(decide(id, 'undo-post', 3))]);
  expect(outcomes.toSorted()).toEqual(['version-conflict', undefined]);
  const rows = await clinic.read((trx) =>
    listCharges(trx, { organizationId: clinic.organizationId, state: 'proposed', kind: 'no-show', limit: 50 }),
  );
  expect(rows.map((r) => r.appointment_id)).toContain(second);
});

it('the database holds to it: one of a kind alive, no amount below nothing, no state and no reason missing', async () => {
  const id = await visit('09:00');
  const row = {
    organization_id: clinic.organizationId,
    appointment_id: id,
    kind: 'no-show',
    state: 'proposed',
    amount_cents: 1,
  };
  await clinic.owner('proposed_charge').insert({ ...row, state: 'void', void_reason: 'undone' });
  await clinic.owner('proposed_charge').insert(row);
  const refusedBy = async (change: Record<string, unknown>) =>
    clinic
      .owner('proposed_charge')
      .insert({ ...row, kind: 'late-cancel', ...change })
      .then(
        () => 'accepted',
        (error: { constraint?: string }) => error.constraint,
      );
  expect(await refusedBy({ kind: 'no-show' })).toBe('charge_once');
  expect(await refusedBy({ amount_cents: -1 })).toBe('charge_amount');
  expect(await refusedBy({ state: 'paid' })).toBe('charge_state');
  expect(await refusedBy({ state: 'waived' })).toBe('charge_waived_says_why');
  expect(await refusedBy({ state: 'void' })).toBe('charge_void_says_why');
  expect(await refusedBy({ state: 'posted' })).toBe('charge_posted_by_somebody');
  expect(await refusedBy({ kind: 'tip' })).toBe('charge_kind');
  await clinic.owner('proposed_charge').where({ appointment_id: id }).delete();
});
