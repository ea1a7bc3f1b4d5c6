/** The lives of intakes, merges and questions to payers whose histories are kept for replay (recorded-lives.ts). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { captureCoverage } from '../../db/patients/coverages.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import { eligibilityWorkflow, eligibilityWorkflowId } from '../../workflows/messages/eligibility.ts';
import { intakeWorkflowId } from '../../workflows/messages/intake.ts';
import {
  mergeOperationKey,
  patientMergeWorkflowId,
  patientUnmergeWorkflowId,
} from '../../workflows/messages/patient-merge.ts';
import type { TestClinic } from './assemble.ts';
import { intakesOf } from './intake-clinic.ts';
import type { Life } from './recorded-lives.ts';
import { staff } from './seed.ts';

/** Nobody who was here before: letters of their own. */
function somebody() {
  const letters = randomUUID().replaceAll(/[^a-f]/g, '');
  return intakeAnswers({ given: `G${letters.slice(6)}`, family: `F${letters}`, birthDate: '1961-03-12' });
}
const over = (clinic: TestClinic, id: string): Promise<unknown> =>
  clinic.client.workflow.getHandle(intakeWorkflowId(id)).result();
const days = (from: string, n: number): string => new Date(Date.parse(from) + n * 86_400_000).toISOString();

const intakes: Readonly<Record<string, Life>> = {
  /** Danger in an answer, an older tab, given back, waived, approved once somebody has taken the danger. */
  'intake-in-danger-given-back-approved': async (clinic) => {
    const of = intakesOf(clinic);
    const doctor = await of.staffMember();
    await clinic.admin('on_call_shift').insert({
      organization_id: clinic.organizationId, role: 'on-call-clinician', user_id: doctor.userId, from_at: '2020-01-01T00:00:00Z', until_at: '2120-01-01T00:00:00Z', created_by: 'test',
    }); // prettier-ignore
    const patientId = await of.patient();
    const me = of.own(patientId);
    const mine = somebody();
    const { id } = await of.begin(doctor, { patientId });
    await of.fill(id, me, { until: 'insurance' }, mine);
    await of.save(id, 'reason', { ...mine.reason, 'reason.stroke': [true] }, me);
    await of.refused(id, 'save-step', { step: 'reason', answers: mine.reason, baseVersion: 0, complete: false }, me);
    await of.fill(id, me, { from: 'allergies' }, mine);
    await of.say(id, 'submit', {}, me);
    await of.say(id, 'assign-review', {}, doctor);
    await of.say(id, 'return', { steps: ['history'], notes: { history: 'Which year?' } }, doctor);
    await of.say(id, 'waive', { step: 'history', reason: 'known here' }, doctor);
    await of.say(id, 'submit', {}, me).catch(() => of.save(id, 'history', mine.history, me));
    const row = await of.row(id);
    if (row?.['state'] !== 'submitted') await of.say(id, 'submit', {}, me);
    await of.say(id, 'assign-review', {}, doctor);
    const alarm = await clinic.admin('escalation').where({ subject_id: id }).first<{ id: string }>('id');
    for (const [action, input] of [
      ['ack', {}],
      ['resolve', { outcome: 'patient-reached' }],
    ] as const) {
      const operation = { key: `emerg:${alarm!.id}/${randomUUID()}`, inputHash: 'hash' };
      await clinic.gateway.actOnEscalation(alarm!.id, { action, input, actor: doctor, operation });
    }
    await of.say(id, 'approve', {}, doctor);
    await over(clinic, id);
    return intakeWorkflowId(id);
  },
  /** Reminders, expiry, taken up again, left by the patient. */
  'intake-expired-taken-up-withdrawn': async (clinic) => {
    const of = intakesOf(clinic);
    const doctor = await of.staffMember();
    const patientId = await of.patient();
    const me = of.own(patientId);
    const { id, createdAt } = await of.begin(doctor, { patientId });
    await of.fill(id, me, { until: 'contact' }, somebody());
    await of.say(id, 'resend-link', {}, doctor);
    await clinic.until(days(createdAt, 31));
    await sleep(300);
    await of.say(id, 'reopen', { reason: 'called' }, doctor);
    await of.say(id, 'withdraw', {}, me);
    return intakeWorkflowId(id);
  },
};

async function twoCharts(clinic: TestClinic) {
  const { organizationId } = clinic;
  const patient = async (): Promise<string> => {
    const id = randomUUID();
    const row = { id, organization_id: organizationId, mrn: id.slice(0, 8), family: 'F', given: ['G'] };
    await clinic.admin('patient').insert(row);
    return id;
  };
  const actor = { ...staff, permissions: [...staff.permissions, 'identity:merge' as const] };
  const [survivorId, mergedId, mergeId] = [await patient(), await patient(), randomUUID()];
  const operation = { key: mergeOperationKey(mergeId, 'begin'), inputHash: 'hash' };
  await clinic.gateway.mergePatients({ organizationId, mergeId, survivorId, mergedId, matchId: null, automatic: false, reason: 'one person', operation, actor }); // prettier-ignore
  return { organizationId, mergeId, actor };
}

const merges: Readonly<Record<string, Life>> = {
  merge: async (clinic) => patientMergeWorkflowId((await twoCharts(clinic)).mergeId),
  unmerge: async (clinic) => {
    const { organizationId, mergeId, actor } = await twoCharts(clinic);
    const unmergeId = randomUUID();
    const operation = { key: mergeOperationKey(mergeId, `undo-${unmergeId}`), inputHash: 'hash' };
    await clinic.gateway.unmergePatients({ organizationId, mergeId, unmergeId, reason: 'two people', operation, actor }); // prettier-ignore
    return patientUnmergeWorkflowId(unmergeId);
  },
};

const questions: Readonly<Record<string, Life>> = {
  /** Nobody answers for a week; then it is given up. */
  'eligibility-payer-away': async (clinic) => {
    const { organizationId, secrets } = clinic;
    const id = randomUUID();
    const row = { id, organization_id: organizationId, mrn: id.slice(0, 8), family: 'F', given: ['G'], birth_date: '1980-02-29' }; // prettier-ignore
    await clinic.admin('patient').insert(row);
    const answers = {
      'insurance.has': [{ code: 'yes' }],
      'insurance.payer': ['Example Health'],
      'insurance.member-id': ['M-1'],
      'insurance.relation': [{ code: 'self' }],
    };
    const at = await clinic.engine.now();
    const { coverageIds } = await withTransaction(
      clinic.db,
      { organizationId },
      (trx) =>
      captureCoverage(trx, { organizationId, patientId: id, intakeId: null, answers, actor: systemActor('life'), at, secrets }), // prettier-ignore
    );
    const coverageId = coverageIds[0]!;
    const run = await clinic.client.workflow.start(eligibilityWorkflow, {
      workflowId: eligibilityWorkflowId(coverageId),
      taskQueue: clinic.taskQueue,
      args: [{ organizationId, coverageId, ask: 1 }],
    });
    await clinic.until(days(at.toISOString(), 9));
    await run.result();
    return eligibilityWorkflowId(coverageId);
  },
};

export const intakeLives: Readonly<Record<string, Life>> = { ...intakes, ...merges, ...questions };
