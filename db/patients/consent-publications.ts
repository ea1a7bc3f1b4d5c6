/** The texts that an organization publishes to be signed (A11): whole versions, never changed, each ending the signatures before. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { nextVersion, publishedText, signedText } from '../../domain/intake/consent-documents/consent-document.ts';
import { defaultConsentDocuments } from '../../domain/intake/consent-documents/default-documents.ts';
import { DomainError } from '../../domain/errors.ts';
import { writtenLanguages, type WrittenLanguage } from '../../domain/language.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { consentHash, documentsInForce } from './consents.ts';

export interface VersionText {
  readonly locale: string;
  readonly title: string;
  /** As it is shown and hashed, its title first. */
  readonly body: string;
  readonly sha256: string;
}

export interface ConsentVersion {
  readonly kind: string;
  readonly version: string;
  /** `shipped`: the product's own template. */
  readonly source: 'shipped' | 'published';
  readonly required: boolean;
  readonly present: boolean;
  readonly texts: readonly VersionText[];
  /** Languages that we write and this version has not. */
  readonly missing: readonly string[];
  /** What is shown where a language is missing. */
  readonly fallback: string;
  readonly askedAgain: number | null;
  readonly publishedBy: string | null;
  readonly publishedAt: Date | null;
}

interface PublicationRow {
  readonly kind: string;
  readonly version: string;
  readonly missing: string[];
  readonly fallback: string;
  readonly asked_again: number;
  readonly published_by: string;
  readonly published_at: Date;
}

/** Every version of every document, the present one of a kind first. */
export async function consentVersions(trx: Trx): Promise<ConsentVersion[]> {
  const inForce = await documentsInForce(trx);
  const present = (kind: string, version: string): boolean => inForce.get(kind)?.[0]?.version === version;
  const versions = new Map<string, ConsentVersion>();
  for (const { kind, version, required, texts } of Object.values(defaultConsentDocuments))
    versions.set(`${kind} ${version}`, {
      kind,
      version,
      source: 'shipped',
      required,
      present: present(kind, version),
      texts: Object.entries(texts).map(([locale, text]) => ({ locale, title: text.title, body: signedText(text), sha256: consentHash(signedText(text)) })), // prettier-ignore
      missing: [],
      fallback: 'en',
      askedAgain: null,
      publishedBy: null,
      publishedAt: null,
    });
  const filed = await trx('consent_document').orderBy(['kind', 'version', 'locale']).select<{ kind: string; version: string; locale: string; title: string; body: string; content_sha256: string; required: boolean; filed_at: Date }[]>('*'); // prettier-ignore
  const said = await trx('consent_publication').select<PublicationRow[]>('*');
  for (const row of filed) {
    const key = `${row.kind} ${row.version}`;
    const known = versions.get(key);
    if (known?.source === 'shipped') continue;
    const publication = said.find((one) => one.kind === row.kind && one.version === row.version);
    const text = { locale: row.locale, title: row.title, body: row.body, sha256: row.content_sha256 };
    const texts = [...(known?.texts ?? []), text];
    versions.set(key, {
      kind: row.kind,
      version: row.version,
      source: 'published',
      required: row.required,
      present: present(row.kind, row.version),
      texts,
      missing: publication?.missing ?? writtenLanguages.filter((locale) => !texts.some((one) => one.locale === locale)),
      fallback: publication?.fallback ?? 'en',
      askedAgain: publication?.asked_again ?? null,
      publishedBy: publication?.published_by ?? null,
      publishedAt: publication?.published_at ?? row.filed_at,
    });
  }
  const newestFirst = (one: ConsentVersion, other: ConsentVersion): number =>
    one.kind.localeCompare(other.kind) ||
    other.version.localeCompare(one.version, 'en', { numeric: true, sensitivity: 'base' });
  return [...versions.values()].toSorted(newestFirst);
}

/** How many people signed a kind and have not taken it back: so many are asked again by another version. By kind. */
export async function signersOf(trx: Trx): Promise<ReadonlyMap<string, number>> {
  const { rows } = await trx.raw<{ rows: { kind: string; people: number }[] }>(
    `SELECT kind, count(DISTINCT patient_id)::int AS people FROM (
       SELECT DISTINCT ON (patient_id, kind, visit_type_id) patient_id, kind, event FROM consent_record
       ORDER BY patient_id, kind, visit_type_id, n DESC) newest
     WHERE event = 'signed' GROUP BY kind`,
  );
  return new Map(rows.map(({ kind, people }) => [kind, people]));
}

export interface Publishing {
  readonly organizationId: string;
  readonly kind: string;
  /** The version that the page had read. */
  readonly baseVersion: string;
  readonly texts: Readonly<Partial<Record<WrittenLanguage, { readonly title: string; readonly text: string }>>>;
  /** The languages that are known to be missing, exactly; and what is shown instead. */
  readonly missing: readonly WrittenLanguage[];
  readonly fallback: WrittenLanguage;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

/**
 * A new version, in force at once: whoever signed an earlier one is asked again.
 * @throws DomainError `not-found`, `conflict` (another version came first), `validation-failed`, `guard-failed` (the same texts)
 */
export async function publishConsent(trx: Trx, asked: Publishing): Promise<string> {
  const { organizationId, kind, actor, at, fallback } = asked;
  // One at a time: two versions of the same number would be one, of two people's words.
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`consent:${organizationId}:${kind}`]);
  const present = (await documentsInForce(trx)).get(kind);
  const before = present?.[0];
  if (present === undefined || before === undefined) throw new DomainError('not-found');
  if (before.version !== asked.baseVersion)
    throw new DomainError('conflict', { detail: 'Another version was published since this page was opened.', data: { present: before.version } }); // prettier-ignore
  const texts = writtenLanguages.flatMap((locale) => {
    const said = asked.texts[locale];
    return said === undefined ? [] : [{ locale, title: said.title.trim(), body: publishedText(said.title, said.text) }];
  });
  const locales: WrittenLanguage[] = texts.map(({ locale }) => locale);
  const missing = writtenLanguages.filter((locale) => !locales.includes(locale));
  if (missing.length !== asked.missing.length || missing.some((locale) => !asked.missing.includes(locale)))
    throw wrong('/missing', 'missing-unsaid', 'Say which languages are missing.');
  if (!locales.includes(fallback)) throw wrong('/fallback', 'not-written', 'The text shown instead must be there.');
  const same = present.length === texts.length && texts.every((text) => present.some(({ locale, body }) => locale === text.locale && body === text.body)); // prettier-ignore
  if (same)
    throw new DomainError('guard-failed', { detail: 'These texts are in force already.', data: { guard: 'nothing-changed' } }); // prettier-ignore

  const version = nextVersion(before.version);
  const askedAgain = (await signersOf(trx)).get(kind) ?? 0;
  const rows = texts.map((text) => ({
    id: randomUUID(),
    organization_id: organizationId,
    kind,
    version,
    ...text,
    content_sha256: consentHash(text.body),
    required: before.required,
  }));
  await trx('consent_document').insert(rows);
  await trx('consent_publication').insert({
    organization_id: organizationId,
    kind,
    version,
    locales,
    missing,
    fallback,
    asked_again: askedAgain,
    published_by: actor.ref,
    published_at: at,
  });
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'consent-document',
    aggregateId: rows.find(({ locale }) => locale === fallback)!.id,
    event: 'publish',
    from: before.version,
    to: version,
    actor,
    at,
    data: { consentKind: kind, version, locales, missing, fallback, askedAgain },
    opKey: asked.opKey,
  });
  return version;
}

const wrong = (path: string, code: string, message: string): DomainError =>
  new DomainError('validation-failed', { errors: [{ path, code, message }] });
