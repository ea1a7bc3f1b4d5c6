/** Who is on call, and how a person of the staff is reached. Half-open spans; a place's own roster goes before the house's. */
import { matrix, roles } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import type { OnCallRole } from '../../domain/escalation.ts';
import type { Actor } from '../../domain/actor.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { violatedConstraint } from '../transaction.ts';

/** Who may take on an urgent item: told of it, nobody else could. */
export const respondingRoles = roles.filter((role) => matrix[role].includes('emergency:ack'));

export interface OnCallShiftRow {
  readonly id: string;
  readonly role: OnCallRole;
  readonly user_id: string;
  readonly user_name: string;
  readonly location_id: string | null;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly is_primary: boolean;
  readonly version: number;
}

const shiftColumns = `s.id, s.role, s.user_id, u.display_name AS user_name, s.location_id, s.from_at, s.until_at, s.is_primary, s.version`;
const canRespond = `u.disabled_at IS NULL AND EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role IN (${respondingRoles.map((role) => `'${role}'`).join(', ')}))`;

/** Shifts that touch [from, until), earliest first. */
export async function listShifts(trx: Trx, from: Date, until: Date): Promise<OnCallShiftRow[]> {
  const { rows } = await trx.raw<{ rows: OnCallShiftRow[] }>(
    `SELECT ${shiftColumns} FROM on_call_shift s JOIN app_user u ON u.id = s.user_id
     WHERE s.removed_at IS NULL AND s.from_at < :until AND s.until_at > :from ORDER BY s.from_at, s.role, s.is_primary DESC, s.id LIMIT 1000`,
    { from, until },
  );
  return rows;
}

/**
 * Who is told at `at`: of the place's own roster, else of the house's; the primary, else whoever stands behind. Somebody
 * who was disabled, or may not respond any more, is nobody.
 */
export async function onCallAt(trx: Trx, role: OnCallRole, locationId: string | null, at: Date): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { user_id: string; own: boolean; is_primary: boolean }[] }>(
    `SELECT s.user_id, s.location_id IS NOT NULL AS own, s.is_primary FROM on_call_shift s JOIN app_user u ON u.id = s.user_id
     WHERE s.removed_at IS NULL AND s.role = :role AND s.from_at <= :at AND s.until_at > :at AND ${canRespond}
       AND (s.location_id IS NULL OR s.location_id = :locationId) ORDER BY s.is_primary DESC, s.from_at, s.id`,
    { role, at, locationId },
  );
  const here = rows.some(({ own }) => own) ? rows.filter(({ own }) => own) : rows;
  const first = here.some((row) => row.is_primary) ? here.filter((row) => row.is_primary) : here;
  return [...new Set(first.map(({ user_id: userId }) => userId))];
}

/** Of these people, who can respond. */
export async function whoCanRespond(trx: Trx, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `SELECT u.id FROM app_user u WHERE u.id = ANY(?) AND ${canRespond}`,
    [[...userIds]],
  );
  return rows.map(({ id }) => id);
}

export async function administrators(trx: Trx): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `SELECT u.id FROM app_user u JOIN user_role r ON r.user_id = u.id AND r.role = 'administrator' WHERE u.disabled_at IS NULL ORDER BY u.id`,
  );
  return rows.map(({ id }) => id);
}

export interface NewShift {
  readonly organizationId: string;
  readonly id: string;
  readonly role: OnCallRole;
  readonly userId: string;
  readonly locationId: string | null;
  readonly from: Date;
  readonly until: Date;
  readonly primary: boolean;
  readonly actor: Actor;
  readonly at: Date;
}

/** @throws DomainError `validation-failed`; `conflict` when somebody else is the primary in that time */
export async function addShift(trx: Trx, shift: NewShift): Promise<void> {
  const [able] = await whoCanRespond(trx, [shift.userId]);
  if (able === undefined)
    throw new DomainError('validation-failed', {
      errors: [{ path: '/body/userId', code: 'cannot-respond', message: 'This person cannot take on urgent items.' }],
    });
  try {
    await trx('on_call_shift').insert({
      id: shift.id,
      organization_id: shift.organizationId,
      role: shift.role,
      user_id: shift.userId,
      location_id: shift.locationId,
      from_at: shift.from,
      until_at: shift.until,
      is_primary: shift.primary,
      created_by: shift.actor.ref,
    });
  } catch (error) {
    if (violatedConstraint(error) === 'one_primary_on_call')
      throw new DomainError('conflict', { detail: 'Somebody is on call as this in that time already.', data: { role: shift.role } });
    if (violatedConstraint(error) === 'on_call_shift_location_id_fkey')
      throw new DomainError('validation-failed', {
        errors: [{ path: '/body/locationId', code: 'unknown-id', message: 'There is no such place.' }],
      });
    throw error;
  } // prettier-ignore
  await recordStateChange(trx, {
    organizationId: shift.organizationId,
    aggregate: 'on-call-shift',
    aggregateId: shift.id,
    event: 'add',
    from: null,
    to: 'planned',
    actor: shift.actor,
    at: shift.at,
    data: { role: shift.role, userId: shift.userId, from: shift.from.toISOString(), until: shift.until.toISOString() },
  });
}

/** A shift stays on record; from now on nobody is told by it. @throws DomainError `not-found` */
export async function removeShift(
  trx: Trx,
  { organizationId, id, actor, at }: Pick<NewShift, 'organizationId' | 'id' | 'actor' | 'at'>,
): Promise<void> {
  const changed = await trx('on_call_shift')
    .where({ id })
    .whereNull('removed_at')
    .update({ removed_at: at, version: trx.raw('version + 1') });
  if (changed === 0) throw new DomainError('not-found');
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'on-call-shift',
    aggregateId: id,
    event: 'remove',
    from: 'planned',
    to: 'removed',
    actor,
    at,
  });
}

export interface StaffContact {
  readonly email: string | null;
  readonly telephone: string | null;
  readonly pushDevice: string | null;
}

export async function staffContact(trx: Trx, userId: string): Promise<StaffContact> {
  const row = await trx('app_user as u')
    .leftJoin('staff_contact as c', 'c.user_id', 'u.id')
    .where('u.id', userId)
    .whereNull('u.disabled_at')
    .first<{ email: string; telephone: string | null; push_device: string | null } | undefined>(
      'u.email',
      'c.telephone',
      'c.push_device',
    );
  return { email: row?.email ?? null, telephone: row?.telephone ?? null, pushDevice: row?.push_device ?? null };
}

export async function setStaffContact(
  trx: Trx,
  set: { readonly organizationId: string; readonly userId: string; readonly telephone: string | null; readonly pushDevice: string | null; readonly actor: Actor; readonly at: Date },
): Promise<void> {
  await trx('staff_contact')
    .insert({ user_id: set.userId, organization_id: set.organizationId, telephone: set.telephone, push_device: set.pushDevice })
    .onConflict('user_id')
    .merge({ telephone: set.telephone, push_device: set.pushDevice, version: trx.raw('staff_contact.version + 1'), updated_at: set.at });
  await recordStateChange(trx, {
    organizationId: set.organizationId,
    aggregate: 'staff-contact',
    aggregateId: set.userId,
    event: 'set',
    from: null,
    to: 'set',
    actor: set.actor,
    at: set.at,
  });
} // prettier-ignore
