import { z } from 'zod';
import type { Role } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Trx } from '../../db/connection.ts';
import { queueMessage } from '../../db/outbox.ts';
import { databaseNow } from '../sign-in/one-time-links.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, limit, listOf } from '../schemas.ts';
import { endSessions } from '../sign-in/session.ts';
import { staffRole } from './invitations.ts';
import { personChanged } from './me.ts';

const user = z.object({
  id: z.string(),
  displayName: z.string(),
  email: z.string(),
  kind: z.literal('staff'),
  roles: z.array(z.string()),
  state: z.enum(['active', 'disabled']),
  demo: z.boolean(),
  secondFactor: z.enum(['on', 'off']),
  version: z.number(),
});

interface UserRow {
  id: string;
  display_name: string;
  email: string;
  disabled_at: Date | null;
  demo: boolean;
  version: number;
  roles: Role[];
  second_factor: boolean;
}

const toUser = (row: UserRow): z.output<typeof user> => ({
  id: row.id,
  displayName: row.display_name,
  email: row.email,
  kind: 'staff',
  roles: row.roles,
  state: row.disabled_at === null ? 'active' : 'disabled',
  demo: row.demo,
  secondFactor: row.second_factor ? 'on' : 'off',
  version: row.version,
});

/** Staff only: whether a patient has an account is shown with the patient. */
const staff = (trx: Trx) =>
  trx('app_user as u')
    .where('u.kind', 'staff')
    .select<UserRow[]>(
      'u.id',
      'u.display_name',
      'u.email',
      'u.disabled_at',
      'u.demo',
      'u.version',
      trx.raw('ARRAY(SELECT r.role FROM user_role r WHERE r.user_id = u.id ORDER BY r.role) AS roles'),
      trx.raw(
        'EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.totp_confirmed_at IS NOT NULL) AS second_factor',
      ),
    );

const position = z.tuple([z.string(), id]);

export const listUsers = route({
  method: 'GET',
  path: '/users',
  summary: 'Staff and their roles',
  query: z.strictObject({ cursor, limit: limit(100, 200) }),
  answer: listOf(user),
  policy: { action: 'staff:read' },
  audit: { read: 'app-user:read', entity: 'app-user' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, position);
    const rows = await context.read((trx) => {
      const found = staff(trx)
        .orderBy('u.display_name')
        .orderBy('u.id')
        .limit(query.limit + 1);
      if (after !== undefined) found.whereRaw('(u.display_name, u.id) > (?, ?)', after);
      return found;
    });
    return pageOf(rows as UserRow[], query.limit, toUser, (row) => [row.display_name, row.id]);
  },
});

/** The row under a lock, with its roles. @throws DomainError `not-found` */
async function lockStaff(trx: Trx, userId: string): Promise<UserRow> {
  const locked = await trx('app_user')
    .where({ id: userId, kind: 'staff' })
    .forUpdate()
    .first<{ id: string } | undefined>('id');
  if (locked === undefined) throw new DomainError('not-found');
  const [row] = (await staff(trx).where('u.id', userId)) as UserRow[];
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/** Nobody changes their own rights, up or down: a second pair of eyes for every privilege (abuse case 3). */
function refuseSelf(actingUserId: string, userId: string): void {
  if (actingUserId === userId)
    throw new DomainError('forbidden', { detail: 'Someone else has to change your own rights.' });
}

/** @throws DomainError `guard-failed` when nobody could manage the clinic afterwards */
async function keepAnAdministrator(trx: Trx, without: string): Promise<void> {
  // All of them are locked, in one order: two who remove each other at once must not both succeed.
  const holders = await trx('user_role')
    .where({ role: 'administrator' })
    .orderBy('user_id')
    .forUpdate()
    .select<{ user_id: string }[]>('user_id');
  const others = holders.map((row) => row.user_id).filter((userId) => userId !== without);
  const live =
    others.length === 0
      ? []
      : await trx('app_user').whereIn('id', others).whereNull('disabled_at').forShare().select('id');
  if (live.length === 0) throw new DomainError('guard-failed', { detail: 'The last administrator cannot be removed.' });
}

const roleParams = z.strictObject({ id, role: staffRole });

export const giveRole = route({
  method: 'PUT',
  path: '/users/:id/roles/:role',
  summary: 'Give a role; the person signs in again to use it',
  params: roleParams,
  answer: user,
  policy: { action: 'staff:manage' },
  audit: { change: 'app-user:role-given', entity: 'app-user' },
  handler: async (context, { params }) => {
    refuseSelf(context.user.userId, params.id);
    return context.transaction(async (trx) => {
      const person = await lockStaff(trx, params.id);
      if (person.roles.includes(params.role)) return toUser(person);
      await trx('user_role').insert({
        organization_id: context.organizationId,
        user_id: person.id,
        role: params.role,
        granted_by: context.actor.ref,
      });
      await rightsChanged(trx, person.id, 'roles-changed');
      await personChanged(context, trx, person.id, 'role-given', { role: params.role });
      return toUser(await lockStaff(trx, person.id));
    });
  },
});

export const takeRole = route({
  method: 'DELETE',
  path: '/users/:id/roles/:role',
  summary: 'Take a role away, at once',
  params: roleParams,
  answer: user,
  policy: { action: 'staff:manage' },
  audit: { change: 'app-user:role-taken', entity: 'app-user' },
  handler: async (context, { params }) => {
    refuseSelf(context.user.userId, params.id);
    return context.transaction(async (trx) => {
      if (params.role === 'administrator') await keepAnAdministrator(trx, params.id);
      const person = await lockStaff(trx, params.id);
      if (!person.roles.includes(params.role)) return toUser(person);
      await trx('user_role').where({ user_id: person.id, role: params.role }).delete();
      await rightsChanged(trx, person.id, 'roles-changed');
      await personChanged(context, trx, person.id, 'role-taken', { role: params.role });
      return toUser(await lockStaff(trx, person.id));
    });
  },
});

/** A token that was worth one set of rights is not worth another (ASVS 7.2.4): the person signs in again. */
async function rightsChanged(trx: Trx, userId: string, reason: string): Promise<void> {
  await trx('app_user').where({ id: userId }).increment('version', 1);
  await endSessions(trx, { userId }, reason);
}

export const disableUser = route({
  method: 'POST',
  path: '/users/:id/disable',
  summary: 'Stop someone from signing in; their sessions end at once',
  params: idParams,
  answer: user,
  policy: { action: 'staff:manage' },
  audit: { change: 'app-user:disabled', entity: 'app-user' },
  handler: async (context, { params }) => {
    refuseSelf(context.user.userId, params.id);
    return context.transaction(
      async (trx) => {
        await keepAnAdministrator(trx, params.id);
        const person = await lockStaff(trx, params.id);
        if (person.disabled_at !== null) return toUser(person);
        await trx('app_user')
          .where({ id: person.id })
          .update({ disabled_at: trx.raw('clock_timestamp()') });
        await rightsChanged(trx, person.id, 'disabled');
        await personChanged(context, trx, person.id, 'disabled', undefined, { from: 'active', to: 'disabled' });
        return toUser(await lockStaff(trx, person.id));
      },
      { operation: true },
    );
  },
});

export const enableUser = route({
  method: 'POST',
  path: '/users/:id/enable',
  summary: 'Let someone sign in again',
  params: idParams,
  answer: user,
  policy: { action: 'staff:manage' },
  audit: { change: 'app-user:enabled', entity: 'app-user' },
  handler: async (context, { params }) => {
    refuseSelf(context.user.userId, params.id);
    return context.transaction(
      async (trx) => {
        const person = await lockStaff(trx, params.id);
        if (person.disabled_at === null) return toUser(person);
        await trx('app_user').where({ id: person.id }).update({ disabled_at: null });
        await rightsChanged(trx, person.id, 'enabled');
        await personChanged(context, trx, person.id, 'enabled', undefined, { from: 'disabled', to: 'active' });
        return toUser(await lockStaff(trx, person.id));
      },
      { operation: true },
    );
  },
});

export const endUserSessions = route({
  method: 'DELETE',
  path: '/users/:id/sessions',
  summary: 'End every session of someone',
  params: idParams,
  status: 204,
  policy: { action: 'staff:manage' },
  audit: { change: 'app-user:sessions-ended', entity: 'app-user' },
  handler: (context, { params }) =>
    context.transaction(async (trx) => {
      const person = await lockStaff(trx, params.id);
      await endSessions(trx, { userId: person.id }, 'ended-by-administrator');
      await personChanged(context, trx, person.id, 'sessions-ended');
      return undefined;
    }),
});

/**
 * For somebody who lost the telephone and the recovery codes. Whoever presses this vouches for who asks: with the password
 * alone the person then sets up another factor, before any page opens where one is demanded.
 */
export const clearSecondFactor = route({
  method: 'DELETE',
  path: '/users/:id/second-factor',
  summary:
    'Remove the second factor of someone who lost it; their sessions end, and they set up another at the next sign-in',
  params: idParams,
  answer: user,
  policy: { action: 'staff:manage', stepUp: true },
  audit: { change: 'app-user:second-factor-cleared', entity: 'app-user' },
  handler: async (context, { params }) => {
    refuseSelf(context.user.userId, params.id);
    return context.transaction(async (trx) => {
      const person = await lockStaff(trx, params.id);
      if (!person.second_factor) return toUser(person);
      await trx('credential')
        .where({ user_id: person.id })
        .update({
          totp_secret: null,
          totp_confirmed_at: null,
          last_totp_step: null,
          recovery_hashes: [],
          updated_at: trx.raw('clock_timestamp()'),
        });
      await rightsChanged(trx, person.id, 'second-factor-removed');
      await personChanged(context, trx, person.id, 'second-factor-cleared');
      const cleared = await lockStaff(trx, person.id);
      // Whoever did not ask for it has to hear of it (ASVS 6.3.7).
      await queueMessage(trx, {
        organizationId: context.organizationId,
        dedupeKey: `user:${person.id}:v${cleared.version}:second-factor-removed`,
        aggregate: 'user',
        aggregateId: person.id,
        kind: 'second-factor-removed',
        channel: 'email',
        toRef: `user:${person.id}`,
        dueAt: await databaseNow(trx),
      });
      return toUser(cleared);
    });
  },
});
