/**
 * The outbox sender: runs in each worker process, wakes when a transaction files a message (NOTIFY) and looks by itself
 * now and then (for what is due later, and for a notice that was missed). Never a burst: a rate for the process, one
 * message at a time for each lane, and a pause that grows while the mail server is away.
 */
import type { Logger } from 'pino';
import type { Client as PgClient } from 'pg';
import type { Db } from '../db/connection.ts';
import { organizationIds } from '../db/organizations.ts';
import { pushSandbox } from './adapters/push-sandbox.ts';
import { smsSandbox } from './adapters/sms-sandbox.ts';
import { smtpChannel } from './adapters/smtp.ts';
import type { Channels } from './channels.ts';
import { linkCode, linkToken, linkUrl } from './link-token.ts';
import type { AccountLinks } from './message-content.ts';
import { deliverNext, outboxTiming } from './outbox-delivery.ts';
import type { DeliveryPorts, OutboxTiming } from './outbox-delivery.ts';
import type { ActivityPorts } from './ports.ts';

export interface OutboxSenderPorts extends ActivityPorts {
  readonly keys: { readonly tokenSecret: Uint8Array };
  readonly config: {
    readonly publicUrl: string;
    readonly smtp: { readonly url: string; readonly from: string };
    readonly mailInboxUrl?: string | undefined;
  };
  /** In place of SMTP and the sandbox of the configuration. */
  readonly channels?: Channels | undefined;
  readonly escalationMoved?: DeliveryPorts['escalationMoved'];
}

export interface OutboxSenderOptions {
  readonly pollMs?: number | undefined;
  /** What is filed within this time of a notice goes out in one look (twice as long at most, by chance, so that processes do not all look at once). */
  readonly gatherMs?: number | undefined;
  /** Messages a second, this process. */
  readonly ratePerSecond?: number | undefined;
  readonly lanes?: number | undefined;
  readonly timing?: Partial<OutboxTiming> | undefined;
}

export interface OutboxSender {
  /** Looks at once. */
  wake(): void;
  /** Finishes the messages being sent, then closes the connections. */
  stop(): Promise<void>;
}

export function startOutboxSender(ports: OutboxSenderPorts, options: OutboxSenderOptions = {}): OutboxSender {
  const { pollMs = 1_000, gatherMs = 100, ratePerSecond = 20, lanes = 2 } = options;
  const delivery = deliveryPorts(ports, lanes);
  const timing = { ...outboxTiming, ...options.timing };
  const rate = pacer(ratePerSecond);
  const stop = new AbortController();
  const stopping = () => stop.signal.aborted;
  let pauseUntil = 0;
  let pauseMs = 1_000;
  let wakeUp = () => {};
  let woken = false;
  const wake = () => {
    woken = true;
    wakeUp();
  };
  const listener = listen(ports.db, ports.log, wake, stopping);

  /** Sends what is due in one organization, up to a fair share, and says whether there may be more. */
  async function turn(organizationId: string): Promise<boolean> {
    const share = 50;
    let more = false;
    const goesOn = (): boolean => !stopping() && Date.now() >= pauseUntil;
    const step = async (): Promise<boolean> => {
      const result = await deliverNext(delivery, organizationId, timing);
      if (result === 'idle') return false;
      if (result === 'down') {
        pauseUntil = Date.now() + pauseMs * (0.5 + delivery.random());
        pauseMs = Math.min(pauseMs * 2, 60_000);
      }
      if (result === 'sent') pauseMs = 1_000;
      // What was only put on record costs the mail server nothing.
      if (result !== 'suppressed') await rate();
      return true;
    };
    // Mostly there is one message or none: the other lanes are not asked before there was one.
    if (!(await step())) return false;
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (let n = 0; n < share && goesOn(); n += 1) if (!(await step())) return;
        more = true;
      }),
    );
    return more && goesOn();
  }

  /**
   * What is urgent goes first, one after the other, and also while the mail server is away: it has channels of its own,
   * and its first attempt by mail must fail to lead to the next one.
   */
  async function urgentFirst(organizationId: string): Promise<void> {
    while (!stopping() && (await deliverNext(delivery, organizationId, timing, 'urgent')) !== 'idle');
  }

  async function run(): Promise<void> {
    while (!stopping()) {
      woken = false;
      try {
        let more = true;
        while (more && !stopping()) {
          more = false;
          for (const organizationId of await organizationIds(ports.db)) {
            await urgentFirst(organizationId);
            if (!stopping() && Date.now() >= pauseUntil) more = (await turn(organizationId)) || more;
          }
        }
      } catch (error) {
        // The database is away, or a fault of ours: the row stays queued or its lease runs out, and the loop goes on.
        ports.log.error({ error }, 'the outbox could not be worked on');
        if (!stopping()) await pause(pollMs, (cancel) => (wakeUp = cancel));
      }
      if (!woken && !stopping()) await pause(pollMs, (cancel) => (wakeUp = cancel));
      if (woken && !stopping()) await pause(gatherMs * (1 + delivery.random()));
    }
  }
  const running = run();

  return {
    wake,
    async stop() {
      stop.abort();
      wakeUp();
      await running;
      await listener.close();
      delivery.channels.email.close();
    },
  };
}

export function deliveryPorts(ports: OutboxSenderPorts, lanes = 2): DeliveryPorts {
  const { config, keys } = ports;
  const inbox = config.mailInboxUrl;
  return {
    db: ports.db,
    clock: ports.clock,
    log: ports.log,
    publicUrl: config.publicUrl,
    tokenSecret: keys.tokenSecret,
    from: parseSender(config.smtp.from),
    accountLinks: accountLinks(config.publicUrl, keys),
    random: Math.random,
    escalationMoved: ports.escalationMoved,
    channels: ports.channels ?? {
      email: smtpChannel({ url: config.smtp.url, from: config.smtp.from, connections: lanes }),
      sms: inbox === undefined ? undefined : smsSandbox(inbox),
      push: inbox === undefined ? undefined : pushSandbox(inbox),
    },
  };
}

/** Computed by the same functions as the API's, which filed only their hashes. */
const accountLinks = (publicUrl: string, keys: { readonly tokenSecret: Uint8Array }): AccountLinks => ({
  url: ({ id, kind }) => linkUrl(publicUrl, kind, linkToken(keys, id, kind)),
  code: ({ id, code_expires_at: expiresAt }) => {
    if (expiresAt === null) throw new Error('this link has no code');
    return linkCode(keys, id, expiresAt);
  },
});

/** `Clinic <no-reply@clinic.example>` or a bare address. */
export function parseSender(from: string): { name: string; email: string } {
  const match = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+)>\s*$/.exec(from);
  return match ? { name: match[1]!.trim(), email: match[2]! } : { name: '', email: from.trim() };
}

/** Waits until the next message may go: evenly, not a second's worth at once. */
function pacer(perSecond: number): () => Promise<void> {
  const step = 1_000 / perSecond;
  let next = 0;
  return async () => {
    const now = Date.now();
    next = Math.max(now, next) + step;
    const wait = next - step - now;
    if (wait > 0) await pause(wait);
  };
}

function pause(ms: number, cancellable?: (cancel: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancellable?.(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A connection of its own, because a pooled one forgets what it listens to. Lost, it is made anew; polling covers the gap. */
function listen(db: Db, log: Logger, onNotice: () => void, isStopping: () => boolean): { close(): Promise<void> } {
  let client: PgClient | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    try {
      const fresh = (await db.client.acquireRawConnection()) as PgClient;
      if (isStopping()) return void (await fresh.end());
      client = fresh;
      fresh.on('notification', onNotice);
      fresh.on('error', again);
      fresh.on('end', again);
      await fresh.query('LISTEN outbox');
      onNotice();
    } catch (error) {
      log.warn({ error }, 'the outbox cannot be listened to; it is polled');
      again();
    }
  };
  const again = () => {
    client = undefined;
    if (isStopping() || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      connecting = connect();
    }, 2_000);
  };
  let connecting = connect();
  return {
    async close() {
      clearTimeout(retry);
      await connecting;
      const open = client;
      open?.removeListener('end', again);
      await open?.end().catch(() => undefined);
    },
  };
}
