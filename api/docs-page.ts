/** The API reference at /docs and its document at /openapi.json. Swagger UI is served from the package, no other host. */
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Middleware } from 'koa';

const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>HealthSphere API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="reference"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>`;
// A file of its own, because the content security policy admits no inline script.
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: false, validatorUrl: null, supportedSubmitMethods: [] });`;

export function docsPage(document: object): Middleware {
  const json = JSON.stringify(document);
  const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    const file = /^\/docs\/([\w.-]+)$/.exec(ctx.path)?.[1];
    if (ctx.path === '/openapi.json') {
      ctx.state['route'] = 'GET /openapi.json';
      ctx.type = 'application/json';
      ctx.body = json;
    } else if (ctx.path === '/docs') {
      ctx.state['route'] = 'GET /docs';
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = page;
    } else if (file === 'start.js') {
      ctx.state['route'] = 'GET /docs';
      ctx.type = 'text/javascript; charset=utf-8';
      ctx.body = start;
    } else if (file !== undefined && assets[file] !== undefined) {
      ctx.state['route'] = 'GET /docs';
      ctx.set('Cache-Control', 'public, max-age=3600');
      ctx.type = assets[file];
      ctx.body = createReadStream(join(directory, file));
    } else return next();
  };
}
