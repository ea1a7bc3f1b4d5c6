import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { withTransaction } from '../../db/transaction.ts';
import { databaseNow, fileLink, lockLink, openLink, spendLink } from '../sign-in/one-time-links.ts';
import { requireGoodPassword } from '../sign-in/passwords.ts';
import { route } from '../route.ts';
import { endSessions } from '../sign-in/session.ts';
import { findSignIn } from '../sign-in/sign-in.ts';
import { linkTokenParams } from './invitations.ts';
import { personChanged } from './me.ts';
import { typedPassword } from './sessions.ts';

export const askPasswordReset = route({
  method: 'POST',
  path: '/password-resets',
  summary: 'Ask for a link to choose a new password; the answer is the same whether there is an account or not',
  body: z.strictObject({ email: z.string().min(3).max(254) }),
  status: 202,
  answer: z.object({ accepted: z.literal(true) }),
  policy: { public: 'whoever forgot a password cannot sign in' },
  audit: { change: 'access-link:file', entity: 'access-link' },
  withoutIdempotencyKey: 'a repeat sends another link, which ends the one before',
  answerFloorMs: 250,
  handler: async (context, { body }) => {
    const { ports } = context;
    await ports.limits.reserve('reset-ip', context.ip);
    const tooMany = await ports.limits.reserve('reset-account', body.email).then(
      () => false,
      (error: unknown) => {
        // Told to the caller it would say nothing about the account; told to nobody it also stops the mails.
        if (error instanceof DomainError && error.code === 'rate-limited') return true;
        throw error;
      },
    );
    const person = await findSignIn(ports.db, body.email);
    if (person !== undefined && !person.disabled && !tooMany) {
      await withTransaction(ports.db, { organizationId: person.organization_id }, (trx) =>
        fileLink(trx, {
          organizationId: person.organization_id,
          kind: 'password-reset',
          actor: { kind: 'system', ref: 'anonymous', permissions: [], requestId: context.requestId, ip: context.ip },
          keys: ports.keys,
          userId: person.user_id,
          patientId: undefined,
          locale: person.locale,
          mail: true,
        }),
      );
    }
    return { accepted: true as const };
  },
});

export const showPasswordReset = route({
  method: 'GET',
  path: '/password-resets/:token',
  summary: 'Whether a link to choose a new password still works',
  params: linkTokenParams,
  answer: z.object({ expiresAt: z.string() }),
  policy: { public: 'whoever forgot a password cannot sign in; the token is the right' },
  audit: { read: 'access-link:open', entity: 'access-link' },
  handler: async (context, { params }) => {
    const link = await openLink(context, params.token, 'password-reset');
    return { expiresAt: link.expires_at.toISOString() };
  },
});

export const resetPassword = route({
  method: 'POST',
  path: '/password-resets/:token',
  summary: 'Choose a new password; every session ends, and a second factor stays as it is',
  params: linkTokenParams,
  body: z.strictObject({ password: typedPassword }),
  status: 204,
  policy: { public: 'whoever forgot a password cannot sign in; the token is the right' },
  audit: { change: 'access-link:use', entity: 'access-link' },
  withoutIdempotencyKey: 'the link works once: its token is the key',
  handler: async (context, { params, body }) => {
    const offered = await openLink(context, params.token, 'password-reset');
    const userId = offered.user_id;
    if (userId === null) throw new DomainError('token-invalid');
    const person = await context.read((trx) =>
      trx('app_user').where({ id: userId }).whereNull('disabled_at').first<{ email: string } | undefined>('email'),
    );
    if (person === undefined) throw new DomainError('token-invalid');
    requireGoodPassword(body.password, '/body/password', person);
    const hash = await context.ports.passwords.hash(body.password);
    await context.transaction(async (trx) => {
      const link = await lockLink(trx, offered.id);
      const at = await databaseNow(trx);
      // Second factor and recovery codes are not touched: a mailbox alone must not be enough (ASVS 6.4.3).
      await trx('credential')
        .where({ user_id: userId })
        .update({ password_hash: hash, password_changed_at: at, updated_at: at });
      await endSessions(trx, { userId }, 'password-reset');
      await spendLink(trx, context, link, at);
      await personChanged(context, trx, userId, 'password-reset');
    });
    return undefined;
  },
});
