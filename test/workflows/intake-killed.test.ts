/** A worker killed between the commit of an answer and its report: the answer stands once, and so does the alarm in it. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import { escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import { intakeFlagsQuery, intakeWorkflowId } from '../../workflows/messages/intake.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import type { SmtpSink } from '../support/smtp-sink.ts';
import { intakesOf, person } from './intake-clinic.ts';
import { ready, stopped, workerProcesses } from './worker-processes.ts';
import type { WorkerProcesses } from './worker-processes.ts';

let mail: SmtpSink;
let clinic: WorkerProcesses;
beforeAll(async () => {
  mail = await startSmtpSink();
  clinic = await workerProcesses(mail.url);
});
afterAll(async () => {
  await clinic?.close();
  await mail?.stop();
});

test(
  'the answer of a killed worker is there once, its red flag raised one alarm, and the repeat of its key gets the truth',
  { timeout: 120_000 },
  async () => {
    const { admin, client, organizationId } = clinic;
    const intakes = intakesOf(clinic);
    const doctor = await intakes.staffMember();
    await admin('on_call_shift').insert({
      organization_id: organizationId, role: 'on-call-clinician', user_id: doctor.userId, from_at: '2020-01-01T00:00:00Z', until_at: '2120-01-01T00:00:00Z', created_by: 'test',
    }); // prettier-ignore
    const deadly = join(clinic.home, 'deadly');
    const doomed = clinic.start(`after-commit-before-complete/applyIntakeAction@${deadly}`);
    await ready(doomed);
    const patientId = await intakes.patient();
    const me = intakes.own(patientId);
    const { id } = await intakes.begin(doctor, { patientId });
    const answers = { ...intakeAnswers(person).reason, 'reason.chest-pain': [true] };
    const step = randomUUID();
    const input = { step: 'reason', answers, baseVersion: 0, complete: false } as const;
    const save = () => intakes.say(id, 'save-step', input, me, step);

    writeFileSync(deadly, '');
    const first = save().catch((error: { code?: string }) => error.code ?? 'failed');
    await stopped(doomed);
    expect(doomed.signalCode).toBe('SIGKILL');
    expect(await intakes.stepRow(id, 'reason')).toMatchObject({ version: 1 });
    const [alarm, ...more] = await admin('escalation').where({ subject_id: id });
    expect([alarm, more]).toMatchObject([{ state: 'notifying' }, []]);

    const healthy = clinic.start();
    await ready(healthy);
    const readyAt = Date.now();
    const truth = await saved(save, readyAt + 20_000);
    // The engine gives a lost step up after ten seconds; then it takes no more than a moment.
    expect(Date.now() - readyAt).toBeLessThan(15_000);
    expect(truth).toMatchObject({ saved: { step: 'reason', version: 1 }, intake: { escalation: 'open' }, inputHash: 'hash' });
    expect(['outcome-unknown', 'unavailable', truth]).toContainEqual(await first);
    expect((await save()).saved).toEqual(truth.saved);

    expect(await admin('intake_answer').where({ intake_id: id })).toHaveLength(1);
    expect((await intakes.changes(id)).map(({ event }) => event)).toEqual(['create', 'invite', 'save-step']);
    expect(await admin('intake_flag').where({ intake_id: id })).toHaveLength(1);
    expect(await admin('escalation').where({ subject_id: id })).toHaveLength(1);
    expect(await admin('state_change').where({ aggregate_id: alarm.id, event: 'raise' })).toHaveLength(1);
    const runs = await admin('escalation_notice').where({ escalation_id: alarm.id, channel: 'email' });
    expect(runs).toHaveLength(1);
    // One run pursues it, whether the intake's process or a worker's round began it.
    const { raw } = await client.workflow.getHandle(escalationWorkflowId(alarm.id)).describe();
    expect(raw.workflowExecutionInfo).toMatchObject({ execution: { runId: raw.workflowExecutionInfo?.firstRunId } });
    expect(await client.workflow.getHandle(intakeWorkflowId(id)).query(intakeFlagsQuery)).toMatchObject({ escalation: 'open', redFlags: [alarm.reason_code] });
    expect(await client.workflow.count(`WorkflowId = '${escalationWorkflowId(alarm.id)}'`)).toMatchObject({ count: 1 });
    await mail.waitFor(({ recipients }) => recipients.includes(`${doctor.userId}@example.test`), 20_000);
    await stopped(healthy, 'SIGTERM');
    expect(healthy.exitCode).toBe(0);
  },
); // prettier-ignore

async function saved<T>(save: () => Promise<T>, deadline: number): Promise<T> {
  for (;;) {
    const answer = await save().catch(() => null);
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error('the answer did not recover');
    await sleep(200);
  }
}
