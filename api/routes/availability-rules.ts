import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import {
  insertRecord,
  lockRecord,
  recordRemoval,
  requireRows,
  updateRecord,
} from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { date, id, idParams, listOf, localTime } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const weekday = z.enum(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']);
const byDay = z.array(weekday).min(1).max(7).transform((days) => weekday.options.filter((day) => days.includes(day))); // prettier-ignore

const rule = z.object({
  id,
  resourceId: id,
  locationId: id,
  visitTypeId: id.nullable(),
  byDay: z.array(weekday),
  startLocal: z.string(),
  /** At or before startLocal: on the next day. */
  endLocal: z.string(),
  timeZone: z.string(),
  validFrom: z.string(),
  validTo: z.string().nullable(),
  version: z.int(),
});

interface RuleRow {
  id: string;
  resource_id: string;
  location_id: string;
  visit_type_id: string | null;
  by_day: z.output<typeof weekday>[];
  start_local: string;
  end_local: string;
  time_zone: string;
  valid_from: string;
  valid_to: string | null;
  version: number;
}

const toRule = (row: RuleRow): z.output<typeof rule> => ({
  id: row.id,
  resourceId: row.resource_id,
  locationId: row.location_id,
  visitTypeId: row.visit_type_id,
  byDay: row.by_day,
  startLocal: row.start_local,
  endLocal: row.end_local,
  timeZone: row.time_zone,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  version: row.version,
});

async function readRule(trx: Trx, ruleId: string): Promise<z.output<typeof rule>> {
  const row = await trx('availability_rule').where({ id: ruleId }).first<RuleRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return toRule(row);
}

function requireOrder(from: string, to: string | null | undefined): void {
  if (to != null && to < from) {
    throw new DomainError('validation-failed', {
      errors: [{ path: '/body/validTo', code: 'before-start', message: 'Ends before it begins.' }],
    });
  }
}

export const listAvailabilityRules = route({
  method: 'GET',
  path: '/availability-rules',
  summary: 'Weekly hours with the dates for which they hold',
  query: z.strictObject({ practitionerId: id.optional(), resourceId: id.optional(), locationId: id.optional() }),
  answer: listOf(rule),
  policy: { action: 'schedule:read' },
  audit: { none: 'hours of work' },
  handler: async (context, { query }) => {
    const rows = await context.read((trx) => {
      const found = trx('availability_rule').where({ organization_id: context.organizationId })
        .orderBy(['resource_id', 'valid_from', 'start_local', 'id']).limit(2000).select<RuleRow[]>(); // prettier-ignore
      const resourceId = query.practitionerId ?? query.resourceId;
      if (resourceId !== undefined) void found.where({ resource_id: resourceId });
      if (query.locationId !== undefined) void found.where({ location_id: query.locationId });
      return found;
    });
    return { items: rows.map(toRule), nextCursor: null };
  },
});

export const createAvailabilityRule = route({
  method: 'POST',
  path: '/availability-rules',
  summary: 'Open hours: these days, from and to this local time of the location, from this date on',
  status: 201,
  body: z.strictObject({
    resourceId: id,
    locationId: id,
    visitTypeId: id.nullable().optional(),
    byDay,
    startLocal: localTime,
    endLocal: localTime,
    validFrom: date,
    validTo: date.nullable().optional(),
  }),
  answer: rule,
  policy: { action: 'schedule:manage' },
  audit: { change: 'availability-rule:create', entity: 'availability-rule' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId } = context;
        requireOrder(body.validFrom, body.validTo);
        await requireRows(trx, organizationId, 'resource', [body.resourceId], '/body/resourceId');
        await requireRows(trx, organizationId, 'location', [body.locationId], '/body/locationId');
        await requireRows(trx, organizationId, 'visit_type', [body.visitTypeId], '/body/visitTypeId');
        const { time_zone } = (await trx('location')
          .where({ id: body.locationId })
          .first<{ time_zone: string }>('time_zone'))!;
        const created = await insertRecord(trx, await writeContext(context, trx), 'availability_rule', {
          resource_id: body.resourceId,
          location_id: body.locationId,
          visit_type_id: body.visitTypeId,
          by_day: body.byDay,
          start_local: body.startLocal,
          end_local: body.endLocal,
          // A rule names its location and lives in its zone (architecture.md section 5, zones).
          time_zone,
          valid_from: body.validFrom,
          valid_to: body.validTo,
        }, { resourceId: body.resourceId }); // prettier-ignore
        return readRule(trx, created);
      },
      { operation: true },
    ),
});

export const changeAvailabilityRule = route({
  method: 'PATCH',
  path: '/availability-rules/:id',
  summary: 'Change hours; bookings made under the former hours stay',
  params: idParams,
  body: z.strictObject({
    visitTypeId: id.nullable().optional(),
    byDay: byDay.optional(),
    startLocal: localTime.optional(),
    endLocal: localTime.optional(),
    validFrom: date.optional(),
    validTo: date.nullable().optional(),
  }),
  answer: rule,
  policy: { action: 'schedule:manage' },
  audit: { change: 'availability-rule:change', entity: 'availability-rule' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const changed = await context.transaction(async (trx) => {
      const before = await readRule(trx, params.id);
      requireOrder(body.validFrom ?? before.validFrom, body.validTo === undefined ? before.validTo : body.validTo);
      await requireRows(trx, context.organizationId, 'visit_type', [body.visitTypeId], '/body/visitTypeId');
      await updateRecord(trx, await writeContext(context, trx), 'availability_rule', params.id, version, {
        visit_type_id: body.visitTypeId,
        by_day: body.byDay,
        start_local: body.startLocal,
        end_local: body.endLocal,
        valid_from: body.validFrom,
        valid_to: body.validTo,
      }, { before }); // prettier-ignore
      return readRule(trx, params.id);
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});

export const removeAvailabilityRule = route({
  method: 'DELETE',
  path: '/availability-rules/:id',
  summary: 'Take hours back; bookings made under them stay',
  params: idParams,
  status: 204,
  policy: { action: 'schedule:manage' },
  audit: { change: 'availability-rule:remove', entity: 'availability-rule' },
  handler: async (context, { params }) => {
    await context.transaction(async (trx) => {
      await lockRecord(trx, context.organizationId, 'availability_rule', params.id);
      const before = await readRule(trx, params.id);
      await trx('availability_rule').where({ id: params.id }).delete();
      await recordRemoval(trx, await writeContext(context, trx), 'availability_rule', params.id, { before });
    });
    return undefined;
  },
});
