/** The built web applications: staff at /, patients at /portal. Hashed assets are immutable, pages are never kept. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Middleware } from 'koa';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8', '.html': 'text/html; charset=utf-8', '.ico': 'image/x-icon', '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json', '.map': 'application/json', '.png': 'image/png', '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json', '.woff2': 'font/woff2',
}; // prettier-ignore
/** Vite puts a hash of the content into these names. */
const immutable = /^\/assets\/.+-[\w-]{8,}\.\w+$/;
const compressible = /\.(js|css|svg|json|txt)$/;
const gzipOf = promisify(gzip);
const notPages = /^\/(api|temporal|docs|health|metrics|openapi\.json)(\/|$)/;

/** @param directory absolute path of dist/web */
export function staticFiles(directory: string): Middleware {
  const root = normalize(directory + sep);
  // Made once for each: a hashed file never changes, and a telephone on a slow line waits for a third of it.
  const made = new Map<string, Promise<Buffer>>();
  const zipped = (file: string): Promise<Buffer> => {
    const known = made.get(file);
    if (known !== undefined) return known;
    const fresh = readFile(file).then((bytes) => gzipOf(bytes, { level: 9 }));
    fresh.catch(() => made.delete(file));
    made.set(file, fresh);
    return fresh;
  };
  return async (ctx, next) => {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || notPages.test(ctx.path)) return next();
    // Asked for by browsers on pages that name no icon of their own.
    if (ctx.path === '/favicon.ico') {
      ctx.redirect('/icon.svg');
      return;
    }
    let path: string;
    try {
      path = decodeURIComponent(ctx.path);
    } catch {
      return next();
    }
    // Nothing outside of the directory, nothing hidden, no NUL and no backslash that another system takes for a separator.
    if (/\0|\\|(^|\/)\./.test(path)) return next();
    const file = join(root, path);
    const type = types[extname(file)];
    if (type !== undefined && type !== types['.html'] && file.startsWith(root)) {
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() !== true) return next();
      ctx.state['route'] = 'GET /assets';
      ctx.set('Cache-Control', immutable.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      ctx.type = type;
      if (immutable.test(path) && compressible.test(file)) {
        ctx.vary('Accept-Encoding');
        if (ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
          ctx.set('Content-Encoding', 'gzip');
          ctx.body = await zipped(file);
          return;
        }
      }
      ctx.length = found.size;
      ctx.body = createReadStream(file);
      return;
    }
    // Any other address is a page of the application, which routes by itself.
    if (ctx.accepts('html') === false || ctx.get('accept').startsWith('application/json')) return next();
    const page = await readFile(
      join(root, /^\/portal(\/|$)/.test(path) ? 'portal/index.html' : 'staff/index.html'),
      'utf8',
    ).catch(() => undefined);
    if (page === undefined) return next();
    ctx.state['route'] = 'GET /page';
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = page.replaceAll('__CSP_NONCE__', ctx.state['nonce'] as string);
  };
}
