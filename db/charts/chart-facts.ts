/** Facts in the chart: a newer one supersedes, nothing is rewritten or removed. The caller holds the patient's row. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { contradict, type Fact, type FactTable, type SectionFacts } from '../../domain/patient/chart-facts.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import type { Trx } from '../connection.ts';

export interface FactSource {
  readonly organizationId: string;
  readonly patientId: string;
  readonly intakeId: string | null;
  readonly actor: Actor;
  readonly at: Date;
}

export interface FactRow {
  readonly id: string;
  readonly fact_key: string;
  readonly source_intake_id: string | null;
  readonly none_known: boolean;
  readonly verification: string;
  readonly answer: Answers;
  readonly recorded_at: Date;
  readonly superseded_at: Date | null;
  readonly superseded_by: string | null;
  readonly [column: string]: unknown;
}

export const factsInForce = (trx: Trx, table: FactTable, patientId: string): Promise<FactRow[]> =>
  trx(table)
    .where({ patient_id: patientId })
    .whereNull('superseded_at')
    .orderBy(['recorded_at', 'id'])
    .select<FactRow[]>('*');

/** Somebody clinical found that it is not so: it is on the chart as that, and counts as nobody's answer. */
export const isDismissed = ({ verification }: Pick<FactRow, 'verification'>): boolean =>
  verification === 'refuted' || verification === 'entered-in-error';

/**
 * Writes what a section says into one table:
 * - the same again changes nothing; another word about the same thing supersedes the one before;
 * - what was refuted stays refuted by the same words of the same intake; said anew by another one it is a new word, which
 *   somebody has to look at;
 * - only what the person took back, or this intake said before and says no more, goes; silence about a fact keeps it;
 * - "none" retires with the first fact of its list, and is on record as contradicted where such facts are in force.
 * @returns how many rows are new, and how many statements of "none" the chart contradicts
 */
export async function writeFacts(
  trx: Trx,
  table: FactTable,
  source: FactSource,
  said: SectionFacts,
): Promise<{ written: number; contradicted: number }> {
  const all = await trx(table).where({ patient_id: source.patientId }).select<FactRow[]>('*');
  const byId = new Map(all.map((row) => [row.id, row]));
  const inForce = new Map(all.filter((row) => row.superseded_at === null).map((row) => [row.id, row]));
  const end = async (row: FactRow, because: string, by: string | null = null): Promise<void> => {
    await trx(table).where({ id: row.id }).update({ superseded_at: source.at, superseded_by: by, superseded_because: because }); // prettier-ignore
    inForce.delete(row.id);
  };
  const current = (ref: string | undefined): FactRow | undefined => {
    let row = ref === undefined ? undefined : byId.get(ref);
    while (row?.superseded_by != null) row = byId.get(row.superseded_by);
    return row !== undefined && inForce.has(row.id) ? row : undefined;
  };

  for (const ref of said.removed) {
    const row = current(ref);
    if (row !== undefined) await end(row, 'removed');
  }
  let written = 0;
  let contradicted = 0;
  const spokenOf = new Set<string>();
  for (const fact of said.facts) {
    const meant = current(fact.ref);
    const before = [...inForce.values()].filter((row) => row === meant || row.fact_key === fact.key);
    const isNews = (row: FactRow): boolean => isDismissed(row) && row.source_intake_id !== source.intakeId;
    const same = before.find((row) => saysTheSame(row, fact) && !isNews(row));
    if (same !== undefined) {
      spokenOf.add(same.id);
      for (const row of before) if (row !== same) await end(row, 'changed', same.id);
      continue;
    }
    const isNone = fact.columns['none_known'] === true;
    // "None" does not speak against what was refuted.
    const rivals = [...inForce.values()].filter(
      (row) => !before.includes(row) && !(isNone && isDismissed(row)) && contradict(row.fact_key, fact.key),
    );
    const id = randomUUID();
    // What this intake itself said before is corrected by it, whichever of the two it is.
    const standing = rivals.filter((row) => isNone && row.source_intake_id !== source.intakeId);
    if (standing.length > 0) {
      contradicted += 1;
      if (isOnRecord(all, source, fact)) continue;
    }
    const filed = { ...newRow(source, fact), id };
    await trx(table).insert(
      standing.length > 0 ? { ...filed, superseded_at: source.at, superseded_because: 'contradicted' } : filed,
    );
    written += 1;
    if (standing.length > 0) continue;
    for (const rival of rivals) await end(rival, 'contradicted', id);
    for (const row of before) await end(row, 'changed', id);
  }
  for (const row of inForce.values()) {
    const mine = row.source_intake_id === source.intakeId && source.intakeId !== null;
    if (mine && row.verification === 'unconfirmed' && !spokenOf.has(row.id)) await end(row, 'corrected');
  }
  return { written, contradicted };
}

function newRow(source: FactSource, fact: Fact): Record<string, unknown> {
  return {
    organization_id: source.organizationId,
    patient_id: source.patientId,
    source_intake_id: source.intakeId,
    fact_key: fact.key,
    ...fact.columns,
    answer: JSON.stringify(fact.answer),
    recorded_by: source.actor.ref,
    recorded_at: source.at,
  };
}

const saysTheSame = (row: FactRow, fact: Fact): boolean =>
  row.fact_key === fact.key &&
  Object.entries(fact.columns).every(([column, value]) => JSON.stringify(row[column]) === JSON.stringify(value));

const isOnRecord = (rows: readonly FactRow[], source: FactSource, fact: Fact): boolean =>
  rows.some(
    (row) => row.fact_key === fact.key && row.source_intake_id === source.intakeId && row.superseded_at !== null,
  );
