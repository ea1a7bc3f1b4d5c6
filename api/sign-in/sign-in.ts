/** Signing in and confirming who one is: one message for every failure, about the same time for every failure. */
import { DomainError } from '../../domain/errors.ts';
import type { Role } from '../../domain/access.ts';
import type { Db } from '../../db/connection.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { Config } from '../../config.ts';
import type { DatabaseRole } from '../../config/database.ts';
import type { RequestContext } from '../context.ts';
import { cookieNames, deviceCookie, endedSessionCookie, readCookie, sessionCookie } from '../cookies.ts';
import { isBrowser } from '../csrf.ts';
import { deviceToken, knownDevice } from './known-devices.ts';
import { acceptCode } from './second-factor.ts';
import { endOneSession, findSession, startSession } from './session.ts';

export interface SignInRow {
  user_id: string;
  organization_id: string;
  kind: 'staff' | 'patient';
  display_name: string;
  locale: string;
  patient_id: string | null;
  demo: boolean;
  disabled: boolean;
  password_hash: string | null;
  totp_secret: string | null;
  totp_confirmed: boolean;
  roles: Role[];
}

export async function findSignIn(db: Db, email: string): Promise<SignInRow | undefined> {
  const answer = await db.raw<{ rows: SignInRow[] }>('SELECT * FROM find_sign_in(?)', [email]);
  return answer.rows[0];
}

/** Whether this person must have a second factor: all staff in production; demo users when the demo says so. */
export function mustHaveSecondFactor(
  config: Pick<Config<DatabaseRole>, 'environment' | 'demo'>,
  person: { kind: string; demo: boolean },
): boolean {
  if (person.demo) return config.demo.mfa && person.kind === 'staff';
  return person.kind === 'staff' && config.environment === 'production';
}

export interface SignedIn {
  readonly token: string | undefined;
  readonly expiresAt: Date;
  readonly person: SignInRow;
  readonly enrolmentOnly: boolean;
}

/** @throws DomainError `sign-in-failed`, `second-factor-required`, `rate-limited` */
export async function signIn(
  context: RequestContext,
  given: { email: string; password: string; code?: string | undefined },
): Promise<SignedIn> {
  const { ports } = context;
  const names = cookieNames(ports.config.publicUrl);
  const person = await findSignIn(ports.db, given.email);
  const device =
    person === undefined
      ? undefined
      : knownDevice(ports.keys, person.user_id, readCookie(context.headers, names.device));
  const guess = await ports.limits.reserveSignIn({ account: given.email, ip: context.ip, device });
  const right = await ports.passwords.verify(person?.password_hash ?? null, given.password);
  if (person !== undefined) {
    // A failure belongs to the account's organization from here on, so that it is audited there.
    context.actAs(person.organization_id, {
      kind: person.kind,
      ref: `user:${person.user_id}`,
      userId: person.user_id,
      permissions: [],
    });
    context.concerns({ patientId: person.patient_id ?? undefined });
  }
  if (person === undefined || !right || person.disabled) throw new DomainError('sign-in-failed');
  if (person.totp_confirmed && given.code === undefined) {
    // The password was right: asking for the code is no guess.
    await guess.right();
    throw new DomainError('second-factor-required');
  }
  const enrolmentOnly = mustHaveSecondFactor(ports.config, person) && !person.totp_confirmed;
  const client = isBrowser(context.headers) ? 'browser' : 'token';
  const oldToken = readCookie(context.headers, names.session);
  const old =
    client === 'browser' && oldToken !== undefined
      ? await findSession(ports.db, { token: oldToken, by: 'cookie' })
      : null;
  const session = await withTransaction(ports.db, { organizationId: person.organization_id }, async (trx) => {
    if (person.totp_confirmed && !(await acceptCode(trx, ports.keys, person, given.code ?? ''))) return undefined;
    // The session that this browser had is over, whoever's it was (session fixation).
    if (old !== null) await endOneSession(trx, old.sessionId, 'signed-in-again');
    const started = await startSession(trx, {
      organizationId: person.organization_id,
      userId: person.user_id,
      kind: person.kind,
      client,
      enrolmentOnly,
      ip: context.ip,
      userAgent: context.headers['user-agent'],
    });
    await context.audit(trx, {
      action: 'session:create',
      entityType: 'session',
      entityId: started.sessionId,
      patientId: person.patient_id ?? undefined,
      detail: { client },
    });
    return started;
  });
  if (session === undefined) throw new DomainError('sign-in-failed');
  await guess.right();
  if (client === 'browser') {
    context.setCookie(sessionCookie(names, session.token));
    if (device === undefined) context.setCookie(deviceCookie(names, deviceToken(ports.keys, person.user_id)));
  }
  return { token: client === 'token' ? session.token : undefined, expiresAt: session.expiresAt, person, enrolmentOnly };
}

/**
 * Checks the signed-in person's password (and code, when there is a second factor), under the limits of signing in.
 * @throws DomainError `sign-in-failed`, `second-factor-required`, `rate-limited`
 */
export async function confirmIdentity(
  context: RequestContext,
  given: { password: string; code?: string | undefined },
): Promise<SignInRow> {
  const { ports, user } = context;
  const person = await findSignIn(ports.db, user.email);
  if (person === undefined || person.user_id !== user.userId) throw new DomainError('sign-in-failed');
  const guess = await ports.limits.reserveSignIn({
    account: user.email,
    ip: context.ip,
    device: `session:${user.userId}`,
  });
  if (!(await ports.passwords.verify(person.password_hash, given.password))) throw new DomainError('sign-in-failed');
  if (person.totp_confirmed) {
    if (given.code === undefined) {
      await guess.right();
      throw new DomainError('second-factor-required');
    }
    const code = given.code;
    const used = await context.transaction((trx) => acceptCode(trx, ports.keys, person, code));
    if (!used) throw new DomainError('sign-in-failed');
  }
  await guess.right();
  return person;
}

/** A new token for the same person in place of the present one (step-up, new password, new factor). */
export async function rotateSession(
  context: RequestContext,
  trx: Parameters<typeof startSession>[0],
  enrolmentOnly = false,
): Promise<{ token: string | undefined; expiresAt: Date; sessionId: string }> {
  const { user, ports } = context;
  const started = await startSession(trx, {
    organizationId: user.organizationId,
    userId: user.userId,
    kind: user.kind,
    client: user.client,
    enrolmentOnly,
    ip: context.ip,
    userAgent: context.headers['user-agent'],
    replaces: user.sessionId,
  });
  if (user.client === 'browser') context.setCookie(sessionCookie(cookieNames(ports.config.publicUrl), started.token));
  return {
    token: user.client === 'token' ? started.token : undefined,
    expiresAt: started.expiresAt,
    sessionId: started.sessionId,
  };
}

export const forgetSession = (context: RequestContext): void =>
  context.setCookie(endedSessionCookie(cookieNames(context.ports.config.publicUrl)));
