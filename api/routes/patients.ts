import { z } from 'zod';
import { lookForMatches } from '../../db/identity/identity-matches.ts';
import { createPatient, duplicatesOf, updatePatient } from '../../db/patients/patients.ts';
import { findPatients } from '../../db/patients/patient-search.ts';
import { payerClasses } from '../../domain/appointment/charge.ts';
import { DomainError } from '../../domain/errors.ts';
import { parsePatientQuery } from '../../domain/patient/patient-query.ts';
import { onlyChart, requireChart } from '../patients/own-chart.ts';
import { decodeCursor, pageOf } from '../page.ts';
import {
  asPatientSees, humanName, nameUse, patient, patientListItem, possibleDuplicate, readPatient, sex, toListItem, toName,
} from '../patients/patient-representation.ts'; // prettier-ignore
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import {
  address,
  cursor,
  email,
  id,
  idParams,
  instant,
  language,
  limit,
  listOf,
  note,
  partialDate,
  phone,
  text,
  timeZone,
} from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const nameInput = z.strictObject({
  given: z.array(text(80)).max(8),
  family: text(120).nullable(),
  prefix: z.array(text(40)).max(4).optional(),
  suffix: z.array(text(40)).max(4).optional(),
});
const withSomeName = nameInput.refine(
  ({ given, family }) => given.length > 0 || family !== null,
  'A given or a family name is needed',
);

const details = {
  chosenName: text(120).nullable().optional(),
  timeZone: timeZone.nullable().optional(),
  email: email.nullable().optional(),
  phone: phone.nullable().optional(),
  address: address.optional(),
  interpreterNeeded: z.boolean().optional(),
  payerClass: z.enum(payerClasses).nullable().optional(),
  highRisk: z.boolean().optional(),
};

const position = z.strictObject({ key: z.string().max(400), id });

export const listPatients = route({
  method: 'GET',
  path: '/patients',
  summary: 'Find patients by parts of names, birth date, MRN or telephone digits; all terms must match',
  query: z.strictObject({ q: note(200).default(''), limit: limit(20, 100), cursor }),
  answer: listOf(patientListItem),
  policy: { action: 'patient:read' },
  audit: { read: 'patient:search', entity: 'patient' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, position);
    const rows = await context.read((trx) =>
      findPatients(trx, context.organizationId, {
        query: parsePatientQuery(query.q),
        limit: query.limit,
        after,
        patientId: onlyChart(context, 'patient:read'),
      }),
    );
    // What was looked for is about a person and stays out of the row; how much was seen belongs in it.
    context.concerns({ detail: { shown: Math.min(rows.length, query.limit) } });
    return pageOf(rows, query.limit, toListItem, (row) => ({ key: row.sort_key, id: row.id }));
  },
});

export const registerPatient = route({
  method: 'POST',
  path: '/patients',
  summary: 'Register a patient; people who may be the same are named, never merged',
  status: 201,
  body: z.strictObject({
    name: withSomeName,
    otherNames: z
      .array(nameInput.extend({ use: nameUse }))
      .max(10)
      .optional(),
    birthDate: partialDate.nullable().optional(),
    sex: sex.default('unknown'),
    language: language.default('en'),
    mrn: text(40).optional(),
    identifiers: z
      .array(z.strictObject({ system: text(200), value: text(120), type: text(20).optional() }))
      .max(20)
      .optional(),
    ...details,
  }),
  answer: patientListItem.extend({ name: humanName, possibleDuplicates: z.array(possibleDuplicate), version: z.int() }),
  policy: { action: 'patient:create' },
  audit: { change: 'patient:register', entity: 'patient' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId } = context;
        const write = await writeContext(context, trx);
        refuseFutureBirth(body.birthDate, write.at);
        const patientId = await createPatient(trx, write, { ...body, id: context.operationId });
        const chart = await readPatient(trx, organizationId, patientId);
        const duplicates = await duplicatesOf(trx, organizationId, patientId);
        // Filed for a reviewer; nobody at the desk waits for that, and nothing is linked from here.
        await lookForMatches(trx, { organizationId, patientId, intakeId: null, at: write.at, automatic: false });
        return {
          ...patientListItem.parse(chart),
          version: chart.version,
          possibleDuplicates: duplicates.map((row) => ({
            id: row.id,
            mrn: row.mrn,
            name: toName(row),
            birthDate: row.birth_date,
          })),
        };
      },
      { operation: true },
    ),
});

export const showPatient = route({
  method: 'GET',
  path: '/patients/:id',
  summary: 'A patient’s demographics, names, identifiers, contacts and consents',
  params: idParams,
  answer: patient,
  policy: { action: 'patient:read' },
  audit: { read: 'patient:read', entity: 'patient' },
  handler: async (context, { params }) => {
    requireChart(context, 'patient:read', params.id);
    const chart = await context.read((trx) => readPatient(trx, context.organizationId, params.id));
    const shown = context.user.kind === 'patient' ? asPatientSees(chart) : chart;
    return new RouteAnswer(shown, { headers: { ETag: etag(chart.version) } });
  },
});

/** What a patient may correct alone; the rest is checked at the desk against a document. */
const ownFields = new Set(['chosenName', 'language', 'timeZone', 'email', 'phone', 'address', 'interpreterNeeded']);

export const correctPatient = route({
  method: 'PATCH',
  path: '/patients/:id',
  summary: 'Correct a patient’s details; a former official name stays on file',
  params: idParams,
  body: z.strictObject({
    name: withSomeName.optional(),
    birthDate: partialDate.nullable().optional(),
    sex: sex.optional(),
    language: language.optional(),
    deceased: z.boolean().optional(),
    deceasedAt: instant.nullable().optional(),
    active: z.boolean().optional(),
    ...details,
  }),
  answer: patient,
  policy: { action: 'patient:update' },
  audit: { change: 'patient:correct', entity: 'patient' },
  handler: async (context, { params, body }) => {
    requireChart(context, 'patient:update', params.id);
    const own = !context.can('patient:update');
    const notOwn = Object.keys(body).filter((field) => !ownFields.has(field));
    if (own && notOwn.length > 0)
      throw new DomainError('forbidden', { detail: 'The clinic changes this. Please call.', allowed: [...ownFields] });
    const version = ifMatch(context.headers);
    const chart = await context.transaction(async (trx) => {
      const write = await writeContext(context, trx);
      refuseFutureBirth(body.birthDate, write.at);
      const { deceasedAt, ...patch } = body;
      await updatePatient(trx, write, params.id, version, {
        ...patch,
        ...(deceasedAt !== undefined && { deceasedAt: deceasedAt === null ? null : new Date(deceasedAt) }),
      });
      return readPatient(trx, context.organizationId, params.id);
    });
    return new RouteAnswer(own ? asPatientSees(chart) : chart, { headers: { ETag: etag(chart.version) } });
  },
});

/** A day of grace, for a child born where the date is ahead of UTC. */
function refuseFutureBirth(birthDate: string | null | undefined, at: Date): void {
  if (birthDate == null) return;
  const latest = new Date(at.getTime() + 86_400_000).toISOString().slice(0, birthDate.length);
  if (birthDate > latest || birthDate < '1850') {
    throw new DomainError('validation-failed', {
      errors: [{ path: '/body/birthDate', code: 'out-of-range', message: 'Check the birth date.' }],
    });
  }
}
