import { z } from 'zod';
import { decideCharge, listCharges as findCharges, readCharge, type ChargeRow } from '../../db/appointments/charges.ts';
import { databaseTime } from '../../db/clock.ts';
import {
  chargeActionsFrom,
  chargeKinds,
  chargeStates,
  waiverReasons,
  chargeActions,
} from '../../domain/appointment/charge.ts';
import type { ChargeAction } from '../../domain/appointment/charge.ts';
import { DomainError } from '../../domain/errors.ts';
import { formatName } from '../../domain/patient/patient.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, limit, listOf, note } from '../schemas.ts';

const charge = z.object({
  id,
  kind: z.enum(chargeKinds),
  state: z.enum(chargeStates),
  /** Of the currency's smallest unit. */
  amountCents: z.int(),
  currency: z.string(),
  /** A code: what was decided by rule (`first-occurrence`, `payer-class` …) or by a person. */
  waivedReason: z.string().nullable(),
  voidReason: z.string().nullable(),
  note: z.string().nullable(),
  /** The name of who decided; null where a rule did. */
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  createdAt: z.string(),
  version: z.int(),
  patient: z.object({ id, name: z.string() }),
  visit: z.object({
    id,
    name: z.string(),
    start: z.string().nullable(),
    timeZone: z.string().nullable(),
    state: z.string(),
    /** When it was cancelled or missed. */
    endedAt: z.string().nullable(),
    locationId: id.nullable(),
  }),
  /** What can be done with it now, and by you. */
  allowedActions: z.array(z.enum(chargeActions)),
});

const permissionFor = { waive: 'charge:waive', 'undo-waive': 'charge:waive', post: 'charge:post', 'undo-post': 'charge:post' } as const satisfies Record<ChargeAction, string>; // prettier-ignore

function toCharge(row: ChargeRow, context: RequestContext): z.output<typeof charge> {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    amountCents: row.amount_cents,
    currency: row.currency,
    waivedReason: row.waived_reason,
    voidReason: row.void_reason,
    note: row.note,
    decidedBy: row.decided_name,
    decidedAt: row.decided_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    version: row.version,
    patient: {
      id: row.patient_id,
      name: formatName({ given: row.given ?? [], family: row.family }, row.chosen_name),
    },
    visit: {
      id: row.appointment_id,
      name: localized(row.visit_type_name, languagesOf(context)),
      start: row.start_at?.toISOString() ?? null,
      timeZone: row.tz,
      state: row.status,
      endedAt: (row.cancelled_at ?? row.noshow_at)?.toISOString() ?? null,
      locationId: row.location_id,
    },
    allowedActions: chargeActionsFrom({ state: row.state, amountCents: row.amount_cents }).filter((action) =>
      context.can(permissionFor[action]),
    ),
  };
}

const position = z.strictObject({ at: z.iso.datetime({ precision: 6 }), id });

export const listCharges = route({
  method: 'GET',
  path: '/charges',
  summary: 'Proposed fees and deposits, what waits longest on top',
  query: z.strictObject({
    state: z.enum([...chargeStates, 'all']).default('proposed'),
    kind: z.enum(chargeKinds).optional(),
    appointmentId: id.optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(charge),
  policy: { action: 'charge:read' },
  audit: { read: 'charge:list', entity: 'charge' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, position);
    const rows = await context.read((trx) =>
      findCharges(trx, {
        organizationId: context.organizationId,
        state: query.state === 'all' ? undefined : query.state,
        kind: query.kind,
        appointmentId: query.appointmentId,
        limit: query.limit,
        after,
      }),
    );
    return pageOf(rows, query.limit, (row) => toCharge(row, context), (row) => ({ at: row.position, id: row.id })); // prettier-ignore
  },
});

const version = z.int().min(0);

/** One declaration a step, so that each has the permission of its own. */
function decided(
  context: RequestContext,
  chargeId: string,
  action: ChargeAction,
  input: { readonly version: number; readonly reason?: string | undefined; readonly note?: string | undefined },
) {
  // prettier-ignore
  return context.transaction(
    async (trx) => {
      const { organizationId, actor } = context;
      const [at, opKey] = [await databaseTime(trx), context.operation.key];
      await decideCharge(trx, { organizationId, id: chargeId, action, ...input, actor, at, opKey });
      return toCharge(await readCharge(trx, organizationId, chargeId), context);
    },
    { operation: true },
  );
}

export const waiveCharge = route({
  method: 'POST',
  path: '/charges/:id/waive',
  summary: 'Waive a proposed charge, with a reason',
  params: idParams,
  body: z.strictObject({ version, reason: z.enum(waiverReasons), note: note(500).optional() }),
  answer: charge,
  policy: { action: 'charge:waive' },
  audit: { change: 'charge:waive', entity: 'charge' },
  handler: (context, { params, body }) => {
    if (body.reason === 'other' && (body.note ?? '').trim() === '')
      throw new DomainError('validation-failed', {
        errors: [{ path: '/body/note', code: 'required', message: 'Say why in a few words.' }],
      });
    return decided(context, params.id, 'waive', body);
  },
});

export const undoWaiver = route({
  method: 'POST',
  path: '/charges/:id/undo-waive',
  summary: 'Take a waiver back: the charge is proposed again',
  params: idParams,
  body: z.strictObject({ version }),
  answer: charge,
  policy: { action: 'charge:waive' },
  audit: { change: 'charge:undo-waive', entity: 'charge' },
  handler: (context, { params, body }) => decided(context, params.id, 'undo-waive', body),
});

export const postCharge = route({
  method: 'POST',
  path: '/charges/:id/post',
  summary: 'Post a proposed charge: it is on record as owed; no money moves here',
  params: idParams,
  body: z.strictObject({ version }),
  answer: charge,
  policy: { action: 'charge:post' },
  audit: { change: 'charge:post', entity: 'charge' },
  handler: (context, { params, body }) => decided(context, params.id, 'post', body),
});

export const undoPosting = route({
  method: 'POST',
  path: '/charges/:id/undo-post',
  summary: 'Take a posting back: the charge is proposed again',
  params: idParams,
  body: z.strictObject({ version }),
  answer: charge,
  policy: { action: 'charge:post' },
  audit: { change: 'charge:undo-post', entity: 'charge' },
  handler: (context, { params, body }) => decided(context, params.id, 'undo-post', body),
});
