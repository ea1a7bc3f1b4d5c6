/** A patient's browser that came by an intake's link: its own cookie, and nothing but that intake. */
import { randomUUID } from 'node:crypto';
import { mailsTo, waitForMail, type Mail } from './inbox.ts';
import type { Reply } from '../client/clinic-client.ts';

export interface LinkSession {
  get(path: string): Promise<Reply>;
  send(method: 'PUT' | 'POST', path: string, body: unknown): Promise<Reply>;
}

/** The link to the intake in a mail. @throws when there is none */
export function intakeLink(mail: Mail): { readonly url: string; readonly token: string } {
  const [url, token] = /https?:\/\/\S+\/portal\/i\/([A-Za-z0-9_.~-]+)/.exec(mail.text) ?? [];
  if (url === undefined || token === undefined)
    throw new Error(`The mail "${mail.subject}" carries no link to an intake`);
  return { url, token };
}

export const hasIntakeLink = (mail: Mail): boolean => /\/portal\/i\//.test(mail.text);

/** @returns the intake's id and the browser, or the refusal of one who has only the address */
export async function openLink(
  publicUrl: string,
  token: string,
  proof: { readonly birthDate?: string; readonly code?: string } = {},
): Promise<{ readonly opened: Reply; readonly session: LinkSession }> {
  let cookie = '';
  const send = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const response = await fetch(`${publicUrl}/api/v1${path}`, {
      method,
      headers: {
        accept: 'application/json',
        origin: new URL(publicUrl).origin,
        ...(cookie !== '' && { cookie }),
        ...(method !== 'GET' && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(15_000),
    });
    const set = response.headers.getSetCookie().map((one) => one.split(';')[0]);
    if (set.length > 0) cookie = set.join('; ');
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Reply['body']),
      headers: response.headers,
    };
  };
  const opened = await send('POST', `/intake-links/${token}/open`, proof);
  return { opened, session: { get: (path) => send('GET', path), send } };
}

/** Asks for a code and reads it in the mail. It is eight digits. */
export async function codeByMail(
  of: { readonly publicUrl: string; readonly inbox: string; readonly address: string },
  token: string,
  birthDate: string,
): Promise<string> {
  const before = new Set((await mailsTo(of.inbox, of.address)).map(({ id }) => id));
  await fetch(`${of.publicUrl}/api/v1/intake-links/${token}/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(of.publicUrl).origin },
    body: JSON.stringify({ birthDate }),
  });
  const codeIn = (mail: Mail): string | undefined => /(?<![\d/])\d{4}[ -]?\d{4}(?!\d)/.exec(mail.text)?.[0];
  const mail = await waitForMail(of.inbox, of.address, (found) => !before.has(found.id) && codeIn(found) !== undefined);
  return codeIn(mail)!;
}
