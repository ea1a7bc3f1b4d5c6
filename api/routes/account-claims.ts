import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { hashLinkCode, linkCode, linkToken, linkUrl } from '../../activities/link-token.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Trx } from '../../db/connection.ts';
import { queueMessage } from '../../db/outbox.ts';
import { raiseStaffTask } from '../../db/cases/staff-tasks.ts';
import { createAccount } from '../sign-in/accounts.ts';
import {
  databaseNow,
  fileLink,
  linkChanged,
  lockLink,
  openLink,
  spendLink,
  type AccessLink,
} from '../sign-in/one-time-links.ts';
import { requireGoodPassword } from '../sign-in/passwords.ts';
import { route } from '../route.ts';
import { date, email, idParams } from '../schemas.ts';
import { linkTokenParams } from './invitations.ts';
import { typedPassword } from './sessions.ts';

const triesBeforeLock = 5;
const lockMinutes = 15;
/** A code by mail is used at once (ASVS 6.5.5: 10 minutes); one that a colleague reads out waits for the colleague. */
const codeMinutes = { mail: 10, clinic: 60 } as const;

interface ClaimPatient {
  id: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
  email: string | null;
  language: string;
  deceased: boolean;
  active: boolean;
}
const readPatient = (trx: Trx, id: string): Promise<ClaimPatient | undefined> =>
  trx('patient')
    .where({ id })
    .first<ClaimPatient | undefined>(
      'id',
      'family',
      'given',
      'chosen_name',
      'birth_date',
      'email',
      'language',
      'deceased',
      'active',
    );

export const offerAccount = route({
  method: 'POST',
  path: '/patients/:id/account-claim',
  summary:
    'Send a patient a link to claim an account; without a mail address the link is in the answer, to be handed over',
  params: idParams,
  status: 201,
  answer: z.object({
    id: z.string(),
    expiresAt: z.string(),
    sent: z.enum(['mail', 'by-hand']),
    link: z.string().optional(),
  }),
  policy: { action: 'patient:invite' },
  audit: { change: 'access-link:file', entity: 'patient' },
  handler: async (context, { params }) => {
    const filed = await context.transaction(
      async (trx) => {
        const patient = await readPatient(trx, params.id);
        if (patient === undefined) throw new DomainError('not-found');
        if (patient.deceased || !patient.active)
          throw new DomainError('guard-failed', { detail: 'This chart is not that of someone who can sign in.' });
        if (patient.birth_date === null || patient.birth_date.length !== 10) {
          throw new DomainError('guard-failed', {
            detail: 'Record the whole date of birth first: the patient is asked for it.',
          });
        }
        const account = await trx('app_user').where({ patient_id: patient.id }).first<{ id: string } | undefined>('id');
        if (account !== undefined) throw new DomainError('duplicate', { detail: 'This patient has an account.' });
        const byMail = patient.email !== null;
        const { id, expiresAt } = await fileLink(trx, {
          organizationId: context.organizationId,
          kind: 'account-claim',
          actor: context.actor,
          keys: context.ports.keys,
          patientId: patient.id,
          email: patient.email ?? undefined,
          locale: patient.language,
          mail: byMail,
        });
        return { id, expiresAt: expiresAt.toISOString(), sent: byMail ? ('mail' as const) : ('by-hand' as const) };
      },
      { operation: true },
    );
    if (filed.sent === 'mail') return filed;
    // Derived after the transaction, so that the stored answer of the operation opens nothing.
    return {
      ...filed,
      link: linkUrl(
        context.ports.config.publicUrl,
        'account-claim',
        linkToken(context.ports.keys, filed.id, 'account-claim'),
      ),
    };
  },
});

export const readClaimCode = route({
  method: 'GET',
  path: '/patients/:id/account-claim/code',
  summary: 'The code that a patient without a mail address asked for, to be told after checking who they are',
  params: idParams,
  answer: z.object({ code: z.string(), expiresAt: z.string() }),
  policy: { action: 'patient:invite' },
  audit: { read: 'access-link:read-code', entity: 'patient' },
  handler: async (context, { params }) => {
    const link = await context.read((trx) =>
      trx('access_link')
        .where({ kind: 'account-claim', patient_id: params.id })
        .whereNull('email')
        .whereNull('used_at')
        .whereNull('revoked_at')
        .whereNotNull('code_hash')
        .whereRaw('expires_at > clock_timestamp() AND code_expires_at > clock_timestamp()')
        .orderBy('created_at', 'desc')
        .first<AccessLink | undefined>(),
    );
    if (link?.code_expires_at == null) throw new DomainError('not-found');
    return {
      code: linkCode(context.ports.keys, link.id, link.code_expires_at),
      expiresAt: link.code_expires_at.toISOString(),
    };
  },
});

export const showClaim = route({
  method: 'GET',
  path: '/account-claims/:token',
  summary: 'What claiming an account will ask for',
  params: linkTokenParams,
  answer: z.object({
    organization: z.string(),
    codeComesBy: z.enum(['mail', 'clinic']),
    asksForEmail: z.boolean(),
    expiresAt: z.string(),
  }),
  policy: { public: 'the patient has no account yet; nothing about the person is shown before the step-up' },
  audit: { read: 'access-link:open', entity: 'access-link' },
  handler: async (context, { params }) => {
    const link = await openLink(context, params.token, 'account-claim');
    const organization = await context.read((trx) => trx('organization').first<{ name: string }>('name'));
    const byMail = link.email !== null;
    return {
      organization: organization.name,
      codeComesBy: byMail ? ('mail' as const) : ('clinic' as const),
      asksForEmail: !byMail,
      expiresAt: link.expires_at.toISOString(),
    };
  },
});

export const sendClaimCode = route({
  method: 'POST',
  path: '/account-claims/:token/code',
  summary: 'Send the one-time code; the one before stops working',
  params: linkTokenParams,
  status: 202,
  answer: z.object({ codeComesBy: z.enum(['mail', 'clinic']), expiresAt: z.string() }),
  policy: { public: 'the patient has no account yet; the token is the right' },
  audit: { change: 'access-link:send-code', entity: 'access-link' },
  withoutIdempotencyKey: 'a repeat sends another code, which ends the one before',
  handler: async (context, { params }) => {
    const { ports } = context;
    const offered = await openLink(context, params.token, 'account-claim');
    await ports.limits.reserve('claim-code', offered.id);
    return context.transaction(async (trx) => {
      const link = await lockLink(trx, offered.id);
      const now = await databaseNow(trx);
      refuseLocked(link, now);
      const by = link.email === null ? ('clinic' as const) : ('mail' as const);
      const expiresAt = new Date(now.getTime() + codeMinutes[by] * 60_000);
      await trx('access_link')
        .where({ id: link.id })
        .update({
          code_hash: hashLinkCode(ports.keys, link.id, linkCode(ports.keys, link.id, expiresAt)),
          code_expires_at: expiresAt,
        });
      const about = {
        organizationId: context.organizationId,
        actor: context.actor,
        patientId: link.patient_id ?? undefined,
      };
      await linkChanged(trx, {
        ...about,
        id: link.id,
        kind: link.kind,
        now,
        event: 'send-code',
        from: 'open',
        to: 'open',
      });
      const dedupeKey = `access-link:${link.id}:code:${expiresAt.getTime()}`;
      if (by === 'mail') {
        const toRef = `access-link:${link.id}`;
        await queueMessage(trx, {
          ...about,
          dedupeKey,
          aggregate: 'access-link',
          aggregateId: link.id,
          kind: 'account-claim-code',
          channel: 'email',
          toRef,
          params: { accessLinkId: link.id },
          dueAt: now,
          usefulUntil: expiresAt,
        });
      } else {
        await raiseStaffTask(trx, {
          ...about,
          kind: 'account-claim-code',
          dedupeKey,
          subjectType: 'access-link',
          subjectId: link.id,
          params: { expiresAt: expiresAt.toISOString() },
          priority: 'urgent',
          dueAt: expiresAt,
          at: now,
        });
      }
      return { codeComesBy: by, expiresAt: expiresAt.toISOString() };
    });
  },
});

export const claimAccount = route({
  method: 'POST',
  path: '/account-claims/:token',
  summary: 'Claim the account: date of birth, code, and a password; sign in afterwards',
  params: linkTokenParams,
  body: z.strictObject({
    birthDate: date,
    code: z.string().min(4).max(20),
    password: typedPassword,
    email: email.optional(),
  }),
  status: 201,
  answer: z.object({ email: z.string() }),
  policy: { public: 'the patient has no account yet; link, date of birth and code together are the right' },
  audit: { change: 'access-link:use', entity: 'access-link' },
  withoutIdempotencyKey: 'the link works once: its token is the key',
  handler: async (context, { params, body }) => {
    const offered = await openLink(context, params.token, 'account-claim');
    const address = (offered.email ?? body.email)?.toLowerCase();
    if (address === undefined)
      throw new DomainError('validation-failed', {
        errors: [{ path: '/body/email', code: 'required', message: 'An address to sign in with is needed' }],
      });
    requireGoodPassword(body.password, '/body/password', { email: address });
    refuseLocked(offered, await context.read(databaseNow));
    const passwordHash = await context.ports.passwords.hash(body.password);
    const right = await context.transaction(async (trx) => {
      const link = await lockLink(trx, offered.id);
      const at = await databaseNow(trx);
      refuseLocked(link, at);
      const patient = await readPatient(trx, link.patient_id ?? '');
      if (patient === undefined || !stepUpIsRight(context.ports.keys, link, patient, body, at)) {
        // Counted in a transaction that commits: the refusal is thrown afterwards.
        const failed = link.failed_attempts + 1;
        const locked = failed >= triesBeforeLock;
        await trx('access_link')
          .where({ id: link.id })
          .update(
            locked
              ? { failed_attempts: 0, code_hash: null, locked_until: new Date(at.getTime() + lockMinutes * 60_000) }
              : { failed_attempts: failed },
          );
        return false;
      }
      const displayName =
        [patient.chosen_name ?? patient.given.join(' '), patient.family]
          .filter((part) => part !== null && part !== '')
          .join(' ') || address;
      const locale = patient.language.split('-')[0] ?? 'en';
      await createAccount(trx, context, {
        kind: 'patient',
        email: address,
        displayName,
        locale,
        patientId: patient.id,
        roles: ['patient'],
        passwordHash,
        at,
      });
      await spendLink(trx, context, link, at);
      return true;
    });
    if (!right) throw new DomainError('sign-in-failed', { detail: 'The date of birth or the code is not right.' });
    return { email: address };
  },
});

function refuseLocked(link: AccessLink, now: Date): void {
  const left = (link.locked_until?.getTime() ?? 0) - now.getTime();
  if (left > 0) throw new DomainError('rate-limited', { data: { retryAfterSeconds: Math.ceil(left / 1_000) } });
}

function stepUpIsRight(
  keys: Parameters<typeof hashLinkCode>[0],
  link: AccessLink,
  patient: ClaimPatient,
  given: { birthDate: string; code: string },
  now: Date,
): boolean {
  const codeLives = link.code_hash !== null && link.code_expires_at !== null && link.code_expires_at > now;
  const hash = hashLinkCode(keys, link.id, given.code.replace(/[\s-]/g, ''));
  const codeIsRight = timingSafeEqual(hash, link.code_hash ?? Buffer.alloc(32)) && codeLives;
  return codeIsRight && patient.birth_date === given.birthDate;
}
