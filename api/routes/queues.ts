import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { loadPolicies } from '../../db/policies.ts';
import { insertRecord, requireRows, updateRecord } from '../../db/schedule/schedule-administration.ts';
import { readDisplay, readQueues } from '../../db/walk-ins/walk-in-board.ts';
import { DomainError } from '../../domain/errors.ts';
import { policyAt } from '../../domain/policies.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { id, idParams, listOf, localizedText } from '../schemas.ts';
import { queue, representQueues, waitBand } from '../waitlist/walk-in-representation.ts';
import { writeContext } from '../write-context.ts';

async function present(
  context: RequestContext,
  trx: Trx,
  of: { readonly id?: string; readonly locationId?: string | undefined; readonly activeOnly?: boolean },
): Promise<z.output<typeof queue>[]> {
  const rows = await readQueues(trx, { organizationId: context.organizationId, ...of });
  const policies = await loadPolicies(trx);
  const at = (await databaseTime(trx)).getTime();
  return representQueues(
    context,
    trx,
    rows.map((row) => ({ queue: row, scheme: policyAt(policies, 'walk-in', at, row.location_id).scheme })),
  );
}

async function presentOne(context: RequestContext, trx: Trx, queueId: string): Promise<z.output<typeof queue>> {
  const [shown] = await present(context, trx, { id: queueId });
  if (shown === undefined) throw new DomainError('not-found');
  return shown;
}

/** A call is a visit in person, of one patient. */
async function requireVisitType(trx: Trx, organizationId: string, visitTypeId: string | undefined): Promise<void> {
  if (visitTypeId === undefined) return;
  const path = '/body/visitTypeId';
  await requireRows(trx, organizationId, 'visit_type', [visitTypeId], path, { active: true });
  const fits = await trx('visit_type')
    .where({ id: visitTypeId, group_capacity: null })
    .whereRaw(`'in-person' = ANY(modes)`)
    .first<{ id: string } | undefined>('id');
  if (fits !== undefined) return;
  throw new DomainError('validation-failed', {
    errors: [{ path, code: 'not-for-walk-ins', message: 'Choose a visit type in person that is not given in groups.' }],
  });
}

/** Who serves a queue must be able to give its visit type, or no call to them would ever succeed. */
async function requireProviders(
  trx: Trx,
  organizationId: string,
  visitTypeId: string,
  practitionerIds: readonly string[],
): Promise<void> {
  await requireRows(trx, organizationId, 'resource', practitionerIds, '/body/practitionerIds', { kind: 'provider' });
  const may = await trx('visit_type_provider').where({ visit_type_id: visitTypeId }).pluck<string[]>('resource_id');
  if (may.length === 0 || practitionerIds.every((one) => may.includes(one))) return;
  throw new DomainError('validation-failed', {
    errors: [
      {
        path: '/body/practitionerIds',
        code: 'not-of-visit-type',
        message: 'Somebody here does not give this visit type: choose others, or change the visit type first.',
      },
    ],
  });
}

async function setProviders(
  trx: Trx,
  organizationId: string,
  queueId: string,
  practitionerIds: readonly string[],
): Promise<void> {
  await trx('walk_in_queue_provider')
    .where({ queue_id: queueId })
    .whereNotIn('resource_id', [...practitionerIds])
    .delete();
  for (const resourceId of practitionerIds) {
    await trx('walk_in_queue_provider')
      .insert({ organization_id: organizationId, queue_id: queueId, resource_id: resourceId })
      .onConflict()
      .ignore();
  }
}

export const listQueues = route({
  method: 'GET',
  path: '/queues',
  summary: 'Walk-in queues; closed ones for who administers them',
  query: z.strictObject({ locationId: id.optional() }),
  answer: listOf(queue),
  policy: { action: ['walk-in:read', 'schedule:manage'] },
  audit: { none: 'names of queues' },
  handler: async (context, { query }) => ({
    items: await context.read((trx) =>
      present(context, trx, { locationId: query.locationId, activeOnly: !context.can('schedule:manage') }),
    ),
    nextCursor: null,
  }),
});

const practitionerIds = z.array(id).max(100);

export const createQueue = route({
  method: 'POST',
  path: '/queues',
  summary: 'Open a walk-in queue at a place',
  status: 201,
  body: z.strictObject({
    names: localizedText,
    locationId: id,
    /** What a call becomes: its length, its rooms. */
    visitTypeId: id,
    practitionerIds: practitionerIds.optional(),
  }),
  answer: queue,
  policy: { action: 'schedule:manage' },
  audit: { change: 'walk-in-queue:create', entity: 'walk-in-queue' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId } = context;
        const providers = body.practitionerIds ?? [];
        await requireRows(trx, organizationId, 'location', [body.locationId], '/body/locationId');
        await requireVisitType(trx, organizationId, body.visitTypeId);
        await requireProviders(trx, organizationId, body.visitTypeId, providers);
        const created = await insertRecord(trx, await writeContext(context, trx), 'walk_in_queue', {
          name: JSON.stringify(body.names),
          location_id: body.locationId,
          visit_type_id: body.visitTypeId,
        });
        await setProviders(trx, organizationId, created, providers);
        return presentOne(context, trx, created);
      },
      { operation: true },
    ),
});

export const changeQueue = route({
  method: 'PATCH',
  path: '/queues/:id',
  summary: 'Rename a queue, say who serves it, close or open it',
  params: idParams,
  body: z.strictObject({
    names: localizedText.optional(),
    visitTypeId: id.optional(),
    practitionerIds: practitionerIds.optional(),
    active: z.boolean().optional(),
  }),
  answer: queue,
  policy: { action: 'schedule:manage' },
  audit: { change: 'walk-in-queue:change', entity: 'walk-in-queue' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const changed = await context.transaction(async (trx) => {
      const { organizationId } = context;
      const before = await presentOne(context, trx, params.id);
      const visitTypeId = body.visitTypeId ?? before.visitTypeId;
      const providers = body.practitionerIds ?? before.practitioners.map((one) => one.id);
      await requireVisitType(trx, organizationId, body.visitTypeId);
      await requireProviders(trx, organizationId, visitTypeId, providers);
      await updateRecord(trx, await writeContext(context, trx), 'walk_in_queue', params.id, version, {
        name: body.names && JSON.stringify(body.names),
        visit_type_id: body.visitTypeId,
        active: body.active,
      });
      if (body.active === false) await refuseWaiting(trx, params.id);
      if (body.practitionerIds !== undefined) await setProviders(trx, organizationId, params.id, providers);
      return presentOne(context, trx, params.id);
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});

/** Nobody waits behind a closed door. */
async function refuseWaiting(trx: Trx, queueId: string): Promise<void> {
  const waiting = await trx('walk_in').where({ queue_id: queueId, state: 'waiting' }).pluck<string[]>('id');
  if (waiting.length === 0) return;
  throw new DomainError('conflict', {
    detail: 'Somebody still waits in this queue: see or transfer them first.',
    data: { waiting: waiting.length },
  });
}

export const showQueueDisplay = route({
  method: 'GET',
  path: '/queues/:id/display',
  summary: 'For a screen in the waiting room: numbers and rooms, nobody’s name',
  params: idParams,
  answer: z.object({
    name: z.string(),
    called: z.array(z.object({ ticket: z.int(), room: z.string().nullable(), calledAt: z.string() })),
    /** Next first. */
    waiting: z.array(z.int()),
    nextWait: waitBand.nullable(),
  }),
  policy: { action: 'walk-in:read' },
  audit: { none: 'numbers that hang on a wall' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const [row] = await readQueues(trx, { organizationId: context.organizationId, id: params.id });
      if (row === undefined) throw new DomainError('not-found');
      const { called, waiting, nextWait } = await readDisplay(trx, row, await databaseTime(trx));
      return {
        name: localized(row.name, languagesOf(context)),
        called: [...called],
        waiting: [...waiting],
        nextWait,
      };
    }),
});
