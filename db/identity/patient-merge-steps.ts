/** The steps of a merge, each in one transaction: whose rows follow the chart that stays (F9). */
import { DomainError } from '../../domain/errors.ts';
import { changeRows, fileAddedRow } from './patient-merge-rows.ts';
import type { Merging } from './patient-merge-rows.ts';
import { movingTables } from './patient-merge-tables.ts';
import type { MergeStep } from './patient-merge-tables.ts';
import type { Trx } from '../connection.ts';
import { indexPatientSearch } from '../patients/patient-search.ts';
import { violatedConstraint } from '../transaction.ts';

/** Under this system the record number of a merged chart goes on finding the person. */
export const mergedMrnSystem = 'urn:healthsphere:merged-mrn';

/**
 * @returns the keys of the rows that now name the survivor, by table
 * @throws DomainError `conflict` when a rule of the database stands against it, with its name
 */
export async function carryOutStep(
  trx: Trx,
  merging: Merging,
  step: MergeStep,
): Promise<ReadonlyMap<string, readonly Record<string, string>[]>> {
  const moved = new Map<string, readonly Record<string, string>[]>();
  try {
    if (step === 'visits' || step === 'sweep') await lockCalendars(trx, merging);
    if (step === 'person') await beforePerson(trx, merging);
    if (step === 'chart' || step === 'sweep') await replaceCoverage(trx, merging);
    if (step === 'visits' || step === 'sweep') await moveReservations(trx, merging);
    for (const [table, { key }] of movingTables(step)) {
      if (table === 'app_user') await markAccounts(trx, merging);
      const change = { table, key, column: 'patient_id', to: ':survivorId', where: 't.patient_id = :mergedId' };
      moved.set(table, await changeRows(trx, merging, change));
    }
    if (step === 'cases' || step === 'sweep') await moveReferences(trx, merging);
    if (step === 'person') await afterPerson(trx, merging);
    if (step === 'sweep') await indexBoth(trx, merging);
    return moved;
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === undefined) throw error;
    throw new DomainError('conflict', { detail: 'The two charts hold what one may not.', data: { constraint } });
  }
}

export async function indexBoth(
  trx: Trx,
  { organizationId, survivorId, mergedId }: Omit<Merging, 'step'>,
): Promise<void> {
  await indexPatientSearch(trx, organizationId, [survivorId, mergedId]);
  // Whoever looks for the merged chart finds the one that stays.
  await trx('patient_search')
    .where({ organization_id: organizationId, patient_id: mergedId })
    .whereExists(trx('patient').where({ id: mergedId }).whereNotNull('merged_into').select(trx.raw('1')))
    .delete();
}

/** Whoever books locks the patient's calendar first: a booking is before this step, or sees it. */
async function lockCalendars(trx: Trx, { survivorId, mergedId }: Merging): Promise<void> {
  await trx('resource').whereIn('id', [survivorId, mergedId]).orderBy('id').forUpdate().select('id');
}

/** The patient's own reservations are of the patient's place in the calendar. */
async function moveReservations(trx: Trx, merging: Merging): Promise<void> {
  await changeRows(trx, merging, {
    table: 'reservation',
    key: ['id'],
    column: 'resource_id',
    to: ':survivorId',
    where: 't.resource_id = :mergedId',
  });
}

/** From here on nobody books, writes or files for this chart. */
async function beforePerson(trx: Trx, merging: Merging): Promise<void> {
  const patient = { table: 'patient', key: ['id'], where: 't.id = :mergedId' };
  await changeRows(trx, merging, { ...patient, column: 'active', to: 'false' });
  await changeRows(trx, merging, { ...patient, column: 'merged_into', to: ':survivorId' });
  // One official name a chart: the other is one that the person went by.
  await changeRows(trx, merging, {
    table: 'patient_name',
    key: ['id'],
    column: 'use',
    to: `'old'`,
    where: `t.patient_id = :mergedId AND t.use = 'official'`,
  });
}

async function markAccounts(trx: Trx, merging: Merging): Promise<void> {
  await changeRows(trx, merging, {
    table: 'app_user',
    key: ['id'],
    column: 'merged_by',
    to: ':mergeId',
    where: `t.patient_id = :mergedId AND EXISTS (SELECT 1 FROM app_user o WHERE o.patient_id = :survivorId)`,
  });
}

/** The record number of the merged chart stands on paper somewhere. */
async function afterPerson(trx: Trx, merging: Merging): Promise<void> {
  const { organizationId, survivorId, mergedId } = merging;
  const { mrn } = await trx('patient').where({ id: mergedId }).first<{ mrn: string }>('mrn');
  const [added] = await trx('patient_identifier')
    .insert({
      organization_id: organizationId,
      patient_id: survivorId,
      system: mergedMrnSystem,
      value: mrn,
      type: null,
    })
    .onConflict(['organization_id', 'system', 'value'])
    .ignore()
    .returning<{ id: string }[]>('id');
  if (added !== undefined) await fileAddedRow(trx, merging, 'patient_identifier', added.id);
  await carryRefusals(trx, merging);
  await indexBoth(trx, merging);
}

/** Who refused a channel in either chart is not written to through it. Append-only: undoing files the word before. */
export async function carryRefusals(
  trx: Trx,
  { organizationId, survivorId, mergedId, mergeId }: Merging,
): Promise<void> {
  await trx.raw(
    `INSERT INTO contact_consent (organization_id, patient_id, channel, category, permitted, actor)
     SELECT :organizationId, :survivorId, m.channel, m.category, false, :actor
     FROM (SELECT DISTINCT ON (channel, category) channel, category, permitted FROM contact_consent
           WHERE patient_id = :mergedId ORDER BY channel, category, id DESC) m
     LEFT JOIN LATERAL (SELECT permitted FROM contact_consent c WHERE c.patient_id = :survivorId AND c.channel = m.channel
           AND c.category = m.category ORDER BY id DESC LIMIT 1) s ON true
     WHERE NOT m.permitted AND s.permitted IS DISTINCT FROM false`,
    { organizationId, survivorId, mergedId, actor: `merge:${mergeId}` },
  ); // prettier-ignore
}

/** The refusals that this merge brought, taken back where they are still the last word. */
export async function returnRefusals(
  trx: Trx,
  { organizationId, survivorId, mergeId }: Omit<Merging, 'step'>,
): Promise<void> {
  await trx.raw(
    `INSERT INTO contact_consent (organization_id, patient_id, channel, category, permitted, actor)
     SELECT :organizationId, :survivorId, l.channel, l.category, coalesce(b.permitted, true), :actor
     FROM (SELECT DISTINCT ON (channel, category) id, channel, category, actor FROM contact_consent
           WHERE patient_id = :survivorId ORDER BY channel, category, id DESC) l
     LEFT JOIN LATERAL (SELECT permitted FROM contact_consent c WHERE c.patient_id = :survivorId AND c.channel = l.channel
           AND c.category = l.category AND c.id < l.id ORDER BY id DESC LIMIT 1) b ON true
     WHERE l.actor = :carried`,
    { organizationId, survivorId, actor: `unmerge:${mergeId}`, carried: `merge:${mergeId}` },
  ); // prettier-ignore
}

/** Both charts may know a primary insurance: the survivor's stays the current one. */
async function replaceCoverage(trx: Trx, merging: Merging): Promise<void> {
  const current = (alias: string): string => `${alias}.replaced_by IS NULL AND ${alias}.status <> 'cancelled'`;
  const same = `s.patient_id = :survivorId AND s.position = t.position AND ${current('s')}`;
  await changeRows(trx, merging, {
    table: 'coverage',
    key: ['id'],
    column: 'replaced_by',
    to: `(SELECT s.id FROM coverage s WHERE ${same})`,
    where: `t.patient_id = :mergedId AND ${current('t')} AND EXISTS (SELECT 1 FROM coverage s WHERE ${same})`,
  });
}

/** Where a patient is named in text: who holds a place, and whom a message is for. */
async function moveReferences(trx: Trx, merging: Merging): Promise<void> {
  const [to, was] = [`'patient:' || :survivorId`, `'patient:' || :mergedId`];
  for (const [table, column] of [
    ['appointment', 'hold_owner'],
    ['notification', 'to_ref'],
  ] as const)
    await changeRows(trx, merging, { table, key: ['id'], column, to, where: `t.patient_id = :survivorId AND t.${column} = ${was}` }); // prettier-ignore
}
