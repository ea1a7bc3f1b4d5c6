/**
 * Places, people with hours, rooms, pools, visit types, hours and closures: records that a request files in one
 * transaction, with an optimistic version and a state change each.
 */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { sqlState } from '../transaction.ts';

export type AdministeredTable =
  | 'location'
  | 'resource'
  | 'resource_pool'
  | 'visit_type'
  | 'availability_rule'
  | 'availability_exception'
  | 'walk_in_queue';

export interface WriteContext {
  readonly organizationId: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

type Columns = Readonly<Record<string, unknown>>;

/** Inserts the row and its state change. @throws DomainError `duplicate` for a name or code in use. */
export async function insertRecord(
  trx: Trx,
  context: WriteContext,
  table: AdministeredTable,
  columns: Columns,
  data?: Columns,
): Promise<string> {
  const [row] = await refuseDuplicates(() =>
    trx(table)
      .insert({ organization_id: context.organizationId, ...defined(columns) })
      .returning<{ id: string }[]>('id'),
  );
  await record(trx, context, table, row!.id, 'create', null, 'active', data);
  return row!.id;
}

/**
 * Changes the row that has this version.
 * @returns the new version. @throws DomainError `not-found`, `version-conflict` (data.currentVersion), `duplicate`.
 */
export async function updateRecord(
  trx: Trx,
  context: WriteContext,
  table: AdministeredTable,
  id: string,
  version: number,
  columns: Columns,
  data?: Columns,
): Promise<number> {
  const row = await lockRecord(trx, context.organizationId, table, id);
  if (row.version !== version) throw new DomainError('version-conflict', { data: { currentVersion: row.version } });
  const changes = defined(columns);
  await refuseDuplicates(() =>
    trx(table)
      .where({ id })
      .update({ ...changes, version: version + 1 }),
  );
  const from = row.active === false ? 'inactive' : 'active';
  const to = (changes['active'] ?? row.active) === false ? 'inactive' : 'active';
  await record(trx, context, table, id, 'change', from, to, { fields: Object.keys(changes), ...data });
  return version + 1;
}

export async function lockRecord(
  trx: Trx,
  organizationId: string,
  table: AdministeredTable,
  id: string,
): Promise<{ version: number; active?: boolean }> {
  const row = await trx(table)
    .where({ id, organization_id: organizationId })
    .forUpdate()
    .first<{ version: number; active?: boolean } | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

export async function recordRemoval(
  trx: Trx,
  context: WriteContext,
  table: AdministeredTable,
  id: string,
  data?: Columns,
): Promise<void> {
  await record(trx, context, table, id, 'remove', 'active', 'removed', data);
}

async function record(
  trx: Trx,
  context: WriteContext,
  table: AdministeredTable,
  id: string,
  event: string,
  from: string | null,
  to: string,
  data?: Columns,
): Promise<void> {
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: table.replaceAll('_', '-'),
    aggregateId: id,
    event,
    from,
    to,
    actor: context.actor,
    at: context.at,
    opKey: context.opKey,
    data,
  });
}

/**
 * That the ids name rows of this organization: foreign keys do not look at row-level security, so another organization's
 * id would pass them. @throws DomainError `validation-failed` at `path`.
 */
export async function requireRows(
  trx: Trx,
  organizationId: string,
  table: AdministeredTable,
  ids: readonly (string | null | undefined)[],
  path: string,
  where: Columns = {},
): Promise<void> {
  const wanted = [...new Set(ids.filter((id): id is string => typeof id === 'string'))];
  if (wanted.length === 0) return;
  const found = await trx(table)
    .whereIn('id', wanted)
    .where({ organization_id: organizationId, ...where })
    .select<{ id: string }[]>('id');
  if (found.length === wanted.length) return;
  throw new DomainError('validation-failed', {
    errors: [{ path, code: 'unknown-id', message: 'There is nothing with this id here.' }],
  });
}

/** Members of a pool become exactly these. */
export async function setPoolMembers(
  trx: Trx,
  organizationId: string,
  poolId: string,
  resourceIds: readonly string[],
): Promise<void> {
  await trx('resource_pool_member')
    .where({ pool_id: poolId })
    .whereNotIn('resource_id', [...resourceIds])
    .delete();
  for (const resourceId of resourceIds) {
    await trx('resource_pool_member')
      .insert({ organization_id: organizationId, pool_id: poolId, resource_id: resourceId })
      .onConflict()
      .ignore();
  }
}

export interface RequirementInput {
  readonly role: string;
  readonly kind: string;
  readonly poolId?: string | null | undefined;
  readonly resourceId?: string | null | undefined;
  readonly count?: number | undefined;
  readonly ownBufferBeforeMinutes?: number | null | undefined;
  readonly ownBufferAfterMinutes?: number | null | undefined;
}

/** What a visit type needs becomes exactly this. Visits already booked keep what they reserved. */
export async function setRequirements(
  trx: Trx,
  organizationId: string,
  visitTypeId: string,
  requirements: readonly RequirementInput[],
): Promise<void> {
  await trx('visit_type_requirement').where({ visit_type_id: visitTypeId }).delete();
  for (const requirement of requirements) {
    await trx('visit_type_requirement').insert({
      organization_id: organizationId,
      visit_type_id: visitTypeId,
      role: requirement.role,
      kind: requirement.kind,
      pool_id: requirement.poolId ?? null,
      resource_id: requirement.resourceId ?? null,
      count: requirement.count ?? 1,
      own_buffer_before_minutes: requirement.ownBufferBeforeMinutes ?? null,
      own_buffer_after_minutes: requirement.ownBufferAfterMinutes ?? null,
    });
  }
}

export async function setPractitioners(
  trx: Trx,
  organizationId: string,
  visitTypeId: string,
  practitionerIds: readonly string[],
): Promise<void> {
  await trx('visit_type_provider')
    .where({ visit_type_id: visitTypeId })
    .whereNotIn('resource_id', [...practitionerIds])
    .delete();
  for (const resourceId of practitionerIds) {
    await trx('visit_type_provider')
      .insert({ organization_id: organizationId, visit_type_id: visitTypeId, resource_id: resourceId })
      .onConflict()
      .ignore();
  }
}

export interface DisplacedVisit {
  id: string;
  patient_id: string;
  start_at: Date;
  location_id: string | null;
}

/**
 * Visits to come (or held) that a closure falls upon: by the resource they reserved, or by their place. Bookings under way
 * hold a lock on their practitioner: they are waited for and counted, and who comes later sees the closure.
 */
export async function displacedVisits(
  trx: Trx,
  organizationId: string,
  closure: {
    readonly resourceId: string | null;
    readonly locationId: string | null;
    readonly start: Date;
    readonly end: Date;
  },
): Promise<DisplacedVisit[]> {
  await trx.raw(
    `SELECT id FROM resource WHERE organization_id = :organizationId
       AND (id = CAST(:resourceId AS uuid) OR (CAST(:locationId AS uuid) IS NOT NULL AND kind = 'provider'))
     ORDER BY id FOR NO KEY UPDATE`,
    { organizationId, resourceId: closure.resourceId, locationId: closure.locationId },
  );
  const { rows } = await trx.raw<{ rows: DisplacedVisit[] }>(
    `SELECT a.id, a.patient_id, a.start_at, a.location_id FROM appointment a
     WHERE a.organization_id = :organizationId AND a.status IN ('pending', 'booked') AND a.start_at < :end AND a.end_at > :start
       AND a.start_at > CAST(:start AS timestamptz) - interval '2 days'
       AND (a.location_id = CAST(:locationId AS uuid) OR EXISTS (
         SELECT 1 FROM reservation r WHERE r.appointment_id = a.id AND r.released_at IS NULL AND r.resource_id = CAST(:resourceId AS uuid)))
     ORDER BY a.start_at, a.id`,
    { organizationId, ...closure },
  );
  return rows;
}

function defined(columns: Columns): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

async function refuseDuplicates<T>(write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (sqlState(error) === '23505') throw new DomainError('duplicate', { detail: 'The name or code is in use.' });
    throw error;
  }
}
