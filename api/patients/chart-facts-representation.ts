/** What intakes left in a chart, as staff read it: the words of the person, the options in the reader's language. */
import { z } from 'zod';
import type { FactRow } from '../../db/charts/chart-facts.ts';
import type { Trx } from '../../db/connection.ts';
import { presentOf, readQuestionnaire, versionHeads } from '../../db/intakes/questionnaires.ts';
import { contradict } from '../../domain/patient/chart-facts.ts';
import type { IntakeStep } from '../../domain/intake/intake.ts';
import { isCoding, type Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { localized, optionText } from '../../domain/questionnaire/questionnaire-localization.ts';
import { isOptionValue } from '../../domain/questionnaire/questionnaire-values.ts';
import { allItems, isHidden, isQuestion, type QuestionnaireItem } from '../../domain/questionnaire/questionnaire.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';

export const factKinds = [
  'allergy',
  'medication',
  'condition',
  'procedure',
  'family-member',
  'social',
  'demographics',
  'address',
] as const;
type FactKind = (typeof factKinds)[number];

export const chartFact = z.object({
  id: z.string(),
  kind: z.enum(factKinds),
  /** "None" was said outright: an empty list says nothing. */
  noneKnown: z.boolean(),
  /** `question` is null where the answer speaks for itself. An answer "yes" or "no" is the boolean. */
  lines: z.array(z.object({ question: z.string().nullable(), answers: z.array(z.union([z.string(), z.boolean()])) })),
  /** FHIR verification: of whoever looked at it since. */
  verification: z.enum(['unconfirmed', 'confirmed', 'refuted', 'entered-in-error']),
  verifiedAt: z.string().nullable(),
  /** Where it came from; null: not from an intake. */
  intakeId: z.string().nullable(),
  recordedAt: z.string(),
  /** false: a later word replaced it, or it was taken back. */
  inForce: z.boolean(),
  endedAt: z.string().nullable(),
  /** "None" of the same list stands or was said later, or stands beside something of its list: somebody has to ask. */
  contradicted: z.boolean(),
  /** Of an address. */
  address: z
    .object({ use: z.string(), text: z.string(), from: z.string().nullable(), until: z.string().nullable() })
    .nullable(),
});
export type ChartFact = z.output<typeof chartFact>;

type Row = FactRow & { readonly verified_at: Date | null };
type Line = ChartFact['lines'][number];

/** Newest first within a kind. `language` of the questions and options. */
export async function chartFactsOf(
  trx: Trx,
  of: { readonly organizationId: string; readonly patientId: string; readonly language: string },
): Promise<ChartFact[]> {
  const rows = (table: string): Promise<Row[]> =>
    trx(table).where({ patient_id: of.patientId }).orderBy([{ column: 'recorded_at', order: 'desc' }, 'id']).select<Row[]>('*'); // prettier-ignore
  const facts: ChartFact[] = [];
  for (const [table, kind, step] of [
    ['allergy_intolerance', 'allergy', 'allergies'],
    ['medication_statement', 'medication', 'medications'],
    ['history_statement', null, 'history'],
    ['patient_demographics', 'demographics', 'demographics'],
    ['patient_address', 'address', null],
  ] as const) {
    const found = await rows(table);
    const questions = found.length === 0 || step === null ? [] : await questionsIn(trx, of, step);
    for (const row of found) {
      const lines = linesOf(questions, row.answer);
      // Demographics hold the answers of other parts too, and each change is a whole statement.
      if (kind === 'demographics' && (lines.length === 0 || row.superseded_at !== null)) continue;
      const named = kind === 'allergy' || kind === 'medication';
      facts.push({
        ...common(row, found),
        kind: kind ?? (row['kind'] as FactKind),
        lines: named ? lines.map(({ answers }) => ({ question: null, answers })) : lines,
        address: kind === 'address' ? addressOf(row) : null,
      });
    }
  }
  return facts;
}

const common = (row: Row, all: readonly Row[]): Omit<ChartFact, 'kind' | 'lines' | 'address'> => ({
  id: row.id,
  noneKnown: row.none_known ?? false,
  verification: row.verification as ChartFact['verification'],
  verifiedAt: row.verified_at?.toISOString() ?? null,
  intakeId: row.source_intake_id,
  recordedAt: row.recorded_at.toISOString(),
  inForce: row.superseded_at === null,
  endedAt: row.superseded_at?.toISOString() ?? null,
  contradicted: row.superseded_at === null && all.some((other) => isAgainst(other, row)),
});

/** A "none" that never came into force still counts, until somebody has looked at the fact after it. */
function isAgainst(other: Row, row: Row): boolean {
  // Demographics are one statement, without a key.
  if (row['fact_key'] === undefined || !contradict(other.fact_key, row.fact_key)) return false;
  if (other.superseded_at === null) return true;
  const neverInForce = other['superseded_because'] === 'contradicted' && other.superseded_by === null;
  const since = Math.max(row.recorded_at.getTime(), row.verified_at?.getTime() ?? 0);
  return neverInForce && other.recorded_at.getTime() >= since;
}

async function questionsIn(
  trx: Trx,
  { organizationId, language }: { readonly organizationId: string; readonly language: string },
  step: IntakeStep,
): Promise<readonly QuestionnaireItem[]> {
  const head = presentOf(await versionHeads(trx, organizationId, step), step);
  const version = head === undefined ? defaultQuestionnaires[step] : await readQuestionnaire(trx, organizationId, step, head.number); // prettier-ignore
  return allItems(localized(version, language)).filter((item) => isQuestion(item) && !isHidden(item));
}

/** In the order of the questions. The rows of a list are one after the other. */
function linesOf(questions: readonly QuestionnaireItem[], answer: Answers): Line[] {
  const rows = Object.values(answer)
    .flat()
    .filter((value): value is Answers => typeof value === 'object' && !isCoding(value) && !('value' in value) && !('documentId' in value)); // prettier-ignore
  return [answer, ...rows].flatMap((given) =>
    questions.flatMap((item) => {
      const values = given[item.linkId] ?? [];
      return values.length === 0 ? [] : [{ question: item.text ?? null, answers: values.map((value) => said(item, value)) }]; // prettier-ignore
    }),
  );
}

function said(item: QuestionnaireItem, value: unknown): string | boolean {
  if (typeof value === 'boolean') return value;
  const option = (item.answerOption ?? []).find((each) => isOptionValue(each, value));
  if (option !== undefined) return optionText(option);
  if (isCoding(value)) return value.display ?? value.code;
  return String(value);
}

function addressOf(row: Row): ChartFact['address'] {
  const address = row['address'] as { line?: string[]; city?: string; state?: string; postalCode?: string };
  const text = [...(address.line ?? []), address.city, [address.state, address.postalCode].filter(Boolean).join(' ')];
  return {
    use: String(row['use']),
    text: text.filter(Boolean).join(', '),
    from: (row['valid_from'] as string | null) ?? null,
    until: (row['valid_to'] as string | null) ?? row.superseded_at?.toISOString().slice(0, 10) ?? null,
  };
}
