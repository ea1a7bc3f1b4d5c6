import { z } from 'zod';
import { actions, roles as allRoles } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../../db/audit/audit-trail.ts';
import type { RequestContext } from '../context.ts';
import { requireGoodPassword } from '../sign-in/passwords.ts';
import { etag, ifMatch } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { language } from '../schemas.ts';
import { newRecoveryCodes, newSecret, sealSecret, acceptCode } from '../sign-in/second-factor.ts';
import { endSessions } from '../sign-in/session.ts';
import { confirmIdentity, mustHaveSecondFactor, rotateSession } from '../sign-in/sign-in.ts';
import { typedCode, typedPassword } from './sessions.ts';

const me = z.object({
  id: z.string(),
  kind: z.enum(['staff', 'patient']),
  displayName: z.string(),
  email: z.string(),
  locale: z.string(),
  patientId: z.string().nullable(),
  demo: z.boolean(),
  roles: z.array(z.enum(allRoles)),
  /** Every action of the matrix that this session may do: what pages show and hide. */
  permissions: z.array(z.enum(Object.keys(actions) as [keyof typeof actions])),
  organization: z.object({ id: z.string(), name: z.string(), defaultLocale: z.string() }),
  secondFactor: z.enum(['on', 'off', 'required']),
  enrolmentOnly: z.boolean(),
  steppedUp: z.boolean(),
  expiresAt: z.string(),
  version: z.number(),
});

async function readMe(context: RequestContext): Promise<z.output<typeof me>> {
  const { user } = context;
  const found = await context.read(async (trx) => ({
    organization: await trx('organization')
      .where({ id: user.organizationId })
      .first<{ id: string; name: string; default_locale: string }>('id', 'name', 'default_locale'),
    person: await trx('app_user')
      .where({ id: user.userId })
      .first<{ locale: string; version: number }>('locale', 'version'),
    credential: await trx('credential')
      .where({ user_id: user.userId })
      .first<{ totp_confirmed_at: Date | null } | undefined>('totp_confirmed_at'),
  }));
  const on = found.credential?.totp_confirmed_at != null;
  return {
    id: user.userId,
    kind: user.kind,
    displayName: user.displayName,
    email: user.email,
    locale: found.person.locale,
    patientId: user.patientId,
    demo: user.demo,
    roles: [...user.roles],
    permissions: [...user.permissions],
    organization: {
      id: found.organization.id,
      name: found.organization.name,
      defaultLocale: found.organization.default_locale,
    },
    secondFactor: on ? 'on' : mustHaveSecondFactor(context.ports.config, user) ? 'required' : 'off',
    enrolmentOnly: user.enrolmentOnly,
    steppedUp: user.steppedUp,
    expiresAt: user.expiresAt.toISOString(),
    version: found.person.version,
  };
}

export const getMe = route({
  method: 'GET',
  path: '/me',
  summary: 'The signed-in person and what they may do',
  answer: me,
  policy: { signedIn: true, duringEnrolment: true },
  audit: { none: 'only one’s own account is shown' },
  handler: async (context) => {
    const answer = await readMe(context);
    return new RouteAnswer(answer, { headers: { ETag: etag(answer.version) } });
  },
});

export const updateMe = route({
  method: 'PATCH',
  path: '/me',
  summary: 'Choose one’s language',
  body: z.strictObject({ locale: language }),
  answer: me,
  policy: { signedIn: true },
  audit: { change: 'app-user:update', entity: 'app-user' },
  handler: async (context, { body }) => {
    const version = ifMatch(context.headers);
    await context.transaction(async (trx) => {
      const changed = await trx('app_user')
        .where({ id: context.user.userId, version })
        .update({ locale: body.locale, version: version + 1 });
      if (changed === 0) throw new DomainError('version-conflict');
      await personChanged(context, trx, context.user.userId, 'updated', { field: 'locale' });
    });
    const answer = await readMe(context);
    return new RouteAnswer(answer, { headers: { ETag: etag(answer.version) } });
  },
});

/** State change and audit row of an account, in the transaction of the change. */
export async function personChanged(
  context: RequestContext,
  trx: Parameters<typeof recordStateChange>[0],
  userId: string,
  event: string,
  data?: Readonly<Record<string, unknown>>,
  states: { from: string | null; to: string } = { from: 'active', to: 'active' },
): Promise<void> {
  const now = await trx.raw<{ rows: { at: Date }[] }>(
    'SELECT clock_timestamp() AS at FROM app_user WHERE id = ? FOR UPDATE',
    [userId],
  );
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: 'app-user',
    aggregateId: userId,
    event,
    ...states,
    actor: context.actor,
    at: now.rows[0]?.at ?? new Date(),
    data,
  });
}

const rotated = z.object({ token: z.string().optional(), expiresAt: z.string() });

export const changePassword = route({
  method: 'POST',
  path: '/me/password',
  summary: 'Choose a new password; every other session ends',
  body: z.strictObject({ currentPassword: typedPassword, code: typedCode.optional(), newPassword: typedPassword }),
  answer: rotated,
  policy: { signedIn: true, duringEnrolment: true },
  audit: { change: 'app-user:change-password', entity: 'app-user' },
  withoutIdempotencyKey: 'the current password is different afterwards, so a repeat is refused',
  handler: async (context, { body }) => {
    requireGoodPassword(body.newPassword, '/body/newPassword', context.user);
    await confirmIdentity(context, { password: body.currentPassword, code: body.code });
    const hash = await context.ports.passwords.hash(body.newPassword);
    const { token, expiresAt } = await context.transaction(async (trx) => {
      await trx('credential')
        .where({ user_id: context.user.userId })
        .update({
          password_hash: hash,
          password_changed_at: trx.raw('clock_timestamp()'),
          updated_at: trx.raw('clock_timestamp()'),
        });
      await endSessions(
        trx,
        { userId: context.user.userId, exceptSessionId: context.user.sessionId },
        'password-changed',
      );
      const next = await rotateSession(context, trx, context.user.enrolmentOnly);
      await personChanged(context, trx, context.user.userId, 'password-changed');
      return next;
    });
    return { ...(token === undefined ? {} : { token }), expiresAt: expiresAt.toISOString() };
  },
});

export const beginSecondFactor = route({
  method: 'POST',
  path: '/me/second-factor',
  summary: 'Begin setting up codes from an authenticator app; nothing changes until a code is confirmed',
  status: 201,
  answer: z.object({ secret: z.string(), uri: z.string() }),
  policy: { signedIn: true, duringEnrolment: true },
  audit: { change: 'app-user:second-factor-begin', entity: 'app-user' },
  withoutIdempotencyKey: 'each call gives a new secret in place of the unconfirmed one',
  handler: async (context) => {
    const { user, ports } = context;
    if (!user.steppedUp) throw new DomainError('step-up-required');
    const { secret, uri } = newSecret(user.email);
    await context.transaction(async (trx) => {
      const changed = await trx('credential')
        .where({ user_id: user.userId })
        .whereNull('totp_confirmed_at')
        .update({
          totp_secret: sealSecret(ports.keys, user.userId, secret),
          last_totp_step: null,
          updated_at: trx.raw('clock_timestamp()'),
        });
      if (changed === 0)
        throw new DomainError('conflict', { detail: 'A second factor is set up already. Remove it first.' });
      await personChanged(context, trx, user.userId, 'second-factor-begun');
    });
    return { secret, uri };
  },
});

export const confirmSecondFactor = route({
  method: 'POST',
  path: '/me/second-factor/confirm',
  summary: 'Confirm the authenticator app with a code; gives recovery codes once, and a new session token',
  body: z.strictObject({ code: typedCode }),
  answer: rotated.extend({ recoveryCodes: z.array(z.string()) }),
  policy: { signedIn: true, duringEnrolment: true },
  audit: { change: 'app-user:second-factor-confirm', entity: 'app-user' },
  withoutIdempotencyKey: 'a code works once',
  handler: async (context, { body }) => {
    const { user, ports } = context;
    const guess = await ports.limits.reserveSignIn({
      account: user.email,
      ip: context.ip,
      device: `enrol:${user.userId}`,
    });
    const { codes, hashes } = newRecoveryCodes();
    const next = await context.transaction(async (trx) => {
      const row = await trx('credential')
        .where({ user_id: user.userId })
        .whereNull('totp_confirmed_at')
        .forUpdate()
        .first<{ user_id: string; totp_secret: string | null } | undefined>('user_id', 'totp_secret');
      if (row?.totp_secret == null || !/^\s*\d{3}\s*\d{3}\s*$/.test(body.code)) return undefined;
      if (!(await acceptCode(trx, ports.keys, row, body.code))) return undefined;
      await trx('credential')
        .where({ user_id: user.userId })
        .update({ totp_confirmed_at: trx.raw('clock_timestamp()'), recovery_hashes: [...hashes] });
      // Sessions that were opened without the factor end (ASVS 7.4.3).
      await endSessions(trx, { userId: user.userId, exceptSessionId: user.sessionId }, 'second-factor-added');
      const session = await rotateSession(context, trx, false);
      await personChanged(context, trx, user.userId, 'second-factor-confirmed');
      return session;
    });
    if (next === undefined)
      throw new DomainError('sign-in-failed', { detail: 'This code is not right, or was used already.' });
    await guess.right();
    return {
      ...(next.token === undefined ? {} : { token: next.token }),
      expiresAt: next.expiresAt.toISOString(),
      recoveryCodes: [...codes],
    };
  },
});

export const replaceRecoveryCodes = route({
  method: 'POST',
  path: '/me/second-factor/recovery-codes',
  summary: 'New recovery codes in place of the old ones',
  answer: z.object({ recoveryCodes: z.array(z.string()) }),
  policy: { signedIn: true },
  audit: { change: 'app-user:recovery-codes', entity: 'app-user' },
  withoutIdempotencyKey: 'codes are shown once and must not be stored for a repeat',
  handler: async (context) => {
    if (!context.user.steppedUp) throw new DomainError('step-up-required');
    const { codes, hashes } = newRecoveryCodes();
    await context.transaction(async (trx) => {
      const changed = await trx('credential')
        .where({ user_id: context.user.userId })
        .whereNotNull('totp_confirmed_at')
        .update({ recovery_hashes: [...hashes] });
      if (changed === 0) throw new DomainError('guard-failed', { detail: 'Set up a second factor first.' });
      await personChanged(context, trx, context.user.userId, 'recovery-codes-replaced');
    });
    return { recoveryCodes: [...codes] };
  },
});

export const removeSecondFactor = route({
  method: 'DELETE',
  path: '/me/second-factor',
  summary: 'Remove one’s second factor; staff who must have one set up another first thing',
  status: 204,
  policy: { signedIn: true },
  audit: { change: 'app-user:second-factor-remove', entity: 'app-user' },
  handler: async (context) => {
    const { user } = context;
    if (!user.steppedUp) throw new DomainError('step-up-required');
    await context.transaction(async (trx) => {
      await trx('credential')
        .where({ user_id: user.userId })
        .update({ totp_secret: null, totp_confirmed_at: null, last_totp_step: null, recovery_hashes: [] });
      await endSessions(trx, { userId: user.userId, exceptSessionId: user.sessionId }, 'second-factor-removed');
      if (mustHaveSecondFactor(context.ports.config, user))
        await trx('session').where({ id: user.sessionId }).update({ enrolment_only: true });
      await personChanged(context, trx, user.userId, 'second-factor-removed');
    });
    return undefined;
  },
});
