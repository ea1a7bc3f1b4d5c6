/** What people say to an intake (scheduling-intake.md D3): one transaction each, once for its operation key, guards inside. */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { intakeRefusal, intakeRights, type IntakeStep } from '../../domain/intake/intake.ts';
import { addDuration } from '../../domain/calendar/calendar.ts';
import { reviewDueAt } from '../../domain/intake/intake-timers.ts';
import type { IntakeInput, IntakeRequest, IntakeSettled, IntakeUpdate } from '../../workflows/messages/intake.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import type { FieldSecrets } from '../field-secrets.ts';
import { identityAfter, lookAgain } from './intake-identity.ts';
import { callAboutIntake, endIntakeLinks, sayHowItWent, sendIntakeLink } from './intake-messages.ts';
import { openMatchesOf, resolveMatch } from '../identity/identity-matches.ts';
import { saveOf, saveStep } from './intake-saves.ts';
import { changeIntake, escalationFlagOf, factsOf, refusedTransition, settleIntake } from './intake-state.ts';
import { loadIntake, lockIntake, type IntakeRow, type LoadedIntake } from './intake-view.ts';
import { withdrawIntake } from './intake-withdrawal.ts';
import { violatedConstraint, withTransaction } from '../transaction.ts';

export interface IntakePorts extends SchedulingPorts {
  readonly secrets?: FieldSecrets | undefined;
}

export interface IntakeCommand {
  readonly organizationId: string;
  readonly intakeId: string;
  readonly request: IntakeRequest;
}

/**
 * @throws DomainError `invalid-transition`, `escalation-open`, `possible-duplicate`, `consents-missing`,
 * `intake-incomplete`, `stale-step`, `validation-failed`, `guard-failed`, `conflict`, `forbidden`, `not-found`
 */
export async function applyIntakeAction(
  ports: IntakePorts,
  { organizationId, intakeId, request }: IntakeCommand,
): Promise<IntakeSettled> {
  const at = await ports.clock.now();
  const { actor, operation, action, input } = request;
  const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
  try {
    return await withTransaction(ports.db, { organizationId, operation }, async (trx) => {
      const row = await lockIntake(trx, intakeId);
      assertMay(actor, action, row);
      if (action === 'save-step') return saveStep(trx, context, row, saveOf(input), ports.secrets);
      const loaded = await loadIntake(trx, row, at);
      await assertPossible(trx, loaded, action, at);
      return carryOut(trx, context, loaded, action, input);
    });
  } catch (error) {
    if (violatedConstraint(error) === 'one_open_intake')
      throw new DomainError('conflict', { detail: 'This visit has another intake that is open.' });
    throw error;
  }
}

/** Whoever answers for the patient is a principal of that chart (api/intakes/own-intake.ts); staff by their permission. */
export function mayOnIntake(actor: Actor, action: IntakeUpdate, patientId: string): boolean {
  const right = intakeRights[action];
  if (actor.kind === 'system') return true;
  if (actor.kind === 'patient')
    return right.own && actor.patientId === patientId && actor.permissions.includes('own-intake:write');
  return right.staff !== null && actor.permissions.includes(right.staff);
}

function assertMay(actor: Actor, action: IntakeUpdate, row: IntakeRow): void {
  if (!mayOnIntake(actor, action, row.patient_id)) throw new DomainError('forbidden');
}

async function assertPossible(
  trx: Trx,
  loaded: LoadedIntake,
  action: Exclude<IntakeUpdate, 'save-step'>,
  at: Date,
): Promise<void> {
  // Its process has decided already; here the intake hears of it.
  if (action === 'ack-escalation') return;
  const facts = await factsOf(trx, loaded, at);
  const refusal = intakeRefusal(facts, action, at.getTime());
  if (refusal === null) return;
  if (refusal === 'invalid-transition') throw refusedTransition(loaded.row, action);
  throw new DomainError(refusal, {
    data: {
      ...(refusal === 'escalation-open' && { openEscalations: facts.openEscalations }),
      ...(refusal === 'possible-duplicate' && { identity: facts.identity, openMatches: facts.openMatches }),
      ...(refusal === 'consents-missing' && { consents: facts.consentsMissing }),
      ...(refusal === 'intake-incomplete' && { steps: facts.missing }),
    },
  });
}

async function carryOut(
  trx: Trx,
  context: ChangeContext,
  loaded: LoadedIntake,
  action: Exclude<IntakeUpdate, 'save-step'>,
  input: IntakeInput,
): Promise<IntakeSettled> {
  const { row } = loaded;
  const { at, actor, organizationId } = context;
  const { reason } = input;
  const change = async (columns: Record<string, unknown> = {}, data: Record<string, unknown> = {}) =>
    changeIntake(trx, context, row, { event: action, columns, reason, data });
  switch (action) {
    case 'submit': {
      const found = await lookAgain(trx, context, row);
      const due = new Date(reviewDueAt(at.getTime(), loaded.policy, loaded.timeZone));
      const sent = await change({
        submitted_at: at,
        review_due_at: due,
        review_escalated_at: null,
        identity: identityAfter(row.identity, found.identity),
      });
      await suppressReminders(trx, context, row);
      await sayHowItWent(trx, context, sent.row, 'intake-received');
      return settleIntake(trx, sent, { merges: found.merges });
    }
    case 'assign-review': {
      const userId = input.userId ?? actor.userId;
      if (userId === undefined) throw required('/userId');
      const user = await trx('app_user')
        .where({ id: userId, kind: 'staff' })
        .whereNull('disabled_at')
        .first<{ id: string } | undefined>('id');
      if (user === undefined)
        throw new DomainError('not-found', {
          errors: [{ path: '/userId', code: 'unknown', message: 'No such person.' }],
        });
      return settleIntake(trx, await change({ assigned_to: userId }, { assignedTo: userId }));
    }
    case 'return':
      return giveBack(trx, context, loaded, input);
    case 'approve': {
      // Somebody may have taken an alarm on a moment ago, and the process of the intake has not heard of it yet.
      const escalation = await escalationFlagOf(trx, row.id);
      const approved = await change({ completed_at: at, ended_at: at, escalation });
      await endIntakeLinks(trx, context, row);
      await sayHowItWent(trx, context, approved.row, 'intake-approved');
      return settleIntake(trx, approved);
    }
    case 'waive': {
      const { step } = input;
      if (step === undefined) throw required('/step');
      if (reason === undefined) throw required('/reason');
      if (step === 'consents' || !loaded.progress.left.includes(step))
        throw new DomainError('guard-failed', {
          detail: 'This part cannot be waived.',
          data: { guard: 'step-not-waivable' },
          allowed: loaded.progress.left.filter((one) => one !== 'consents'),
        });
      await trx('intake_step').where({ intake_id: row.id, step }).update({ state: 'waived', note: reason });
      return settleIntake(trx, await change({}, { step }));
    }
    case 'resolve-match': {
      const { matchId, decision } = input;
      if (matchId === undefined) throw required('/matchId');
      if (decision === undefined) throw required('/decision');
      const open = await openMatchesOf(trx, row.patient_id);
      if (!open.some(({ id }) => id === matchId)) throw new DomainError('not-found');
      const decided = await resolveMatch(trx, { organizationId, matchId, decision, reason, actor, at });
      const identity = identityAfter(row.identity === 'verified' ? 'verified' : 'unverified', decided.identity);
      const changed = await change({ identity }, { matchId, decision });
      return settleIntake(trx, changed, { merges: decided.merge === null ? [] : [decided.merge] });
    }
    case 'verify-identity':
      if ((input.identifiers ?? []).length < 2) throw required('/identifiers');
      return settleIntake(trx, await change({ identity: 'verified' }, { identifiers: input.identifiers }));
    case 'ack-escalation': {
      const escalation = await escalationFlagOf(trx, row.id);
      if (escalation === 'open') throw new DomainError('escalation-open');
      if (escalation === row.escalation) return settleIntake(trx, loaded);
      return settleIntake(trx, await change({ escalation }));
    }
    case 'resend-link': {
      const { privateContact } = input;
      if (privateContact !== undefined) {
        if (!row.confidential)
          throw new DomainError('guard-failed', {
            detail: 'Only an intake in confidence has an address of its own.',
            data: { guard: 'not-confidential' },
          });
        await trx('intake')
          .where({ id: row.id })
          .update({ private_contact: JSON.stringify(privateContact) });
      }
      const link = await sendIntakeLink(trx, context, row, {
        mail: 'intake-new-link',
        about: `resend:v${row.version}`,
        // The address before was wrong: whoever reads there loses the link and what it opened.
        endSessions: privateContact !== undefined,
      });
      const sent = await change({}, { to: link.to });
      if (link.to === 'nobody') await callAboutIntake(trx, context, sent.row, 'intake-invitation');
      return settleIntake(trx, sent);
    }
    case 'withdraw': {
      const left = await withdrawIntake(trx, {
        organizationId,
        intakeId: row.id,
        patientId: row.patient_id,
        actor,
        at,
      });
      await suppressReminders(trx, context, row);
      const gone = await change(
        { ended_at: at, end_reason: 'withdrawn', retain_until: left.eraseAt },
        { eraseAt: left.eraseAt.toISOString() },
      );
      return settleIntake(trx, gone);
    }
    case 'cancel': {
      if (reason === undefined) throw required('/reason');
      await endIntakeLinks(trx, context, row);
      await suppressReminders(trx, context, row);
      return settleIntake(trx, await change({ ended_at: at, end_reason: 'by-clinic' }));
    }
    case 'reopen': {
      const again = await change({ ended_at: null, reopen_until: null, reopened_at: at, end_reason: null });
      const link = await sendIntakeLink(trx, context, again.row, {
        mail: 'intake-new-link',
        about: `reopen:v${row.version}`,
      });
      if (link.to === 'nobody') await callAboutIntake(trx, context, again.row, 'intake-invitation');
      return settleIntake(trx, again);
    }
  }
}

/** Each part with its reason; the patient gets it back for as long as the policy gives, or until the visit begins. */
async function giveBack(
  trx: Trx,
  context: ChangeContext,
  loaded: LoadedIntake,
  input: IntakeInput,
): Promise<IntakeSettled> {
  const { row } = loaded;
  const steps = [...new Set(input.steps ?? [])];
  if (steps.length === 0) throw required('/steps');
  const noteOf = (step: IntakeStep): string => input.notes?.[step]?.trim() ?? '';
  for (const step of steps) {
    if (noteOf(step) === '') throw required(`/notes/${step}`);
    if (!loaded.progress.needed.has(step))
      throw new DomainError('guard-failed', { detail: 'This part is not needed.', data: { guard: 'step-not-needed' } });
  }
  for (const step of steps)
    await trx('intake_step')
      .where({ intake_id: row.id, step })
      .update({ state: 'returned', note: noteOf(step) });
  const returned = await changeIntake(trx, context, row, {
    event: 'return',
    columns: { reopened_at: context.at, review_due_at: null },
    data: { steps },
  });
  const link = await sendIntakeLink(trx, context, returned.row, {
    mail: 'intake-returned',
    about: `returned:v${row.version}`,
    reuse: true,
  });
  if (link.to === 'nobody') await callAboutIntake(trx, context, returned.row, 'intake-returned');
  return settleIntake(trx, returned);
}

/** Nobody is reminded of what is done (D3: none after submit). */
async function suppressReminders(trx: Trx, { organizationId }: ChangeContext, row: IntakeRow): Promise<void> {
  await trx.raw(
    `UPDATE notification SET state = 'suppressed', suppressed_reason = 'superseded' WHERE id IN (
       SELECT id FROM notification WHERE organization_id = ? AND dedupe_key LIKE ? AND kind = 'intake-reminder' AND state = 'queued'
       FOR UPDATE SKIP LOCKED)`,
    [organizationId, `intake:${row.id}:%`],
  );
}

/** An expired one may be taken up again until then. */
export const reopenUntil = ({ policy, timeZone }: LoadedIntake, at: Date): Date =>
  new Date(addDuration(at.getTime(), policy.reopenWithin, timeZone));

const required = (path: string): DomainError =>
  new DomainError('validation-failed', { errors: [{ path, code: 'required', message: 'This is needed.' }] });
