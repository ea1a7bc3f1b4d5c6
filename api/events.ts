/**
 * Live updates: one LISTEN connection for each API process, handed out by organization. A client that misses something
 * while the connection is down is told to read again (`resync`), so nothing depends on every notice arriving.
 */
import pg from 'pg';
import type { Logger } from 'pino';

export interface CaseChange {
  readonly kind: string;
  readonly id: string;
}
export type ChangeNotice =
  { readonly event: 'case_changed'; readonly data: CaseChange } | { readonly event: 'resync' | 'closing' };

export interface ChangeEvents {
  /** @returns a function that ends the subscription; undefined when too many are open. */
  subscribe(organizationId: string, listener: (notice: ChangeNotice) => void): (() => void) | undefined;
  close(): Promise<void>;
}

export interface ChangeEventOptions {
  readonly url: string;
  readonly log: Logger;
  readonly maxSubscribers?: number | undefined;
}

const uuid = /^[0-9a-f-]{36}$/;

export function listenForChanges(options: ChangeEventOptions): ChangeEvents {
  const { url, log, maxSubscribers = 2_000 } = options;
  const listeners = new Map<string, Set<(notice: ChangeNotice) => void>>();
  let count = 0;
  let client: pg.Client | undefined;
  let closed = false;
  let connecting = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = (organizationId: string, notice: ChangeNotice) => {
    for (const listener of listeners.get(organizationId) ?? []) listener(notice);
  };
  const again = (after: number) => {
    if (closed || count === 0) return;
    timer = setTimeout(() => void connect(), after);
    timer.unref();
  };
  // The connection is made with the first subscriber: a process that serves none holds none.
  async function connect(): Promise<void> {
    if (closed || connecting || client !== undefined) return;
    connecting = true;
    const next = new pg.Client({
      connectionString: url,
      application_name: 'healthsphere-api-events',
      connectionTimeoutMillis: 1_800,
      keepAlive: true,
    });
    const lost = () => {
      if (client !== next) return;
      client = undefined;
      again(1_000);
    };
    next.on('error', lost);
    next.on('end', lost);
    next.on('notification', ({ payload }) => {
      const change = parse(payload);
      if (change !== undefined)
        tell(change.organizationId, { event: 'case_changed', data: { kind: change.kind, id: change.id } });
    });
    try {
      await next.connect();
      await next.query('LISTEN case_changed');
      client = next;
      connecting = false;
      if (closed) await next.end();
      for (const organizationId of listeners.keys()) tell(organizationId, { event: 'resync' });
    } catch (error) {
      connecting = false;
      log.warn({ error }, 'live updates are away; trying again');
      next.end().catch(() => undefined);
      again(2_000);
    }
  }

  return {
    subscribe(organizationId, listener) {
      if (closed || count >= maxSubscribers) return undefined;
      const own = listeners.get(organizationId) ?? new Set();
      listeners.set(organizationId, own.add(listener));
      count += 1;
      void connect();
      return () => {
        if (!own.delete(listener)) return;
        count -= 1;
        if (own.size === 0) listeners.delete(organizationId);
      };
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      for (const organizationId of listeners.keys()) tell(organizationId, { event: 'closing' });
      listeners.clear();
      const open = client;
      client = undefined;
      await open?.end();
    },
  };
}

function parse(payload: string | undefined): { organizationId: string; kind: string; id: string } | undefined {
  try {
    const { organizationId, kind, id } = JSON.parse(payload ?? '') as Record<string, unknown>;
    if (typeof organizationId !== 'string' || typeof kind !== 'string' || typeof id !== 'string' || !uuid.test(id))
      return undefined;
    return { organizationId, kind, id };
  } catch {
    return undefined;
  }
}
