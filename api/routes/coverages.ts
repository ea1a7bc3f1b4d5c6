/** Insurance coverages: read back to whoever gave them, seen and corrected by staff, asked about again. */
import { z } from 'zod';
import { askAgain, cancelCoverage, coveragesOf, fileCoverage } from '../../db/patients/coverages.ts';
import { intakeOwner } from '../../db/intakes/intake-owner.ts';
import {
  coveragePositions,
  coverageRelations,
  coverageStatuses,
  eligibilityWords,
  plainMemberId,
} from '../../domain/coverage/coverage.ts';
import type { RequestContext } from '../context.ts';
import { requireIntake } from '../intakes/own-intake.ts';
import { route } from '../route.ts';
import { date, idParams, text } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const benefit = z.object({
  code: z.string(),
  level: z.string().nullable(),
  serviceTypes: z.array(z.string()),
  period: z.string().nullable(),
  amountCents: z.number().int().nullable(),
  share: z.number().nullable(),
  authorizationRequired: z.boolean().nullable(),
  inNetwork: z.boolean().nullable(),
});

const coverage = z.object({
  id: z.string(),
  patientId: z.string(),
  intakeId: z.string().nullable(),
  position: z.enum(coveragePositions),
  payerName: z.string(),
  memberId: z.string(),
  groupNumber: z.string().nullable(),
  planName: z.string().nullable(),
  relation: z.enum(coverageRelations),
  subscriberName: z.string().nullable(),
  subscriberBirthDate: z.string().nullable(),
  startsOn: z.string().nullable(),
  endsOn: z.string().nullable(),
  frontDocumentId: z.string().nullable(),
  backDocumentId: z.string().nullable(),
  status: z.enum(coverageStatuses),
  current: z.boolean(),
  capturedAt: z.string(),
  endedReason: z.string().nullable(),
  eligibility: z.object({
    state: z.enum(eligibilityWords),
    code: z.string().nullable(),
    at: z.string().nullable(),
    checks: z.number().int(),
    benefits: z.array(benefit),
  }),
  version: z.number().int(),
});
const list = z.object({ items: z.array(coverage) });

const readList = (context: RequestContext, patientId: string) =>
  context.read(async (trx) => {
    const { organizationId } = context;
    return { items: [...(await coveragesOf(trx, context.ports.secrets, { organizationId, patientId }))].map((item) => ({
      ...item,
      eligibility: { ...item.eligibility, benefits: item.eligibility.benefits.map((each) => ({ ...each, serviceTypes: [...each.serviceTypes] })) },
    })) }; // prettier-ignore
  });

export const getIntakeCoverage = route({
  method: 'GET',
  path: '/intakes/:id/coverage',
  summary: 'The insurance on file, read back to be confirmed',
  params: idParams,
  answer: list,
  policy: { action: ['coverage:read', 'own-intake:write'] },
  audit: { read: 'coverage:read', entity: 'intake' },
  handler: async (context, { params }) => {
    const intake = await context.read((trx) => intakeOwner(trx, context.organizationId, params.id));
    requireIntake(context, intake);
    context.concerns({ patientId: intake.patientId });
    const { items } = await readList(context, intake.patientId);
    return { items: items.filter(({ current }) => current) };
  },
});

export const listCoverages = route({
  method: 'GET',
  path: '/patients/:id/coverages',
  summary: 'A patient’s insurance, present and earlier, with what payers said',
  params: idParams,
  answer: list,
  policy: { action: 'coverage:read' },
  audit: { read: 'coverage:read', entity: 'patient' },
  handler: (context, { params }) => readList(context, params.id),
});

export const putCoverage = route({
  method: 'POST',
  path: '/patients/:id/coverages',
  summary: 'File or correct a coverage: it takes the place of the one in its position, which stays on record',
  status: 201,
  params: idParams,
  body: z
    .strictObject({
      position: z.enum(coveragePositions),
      payerName: text(150),
      memberId: text(50).refine((value) => plainMemberId(value).length >= 2, 'Type the number on the card'),
      groupNumber: text(50).nullable().default(null),
      planName: text(50).nullable().default(null),
      relation: z.enum(coverageRelations),
      subscriberName: text(200).nullable().default(null),
      subscriberBirthDate: date.nullable().default(null),
      startsOn: date.nullable().default(null),
      endsOn: date.nullable().default(null),
      frontDocumentId: z.uuid().nullable().default(null),
      backDocumentId: z.uuid().nullable().default(null),
    })
    .refine(({ relation, subscriberName }) => relation === 'self' || subscriberName !== null, {
      path: ['subscriberName'],
      message: 'Say whose insurance it is',
    })
    .refine(({ startsOn, endsOn }) => startsOn === null || endsOn === null || startsOn <= endsOn, {
      path: ['endsOn'],
      message: 'It ends before it begins',
    }),
  answer: list,
  policy: { action: 'coverage:manage' },
  audit: { change: 'coverage:capture', entity: 'coverage' },
  handler: async (context, { params, body }) => {
    const { secrets } = context.ports;
    await context.transaction(
      async (trx) => {
        const write = await writeContext(context, trx);
        const id = await fileCoverage(trx, { ...write, patientId: params.id, intakeId: null, secrets }, body);
        return { id };
      },
      { operation: true },
    );
    return readList(context, params.id);
  },
});

export const askCoverageAgain = route({
  method: 'POST',
  path: '/coverages/:id/ask-again',
  summary: 'Ask the payer again whether the patient is insured; the answer comes by itself',
  status: 202,
  params: idParams,
  answer: z.object({ asked: z.literal(true) }),
  policy: { action: 'coverage:manage' },
  audit: { change: 'coverage:ask-again', entity: 'coverage' },
  handler: async (context, { params }) => {
    await context.transaction(async (trx) => askAgain(trx, await writeContext(context, trx), params.id), {
      operation: true,
    });
    return { asked: true as const };
  },
});

export const endCoverage = route({
  method: 'POST',
  path: '/coverages/:id/cancel',
  summary: 'End a coverage that the patient does not have any more',
  params: idParams,
  body: z.strictObject({ reason: text(200) }),
  answer: z.object({ cancelled: z.literal(true) }),
  policy: { action: 'coverage:manage' },
  audit: { change: 'coverage:cancel', entity: 'coverage' },
  handler: async (context, { params, body }) => {
    await context.transaction(
      async (trx) => cancelCoverage(trx, await writeContext(context, trx), params.id, body.reason),
      { operation: true },
    );
    return { cancelled: true as const };
  },
});
