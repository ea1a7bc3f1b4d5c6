/** What hangs on a chart: names, identifiers, contacts, consents to be contacted, and what was sent. */
import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { addContact, addIdentifier, insertName, lockPatient, touchPatient } from '../../db/patients/patients.ts';
import type { WriteContext } from '../../db/patients/patients.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';
import { requireChart } from '../patients/own-chart.ts';
import {
  asPatientSees,
  consentCategory,
  consentChannel,
  nameUse,
  patient,
  readPatient,
} from '../patients/patient-representation.ts';
import { route } from '../route.ts';
import { email, id, idParams, phone, text } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

/** One change beside the chart's row: locked, written, indexed and recorded together; answers with the whole chart. */
async function changeChart(
  context: RequestContext,
  patientId: string,
  event: string,
  work: (trx: Trx, write: WriteContext) => Promise<Record<string, unknown>>,
  options: { readonly repeatable: boolean } = { repeatable: true },
): Promise<z.output<typeof patient>> {
  requireChart(context, 'patient:update', patientId);
  const chart = await context.transaction(
    async (trx) => {
      const write = await writeContext(context, trx);
      await lockPatient(trx, context.organizationId, patientId);
      await touchPatient(trx, write, patientId, event, await work(trx, write));
      return readPatient(trx, context.organizationId, patientId);
    },
    { operation: options.repeatable },
  );
  return context.can('patient:update') ? chart : asPatientSees(chart);
}

/** Names and identifiers are checked against documents: staff only. */
function requireStaff(context: RequestContext, patientId: string): void {
  requireChart(context, 'patient:update', patientId);
  if (!context.can('patient:update'))
    throw new DomainError('forbidden', { detail: 'The clinic changes this. Please call.' });
}

const policy = { action: 'patient:update' } as const;

export const addPatientName = route({
  method: 'POST',
  path: '/patients/:id/names',
  summary: 'Add a name the patient goes or went by',
  status: 201,
  params: idParams,
  body: z.strictObject({
    use: nameUse.exclude(['official']),
    given: z.array(text(80)).max(8),
    family: text(120).nullable(),
    prefix: z.array(text(40)).max(4).optional(),
    suffix: z.array(text(40)).max(4).optional(),
  }),
  answer: patient,
  policy,
  audit: { change: 'patient:add-name', entity: 'patient' },
  handler: (context, { params, body }) => {
    requireStaff(context, params.id);
    return changeChart(context, params.id, 'add-name', async (trx) => ({
      nameId: await insertName(trx, context.organizationId, params.id, body),
      use: body.use,
    }));
  },
});

export const removePatientName = route({
  method: 'DELETE',
  path: '/patients/:id/names/:nameId',
  summary: 'Take back a name filed by mistake; the official one can only be corrected',
  params: z.strictObject({ id, nameId: id }),
  answer: patient,
  policy,
  audit: { change: 'patient:remove-name', entity: 'patient' },
  handler: (context, { params }) => {
    requireStaff(context, params.id);
    const { nameId } = params;
    return changeChart(context, params.id, 'remove-name', async (trx) => {
      const removed = await trx('patient_name').where({ id: nameId, patient_id: params.id }).whereNot({ use: 'official' }).delete();
      if (removed === 0) throw new DomainError('not-found');
      return { nameId };
    }, { repeatable: false }); // prettier-ignore
  },
});

export const addPatientIdentifier = route({
  method: 'POST',
  path: '/patients/:id/identifiers',
  summary: 'Add an identifier: a member id, a passport, another system’s number',
  status: 201,
  params: idParams,
  body: z.strictObject({ system: text(200), value: text(120), type: text(20).optional() }),
  answer: patient,
  policy,
  audit: { change: 'patient:add-identifier', entity: 'patient' },
  handler: (context, { params, body }) => {
    requireStaff(context, params.id);
    return changeChart(context, params.id, 'add-identifier', async (trx) => ({
      identifierId: await addIdentifier(trx, context.organizationId, params.id, body),
      system: body.system,
    }));
  },
});

export const removePatientIdentifier = route({
  method: 'DELETE',
  path: '/patients/:id/identifiers/:identifierId',
  summary: 'Take back an identifier',
  params: z.strictObject({ id, identifierId: id }),
  answer: patient,
  policy,
  audit: { change: 'patient:remove-identifier', entity: 'patient' },
  handler: (context, { params }) => {
    requireStaff(context, params.id);
    const { identifierId } = params;
    return changeChart(context, params.id, 'remove-identifier', async (trx) => {
      const removed = await trx('patient_identifier').where({ id: identifierId, patient_id: params.id }).delete();
      if (removed === 0) throw new DomainError('not-found');
      return { identifierId };
    }, { repeatable: false }); // prettier-ignore
  },
});

export const addPatientContact = route({
  method: 'POST',
  path: '/patients/:id/contacts',
  summary: 'Add a guardian, next of kin or emergency contact',
  status: 201,
  params: idParams,
  body: z.strictObject({
    relationship: text(60),
    name: text(160),
    phone: phone.optional(),
    email: email.optional(),
    emergency: z.boolean().optional(),
  }),
  answer: patient,
  policy,
  audit: { change: 'patient:add-contact', entity: 'patient' },
  handler: (context, { params, body }) =>
    changeChart(context, params.id, 'add-contact', async (trx) => ({
      contactId: await addContact(trx, context.organizationId, params.id, body),
    })),
});

export const removePatientContact = route({
  method: 'DELETE',
  path: '/patients/:id/contacts/:contactId',
  summary: 'Remove a contact',
  params: z.strictObject({ id, contactId: id }),
  answer: patient,
  policy,
  audit: { change: 'patient:remove-contact', entity: 'patient' },
  handler: (context, { params }) =>
    changeChart(context, params.id, 'remove-contact', async (trx) => {
      const removed = await trx('patient_contact').where({ id: params.contactId, patient_id: params.id }).delete();
      if (removed === 0) throw new DomainError('not-found');
      return { contactId: params.contactId };
    }, { repeatable: false }), // prettier-ignore
});

export const recordConsent = route({
  method: 'POST',
  path: '/patients/:id/consents',
  summary: 'Record whether the patient may be reached by a channel about a category; the newest word counts',
  status: 201,
  params: idParams,
  body: z.strictObject({ channel: consentChannel, category: consentCategory, permitted: z.boolean() }),
  answer: patient,
  policy,
  audit: { change: 'patient:consent', entity: 'patient' },
  handler: (context, { params, body }) =>
    changeChart(context, params.id, 'consent', async (trx, { actor, at }) => {
      await trx('contact_consent').insert({
        organization_id: context.organizationId,
        patient_id: params.id,
        ...body,
        actor: actor.ref,
        at,
      });
      return body;
    }),
});
