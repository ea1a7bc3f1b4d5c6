/** What there is to sign, what was signed, and taking it back. Signing happens in the step `consents` of an intake. */
import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { consentDocuments, consentGaps, consentRecordsOf, consentsMissing, revokeConsent, type ConsentRow } from '../../db/patients/consents.ts'; // prettier-ignore
import type { Trx } from '../../db/connection.ts';
import { keptFromOthers } from '../../db/patients/minor-consents.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';
import { requireChart } from '../patients/own-chart.ts';
import { route } from '../route.ts';
import { id, idParams, language, note } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const listConsentDocuments = route({
  method: 'GET',
  path: '/consent-documents',
  summary: 'The texts to sign, each in the nearest language that it has, with the hash that a signature names',
  query: z.strictObject({ language: language.optional() }),
  answer: z.object({
    items: z.array(
      z.object({
        kind: z.string(),
        version: z.string(),
        /** What the text is written in; may differ from what was asked for. */
        locale: z.string(),
        title: z.string(),
        /** As it is hashed: paragraphs with a blank line between them. */
        text: z.string(),
        sha256,
        required: z.boolean(),
      }),
    ),
  }),
  policy: { action: ['consent:read', 'own-intake:write'] },
  audit: { none: 'the same texts for everybody; nothing about a person' },
  handler: (context, { query }) =>
    context.read(async (trx) => ({
      items: (await consentDocuments(trx, query.language ?? context.user.locale)).map(({ body, ...text }) => ({ ...text, text: body })), // prettier-ignore
    })),
});

const consent = z.object({
  id,
  kind: z.string(),
  version: z.string(),
  locale: z.string(),
  sha256,
  /** The title of the text that was signed. */
  title: z.string(),
  event: z.enum(['signed', 'declined', 'revoked']),
  /** Signed, and neither taken back nor followed by another word on the same. */
  inForce: z.boolean(),
  relationship: z.string(),
  /** A minor signed without a guardian, for this service alone, by the clinic's rule. */
  alone: z
    .object({ ruleId: id, visitTypeId: id, service: z.record(z.string(), z.string()), basis: z.string() })
    .nullable(),
  typedName: z.string().nullable(),
  at: z.string(),
  /** The signature that this row takes back. */
  revokes: id.nullable(),
  reason: z.string().nullable(),
});

/** What a minor signed in confidence is for staff; their account may be a parent's. */
async function recordsToShow(context: RequestContext, trx: Trx, patientId: string): Promise<ConsentRow[]> {
  const records = await consentRecordsOf(trx, patientId);
  if (context.can('consent:read')) return records;
  const of = { patientId, confidential: true, at: await databaseTime(trx) };
  return (await keptFromOthers(trx, of)) ? records.filter((row) => row.minor_consent_rule_id === null) : records;
}

const patientConsents = z.object({
  items: z.array(consent),
  missing: z.array(z.object({ kind: z.string(), version: z.string(), reason: z.enum(consentGaps) })),
});

async function readConsents(context: RequestContext, patientId: string): Promise<z.output<typeof patientConsents>> {
  return context.read(async (trx) => {
    const patient = await trx('patient').where({ id: patientId }).first('id');
    if (patient === undefined) throw new DomainError('not-found');
    const records = await recordsToShow(context, trx, patientId);
    const documents = await trx('consent_document').whereIn('id', records.map((row) => row.document_id)).select<{ id: string; title: string }[]>('id', 'title'); // prettier-ignore
    const titles = new Map(documents.map((row) => [row.id, row.title]));
    const spokenOf = new Set<string>();
    const services = await namesOfServices(trx, records);
    const items = records.map((row) => {
      const inForce = row.event === 'signed' && !spokenOf.has(scopeOf(row));
      spokenOf.add(scopeOf(row));
      return toConsent(row, titles.get(row.document_id) ?? row.kind, inForce, services);
    });
    return { items, missing: [...(await consentsMissing(trx, { patientId, at: await databaseTime(trx) }))] };
  });
}

/** A word on one service says nothing about the others. */
const scopeOf = (row: ConsentRow): string => `${row.kind} ${row.visit_type_id ?? ''}`;

type Services = ReadonlyMap<string, { readonly name: Readonly<Record<string, string>>; readonly basis: string }>;

/** Of what minors signed alone: for which service, and on what it rests. By rule. */
async function namesOfServices(trx: Trx, records: readonly ConsentRow[]): Promise<Services> {
  const ids = records.flatMap((row) => row.minor_consent_rule_id ?? []);
  if (ids.length === 0) return new Map();
  const rows = await trx('minor_consent_rule as r').join('visit_type as v', 'v.id', 'r.visit_type_id').whereIn('r.id', ids)
    .select<{ id: string; basis: string; name: Record<string, string> }[]>('r.id', 'r.basis', 'v.name'); // prettier-ignore
  return new Map(rows.map((row) => [row.id, row]));
}

const aloneFor = (row: ConsentRow, services: Services): z.output<typeof consent>['alone'] => {
  const service = services.get(row.minor_consent_rule_id ?? '');
  return service === undefined || row.visit_type_id === null || row.minor_consent_rule_id === null
    ? null
    : {
        ruleId: row.minor_consent_rule_id,
        visitTypeId: row.visit_type_id,
        service: service.name,
        basis: service.basis,
      };
};

const toConsent = (row: ConsentRow, title: string, inForce: boolean, services: Services): z.output<typeof consent> => ({
  alone: aloneFor(row, services),
  id: row.id,
  kind: row.kind,
  version: row.version,
  locale: row.locale,
  sha256: row.content_sha256,
  title,
  event: row.event,
  inForce,
  relationship: row.relationship,
  typedName: row.typed_name,
  at: (row.revoked_at ?? row.signed_at ?? row.recorded_at).toISOString(),
  revokes: row.revokes,
  reason: row.reason,
});

export const listPatientConsents = route({
  method: 'GET',
  path: '/patients/:id/consents',
  summary: 'Every word on consents, the newest first, and which required ones are not in force',
  params: idParams,
  answer: patientConsents,
  policy: { action: ['consent:read', 'own-patient:read'] },
  audit: { read: 'consent:list', entity: 'patient' },
  handler: (context, { params }) => {
    requireChart(context, 'consent:read', params.id);
    return readConsents(context, params.id);
  },
});

const consentParams = z.strictObject({ id, consentId: id });

export const showSignedConsent = route({
  method: 'GET',
  path: '/patients/:id/consents/:consentId',
  summary: 'The text as it was signed, word by word, under the hash that the signature names',
  params: consentParams,
  answer: consent.extend({ text: z.string() }),
  policy: { action: ['consent:read', 'own-patient:read'] },
  audit: { read: 'consent:read', entity: 'patient' },
  handler: async (context, { params }) => {
    requireChart(context, 'consent:read', params.id);
    return context.read(async (trx) => {
      const records = await recordsToShow(context, trx, params.id);
      const row = records.find((one) => one.id === params.consentId);
      if (row === undefined) throw new DomainError('not-found');
      const document = await trx('consent_document').where({ id: row.document_id }).first<{ title: string; body: string }>('title', 'body'); // prettier-ignore
      const newest = records.find((one) => scopeOf(one) === scopeOf(row));
      const services = await namesOfServices(trx, [row]);
      return {
        ...toConsent(row, document.title, row.event === 'signed' && newest === row, services),
        text: document.body,
      };
    });
  },
});

export const revokePatientConsent = route({
  method: 'POST',
  path: '/patients/:id/consents/:consentId/revoke',
  summary: 'Take a signed consent back; a new row, in force at once',
  params: consentParams,
  body: z.strictObject({ reason: note(300).optional() }),
  answer: patientConsents,
  policy: { action: 'patient:update' },
  audit: { change: 'patient:revoke-consent', entity: 'patient' },
  handler: async (context, { params, body }) => {
    requireChart(context, 'patient:update', params.id);
    await context.transaction(
      async (trx) => {
        const write = await writeContext(context, trx);
        await revokeConsent(trx, { ...write, patientId: params.id, consentId: params.consentId, reason: body.reason });
        return null;
      },
      { operation: true },
    );
    return readConsents(context, params.id);
  },
});
