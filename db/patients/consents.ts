/** Consents: immutable signed versions with language and hash; revoking one is a new row and acts at once (A11, D3). */
import { createHash, randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { booleanOf, codeOf, textOf } from '../../domain/patient/chart-facts.ts';
import { signedText } from '../../domain/intake/consent-documents/consent-document.ts';
import { defaultConsentDocuments } from '../../domain/intake/consent-documents/default-documents.ts';
import { DomainError } from '../../domain/errors.ts';
import { languageByFallback } from '../../domain/language.ts';
import { policyAt } from '../../domain/policies.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { signatureEnds } from '../../domain/patient/majority.ts';
import { chartsOf } from '../charts/charts.ts';
import type { FactSource } from '../charts/chart-facts.ts';
import type { Trx } from '../connection.ts';
import { guardianInAuthority, majorityOf } from './guardians.ts';
import { ruleOfIntake } from './minor-consents.ts';
import { lockPatient, recordPatientChange } from './patients.ts';
import { loadPolicies } from '../policies.ts';

/** One text in one language, as it is shown, hashed and signed. */
export interface ConsentText {
  readonly kind: string;
  readonly version: string;
  readonly locale: string;
  readonly title: string;
  readonly body: string;
  /** SHA-256 of `body` (UTF-8), hex. */
  readonly sha256: string;
  readonly required: boolean;
}

export const consentHash = (body: string): string => createHash('sha256').update(body, 'utf8').digest('hex');

interface DocumentRow {
  readonly kind: string;
  readonly version: string;
  readonly locale: string;
  readonly title: string;
  readonly body: string;
  readonly content_sha256: string;
  readonly required: boolean;
}

/**
 * The version of each kind that is signed now, in every language it has: the organization's own, else the product's. The
 * language that stands in for a missing one comes first.
 */
export async function documentsInForce(trx: Trx): Promise<Map<string, ConsentText[]>> {
  const inForce = new Map<string, ConsentText[]>();
  for (const { kind, version, required, texts } of Object.values(defaultConsentDocuments)) {
    inForce.set(
      kind,
      Object.entries(texts).map(([locale, text]) => {
        const body = signedText(text);
        return { kind, version, locale, title: text.title, body, sha256: consentHash(body), required };
      }),
    );
  }
  const published = await trx('consent_document').select<DocumentRow[]>('kind', 'version', 'locale', 'title', 'body', 'content_sha256', 'required'); // prettier-ignore
  for (const row of published) {
    const known = inForce.get(row.kind);
    const newer = known === undefined ? 1 : compareVersions(row.version, known[0]?.version ?? '0');
    if (newer < 0 || (newer === 0 && known?.some(({ locale }) => locale === row.locale))) continue;
    const text: ConsentText = { kind: row.kind, version: row.version, locale: row.locale, title: row.title, body: row.body, sha256: row.content_sha256, required: row.required }; // prettier-ignore
    inForce.set(row.kind, newer > 0 ? [text] : [...(known ?? []), text]);
  }
  const said = await trx('consent_publication').select<{ kind: string; version: string; fallback: string }[]>('kind', 'version', 'fallback'); // prettier-ignore
  for (const [kind, texts] of inForce) {
    const fallback = said.find((one) => one.kind === kind && one.version === texts[0]?.version)?.fallback ?? 'en';
    const first = texts.filter(({ locale }) => locale === fallback);
    inForce.set(kind, [...first, ...texts.filter(({ locale }) => locale !== fallback)]);
  }
  return inForce;
}

/** By numbers: 10 comes after 9. */
const compareVersions = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true, sensitivity: 'base' });

/** What is to be signed now, each in the nearest language that it has. */
export async function consentDocuments(trx: Trx, language: string | null): Promise<ConsentText[]> {
  return [...(await documentsInForce(trx)).values()].map((texts) => inLanguage(texts, language));
}

function inLanguage(texts: readonly ConsentText[], language: string | null): ConsentText {
  const [first, ...others] = texts.map(({ locale }) => locale) as [string, ...string[]];
  const { chosen } = languageByFallback([language], [first, ...others]);
  return texts.find(({ locale }) => locale === chosen)!;
}

/** Files the text, once for ever. @throws Error when a text was changed without a new version */
async function fileDocument(trx: Trx, organizationId: string, text: ConsentText): Promise<string> {
  const of = { organization_id: organizationId, kind: text.kind, version: text.version, locale: text.locale };
  await trx('consent_document')
    .insert({
      ...of,
      id: randomUUID(),
      title: text.title,
      body: text.body,
      content_sha256: text.sha256,
      required: text.required,
    }) // prettier-ignore
    .onConflict(['organization_id', 'kind', 'version', 'locale'])
    .ignore();
  const row = await trx('consent_document').where(of).first<{ id: string; content_sha256: string }>('id', 'content_sha256'); // prettier-ignore
  if (row.content_sha256 !== text.sha256)
    throw new Error(`the consent ${text.kind} ${text.version} (${text.locale}) was changed without a new version`);
  return row.id;
}

export interface ConsentRow {
  readonly id: string;
  readonly patient_id: string;
  readonly document_id: string;
  readonly kind: string;
  readonly version: string;
  readonly locale: string;
  readonly content_sha256: string;
  readonly event: 'signed' | 'declined' | 'revoked';
  readonly signer: string;
  readonly relationship: string;
  readonly typed_name: string | null;
  readonly intent_checked: boolean;
  readonly signed_at: Date | null;
  readonly revoked_at: Date | null;
  readonly revokes: string | null;
  readonly reason: string | null;
  readonly source_intake_id: string | null;
  /** Signed by a minor alone, under this rule: it counts for this service and no other. Both null: for every service. */
  readonly visit_type_id: string | null;
  readonly minor_consent_rule_id: string | null;
  readonly recorded_at: Date;
}

/** Every word on consents, the newest first; what was signed in a chart that was merged into this one counts too. */
export const consentRecordsOf = async (trx: Trx, patientId: string): Promise<ConsentRow[]> =>
  trx('consent_record')
    .whereIn('patient_id', await chartsOf(trx, patientId))
    .orderBy('n', 'desc')
    .select<ConsentRow[]>('*');

/**
 * Whose word counts where: a guardian's (and everybody's who is of age) for every service; a minor's own, under a rule, for
 * its service alone. What a guardian signed says nothing about a service that they are not told of.
 */
export interface ConsentScope {
  readonly visitTypeId: string;
  readonly confidential: boolean;
}
const countsFor = (scope: ConsentScope | undefined, records: readonly ConsentRow[]): ConsentRow[] =>
  records.filter((row) => {
    if (scope === undefined) return row.visit_type_id === null;
    return row.visit_type_id === scope.visitTypeId || (row.visit_type_id === null && !scope.confidential);
  });

/** The newest word on each kind: the one that counts. */
function newestOf(records: readonly ConsentRow[]): Map<string, ConsentRow> {
  const newest = new Map<string, ConsentRow>();
  for (const row of records) if (!newest.has(row.kind)) newest.set(row.kind, row);
  return newest;
}

/**
 * Signs what the step `consents` agrees to; a "no" is on record, and takes back what was signed before. The same
 * signature again writes nothing. The caller holds the patient's row.
 * @param source.language of the texts that were on the page
 * @throws DomainError `validation-failed` without the intent to sign, or where a minor signs alone
 */
export async function commitConsents(
  trx: Trx,
  source: FactSource & { readonly language: string | null; readonly opKey?: string | undefined },
  answers: Answers,
): Promise<Record<string, number>> {
  const { organizationId, patientId, at, actor } = source;
  const typedName = textOf(answers, 'consents.typed-name');
  if (typedName === null || booleanOf(answers, 'consents.intent') !== true)
    throw refused('/answers/consents.intent', 'intent-required', 'Say that the typed name is your signature.');
  const relationship = codeOf(answers, 'consents.relationship') ?? 'self';
  const { minor } = await majorityOf(trx, patientId, at);
  const rule = await ruleOfIntake(trx, source.intakeId);
  const alone = rule !== undefined && relationship === 'self';
  if (rule?.confidential === true && !alone)
    throw refused('/answers/consents.relationship', 'own-signature', 'The patient signs this alone.');
  if (minor && relationship === 'self' && (!alone || actor.ref.startsWith('guardian:')))
    throw refused('/answers/consents.relationship', 'guardian-needed', 'A parent or guardian signs for a child.');
  if (minor && !alone && (await guardianInAuthority(trx, patientId, at)) === undefined && actor.kind !== 'staff')
    throw refused('/answers/consents.relationship', 'guardian-needed', 'No parent or guardian is on record.');

  const scope = alone ? { visit_type_id: rule.visitTypeId, minor_consent_rule_id: rule.ruleId } : { visit_type_id: null, minor_consent_rule_id: null }; // prettier-ignore
  const records = await consentRecordsOf(trx, patientId);
  const newest = newestOf(records.filter((row) => row.visit_type_id === scope.visit_type_id));
  let written = 0;
  for (const texts of (await documentsInForce(trx)).values()) {
    const text = inLanguage(texts, source.language);
    const agreed = booleanOf(answers, `consents.agree.${text.kind}`);
    if (agreed === null) continue;
    const before = newest.get(text.kind);
    const signed = before?.event === 'signed' ? before : undefined;
    const again =
      signed !== undefined &&
      signed.content_sha256 === text.sha256 &&
      signed.source_intake_id === source.intakeId &&
      signed.typed_name === typedName &&
      signed.relationship === relationship;
    if (agreed ? again : before !== undefined && signed === undefined) continue;
    const id = randomUUID();
    const row = {
      id,
      organization_id: organizationId,
      patient_id: patientId,
      document_id: await fileDocument(trx, organizationId, text),
      kind: text.kind,
      version: text.version,
      locale: text.locale,
      content_sha256: text.sha256,
      signer: actor.ref,
      relationship,
      typed_name: typedName,
      intent_checked: true,
      source_intake_id: source.intakeId,
      ...scope,
      ip_hash: hashIp(actor, id),
      recorded_at: at,
    };
    if (agreed) await trx('consent_record').insert({ ...row, event: 'signed', signed_at: at });
    else if (signed !== undefined) await revoke(trx, source, signed, 'said-no');
    else await trx('consent_record').insert({ ...row, event: 'declined' });
    if (!agreed) await stopMessagesAfter(trx, source, text.kind);
    await recordPatientChange(trx, source, patientId, agreed ? 'sign-consent' : 'decline-consent', { consentKind: text.kind, version: text.version, locale: text.locale, sha256: text.sha256, ...(alone && { relationship, minorConsentRule: rule.ruleId, visitTypeId: rule.visitTypeId }) }); // prettier-ignore
    written += 1;
  }
  return { consent_record: written };
}

const refused = (path: string, code: string, message: string): DomainError =>
  new DomainError('validation-failed', { errors: [{ path, code, message }] });

/** With the record's own id, so that two signatures from one address do not show it. */
const hashIp = (actor: Actor, id: string): string | null =>
  actor.ip === undefined ? null : createHash('sha256').update(`${id}|${actor.ip}`).digest('hex');

interface Revoking {
  readonly organizationId: string;
  readonly patientId: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

async function revoke(trx: Trx, by: Revoking, signed: ConsentRow, reason: string | null): Promise<string> {
  const id = randomUUID();
  const { organizationId, patientId, actor, at } = by;
  await trx('consent_record').insert({
    id,
    organization_id: organizationId,
    patient_id: patientId,
    document_id: signed.document_id,
    kind: signed.kind,
    version: signed.version,
    locale: signed.locale,
    content_sha256: signed.content_sha256,
    event: 'revoked',
    signer: actor.ref,
    relationship: actor.kind === 'staff' ? 'staff' : signed.relationship,
    revoked_at: at,
    revokes: signed.id,
    visit_type_id: signed.visit_type_id,
    minor_consent_rule_id: signed.minor_consent_rule_id,
    reason,
    ip_hash: hashIp(actor, id),
    recorded_at: at,
  });
  return id;
}

/** Who takes back the agreement to messages gets none from this moment on, whatever they said about channels before. */
async function stopMessagesAfter(trx: Trx, by: Revoking, kind: string): Promise<void> {
  if (kind !== 'electronic-communication') return;
  await trx('contact_consent').insert(
    (['email', 'sms'] as const).map((channel) => ({
      organization_id: by.organizationId,
      patient_id: by.patientId,
      channel,
      category: 'appointment',
      permitted: false,
      actor: by.actor.ref,
      at: by.at,
    })),
  );
}

/**
 * Takes a signed consent back: a new row, in force from this moment.
 * @throws DomainError `not-found`; `conflict` when it is not in force any more
 */
export async function revokeConsent(
  trx: Trx,
  by: Revoking & { readonly consentId: string; readonly reason?: string | undefined },
): Promise<string> {
  await lockPatient(trx, by.organizationId, by.patientId);
  const records = await consentRecordsOf(trx, by.patientId);
  const signed = records.find(({ id, event }) => id === by.consentId && event === 'signed');
  if (signed === undefined) throw new DomainError('not-found');
  if (records.some(({ revokes }) => revokes === signed.id))
    throw new DomainError('conflict', { detail: 'This consent was taken back already.' });
  const id = await revoke(trx, by, signed, by.reason ?? null);
  const sameScope = records.filter((row) => row.visit_type_id === signed.visit_type_id);
  if (newestOf(sameScope).get(signed.kind)?.id === signed.id) await stopMessagesAfter(trx, by, signed.kind);
  await recordPatientChange(trx, by, by.patientId, 'revoke-consent', { consentKind: signed.kind, consentId: signed.id }); // prettier-ignore
  return id;
}

export const consentGaps = ['never-signed', 'declined', 'new-version', 'expired', 'revoked', 'came-of-age'] as const;

export interface MissingConsent {
  readonly kind: string;
  /** The version that must be signed now. */
  readonly version: string;
  readonly reason: (typeof consentGaps)[number];
}

/** Which required consents are not in force at an instant; empty when all are. @param of.scope of a service that a minor signs alone */
export async function consentsMissing(
  trx: Trx,
  of: { readonly patientId: string; readonly at: Date; readonly scope?: ConsentScope | undefined },
): Promise<readonly MissingConsent[]> {
  const newest = newestOf(countsFor(of.scope, await consentRecordsOf(trx, of.patientId)));
  const { validFor } = policyAt(await loadPolicies(trx), 'consent', of.at.getTime());
  const majority = await majorityOf(trx, of.patientId, of.at);
  const missing: MissingConsent[] = [];
  for (const [kind, texts] of await documentsInForce(trx)) {
    const [{ version, required } = { version: '', required: false }] = texts;
    if (!required) continue;
    const reason = gapOf(newest.get(kind), { version, validFor, cameOfAge: majority.at, at: of.at });
    if (reason !== null) missing.push({ kind, version, reason });
  }
  return missing;
}

function gapOf(
  row: ConsentRow | undefined,
  now: { readonly version: string; readonly validFor: string; readonly cameOfAge: Date | null; readonly at: Date },
): MissingConsent['reason'] | null {
  if (row === undefined) return 'never-signed';
  if (row.event !== 'signed') return row.event;
  if (row.signed_at === null) return 'never-signed';
  if (row.version !== now.version) return 'new-version';
  if (signatureEnds(row.signed_at, now.validFor) <= now.at) return 'expired';
  // What a guardian signed for a child is the patient's own to sign from the day of majority on.
  const { cameOfAge } = now;
  const forChild = row.relationship !== 'self' && cameOfAge !== null && row.signed_at < cameOfAge;
  return forChild && cameOfAge <= now.at ? 'came-of-age' : null;
}
