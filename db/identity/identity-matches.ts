/** Who may be the same person as a patient: looked for when an identity is given, kept until a person has decided (D3). */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { systemActor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { isUuid } from '../../domain/ids.ts';
import { comparePrepared } from '../../domain/identity/identity-matching.ts';
import type { FieldWeight, IdentityField, IdentityMatch, MatchGrade } from '../../domain/identity/identity-matching.ts';
import { prepareIdentity } from '../../domain/identity/identity-normalisation.ts';
import { mergeOperationKey } from '../../workflows/messages/patient-merge.ts';
import type { MergeStart } from '../../workflows/messages/patient-merge.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { candidatesFor, identityRecords } from './identity-records.ts';
import { chooseSurvivor } from './patient-merge-view.ts';

export type MatchState = 'open' | 'linked' | 'new' | 'dismissed';
export type IdentityState = 'unverified' | 'verified' | 'possible-duplicate' | 'conflict';

export interface MatchRow {
  id: string;
  organization_id: string;
  /** The later of the two charts. */
  patient_id: string;
  other_patient_id: string;
  score: string;
  grade: MatchGrade;
  weights: Record<IdentityField, FieldWeight>;
  automatic: boolean;
  state: MatchState;
  intake_id: string | null;
  merge_id: string | null;
  found_at: Date;
  resolved_by: string | null;
  resolved_at: Date | null;
  reason: string | null;
  version: number;
}

export interface OpenMatch {
  readonly id: string;
  readonly patientId: string;
  readonly otherPatientId: string;
  readonly grade: MatchGrade;
  readonly score: number;
}

export interface MatchesFound {
  /** conflict: nearly everything agrees with another chart whose national id is a different one. */
  readonly identity: IdentityState;
  readonly open: readonly OpenMatch[];
  /** Links that nothing stands against: each a process to start, `merge:<id>`, as an abandoned child. */
  readonly merges: readonly MergeStart[];
}

/**
 * Looks for other charts of the same person and files what it finds; a pair that somebody decided on is not asked about
 * again. Never blocks anybody; safe to repeat.
 * @throws DomainError `not-found`
 */
export async function lookForMatches(
  trx: Trx,
  of: {
    readonly organizationId: string;
    readonly patientId: string;
    readonly intakeId: string | null;
    readonly at: Date;
    /** False: nothing is linked without a person, whatever the weights say. */
    readonly automatic?: boolean | undefined;
  },
): Promise<MatchesFound> {
  const { organizationId, patientId, at } = of;
  const others = await candidatesFor(trx, organizationId, patientId);
  const records = await identityRecords(trx, organizationId, [patientId, ...others]);
  const own = records.find((record) => record.id === patientId);
  if (own === undefined) throw new DomainError('not-found');
  const prepared = prepareIdentity(own);
  const found = new Map<string, IdentityMatch>();
  for (const record of records) {
    if (record.id === patientId) continue;
    const match = comparePrepared(prepared, prepareIdentity(record));
    if (match.decision !== 'none') found.set(record.id, match);
  }
  for (const [otherId, match] of found) await fileMatch(trx, { ...of, otherId, match });
  await dropOthers(trx, { organizationId, patientId, at, found: [...found.keys()] });
  return summary(trx, patientId);
}

async function fileMatch(
  trx: Trx,
  of: {
    readonly organizationId: string;
    readonly patientId: string;
    readonly intakeId: string | null;
    readonly at: Date;
    readonly automatic?: boolean | undefined;
    readonly otherId: string;
    readonly match: IdentityMatch;
  },
): Promise<void> {
  const { organizationId, match, at } = of;
  const pair = await chooseSurvivor(trx, [of.patientId, of.otherId]);
  const automatic = match.decision === 'linked' && of.automatic !== false;
  const written = await trx.raw<{ rows: { id: string }[] }>(
    `INSERT INTO identity_match (organization_id, patient_id, other_patient_id, score, grade, weights, automatic, intake_id, merge_id, found_at)
     VALUES (:organizationId, :mergedId, :survivorId, :score, :grade, :weights, :automatic, :intakeId, :mergeId, :at)
     ON CONFLICT DO NOTHING RETURNING id`,
    {
      organizationId,
      ...pair,
      score: match.score,
      grade: match.grade,
      weights: JSON.stringify(match.weights),
      automatic,
      intakeId: of.intakeId,
      mergeId: automatic ? randomUUID() : null,
      at,
    },
  );
  const actor = systemActor('identity-matching');
  const id = written.rows[0]?.id;
  if (id !== undefined)
    return recordStateChange(trx, {
      organizationId,
      aggregate: 'identity-match',
      aggregateId: id,
      event: 'find',
      from: null,
      to: 'open',
      actor,
      at,
      data: { patientId: pair.mergedId, otherPatientId: pair.survivorId, grade: match.grade },
    });
  // Known: while nobody has decided, it says what the charts say now.
  await trx('identity_match')
    .whereRaw('least(patient_id, other_patient_id) = least(?::uuid, ?::uuid)', [of.patientId, of.otherId])
    .whereRaw('greatest(patient_id, other_patient_id) = greatest(?::uuid, ?::uuid)', [of.patientId, of.otherId])
    .where({ state: 'open' })
    .update({ score: match.score, grade: match.grade, weights: JSON.stringify(match.weights) });
}

/** Questions that a corrected entry has answered. */
async function dropOthers(
  trx: Trx,
  of: {
    readonly organizationId: string;
    readonly patientId: string;
    readonly at: Date;
    readonly found: readonly string[];
  },
): Promise<void> {
  const rows = await openRows(trx, of.patientId);
  for (const row of rows) {
    const other = row.patient_id === of.patientId ? row.other_patient_id : row.patient_id;
    if (of.found.includes(other)) continue;
    const actor = systemActor('identity-matching');
    await changeMatch(trx, row, { state: 'dismissed', actor, at: of.at, reason: 'no longer alike' });
  }
}

const openRows = (trx: Trx, patientId: string): Promise<MatchRow[]> =>
  trx('identity_match')
    .where({ state: 'open' })
    .where((either) => either.where({ patient_id: patientId }).orWhere({ other_patient_id: patientId }))
    .orderBy([{ column: 'score', order: 'desc' }, { column: 'id' }])
    .forUpdate()
    .select<MatchRow[]>('*'); // prettier-ignore

async function summary(trx: Trx, patientId: string): Promise<MatchesFound> {
  const rows = await openRows(trx, patientId);
  const conflict = rows.some((row) => row.grade === 'certain' && row.weights.nationalId.level === 'different');
  return {
    identity: rows.length === 0 ? 'unverified' : conflict ? 'conflict' : 'possible-duplicate',
    open: rows.map(toOpenMatch),
    merges: rows.flatMap((row) => (row.automatic && row.merge_id !== null ? [mergeOf(row, row.merge_id, null)] : [])),
  };
}

const toOpenMatch = (row: MatchRow): OpenMatch => ({
  id: row.id,
  patientId: row.patient_id,
  otherPatientId: row.other_patient_id,
  grade: row.grade,
  score: Number(row.score),
});

/** @param actor null: nobody was asked */
function mergeOf(row: MatchRow, mergeId: string, actor: Actor | null, reason: string | null = null): MergeStart {
  return {
    organizationId: row.organization_id,
    mergeId,
    survivorId: row.other_patient_id,
    mergedId: row.patient_id,
    matchId: row.id,
    automatic: actor === null,
    reason,
    operation: { key: mergeOperationKey(mergeId, 'begin'), inputHash: row.id },
    actor: actor ?? systemActor('identity-matching'),
  };
}

/** What stands in the way of an approval (D3: "no open duplicate"). */
export async function openMatchesOf(trx: Trx, patientId: string): Promise<readonly OpenMatch[]> {
  const rows = await trx('identity_match')
    .where({ state: 'open' })
    .where((either) => either.where({ patient_id: patientId }).orWhere({ other_patient_id: patientId }))
    .orderBy([{ column: 'score', order: 'desc' }, { column: 'id' }])
    .select<MatchRow[]>('*'); // prettier-ignore
  return rows.map(toOpenMatch);
}

export interface MatchDecided {
  readonly state: MatchState;
  /** Of the later chart, after this. */
  readonly identity: IdentityState;
  /** `same`: the process that the caller starts. */
  readonly merge: MergeStart | null;
}

/**
 * A person's word on one match. `same` gives a merge, whose process the caller starts; a merge that fails opens it again.
 * @throws DomainError `not-found`, `conflict` when it is decided already, `forbidden`
 */
export async function resolveMatch(
  trx: Trx,
  decision: {
    readonly organizationId: string;
    readonly matchId: string;
    readonly decision: 'same' | 'new' | 'dismiss';
    readonly reason?: string | undefined;
    readonly actor: Actor;
    readonly at: Date;
    /** The id of the merge; a new one unless told. */
    readonly mergeId?: string | undefined;
  },
): Promise<MatchDecided> {
  const { matchId, actor, at, reason } = decision;
  const same = decision.decision === 'same';
  if (!actor.permissions.includes(same ? 'identity:merge' : 'identity:review')) throw new DomainError('forbidden');
  const row = await lockMatch(trx, decision.organizationId, matchId);
  if (row.state !== 'open')
    throw new DomainError('conflict', { detail: 'This is decided already.', data: { state: row.state } });
  const state = same ? 'linked' : decision.decision === 'new' ? 'new' : 'dismissed';
  const mergeId = same ? (decision.mergeId ?? randomUUID()) : null;
  await changeMatch(trx, row, { state, actor, at, reason, mergeId });
  const { identity } = await summary(trx, row.patient_id);
  return { state, identity, merge: mergeId === null ? null : mergeOf(row, mergeId, actor, reason ?? null) };
}

/** @throws DomainError `not-found` */
export async function readMatch(trx: Trx, organizationId: string, id: string): Promise<MatchRow> {
  const query = trx('identity_match').where({ id, organization_id: organizationId });
  const row = isUuid(id) ? await query.first<MatchRow | undefined>() : undefined;
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

async function lockMatch(trx: Trx, organizationId: string, id: string): Promise<MatchRow> {
  if (isUuid(id)) await trx('identity_match').where({ id }).forUpdate().first('id');
  return readMatch(trx, organizationId, id);
}

async function changeMatch(
  trx: Trx,
  row: MatchRow,
  to: {
    readonly state: MatchState;
    readonly actor: Actor;
    readonly at: Date;
    readonly reason?: string | undefined;
    readonly mergeId?: string | null | undefined;
  },
): Promise<void> {
  await trx('identity_match')
    .where({ id: row.id })
    .update({
      state: to.state,
      resolved_by: to.actor.ref,
      resolved_at: to.at,
      reason: to.reason ?? null,
      merge_id: to.mergeId ?? null,
      version: row.version + 1,
    });
  await recordStateChange(trx, {
    organizationId: row.organization_id,
    aggregate: 'identity-match',
    aggregateId: row.id,
    event: to.state,
    from: row.state,
    to: to.state,
    actor: to.actor,
    at: to.at,
    reason: to.reason,
    data: { patientId: row.patient_id, otherPatientId: row.other_patient_id },
  });
}

/** The queue, surest first; one more than `limit` says that there is more. */
export async function listMatches(
  trx: Trx,
  page: {
    readonly organizationId: string;
    readonly state: MatchState;
    readonly limit: number;
    readonly after?: { readonly score: string; readonly id: string } | undefined;
  },
): Promise<MatchRow[]> {
  return trx('identity_match')
    .where({ organization_id: page.organizationId, state: page.state })
    .modify((query) => {
      if (page.after === undefined) return;
      void query.whereRaw('(score, id) < (?::numeric, ?::uuid)', [page.after.score, page.after.id]);
    })
    .orderBy([
      { column: 'score', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(page.limit + 1);
}
