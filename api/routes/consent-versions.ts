/** What patients are asked to sign: versions in each language, and a new one. A published version is never changed. */
import { z } from 'zod';
import {
  consentVersions,
  publishConsent,
  signersOf,
  type ConsentVersion,
} from '../../db/patients/consent-publications.ts';
import { DomainError } from '../../domain/errors.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { route } from '../route.ts';
import { listOf, note, text } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const kind = z.string().regex(/^[a-z][a-z0-9-]{1,60}$/);
const written = z.enum(writtenLanguages);
const publishes = { action: 'consent:publish' } as const;
const reads = { none: 'the same texts for everybody; nothing about a person' } as const;

const head = z.object({
  kind,
  version: z.string(),
  /** `shipped`: the product’s own template. */
  source: z.enum(['shipped', 'published']),
  required: z.boolean(),
  /** What is signed now. */
  present: z.boolean(),
  texts: z.array(z.object({ locale: z.string(), title: z.string(), sha256: z.string() })),
  /** Languages without a text, and the one that is shown instead. */
  missing: z.array(z.string()),
  fallback: z.string(),
  /** How many had signed when it was published. */
  askedAgain: z.int().nullable(),
  publishedAt: z.string().nullable(),
});

const toHead = (version: ConsentVersion): z.output<typeof head> => ({
  kind: version.kind,
  version: version.version,
  source: version.source,
  required: version.required,
  present: version.present,
  texts: version.texts.map(({ locale, title, sha256 }) => ({ locale, title, sha256 })),
  missing: [...version.missing],
  fallback: version.fallback,
  askedAgain: version.askedAgain,
  publishedAt: version.publishedAt?.toISOString() ?? null,
});

export const listConsentVersions = route({
  method: 'GET',
  path: '/consent-versions',
  summary: 'Every document to sign with its versions, and how many people a new version would ask again',
  answer: listOf(
    z.object({ kind, present: z.string(), required: z.boolean(), signers: z.int(), versions: z.array(head) }),
  ),
  policy: publishes,
  audit: reads,
  handler: (context) =>
    context.read(async (trx) => {
      const versions = await consentVersions(trx);
      const signers = await signersOf(trx);
      const items = [...new Set(versions.map((one) => one.kind))].map((of) => {
        const own = versions.filter((one) => one.kind === of);
        const present = own.find((one) => one.present);
        return {
          kind: of,
          present: present?.version ?? '',
          required: present?.required ?? false,
          signers: signers.get(of) ?? 0,
          versions: own.map(toHead),
        };
      });
      return { items, nextCursor: null };
    }),
});

const whole = head.extend({
  texts: z.array(z.object({ locale: z.string(), title: z.string(), sha256: z.string(), text: z.string() })),
});

const toWhole = (version: ConsentVersion): z.output<typeof whole> => ({
  ...toHead(version),
  texts: version.texts.map(({ body, ...one }) => ({ ...one, text: body })),
});

export const showConsentVersion = route({
  method: 'GET',
  path: '/consent-versions/:kind/:version',
  summary: 'One version word by word, in each language that it has, with the hash that signatures name',
  params: z.strictObject({ kind, version: z.string().max(20) }),
  answer: whole,
  policy: publishes,
  audit: reads,
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const found = (await consentVersions(trx)).find((one) => one.kind === params.kind && one.version === params.version); // prettier-ignore
      if (found === undefined) throw new DomainError('not-found');
      return toWhole(found);
    }),
});

export const publishConsentVersion = route({
  method: 'POST',
  path: '/consent-versions/:kind',
  summary: 'Publish a new version, in force at once: whoever signed an earlier one is asked again',
  status: 201,
  params: z.strictObject({ kind }),
  body: z.strictObject({
    /** The version that the page had read: 409 conflict where another came first. */
    baseVersion: z.string().max(20),
    texts: z.partialRecord(written, z.strictObject({ title: text(160), text: note(40_000) })),
    /** Exactly the languages without a text. */
    missing: z.array(written).max(writtenLanguages.length),
    /** What is shown where a language is missing. */
    fallback: written,
  }),
  answer: whole,
  policy: publishes,
  audit: { change: 'consent-document:publish', entity: 'consent-document' },
  handler: (context, { params, body }) =>
    context.transaction(
      async (trx) => {
        const version = await publishConsent(trx, { ...(await writeContext(context, trx)), ...body, kind: params.kind }); // prettier-ignore
        return toWhole((await consentVersions(trx)).find((one) => one.kind === params.kind && one.version === version)!); // prettier-ignore
      },
      { operation: true },
    ),
});
