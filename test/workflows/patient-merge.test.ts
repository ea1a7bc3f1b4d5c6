/** The process of a merge (F9): running visits follow the chart that stays; a step that is refused puts everything back. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../domain/actor.ts';
import { mergeOperationKey, patientMergeWorkflowId } from '../../workflows/messages/patient-merge.ts';
import type { MergeOutcome, MergeStart } from '../../workflows/messages/patient-merge.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { staff as everybody } from './seed.ts';
import { localAt } from './waitlist-clinic.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic();
}, 120_000);
afterAll(async () => {
  await clinic?.close();
});

const staff: Actor = { ...everybody, permissions: [...everybody.permissions, 'identity:merge'] };

async function patient(): Promise<string> {
  const id = randomUUID();
  const row = { id, organization_id: clinic.organizationId, mrn: id.slice(0, 8), family: 'F', given: ['G'] };
  await clinic.admin('patient').insert(row);
  return id;
}

function startOf(survivorId: string, mergedId: string): MergeStart {
  const mergeId = randomUUID();
  const operation = { key: mergeOperationKey(mergeId, 'begin'), inputHash: 'hash' };
  const { organizationId } = clinic;
  return { organizationId, mergeId, survivorId, mergedId, matchId: null, automatic: false, reason: 'one person', operation, actor: staff }; // prettier-ignore
}

const undo = (mergeId: string): Promise<MergeOutcome> => {
  const unmergeId = randomUUID();
  const operation = { key: mergeOperationKey(mergeId, `undo-${unmergeId}`), inputHash: 'hash' };
  const { organizationId } = clinic;
  return clinic.gateway.unmergePatients({ organizationId, mergeId, unmergeId, reason: 'two people', operation, actor: staff }); // prettier-ignore
};
const chartOf = async (appointmentId: string) => (await clinic.row(appointmentId))['patient_id'];

test('an open visit follows: its own run moves it afterwards as the survivor’s, and back after undoing', async () => {
  const [stays, goes] = [await patient(), await patient()];
  const now = await clinic.engine.now();
  const visit = await clinic.booked(localAt(now, 8, '10:00'), { patientId: goes });
  const start = startOf(stays, goes);
  // Two who ask at once get one merge.
  const [first, second] = await Promise.all([clinic.gateway.mergePatients(start), clinic.gateway.mergePatients(start)]);
  expect(first).toMatchObject({ ok: true, merge: { state: 'merged' } });
  expect(second).toEqual(first);
  expect(await chartOf(visit.id)).toBe(stays);
  const slot = { start: localAt(now, 9, '11:00'), practitionerId: clinic.practitionerId };
  expect(await clinic.act(visit.id, 'reschedule', { slot }, staff)).toMatchObject({ patientId: stays });
  expect(await undo(start.mergeId)).toMatchObject({ ok: true, merge: { state: 'unmerged' } });
  expect(await chartOf(visit.id)).toBe(goes);
  expect(await undo(start.mergeId)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
});

test('workers away in the middle: it goes on where it was', async () => {
  const [stays, goes] = [await patient(), await patient()];
  const start = startOf(stays, goes);
  await clinic.pauseWorker();
  const merging = clinic.gateway.mergePatients(start);
  merging.catch(() => undefined);
  await clinic.resumeWorker();
  expect(await merging).toMatchObject({ ok: true, merge: { state: 'merged' } });
});

test('a step that the database refuses puts everything back, and says so', async () => {
  const [stays, goes] = [await patient(), await patient()];
  const of = { organization_id: clinic.organizationId, patient_id: goes };
  await clinic.admin('patient_name').insert({ ...of, use: 'official', family: 'F', given: ['G'] });
  const before = await clinic.admin('patient_name').where(of).select('*');
  // A rule that only the second step meets: the visit may not be the survivor's.
  const visit = await clinic.booked(localAt(await clinic.engine.now(), 12, '10:00'), { patientId: goes });
  await clinic.admin.raw(`ALTER TABLE appointment ADD CONSTRAINT never_this_one CHECK (patient_id <> '${stays}') NOT VALID`); // prettier-ignore
  const start = startOf(stays, goes);
  const outcome = await clinic.gateway.mergePatients(start);
  await clinic.admin.raw('ALTER TABLE appointment DROP CONSTRAINT never_this_one');
  expect(outcome).toMatchObject({ ok: true, merge: { state: 'failed', problem: 'conflict' } });
  expect(await chartOf(visit.id)).toBe(goes);
  expect(await clinic.admin('patient_name').where(of).select('*')).toEqual(before);
  expect(await clinic.admin('patient').where({ id: goes }).first('active', 'merged_into')).toEqual({ active: true, merged_into: null }); // prettier-ignore
  const handle = clinic.client.workflow.getHandle(patientMergeWorkflowId(start.mergeId));
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  // Tried again, it is another merge.
  expect(await clinic.gateway.mergePatients(startOf(stays, goes))).toMatchObject({ merge: { state: 'merged' } });
});
