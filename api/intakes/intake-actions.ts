/**
 * What is said to an intake, as its routes say it: a repeat is recognized before anything else, what is over is answered
 * from Postgres, everything else is the process's to answer.
 */
import { loadIntake, readIntakeBefore, readIntakeRow, toIntakeView } from '../../db/intakes/intake-view.ts';
import { databaseTime } from '../../db/clock.ts';
import { mayOnIntake } from '../../db/intakes/intake-actions.ts';
import { findOperation } from '../../db/transaction.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { openIntakeStates, type IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { redFlagsIn } from '../../domain/intake/red-flags.ts';
import { intakeOperationKey } from '../../workflows/messages/intake.ts';
import type {
  IntakeInput,
  IntakeSaved,
  IntakeSettled,
  IntakeStart,
  IntakeUpdate,
  IntakeView,
} from '../../workflows/messages/intake.ts';
import { asError, onceAtATime } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { actOnEscalation } from '../escalations/escalation-actions.ts';
import { uuidFrom } from '../idempotency.ts';
import { helpFor, regionOf } from './intake-representation.ts';
import { closed } from '../temporal/temporal.ts';
import { requireIntakeRow } from './own-intake.ts';

/** @throws DomainError `conflict` (the visit has an open one), `not-found`, `validation-failed` */
export async function startIntake(
  context: RequestContext,
  asked: Pick<
    IntakeStart,
    'person' | 'appointmentId' | 'visitTypeId' | 'language' | 'guardian' | 'privateContact' | 'about'
  > & {
    readonly patientId?: string | undefined;
  },
): Promise<IntakeView> {
  const { organizationId, operationId: intakeId, actor } = context;
  const operation = { key: intakeOperationKey(intakeId, 'start'), inputHash: context.operation.inputHash };
  // Of the request, not of the try: whoever repeats it completes the same chart (A14).
  const patientId = asked.patientId ?? uuidFrom([intakeId, 'patient']);
  context.concerns({ entityId: intakeId, patientId });
  return onceAtATime(context, operation.key, async () => {
    const repeated = await context.read((trx) => findOperation<IntakeSettled>(trx, organizationId, operation));
    if (repeated !== undefined) return repeated.result.intake;
    const start: IntakeStart = { ...asked, organizationId, intakeId, patientId, begunBy: 'staff', operation, actor };
    const outcome = await inBody(() => context.ports.temporal.startIntake(start));
    if (!outcome.ok) throw prefixed(asError(outcome.problem));
    return outcome.intake;
  });
}

export interface IntakeAnswer {
  readonly intake: IntakeView;
  readonly saved?: IntakeSaved | undefined;
}

/** Who answers by a link is of the chart that the intake has now, also after charts were merged. */
const actorFor = ({ actor, session }: RequestContext, patientId: string): Actor =>
  session?.intakeId != null && actor.kind === 'patient' ? { ...actor, patientId } : actor;

/** @throws DomainError the refusal; `not-found` also for another patient's intake */
export async function actOnIntake(
  context: RequestContext,
  asked: { readonly intakeId: string; readonly action: IntakeUpdate; readonly input: IntakeInput },
): Promise<IntakeAnswer> {
  const { intakeId, action, input } = asked;
  const operation = {
    key: intakeOperationKey(intakeId, context.operationId),
    inputHash: context.operation.inputHash,
  };
  return onceAtATime(context, operation.key, async () => {
    const saidBefore = (known: { readonly inputHash: string; readonly result: IntakeSettled }): IntakeAnswer => {
      if (known.inputHash !== operation.inputHash) throw new DomainError('idempotency-key-reused');
      const { refused, intake, saved } = known.result;
      if (refused !== undefined) throw asError(refused);
      return { intake, saved };
    };
    const before = await context.read(async (trx) => {
      const { row, known } = await readIntakeBefore<IntakeSettled>(trx, intakeId, operation.key);
      await requireIntakeRow(context, trx, row);
      context.concerns({ entityId: intakeId, patientId: row.patient_id, detail: { action } });
      const actor = actorFor(context, row.patient_id);
      if (known !== undefined) return { done: saidBefore(known), actor };
      if (!mayOnIntake(actor, action, row.patient_id)) throw new DomainError('forbidden');
      return { done: undefined, actor };
    });
    if (before.done !== undefined) return before.done;
    const { actor } = before;
    if (action === 'ack-escalation') await acknowledge(context, intakeId);
    const request = { action, input, actor, operation };
    const answer = await inBody(() => context.ports.temporal.actOnIntake(intakeId, request));
    if (answer !== closed) return answer;
    return context.read(async (trx) => {
      const { row, known } = await readIntakeBefore<IntakeSettled>(trx, intakeId, operation.key);
      if (known !== undefined) return saidBefore(known);
      // Its run is begun just after the visit that needs it.
      if (openIntakeStates.has(row.state)) throw new DomainError('unavailable', { data: { retryAfterSeconds: 1 } });
      if (action === 'ack-escalation')
        return { intake: toIntakeView(await loadIntake(trx, row, await databaseTime(trx))) };
      throw new DomainError('invalid-transition', { data: { from: row.state, event: action } });
    });
  });
}

/** Escalations have processes of their own, which judge who may; the intake hears of it after them. */
async function acknowledge(context: RequestContext, intakeId: string): Promise<void> {
  const open = await context.read((trx) =>
    trx('escalation')
      .where({ subject_kind: 'intake', subject_id: intakeId })
      .whereIn('state', ['raised', 'notifying', 'exhausted'])
      .orderBy('raised_at')
      .select<{ id: string }[]>('id'),
  );
  if (open.length === 0) throw new DomainError('invalid-transition', { data: { event: 'ack-escalation' } });
  for (const { id } of open) await actOnEscalation(context, { escalationId: id, action: 'ack', input: {} });
}

interface SaveInput extends IntakeInput {
  readonly step: IntakeStep;
  readonly answers: Answers;
}

/**
 * A save, with what a refused one must show: both values of a step that was changed elsewhere (A7), and help where the
 * answers speak of danger. The process never passes answers on: they are read here.
 */
export async function saveStep(
  context: RequestContext,
  asked: { readonly intakeId: string; readonly input: SaveInput },
): Promise<IntakeAnswer> {
  try {
    return await actOnIntake(context, { ...asked, action: 'save-step' });
  } catch (error) {
    if (!(error instanceof DomainError) || (error.code !== 'stale-step' && error.code !== 'validation-failed'))
      throw error;
    const { code, data, ...problem } = error.problem;
    const { step, answers, baseVersion } = asked.input;
    const { intakeId } = asked;
    const both = await context.read(async (trx) => {
      const row = await readIntakeRow(trx, intakeId);
      const rules = redFlagsIn(step, answers).map(({ rule }) => rule);
      const crisis = helpFor(rules, asked.input.language ?? row.language, await regionOf(trx, row.location_id));
      const now = await trx('intake_step').where({ intake_id: intakeId, step })
        .first<{ answers: unknown; version: number; saved_at: Date | null }>('answers', 'version', 'saved_at'); // prettier-ignore
      return {
        ...(crisis.length > 0 && { crisis }),
        ...(code === 'stale-step' && {
          current: { answers: now?.answers, version: now?.version, savedAt: now?.saved_at?.toISOString() ?? null },
          yours: { answers, baseVersion },
        }),
      };
    });
    throw new DomainError(code, { ...problem, data: { ...data, ...both } });
  }
}

/** The process names its fields; the page sent them in a body. */
async function inBody<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DomainError ? prefixed(error) : error;
  }
}

function prefixed(error: DomainError): DomainError {
  const { code, errors, ...problem } = error.problem;
  if (errors === undefined) return error;
  return new DomainError(code, {
    ...problem,
    errors: errors.map((one) => (one.path.startsWith('/body') ? one : { ...one, path: `/body${one.path}` })),
  });
}
