/**
 * Random weeks of two intakes: answers with and without danger in them, stale pages and repeats, submissions, reviews,
 * alarms that are taken on, ended or heard of late, and time that passes; then the invariants are read by SQL
 * (scheduling-intake.md G: I12, I13, I17, I22, and what D3 promises). The clock is a port that the operations push forward.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escalationChecks } from '../../db/escalations/escalation-invariants.ts';
import { applyEscalationAction, ringEscalationTimer } from '../../db/escalations/escalations.ts';
import { applyIntakeAction } from '../../db/intakes/intake-actions.ts';
import { intakeChecks } from '../../db/intakes/intake-invariants.ts';
import { beginIntake } from '../../db/intakes/intake-start.ts';
import { readIntake, refreshIntake, ringIntakeTimer } from '../../db/intakes/intake-timers.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { matrix } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError, type ProblemCode } from '../../domain/errors.ts';
import { answeringStates, intakeSteps, type IntakeState, type IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { redFlagsIn } from '../../domain/intake/red-flags.ts';
import { MINUTE } from '../../domain/calendar/zone.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import type { IntakeInput, IntakeSettled, IntakeUpdate } from '../../workflows/messages/intake.ts';
import { createClinic, patientActor, type Clinic } from '../support/clinic-fixture.ts';

/** Monday 08:00 in New York. */
const monday = Date.parse('2027-06-07T12:00:00Z');
const dangers = ['none', 'reason.chest-pain', 'reason.stroke', 'phq.9'] as const;

type Operation =
  | { readonly kind: 'save'; readonly which: number; readonly danger: (typeof dangers)[number]; readonly base: 'present' | 'old'; readonly complete: boolean; readonly twice: boolean; readonly text: number }
  | { readonly kind: 'fill' | 'hear'; readonly which: number }
  | { readonly kind: 'say'; readonly which: number; readonly action: 'submit' | 'assign-review' | 'approve' | 'return' | 'withdraw' | 'cancel' | 'reopen' | 'ack-escalation' }
  | { readonly kind: 'alarm'; readonly how: 'ack' | 'resolve' | 'cancel'; readonly nth: number }
  | { readonly kind: 'advance'; readonly minutes: number }; // prettier-ignore

const which = fc.nat({ max: 1 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('save' as const), which, danger: fc.constantFrom(...dangers), base: fc.constantFrom('present' as const, 'present' as const, 'old' as const),
      complete: fc.boolean(), twice: fc.boolean(), text: fc.nat({ max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('fill' as const, 'fill' as const, 'hear' as const), which }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('say' as const), which, action: fc.constantFrom('submit' as const, 'submit' as const, 'assign-review' as const, 'assign-review' as const, 'approve' as const, 'approve' as const, 'return' as const, 'reopen' as const, 'ack-escalation' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('say' as const), which, action: fc.constantFrom('withdraw' as const, 'cancel' as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('alarm' as const), how: fc.constantFrom('ack' as const, 'ack' as const, 'resolve' as const, 'cancel' as const), nth: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), minutes: fc.constantFrom(5, 16, 45, 3 * 1440, 31 * 1440) }) },
); // prettier-ignore
/** Each batch runs in parallel; batches follow each other. */
const weeks = fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 12 });

const say = (action: Extract<Operation, { kind: 'say' }>['action']): Operation => ({ kind: 'say', which: 0, action });
const save = (danger: (typeof dangers)[number], more: object = {}): Operation => ({ kind: 'save', which: 0, danger, base: 'present', complete: true, twice: false, text: 0, ...more }); // prettier-ignore
/** What the property must have seen happen, whatever the random weeks bring. */
const eachOnce: Operation[][] = [
  [{ kind: 'fill', which: 0 }],
  [save('reason.stroke', { complete: false, twice: true })],
  // The page of before: nothing is overwritten, and its danger is noticed all the same.
  [save('reason.chest-pain', { base: 'old', text: 1 })],
  [save('none', { text: 2 })],
  [{ kind: 'alarm', how: 'ack', nth: 0 }],
  [say('submit')],
  [say('assign-review')],
  [say('approve')],
  [say('return')],
  [save('phq.9')],
  [{ kind: 'fill', which: 0 }],
  [say('submit'), { kind: 'fill', which: 1 }],
  [say('assign-review'), { kind: 'say', which: 1, action: 'submit' }],
  [say('approve'), { kind: 'say', which: 1, action: 'withdraw' }],
  [{ kind: 'alarm', how: 'ack', nth: 1 }],
  [{ kind: 'alarm', how: 'ack', nth: 2 }],
  // Nobody told the intake yet.
  [say('approve')],
  [{ kind: 'alarm', how: 'resolve', nth: 1 }],
  [{ kind: 'advance', minutes: 45 }],
];

let clinic: Clinic;
let doctor: Actor;
let administrator: Actor;
beforeAll(async () => {
  clinic = await createClinic({ poolMax: 8 });
  doctor = await member('doctor');
  administrator = await member('administrator');
  await clinic.owner('on_call_shift').insert({
    organization_id: clinic.organizationId, role: 'on-call-clinician', user_id: doctor.userId, from_at: '2020-01-01T00:00:00Z', until_at: '2120-01-01T00:00:00Z', created_by: 'test',
  }); // prettier-ignore
});
afterAll(() => clinic?.stop());

async function member(role: 'doctor' | 'administrator'): Promise<Actor> {
  const id = randomUUID();
  const of = { organization_id: clinic.organizationId };
  await clinic.owner('app_user').insert({ ...of, id, kind: 'staff', email: `${id}@example.test`, display_name: role });
  await clinic.owner('user_role').insert({ ...of, user_id: id, role, granted_by: 'test' });
  return { kind: 'staff', ref: `user:${id}`, userId: id, permissions: matrix[role] };
}

interface Intake {
  readonly id: string;
  readonly me: Actor;
  readonly answers: Readonly<Record<IntakeStep, Answers>>;
}

/** Of somebody nobody could take for another. */
async function newIntake(): Promise<Intake> {
  const letters = randomUUID()
    .replace(/[^a-f]/g, '')
    .slice(0, 12);
  const person = { given: `G${letters.slice(6)}`, family: `F${letters}`, birthDate: `19${40 + Math.floor(Math.random() * 50)}-03-07`, phone: `212 555 ${1000 + Math.floor(Math.random() * 9000)}` }; // prettier-ignore
  const patientId = await clinic.addPatient({ given: [person.given], family: person.family, birth_date: person.birthDate, phone: null }); // prettier-ignore
  const id = randomUUID();
  const operation_ = { key: `intake:${id}/start`, inputHash: 'x' };
  await beginIntake(clinic.ports, { organizationId: clinic.organizationId, intakeId: id, patientId, begunBy: 'staff', operation: operation_, actor: administrator }); // prettier-ignore
  return { id, me: { ...patientActor(patientId), permissions: ['own-intake:write'] }, answers: intakeAnswers(person) };
}

/** Refusals are answers; anything else is a fault. */
const answered: ReadonlySet<string> = new Set<ProblemCode>([
  'invalid-transition', 'escalation-open', 'possible-duplicate', 'consents-missing', 'intake-incomplete', 'stale-step', 'validation-failed', 'guard-failed', 'conflict',
]); // prettier-ignore
function refusal(error: unknown): DomainError {
  if (error instanceof DomainError && answered.has(error.code)) return error;
  throw error;
}

function act(id: string, action: IntakeUpdate, input: IntakeInput, actor: Actor, key: string = randomUUID()): Promise<IntakeSettled> {
  const operation_ = { key: `intake:${id}/${key}`, inputHash: 'x' };
  return applyIntakeAction(clinic.ports, { organizationId: clinic.organizationId, intakeId: id, request: { action, input, actor, operation: operation_ } });
} // prettier-ignore

const stepOf = (id: string, step: IntakeStep): Promise<{ version: number; state: string }> =>
  clinic.owner('intake_step').where({ intake_id: id, step }).first();
const stateOf = async (id: string): Promise<IntakeState> => (await clinic.owner('intake').where({ id }).first()).state;
const alarmsOf = (ids: readonly string[]): Promise<{ id: string; subject_id: string; state: string }[]> =>
  clinic.owner('escalation').whereIn('subject_id', ids).orderBy(['raised_at', 'reason_code', 'id']);

/** How often approvals were refused for an alarm, over all runs. */
let held = 0;

async function runWeeks(batches: readonly (readonly Operation[])[]): Promise<void> {
  let now = monday;
  clinic.clock.set(new Date(now));
  const intakes = [await newIntake(), await newIntake()];
  const ids = intakes.map(({ id }) => id);
  const flags = new Map<string, string>();

  async function saveOne(op: Extract<Operation, { kind: 'save' }>, alone: boolean): Promise<void> {
    const { id, me, answers: usual } = intakes[op.which]!;
    const step = op.danger === 'phq.9' ? 'screens' : 'reason';
    const said: Answers = {
      ...usual[step],
      ...(step === 'reason' && { 'reason.main': [`Text ${op.text}.`] }),
      ...(op.danger === 'phq.9' &&
        Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`phq.${n}`, [{ code: '2' }]]))),
      ...(op.danger.startsWith('reason.') && { [op.danger]: [true] }),
    };
    const { version } = await stepOf(id, step);
    const input = {
      step,
      answers: said,
      baseVersion: op.base === 'present' ? version : Math.max(0, version - 1),
      complete: op.complete,
    } as const;
    const key = randomUUID();
    const once = () =>
      act(id, 'save-step', input, me, key).then(
        (settled) => settled.refused?.code ?? settled.saved!,
        (error: unknown) => refusal(error).code,
      );
    const [one, two] = await Promise.all(op.twice ? [once(), once()] : [once()]);
    // A refusal is nobody's operation: beside others, the repeat may find another world.
    if (op.twice && (alone || (typeof one === 'object' && typeof two === 'object'))) expect(two).toEqual(one);
    // Whatever became of the save, its danger is on record.
    if (typeof one === 'object' || one === 'stale-step' || one === 'guard-failed')
      for (const { rule } of redFlagsIn(step, said))
        expect(await clinic.owner('intake_flag').where({ intake_id: id, rule }), `${String(one)} ${rule}`).not.toEqual([]);
  } // prettier-ignore

  async function fill({ id, me, answers }: Intake): Promise<void> {
    for (const step of intakeSteps) {
      const { version, state } = await stepOf(id, step);
      if (state === 'answered' || !answeringStates.has(await stateOf(id))) continue;
      await act(id, 'save-step', { step, answers: answers[step], baseVersion: version, complete: true }, me).catch(refusal);
    }
  } // prettier-ignore

  async function speak({ which: n, action }: Extract<Operation, { kind: 'say' }>, alone: boolean): Promise<void> {
    const { id, me } = intakes[n]!;
    const open = (await alarmsOf([id])).filter(({ state }) => ['raised', 'notifying', 'exhausted'].includes(state));
    const input: IntakeInput = action === 'return' ? { steps: ['reason'], notes: { reason: 'Since when?' } } : { reason: 'test' };
    const actor = action === 'submit' || action === 'withdraw' ? me : action === 'cancel' || action === 'reopen' ? administrator : doctor;
    const outcome = await act(id, action, input, actor).catch(refusal);
    if (action !== 'approve') return;
    if (outcome instanceof DomainError) held += outcome.code === 'escalation-open' ? 1 : 0;
    else if (alone) expect(open, 'approved over an alarm that nobody had').toEqual([]);
  } // prettier-ignore

  async function alarm({ how, nth }: Extract<Operation, { kind: 'alarm' }>): Promise<void> {
    const all = await alarmsOf(ids);
    const one = all[nth % Math.max(1, all.length)];
    if (one === undefined) return;
    await applyEscalationAction(clinic.ports, {
      organizationId: clinic.organizationId,
      escalationId: one.id,
      request: {
        action: how,
        input: how === 'resolve' ? { outcome: 'patient-reached' } : how === 'cancel' ? { reason: 'test' } : {},
        actor: how === 'cancel' ? administrator : doctor,
        operation: { key: `emerg:${one.id}/${randomUUID()}`, inputHash: 'x' },
      },
    }).catch(refusal);
  }

  async function perform(op: Operation, alone: boolean): Promise<void> {
    if (op.kind === 'save') return saveOne(op, alone);
    if (op.kind === 'fill') return fill(intakes[op.which]!);
    if (op.kind === 'say') return speak(op, alone);
    if (op.kind === 'alarm') return alarm(op);
    if (op.kind === 'hear') {
      const intakeId = ids[op.which]!;
      const operation_ = { key: `intake:${intakeId}/look:${randomUUID()}`, inputHash: 'look' };
      await refreshIntake(clinic.ports, { organizationId: clinic.organizationId, intakeId, operation: operation_ });
    }
  }

  /** What rings until then, in its order, each once. */
  async function ringUntil(end: number): Promise<void> {
    for (let n = 0; n < 60; n += 1) {
      const due = await clinic.owner('case_timer').where({ state: 'pending' }).where('due_at', '<=', new Date(end))
        .whereIn('aggregate_id', [...ids, ...(await alarmsOf(ids)).map(({ id }) => id)]).orderBy(['due_at', 'name']).first(); // prettier-ignore
      if (due === undefined) break;
      now = Math.max(now, due.due_at.getTime());
      clinic.clock.set(new Date(now));
      const { organizationId } = clinic;
      const ring = { name: due.name as string, operation: { key: `ring:${randomUUID()}`, inputHash: 'x' } };
      if (due.aggregate === 'intake')
        await ringIntakeTimer(clinic.ports, { organizationId, intakeId: due.aggregate_id, ...ring }); // prettier-ignore
      else await ringEscalationTimer(clinic.ports, { organizationId, escalationId: due.aggregate_id, ...ring });
    }
    now = Math.max(now, end);
  }

  async function holds(): Promise<void> {
    // Of all organizations of this database: there is one.
    for (const { invariant, problem, sql } of [...intakeChecks, ...escalationChecks])
      expect((await clinic.owner.raw(sql)).rows, `${invariant}: ${problem}`).toEqual([]);
    const rows = await clinic.owner('intake_flag').whereIn('intake_id', ids);
    const seen = new Map(rows.map((row) => [row.id as string, [row.rule, row.step, row.step_version, row.raised_at.toISOString(), row.escalation_id].join(' ')])); // prettier-ignore
    for (const [id, flag] of flags) expect(seen.get(id), 'a flag disappeared, or became another').toBe(flag);
    for (const [id, flag] of seen) flags.set(id, flag);
    const gaps = await clinic.owner.raw(
      `SELECT a.intake_id, a.step FROM intake_answer a JOIN intake i ON i.id = a.intake_id WHERE i.state <> 'cancelled'
       GROUP BY 1, 2 HAVING max(a.version) <> count(*) OR min(a.version) <> 1`,
    );
    expect(gaps.rows, 'a version is missing').toEqual([]);
  }

  for (const batch of batches) {
    for (const op of batch) if (op.kind === 'advance') await ringUntil(now + op.minutes * MINUTE);
    // Each batch has its own minute: what is taken on is taken on after it was raised.
    now += MINUTE;
    clinic.clock.set(new Date(now));
    await Promise.all(batch.map((op) => perform(op, batch.length === 1)));
    await holds();
  }
  expect(await clinic.read(checkInvariants)).toEqual([]);
}

it('a save answers, without reading it, what reading everything anew says', async () => {
  clinic.clock.set(new Date(monday));
  const { id, me, answers } = await newIntake();
  const shown = ({ intake, timers, left, scores }: IntakeSettled) => ({ intake, timers, left, scores });
  const put = async (step: IntakeStep, said: Answers, complete: boolean): Promise<void> => {
    const { version } = await stepOf(id, step);
    const settled = await act(id, 'save-step', { step, answers: said, baseVersion: version, complete }, me);
    const anew = await readIntake(clinic.ports, { organizationId: clinic.organizationId, intakeId: id });
    expect(shown(settled), `${step} ${String(complete)}`).toEqual(shown(anew));
    expect(settled.saved?.nextStep).toBe(anew.intake.step);
  };
  for (const step of intakeSteps) for (const complete of [false, true]) await put(step, answers[step], complete);
  // Dangers, one after the other, and one that is taken back and said again.
  await put('reason', { ...answers.reason, 'reason.stroke': [true] }, true);
  await put('reason', { ...answers.reason, 'reason.chest-pain': [true], 'reason.stroke': [true] }, false);
  await put('reason', answers.reason, true);
  await put('reason', { ...answers.reason, 'reason.stroke': [true] }, true);
  await put('screens', { ...answers.screens, 'phq.9': [{ code: '1' }] }, false);
});

describe('two intakes under parallel people', () => {
  it('I17 every red flag keeps its alarm, nothing is approved over an open one, no answer is overwritten or lost; I12, I13, I22 and D3 hold after each step', { timeout: 240_000 }, async () => {
    const runs = Number(process.env['HEALTHSPHERE_PROPERTY_RUNS'] ?? 8);
    await fc.assert(fc.asyncProperty(weeks, runWeeks), { numRuns: runs, endOnFailure: true, examples: [[eachOnce]] });
    // A property that only ever saw refusals would prove nothing.
    const seen = await clinic.owner('state_change').whereIn('aggregate', ['intake', 'escalation']).distinct<{ aggregate: string; event: string }[]>('aggregate', 'event');
    expect(seen.map(({ aggregate, event }) => `${aggregate} ${event}`)).toEqual(
      expect.arrayContaining([
        'intake save-step', 'intake flag-raised', 'intake submit', 'intake assign-review', 'intake return', 'intake approve', 'intake withdraw',
        'escalation raise', 'escalation notify', 'escalation ack', 'escalation resolve', 'escalation unresolved',
      ]),
    );
    expect(held).toBeGreaterThan(0);
  }); // prettier-ignore
});

describe('the invariants can fail', () => {
  /** Breaks a rule behind the code, looks, and puts it back. */
  async function broken(sql: string): Promise<string[]> {
    let found: string[] = [];
    await clinic.owner
      .transaction(async (trx) => {
        await trx.raw(sql);
        found = [...new Set((await checkInvariants(trx)).map((v) => v.invariant))].toSorted();
        throw new Error('undo');
      })
      .catch((error: Error) => {
        if (error.message !== 'undo') throw error;
      });
    return found;
  }

  it('when a rule is broken on purpose', async () => {
    clinic.clock.set(new Date(monday));
    const { id, me, answers } = await newIntake();
    const said = { ...answers.reason, 'reason.stroke': [true] };
    await act(id, 'save-step', { step: 'reason', answers: said, baseVersion: 0, complete: false }, me);
    const [alarm] = await alarmsOf([id]);
    expect(await broken('SELECT 1')).toEqual([]);
    expect(await broken(`UPDATE case_timer SET state = 'cancelled' WHERE aggregate_id = '${alarm!.id}'`)).toEqual(['I17']);
    expect(await broken(`UPDATE intake SET state = 'completed', escalation = 'acknowledged', completed_at = now(), ended_at = now() WHERE id = '${id}'`)).toEqual(['D3', 'I12', 'I17']);
    expect(await broken(`UPDATE intake_step SET version = 2 WHERE intake_id = '${id}' AND step = 'reason'`)).toEqual(['D3']);
    expect(await broken(`UPDATE intake_step SET answers = '{}' WHERE intake_id = '${id}' AND step = 'reason'`)).toEqual(['D3']);
    expect(await broken(`UPDATE escalation SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = '${doctor.userId!}' WHERE id = '${alarm!.id}'`)).toEqual(['I12', 'I22']);
  }); // prettier-ignore
});
