import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { insertRecord, requireRows, setPoolMembers, updateRecord } from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { id, idParams, listOf, text } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const kind = z.enum(['provider', 'room', 'equipment', 'interpreter']);
const pool = z.object({ id, name: z.string(), kind, resourceIds: z.array(id), version: z.int() });
const members = z.array(id).max(200);

interface PoolRow {
  id: string;
  name: string;
  kind: z.output<typeof kind>;
  version: number;
  resource_ids: string[];
}

const toPool = ({ id: poolId, name, kind: of, version, resource_ids }: PoolRow): z.output<typeof pool> => ({
  id: poolId,
  name,
  kind: of,
  resourceIds: resource_ids,
  version,
});

const poolRows = (trx: Trx, organizationId: string) =>
  trx('resource_pool as p')
    .where({ 'p.organization_id': organizationId })
    .orderBy('p.name')
    .select<PoolRow[]>(
      'p.*',
      trx.raw(
        `ARRAY(SELECT m.resource_id::text FROM resource_pool_member m WHERE m.pool_id = p.id ORDER BY 1) AS resource_ids`,
      ),
    );

async function readPool(trx: Trx, organizationId: string, poolId: string): Promise<z.output<typeof pool>> {
  const [row] = await poolRows(trx, organizationId).where('p.id', poolId);
  if (row === undefined) throw new DomainError('not-found');
  return toPool(row);
}

export const listResourcePools = route({
  method: 'GET',
  path: '/resource-pools',
  summary: 'Groups of resources of which any will do',
  answer: listOf(pool),
  policy: { action: 'schedule:read' },
  audit: { none: 'names of groups of rooms' },
  handler: async (context) => {
    const rows = await context.read((trx) => poolRows(trx, context.organizationId));
    return { items: rows.map(toPool), nextCursor: null };
  },
});

export const createResourcePool = route({
  method: 'POST',
  path: '/resource-pools',
  summary: 'Group resources of one kind',
  status: 201,
  body: z.strictObject({ name: text(120), kind, resourceIds: members.default([]) }),
  answer: pool,
  policy: { action: 'schedule:manage' },
  audit: { change: 'resource-pool:create', entity: 'resource-pool' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId } = context;
        await requireRows(trx, organizationId, 'resource', body.resourceIds, '/body/resourceIds', { kind: body.kind });
        const write = await writeContext(context, trx);
        const created = await insertRecord(
          trx,
          write,
          'resource_pool',
          { name: body.name, kind: body.kind },
          { resourceIds: body.resourceIds },
        );
        await setPoolMembers(trx, organizationId, created, body.resourceIds);
        return readPool(trx, organizationId, created);
      },
      { operation: true },
    ),
});

export const changeResourcePool = route({
  method: 'PATCH',
  path: '/resource-pools/:id',
  summary: 'Rename a group or say who is in it',
  params: idParams,
  body: z.strictObject({ name: text(120).optional(), resourceIds: members.optional() }),
  answer: pool,
  policy: { action: 'schedule:manage' },
  audit: { change: 'resource-pool:change', entity: 'resource-pool' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const { organizationId } = context;
    const changed = await context.transaction(async (trx) => {
      const before = await readPool(trx, organizationId, params.id);
      if (body.resourceIds !== undefined)
        await requireRows(trx, organizationId, 'resource', body.resourceIds, '/body/resourceIds', {
          kind: before.kind,
        });
      const data = body.resourceIds === undefined ? undefined : { before: before.resourceIds, after: body.resourceIds };
      await updateRecord(
        trx,
        await writeContext(context, trx),
        'resource_pool',
        params.id,
        version,
        { name: body.name },
        data,
      );
      if (body.resourceIds !== undefined) await setPoolMembers(trx, organizationId, params.id, body.resourceIds);
      return readPool(trx, organizationId, params.id);
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});
