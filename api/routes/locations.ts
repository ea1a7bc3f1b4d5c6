import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { insertRecord, updateRecord } from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { normalizePhone } from '../../domain/patient/patient.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { address, id, idParams, listOf, phone, text, timeZone } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const location = z.object({
  id,
  name: z.string(),
  timeZone: z.string(),
  address: z.record(z.string(), z.unknown()),
  phone: z.string().nullable(),
  active: z.boolean(),
  version: z.int(),
});

interface LocationRow {
  id: string;
  name: string;
  time_zone: string;
  address: Record<string, unknown>;
  phone: string | null;
  active: boolean;
  version: number;
}

const toLocation = (row: LocationRow): z.output<typeof location> => ({
  id: row.id,
  name: row.name,
  timeZone: row.time_zone,
  address: row.address,
  phone: row.phone,
  active: row.active,
  version: row.version,
});

const readLocation = async (trx: Trx, locationId: string) => {
  const row = await trx('location').where({ id: locationId }).first<LocationRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return toLocation(row);
};

export const listLocations = route({
  method: 'GET',
  path: '/locations',
  summary: 'Where the organization sees patients, with each place’s time zone',
  answer: listOf(location),
  policy: { signedIn: true },
  audit: { none: 'names of places' },
  handler: async (context) => {
    const rows = await context.read((trx) => {
      const all = trx('location')
        .where({ organization_id: context.organizationId })
        .orderBy('name')
        .select<LocationRow[]>();
      return context.can('schedule:manage') ? all : all.where({ active: true });
    });
    return { items: rows.map(toLocation), nextCursor: null };
  },
});

export const createLocation = route({
  method: 'POST',
  path: '/locations',
  summary: 'Open a place',
  status: 201,
  body: z.strictObject({ name: text(120), timeZone, address: address.optional(), phone: phone.optional() }),
  answer: location,
  policy: { action: 'schedule:manage' },
  audit: { change: 'location:create', entity: 'location' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const created = await insertRecord(trx, await writeContext(context, trx), 'location', {
          name: body.name,
          time_zone: body.timeZone,
          address: JSON.stringify(body.address ?? {}),
          phone: body.phone === undefined ? null : normalizePhone(body.phone),
        });
        return readLocation(trx, created);
      },
      { operation: true },
    ),
});

export const changeLocation = route({
  method: 'PATCH',
  path: '/locations/:id',
  summary: 'Change a place; bookings keep their instants when the time zone changes',
  params: idParams,
  body: z.strictObject({
    name: text(120).optional(),
    timeZone: timeZone.optional(),
    address: address.optional(),
    phone: phone.nullable().optional(),
    active: z.boolean().optional(),
  }),
  answer: location,
  policy: { action: 'schedule:manage' },
  audit: { change: 'location:change', entity: 'location' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const changed = await context.transaction(async (trx) => {
      await updateRecord(trx, await writeContext(context, trx), 'location', params.id, version, {
        name: body.name,
        time_zone: body.timeZone,
        address: body.address === undefined ? undefined : JSON.stringify(body.address),
        phone: typeof body.phone === 'string' ? normalizePhone(body.phone) : body.phone,
        active: body.active,
      });
      return readLocation(trx, params.id);
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});
