import { z } from 'zod';
import { roles, type Role } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import { createAccount } from '../sign-in/accounts.ts';
import {
  databaseNow,
  fileLink,
  lockLink,
  openLink,
  revokeLink,
  spendLink,
  type AccessLink,
} from '../sign-in/one-time-links.ts';
import { requireGoodPassword } from '../sign-in/passwords.ts';
import { route } from '../route.ts';
import { email, idParams, language, text } from '../schemas.ts';
import { typedPassword } from './sessions.ts';

export const staffRoles = roles.filter((role) => role !== 'patient') as Exclude<Role, 'patient'>[];
export const staffRole = z.enum(staffRoles);
/** 43 base64url characters: 256 bits. */
export const linkTokenParams = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });
const theTokenIsTheKey = 'the link works once: its token is the key';

const invitation = z.object({
  id: z.string(),
  email: z.string(),
  displayName: z.string().nullable(),
  roles: z.array(z.string()),
  expiresAt: z.string(),
});

export const inviteStaff = route({
  method: 'POST',
  path: '/invitations',
  summary: 'Invite someone to work here; an earlier invitation of the same address ends',
  body: z.strictObject({
    email,
    displayName: text(120).optional(),
    roles: z.array(staffRole).min(1).max(staffRoles.length),
    locale: language.optional(),
  }),
  status: 201,
  answer: invitation,
  policy: { action: 'staff:manage' },
  audit: { change: 'access-link:file', entity: 'access-link' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const address = body.email.toLowerCase();
        const known = await trx('app_user').where({ email: address }).first<{ id: string } | undefined>('id');
        if (known !== undefined)
          throw new DomainError('duplicate', {
            detail: 'This person has an account. Give roles there.',
            data: { userId: known.id },
          });
        const wanted = [...new Set(body.roles)];
        const { id, expiresAt } = await fileLink(trx, {
          organizationId: context.organizationId,
          kind: 'staff-invitation',
          actor: context.actor,
          keys: context.ports.keys,
          email: address,
          roles: wanted,
          displayName: body.displayName,
          locale: body.locale ?? context.user.locale,
          mail: true,
        });
        return {
          id,
          email: address,
          displayName: body.displayName ?? null,
          roles: wanted,
          expiresAt: expiresAt.toISOString(),
        };
      },
      { operation: true },
    ),
});

export const listInvitations = route({
  method: 'GET',
  path: '/invitations',
  summary: 'Invitations that are open',
  answer: z.object({ items: z.array(invitation) }),
  policy: { action: 'staff:manage' },
  audit: { read: 'access-link:read', entity: 'access-link' },
  handler: async (context) => {
    const rows = await context.read((trx) =>
      trx('access_link')
        .where({ kind: 'staff-invitation' })
        .whereNull('used_at')
        .whereNull('revoked_at')
        .whereRaw('expires_at > clock_timestamp()')
        .orderBy('created_at', 'desc')
        .limit(200)
        .select<AccessLink[]>(),
    );
    return {
      items: rows.map((row) => ({
        id: row.id,
        email: row.email ?? '',
        displayName: row.display_name,
        roles: row.roles,
        expiresAt: row.expires_at.toISOString(),
      })),
    };
  },
});

export const revokeInvitation = route({
  method: 'DELETE',
  path: '/invitations/:id',
  summary: 'Take an invitation back',
  params: idParams,
  status: 204,
  policy: { action: 'staff:manage' },
  audit: { change: 'access-link:revoke', entity: 'access-link' },
  handler: (context, { params }) =>
    context.transaction(async (trx) => {
      const link = await trx('access_link')
        .where({ id: params.id, kind: 'staff-invitation' })
        .whereNull('used_at')
        .whereNull('revoked_at')
        .forUpdate()
        .first<AccessLink | undefined>();
      if (link === undefined) throw new DomainError('not-found');
      await revokeLink(trx, {
        organizationId: context.organizationId,
        id: link.id,
        kind: link.kind,
        actor: context.actor,
        now: await databaseNow(trx),
      });
      return undefined;
    }),
});

export const showInvitation = route({
  method: 'GET',
  path: '/invitations/:token/accept',
  summary: 'What an invitation offers',
  params: linkTokenParams,
  answer: z.object({
    email: z.string(),
    displayName: z.string().nullable(),
    roles: z.array(z.string()),
    organization: z.string(),
    expiresAt: z.string(),
  }),
  policy: { public: 'the person invited has no account yet; the token is the right' },
  audit: { read: 'access-link:open', entity: 'access-link' },
  handler: async (context, { params }) => {
    const link = await openLink(context, params.token, 'staff-invitation');
    const organization = await context.read((trx) => trx('organization').first<{ name: string }>('name'));
    return {
      email: link.email ?? '',
      displayName: link.display_name,
      roles: link.roles,
      organization: organization.name,
      expiresAt: link.expires_at.toISOString(),
    };
  },
});

export const acceptInvitation = route({
  method: 'POST',
  path: '/invitations/:token/accept',
  summary: 'Accept an invitation with a name and a password; sign in afterwards',
  params: linkTokenParams,
  body: z.strictObject({ displayName: text(120).optional(), password: typedPassword, locale: language.optional() }),
  status: 201,
  answer: z.object({ email: z.string() }),
  policy: { public: 'the person invited has no account yet; the token is the right' },
  audit: { change: 'access-link:use', entity: 'access-link' },
  withoutIdempotencyKey: theTokenIsTheKey,
  handler: async (context, { params, body }) => {
    const offered = await openLink(context, params.token, 'staff-invitation');
    const address = offered.email ?? '';
    requireGoodPassword(body.password, '/body/password', { email: address });
    const passwordHash = await context.ports.passwords.hash(body.password);
    await context.transaction(async (trx) => {
      const link = await lockLink(trx, offered.id);
      const at = await databaseNow(trx);
      const displayName = body.displayName ?? link.display_name ?? address;
      await createAccount(trx, context, {
        kind: 'staff',
        email: address,
        displayName,
        locale: body.locale ?? 'en',
        patientId: null,
        roles: link.roles as Role[],
        passwordHash,
        at,
      });
      await spendLink(trx, context, link, at);
    });
    return { email: address };
  },
});
