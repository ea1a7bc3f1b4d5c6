/**
 * Temporal Web behind our own sign-in (architecture.md section 5): it has none of its own, so it listens on loopback only
 * and is reached through here. Looking needs `workflow:read`, changing `workflow:change`; both leave audit rows.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import type { Context, Middleware } from 'koa';
import { DomainError } from '../../domain/errors.ts';
import { recordAudit } from '../../db/audit/audit-trail.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { ApiPorts, SessionUser } from '../context.ts';
import { cookieNames } from '../cookies.ts';
import { requireSameOrigin } from '../csrf.ts';
import { contentSecurityPolicy } from '../security-headers.ts';
import { actorOf, findSession, presentedToken } from '../sign-in/session.ts';
import { temporalWebFrame } from './temporal-web-frame.ts';

const base = '/temporal';
const frames = new Set(['/render', `${base}/render`]);
const patience = 30_000;
/** A page that refreshes itself asks for the same thing again and again: once a minute is on record. */
const repeatAfter = 60_000;
const safe = new Set(['GET', 'HEAD']);
/** A query asks a run and changes nothing, although it travels as a POST. */
const query = /^\/temporal\/api\/v1\/namespaces\/[^/]+\/workflows\/[^/]+(\/runs\/[^/]+)?\/query\/[^/]+$/;
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function temporalWeb(ports: ApiPorts): Middleware {
  const names = cookieNames(ports.config.publicUrl);
  const recorded = new Map<string, number>();

  return async (ctx, next) => {
    const isFrame = frames.has(ctx.path);
    if (ctx.path !== base && !ctx.path.startsWith(`${base}/`) && !isFrame) return next();
    ctx.state['route'] = `${ctx.method} ${base}`;
    const presented = presentedToken(ctx.headers, names);
    requireSameOrigin({
      method: ctx.method,
      headers: ctx.headers,
      publicUrl: ports.config.publicUrl,
      byCookie: presented?.by === 'cookie',
    });
    const session = presented === undefined ? null : await findSession(ports.db, presented);
    if (session === null) throw new DomainError('unauthenticated');
    ctx.state['userId'] = session.userId;
    const changes = !safe.has(ctx.method) && !(ctx.method === 'POST' && query.test(ctx.path));
    const needed = changes ? 'workflow:change' : 'workflow:read';
    if (!session.permissions.has(needed)) {
      await record(ports, ctx, session, needed, 'denied');
      throw new DomainError('forbidden');
    }
    // A frame holds what the page had decoded for this person a moment before; that look is on record.
    if (isFrame) return drawFrame(ctx);
    const { pathname } = new URL(ctx.url, 'http://internal');
    // The address as the server behind will read it: no way out of /temporal by dots.
    if (pathname !== base && !pathname.startsWith(`${base}/`)) throw new DomainError('not-found');
    if (changes || isLook(ctx)) {
      const key = `${session.sessionId} ${ctx.method} ${pathname}`;
      const last = recorded.get(key) ?? 0;
      if (changes || Date.now() - last > repeatAfter) {
        if (recorded.size > 5_000) recorded.clear();
        recorded.set(key, Date.now());
        await record(ports, ctx, session, needed, 'success');
      }
    }
    await forward(ports, ctx);
  };
}

/** Data and pages, not the application's own files. */
const isLook = (ctx: Context): boolean =>
  ctx.path.startsWith(`${base}/api/`) || ctx.get('accept').includes('text/html');

async function record(
  ports: ApiPorts,
  ctx: Context,
  session: SessionUser,
  action: string,
  outcome: 'success' | 'denied',
): Promise<void> {
  const workflowId = /\/workflows\/([^/]+)/.exec(ctx.path)?.[1];
  const entityId =
    workflowId === undefined
      ? undefined
      : /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(decodeURIComponent(workflowId))?.[0];
  const requestId = ctx.state['requestId'] as string;
  await withTransaction(ports.db, { organizationId: session.organizationId }, (trx) =>
    recordAudit(trx, {
      organizationId: session.organizationId,
      actor: actorOf(session, { requestId, ip: ctx.ip }),
      action,
      entityType: 'workflow',
      entityId,
      outcome,
      ...(outcome === 'denied' ? { code: 'forbidden' } : {}),
      detail: { method: ctx.method, path: ctx.path.slice(0, 300) },
    }),
  );
}

function drawFrame(ctx: Context): void {
  const { content, theme } = ctx.query;
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
  ctx.set('Content-Security-Policy', contentSecurityPolicy('temporal-web-frame', ctx.state['nonce'] as string));
  ctx.type = 'html';
  ctx.body = temporalWebFrame(typeof content === 'string' ? content : '', theme === 'dark' ? 'dark' : 'light');
}

async function forward(ports: ApiPorts, ctx: Context): Promise<void> {
  const target = new URL(ports.config.temporalWebUrl);
  const headers = Object.fromEntries(Object.entries(ctx.headers).filter(([name]) => !hopByHop.has(name)));
  // Our session is none of its business. It keeps a CSRF cookie of its own.
  delete headers.authorization;
  const ownCookies = (ctx.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith('_csrf='));
  if (ownCookies.length > 0) headers.cookie = ownCookies.join('; ');
  else delete headers.cookie;
  headers.host = target.host;
  delete headers.origin;
  delete headers.referer;

  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(
      { host: target.hostname, port: target.port, method: ctx.method, path: ctx.url, headers, timeout: patience },
      resolve,
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('late')));
    outgoing.on('error', reject);
    // Whoever asked went away: the server behind need not go on.
    ctx.res.on('close', () => {
      if (!ctx.res.writableFinished) outgoing.destroy();
    });
    pipeline(ctx.req, outgoing, () => undefined);
  }).catch(() => {
    throw new DomainError('unavailable', { detail: 'Temporal Web does not answer.' });
  });
  ctx.status = answer.statusCode ?? 502;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (
      value === undefined ||
      hopByHop.has(name) ||
      name === 'content-security-policy' ||
      name.startsWith('access-control-')
    )
      continue;
    if (name !== 'set-cookie') ctx.set(name, value);
  }
  // On our origin it may keep its CSRF cookie and no other.
  for (const cookie of answer.headers['set-cookie'] ?? [])
    if (cookie.startsWith('_csrf=')) ctx.append('Set-Cookie', cookie);
  ctx.set('Content-Security-Policy', contentSecurityPolicy('temporal-web', ctx.state['nonce'] as string));
  ctx.body = answer;
}
