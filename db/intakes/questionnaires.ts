/**
 * Versions of questionnaires: which one a new case gets, and which one an old case has. An organization's own published
 * version comes first; without one it is what the product brings, kept as a copy from the first case that is pinned to it
 * (migration 020). Editing is db/intakes/questionnaire-drafts.ts.
 */
import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { intakeSteps, openIntakeStates, type IntakeStep } from '../../domain/intake/intake.ts';
import type { Questionnaire, QuestionnaireVersion, Translations } from '../../domain/questionnaire/questionnaire.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import type { Trx } from '../connection.ts';
import { publishedContent } from './published-content.ts';

export interface QuestionnaireVersionRow {
  readonly id: string;
  readonly code: string;
  readonly number: number;
  readonly source: 'default' | 'organization';
  readonly state: 'draft' | 'published' | 'retired';
  readonly definition: Questionnaire;
  readonly translations: Translations;
  readonly content_sha256: string;
  readonly based_on: number | null;
  /** Optimistic; not the number. */
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly published_at: Date | null;
  readonly published_by: string | null;
  readonly retired_at: Date | null;
}

export type QuestionnaireContent = Pick<QuestionnaireVersion, 'definition' | 'translations'>;

/** SHA-256, hexadecimal, of what is asked and its translations. */
export const contentHash = ({ definition, translations }: QuestionnaireContent): string =>
  createHash('sha256')
    .update(JSON.stringify([definition, translations]))
    .digest('hex');

/** As everybody else reads it: the definition's own version is the number under which it is kept. */
export const toVersion = (
  row: Pick<QuestionnaireVersionRow, 'code' | 'number' | 'definition' | 'translations'>,
): QuestionnaireVersion => ({
  code: row.code,
  version: row.number,
  definition: { ...row.definition, version: String(row.number) },
  translations: row.translations,
});

/** Rows without what is asked; of one questionnaire or of all, newest first. */
export type QuestionnaireVersionHead = Omit<QuestionnaireVersionRow, 'definition' | 'translations'>;

const headColumns =
  'v.id, q.code, v.number, v.source, v.state, v.content_sha256, v.based_on, v.version, v.created_at, v.created_by, v.published_at, v.published_by, v.retired_at';

export async function versionHeads(
  trx: Trx,
  organizationId: string,
  code?: string,
): Promise<QuestionnaireVersionHead[]> {
  const { rows } = await trx.raw<{ rows: QuestionnaireVersionHead[] }>(
    `SELECT ${headColumns} FROM questionnaire q JOIN questionnaire_version v ON v.questionnaire_id = q.id
     WHERE q.organization_id = :organizationId AND (CAST(:code AS text) IS NULL OR q.code = :code)
     ORDER BY q.code, v.number DESC`,
    { organizationId, code: code ?? null },
  );
  return rows;
}

/** The row of one version. @throws DomainError `not-found` */
export async function versionRow(
  trx: Trx,
  organizationId: string,
  code: string,
  number: number,
): Promise<QuestionnaireVersionRow> {
  const { rows } = await trx.raw<{ rows: QuestionnaireVersionRow[] }>(
    `SELECT ${headColumns}, v.definition, v.translations FROM questionnaire q JOIN questionnaire_version v ON v.questionnaire_id = q.id
     WHERE q.organization_id = :organizationId AND q.code = :code AND v.number = :number`,
    { organizationId, code, number },
  );
  if (rows[0] === undefined) throw new DomainError('not-found');
  return rows[0];
}

/** The version that a case is pinned to, whatever became of it since. @throws DomainError `not-found` */
export const readQuestionnaire = (
  trx: Trx,
  organizationId: string,
  code: string,
  number: number,
): Promise<QuestionnaireVersion> =>
  publishedContent(trx, { organizationId, code, number }, async () => {
    const row = await versionRow(trx, organizationId, code, number);
    return { isFinal: row.state !== 'draft', version: toVersion(row) };
  });

/** What the product brings for this code, or undefined. */
export const defaultFor = (code: string): QuestionnaireVersion | undefined =>
  intakeSteps.find((step) => step === code) === undefined ? undefined : defaultQuestionnaires[code as IntakeStep];

/** The version that a case that begins now is pinned to: its number, by step. Copies what the product brings where needed. */
export async function pinnedNumbers(trx: Trx, organizationId: string): Promise<Readonly<Record<IntakeStep, number>>> {
  const heads = await versionHeads(trx, organizationId);
  const pinned: [IntakeStep, number][] = [];
  for (const step of intakeSteps) {
    const found = presentOf(
      heads.filter(({ code }) => code === step),
      step,
    );
    pinned.push([step, found?.number ?? (await keepDefault(trx, organizationId, step))]);
  }
  return Object.fromEntries(pinned) as Record<IntakeStep, number>;
}

/** The same for one step, with what is asked. */
export async function pinnedQuestionnaire(
  trx: Trx,
  organizationId: string,
  step: IntakeStep,
): Promise<QuestionnaireVersion> {
  const found = presentOf(await versionHeads(trx, organizationId, step), step);
  return readQuestionnaire(trx, organizationId, step, found?.number ?? (await keepDefault(trx, organizationId, step)));
}

/** Of one questionnaire's rows, the one that new cases get; undefined: the product's, of which there is no copy yet. */
export function presentOf<Head extends Pick<QuestionnaireVersionHead, 'state' | 'source' | 'content_sha256'>>(
  heads: readonly Head[],
  code: string,
): Head | undefined {
  const own = heads.find(({ state, source }) => state === 'published' && source === 'organization');
  if (own !== undefined) return own;
  const edition = defaultFor(code);
  const hash = edition === undefined ? null : contentHash(edition);
  return heads.find(({ source, content_sha256 }) => source === 'default' && content_sha256 === hash);
}

/** Copies the product's present edition, once: whoever comes at the same moment waits and finds it. */
async function keepDefault(trx: Trx, organizationId: string, step: IntakeStep): Promise<number> {
  const edition = defaultQuestionnaires[step];
  const hash = contentHash(edition);
  const questionnaireId = await lockQuestionnaire(trx, organizationId, step);
  const { rows } = await trx.raw<{ rows: { number: number }[] }>(
    `WITH kept AS (
       INSERT INTO questionnaire_version (organization_id, questionnaire_id, number, source, state, definition, translations, content_sha256, created_at, created_by, published_at, published_by)
       SELECT :organizationId, :questionnaireId, coalesce(max(number), 0) + 1, 'default', 'published', :definition, :translations, :hash, now(), 'system:product', now(), 'system:product'
       FROM questionnaire_version WHERE questionnaire_id = :questionnaireId
       ON CONFLICT DO NOTHING RETURNING number)
     SELECT number FROM kept
     UNION ALL SELECT number FROM questionnaire_version WHERE questionnaire_id = :questionnaireId AND source = 'default' AND content_sha256 = :hash`,
    {
      organizationId,
      questionnaireId,
      definition: JSON.stringify(edition.definition),
      translations: JSON.stringify(edition.translations),
      hash,
    },
  );
  return rows[0]!.number;
}

/** The questionnaire's row, made when it is not there, and locked: numbers are given one after the other. */
export async function lockQuestionnaire(trx: Trx, organizationId: string, code: string): Promise<string> {
  await trx.raw(
    `INSERT INTO questionnaire (organization_id, code) VALUES (:organizationId, :code) ON CONFLICT DO NOTHING`,
    { organizationId, code },
  );
  const row = await trx('questionnaire')
    .where({ organization_id: organizationId, code })
    .forUpdate()
    .first<{ id: string }>('id');
  return row!.id;
}

/** How many intakes that are not over read another version than this one, newest first: they stay on it (A6). */
export async function openIntakesOnOthers(
  trx: Trx,
  organizationId: string,
  code: string,
  number: number,
): Promise<readonly { readonly number: number; readonly intakes: number }[]> {
  const { rows } = await trx.raw<{ rows: { number: number; intakes: number }[] }>(
    `SELECT s.questionnaire_version AS number, count(*)::int AS intakes
     FROM intake i JOIN intake_step s ON s.intake_id = i.id AND s.step = :code
     WHERE i.organization_id = :organizationId AND i.state = ANY(:open) AND s.questionnaire_version <> :number
     GROUP BY 1 ORDER BY 1 DESC`,
    { organizationId, code, number, open: [...openIntakeStates] },
  );
  return rows;
}
