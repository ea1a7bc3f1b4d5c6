/** What patients are asked: versions, drafts, translations, publication (docs/questionnaires.md). For administrators. */
import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import {
  changeDraft,
  createDraft,
  publishDraft,
  retireVersion,
  type DraftContext,
} from '../../db/intakes/questionnaire-drafts.ts';
import {
  defaultFor,
  openIntakesOnOthers,
  presentOf,
  toVersion,
  versionHeads,
  versionRow,
} from '../../db/intakes/questionnaires.ts';
import { DomainError } from '../../domain/errors.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { isRightToLeft, writtenLanguages } from '../../domain/language.ts';
import { differenceOf, type Difference } from '../../domain/questionnaire/questionnaire-difference.ts';
import { toFhirQuestionnaire } from '../../domain/questionnaire/questionnaire-fhir.ts';
import { localization } from '../../domain/questionnaire/questionnaire-localization.ts';
import { questionnaireSchema } from '../../domain/questionnaire/questionnaire-schema.ts';
import type { Questionnaire } from '../../domain/questionnaire/questionnaire.ts';
import type { RequestContext } from '../context.ts';
import { etag, ifMatch } from '../precondition.ts';
import {
  code,
  head,
  instantOf,
  number,
  rowOf,
  summary,
  toHead,
  toWhole,
  whole,
  written,
} from '../intakes/questionnaire-representation.ts';
import { route, RouteAnswer } from '../route.ts';
import { listOf } from '../schemas.ts';

const draftContext = async (context: RequestContext, trx: Trx, of: string, opKey?: string): Promise<DraftContext> => ({
  organizationId: context.organizationId,
  code: of,
  actor: context.actor,
  at: await databaseTime(trx),
  opKey,
});

const manages = { action: 'questionnaire:manage' } as const;
const reads = { none: 'what is asked, nobody’s answers' } as const;
const versionParams = z.strictObject({ code, number });

export const listQuestionnaires = route({
  method: 'GET',
  path: '/questionnaires',
  summary: 'What the intake asks, step by step, and which version new cases get',
  answer: listOf(summary),
  policy: manages,
  audit: reads,
  handler: async (context) => {
    const items = await context.read(async (trx) => {
      const heads = await versionHeads(trx, context.organizationId);
      return Promise.all(
        intakeSteps.map(async (step) => {
          const own = heads.filter((each) => each.code === step);
          const present = presentOf(own, step);
          const { definition } = await rowOf(trx, context.organizationId, step, present?.number ?? 0);
          const draft = own.find(({ state }) => state === 'draft');
          return {
            code: step,
            title: definition.title,
            present: {
              number: present?.number ?? 0,
              source: present?.source ?? ('default' as const),
              publishedAt: instantOf(present?.published_at ?? null),
            },
            draft: draft === undefined ? null : { number: draft.number },
            versions: own.length,
          };
        }),
      );
    });
    return { items, nextCursor: null };
  },
});

export const showQuestionnaire = route({
  method: 'GET',
  path: '/questionnaires/:code',
  summary: 'The versions of one questionnaire, newest first',
  params: z.strictObject({ code }),
  answer: z.object({ code, title: z.string(), present: z.int(), versions: z.array(head) }),
  policy: manages,
  audit: reads,
  handler: (context, { params }) =>
    context.read(async (trx) => {
      if (defaultFor(params.code) === undefined) throw new DomainError('not-found');
      const heads = await versionHeads(trx, context.organizationId, params.code);
      const present = presentOf(heads, params.code)?.number ?? 0;
      const { definition } = await rowOf(trx, context.organizationId, params.code, present);
      return { code: params.code, title: definition.title, present, versions: heads.map(toHead) };
    }),
});

const withEtag = (answer: z.output<typeof whole>): RouteAnswer<z.output<typeof whole>> =>
  new RouteAnswer(answer, { headers: { ETag: etag(answer.version) } });

export const showQuestionnaireVersion = route({
  method: 'GET',
  path: '/questionnaires/:code/versions/:number',
  summary: 'One version with its translations, and what keeps it from being published',
  params: versionParams,
  answer: whole,
  policy: manages,
  audit: reads,
  handler: async (context, { params }) =>
    withEtag(toWhole(await context.read((trx) => rowOf(trx, context.organizationId, params.code, params.number)))),
});

export const createQuestionnaireDraft = route({
  method: 'POST',
  path: '/questionnaires/:code/versions',
  summary:
    'Begin the next version, from what new cases get at present or from an earlier one (a draft that was put away)',
  status: 201,
  params: z.strictObject({ code }),
  body: z.strictObject({ from: z.int().min(1).optional() }),
  answer: whole,
  policy: manages,
  audit: { change: 'questionnaire-version:create', entity: 'questionnaire-version' },
  handler: (context, { params, body }) =>
    context.transaction(
      async (trx) => {
        const write = await draftContext(context, trx, params.code, context.operation.key);
        const made = await createDraft(trx, write, body.from);
        return toWhole(await versionRow(trx, context.organizationId, params.code, made));
      },
      { operation: true },
    ),
});

const changeBody = z
  .strictObject({
    /** FHIR R4 JSON subset, whole. */
    definition: z.record(z.string(), z.unknown()).optional(),
    /** By language and key; null takes a text away, what is not named stays. */
    translations: z.partialRecord(written, z.record(z.string().max(300), z.string().max(2000).nullable())).optional(),
  })
  .superRefine((change, check) => {
    if (change.definition === undefined) return;
    const parsed = questionnaireSchema.safeParse(change.definition);
    for (const issue of parsed.success ? [] : parsed.error.issues.slice(0, 50))
      check.addIssue({ code: 'custom', path: ['definition', ...issue.path], message: issue.message });
  });

export const changeQuestionnaireDraft = route({
  method: 'PATCH',
  path: '/questionnaires/:code/versions/:number',
  summary: 'Change a draft: what is asked, or texts of one or more languages',
  params: versionParams,
  body: changeBody,
  answer: whole,
  policy: manages,
  audit: { change: 'questionnaire-version:change', entity: 'questionnaire-version' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const changed = await context.transaction(async (trx) => {
      const change = { definition: body.definition as Questionnaire | undefined, translations: body.translations };
      await changeDraft(trx, await draftContext(context, trx, params.code), params.number, version, change);
      return versionRow(trx, context.organizationId, params.code, params.number);
    });
    return withEtag(toWhole(changed));
  },
});

const decides = <const Event extends 'publish' | 'retire'>(action: Event, decide: typeof publishDraft, text: string) =>
  route({
    method: 'POST',
    path: `/questionnaires/:code/versions/:number/${action}` as const,
    summary: text,
    params: versionParams,
    body: z.strictObject({ version: z.int().min(1) }),
    answer: whole,
    policy: manages,
    audit: { change: `questionnaire-version:${action}`, entity: 'questionnaire-version' },
    handler: (context, { params, body }) =>
      context.transaction(
        async (trx) => {
          await decide(
            trx,
            await draftContext(context, trx, params.code, context.operation.key),
            params.number,
            body.version,
          );
          return toWhole(await versionRow(trx, context.organizationId, params.code, params.number));
        },
        { operation: true },
      ),
  });

export const publishQuestionnaire = decides(
  'publish',
  publishDraft,
  'Give a draft to new cases; 422 names each text that is missing. Open cases keep theirs',
);
export const retireQuestionnaire = decides(
  'retire',
  retireVersion,
  'Give up a draft, or let new cases get what the product brings',
);

const fieldChange = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });
const difference = z.object({
  title: fieldChange.nullable(),
  items: z.array(
    z.object({
      linkId: z.string(),
      change: z.enum(['added', 'removed', 'changed']),
      text: z.string().nullable(),
      fields: z.array(fieldChange),
    }),
  ),
  texts: z.array(
    z.object({ language: z.string(), key: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
  ),
});
const shownDifference = ({ title, items, texts }: Difference): z.output<typeof difference> => ({
  title,
  items: items.map((item) => ({ ...item, fields: [...item.fields] })),
  texts: [...texts],
});

export const previewPublication = route({
  method: 'GET',
  path: '/questionnaires/:code/versions/:number/publication',
  summary: 'What publishing a version would change: languages, differences to what new cases get, cases that stay',
  params: versionParams,
  answer: z.object({
    number: z.int(),
    /** What new cases get until then. */
    present: z.object({ number: z.int(), source: z.enum(['default', 'organization']) }),
    /** Every language that patients read, and how many of its texts are missing. */
    languages: z.array(z.object({ language: written, missing: z.int() })),
    difference,
    /** Open intakes on other versions: they go on with the one that they began with (A6). */
    staying: z.array(z.object({ number: z.int(), intakes: z.int() })),
  }),
  policy: manages,
  audit: reads,
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const { organizationId } = context;
      const row = await rowOf(trx, organizationId, params.code, params.number);
      const heads = await versionHeads(trx, organizationId, params.code);
      const present = presentOf(heads, params.code);
      const before = await rowOf(trx, organizationId, params.code, present?.number ?? 0);
      const { missing } = toWhole(row);
      return {
        number: row.number,
        present: { number: before.number, source: before.source },
        languages: writtenLanguages.map((language) => ({ language, missing: missing[language]?.length ?? 0 })),
        difference: shownDifference(differenceOf(before, row)),
        staying: [...(await openIntakesOnOthers(trx, organizationId, params.code, row.number))],
      };
    }),
});

export const compareQuestionnaires = route({
  method: 'GET',
  path: '/questionnaires/:code/comparison',
  summary: 'What one version asks and says differently from another',
  params: z.strictObject({ code }),
  query: z.strictObject({ from: number, to: number }),
  answer: difference.extend({ from: z.int(), to: z.int() }),
  policy: manages,
  audit: reads,
  handler: async (context, { params, query }) => {
    const [before, after] = await context.read(
      async (trx) =>
        [
          await rowOf(trx, context.organizationId, params.code, query.from),
          await rowOf(trx, context.organizationId, params.code, query.to),
        ] as const,
    );
    return { from: query.from, to: query.to, ...shownDifference(differenceOf(before, after)) };
  },
});

export const previewQuestionnaire = route({
  method: 'GET',
  path: '/questionnaires/:code/versions/:number/preview',
  summary: 'A version as a patient reads it in one language, and which texts are not in it',
  params: versionParams,
  query: z.strictObject({ language: written }),
  answer: z.object({
    language: z.string(),
    rightToLeft: z.boolean(),
    questionnaire: z.record(z.string(), z.unknown()),
    fellBack: z.array(z.string()),
  }),
  policy: manages,
  audit: reads,
  handler: async (context, { params, query }) => {
    const row = await context.read((trx) => rowOf(trx, context.organizationId, params.code, params.number));
    const { questionnaire, fellBack } = localization(toVersion(row), query.language);
    return {
      language: query.language,
      rightToLeft: isRightToLeft(query.language),
      questionnaire: { ...questionnaire },
      fellBack: [...fellBack],
    };
  },
});

export const exportQuestionnaire = route({
  method: 'GET',
  path: '/questionnaires/:code/versions/:number/fhir',
  summary: 'A version as a FHIR R4 Questionnaire, its translations as extensions',
  params: versionParams,
  answer: z.record(z.string(), z.unknown()),
  policy: manages,
  audit: reads,
  handler: async (context, { params }) => {
    const row = await context.read((trx) => rowOf(trx, context.organizationId, params.code, params.number));
    return { ...toFhirQuestionnaire(toVersion(row), row.state === 'published' ? 'active' : row.state) };
  },
});
