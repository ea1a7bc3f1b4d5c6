/**
 * Pages that the server renders itself, outside /api/v1: what a link in a message opens. Declared as routes are, with
 * policy and audit, so that the inventory of what the platform offers is whole; answered as HTML, refusals included.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { ApiPorts, RequestContext } from './context.ts';
import { readBody, refuseHostileData } from './body.ts';
import { requireSameOrigin } from './csrf.ts';
import { toProblem } from './problem.ts';
import { handleRequest } from './request-context.ts';
import type { RouteAudit } from './route.ts';

export interface PageDeclaration {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly policy: { readonly public: string };
  readonly audit: RouteAudit;
  readonly handler: (context: RequestContext, input: PageInput) => Promise<PageAnswer>;
}

export interface PageInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The fields of a form; empty for GET. */
  readonly form: Readonly<Record<string, string>>;
}

export type PageAnswer =
  | {
      readonly html: string;
      readonly status?: number | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** 303: what comes next is read with GET, so that a reload repeats nothing. */
  | { readonly seeOther: string }
  | { readonly body: string; readonly type: string; readonly headers?: Readonly<Record<string, string>> | undefined };

export interface PageSet {
  readonly pages: readonly PageDeclaration[];
  /** The page for what went wrong before or beside a handler. `status` is the problem's. */
  readonly failure: (status: number, acceptLanguage: string | undefined) => string;
}

/** A token form is small. */
const formLimit = 16 * 1024;

export function buildPages(ports: ApiPorts, { pages, failure }: PageSet): Middleware {
  const router = new Router({ sensitive: true, strict: true });
  for (const page of pages) router.register(page.path, [page.method], handlerOf(ports, page, failure) as never);
  return router.routes() as unknown as Middleware;
}

function handlerOf(ports: ApiPorts, page: PageDeclaration, failure: PageSet['failure']): Middleware {
  const name = `${page.method} ${page.path}`;
  const audit = 'change' in page.audit ? page.audit.change : 'read' in page.audit ? page.audit.read : name;
  return async (ctx) => {
    ctx.state['route'] = name;
    // With no-referrer browsers send `Origin: null` with a form, and the check below needs the origin. The link itself
    // still reaches no other site.
    ctx.set('Referrer-Policy', 'same-origin');
    try {
      requireSameOrigin({
        method: ctx.method,
        headers: ctx.headers,
        publicUrl: ports.config.publicUrl,
        byCookie: false,
      });
      const params = ctx['params'] as Record<string, string>;
      const form = page.method === 'POST' ? await readForm(ctx) : {};
      const query = singleValues(ctx.query);
      for (const [part, value] of Object.entries({ params, query, form })) refuseHostileData(value, `/${part}`);
      const { context } = handleRequest(ports, {
        requestId: ctx.state['requestId'] as string,
        ip: ctx.ip,
        headers: ctx.headers,
        session: null,
        route: name,
        // The token and the step are the key: a repeat of the form changes nothing, whatever else it says.
        idempotencyKey: params['token'] ?? 'none',
        input: params,
        audit: { action: audit, entityType: 'entity' in page.audit ? page.audit.entity : undefined },
        setCookie: (header) => ctx.append('Set-Cookie', header),
      });
      send(ctx, await page.handler(context, { params, query, form }));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500)
        ports.log.error({ requestId: ctx.state['requestId'], code: problem.detail.code, error }, 'page failed');
      ctx.state['code'] = problem.detail.code;
      for (const [header, value] of Object.entries(problem.headers)) ctx.set(header, value);
      send(ctx, { html: failure(problem.status, ctx.headers['accept-language']), status: problem.status });
    }
  };
}

function send(ctx: Context, answer: PageAnswer): void {
  if ('seeOther' in answer) {
    ctx.status = 303;
    ctx.set('Location', answer.seeOther);
    return;
  }
  for (const [header, value] of Object.entries(answer.headers ?? {})) ctx.set(header, value);
  if ('body' in answer) {
    ctx.type = answer.type;
    ctx.body = answer.body;
    return;
  }
  ctx.status = answer.status ?? 200;
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = answer.html;
}

async function readForm(ctx: Context): Promise<Record<string, string>> {
  const body = await readBody(ctx.req, { limit: formLimit, acceptsForm: true });
  return typeof body === 'object' && body !== null ? singleValues(body as Record<string, unknown>) : {};
}

/** A name given twice says nothing. */
const singleValues = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
