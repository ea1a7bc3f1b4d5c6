/**
 * Sessions are opaque references: 256 random bits in the client's hands, their SHA-256 in Postgres (ASVS 7.2.3). Database
 * time decides idle and absolute expiry; a change of rights or password ends them at once, because every request asks.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { permissionsOf, type Action, type Role } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Db, Trx } from '../../db/connection.ts';
import type { SessionUser } from '../context.ts';
import { readCookie, type CookieNames } from '../cookies.ts';

/** HIPAA 164.312(a)(2)(iii): 15 minutes for staff, 30 for patients; nobody longer than a working day. */
export const idleMinutes = { staff: 15, patient: 30 } as const;
export const absoluteHours = 12;

export const newToken = (): string => randomBytes(32).toString('base64url');
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

export interface PresentedToken {
  readonly token: string;
  readonly by: 'cookie' | 'bearer';
}

/** The token of a request. A Bearer header, when there is one, is the only thing looked at. */
export function presentedToken(headers: IncomingHttpHeaders, names: CookieNames): PresentedToken | undefined {
  if (headers.authorization !== undefined) {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization)?.[1];
    return { token: token ?? '', by: 'bearer' };
  }
  const token = readCookie(headers, names.session);
  return token === undefined ? undefined : { token, by: 'cookie' };
}

interface SessionRow {
  session_id: string;
  organization_id: string;
  user_id: string;
  client: 'browser' | 'token';
  kind: 'staff' | 'patient';
  display_name: string;
  email: string;
  locale: string;
  patient_id: string | null;
  demo: boolean;
  stepped_up_at: Date | null;
  stepped_up: boolean;
  enrolment_only: boolean;
  expires_at: Date;
  roles: Role[];
  intake_id: string | null;
  guardian_id: string | null;
}

/** All that a session may do which a link opened, and of that only with its own intake (api/intakes/own-intake.ts). */
const ofLink: ReadonlySet<Action> = new Set(['own-intake:write']);

/** How long the database may take to say who is asking: an answer of any kind is due within 2 s (architecture.md 7). */
const patience = 1_800;

/**
 * The live session of a token; null when there is none.
 * @param options.quiet asked by a page and not by a person: the session is not moved forward in time
 * @throws DomainError `unavailable` when the database does not answer in time
 */
export async function findSession(
  db: Db,
  presented: PresentedToken,
  options: { quiet?: boolean } = {},
): Promise<SessionUser | null> {
  if (!tokenPattern.test(presented.token)) return null;
  const idle =
    options.quiet === true ? [null, null] : [`${idleMinutes.staff} minutes`, `${idleMinutes.patient} minutes`];
  const answer = await inTime(
    db.raw<{ rows: SessionRow[] }>(`SELECT * FROM touch_session(?, ?::interval, ?::interval)`, [
      hashToken(presented.token),
      ...idle,
    ]),
  );
  const row = answer.rows[0];
  if (row === undefined) return null;
  // A browser's token was never given to a script, so one that arrives in a header was stolen from somewhere.
  if ((row.client === 'browser') !== (presented.by === 'cookie')) return null;
  return {
    sessionId: row.session_id,
    organizationId: row.organization_id,
    userId: row.user_id,
    client: row.client,
    kind: row.kind,
    displayName: row.display_name,
    email: row.email,
    locale: row.locale,
    patientId: row.patient_id,
    intakeId: row.intake_id,
    guardianId: row.guardian_id,
    demo: row.demo,
    roles: row.roles,
    permissions: row.intake_id !== null ? ofLink : row.enrolment_only ? new Set() : permissionsOf(row.roles),
    steppedUpAt: row.stepped_up_at,
    steppedUp: row.stepped_up,
    enrolmentOnly: row.enrolment_only,
    expiresAt: row.expires_at,
  };
}

/** Before anything was begun, giving up is harmless; a database that hangs is a database that is away. */
async function inTime<T>(work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new DomainError('unavailable', { detail: 'Nothing was changed. Try again in a moment.' })),
      patience,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface NewSession {
  readonly organizationId: string;
  readonly userId: string;
  readonly kind: 'staff' | 'patient';
  readonly client: 'browser' | 'token';
  readonly enrolmentOnly: boolean;
  readonly ip: string;
  readonly userAgent: string | undefined;
  /** For a rotation: the absolute end of the session that this one takes over. */
  readonly replaces?: string | undefined;
}

/** Starts a session; a rotation ends the replaced one in the same transaction and inherits its absolute expiry. */
export async function startSession(
  trx: Trx,
  session: NewSession,
): Promise<{ token: string; sessionId: string; expiresAt: Date }> {
  const token = newToken();
  let absolute: Date | null = null;
  if (session.replaces !== undefined) {
    const ended = await trx('session')
      .where({ id: session.replaces })
      .whereNull('ended_at')
      .update({ ended_at: trx.raw('clock_timestamp()'), end_reason: 'rotated' })
      .returning<{ absolute_expires_at: Date }[]>('absolute_expires_at');
    // Two rotations of one session at once: one wins, the other must not leave a second live session behind.
    if (ended[0] === undefined) throw new DomainError('unauthenticated');
    absolute = ended[0].absolute_expires_at;
  }
  const answer = await trx.raw<{ rows: { id: string; expires_at: Date }[] }>(
    `WITH t AS (SELECT clock_timestamp() AS now), ends AS (SELECT now, coalesce(:absolute::timestamptz, now + :hours * interval '1 hour') AS absolute FROM t)
     INSERT INTO session (token_hash, organization_id, user_id, client, created_at, last_seen_at, idle_expires_at, absolute_expires_at, stepped_up_at, enrolment_only, ip, user_agent)
     SELECT :hash, :organizationId, :userId, :client, now, now, least(now + :idle * interval '1 minute', absolute), absolute, now, :enrolmentOnly, :ip::inet, :userAgent
     FROM ends RETURNING id, least(idle_expires_at, absolute_expires_at) AS expires_at`,
    {
      absolute,
      hours: absoluteHours,
      hash: hashToken(token),
      organizationId: session.organizationId,
      userId: session.userId,
      client: session.client,
      idle: idleMinutes[session.kind],
      enrolmentOnly: session.enrolmentOnly,
      ip: session.ip,
      userAgent: session.userAgent?.slice(0, 300) ?? null,
    },
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the session was not stored');
  return { token, sessionId: row.id, expiresAt: row.expires_at };
}

/**
 * A session of a link to an intake: in a browser, by cookie, for nothing but that intake. A rotation is not needed: it
 * never had another token. Its idle and absolute ends are those of patients; what was saved is with the server.
 * @param session.steppedUp false for an untouched invitation that had nothing to show
 */
export async function startIntakeSession(
  trx: Trx,
  session: {
    readonly organizationId: string;
    readonly intakeLinkId: string;
    readonly steppedUp: boolean;
    readonly ip: string;
    readonly userAgent: string | undefined;
  },
): Promise<{ token: string; sessionId: string; expiresAt: Date }> {
  const token = newToken();
  const answer = await trx.raw<{ rows: { id: string; expires_at: Date }[] }>(
    `INSERT INTO session (token_hash, organization_id, intake_link_id, client, created_at, last_seen_at, idle_expires_at, absolute_expires_at, stepped_up_at, ip, user_agent)
     SELECT :hash, :organizationId, :linkId, 'browser', now, now, now + :idle * interval '1 minute', now + :hours * interval '1 hour',
            CASE WHEN :steppedUp THEN now END, :ip::inet, :userAgent FROM (SELECT clock_timestamp() AS now) t
     RETURNING id, least(idle_expires_at, absolute_expires_at) AS expires_at`,
    {
      hash: hashToken(token),
      organizationId: session.organizationId,
      linkId: session.intakeLinkId,
      idle: idleMinutes.patient,
      hours: absoluteHours,
      steppedUp: session.steppedUp,
      ip: session.ip,
      userAgent: session.userAgent?.slice(0, 300) ?? null,
    },
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the session was not stored');
  return { token, sessionId: row.id, expiresAt: row.expires_at };
}

/** Ends one session, whoever's or whichever link's it is. */
export const endOneSession = (trx: Trx, sessionId: string, reason: string): Promise<number> =>
  trx('session')
    .where({ id: sessionId })
    .whereNull('ended_at')
    .update({ ended_at: trx.raw('clock_timestamp()'), end_reason: reason });

/** Ends sessions of a person: one, or all but one. @returns how many were live. */
export async function endSessions(
  trx: Trx,
  which: {
    readonly userId: string;
    readonly sessionId?: string | undefined;
    readonly exceptSessionId?: string | undefined;
  },
  reason: string,
): Promise<number> {
  const live = trx('session').where({ user_id: which.userId }).whereNull('ended_at');
  if (which.sessionId !== undefined) live.andWhere({ id: which.sessionId });
  if (which.exceptSessionId !== undefined) live.andWhereNot({ id: which.exceptSessionId });
  return live.update({ ended_at: trx.raw('clock_timestamp()'), end_reason: reason });
}

export function actorOf(session: SessionUser, request: { requestId: string; ip: string }): Actor {
  if (session.intakeId !== null && session.patientId !== null) {
    const patient = `patient:${session.patientId}`;
    return {
      kind: 'patient',
      ref: session.guardianId === null ? patient : `guardian:${session.guardianId}`,
      ...(session.guardianId === null ? {} : { onBehalfOf: patient }),
      patientId: session.patientId,
      permissions: [...session.permissions],
      sessionId: session.sessionId,
      requestId: request.requestId,
      ip: request.ip,
    };
  }
  return {
    kind: session.kind,
    ref: `user:${session.userId}`,
    userId: session.userId,
    ...(session.patientId === null ? {} : { patientId: session.patientId }),
    permissions: [...session.permissions],
    sessionId: session.sessionId,
    requestId: request.requestId,
    ip: request.ip,
  };
}
