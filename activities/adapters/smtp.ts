import { createTransport } from 'nodemailer';
import type { Delivery, MailChannel } from '../channels.ts';

export interface SmtpOptions {
  readonly url: string;
  /** `Name <address>`: ours, from the configuration. */
  readonly from: string;
  readonly connections?: number | undefined;
  /** For each step of the conversation; the sender's lease is longer than all of them together. */
  readonly timeoutMs?: number | undefined;
}

/** Mail through nodemailer. Never throws: every outcome is a Delivery. */
export function smtpChannel(options: SmtpOptions): MailChannel {
  const timeout = options.timeoutMs ?? 10_000;
  const url = new URL(options.url);
  for (const name of ['connectionTimeout', 'greetingTimeout', 'socketTimeout'])
    url.searchParams.set(name, `${timeout}`);
  url.searchParams.set('pool', 'true');
  // nodemailer's pool would send again by itself when a line drops; every attempt here is one that the row records.
  url.searchParams.set('maxRequeues', '0');
  url.searchParams.set('maxConnections', `${options.connections ?? 2}`);
  const transport = createTransport(url.toString());
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from: options.from,
          // As an object it is one address, whatever characters it holds; nodemailer would split a string at commas.
          to: { name: '', address: mail.to },
          messageId: `<${mail.messageId}>`,
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          headers: { 'Content-Language': mail.language, 'Auto-Submitted': 'auto-generated' },
          ...(mail.calendar && {
            icalEvent: { method: mail.calendar.method, filename: 'visit.ics', content: mail.calendar.content },
          }),
          // A template cannot make the server read files or addresses.
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { kind: 'accepted' };
      } catch (error) {
        return classify(error);
      }
    },
    close: () => transport.close(),
  };
}

interface SmtpError {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
}

/** RFC 5321, 4.2.1: 4yz is transient, 5yz permanent. What concerns us and not the recipient is never the recipient's fault. */
export function classify(error: unknown): Delivery {
  const { code, responseCode, command } = (error ?? {}) as SmtpError;
  if (code === 'EAUTH') return { kind: 'temporary', code: 'smtp-auth', down: true };
  if (typeof responseCode === 'number') {
    // Before a recipient was named, a refusal is about this house (blocked, not authenticated): it heals when we are let in.
    const aboutUs = command === 'CONN' || command === 'EHLO' || command === 'HELO' || command === 'MAIL FROM';
    if (responseCode >= 500 && !aboutUs) return { kind: 'permanent', code: `smtp-${responseCode}` };
    return { kind: 'temporary', code: `smtp-${responseCode}`, down: aboutUs || responseCode === 421 };
  }
  const codes: Readonly<Record<string, string>> = {
    ETIMEDOUT: 'timeout',
    EDNS: 'host-not-found',
    ETLS: 'tls',
    ECONNECTION: 'connection-lost',
    ESOCKET: 'connection-lost',
  };
  const refused = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/.test(String((error as Error | null)?.message));
  const known = refused ? 'connection-refused' : typeof code === 'string' ? codes[code] : undefined;
  // A line that was lost may be one message's bad luck; a server that cannot be reached is everybody's.
  return { kind: 'temporary', code: known ?? 'mail-error', down: known !== undefined && known !== 'connection-lost' };
}
