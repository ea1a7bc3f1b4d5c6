/** Questions and merges as they are shown: both charts side by side, each field's level and bits, what moves. */
import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import type { Trx } from '../../db/connection.ts';
import type { MatchRow } from '../../db/identity/identity-matches.ts';
import type { MergeRow } from '../../db/identity/patient-merge-view.ts';
import { mergeKinds } from '../../db/identity/patient-merge-tables.ts';
import { addressLines } from '../../domain/patient/address.ts';
import { identityFields } from '../../domain/identity/identity-matching.ts';
import { matchStates, mergeBlockers, mergeStates } from '../../domain/identity/patient-merge.ts';
import { humanName, toName } from './patient-representation.ts';
import { id } from '../schemas.ts';

export const chart = z.object({
  id,
  mrn: z.string(),
  name: humanName,
  /** Every name on file, as text. */
  names: z.array(z.string()),
  birthDate: z.string().nullable(),
  sex: z.string(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  address: z.array(z.string()),
  identifiers: z.array(z.object({ system: z.string(), value: z.string() })),
  active: z.boolean(),
  mergedInto: id.nullable(),
  createdAt: z.string(),
});
export type Chart = z.output<typeof chart>;

const grades = ['certain', 'probable', 'possible', 'none'] as const;
const levels = ['exact', 'nickname', 'close', 'different', 'unknown'] as const;

export const match = z.object({
  id,
  state: z.enum(matchStates),
  grade: z.enum(grades),
  /** Bits: how much likelier one person is than two, as a power of two. */
  score: z.number(),
  automatic: z.boolean(),
  foundAt: z.string(),
  intakeId: id.nullable(),
  mergeId: id.nullable(),
  resolvedBy: z.string().nullable(),
  resolvedAt: z.string().nullable(),
  reason: z.string().nullable(),
  /** The later chart, whose rows would move. */
  patient: chart,
  /** The one that would stay. */
  other: chart,
  weights: z.array(z.object({ field: z.enum(identityFields), level: z.enum(levels), bits: z.number() })),
  version: z.int(),
});

export const counts = z.record(z.enum(mergeKinds), z.int());
export const blockers = z.array(z.enum(mergeBlockers));

export const mergeItem = z.object({
  id,
  state: z.enum(mergeStates),
  automatic: z.boolean(),
  reason: z.string().nullable(),
  problem: z.string().nullable(),
  requestedBy: z.string(),
  requestedAt: z.string(),
  mergedAt: z.string().nullable(),
  unmergedAt: z.string().nullable(),
  unmergedBy: z.string().nullable(),
  unmergeReason: z.string().nullable(),
  matchId: id.nullable(),
  survivor: chart,
  merged: chart,
  version: z.int(),
});

interface ChartColumns {
  id: string;
  mrn: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
  sex: string;
  phone: string | null;
  email: string | null;
  address: Record<string, unknown>;
  active: boolean;
  merged_into: string | null;
  created_at: Date;
}

export async function readCharts(trx: Trx, ids: readonly string[]): Promise<Map<string, Chart>> {
  const wanted = [...new Set(ids)];
  const rows = await trx('patient')
    .whereIn('id', wanted)
    .select<ChartColumns[]>('id', 'mrn', 'family', 'given', 'chosen_name', 'birth_date', 'sex', 'phone', 'email', 'address', 'active', 'merged_into', 'created_at'); // prettier-ignore
  const names = await trx('patient_name').whereIn('patient_id', wanted).orderBy(['created_at', 'id'])
    .select<{ patient_id: string; family: string | null; given: string[] }[]>('patient_id', 'family', 'given'); // prettier-ignore
  const identifiers = await trx('patient_identifier').whereIn('patient_id', wanted).orderBy(['created_at', 'id'])
    .select<{ patient_id: string; system: string; value: string }[]>('patient_id', 'system', 'value'); // prettier-ignore
  return new Map(
    rows.map((row) => {
      const own = names.filter((name) => name.patient_id === row.id);
      return [
        row.id,
        {
          id: row.id, mrn: row.mrn, name: toName(row), birthDate: row.birth_date, sex: row.sex,
          names: [...new Set([row, ...own].map((name) => toName({ ...name, chosen_name: null }).text))],
          phone: row.phone, email: row.email, address: addressLines(row.address), active: row.active,
          identifiers: identifiers.flatMap(({ patient_id, system, value }) => (patient_id === row.id ? [{ system, value }] : [])),
          mergedInto: row.merged_into, createdAt: row.created_at.toISOString(),
        },
      ];
    }),
  ); // prettier-ignore
}

export async function presentMatches(trx: Trx, rows: readonly MatchRow[]): Promise<z.output<typeof match>[]> {
  const charts = await readCharts(trx, rows.flatMap((row) => [row.patient_id, row.other_patient_id])); // prettier-ignore
  const names = await actorNames(trx, rows.map((row) => row.resolved_by)); // prettier-ignore
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    grade: row.grade,
    score: Number(row.score),
    automatic: row.automatic,
    foundAt: row.found_at.toISOString(),
    intakeId: row.intake_id,
    mergeId: row.merge_id,
    reason: row.reason,
    resolvedBy: row.resolved_by === null ? null : (names.get(row.resolved_by) ?? row.resolved_by),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    patient: charts.get(row.patient_id)!,
    other: charts.get(row.other_patient_id)!,
    weights: identityFields.map((field) => ({ field, ...row.weights[field] })),
    version: row.version,
  }));
}

export async function presentMerges(trx: Trx, rows: readonly MergeRow[]): Promise<z.output<typeof mergeItem>[]> {
  const charts = await readCharts(trx, rows.flatMap((row) => [row.survivor_id, row.merged_id])); // prettier-ignore
  const names = await actorNames(trx, rows.flatMap((row) => [row.requested_by, row.unmerged_by])); // prettier-ignore
  const who = (ref: string): string => names.get(ref) ?? ref;
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    automatic: row.automatic,
    reason: row.reason,
    problem: row.problem,
    requestedBy: who(row.requested_by),
    requestedAt: row.requested_at.toISOString(),
    mergedAt: row.merged_at?.toISOString() ?? null,
    unmergedAt: row.unmerged_at?.toISOString() ?? null,
    unmergedBy: row.unmerged_by === null ? null : who(row.unmerged_by),
    unmergeReason: row.unmerge_reason,
    matchId: row.match_id,
    version: row.version,
    survivor: charts.get(row.survivor_id)!,
    merged: charts.get(row.merged_id)!,
  }));
}
