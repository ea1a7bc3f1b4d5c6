/** The HTTP side of the mail catcher: pages for people, JSON for tests and the tour. Loopback only. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { z } from 'zod';
import { faultSchema } from './fault.ts';
import type { FaultSwitch } from './fault.ts';
import { inboxScript, inboxStyle, listPage, messagePage } from './pages.ts';
import type { MessageStore, StoredMessage } from './store.ts';

interface Answer {
  status?: number;
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

const json = (body: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
const html = (body: string): Answer => ({ type: 'text/html; charset=utf-8', body });
const notFound = () => json({ title: 'There is no such message or page.' }, 404);

/** What a sandbox adapter of another channel hands in. */
const otherChannel = z.strictObject({
  channel: z.enum(['sms', 'push']),
  to: z.string().min(1),
  text: z.string().max(4000),
  from: z.string().default(''),
  subject: z.string().default(''),
  messageId: z.string().default(''),
});

export function createInboxServer(store: MessageStore, faults: FaultSwitch): Server {
  return createServer((request, response) => {
    answer(request, store, faults).then(
      (result) => send(response, result),
      (error: unknown) => {
        if (error instanceof z.ZodError || error instanceof SyntaxError) {
          return send(response, json({ title: 'The body is not accepted.', detail: error.message }, 400));
        }
        console.error(error);
        return send(response, json({ title: 'The inbox failed; its log says why.' }, 500));
      },
    );
  });
}

async function answer(request: IncomingMessage, store: MessageStore, faults: FaultSwitch): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://inbox');
  const route = `${request.method} ${url.pathname}`;
  const to = url.searchParams.get('to') ?? '';
  const filter = { to: to || undefined, limit: Math.min(Number(url.searchParams.get('limit')) || 200, 1000) };
  switch (route) {
    case 'GET /': {
      const { items, total } = store.list(filter);
      return html(listPage(items, total, to));
    }
    case 'GET /inbox.js':
      return { type: 'text/javascript', body: inboxScript };
    case 'GET /inbox.css':
      return { type: 'text/css', body: inboxStyle };
    case 'GET /health':
      return json({ status: 'ok' });
    case 'GET /api/messages':
      return json(store.list(filter));
    case 'POST /api/messages': {
      const { to: recipient, ...message } = otherChannel.parse(await readJson(request));
      return json(await store.add({ ...message, to: [recipient] }), 201);
    }
    case 'DELETE /api/messages':
      await store.clear();
      return json({ total: 0 });
    case 'GET /api/fault':
      return json(faults.current());
    case 'PUT /api/fault':
      faults.set(faultSchema.parse(await readJson(request)));
      return json(faults.current());
  }
  const [, isApi, id, part, index] =
    /^GET (\/api)?\/messages\/([0-9a-f-]{36})(?:\/(raw|html|attachments)(?:\/(\d+))?)?$/.exec(route) ?? [];
  const message = id === undefined ? undefined : await store.read(id);
  if (message === undefined) return notFound();
  const raw = message.raw === undefined ? undefined : Buffer.from(message.raw, 'base64');
  const mail = raw ? await simpleParser(raw) : undefined;
  if (part === undefined) return isApi ? json(describe(message, mail)) : html(messagePage(message, mail));
  if (part === 'raw' && raw) return { type: 'text/plain; charset=utf-8', body: raw };
  if (part === 'html' && mail?.html) return htmlPart(mail.html);
  const attachment = part === 'attachments' ? mail?.attachments[Number(index)] : undefined;
  if (!attachment) return notFound();
  const name = encodeURIComponent(attachment.filename ?? `part-${index}`);
  const headers = { 'content-disposition': `attachment; filename*=UTF-8''${name}` };
  return { type: attachment.contentType, body: attachment.content, headers };
}

/** `application/ics` is what mail programs call a calendar file when it is attached. */
const isText = (contentType: string) => contentType.startsWith('text/') || contentType === 'application/ics';

/** The message as JSON, attachments with their text where they are text (`text/calendar` above all). */
function describe({ raw: _raw, ...message }: StoredMessage, mail: ParsedMail | undefined): unknown {
  return {
    ...message,
    text: mail?.text ?? message.text,
    html: mail?.html || null,
    headers: mail ? mail.headerLines.map(({ line }) => line) : [],
    attachments: (mail?.attachments ?? []).map(({ filename, contentType, size, content }, index) => ({
      filename: filename ?? null,
      contentType,
      size,
      href: `/api/messages/${message.id}/attachments/${index}`,
      text: isText(contentType) ? content.toString('utf8') : null,
    })),
  };
}

/** A mail's HTML is a stranger's: no script, nothing loaded from elsewhere, links in a tab of their own. */
function htmlPart(body: string): Answer {
  const policy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";
  return { ...html(`<base target="_blank">${body}`), headers: { 'content-security-policy': policy } };
}

function send(response: ServerResponse, { status = 200, type, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'",
    ...headers,
  });
  response.end(body);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  // Asking for JSON makes a browser ask first, so that no foreign page can write here.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new SyntaxError('Content-Type must be application/json');
  }
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 100_000) throw new SyntaxError('The body is larger than 100 kB');
  }
  return JSON.parse(text);
}
