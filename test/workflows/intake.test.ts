/** The process of an intake: weeks of it, its clocks, what it refuses, and what cannot wait. One clinic, its clock skips. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMatchesOf } from '../../db/identity/identity-matches.ts';
import { createProvisionalChart } from '../../db/intakes/intake-start.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { withOrganization } from '../../db/transaction.ts';
import type { Actor } from '../../domain/actor.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import {
  intakeFlagsQuery,
  intakeProgressQuery,
  intakeScoreQuery,
  intakeWorkflowId,
} from '../../workflows/messages/intake.ts';
import { buildWorkflowBundle } from '../../workers/bundle.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { intakesOf, person } from './intake-clinic.ts';
import { localAt } from './waitlist-clinic.ts';

let clinic: TestClinic;
let intakes: ReturnType<typeof intakesOf>;
let doctor: Actor;
/** Bundling takes as long as some tests: it goes on while they wait for their servers. */
let nextRelease: ReturnType<typeof buildWorkflowBundle>;
beforeAll(async () => {
  clinic = await openClinic();
  nextRelease = buildWorkflowBundle({ workflowsPath: fileURLToPath(new URL('next-release.ts', import.meta.url)) });
  nextRelease.catch(() => undefined);
  intakes = intakesOf(clinic);
  doctor = await intakes.staffMember();
  await clinic.admin('on_call_shift').insert({
    organization_id: clinic.organizationId, role: 'on-call-clinician', user_id: doctor.userId, from_at: '2020-01-01T00:00:00Z', until_at: '2120-01-01T00:00:00Z', created_by: 'test',
  }); // prettier-ignore
}, 120_000);
afterAll(async () => {
  const violations = await withOrganization(clinic.db, clinic.organizationId, (trx) =>
    checkInvariants(trx, { requirementsUnchanged: false }),
  );
  await clinic?.close();
  expect(violations.filter(({ invariant }) => ['I12', 'I13', 'I17', 'D3'].includes(invariant))).toEqual([]);
});

const code = (value: string) => [{ code: value }];
const samples = intakeAnswers(person);

/** Somebody nobody could take for another. */
function somebody() {
  const letters = randomUUID()
    .replace(/[^a-f]/g, '')
    .slice(0, 12);
  const born = `19${30 + Math.floor(Math.random() * 60)}-0${1 + Math.floor(Math.random() * 9)}-1${Math.floor(Math.random() * 9)}`;
  const phone = `212 ${100 + Math.floor(Math.random() * 899)} ${1000 + Math.floor(Math.random() * 8999)}`;
  return intakeAnswers({ given: `G${letters.slice(6)}`, family: `F${letters}`, birthDate: born, phone });
}

async function onAlarm(escalationId: string, action: 'ack' | 'resolve'): Promise<void> {
  await clinic.gateway.actOnEscalation(escalationId, {
    action,
    input: action === 'ack' ? {} : { outcome: 'patient-reached' },
    actor: doctor,
    operation: { key: `emerg:${escalationId}/${randomUUID()}`, inputHash: 'hash' },
  });
}

test('a whole intake: answered, sent in, given back, approved', async () => {
  const patientId = await intakes.patient();
  const me = intakes.own(patientId);
  const begun = await intakes.begin(doctor, { patientId });
  expect(begun).toMatchObject({ state: 'invited', step: 'language', percent: 0 });
  await intakes.fill(begun.id, me, { until: 'consents' }, somebody());
  expect(await intakes.refused(begun.id, 'submit', {}, me)).toMatchObject({
    code: 'intake-incomplete',
    data: { steps: ['review'] },
  });
  await intakes.save(begun.id, 'review', samples.review, me);
  const sent = await intakes.say(begun.id, 'submit', {}, me);
  expect(sent.intake).toMatchObject({ state: 'submitted', percent: 100, step: null });
  expect(await intakes.refused(begun.id, 'approve', {}, doctor)).toMatchObject({ code: 'invalid-transition' });
  await intakes.say(begun.id, 'assign-review', {}, doctor);
  expect(await intakes.refused(begun.id, 'return', { steps: ['history'] }, doctor)).toMatchObject({
    code: 'validation-failed',
  });
  const back = await intakes.say(begun.id, 'return', { steps: ['history'], notes: { history: 'Which year?' } }, doctor);
  expect(back.intake).toMatchObject({ state: 'returned', step: 'history' });
  await intakes.save(begun.id, 'history', samples.history, me);
  await intakes.say(begun.id, 'submit', {}, me);
  await intakes.say(begun.id, 'assign-review', {}, doctor);
  const done = await intakes.say(begun.id, 'approve', {}, doctor);
  expect(done.intake.state).toBe('completed');
  expect((await intakes.changes(begun.id)).map(({ event }) => event).slice(-6)).toEqual([
    'return', 'save-step', 'submit', 'assign-review', 'approve',
  ].toSpliced(0, 0, 'assign-review')); // prettier-ignore
}, 60_000);

test('S15 Red flag: PHQ-2 of 3 opens items 3 to 9; item 9 raises an alarm at once, whatever the total; it stays when the answer changes; nobody approves before it is acknowledged', async () => {
  const patientId = await intakes.patient();
  const me = intakes.own(patientId);
  const { id } = await intakes.begin(doctor, { patientId, language: 'es' });
  const mine = somebody();
  await intakes.fill(id, me, { until: 'history' }, mine);
  const screens = {
    ...samples.screens,
    'phq.1': code('2'),
    'phq.2': code('1'),
    ...Object.fromEntries([3, 4, 5, 6, 7, 8].map((k) => [`phq.${k}`, code(k < 5 ? '1' : '0')])),
    'phq.9': code('1'),
  };
  const saved = await intakes.save(id, 'screens', screens, me, false);
  expect(saved).toMatchObject({
    saved: { redFlags: ['suicidal-thoughts'] },
    intake: { escalation: 'open', state: 'in-progress' },
  });
  const [alarm] = await clinic.admin('escalation').where({ subject_id: id });
  expect(alarm).toMatchObject({ reason_code: 'suicidal-thoughts', state: 'notifying' });
  expect(alarm.ack_due_at.getTime() - alarm.raised_at.getTime()).toBe(15 * 60_000);
  const score = await clinic.client.workflow.getHandle(intakeWorkflowId(id)).query(intakeScoreQuery, 'phq-9');
  expect(score).toMatchObject({ score: 6, band: 'mild' });
  const changed = await intakes.save(id, 'screens', { ...screens, 'phq.9': code('0') }, me);
  expect(changed.intake).toMatchObject({ escalation: 'open', flags: ['suicidal-thoughts'] });
  expect((await intakes.changes(id)).at(-1)).toMatchObject({
    event: 'save-step',
    data: { flagsChanged: ['suicidal-thoughts'] },
  });
  await intakes.fill(id, me, { from: 'consents' }, mine);
  await intakes.say(id, 'submit', {}, me);
  await intakes.say(id, 'assign-review', {}, doctor);
  expect(await intakes.refused(id, 'approve', {}, doctor)).toMatchObject({ code: 'escalation-open' });
  await onAlarm(alarm.id, 'ack');
  await intakes.say(id, 'ack-escalation', {}, doctor);
  expect((await intakes.say(id, 'approve', {}, doctor)).intake).toMatchObject({
    state: 'completed',
    escalation: 'acknowledged',
  });
  // Its clocks would fill the weeks that the others skip.
  await onAlarm(alarm.id, 'resolve');
}, 60_000);

test('the older of two tabs is told, nothing is overwritten; danger in it is noticed all the same (A7)', async () => {
  const patientId = await intakes.patient();
  const me = intakes.own(patientId);
  const { id } = await intakes.begin(doctor, { patientId });
  await intakes.fill(id, me, { until: 'identity' }, somebody());
  await intakes.say(id, 'save-step', { step: 'reason', answers: samples.reason, baseVersion: 0, complete: false }, me);
  const older = { ...samples.reason, 'reason.stroke': [true] };
  expect(
    await intakes.refused(id, 'save-step', { step: 'reason', answers: older, baseVersion: 0, complete: false }, me),
  ).toMatchObject({ code: 'stale-step', data: { version: 1, baseVersion: 0 } });
  expect((await intakes.stepRow(id, 'reason'))?.answers).toEqual(samples.reason);
  expect(await clinic.admin('escalation').where({ subject_id: id }).select('reason_code')).toEqual([
    { reason_code: 'stroke-signs' },
  ]);
  const flags = await clinic.client.workflow.getHandle(intakeWorkflowId(id)).query(intakeFlagsQuery);
  expect(flags).toMatchObject({ escalation: 'open', redFlags: ['stroke-signs'] });
  const alarm = await clinic.admin('escalation').where({ subject_id: id }).first('id');
  await onAlarm(alarm.id, 'ack');
  await onAlarm(alarm.id, 'resolve');
  await intakes.say(id, 'cancel', { reason: 'test' }, doctor);
}, 60_000);

test('reminders after one and three days, one each; after thirty it ends; taken up again its answers are there (A4, A5)', async () => {
  const patientId = await intakes.patient();
  const me = intakes.own(patientId);
  const begun = await intakes.begin(doctor, { patientId });
  await intakes.fill(begun.id, me, { until: 'contact' }, somebody());
  await clinic.until(new Date(Date.parse(begun.createdAt) + 5 * 86_400_000).toISOString());
  const sent = (await intakes.messages(begun.id)).map(({ kind }) => kind);
  expect(sent).toEqual(['intake-invitation', 'intake-reminder', 'intake-reminder']);
  await clinic.until(new Date(Date.parse(begun.createdAt) + 31 * 86_400_000).toISOString());
  expect(await intakes.row(begun.id)).toMatchObject({ state: 'expired' });
  expect(await intakes.refused(begun.id, 'submit', {}, me)).toMatchObject({ code: 'invalid-transition' });
  const again = await intakes.say(begun.id, 'reopen', { reason: 'called' }, doctor);
  expect(again.intake).toMatchObject({ state: 'in-progress', step: 'demographics' });
  expect((await intakes.stepRow(begun.id, 'contact'))?.answers).toMatchObject({ 'contact.preferred': code('email') });
  const progress = await clinic.client.workflow.getHandle(intakeWorkflowId(begun.id)).query(intakeProgressQuery);
  expect(progress).toMatchObject({ step: 'demographics', percent: 25 });
  await intakes.say(begun.id, 'cancel', { reason: 'test' }, doctor);
}, 60_000);

test('A2 starts an intake, answers half, restarts workers twice, deploys a changed bundle, skips 25 days, and finishes the same case with the same answers on another device', async () => {
  const patientId = await intakes.patient();
  const mine = somebody();
  const restart = async (release?: Parameters<typeof clinic.resumeWorker>[0]) => {
    await clinic.pauseWorker();
    await clinic.resumeWorker(release, false);
  };
  await restart();
  const begun = await intakes.begin(doctor, { patientId });
  await intakes.fill(begun.id, intakes.own(patientId), { until: 'reason' }, mine);
  const before = await clinic
    .admin('intake_step')
    .where({ intake_id: begun.id })
    .orderBy('step')
    .select('step', 'answers');
  await restart();
  await intakes.save(begun.id, 'allergies', mine.allergies, intakes.own(patientId), false);
  await restart(await nextRelease);
  await clinic.until(new Date(Date.parse(begun.createdAt) + 25 * 86_400_000).toISOString());
  const other: Actor = { ...intakes.own(patientId), sessionId: randomUUID() };
  const after = await clinic
    .admin('intake_step')
    .where({ intake_id: begun.id })
    .orderBy('step')
    .select('step', 'answers');
  expect(after.filter(({ step }) => step !== 'allergies')).toEqual(before.filter(({ step }) => step !== 'allergies'));
  expect(await intakes.row(begun.id)).toMatchObject({ id: begun.id, state: 'in-progress' });
  await intakes.fill(begun.id, other, { from: 'allergies' }, mine);
  expect((await intakes.say(begun.id, 'submit', {}, other)).intake).toMatchObject({
    id: begun.id,
    state: 'submitted',
    percent: 100,
  });
  await intakes.say(begun.id, 'cancel', { reason: 'test' }, doctor);
  await clinic.pauseWorker();
  await clinic.resumeWorker();
}, 120_000);

test('many saves: the run goes on in a new one, nothing is lost, a repeat is recognized in it', async () => {
  const patientId = await intakes.patient();
  const me = intakes.own(patientId);
  const { id } = await intakes.begin(doctor, { patientId, longHistory: 120 });
  const handle = clinic.client.workflow.getHandle(intakeWorkflowId(id));
  const first = (await handle.describe()).runId;
  const step = randomUUID();
  for (let version = 0; version < 25; version += 1) {
    const answers = { 'reason.main': [`Version ${version}.`] };
    const input = { step: 'reason', answers, baseVersion: version, complete: false } as const;
    await intakes.say(id, 'save-step', input, me, version === 3 ? step : undefined);
  }
  expect((await handle.describe()).runId).not.toBe(first);
  const again = {
    step: 'reason',
    answers: { 'reason.main': ['Version 3.'] },
    baseVersion: 3,
    complete: false,
  } as const;
  expect((await intakes.say(id, 'save-step', again, me, step)).saved).toMatchObject({ version: 4 });
  expect(await intakes.stepRow(id, 'reason')).toMatchObject({
    version: 25,
    answers: { 'reason.main': ['Version 24.'] },
  });
  await intakes.say(id, 'cancel', { reason: 'test' }, doctor);
}, 60_000);

test('somebody new: the chart is incomplete until the intake stands, and a retry completes the same one (A14)', async () => {
  const ports = { db: clinic.db, clock: { now: () => clinic.engine.now() } };
  const start = intakes.startOf(doctor, { person });
  await createProvisionalChart(ports, start);
  const chart = () => clinic.admin('patient').where({ id: start.patientId }).first();
  expect((await chart()).incomplete_since).not.toBeNull();
  await createProvisionalChart(ports, start);
  const outcome = await clinic.gateway.startIntake(start);
  expect(outcome).toMatchObject({
    ok: true,
    intake: { id: start.intakeId, patientId: start.patientId, state: 'invited' },
  });
  expect(await chart()).toMatchObject({ id: start.patientId, incomplete_since: null, family: person.family });
  expect(await clinic.gateway.startIntake(start)).toEqual(outcome);
  // Staff steer it (A13): a part is waived with a reason, and only what can be.
  const id = start.intakeId;
  expect(await intakes.refused(id, 'waive', { step: 'insurance' }, doctor)).toMatchObject({
    code: 'validation-failed',
  });
  expect(await intakes.refused(id, 'waive', { step: 'consents', reason: 'r' }, doctor)).toMatchObject({
    code: 'guard-failed',
  });
  await intakes.say(id, 'waive', { step: 'insurance', reason: 'pays cash' }, doctor);
  expect(await intakes.stepRow(id, 'insurance')).toMatchObject({ state: 'waived' });
  expect(
    await intakes.refused(id, 'waive', { step: 'reason', reason: 'r' }, intakes.own(start.patientId)),
  ).toMatchObject({ code: 'forbidden' });
  await intakes.say(id, 'cancel', { reason: 'test' }, doctor);
}, 60_000);

test('a possible duplicate waits for a person, and neither word loses an answer (A8)', async () => {
  const mine = somebody();
  const [given, family, born] = [
    mine.identity['identity.given']![0],
    mine.identity['identity.family']![0],
    mine.identity['identity.birth-date']![0],
  ];
  const twin = { given: String(given), family: String(family), birthDate: String(born) };
  const other = await intakes.begin(doctor, { person: twin });
  await intakes.say(other.id, 'cancel', { reason: 'test' }, doctor);
  const patientId = await intakes.patient({ given: [given], family, birth_date: born });
  const me = intakes.own(patientId);
  const { id } = await intakes.begin(doctor, { patientId });
  await intakes.fill(id, me, {}, mine);
  expect((await intakes.say(id, 'submit', {}, me)).intake).toMatchObject({
    identity: 'possible-duplicate',
    state: 'submitted',
  });
  await intakes.say(id, 'assign-review', {}, doctor);
  expect(await intakes.refused(id, 'approve', {}, doctor)).toMatchObject({ code: 'possible-duplicate' });
  const open = await withOrganization(clinic.db, clinic.organizationId, (trx) => openMatchesOf(trx, patientId));
  for (const match of open)
    await intakes.say(id, 'resolve-match', { matchId: match.id, decision: 'new', reason: 'twins' }, doctor);
  expect((await intakes.say(id, 'approve', {}, doctor)).intake).toMatchObject({ state: 'completed' });
  expect((await intakes.stepRow(id, 'reason'))?.answers).toEqual(mine.reason);
}, 60_000);

test('withdrawn: messages stop, what never reached the chart goes after the retention, the audit stays (A16)', async () => {
  const patientId = await intakes.patient();
  const me = intakes.own(patientId);
  const mine = somebody();
  const begun = await intakes.begin(doctor, { patientId });
  await intakes.fill(begun.id, me, { until: 'identity' }, mine);
  await intakes.save(begun.id, 'reason', mine.reason, me, false);
  const gone = await intakes.say(begun.id, 'withdraw', { reason: 'no' }, me);
  expect(gone.intake.state).toBe('cancelled');
  await clinic.until(new Date(Date.parse(begun.createdAt) + 40 * 86_400_000).toISOString());
  expect((await intakes.messages(begun.id)).filter(({ kind }) => kind === 'intake-reminder')).toEqual([]);
  expect(await clinic.admin('intake_answer').where({ intake_id: begun.id, step: 'reason' })).toEqual([]);
  expect((await clinic.admin('intake_answer').where({ intake_id: begun.id, step: 'identity' })).length).toBe(1);
  expect((await intakes.changes(begun.id)).map(({ event }) => event)).toEqual([
    'create', 'invite', 'save-step', 'save-step', 'save-step', 'withdraw', 'retained',
  ]); // prettier-ignore
}, 60_000);

test('a visit whose kind needs an intake begins one; who has not finished it cannot check in; when the visit moves, its end moves (D1)', async () => {
  await clinic.admin('visit_type').where({ id: clinic.visitTypeId }).update({ needs_intake: true });
  const now = await clinic.engine.now();
  const at = (days: number): string => localAt(now, days, '10:00');
  const visit = await clinic.booked(at(20));
  const found = await until(async () =>
    clinic.admin('intake').where({ appointment_id: visit.id, state: 'invited' }).first(),
  );
  expect(found.expires_at.toISOString()).toBe(new Date(at(20)).toISOString());
  await clinic.act(visit.id, 'reschedule', { slot: { start: at(22), practitionerId: clinic.practitionerId } });
  const endsOn = (days: number) =>
    until(async () => {
      const row = await clinic.admin('intake').where({ id: found.id }).first();
      return row.expires_at.toISOString() === new Date(at(days)).toISOString() ? row : undefined;
    });
  await endsOn(22);
  // Later visits of the kind: one intake serves them all, it can be answered until the last, and nobody is asked twice.
  const { patient_id: patientId } = found as { patient_id: string };
  const second = await clinic.booked(at(30), { patientId });
  await endsOn(30);
  const third = await clinic.booked(at(35), { patientId });
  await endsOn(35);
  await clinic.act(third.id, 'cancel', { reason: 'patient-other-plans' });
  await endsOn(30);
  const served = await clinic.admin('intake_visit').where({ intake_id: found.id }).orderBy('created_at').select('appointment_id'); // prettier-ignore
  expect(served.map(({ appointment_id: of }) => of)).toEqual([second.id, third.id]);
  expect(await clinic.admin('intake').whereIn('appointment_id', [second.id, third.id])).toEqual([]);
  await clinic.until(new Date(Date.parse(at(22)) - 30 * 60_000).toISOString());
  expect((await intakes.messages(found.id)).map(({ dedupe_key }) => dedupe_key.split(':').slice(2).join(':'))).toEqual([
    'invitation', 'reminder:P1D', 'reminder:P3D', 'reminder:visit',
  ]); // prettier-ignore
  expect(await clinic.refused(visit.id, 'check-in', { identifiersVerified: ['name', 'birth-date'] })).toMatchObject({
    code: 'guard-failed',
    data: { guard: 'intake-open' },
  });
  const arrived = await clinic.act(visit.id, 'check-in', {
    identifiersVerified: ['name', 'birth-date'],
    intakeWaivedReason: 'on paper',
  });
  expect(arrived).toMatchObject({ status: 'checked-in' });
  // The first visit came and went; for the later one it is still open, and still asked for.
  await clinic.until(new Date(Date.parse(at(30)) - 30 * 60_000).toISOString());
  expect((await clinic.admin('intake').where({ id: found.id }).first()).state).toBe('invited');
  expect(await clinic.refused(second.id, 'check-in', { identifiersVerified: ['name', 'birth-date'] })).toMatchObject({
    data: { guard: 'intake-open' },
  });
}, 60_000);

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error('never came');
}
