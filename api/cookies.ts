/** The session cookie. `__Host-` binds it to one https origin; on plain http (loopback only) browsers refuse that prefix. */
import type { IncomingHttpHeaders } from 'node:http';

export interface CookieNames {
  readonly session: string;
  /** Says that this browser has signed in to an account before; opens nothing. */
  readonly device: string;
  readonly secure: boolean;
}

export function cookieNames(publicUrl: string): CookieNames {
  const secure = publicUrl.startsWith('https://');
  return secure
    ? { session: '__Host-sid', device: '__Host-device', secure }
    : { session: 'sid', device: 'device', secure };
}

const attributes = (names: CookieNames): string => `Path=/; HttpOnly; SameSite=Lax${names.secure ? '; Secure' : ''}`;

/** Lives as long as the browser does; the server decides about idle and absolute expiry. */
export const sessionCookie = (names: CookieNames, token: string): string =>
  `${names.session}=${token}; ${attributes(names)}`;
export const endedSessionCookie = (names: CookieNames): string => `${names.session}=; Max-Age=0; ${attributes(names)}`;
export const deviceCookie = (names: CookieNames, token: string): string =>
  `${names.device}=${token}; Max-Age=${180 * 86_400}; ${attributes(names)}`;

/** One cookie's value. A name that is sent twice is nobody's: an attacker on a sister host could have planted one. */
export function readCookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  const found = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return found.length === 1 && found[0] !== '' ? found[0] : undefined;
}
