/**
 * From declarations to answers. What every route shares happens here, once and in this order: who is asking, from where,
 * whether they may, what they say, whether it was said before; then the handler; then the audit row and the answer.
 */
import { Readable } from 'node:stream';
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import type { Action } from '../domain/access.ts';
import { actions } from '../domain/access.ts';
import { DomainError } from '../domain/errors.ts';
import { recordAudit } from '../db/audit/audit-trail.ts';
import { withTransaction } from '../db/transaction.ts';
import { defaultBodyLimit, readBody, refuseHostileData, uploadType } from './body.ts';
import type { ApiPorts, SessionUser } from './context.ts';
import { cookieNames } from './cookies.ts';
import { requireSameOrigin } from './csrf.ts';
import { idempotencyKeyPattern } from './idempotency.ts';
import { mayHaveCommitted, toDetail, validationProblem } from './problem.ts';
import { handleRequest, type HandledRequest } from './request-context.ts';
import { RouteAnswer, type AnyRoute } from './route.ts';
import { findSession, presentedToken } from './sign-in/session.ts';

export const apiPrefix = '/api/v1';

/** `POST /appointments/:id/:action`: how a route is named in logs, metrics, audit scopes and the typed client. */
export const routeName = (route: Pick<AnyRoute, 'method' | 'path'>): string => `${route.method} ${route.path}`;

/**
 * What is wrong with a list of routes, in words; empty when nothing is. The process refuses to start otherwise
 * (OpenEMR CVE-2026-25164: the route that forgot the check its sister had).
 */
export function routeFaults(routes: readonly AnyRoute[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const route of routes) {
    const name = routeName(route);
    const fault = (what: string) => faults.push(`${name}: ${what}`);
    if (seen.has(name)) fault('is declared twice');
    seen.add(name);
    if (!/^(\/(:?[a-zA-Z][\w-]*|[a-z0-9-]+))+$/.test(route.path)) fault('has a path that is not /segments/:params');
    // The types demand these; a declaration built at run time could still lack them.
    const policy = route.policy as Partial<Record<'public' | 'signedIn' | 'action', unknown>> | undefined;
    if (
      policy === undefined ||
      [policy.public, policy.signedIn, policy.action].filter((part) => part !== undefined).length !== 1
    ) {
      fault('has no policy (public with a reason, signedIn, or action)');
    } else if (policy.action !== undefined) {
      const unknown = [policy.action].flat().filter((action) => !(String(action) in actions));
      if (unknown.length > 0 || [policy.action].flat().length === 0)
        fault(`names actions that do not exist: ${unknown.join(', ')}`);
    } else if (policy.public !== undefined && (typeof policy.public !== 'string' || policy.public.length < 10))
      fault('is public without a reason');
    const audit = route.audit as Partial<Record<'change' | 'read' | 'none', unknown>> | undefined;
    if (
      audit === undefined ||
      [audit.change, audit.read, audit.none].filter((part) => part !== undefined).length !== 1
    ) {
      fault('has no audit (change, read, or none with a reason)');
    }
    if (typeof route.handler !== 'function') fault('has no handler');
    if (typeof route.summary !== 'string' || route.summary === '') fault('has no summary');
    const named = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '').toSorted();
    const shaped = route.params instanceof z.ZodObject ? Object.keys(route.params.shape).toSorted() : [];
    if (named.join() !== shaped.join())
      fault(`has a params schema for (${shaped.join()}) but a path with (${named.join()})`);
    if (route.body === undefined && (route.method === 'PUT' || route.method === 'PATCH') && !named.includes('role'))
      fault('has no body schema');
    if (route.upload !== undefined && route.body !== undefined) fault('takes a file and a body schema');
    if (route.upload?.contentTypes.some((type) => simpleTypes.has(type)) === true)
      fault('takes a file of a type that a foreign page may send without asking');
    if (route.answer === undefined && route.status !== 204 && !('streams' in route)) fault('has no answer schema');
    if (route.method === 'POST' && policy?.public !== undefined && route.withoutIdempotencyKey === undefined) {
      fault('is public: there is no principal to scope an Idempotency-Key to; say withoutIdempotencyKey');
    }
    for (const [part, schema] of [
      ['body', route.body],
      ['query', route.query],
    ] as const) {
      for (const place of looseObjects(schema)) fault(`accepts unknown keys in ${part}${place}; use z.strictObject`);
    }
  }
  return faults;
}

/** What a form on any page can send (Fetch standard, CORS-safelisted request headers). */
const simpleTypes = new Set(['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded']);

/** Places of a schema where an unknown key would be swallowed. */
function looseObjects(schema: z.ZodType | undefined): readonly string[] {
  if (schema === undefined) return [];
  const found: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, properties, additionalProperties } = node as Record<string, unknown>;
    if (type === 'object' && properties !== undefined && additionalProperties === undefined) found.push(path);
    for (const [name, inner] of Object.entries(node))
      visit(inner, ['properties', 'anyOf', 'oneOf', 'allOf', 'items'].includes(name) ? path : `${path}/${name}`);
  };
  visit(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
  return found;
}

/** Static segments before parameters, so that `/sessions/current` is not taken for `/sessions/:id`. */
function bySpecificity(a: AnyRoute, b: AnyRoute): number {
  const rank = (route: AnyRoute) =>
    route.path
      .split('/')
      .map((segment) => (segment.startsWith(':') ? '1' : '0'))
      .join('');
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}

/** @throws Error naming every fault of every route */
export function buildRouter(ports: ApiPorts, routes: readonly AnyRoute[]): Middleware {
  const faults = routeFaults(routes);
  if (faults.length > 0) throw new Error(`The API does not start, because of its routes:\n  ${faults.join('\n  ')}`);
  const router = new Router({ prefix: apiPrefix, sensitive: true, strict: true });
  for (const route of routes.toSorted(bySpecificity)) {
    router.register(route.path, [route.method], handlerOf(ports, route) as Parameters<typeof router.register>[2]);
  }
  const dispatch = router.routes() as unknown as Middleware;
  return async (ctx, next) => {
    if (ctx.path !== apiPrefix && !ctx.path.startsWith(`${apiPrefix}/`)) return next();
    const found = router.match(ctx.path, ctx.method);
    if (found.pathAndMethod.length > 0) return dispatch(ctx, next);
    const allowed = new Set(found.path.flatMap((layer) => layer.methods));
    if (allowed.size === 0) throw new DomainError('not-found');
    // router.allowedMethods() would answer 501 to methods it does not know.
    ctx.set('Allow', [...allowed].toSorted().join(', '));
    throw new DomainError('method-not-allowed', { allowed: [...allowed].toSorted() });
  };
}

function handlerOf(ports: ApiPorts, route: AnyRoute): Middleware {
  const name = routeName(route);
  const names = cookieNames(ports.config.publicUrl);
  const noKeys = z.strictObject({});
  const auditAction =
    'change' in route.audit ? route.audit.change : 'read' in route.audit ? route.audit.read : undefined;
  const entityType = 'entity' in route.audit ? route.audit.entity : undefined;

  return async (ctx) => {
    const startedAt = performance.now();
    ctx.state['route'] = name;
    const presented = presentedToken(ctx.headers, names);
    requireSameOrigin({
      method: ctx.method,
      headers: ctx.headers,
      publicUrl: ports.config.publicUrl,
      byCookie: presented?.by === 'cookie',
    });
    const session =
      presented === undefined ? null : await findSession(ports.db, presented, { quiet: isQuiet(ctx, route) });
    ctx.state['userId'] = session?.userId;
    ctx.state['sessionId'] = session?.sessionId;
    const params = ctx['params'] as Record<string, string>;
    let idempotencyKey: string | undefined;
    let input: unknown;
    let fileType = '';
    const handled = handleRequest(ports, {
      requestId: ctx.state['requestId'] as string,
      ip: ctx.ip,
      headers: ctx.headers,
      session,
      route: name,
      // Filled in below, before the handler can ask.
      get idempotencyKey() {
        return idempotencyKey;
      },
      get input() {
        return input;
      },
      audit: { action: auditAction ?? name, entityType },
      ...(route.upload === undefined
        ? {}
        : {
            upload: {
              body: ctx.req,
              get contentType() {
                return fileType;
              },
              sent: (sha256) => (input = { ...(input as object), body: { sha256 } }),
            },
          }),
      setCookie: (header) => ctx.append('Set-Cookie', header),
    });
    try {
      permit(route, session);
      const query = plainQuery(ctx);
      refuseHostileData(params, '/params');
      refuseHostileData(query, '/query');
      const parsedParams = parse(route.params, params, '/params');
      const parsedQuery = parse(route.query ?? noKeys, query, '/query');
      if (route.upload !== undefined)
        fileType = uploadType(ctx.req, { limit: route.bodyLimitBytes ?? defaultBodyLimit, ...route.upload });
      const rawBody =
        ctx.method === 'GET' || ctx.method === 'HEAD' || route.upload !== undefined
          ? undefined
          : await readBody(ctx.req, {
              limit: route.bodyLimitBytes ?? defaultBodyLimit,
              acceptsForm: route.acceptsForm ?? false,
            });
      refuseHostileData(rawBody, '/body');
      const parsedBody = parse(route.body ?? noKeys, rawBody ?? {}, '/body');
      idempotencyKey = readIdempotencyKey(ctx, route);
      input = { params, query, body: rawBody ?? {} };
      const result = await route.handler(handled.context, {
        params: parsedParams,
        query: parsedQuery,
        body: parsedBody,
      } as never);
      if ('read' in route.audit) await auditRow(ports, route, handled, params, { outcome: 'success' });
      send(ports, ctx, route, result);
    } catch (error) {
      // What is left of a refused file is not waited for.
      if (route.upload !== undefined) ctx.set('Connection', 'close');
      await auditRefusal(ports, route, handled, params, error);
      // The connection broke while the answer was on its way: whether the change was kept is not known here.
      if ('change' in route.audit && mayHaveCommitted(error)) throw new DomainError('outcome-unknown');
      throw error;
    } finally {
      if (route.answerFloorMs !== undefined && ctx.status !== 201) await until(startedAt + route.answerFloorMs);
    }
  };
}

/** Asked by a page that refreshes itself: it must not keep a session alive that nobody uses (45 CFR 164.312(a)(2)(iii)). */
const isQuiet = (ctx: Context, route: AnyRoute): boolean =>
  route.streams === 'text/event-stream' || (route.method === 'GET' && ctx.headers['x-quiet'] === '1');

/** @throws DomainError `unauthenticated`, `forbidden`, `step-up-required` */
function permit(route: AnyRoute, session: SessionUser | null): void {
  const { policy } = route;
  if ('public' in policy) return;
  if (session === null) throw new DomainError('unauthenticated');
  if ('signedIn' in policy) {
    if (session.intakeId !== null && policy.ofLink !== true) throw new DomainError('forbidden');
    if (session.enrolmentOnly && policy.duringEnrolment !== true)
      throw new DomainError('forbidden', { detail: 'Set up your second factor first.' });
    return;
  }
  const wanted = [policy.action].flat() as readonly Action[];
  const held = wanted.some(
    (action) => session.permissions.has(action) || session.permissions.has(`own-${action}` as Action),
  );
  if (!held) throw new DomainError('forbidden');
  if (policy.stepUp === true && !session.steppedUp) throw new DomainError('step-up-required');
}

function parse(schema: z.ZodType | undefined, value: unknown, root: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw validationProblem(root, parsed.error.issues as never);
}

/** A query as plain data; a name given twice stays an array, which a schema for one value refuses. */
function plainQuery(ctx: Context): Record<string, unknown> {
  return Object.fromEntries(Object.entries(ctx.query));
}

function readIdempotencyKey(ctx: Context, route: AnyRoute): string | undefined {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return undefined;
  const key = ctx.headers['idempotency-key'];
  if (key === undefined) {
    if (route.method === 'POST' && route.withoutIdempotencyKey === undefined)
      throw new DomainError('idempotency-key-required');
    return undefined;
  }
  if (typeof key !== 'string' || !idempotencyKeyPattern.test(key)) {
    throw new DomainError('bad-request', {
      detail: 'An Idempotency-Key has 1 to 255 printable characters without spaces.',
    });
  }
  return key;
}

function send(ports: ApiPorts, ctx: Context, route: AnyRoute, result: unknown): void {
  const answer = result instanceof RouteAnswer ? (result as RouteAnswer<unknown>) : new RouteAnswer(result);
  ctx.status = answer.status ?? route.status ?? 200;
  for (const [header, value] of Object.entries(answer.headers)) ctx.set(header, value);
  if (ctx.status === 204) {
    ctx.body = null;
    return;
  }
  if (answer.body instanceof Readable || Buffer.isBuffer(answer.body) || typeof answer.body === 'string') {
    ctx.body = answer.body;
    return;
  }
  ctx.type = 'application/json';
  ctx.body = JSON.stringify(declared(ports, route, answer.body));
}

/** Only what the declaration names goes out: a column that a query picked up by accident is dropped here. */
function declared(ports: ApiPorts, route: AnyRoute, body: unknown): unknown {
  if (route.answer === undefined) return body;
  const parsed = route.answer.safeParse(body);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => `${issue.path.map(String).join('/')} ${issue.code}`);
  ports.log.error({ route: routeName(route), paths }, 'an answer is not what its route declares');
  // In production a person who waits for an answer is worth more than our mistake about its shape.
  if (ports.config.environment === 'production') return body;
  throw new Error(`${routeName(route)} answered something else than it declares: ${paths.join('; ')}`);
}

interface Outcome {
  readonly outcome: 'success' | 'denied' | 'refused' | 'failed';
  readonly code?: string;
}

/** Codes that say how the request was written, not what was attempted. */
const clerical = new Set([
  'validation-failed',
  'bad-request',
  'unsupported-media-type',
  'payload-too-large',
  'idempotency-key-required',
  'unauthenticated',
  'precondition-required',
]);
/** The attempt may still take effect; its row is the winner's to write. */
const undecided = new Set(['outcome-unknown', 'unavailable']);

async function auditRefusal(
  ports: ApiPorts,
  route: AnyRoute,
  handled: HandledRequest,
  params: Record<string, string>,
  error: unknown,
): Promise<void> {
  const { code } = toDetail(error);
  if (handled.organization() === undefined || clerical.has(code) || undecided.has(code)) return;
  const denied = code === 'forbidden' || code === 'step-up-required' || code === 'cross-site-request';
  // Looking for what is not there is an attempt too, when it is a chart (abuse case 1).
  if ('none' in route.audit && !denied) return;
  const outcome =
    denied || (code === 'not-found' && 'read' in route.audit) ? 'denied' : code === 'internal' ? 'failed' : 'refused';
  try {
    await auditRow(ports, route, handled, params, { outcome, code });
  } catch (auditError) {
    ports.log.error({ error: auditError, route: routeName(route) }, 'a refusal could not be audited');
    // A refusal without a row is not given as a plain refusal: the caller tries again and leaves a trace then.
    throw auditError;
  }
}

async function auditRow(
  ports: ApiPorts,
  route: AnyRoute,
  handled: HandledRequest,
  params: Record<string, string>,
  outcome: Outcome,
): Promise<void> {
  const organizationId = handled.organization();
  if (organizationId === undefined) return;
  const subject = handled.subject();
  const entityType = 'entity' in route.audit ? route.audit.entity : undefined;
  const entityId = subject.entityId ?? uuidOrUndefined(params['id']);
  await withTransaction(ports.db, { organizationId }, (trx) =>
    recordAudit(trx, {
      organizationId,
      actor: handled.context.actor,
      action:
        'change' in route.audit ? route.audit.change : 'read' in route.audit ? route.audit.read : routeName(route),
      entityType,
      entityId,
      patientId: subject.patientId ?? (entityType === 'patient' ? entityId : uuidOrUndefined(params['patientId'])),
      outcome: outcome.outcome,
      code: outcome.code,
      detail: {
        route: routeName(route),
        ...(params['action'] === undefined ? {} : { action: params['action'] }),
        ...subject.detail,
      },
    }),
  );
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const uuidOrUndefined = (text: string | undefined): string | undefined =>
  text !== undefined && uuidPattern.test(text) ? text : undefined;

async function until(instant: number): Promise<void> {
  const wait = instant - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
