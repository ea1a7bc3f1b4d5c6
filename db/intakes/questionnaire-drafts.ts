/** Writing the next version of a questionnaire: one draft at a time, checked as a whole when it is published. */
import { systemActor, type Actor } from '../../domain/actor.ts';
import { isoDurationToMs } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { checkQuestionnaire, type DefinitionFinding } from '../../domain/questionnaire/questionnaire-definition.ts';
import { missingKeys, textsOf } from '../../domain/questionnaire/questionnaire-localization.ts';
import type { Questionnaire, Translations } from '../../domain/questionnaire/questionnaire.ts';
import { policyAt } from '../../domain/policies.ts';
import { loadPolicies } from '../policies.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import {
  contentHash,
  defaultFor,
  lockQuestionnaire,
  presentOf,
  versionHeads,
  versionRow,
  type QuestionnaireContent,
  type QuestionnaireVersionHead,
  type QuestionnaireVersionRow,
} from './questionnaires.ts';

export interface DraftContext {
  readonly organizationId: string;
  readonly code: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

/**
 * A draft of what new cases get at present, or of the version `of`: a draft that was put away is gone on with so.
 * @throws DomainError `duplicate` while there is one, `not-found` for another code or version
 */
export async function createDraft(trx: Trx, context: DraftContext, of?: number): Promise<number> {
  const { organizationId, code } = context;
  const edition = defaultFor(code);
  if (edition === undefined) throw new DomainError('not-found');
  const questionnaireId = await lockQuestionnaire(trx, organizationId, code);
  const heads = await versionHeads(trx, organizationId, code);
  const draft = heads.find(({ state }) => state === 'draft');
  if (draft !== undefined) {
    throw new DomainError('duplicate', { detail: 'There is a draft already.', data: { number: draft.number } });
  }
  const base = of ?? presentOf(heads, code)?.number;
  const from: QuestionnaireContent = base === undefined ? edition : await versionRow(trx, organizationId, code, base);
  const number = (heads[0]?.number ?? 0) + 1;
  const [row] = await trx('questionnaire_version')
    .insert({
      organization_id: organizationId,
      questionnaire_id: questionnaireId,
      number,
      source: 'organization',
      state: 'draft',
      definition: JSON.stringify(from.definition),
      translations: JSON.stringify(from.translations),
      content_sha256: contentHash(from),
      based_on: base ?? null,
      created_at: context.at,
      created_by: context.actor.ref,
    })
    .returning<{ id: string }[]>('id');
  await record(trx, context, row!.id, 'create', number, null, 'draft');
  return number;
}

export interface DraftChange {
  readonly definition?: Questionnaire | undefined;
  /** By language and key; null takes the text away. What is not named stays. */
  readonly translations?: Readonly<Record<string, Readonly<Record<string, string | null>>>> | undefined;
}

/** @throws DomainError `version-conflict`, `invalid-transition` (only a draft changes), `validation-failed` (another language, a key of no item) */
export async function changeDraft(
  trx: Trx,
  context: DraftContext,
  number: number,
  version: number,
  change: DraftChange,
): Promise<void> {
  const { row } = await lockVersion(trx, context, number, version);
  if (row.state !== 'draft') throw wrongState(row, 'change');
  const definition = change.definition ?? row.definition;
  const translations = merged(definition, row.translations, change.translations ?? {});
  await trx('questionnaire_version')
    .where({ id: row.id })
    .update({
      definition: JSON.stringify(definition),
      translations: JSON.stringify(translations),
      content_sha256: contentHash({ definition, translations }),
      version: version + 1,
    });
  await record(trx, context, row.id, 'change', number, 'draft', 'draft');
}

function merged(
  definition: Questionnaire,
  kept: Translations,
  change: NonNullable<DraftChange['translations']>,
): Translations {
  const known = textsOf(definition);
  const errors = Object.entries(change).flatMap(([language, texts]) => {
    const path = `/body/translations/${language}`;
    if (language === 'en' || !(writtenLanguages as readonly string[]).includes(language)) {
      return [
        {
          path,
          code: 'unknown-language',
          message: 'Patients do not read this language here; English is the definition itself.',
        },
      ];
    }
    return Object.entries(texts)
      .filter(([key, text]) => text !== null && !known.has(key))
      .map(([key]) => ({
        path: `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        code: 'unknown-key',
        message: 'Nothing in this questionnaire has this key.',
      }));
  });
  if (errors.length > 0) throw new DomainError('validation-failed', { errors: errors.slice(0, 50) });
  return Object.fromEntries(
    writtenLanguages
      .filter((language) => language !== 'en')
      .map((language) => {
        const texts = { ...kept[language], ...change[language] };
        // A key that no item has any more goes with its item.
        const present = Object.entries(texts).filter(
          ([key, text]) => text !== null && text.trim() !== '' && known.has(key),
        );
        return [language, Object.fromEntries(present) as Record<string, string>];
      }),
  );
}

/** What keeps a version from being published. */
export interface Unready {
  readonly definition: readonly DefinitionFinding[];
  /** By language, the keys without a text. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
}

export function unreadyOf(content: QuestionnaireContent): Unready {
  const missing = writtenLanguages.map((language) => [language, missingKeys(content, language)] as const);
  return {
    definition: checkQuestionnaire(content.definition),
    missing: Object.fromEntries(missing.filter(([, keys]) => keys.length > 0)),
  };
}

/**
 * New cases get it from now on; what they got before is retired, and stays with the cases that have it (A6).
 * @throws DomainError `questionnaire-not-ready` naming each missing key and finding, `version-conflict`, `invalid-transition`
 */
export async function publishDraft(trx: Trx, context: DraftContext, number: number, version: number): Promise<void> {
  const { questionnaireId, row } = await lockVersion(trx, context, number, version);
  if (row.state !== 'draft') throw wrongState(row, 'publish');
  const unready = unreadyOf(row);
  const errors = [
    ...unready.definition.map(({ path, code, message }) => ({ path: `/definition${path}`, code, message })),
    ...Object.entries(unready.missing).flatMap(([language, keys]) =>
      keys.map((key) => ({
        path: `/translations/${language}/${key}`,
        code: 'missing-translation',
        message: 'This text is not translated.',
      })),
    ),
  ];
  if (errors.length > 0) throw new DomainError('questionnaire-not-ready', { errors });
  const former = await trx('questionnaire_version')
    .where({ questionnaire_id: questionnaireId, state: 'published', source: 'organization' })
    .update({ state: 'retired', retired_at: context.at })
    .returning<{ id: string; number: number }[]>(['id', 'number']);
  for (const each of former) await record(trx, context, each.id, 'retire', each.number, 'published', 'retired');
  await trx('questionnaire_version')
    .where({ id: row.id })
    .update({ state: 'published', published_at: context.at, published_by: context.actor.ref, version: version + 1 });
  await record(trx, context, row.id, 'publish', number, 'draft', 'published');
}

/** A draft is given up; a published version makes room for what the product brings. */
export async function retireVersion(trx: Trx, context: DraftContext, number: number, version: number): Promise<void> {
  const { row } = await lockVersion(trx, context, number, version);
  if (row.state === 'retired' || row.source === 'default') throw wrongState(row, 'retire');
  await trx('questionnaire_version')
    .where({ id: row.id })
    .update({ state: 'retired', retired_at: context.at, version: version + 1 });
  await record(trx, context, row.id, 'retire', number, row.state, 'retired');
}

/**
 * Role worker: drafts that nobody has touched for as long as the policy says make room for another (there is one draft at a
 * time). Nothing is lost: each stays in the list of versions as it was, and a new draft may begin from it.
 * @returns how many
 */
export async function putAwayDrafts(trx: Trx, organizationId: string, at: Date): Promise<number> {
  const { putAwayAfter } = policyAt(await loadPolicies(trx), 'questionnaire-draft', at.getTime());
  const { rows } = await trx.raw<{ rows: { id: string; code: string; number: number; version: number }[] }>(
    `SELECT v.id, q.code, v.number, v.version FROM questionnaire_version v JOIN questionnaire q ON q.id = v.questionnaire_id
     WHERE v.organization_id = :organizationId AND v.state = 'draft' AND greatest(v.created_at, (
       SELECT max(c.at) FROM state_change c WHERE c.aggregate = 'questionnaire-version' AND c.aggregate_id = v.id)) <= :before
     FOR UPDATE OF q, v`,
    { organizationId, before: new Date(at.getTime() - isoDurationToMs(putAwayAfter)) },
  );
  for (const { id, code, number, version } of rows) {
    await trx('questionnaire_version')
      .where({ id })
      .update({ state: 'retired', retired_at: at, version: version + 1 });
    const context = { organizationId, code, actor: systemActor('retention'), at };
    await record(trx, context, id, 'put-away', number, 'draft', 'retired');
  }
  return rows.length;
}

/** What a person may do with a version now. */
export function allowedFor({ state, source }: Pick<QuestionnaireVersionHead, 'state' | 'source'>): string[] {
  if (state === 'draft') return ['change', 'publish', 'retire'];
  if (source === 'default') return [];
  return state === 'published' ? ['retire'] : ['go-on'];
}

const wrongState = (row: QuestionnaireVersionRow, event: string): DomainError =>
  new DomainError('invalid-transition', { allowed: allowedFor(row), data: { from: row.state, event } });

async function lockVersion(
  trx: Trx,
  { organizationId, code }: DraftContext,
  number: number,
  version: number,
): Promise<{ questionnaireId: string; row: QuestionnaireVersionRow }> {
  if (defaultFor(code) === undefined) throw new DomainError('not-found');
  const questionnaireId = await lockQuestionnaire(trx, organizationId, code);
  const row = await versionRow(trx, organizationId, code, number);
  if (row.version !== version) throw new DomainError('version-conflict', { data: { currentVersion: row.version } });
  return { questionnaireId, row };
}

async function record(
  trx: Trx,
  context: DraftContext,
  id: string,
  event: string,
  number: number,
  from: string | null,
  to: string,
): Promise<void> {
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: 'questionnaire-version',
    aggregateId: id,
    event,
    from,
    to,
    actor: context.actor,
    at: context.at,
    opKey: context.opKey,
    data: { code: context.code, number },
  });
}
