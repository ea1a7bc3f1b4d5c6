/** Questionnaires and their versions as the API shows them to administrators. */
import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { allowedFor, unreadyOf } from '../../db/intakes/questionnaire-drafts.ts';
import {
  contentHash,
  defaultFor,
  toVersion,
  versionRow,
  type QuestionnaireVersionHead,
  type QuestionnaireVersionRow,
} from '../../db/intakes/questionnaires.ts';
import { DomainError } from '../../domain/errors.ts';
import { writtenLanguages } from '../../domain/language.ts';

export const code = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);
/** 0: what the product brings in this release, of which no case needed a copy yet. */
export const number = z.coerce.number().int().min(0).max(1_000_000);
export const written = z.enum(writtenLanguages);

export const head = z.object({
  number: z.int(),
  source: z.enum(['default', 'organization']),
  state: z.enum(['draft', 'published', 'retired']),
  /** What it was drafted from. */
  basedOn: z.int().nullable(),
  createdAt: z.string().nullable(),
  publishedAt: z.string().nullable(),
  retiredAt: z.string().nullable(),
  allowedActions: z.array(z.string()),
  /** Moves with every change of a draft: the ETag. */
  version: z.int(),
});

const finding = z.object({ linkId: z.string().nullable(), path: z.string(), code: z.string(), message: z.string() });

export const whole = head.extend({
  code,
  /** FHIR R4 JSON subset (domain/questionnaire/questionnaire.ts), in English. */
  definition: z.record(z.string(), z.unknown()),
  translations: z.record(z.string(), z.record(z.string(), z.string())),
  /** By language, the keys that have no text. */
  missing: z.record(z.string(), z.array(z.string())),
  /** What else keeps it from being published. */
  findings: z.array(finding),
});

export const summary = z.object({
  code,
  title: z.string(),
  /** What new cases get. */
  present: z.object({
    number: z.int(),
    source: z.enum(['default', 'organization']),
    publishedAt: z.string().nullable(),
  }),
  draft: z.object({ number: z.int() }).nullable(),
  versions: z.int(),
});

export const instantOf = (at: Date | null): string | null => at?.toISOString() ?? null;

export const toHead = (row: QuestionnaireVersionHead): z.output<typeof head> => ({
  number: row.number,
  source: row.source,
  state: row.state,
  basedOn: row.based_on,
  createdAt: row.created_at.toISOString(),
  publishedAt: instantOf(row.published_at),
  retiredAt: instantOf(row.retired_at),
  allowedActions: allowedFor(row),
  version: row.version,
});

export function toWhole(row: QuestionnaireVersionRow): z.output<typeof whole> {
  const { definition } = toVersion(row);
  const unready = unreadyOf(row);
  return {
    ...toHead(row),
    code: row.code,
    definition: { ...definition },
    translations: Object.fromEntries(
      Object.entries(row.translations).map(([language, texts]) => [language, { ...texts }]),
    ),
    missing: Object.fromEntries(Object.entries(unready.missing).map(([language, keys]) => [language, [...keys]])),
    findings: [...unready.definition],
    // What the product brings has no row before a case needs it.
    ...(row.number === 0 && { createdAt: null, publishedAt: null }),
  };
}

/** @throws DomainError `not-found` */
export async function rowOf(
  trx: Trx,
  organizationId: string,
  of: string,
  at: number,
): Promise<QuestionnaireVersionRow> {
  if (at > 0) return versionRow(trx, organizationId, of, at);
  const edition = defaultFor(of);
  if (edition === undefined) throw new DomainError('not-found');
  const none = new Date(0);
  return {
    id: of,
    code: of,
    number: 0,
    source: 'default',
    state: 'published',
    based_on: null,
    version: 0,
    created_at: none,
    created_by: 'system:product',
    published_at: none,
    published_by: 'system:product',
    retired_at: null,
    definition: edition.definition,
    translations: edition.translations,
    content_sha256: contentHash(edition),
  };
}
