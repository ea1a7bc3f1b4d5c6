import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import {
  displacedVisits,
  insertRecord,
  lockRecord,
  recordRemoval,
  requireRows,
} from '../../db/schedule/schedule-administration.ts';
import { raiseStaffTask } from '../../db/cases/staff-tasks.ts';
import { parseInstant } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { route } from '../route.ts';
import { id, idParams, instant, listOf, note } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const exception = z.object({
  id,
  resourceId: id.nullable(),
  locationId: id.nullable(),
  start: z.string(),
  end: z.string(),
  kind: z.enum(['open', 'closed']),
  reason: z.string(),
  version: z.int(),
});

interface ExceptionRow {
  id: string;
  resource_id: string | null;
  location_id: string | null;
  starts_at: Date;
  ends_at: Date;
  kind: 'open' | 'closed';
  reason: string;
  removed_at: Date | null;
  version: number;
}

const toException = (row: ExceptionRow): z.output<typeof exception> => ({
  id: row.id,
  resourceId: row.resource_id,
  locationId: row.location_id,
  start: row.starts_at.toISOString(),
  end: row.ends_at.toISOString(),
  kind: row.kind,
  reason: row.reason,
  version: row.version,
});

async function readException(trx: Trx, exceptionId: string): Promise<ExceptionRow> {
  const row = await trx('availability_exception').where({ id: exceptionId }).first<ExceptionRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

export const listAvailabilityExceptions = route({
  method: 'GET',
  path: '/availability-exceptions',
  summary: 'Extra hours and closures that touch a span of time',
  query: z.strictObject({
    resourceId: id.optional(),
    locationId: id.optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  answer: listOf(exception),
  policy: { action: 'schedule:read' },
  audit: { none: 'hours of work' },
  handler: async (context, { query }) => {
    const rows = await context.read((trx) => {
      const found = trx('availability_exception').where({ organization_id: context.organizationId })
        .whereNull('removed_at').orderBy(['starts_at', 'id']).limit(1000).select<ExceptionRow[]>(); // prettier-ignore
      if (query.resourceId !== undefined) void found.where({ resource_id: query.resourceId });
      if (query.locationId !== undefined) void found.where({ location_id: query.locationId });
      if (query.from !== undefined) void found.where('ends_at', '>', new Date(query.from));
      if (query.to !== undefined) void found.where('starts_at', '<', new Date(query.to));
      return found;
    });
    return { items: rows.map(toException), nextCursor: null };
  },
});

export const createAvailabilityException = route({
  method: 'POST',
  path: '/availability-exceptions',
  summary: 'Open or close a span of time; visits it falls upon are not cancelled but become tasks',
  status: 201,
  body: z
    .strictObject({
      resourceId: id.optional(),
      locationId: id.optional(),
      start: instant,
      end: instant,
      kind: z.enum(['open', 'closed']),
      reason: note(300).default(''),
    })
    .refine(({ resourceId, locationId }) => (resourceId === undefined) !== (locationId === undefined), {
      message: 'Name a resource or a location',
      path: ['resourceId'],
    })
    .refine(({ start, end }) => parseInstant(end)! > parseInstant(start)!, {
      message: 'Ends before it begins',
      path: ['end'],
    })
    .refine(({ start, end }) => parseInstant(end)! - parseInstant(start)! <= 400 * 86_400_000, {
      message: 'At most 400 days',
      path: ['end'],
    })
    .refine(({ locationId, kind }) => locationId === undefined || kind === 'closed', {
      message: 'A location is closed by an exception; open hours belong to a resource',
      path: ['kind'],
    }),
  answer: z.object({
    exception,
    displaced: z.array(z.object({ appointmentId: id, patientId: id, start: z.string() })),
  }),
  policy: { action: 'schedule:manage' },
  audit: { change: 'availability-exception:create', entity: 'availability-exception' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId, actor } = context;
        await requireRows(trx, organizationId, 'resource', [body.resourceId], '/body/resourceId');
        await requireRows(trx, organizationId, 'location', [body.locationId], '/body/locationId');
        const write = await writeContext(context, trx);
        const [start, end] = [new Date(body.start), new Date(body.end)];
        const created = await insertRecord(trx, write, 'availability_exception', {
          resource_id: body.resourceId,
          location_id: body.locationId,
          starts_at: start,
          ends_at: end,
          kind: body.kind,
          reason: body.reason,
          created_by: actor.ref,
        });
        const closure = { resourceId: body.resourceId ?? null, locationId: body.locationId ?? null, start, end };
        const displaced = body.kind === 'closed' ? await displacedVisits(trx, organizationId, closure) : [];
        for (const visit of displaced) {
          // C1: nothing is cancelled by itself; a person finds each patient another place.
          await raiseStaffTask(trx, {
            organizationId,
            kind: 'displaced',
            dedupeKey: `displaced:${created}:${visit.id}`,
            subjectType: 'appointment',
            subjectId: visit.id,
            patientId: visit.patient_id,
            locationId: visit.location_id ?? undefined,
            params: { exceptionId: created, start: visit.start_at.toISOString() },
            priority: visit.start_at.getTime() - write.at.getTime() < 2 * 86_400_000 ? 'urgent' : 'routine',
            // Half of the time that is left, and not later than a day from now.
            dueAt: new Date(
              Math.min(
                write.at.getTime() + 86_400_000,
                (write.at.getTime() + Math.max(visit.start_at.getTime(), write.at.getTime())) / 2,
              ),
            ),
            actor,
            at: write.at,
          });
        }
        return {
          exception: toException(await readException(trx, created)),
          displaced: displaced.map((visit) => ({
            appointmentId: visit.id,
            patientId: visit.patient_id,
            start: visit.start_at.toISOString(),
          })),
        };
      },
      { operation: true },
    ),
});

export const removeAvailabilityException = route({
  method: 'POST',
  path: '/availability-exceptions/:id/remove',
  summary: 'Take an exception back',
  params: idParams,
  answer: exception,
  policy: { action: 'schedule:manage' },
  audit: { change: 'availability-exception:remove', entity: 'availability-exception' },
  handler: (context, { params }) =>
    context.transaction(
      async (trx) => {
        const { version } = await lockRecord(trx, context.organizationId, 'availability_exception', params.id);
        const before = await readException(trx, params.id);
        if (before.removed_at === null) {
          const write = await writeContext(context, trx);
          await trx('availability_exception')
            .where({ id: params.id })
            .update({ removed_at: write.at, version: version + 1 });
          await recordRemoval(trx, write, 'availability_exception', params.id);
        }
        return toException(await readException(trx, params.id));
      },
      { operation: true },
    ),
});
