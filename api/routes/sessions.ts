import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { passwordLength } from '../sign-in/passwords.ts';
import { route, RouteAnswer } from '../route.ts';
import { idParams } from '../schemas.ts';
import { endOneSession, endSessions } from '../sign-in/session.ts';
import { confirmIdentity, forgetSession, rotateSession, signIn } from '../sign-in/sign-in.ts';

/** As typed: neither trimmed nor folded (ASVS 6.2.8). */
export const typedPassword = z.string().min(1).max(passwordLength.max);
export const typedCode = z.string().min(6).max(30);
const iso = (date: Date): string => date.toISOString();

const sessionAnswer = z.object({
  /** Only for clients that are not browsers. */
  token: z.string().optional(),
  expiresAt: z.string(),
});

export const createSession = route({
  method: 'POST',
  path: '/sessions',
  summary: 'Sign in',
  body: z.strictObject({ email: z.string().min(3).max(254), password: typedPassword, code: typedCode.optional() }),
  status: 201,
  answer: sessionAnswer.extend({
    user: z.object({
      id: z.string(),
      kind: z.enum(['staff', 'patient']),
      displayName: z.string(),
      roles: z.array(z.string()),
      patientId: z.string().nullable(),
    }),
    /** A second factor must be set up before anything else. */
    enrolmentOnly: z.boolean(),
  }),
  policy: { public: 'nobody is signed in yet when signing in' },
  audit: { change: 'session:create', entity: 'session' },
  withoutIdempotencyKey: 'signing in twice gives two sessions, which harms nobody',
  answerFloorMs: 250,
  handler: async (context, { body }) => {
    const { token, expiresAt, person, enrolmentOnly } = await signIn(context, body);
    return {
      ...(token === undefined ? {} : { token }),
      expiresAt: iso(expiresAt),
      enrolmentOnly,
      user: {
        id: person.user_id,
        kind: person.kind,
        displayName: person.display_name,
        roles: person.roles,
        patientId: person.patient_id,
      },
    };
  },
});

export const listSessions = route({
  method: 'GET',
  path: '/sessions',
  summary: 'One’s own sessions that are live',
  answer: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        current: z.boolean(),
        client: z.string(),
        createdAt: z.string(),
        lastSeenAt: z.string(),
        ip: z.string().nullable(),
        userAgent: z.string().nullable(),
      }),
    ),
  }),
  policy: { signedIn: true },
  audit: { none: 'only one’s own sessions are shown' },
  handler: async (context) => {
    const rows = await context.read((trx) =>
      trx('session')
        .where({ user_id: context.user.userId })
        .whereNull('ended_at')
        .whereRaw('idle_expires_at > clock_timestamp() AND absolute_expires_at > clock_timestamp()')
        .orderBy('created_at', 'desc')
        .limit(100)
        .select<
          {
            id: string;
            client: string;
            created_at: Date;
            last_seen_at: Date;
            ip: string | null;
            user_agent: string | null;
          }[]
        >('id', 'client', 'created_at', 'last_seen_at', 'ip', 'user_agent'),
    );
    return {
      items: rows.map((row) => ({
        id: row.id,
        current: row.id === context.user.sessionId,
        client: row.client,
        createdAt: iso(row.created_at),
        lastSeenAt: iso(row.last_seen_at),
        ip: row.ip,
        userAgent: row.user_agent,
      })),
    };
  },
});

export const endCurrentSession = route({
  method: 'DELETE',
  path: '/sessions/current',
  summary: 'Sign out',
  status: 204,
  policy: { signedIn: true, duringEnrolment: true, ofLink: true },
  audit: { change: 'session:end', entity: 'session' },
  handler: async (context) => {
    await context.transaction(async (trx) => {
      await endOneSession(trx, context.user.sessionId, 'signed-out');
      await context.audit(trx, { action: 'session:end', entityId: context.user.sessionId });
    });
    forgetSession(context);
    return new RouteAnswer(undefined, { headers: { 'Clear-Site-Data': '"cache", "storage"' } });
  },
});

export const endSession = route({
  method: 'DELETE',
  path: '/sessions/:id',
  summary: 'End one of one’s own sessions',
  params: idParams,
  status: 204,
  policy: { signedIn: true },
  audit: { change: 'session:end', entity: 'session' },
  handler: async (context, { params }) => {
    await context.transaction(async (trx) => {
      const ended = await endSessions(trx, { userId: context.user.userId, sessionId: params.id }, 'ended-by-owner');
      if (ended === 0) throw new DomainError('not-found');
      await context.audit(trx, { action: 'session:end', entityId: params.id });
    });
    if (params.id === context.user.sessionId) forgetSession(context);
    return undefined;
  },
});

export const stepUp = route({
  method: 'POST',
  path: '/sessions/current/step-up',
  summary: 'Confirm who one is before something sensitive; gives a new session token',
  body: z.strictObject({ password: typedPassword, code: typedCode.optional() }),
  answer: sessionAnswer,
  policy: { signedIn: true, duringEnrolment: true },
  audit: { change: 'session:step-up', entity: 'session' },
  withoutIdempotencyKey: 'a repeat only confirms again',
  handler: async (context, { body }) => {
    await confirmIdentity(context, body);
    const { token, expiresAt } = await context.transaction(async (trx) => {
      const rotated = await rotateSession(context, trx, context.user.enrolmentOnly);
      await context.audit(trx, { action: 'session:step-up', entityId: rotated.sessionId });
      return rotated;
    });
    return { ...(token === undefined ? {} : { token }), expiresAt: iso(expiresAt) };
  },
});
