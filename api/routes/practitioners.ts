import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { insertRecord, requireRows, updateRecord } from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { usStates } from '../../domain/appointment/telehealth.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { id, idParams, listOf, text, timeZone } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const practitioner = z.object({
  id,
  name: z.string(),
  specialty: z.string().nullable(),
  locationId: id.nullable(),
  timeZone: z.string().nullable(),
  userId: id.nullable(),
  capacity: z.int(),
  overbookConsent: z.boolean(),
  overbookLimit: z.int(),
  /** USPS codes; empty when nobody has entered it, and then no patient's place is compared with it. */
  licensedStates: z.array(z.string()),
  active: z.boolean(),
  version: z.int(),
});

interface PractitionerRow {
  id: string;
  name: string;
  specialty: string | null;
  location_id: string | null;
  time_zone: string | null;
  user_id: string | null;
  capacity: number;
  overbook_consent: boolean;
  overbook_limit: number;
  licensed_states: string[];
  active: boolean;
  version: number;
}

const toPractitioner = (row: PractitionerRow): z.output<typeof practitioner> => ({
  id: row.id,
  name: row.name,
  specialty: row.specialty,
  locationId: row.location_id,
  timeZone: row.time_zone,
  userId: row.user_id,
  capacity: row.capacity,
  overbookConsent: row.overbook_consent,
  overbookLimit: row.overbook_limit,
  licensedStates: row.licensed_states,
  active: row.active,
  version: row.version,
});

const readPractitioner = async (trx: Trx, resourceId: string) => {
  const row = await trx('resource').where({ id: resourceId, kind: 'provider' }).first<PractitionerRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return toPractitioner(row);
};

const fields = {
  specialty: text(120).nullable().optional(),
  locationId: id.nullable().optional(),
  timeZone: timeZone.nullable().optional(),
  userId: id.nullable().optional(),
  overbookConsent: z.boolean().optional(),
  overbookLimit: z.int().min(0).max(10).optional(),
  licensedStates: z
    .array(z.enum(usStates as [string, ...string[]]))
    .max(60)
    .refine((codes) => new Set(codes).size === codes.length, 'Every state once')
    .optional(),
};

async function requireUser(trx: Trx, organizationId: string, userId: string | null | undefined): Promise<void> {
  if (typeof userId !== 'string') return;
  const user = await trx('app_user')
    .where({ id: userId, organization_id: organizationId, kind: 'staff' })
    .first<{ id: string } | undefined>('id');
  if (user === undefined)
    throw new DomainError('validation-failed', {
      errors: [{ path: '/body/userId', code: 'unknown-id', message: 'There is no such member of staff.' }],
    });
}

export const listPractitioners = route({
  method: 'GET',
  path: '/practitioners',
  summary: 'Who gives visits, where, and which kinds',
  query: z.strictObject({ locationId: id.optional(), visitTypeId: id.optional() }),
  answer: listOf(practitioner),
  policy: { action: ['schedule:read', 'own-availability:read'] },
  audit: { none: 'names of practitioners' },
  handler: async (context, { query }) => {
    const manages = context.can('schedule:manage');
    const rows = await context.read((trx) => {
      const found = trx('resource as r')
        .where({ 'r.organization_id': context.organizationId, 'r.kind': 'provider' })
        .orderBy(['r.name', 'r.id'])
        .select<PractitionerRow[]>('r.*');
      if (!manages) void found.where('r.active', true);
      // Where someone works is said by their hours; the home location alone would hide a second place.
      if (query.locationId !== undefined) {
        const { locationId } = query;
        void found.where((at) => at.where('r.location_id', locationId)
          .orWhereIn('r.id', trx('availability_rule').where({ location_id: locationId }).select('resource_id'))); // prettier-ignore
      }
      if (query.visitTypeId !== undefined) {
        void found.whereIn(
          'r.id',
          trx('visit_type_provider').where({ visit_type_id: query.visitTypeId }).select('resource_id'),
        );
      }
      return found;
    });
    const items = rows.map(toPractitioner);
    // Whether a practitioner can be overbooked is the clinic's business.
    const shown =
      context.user.kind === 'patient'
        ? items.map((item) => ({ ...item, userId: null, overbookConsent: false, overbookLimit: 0 }))
        : items;
    return { items: shown, nextCursor: null };
  },
});

export const createPractitioner = route({
  method: 'POST',
  path: '/practitioners',
  summary: 'Add someone who gives visits',
  status: 201,
  body: z.strictObject({ name: text(120), ...fields }),
  answer: practitioner,
  policy: { action: 'schedule:manage' },
  audit: { change: 'resource:create', entity: 'resource' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        await requireRows(trx, context.organizationId, 'location', [body.locationId], '/body/locationId');
        await requireUser(trx, context.organizationId, body.userId);
        const created = await insertRecord(trx, await writeContext(context, trx), 'resource', {
          kind: 'provider',
          name: body.name,
          specialty: body.specialty,
          location_id: body.locationId,
          time_zone: body.timeZone,
          user_id: body.userId,
          overbook_consent: body.overbookConsent,
          overbook_limit: body.overbookLimit,
          licensed_states: body.licensedStates,
        });
        return readPractitioner(trx, created);
      },
      { operation: true },
    ),
});

export const changePractitioner = route({
  method: 'PATCH',
  path: '/practitioners/:id',
  summary: 'Change a practitioner’s details, consent to overbooking, or active state',
  params: idParams,
  body: z.strictObject({ name: text(120).optional(), ...fields, active: z.boolean().optional() }),
  answer: practitioner,
  policy: { action: 'schedule:manage' },
  audit: { change: 'resource:change', entity: 'resource' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const changed = await context.transaction(async (trx) => {
      await readPractitioner(trx, params.id);
      await requireRows(trx, context.organizationId, 'location', [body.locationId], '/body/locationId');
      await requireUser(trx, context.organizationId, body.userId);
      await updateRecord(trx, await writeContext(context, trx), 'resource', params.id, version, {
        name: body.name,
        specialty: body.specialty,
        location_id: body.locationId,
        time_zone: body.timeZone,
        user_id: body.userId,
        overbook_consent: body.overbookConsent,
        overbook_limit: body.overbookLimit,
        licensed_states: body.licensedStates,
        active: body.active,
      });
      return readPractitioner(trx, params.id);
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});
