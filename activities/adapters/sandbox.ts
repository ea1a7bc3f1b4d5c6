import type { Delivery, OutgoingShort, ShortChannel } from '../channels.ts';

/**
 * Stands in for an SMS or push provider: hands the message to the mail inbox, whose page shows it beside the mails.
 * `POST {mailInboxUrl}/api/messages {channel, messageId, to, text}`; any 2xx means taken.
 */
export function sandboxChannel(channel: 'sms' | 'push', mailInboxUrl: string): ShortChannel {
  const url = new URL('/api/messages', mailInboxUrl);
  return {
    async send({ messageId, to, text }: OutgoingShort): Promise<Delivery> {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ channel, messageId, to, text }),
          signal: AbortSignal.timeout(5_000),
        });
        await response.body?.cancel();
        if (response.ok) return { kind: 'accepted' };
        return {
          kind: response.status >= 500 ? 'temporary' : 'permanent',
          code: `${channel}-${response.status}`,
          down: false,
        };
      } catch {
        return { kind: 'temporary', code: `${channel}-unreachable`, down: false };
      }
    },
  };
}
