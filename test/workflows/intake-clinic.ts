/** Intakes on the clinic of assemble.ts. Knows nothing of vitest. */
import { randomUUID } from 'node:crypto';
import { matrix } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import { intakeSteps, type IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import { intakeOperationKey } from '../../workflows/messages/intake.ts';
import type {
  IntakeActionOutcome,
  IntakeInput,
  IntakeStart,
  IntakeUpdate,
  IntakeView,
} from '../../workflows/messages/intake.ts';
import type { TestClinic } from './assemble.ts';
import { patientActor } from './seed.ts';

export const person = { given: 'Maria Luisa', family: 'Garcia', birthDate: '1990-05-04' };

export function intakesOf(clinic: Pick<TestClinic, 'admin' | 'gateway' | 'organizationId'>) {
  const { admin, gateway, organizationId } = clinic;
  const of = { organization_id: organizationId };

  /** A member of staff with a row of their own. */
  async function staffMember(role: 'doctor' | 'nurse' | 'front-desk' | 'administrator' = 'doctor'): Promise<Actor> {
    const id = randomUUID();
    await admin('app_user').insert({ ...of, id, kind: 'staff', email: `${id}@example.test`, display_name: role });
    await admin('user_role').insert({ ...of, user_id: id, role, granted_by: 'test' });
    return { kind: 'staff', ref: `user:${id}`, userId: id, permissions: matrix[role] };
  }

  async function patient(columns: Record<string, unknown> = {}): Promise<string> {
    const id = randomUUID();
    const named = { mrn: id.slice(0, 8), family: `F${id.slice(0, 8)}`, given: ['Eve'], email: `${id}@example.test` };
    await admin('patient').insert({ ...of, id, birth_date: '1990-05-04', ...named, ...columns });
    return id;
  }

  const own = (patientId: string): Actor => ({ ...patientActor(patientId), permissions: ['own-intake:write'] });

  function startOf(actor: Actor, more: Partial<IntakeStart> = {}): IntakeStart {
    const intakeId = more.intakeId ?? randomUUID();
    return {
      organizationId,
      intakeId,
      patientId: randomUUID(),
      begunBy: 'staff',
      operation: { key: intakeOperationKey(intakeId, 'start'), inputHash: 'hash' },
      actor,
      ...more,
    };
  }

  async function begin(actor: Actor, more: Partial<IntakeStart> = {}): Promise<IntakeView> {
    const outcome = await gateway.startIntake(startOf(actor, more));
    if (!outcome.ok) throw new DomainError(outcome.problem.code, outcome.problem);
    return outcome.intake;
  }

  async function say(
    intakeId: string,
    action: IntakeUpdate,
    input: IntakeInput,
    actor: Actor,
    step: string = randomUUID(),
  ): Promise<IntakeActionOutcome> {
    const operation = { key: intakeOperationKey(intakeId, step), inputHash: 'hash' };
    const answer = await gateway.actOnIntake(intakeId, { action, input, actor, operation });
    if (typeof answer === 'symbol') throw new Error('closed');
    return answer;
  }

  /** Why not; fails when it is accepted. */
  async function refused(...said: Parameters<typeof say>): Promise<ProblemDetail> {
    try {
      await say(...said);
    } catch (error) {
      if (error instanceof DomainError) return error.problem;
      throw error;
    }
    throw new Error(`${said[1]} was accepted`);
  }

  async function save(intakeId: string, step: IntakeStep, answers: Answers, actor: Actor, complete = true) {
    const row = await admin('intake_step').where({ intake_id: intakeId, step }).first<{ version: number }>('version');
    return say(intakeId, 'save-step', { step, answers, baseVersion: row!.version, complete }, actor);
  }

  /** Every step that is needed, from one to another. */
  async function fill(
    intakeId: string,
    actor: Actor,
    { from = 'language', until = 'review' }: { readonly from?: IntakeStep; readonly until?: IntakeStep } = {},
    answers: Readonly<Record<IntakeStep, Answers>> = intakeAnswers(person),
  ): Promise<void> {
    const steps = intakeSteps.slice(intakeSteps.indexOf(from), intakeSteps.indexOf(until) + 1);
    for (const step of steps) await save(intakeId, step, answers[step], actor);
  }

  const row = (id: string) => admin('intake').where({ id }).first<Record<string, unknown>>();
  const stepRow = (id: string, step: IntakeStep) =>
    admin('intake_step').where({ intake_id: id, step }).first<{ answers: Answers; version: number; state: string }>();
  const changes = (id: string) =>
    admin('state_change').where({ aggregate: 'intake', aggregate_id: id }).orderBy('seq')
      .select<{ event: string; from_state: string | null; to_state: string; data: Record<string, unknown> }[]>(); // prettier-ignore
  const messages = (id: string) =>
    admin('notification').whereLike('dedupe_key', `intake:${id}:%`).orderBy('due_at')
      .select<{ kind: string; state: string; dedupe_key: string; due_at: Date }[]>(); // prettier-ignore

  return { staffMember, patient, own, startOf, begin, say, refused, save, fill, row, stepRow, changes, messages };
}
