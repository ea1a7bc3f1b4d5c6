/** Two charts of one person become one, and two again (D3 "Duplicates", F9): what the process of a merge has done for it. */
import { DomainError } from '../../domain/errors.ts';
import type { RestoreOutcome } from '../../domain/identity/patient-merge.ts';
import type { MergeSettled, MergeStart, UnmergeStart } from '../../workflows/messages/patient-merge.ts';
import { mergeOperationKey } from '../../workflows/messages/patient-merge.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import { survivingChart } from '../charts/charts.ts';
import type { Trx } from '../connection.ts';
import { runsOfCharts } from './patient-merge-runs.ts';
import { restoreRows } from './patient-merge-rows.ts';
import { carryOutStep, indexBoth, returnRefusals } from './patient-merge-steps.ts';
import type { MergeStep } from './patient-merge-tables.ts';
import { mergeBlockersOf, readMerge, toMergeView } from './patient-merge-view.ts';
import type { MergeRow } from './patient-merge-view.ts';
import { lockPatient } from '../patients/patients.ts';
import { withTransaction } from '../transaction.ts';

/** What a merge needs, unless the rules made it by themselves. */
export const mergePermission = 'identity:merge';

/**
 * Files the merge and closes the door of the chart that goes: nobody books, writes or signs in for it any more.
 * @throws DomainError `forbidden`, `not-found`, `conflict` (data.blockers), `idempotency-key-reused`
 */
export async function beginMerge(ports: SchedulingPorts, start: MergeStart): Promise<MergeSettled> {
  const at = await ports.clock.now();
  const { organizationId, mergeId, survivorId, mergedId, actor, automatic, matchId } = start;
  return withTransaction(ports.db, { organizationId, operation: start.operation }, async (trx) => {
    if (!automatic && !actor.permissions.includes(mergePermission)) throw new DomainError('forbidden');
    if (survivorId === mergedId) throw new DomainError('conflict', { detail: 'This is one chart already.' });
    for (const id of [survivorId, mergedId].toSorted()) await lockPatient(trx, organizationId, id);
    const blockers = await mergeBlockersOf(trx, { survivorId, mergedId }, mergeId);
    if (blockers.length > 0)
      throw new DomainError('conflict', {
        detail: 'These charts may not be merged as they stand.',
        data: { blockers },
      });
    if (matchId !== null) await claimMatch(trx, start, at);
    if (await needsSecondPerson(trx, mergedId))
      throw new DomainError('forbidden', { detail: 'Charts with signed notes are merged by two people.' });
    const [row] = await trx('patient_merge')
      .insert({
        id: mergeId,
        organization_id: organizationId,
        survivor_id: survivorId,
        merged_id: mergedId,
        match_id: matchId,
        automatic,
        reason: start.reason,
        state: 'merging',
        requested_by: actor.ref,
        requested_at: at,
      })
      .returning<MergeRow[]>('*');
    await recordStateChange(trx, {
      organizationId,
      aggregate: 'patient-merge',
      aggregateId: mergeId,
      event: 'begin',
      from: null,
      to: 'merging',
      actor,
      at,
      opKey: start.operation.key,
      data: { patientId: survivorId, mergedId, automatic },
    });
    return { merge: toMergeView(row!), tell: [] };
  });
}

/** The question that this answers: open, or answered by who began this very merge. */
async function claimMatch(trx: Trx, { matchId, mergeId, actor }: MergeStart, at: Date): Promise<void> {
  const match = await trx('identity_match')
    .where({ id: matchId })
    .forUpdate()
    .first<{ state: string; merge_id: string | null } | undefined>('state', 'merge_id');
  if (match === undefined) throw new DomainError('not-found');
  if (match.state === 'linked' && match.merge_id === mergeId) return;
  if (match.state !== 'open')
    throw new DomainError('conflict', { detail: 'This is decided already.', data: { state: match.state } });
  await trx('identity_match').where({ id: matchId }).update({ merge_id: mergeId });
  await settleMatch(trx, matchId!, { state: 'linked', by: actor.ref, at });
}

/** Signed notes are not kept yet; where they are, this asks for them (D3: two people for charts with signed notes). */
async function needsSecondPerson(_trx: Trx, _patientId: string): Promise<boolean> {
  return false;
}

interface Which {
  readonly organizationId: string;
  readonly mergeId: string;
}

/**
 * One step, once for the merge.
 * @throws DomainError `conflict` when a rule of the database stands against it: the merge is then given up
 */
export async function stepMerge(
  ports: SchedulingPorts,
  { organizationId, mergeId, step }: Which & { readonly step: MergeStep },
): Promise<MergeSettled> {
  const operation = { key: mergeOperationKey(mergeId, step), inputHash: step };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockMerge(trx, mergeId);
    if (row.state !== 'merging') throw new DomainError('conflict', { data: { state: row.state } });
    const moved = await carryOutStep(trx, mergingOf(row, step), step);
    return { merge: toMergeView(row), tell: runsOfCharts(moved) };
  });
}

const mergingOf = (row: MergeRow, step: string) => ({
  organizationId: row.organization_id,
  mergeId: row.id,
  survivorId: row.survivor_id,
  mergedId: row.merged_id,
  step,
});

/** All steps are done: the charts are one. */
export async function finishMerge(ports: SchedulingPorts, start: MergeStart): Promise<MergeSettled> {
  const { organizationId, mergeId, actor } = start;
  const at = await ports.clock.now();
  const operation = { key: mergeOperationKey(mergeId, 'finish'), inputHash: '' };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockMerge(trx, mergeId);
    await changePatients(trx, row, 'merge', start, at);
    const merged = await changeMerge(trx, row, { state: 'merged', merged_at: at }, { event: 'finish', actor, at });
    if (row.match_id !== null) await settleMatch(trx, row.match_id, { state: 'linked', by: actor.ref, at });
    return { merge: merged, tell: [] };
  });
}

/** A step was refused: everything goes back to where it was, and the question is open again. */
export async function abandonMerge(
  ports: SchedulingPorts,
  { start, problem }: { readonly start: MergeStart; readonly problem: string },
): Promise<MergeSettled> {
  const { organizationId, mergeId, actor } = start;
  const at = await ports.clock.now();
  const operation = { key: mergeOperationKey(mergeId, 'abandon'), inputHash: problem };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockMerge(trx, mergeId);
    const tell = await putBack(trx, row, at);
    const failed = await changeMerge(trx, row, { state: 'failed', problem }, { event: 'abandon', actor, at });
    if (row.match_id !== null) await settleMatch(trx, row.match_id, { state: 'open', by: null, at: null });
    return { merge: failed, tell };
  });
}

/**
 * Two charts again. What came after the merge stays with the chart it was written to; what was changed since stays as it
 * is and is counted.
 * @throws DomainError `forbidden`, `not-found`, `conflict` when there is nothing to undo, or the survivor has itself gone
 * into another chart since (that merge is undone first)
 */
export async function unmerge(ports: SchedulingPorts, start: UnmergeStart): Promise<MergeSettled> {
  const { organizationId, mergeId, actor, reason } = start;
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId, operation: start.operation }, async (trx) => {
    if (!actor.permissions.includes(mergePermission)) throw new DomainError('forbidden');
    const row = await lockMerge(trx, mergeId);
    if (row.state !== 'merged') throw new DomainError('conflict', { data: { state: row.state } });
    if ((await survivingChart(trx, row.survivor_id)) !== row.survivor_id)
      throw new DomainError('conflict', {
        detail: 'The chart has gone into another one since; undo that merge first.',
      });
    const tell = await putBack(trx, row, at);
    await changePatients(trx, row, 'unmerge', start, at);
    const undone = await changeMerge(
      trx,
      row,
      { state: 'unmerged', unmerged_at: at, unmerged_by: actor.ref, unmerge_reason: reason },
      { event: 'unmerge', actor, at },
    );
    // A person has said that these are two people: nobody asks again, and nothing links them by itself.
    if (row.match_id !== null) await settleMatch(trx, row.match_id, { state: 'new', by: actor.ref, at });
    return { merge: undone, tell };
  });
}

async function putBack(trx: Trx, row: MergeRow, at: Date): Promise<string[]> {
  const merging = mergingOf(row, 'undo');
  for (const id of [row.survivor_id, row.merged_id].toSorted()) await lockPatient(trx, row.organization_id, id);
  await trx('resource').whereIn('id', [row.survivor_id, row.merged_id]).orderBy('id').forUpdate().select('id');
  const moved = await movedBy(trx, row.id);
  await restoreRows(trx, merging, at);
  await returnRefusals(trx, merging);
  await indexBoth(trx, merging);
  return runsOfCharts(moved);
}

async function movedBy(trx: Trx, mergeId: string): Promise<Map<string, Record<string, string>[]>> {
  const rows = await trx('patient_merge_row')
    .where({ merge_id: mergeId, column_name: 'patient_id' })
    .whereNull('restored_at')
    .select<{ table_name: string; row_key: Record<string, string> }[]>('table_name', 'row_key');
  const moved = new Map<string, Record<string, string>[]>();
  for (const row of rows) moved.set(row.table_name, [...(moved.get(row.table_name) ?? []), row.row_key]);
  return moved;
}

/** What became of the values, for whoever undid the merge. */
export async function undoneCounts(trx: Trx, mergeId: string): Promise<Readonly<Record<RestoreOutcome, number>>> {
  const rows = await trx('patient_merge_row')
    .where({ merge_id: mergeId })
    .whereNotNull('outcome')
    .groupBy('outcome')
    .select<{ outcome: RestoreOutcome; n: number }[]>('outcome', trx.raw('count(*)::int AS n'));
  const counts = { restored: 0, 'changed-since': 0, gone: 0 };
  for (const { outcome, n } of rows) counts[outcome] = n;
  return counts;
}

async function lockMerge(trx: Trx, id: string): Promise<MergeRow> {
  await trx('patient_merge').where({ id }).forUpdate().first('id');
  return readMerge(trx, id);
}

interface Step {
  readonly event: string;
  readonly actor: MergeStart['actor'];
  readonly at: Date;
}

async function changeMerge(trx: Trx, row: MergeRow, columns: Partial<MergeRow> & Pick<MergeRow, 'state'>, step: Step) {
  const [changed] = await trx('patient_merge')
    .where({ id: row.id })
    .update({ ...columns, version: row.version + 1 })
    .returning<MergeRow[]>('*');
  await recordStateChange(trx, {
    organizationId: row.organization_id,
    aggregate: 'patient-merge',
    aggregateId: row.id,
    ...step,
    from: row.state,
    to: columns.state,
    data: { patientId: row.survivor_id, mergedId: row.merged_id },
  });
  return toMergeView(changed!);
}

/** Both charts say in their own history what happened to them. */
async function changePatients(
  trx: Trx,
  row: MergeRow,
  event: 'merge' | 'unmerge',
  { actor, operation }: Pick<MergeStart, 'actor' | 'operation'>,
  at: Date,
): Promise<void> {
  const organizationId = row.organization_id;
  for (const [id, other] of [
    [row.survivor_id, row.merged_id],
    [row.merged_id, row.survivor_id],
  ].toSorted() as [string, string][]) {
    await lockPatient(trx, organizationId, id);
    await trx('patient')
      .where({ id })
      .update({ version: trx.raw('version + 1'), updated_at: at });
    const data = { mergeId: row.id, with: other, into: row.survivor_id };
    await recordStateChange(trx, {
      organizationId,
      aggregate: 'patient',
      aggregateId: id,
      from: 'registered',
      to: 'registered',
      event,
      actor,
      at,
      opKey: operation.key,
      data,
    });
  }
}

async function settleMatch(
  trx: Trx,
  id: string,
  to: { readonly state: 'linked' | 'new' | 'open'; readonly by: string | null; readonly at: Date | null },
): Promise<void> {
  await trx('identity_match')
    .where({ id })
    .update({ state: to.state, resolved_by: to.by, resolved_at: to.at, version: trx.raw('version + 1') });
}
