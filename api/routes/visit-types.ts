import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import {
  insertRecord,
  requireRows,
  setPractitioners,
  setRequirements,
  updateRecord,
} from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { languagesOf, localized } from '../localized.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { flag, id, idParams, listOf, localizedText, text, visitMode } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const requirement = z.strictObject({
  role: text(40),
  kind: z.enum(['provider', 'room', 'equipment', 'interpreter']),
  poolId: id.nullable().default(null),
  resourceId: id.nullable().default(null),
  count: z.int().min(1).max(10).default(1),
  ownBufferBeforeMinutes: z.int().min(0).max(240).nullable().default(null),
  ownBufferAfterMinutes: z.int().min(0).max(240).nullable().default(null),
});

/** Column, field and schema of every plain value: minutes and days as integers within the table's checks. */
const columns = {
  duration_minutes: ['durationMinutes', z.int().min(1).max(1440)],
  buffer_before_minutes: ['bufferBeforeMinutes', z.int().min(0).max(240)],
  buffer_after_minutes: ['bufferAfterMinutes', z.int().min(0).max(240)],
  align_minutes: ['alignMinutes', z.int().min(5).max(60)],
  modes: ['modes', z.array(visitMode).min(1).max(3)],
  min_notice_minutes: ['minNoticeMinutes', z.int().min(0).max(525_600)],
  max_advance_days: ['maxAdvanceDays', z.int().min(1).max(1100)],
  late_after_seconds: ['lateAfterSeconds', z.int().min(0).max(86_400)],
  noshow_after_seconds: ['noShowAfterSeconds', z.int().min(1).max(86_400)],
  auto_noshow: ['autoNoShow', z.boolean()],
  cancel_notice_minutes: ['cancelNoticeMinutes', z.int().min(0).max(525_600)],
  self_schedulable: ['selfSchedulable', z.boolean()],
  needs_approval: ['needsApproval', z.boolean()],
  needs_intake: ['needsIntake', z.boolean()],
  new_patient: ['newPatient', z.boolean().nullable()],
  age_min: ['ageMin', z.int().min(0).max(150).nullable()],
  age_max: ['ageMax', z.int().min(0).max(150).nullable()],
  /** Seats of a session, where it is given in groups; null where one patient is seen at a time. */
  group_capacity: ['groupCapacity', z.int().min(1).max(200).nullable()],
  active: ['active', z.boolean()],
} as const;

const fields = {
  durationMinutes: columns.duration_minutes[1],
  bufferBeforeMinutes: columns.buffer_before_minutes[1],
  bufferAfterMinutes: columns.buffer_after_minutes[1],
  alignMinutes: columns.align_minutes[1],
  modes: columns.modes[1],
  minNoticeMinutes: columns.min_notice_minutes[1],
  maxAdvanceDays: columns.max_advance_days[1],
  lateAfterSeconds: columns.late_after_seconds[1],
  noShowAfterSeconds: columns.noshow_after_seconds[1],
  autoNoShow: columns.auto_noshow[1],
  cancelNoticeMinutes: columns.cancel_notice_minutes[1],
  selfSchedulable: columns.self_schedulable[1],
  needsApproval: columns.needs_approval[1],
  needsIntake: columns.needs_intake[1],
  newPatient: columns.new_patient[1],
  ageMin: columns.age_min[1],
  ageMax: columns.age_max[1],
  groupCapacity: columns.group_capacity[1],
  active: columns.active[1],
};

const requirements = z
  .array(requirement)
  .max(10)
  .refine((all) => new Set(all.map(({ role }) => role)).size === all.length, 'Every role once')
  .refine(
    (all) => all.every(({ poolId, resourceId }) => poolId === null || resourceId === null),
    'A pool or a resource, not both',
  )
  .refine(
    (all) => all.every(({ kind, poolId, resourceId }) => kind === 'provider' || poolId !== null || resourceId !== null),
    'Say which pool or resource',
  );

const visitType = z.object({
  id,
  code: z.string(),
  /** In the language asked for. */
  name: z.string(),
  names: z.record(z.string(), z.string()),
  ...fields,
  requirements: z.array(requirement),
  practitionerIds: z.array(id),
  version: z.int(),
});

const input = z
  .strictObject({ names: localizedText, ...fields, requirements, practitionerIds: z.array(id).max(500) })
  .partial();

interface VisitTypeRow {
  id: string;
  code: string;
  name: Record<string, string>;
  version: number;
  requirements: z.output<typeof requirement>[];
  practitioner_ids: string[];
  [column: string]: unknown;
}

const visitTypeRows = (trx: Trx, organizationId: string) =>
  trx('visit_type as v')
    .where({ 'v.organization_id': organizationId })
    .orderBy('v.code')
    .select<VisitTypeRow[]>(
      'v.*',
      trx.raw(`(SELECT coalesce(jsonb_agg(jsonb_build_object('role', q.role, 'kind', q.kind, 'poolId', q.pool_id, 'resourceId', q.resource_id, 'count', q.count,
        'ownBufferBeforeMinutes', q.own_buffer_before_minutes, 'ownBufferAfterMinutes', q.own_buffer_after_minutes) ORDER BY q.kind = 'provider' DESC, q.role), '[]')
        FROM visit_type_requirement q WHERE q.visit_type_id = v.id) AS requirements`),
      trx.raw(
        `ARRAY(SELECT p.resource_id::text FROM visit_type_provider p WHERE p.visit_type_id = v.id ORDER BY 1) AS practitioner_ids`,
      ),
    );

function toVisitType(row: VisitTypeRow, languages: readonly string[]): z.output<typeof visitType> {
  const plain = Object.fromEntries(Object.entries(columns).map(([column, [field]]) => [field, row[column]]));
  return {
    ...(plain as unknown as { [K in keyof typeof fields]: z.output<(typeof fields)[K]> }),
    id: row.id,
    code: row.code,
    name: localized(row.name, languages),
    names: row.name,
    requirements: row.requirements,
    practitionerIds: row.practitioner_ids,
    version: row.version,
  };
}

async function readVisitType(
  trx: Trx,
  organizationId: string,
  visitTypeId: string,
  languages: readonly string[],
): Promise<z.output<typeof visitType>> {
  const [row] = await visitTypeRows(trx, organizationId).where('v.id', visitTypeId);
  if (row === undefined) throw new DomainError('not-found');
  return toVisitType(row, languages);
}

type Input = z.output<typeof input>;

function toColumns(body: Input): Record<string, unknown> {
  const plain = Object.entries(columns).map(([column, [field]]) => [column, body[field as keyof Input]] as const);
  return { ...Object.fromEntries(plain), name: body.names === undefined ? undefined : JSON.stringify(body.names) };
}

async function requireParts(trx: Trx, organizationId: string, body: Input): Promise<void> {
  await requireRows(
    trx,
    organizationId,
    'resource_pool',
    body.requirements?.map(({ poolId }) => poolId) ?? [],
    '/body/requirements',
  );
  await requireRows(
    trx,
    organizationId,
    'resource',
    body.requirements?.map(({ resourceId }) => resourceId) ?? [],
    '/body/requirements',
  );
  await requireRows(trx, organizationId, 'resource', body.practitionerIds ?? [], '/body/practitionerIds', {
    kind: 'provider',
  });
}

export const listVisitTypes = route({
  method: 'GET',
  path: '/visit-types',
  summary: 'Kinds of visit with their lengths, buffers, rules and requirements',
  query: z.strictObject({ selfSchedulable: flag.optional() }),
  answer: listOf(visitType),
  policy: { action: ['schedule:read', 'own-availability:read'] },
  audit: { none: 'the clinic’s catalogue' },
  handler: async (context, { query }) => {
    const patient = context.user.kind === 'patient';
    const rows = await context.read((trx) => {
      const found = visitTypeRows(trx, context.organizationId);
      // Patients see what they may book themselves, and nothing else.
      if (patient || query.selfSchedulable !== undefined)
        void found.where('v.self_schedulable', patient || query.selfSchedulable === true);
      if (!context.can('schedule:manage')) void found.where('v.active', true);
      return found;
    });
    const languages = languagesOf(context);
    const items = rows.map((row) => toVisitType(row, languages));
    return { items: patient ? items.map((item) => ({ ...item, requirements: [] })) : items, nextCursor: null };
  },
});

export const createVisitType = route({
  method: 'POST',
  path: '/visit-types',
  summary: 'Offer a new kind of visit',
  status: 201,
  body: input.extend({
    code: text(40).regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/),
    names: localizedText,
    durationMinutes: fields.durationMinutes,
  }),
  answer: visitType,
  policy: { action: 'schedule:manage' },
  audit: { change: 'visit-type:create', entity: 'visit-type' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId } = context;
        await requireParts(trx, organizationId, body);
        const created = await insertRecord(trx, await writeContext(context, trx), 'visit_type', {
          code: body.code,
          ...toColumns(body),
        });
        await setRequirements(
          trx,
          organizationId,
          created,
          body.requirements ?? [{ role: 'provider', kind: 'provider' }],
        );
        await setPractitioners(trx, organizationId, created, body.practitionerIds ?? []);
        return readVisitType(trx, organizationId, created, languagesOf(context));
      },
      { operation: true },
    ),
});

export const changeVisitType = route({
  method: 'PATCH',
  path: '/visit-types/:id',
  summary: 'Change a kind of visit; visits already booked keep what they reserved',
  params: idParams,
  body: input,
  answer: visitType,
  policy: { action: 'schedule:manage' },
  audit: { change: 'visit-type:change', entity: 'visit-type' },
  handler: async (context, { params, body }) => {
    const version = ifMatch(context.headers);
    const { organizationId } = context;
    const changed = await context.transaction(async (trx) => {
      await requireParts(trx, organizationId, body);
      await updateRecord(trx, await writeContext(context, trx), 'visit_type', params.id, version, toColumns(body), {
        ...(body.requirements && { requirements: body.requirements }),
        ...(body.practitionerIds && { practitionerIds: body.practitionerIds }),
      });
      if (body.requirements !== undefined) await setRequirements(trx, organizationId, params.id, body.requirements);
      if (body.practitionerIds !== undefined)
        await setPractitioners(trx, organizationId, params.id, body.practitionerIds);
      return readVisitType(trx, organizationId, params.id, languagesOf(context));
    });
    return new RouteAnswer(changed, { headers: { ETag: etag(changed.version) } });
  },
});
