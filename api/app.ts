/** The HTTP application: what surrounds every route, in the order in which a request passes it. */
import { randomUUID } from 'node:crypto';
import Koa from 'koa';
import { DomainError } from '../domain/errors.ts';
import type { ApiPorts } from './context.ts';
import { docsPage } from './docs-page.ts';
import { healthRoutes } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { buildPages } from './pages.ts';
import { problemBody, toProblem } from './problem.ts';
import type { AnyRoute } from './route.ts';
import { buildRouter } from './router.ts';
import { securityHeaders } from './security-headers.ts';
import { staticFiles } from './static.ts';
import { temporalWeb } from './temporal/temporal-web.ts';
import { videoSandboxPages } from './appointments/video-sandbox.ts';
import { visitPages } from './visit-pages/pages.ts';

export interface AppOptions {
  /** Absolute path of the built web applications; without it only the API is served. */
  readonly webDirectory?: string | undefined;
  /** How many proxies in front are ours, so that X-Forwarded-For can be believed that far. Default 0. */
  readonly trustedProxies?: number | undefined;
  readonly isStopping?: (() => boolean) | undefined;
}

export interface App {
  readonly koa: Koa;
  readonly metrics: Metrics;
}

/** @throws Error naming every route that lacks policy, audit or schema */
export function buildApp(ports: ApiPorts, routes: readonly AnyRoute[], options: AppOptions = {}): App {
  const koa = new Koa();
  const metrics = createMetrics();
  const { trustedProxies = 0 } = options;
  koa.proxy = trustedProxies > 0;
  koa.maxIpsCount = trustedProxies;
  // Broken connections and the like; answers are made below.
  koa.on('error', (error: unknown) => ports.log.debug({ error }, 'a connection failed'));
  const router = buildRouter(ports, routes);
  const document = openApiDocument(routes, ports.config.publicUrl);

  koa.use(async (ctx, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    ctx.state['requestId'] = requestId;
    ctx.set('X-Request-Id', requestId);
    metrics.inFlight.inc();
    try {
      await next();
    } finally {
      metrics.inFlight.dec();
      const ms = Math.round((performance.now() - startedAt) * 10) / 10;
      const route = (ctx.state['route'] as string | undefined) ?? 'unmatched';
      metrics.observe({ method: ctx.method, route, status: ctx.status, seconds: ms / 1_000 });
      const line = {
        method: ctx.method,
        route,
        status: ctx.status,
        ms,
        requestId,
        userId: ctx.state['userId'] as string | undefined,
        code: ctx.state['code'] as string | undefined,
      };
      if (ctx.status >= 500) ports.log.error(line, 'request');
      else ports.log.info(line, 'request');
    }
  });
  koa.use(securityHeaders({ https: ports.config.publicUrl.startsWith('https://') }));
  koa.use(async (ctx, next) => {
    try {
      await next();
      // A path that nothing took. A status that was set by hand is an answer.
      if (ctx.status === 404 && ctx.body === undefined) throw new DomainError('not-found');
    } catch (error) {
      const requestId = ctx.state['requestId'] as string;
      const problem = toProblem(error);
      if (problem.status >= 500) ports.log.error({ requestId, code: problem.detail.code, error }, 'request failed');
      ctx.state['code'] = problem.detail.code;
      ctx.status = problem.status;
      ctx.remove('Content-Length');
      ctx.remove('ETag');
      for (const [name, value] of Object.entries(problem.headers)) ctx.set(name, value);
      if (problem.status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="healthsphere"');
      // The rest of a refused body is not read: the connection cannot be used again.
      if (problem.status === 413) ctx.set('Connection', 'close');
      ctx.set('Cache-Control', 'no-store');
      ctx.body = JSON.stringify(problemBody(problem.detail, requestId));
      ctx.type = 'application/problem+json';
    }
  });
  koa.use(healthRoutes(ports, metrics, options.isStopping ?? (() => false)));
  koa.use(docsPage(document));
  koa.use(temporalWeb(ports));
  koa.use(buildPages(ports, visitPages));
  if (ports.video !== null) koa.use(buildPages(ports, videoSandboxPages(ports.keys.tokenSecret)));
  koa.use(router);
  if (options.webDirectory !== undefined) koa.use(staticFiles(options.webDirectory));
  return { koa, metrics };
}
