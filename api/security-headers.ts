import { randomBytes } from 'node:crypto';
import helmet from 'koa-helmet';
import type { Middleware } from 'koa';

/**
 * Which policy a path gets. Everything is 'strict' but the embedded Temporal Web, whose pages need inline code, and the
 * frames in which it draws markdown: those run nothing and load nothing.
 */
export type PagePolicy = 'strict' | 'temporal-web' | 'temporal-web-frame';

export function contentSecurityPolicy(page: PagePolicy, nonce: string): string {
  if (page === 'temporal-web-frame')
    return `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups`;
  const directives =
    page === 'strict'
      ? [
          `default-src 'self'`,
          `script-src 'self'`,
          // Mantine writes its theme into a <style> element; the nonce admits that one and no other.
          `style-src 'self' 'nonce-${nonce}'`,
          `img-src 'self' data:`,
        ]
      : [
          `default-src 'self'`,
          `script-src 'self' 'unsafe-inline'`,
          `style-src 'self' 'unsafe-inline'`,
          `img-src 'self' data: blob:`,
          `worker-src 'self' blob:`,
          `font-src 'self' data:`,
        ];
  return [...directives, `object-src 'none'`, `base-uri 'none'`, `frame-ancestors 'none'`, `form-action 'self'`].join(
    '; ',
  );
}

export const newNonce = (): string => randomBytes(16).toString('base64');

/** Headers of every answer. HSTS only where the public address is https. */
export function securityHeaders(options: { readonly https: boolean }): Middleware {
  const rest = helmet({
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: options.https ? { maxAge: 63_072_000, includeSubDomains: true } : false,
  });
  return async (ctx, next) => {
    const nonce = newNonce();
    ctx.state['nonce'] = nonce;
    ctx.set('Content-Security-Policy', contentSecurityPolicy('strict', nonce));
    ctx.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=()');
    // Whatever is not said to be public may be about a patient (ONC 170.315(d)(7)).
    ctx.set('Cache-Control', 'no-store');
    await rest(ctx, next);
  };
}
