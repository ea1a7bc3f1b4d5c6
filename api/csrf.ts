/**
 * Cross-site requests (OWASP: verify the origin). A browser names the origin of every state-changing request; a cookie
 * counts only when that origin is ours. With SameSite=Lax and the JSON content type this is the third of three walls.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '../domain/errors.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Browsers send one of these with every request that a page can make; other clients send neither. */
export const isBrowser = (headers: IncomingHttpHeaders): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;

/** @throws DomainError `cross-site-request` */
export function requireSameOrigin(request: {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly publicUrl: string;
  readonly byCookie: boolean;
}): void {
  const { method, headers, publicUrl, byCookie } = request;
  if (safeMethods.has(method)) return;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw new DomainError('cross-site-request');
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, publicUrl, headers.host))
    throw new DomainError('cross-site-request');
  if (byCookie && site === undefined && origin === undefined) {
    throw new DomainError('cross-site-request', { detail: 'A request with a session cookie must name its origin.' });
  }
}

function isOwnOrigin(origin: string, publicUrl: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  if (origin === new URL(publicUrl).origin) return true;
  // The address in the location bar may be another name of this host (localhost and 127.0.0.1, a development server). A
  // page of another site cannot choose the Host header. Behind TLS only the public origin counts.
  return host !== undefined && !publicUrl.startsWith('https://') && new URL(origin).host === host;
}
