/** What intakes left in a chart: read, and confirmed or refuted, by clinical staff. */
import { z } from 'zod';
import { verdicts, verifiableTables, verifyFact, type VerifiableKind } from '../../db/charts/chart-verification.ts';
import { DomainError } from '../../domain/errors.ts';
import { chartFact, chartFactsOf } from '../patients/chart-facts-representation.ts';
import type { RequestContext } from '../context.ts';
import { route } from '../route.ts';
import { id, idParams, language } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const facts = z.object({ items: z.array(chartFact) });

const readFacts = (context: RequestContext, patientId: string, asked: string | undefined) =>
  context.read(async (trx) => {
    const patient = await trx('patient').where({ id: patientId }).first('id');
    if (patient === undefined) throw new DomainError('not-found');
    const { organizationId } = context;
    return { items: await chartFactsOf(trx, { organizationId, patientId, language: asked ?? context.user.locale }) };
  });

export const listChartFacts = route({
  method: 'GET',
  path: '/patients/:id/chart-facts',
  summary: 'Allergies, medicines, history, demographics and addresses as the patient said them, each with its source',
  params: idParams,
  query: z.strictObject({ language: language.optional() }),
  answer: facts,
  policy: { action: 'chart:read' },
  audit: { read: 'chart:read', entity: 'patient' },
  handler: (context, { params, query }) => readFacts(context, params.id, query.language),
});

export const verifyChartFact = route({
  method: 'POST',
  path: '/patients/:id/chart-facts/:factId/verify',
  summary: 'Say of an allergy or a medicine that it is so, or that it is not',
  params: z.strictObject({ id, factId: id }),
  body: z.strictObject({
    kind: z.enum(Object.keys(verifiableTables) as [VerifiableKind, ...VerifiableKind[]]),
    verdict: z.enum(verdicts),
  }),
  answer: facts,
  policy: { action: 'chart:verify' },
  audit: { change: 'patient:verify-fact', entity: 'patient' },
  handler: async (context, { params, body }) => {
    await context.transaction(
      async (trx) => {
        const write = await writeContext(context, trx);
        await verifyFact(trx, { ...write, ...body, patientId: params.id, factId: params.factId });
        return null;
      },
      { operation: true },
    );
    return readFacts(context, params.id, undefined);
  },
});
