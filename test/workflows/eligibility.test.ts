/** A10: the payer is away, then it is not; nothing waits for it, and what it says lands on the coverage. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { payerOverHttp } from '../../activities/adapters/payer-http.ts';
import { askAgain, captureCoverage, coveragesOf, fileCoverage, insuranceFlagOf } from '../../db/patients/coverages.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import { createPayerServer } from '../../payer/server.ts';
import { openPayerStore } from '../../payer/store.ts';
import { startEligibilityWatch } from '../../workers/eligibility-watch.ts';
import { eligibilityQuery, eligibilityWorkflow, eligibilityWorkflowId } from '../../workflows/messages/eligibility.ts';
import type { EligibilityState } from '../../workflows/messages/eligibility.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';

let clinic: TestClinic;
let payer: Server;
let url: string;
let home: string;
const actor = systemActor('test');
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hs-payer-'));
  payer = createPayerServer(openPayerStore(home));
  await new Promise<void>((resolve) => payer.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(payer.address() as AddressInfo).port}`;
  clinic = await openClinic(undefined, undefined, undefined, payerOverHttp(url, 400));
}, 120_000);
afterAll(async () => {
  await clinic?.close();
  payer?.closeAllConnections();
  await new Promise((resolve) => payer?.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

const behave = async (body: object): Promise<void> => {
  const answer = await fetch(`${url}/control/behaviour`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }); // prettier-ignore
  expect(answer.status).toBe(200);
};
beforeEach(() => behave({ mode: 'none' }));

const inOrganization = <T>(work: Parameters<typeof withTransaction<T>>[2]): Promise<T> =>
  withTransaction(clinic.db, { organizationId: clinic.organizationId }, work);

async function patient(): Promise<string> {
  const id = randomUUID();
  const row = { id, organization_id: clinic.organizationId, mrn: id.slice(0, 8), family: 'F', given: ['G'], birth_date: '1980-02-29' }; // prettier-ignore
  await clinic.admin('patient').insert(row);
  return id;
}

async function captured(memberId: string): Promise<{ patientId: string; coverageId: string }> {
  const patientId = await patient();
  const { organizationId, secrets } = clinic;
  const answers = {
    'insurance.has': [{ code: 'yes' }],
    'insurance.payer': ['Example Health'],
    'insurance.member-id': [memberId],
    'insurance.relation': [{ code: 'self' }],
  };
  const at = await clinic.engine.now();
  const { coverageIds } = await inOrganization((trx) =>
    captureCoverage(trx, { organizationId, patientId, intakeId: null, answers, actor, at, secrets }),
  );
  return { patientId, coverageId: coverageIds[0]! };
}

const begin = (coverageId: string, ask = 1) =>
  clinic.client.workflow.start<(input: object) => Promise<EligibilityState>>(eligibilityWorkflow, {
    workflowId: eligibilityWorkflowId(coverageId),
    taskQueue: clinic.taskQueue,
    args: [{ organizationId: clinic.organizationId, coverageId, ask }],
  });
const end = (coverageId: string): Promise<EligibilityState> =>
  clinic.client.workflow.getHandle(eligibilityWorkflowId(coverageId)).result() as Promise<EligibilityState>;
const stateOf = (coverageId: string): Promise<EligibilityState> =>
  clinic.client.workflow.getHandle(eligibilityWorkflowId(coverageId)).query<EligibilityState>(eligibilityQuery);
const tried = async (coverageId: string, times: number): Promise<EligibilityState> => {
  for (;;) {
    const state = await stateOf(coverageId);
    if (state.tries >= times && state.last !== null && state.nextAt !== null) return state;
    await sleep(50);
  }
};
const view = async (patientId: string) =>
  (
    await inOrganization((trx) =>
      coveragesOf(trx, clinic.secrets, { organizationId: clinic.organizationId, patientId }),
    )
  )[0]!;
const flag = (patientId: string) =>
  inOrganization((trx) => insuranceFlagOf(trx, { organizationId: clinic.organizationId, patientId }));
const checks = (coverageId: string): Promise<{ outcome: string; code: string }[]> =>
  clinic.admin('eligibility_check').where({ coverage_id: coverageId }).orderBy('seq').select('outcome', 'code');

test('an insured patient: the answer lands on the coverage, with what is paid', async () => {
  const { patientId, coverageId } = await captured('W 123-456');
  expect(await flag(patientId)).toBe('captured');
  await begin(coverageId);
  expect(await end(coverageId)).toMatchObject({ tries: 1, last: { outcome: 'eligible', code: '1' }, nextAt: null });
  expect(await view(patientId)).toMatchObject({
    status: 'verified',
    memberId: 'W 123-456',
    planName: 'SANDBOX PPO',
    startsOn: '2026-01-01',
    eligibility: { state: 'eligible', checks: 1 },
  });
  expect((await view(patientId)).eligibility.benefits[0]).toMatchObject({ code: 'B', amountCents: 2_500 });
  expect(await flag(patientId)).toBe('eligible');
  // Neither at the engine nor in the trail of changes is there a number of a member.
  const changes = await clinic.admin('state_change').where({ aggregate_id: coverageId });
  expect(JSON.stringify(changes)).not.toMatch(/123-?456/);
  const row = await clinic.admin('coverage').where({ id: coverageId }).first();
  expect(JSON.stringify(row)).not.toMatch(/123-?456/);
});

test('a payer that is down, silent, talks nonsense, cannot answer now, or speaks of somebody else: asked again until it answers', async () => {
  const { patientId, coverageId } = await captured('B1');
  await behave({ mode: 'down' });
  await begin(coverageId);
  expect(await tried(coverageId, 1)).toMatchObject({ tries: 1, last: { outcome: 'unanswered', code: 'unreachable' } });
  // Nothing is hidden and nothing waits meanwhile.
  expect(await flag(patientId)).toBe('captured');
  expect((await view(patientId)).payerName).toBe('Example Health');
  const faults = [
    { mode: 'slow', delayMs: 2_000 },
    { mode: 'garbage' },
    { mode: 'aaa-42' },
    { mode: 'wrong-member' },
    { mode: 'none' },
  ];
  for (const [n, fault] of faults.entries()) {
    const { nextAt } = await tried(coverageId, n + 1);
    await behave(fault);
    await clinic.until(nextAt!);
  }
  expect(await end(coverageId)).toMatchObject({ tries: 6, last: { outcome: 'eligible' } });
  expect((await checks(coverageId)).map(({ outcome, code }) => `${outcome} ${code}`)).toEqual([
    'unanswered unreachable',
    'unanswered timeout',
    'unanswered not-x12',
    'unanswered aaa-42',
    'unanswered wrong-member',
    'eligible 1',
  ]);
  expect(await flag(patientId)).toBe('eligible');
}, 60_000);

test('a member the payer does not know, and one who is insured no more', async () => {
  const [unknown, ended] = [await captured('X1'), await captured('A9')];
  for (const { coverageId } of [unknown, ended]) {
    await begin(coverageId);
    await end(coverageId);
  }
  expect([await flag(unknown.patientId), await flag(ended.patientId)]).toEqual(['error', 'inactive']);
  expect((await view(unknown.patientId)).eligibility).toMatchObject({ state: 'error', code: 'aaa-75' });
});

test('after a week without an answer it says so, and asks again when somebody wants to know', async () => {
  const { patientId, coverageId } = await captured('C1');
  await behave({ mode: 'down' });
  await begin(coverageId);
  await clinic.until(new Date((await clinic.engine.now()).getTime() + 9 * 86_400_000).toISOString());
  expect(await end(coverageId)).toMatchObject({ last: { outcome: 'given-up', code: 'no-answer' } });
  expect(await flag(patientId)).toBe('error');
  await behave({ mode: 'none' });
  const { organizationId } = clinic;
  const at = await clinic.engine.now();
  await inOrganization((trx) => askAgain(trx, { organizationId, actor, at }, coverageId));
  const watch = startEligibilityWatch({
    db: clinic.db,
    log: pino({ level: 'silent' }),
    client: () => clinic.client,
    taskQueue: clinic.taskQueue,
    intervalMs: 20,
  });
  await expect.poll(() => flag(patientId), { timeout: 20_000 }).toBe('eligible');
  await watch.stop();
}, 60_000);

test('other facts are another coverage; the earlier one stays, and is not asked about any more', async () => {
  const { patientId, coverageId } = await captured('D1');
  const { organizationId, secrets } = clinic;
  const at = await clinic.engine.now();
  const write = { organizationId, patientId, intakeId: null, actor, at, secrets };
  const { memberId: _old, ...facts } = await view(patientId);
  expect(await inOrganization((trx) => fileCoverage(trx, write, { ...facts, memberId: 'd-1' }))).toBeNull();
  const next = await inOrganization((trx) => fileCoverage(trx, write, { ...facts, memberId: 'D2' }));
  await begin(coverageId);
  expect(await end(coverageId)).toMatchObject({ last: null });
  const all = await inOrganization((trx) => coveragesOf(trx, secrets, { organizationId, patientId }));
  expect(all.map(({ id, memberId, current }) => [id, memberId, current])).toEqual([
    [next, 'D2', true],
    [coverageId, 'D1', false],
  ]);
  // A sealed number that was moved to another row does not open.
  const moved = await clinic.admin('coverage').where({ id: coverageId }).first('member_id_sealed');
  await clinic.admin('coverage').where({ id: next }).update(moved);
  await expect(view(patientId)).rejects.toThrow();
  await inOrganization((trx) => captureCoverage(trx, { ...write, answers: { 'insurance.has': [{ code: 'no' }] } }));
  expect(await flag(patientId)).toBe('missing');
});
