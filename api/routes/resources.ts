import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { insertRecord, requireRows, updateRecord } from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { id, idParams, language, listOf, text, timeZone } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const kind = z.enum(['room', 'equipment', 'interpreter']);
const kinds = kind.options;

const resource = z.object({
  id,
  kind,
  name: z.string(),
  locationId: id.nullable(),
  timeZone: z.string().nullable(),
  capacity: z.int(),
  overbookLimit: z.int(),
  languages: z.array(z.string()),
  active: z.boolean(),
  version: z.int(),
});

interface ResourceRow {
  id: string;
  kind: z.output<typeof kind>;
  name: string;
  location_id: string | null;
  time_zone: string | null;
  capacity: number;
  overbook_limit: number;
  languages: string[];
  active: boolean;
  version: number;
}

const toResource = (row: ResourceRow): z.output<typeof resource> => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  locationId: row.location_id,
  timeZone: row.time_zone,
  capacity: row.capacity,
  overbookLimit: row.overbook_limit,
  languages: row.languages,
  active: row.active,
  version: row.version,
});

const readResource = async (trx: Trx, resourceId: string) => {
  const row = await trx('resource').where({ id: resourceId }).whereIn('kind', kinds).first<ResourceRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return toResource(row);
};

const fields = {
  locationId: id.nullable().optional(),
  timeZone: timeZone.nullable().optional(),
  overbookLimit: z.int().min(0).max(10).optional(),
  languages: z.array(language).max(20).optional(),
};

export const listResources = route({
  method: 'GET',
  path: '/resources',
  summary: 'Rooms, equipment and interpreters',
  query: z.strictObject({ kind: kind.optional(), locationId: id.optional() }),
  answer: listOf(resource),
  policy: { action: 'schedule:read' },
  audit: { none: 'names of rooms and equipment' },
  handler: async (context, { query }) => {
    const rows = await context.read((trx) => {
      const found = trx('resource').where({ organization_id: context.organizationId })
        .whereIn('kind', query.kind === undefined ? kinds : [query.kind]).orderBy(['kind', 'name', 'id']).select<ResourceRow[]>(); // prettier-ignore
      if (query.locationId !== undefined) void found.where({ location_id: query.locationId });
      if (!context.can('schedule:manage')) void found.where({ active: true });
      return found;
    });
    return { items: rows.map(toResource), nextCursor: null };
  },
});

export const createResource = route({
  method: 'POST',
  path: '/resources',
  summary: 'Add a room, a piece of equipment or an interpreter',
  status: 201,
  body: z.strictObject({ kind, name: text(120), capacity: z.int().min(1).max(100).optional(), ...fields }),
  answer: resource,
  policy: { action: 'schedule:manage' },
  audit: { change: 'resource:create', entity: 'resource' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        await requireRows(trx, context.organizationId, 'location', [body.locationId], '/body/locationId');
        const created = await insertRecord(trx, await writeContext(context, trx), 'resource', {
          kind: body.kind,
          name: body.name,
          capacity: body.capacity,
          location_id: body.locationId,
          time_zone: body.timeZone,
          overbook_limit: body.overbookLimit,
          languages: body.languages,
        });
        return readResource(trx, created);
      },
      { operation: true },
    ),
});

export const changeResource = route({
  method: 'PATCH',
  path: '/resources/:id',
  summary: 'Change a room, a piece of equipment or an interpreter',
  params: idParams,
  // Capacity may only grow: lanes above a smaller one could be reserved already.
  body: z.strictObject({
    name: text(120).optional(),
    capacity: z.int().min(1).max(100).optional(),
    ...fields,
    active: z.boolean().optional(),
  }),
  answer: resource,
  policy: { action: 'schedule:manage' },
  audit: { change: 'resource:change', entity: 'resource' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const changed = await context.transaction(async (trx) => {
      const before = await readResource(trx, params.id);
      if (body.capacity !== undefined && body.capacity < before.capacity) {
        throw new DomainError('conflict', {
          detail: 'A capacity can grow, not shrink: what is reserved already must keep its place.',
        });
      }
      await requireRows(trx, context.organizationId, 'location', [body.locationId], '/body/locationId');
      await updateRecord(trx, await writeContext(context, trx), 'resource', params.id, version, {
        name: body.name,
        capacity: body.capacity,
        location_id: body.locationId,
        time_zone: body.timeZone,
        overbook_limit: body.overbookLimit,
        languages: body.languages,
        active: body.active,
      });
      return readResource(trx, params.id);
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});
