/** Tasks as people work on them: lists, taking, giving back. */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';

export interface StaffTaskRow {
  id: string;
  kind: string;
  location_id: string | null;
  subject_type: string | null;
  subject_id: string | null;
  patient_id: string | null;
  params: Record<string, unknown>;
  priority: 'routine' | 'urgent' | 'stat';
  due_at: Date;
  owner_role: string | null;
  owner_user_id: string | null;
  owner_name: string | null;
  state: 'open' | 'done' | 'cancelled';
  outcome: string | null;
  note: string | null;
  done_by: string | null;
  done_at: Date | null;
  version: number;
  created_at: Date;
  family: string | null;
  given: string[] | null;
  chosen_name: string | null;
  /** due_at with all its digits: a Date has too few for a cursor. */
  position: string;
}

export interface TaskQuery {
  readonly organizationId: string;
  readonly state: 'open' | 'done' | 'cancelled' | undefined;
  readonly kind: string | undefined;
  readonly subjectId: string | undefined;
  readonly patientId: string | undefined;
  readonly ownerUserId: string | undefined;
  /** Tasks of these roles, and unowned ones without a role. */
  readonly ownerRoles: readonly string[] | undefined;
  readonly limit: number;
  readonly after: { readonly due: string; readonly id: string } | undefined;
}

const selection = `t.*, u.display_name AS owner_name, p.family, p.given, p.chosen_name,
  to_char(t.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;
const joins = `staff_task t LEFT JOIN app_user u ON u.id = t.owner_user_id LEFT JOIN patient p ON p.id = t.patient_id`;

/** Most urgent due date first; one row more than `limit`. */
export async function listStaffTasks(trx: Trx, query: TaskQuery): Promise<StaffTaskRow[]> {
  const { rows } = await trx.raw<{ rows: StaffTaskRow[] }>(
    `SELECT ${selection} FROM ${joins}
     WHERE t.organization_id = :organizationId
       ${query.state === undefined ? '' : 'AND t.state = :state'}
       ${query.kind === undefined ? '' : 'AND t.kind = :kind'}
       ${query.subjectId === undefined ? '' : 'AND t.subject_id = :subjectId'}
       ${query.patientId === undefined ? '' : 'AND t.patient_id = :patientId'}
       ${query.ownerUserId === undefined ? '' : 'AND t.owner_user_id = :ownerUserId'}
       ${query.ownerRoles === undefined ? '' : 'AND (t.owner_role IS NULL OR t.owner_role = ANY(:ownerRoles))'}
       ${query.after === undefined ? '' : 'AND (t.due_at, t.id) > (CAST(:due AS timestamptz), CAST(:afterId AS uuid))'}
     ORDER BY t.due_at, t.id LIMIT :rows`,
    {
      organizationId: query.organizationId,
      rows: query.limit + 1,
      ...(query.state !== undefined && { state: query.state }),
      ...(query.kind !== undefined && { kind: query.kind }),
      ...(query.subjectId !== undefined && { subjectId: query.subjectId }),
      ...(query.patientId !== undefined && { patientId: query.patientId }),
      ...(query.ownerUserId !== undefined && { ownerUserId: query.ownerUserId }),
      ...(query.ownerRoles !== undefined && { ownerRoles: [...query.ownerRoles] }),
      ...(query.after !== undefined && { due: query.after.due, afterId: query.after.id }),
    },
  );
  return rows;
}

/** @throws DomainError `not-found` */
export async function readStaffTask(trx: Trx, organizationId: string, id: string): Promise<StaffTaskRow> {
  const { rows } = await trx.raw<{ rows: StaffTaskRow[] }>(
    `SELECT ${selection} FROM ${joins} WHERE t.id = ? AND t.organization_id = ?`,
    [id, organizationId],
  );
  if (rows[0] === undefined) throw new DomainError('not-found');
  return rows[0];
}

interface Owning {
  readonly organizationId: string;
  readonly id: string;
  readonly userId: string;
  readonly actor: Actor;
  readonly at: Date;
}

/** @throws DomainError `conflict` when it is closed, or somebody else's */
export async function takeStaffTask(trx: Trx, taking: Owning): Promise<void> {
  const task = await openTask(trx, taking);
  if (task.owner_user_id === taking.userId) return;
  if (task.owner_user_id !== null) {
    throw new DomainError('conflict', { detail: 'Somebody else is on it.', data: { ownerUserId: task.owner_user_id } });
  }
  await setOwner(trx, taking, 'take', taking.userId);
}

/** @throws DomainError `conflict` when it is closed, or somebody else's and `evenOthers` is false */
export async function releaseStaffTask(trx: Trx, releasing: Owning & { readonly evenOthers: boolean }): Promise<void> {
  const task = await openTask(trx, releasing);
  if (task.owner_user_id === null) return;
  if (task.owner_user_id !== releasing.userId && !releasing.evenOthers) {
    throw new DomainError('conflict', { detail: 'Somebody else is on it.', data: { ownerUserId: task.owner_user_id } });
  }
  await setOwner(trx, releasing, 'release', null);
}

async function openTask(
  trx: Trx,
  { organizationId, id }: Owning,
): Promise<{ state: string; owner_user_id: string | null }> {
  const task = await trx('staff_task')
    .where({ id, organization_id: organizationId })
    .forUpdate()
    .first<{ state: string; owner_user_id: string | null } | undefined>();
  if (task === undefined) throw new DomainError('not-found');
  if (task.state !== 'open')
    throw new DomainError('conflict', { detail: 'This task is closed already.', data: { state: task.state } });
  return task;
}

async function setOwner(
  trx: Trx,
  { organizationId, id, actor, at }: Owning,
  event: 'take' | 'release',
  userId: string | null,
): Promise<void> {
  await trx('staff_task')
    .where({ id })
    .update({ owner_user_id: userId, version: trx.raw('version + 1') });
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'staff-task',
    aggregateId: id,
    event,
    from: 'open',
    to: 'open',
    actor,
    at,
    data: { ownerUserId: userId },
  });
}
