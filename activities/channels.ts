/** The ways out of the house. Each is a port; the sender knows nothing of SMTP or of any provider. */
import type { CalendarMethod } from '../domain/calendar/calendar-file.ts';

export interface OutgoingMail {
  /** Without angle brackets; the same for every attempt, so that a receiver recognizes a repeat. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** BCP 47, for the Content-Language header. */
  readonly language: string;
  readonly calendar?: { readonly method: CalendarMethod; readonly content: string } | undefined;
}

export interface OutgoingShort {
  readonly messageId: string;
  readonly to: string;
  readonly text: string;
}

/**
 * What became of one attempt. Codes only: a server's words may quote the address or the text.
 * - `temporary`: the message may go later. `down` means that nobody would get through now, so the sender pauses.
 * - `permanent`: this message will never be taken.
 */
export type Delivery =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'temporary'; readonly code: string; readonly down: boolean }
  | { readonly kind: 'permanent'; readonly code: string };

export interface MailChannel {
  send(mail: OutgoingMail): Promise<Delivery>;
  close(): void;
}

export interface ShortChannel {
  send(message: OutgoingShort): Promise<Delivery>;
}

/** A channel that is absent is a channel the clinic does not have: its messages go by mail, on record. */
export interface Channels {
  readonly email: MailChannel;
  readonly sms?: ShortChannel | undefined;
  readonly push?: ShortChannel | undefined;
}
