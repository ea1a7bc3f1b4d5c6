import { PassThrough } from 'node:stream';
import { noteSeen } from '../../db/escalations/presence.ts';
import { DomainError } from '../../domain/errors.ts';
import { route, RouteAnswer } from '../route.ts';

/** Below the 60 s after which proxies give up on a silent connection. */
const heartbeatMs = 20_000;
/** Rights may change while a stream is open: it ends, and the browser's reconnect asks again. */
const longestMs = 5 * 60_000;

export const streamEvents = route({
  method: 'GET',
  path: '/events',
  summary:
    'Server-sent events: `case_changed` with kind and id of what changed in the clinic; `resync` says to read again',
  streams: 'text/event-stream',
  policy: { action: ['case:read', 'task:read'] },
  audit: { none: 'a notice names an opaque id; reading what it points to is audited there' },
  handler: async (context) => {
    const stream = new PassThrough();
    // A browser that does not read must not fill our memory.
    const write = (text: string) => {
      if (stream.writableLength > 64 * 1024) stream.destroy();
      else stream.write(text);
    };
    const end = context.ports.events.subscribe(context.organizationId, (notice) => {
      if (notice.event === 'closing') {
        stream.end();
        return;
      }
      write(`event: ${notice.event}\ndata: ${JSON.stringify('data' in notice ? notice.data : {})}\n\n`);
    });
    if (end === undefined) throw new DomainError('unavailable', { data: { retryAfterSeconds: 30 } });
    // Who has an urgent item is seen to be there (D5); of nobody else anything is written.
    const { organizationId, user } = context;
    const mayHaveItems = context.can('emergency:ack') || context.can('escalation:lead');
    const seen = (): void => {
      if (!mayHaveItems) return;
      context
        .transaction((trx) => noteSeen(trx, { organizationId, userId: user.userId }), { operation: false })
        .catch((error: unknown) => context.ports.log.warn({ error }, 'who is at a page could not be noted'));
    };
    seen();
    const heartbeat = setInterval(() => {
      write(': here\n\n');
      seen();
    }, heartbeatMs);
    const limit = setTimeout(() => stream.end(), longestMs);
    heartbeat.unref();
    limit.unref();
    stream.on('close', () => {
      end();
      clearInterval(heartbeat);
      clearTimeout(limit);
    });
    write('retry: 3000\n: connected\n\n');
    return new RouteAnswer(stream, {
      headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
    });
  },
});
