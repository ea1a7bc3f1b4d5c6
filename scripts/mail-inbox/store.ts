/**
 * The messages, one JSON line each, so that they survive a restart and can be read with any tool. Only what the list
 * shows is kept in memory; a message's full text is read from its line when it is opened.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export type Channel = 'mail' | 'sms' | 'push';

export interface MessageSummary {
  id: string;
  channel: Channel;
  /** UTC, RFC 3339. */
  receivedAt: string;
  from: string;
  /** Recipients as the envelope named them. */
  to: string[];
  subject: string;
  messageId: string;
  /** The plain text, at most 4000 characters. */
  text: string;
}

/** `raw` is the message as received (RFC 5322), absent for other channels. */
export interface StoredMessage extends MessageSummary {
  raw?: string;
}

export interface MessageStore {
  list(filter: { to?: string | undefined; limit: number }): { items: MessageSummary[]; total: number };
  read(id: string): Promise<StoredMessage | undefined>;
  /** Resolves when the message is on disk: only then may the sender be told that it was accepted. */
  add(message: Omit<StoredMessage, 'id' | 'receivedAt'>): Promise<MessageSummary>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  summary: MessageSummary;
  offset: number;
  length: number;
}

export async function openMessageStore(path: string): Promise<MessageStore> {
  mkdirSync(dirname(path), { recursive: true });
  const entries: Entry[] = [];
  const byId = new Map<string, Entry>();
  const remember = (entry: Entry) => {
    entries.push(entry);
    byId.set(entry.summary.id, entry);
  };
  let end = existsSync(path) ? await load(path, remember) : 0;
  const file: FileHandle = await open(path, 'a+', 0o600);
  // A line that a crash cut short was never acknowledged; what follows must not be glued to it.
  await truncate(path, end);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    list({ to, limit }) {
      const wanted = to?.toLowerCase();
      const matching = entries.filter(
        ({ summary }) => wanted === undefined || summary.to.some((address) => address.toLowerCase().includes(wanted)),
      );
      return {
        items: matching
          .slice(-limit)
          .map(({ summary }) => summary)
          .toReversed(),
        total: matching.length,
      };
    },
    async read(id) {
      const entry = byId.get(id);
      if (entry === undefined) return undefined;
      const buffer = Buffer.alloc(entry.length);
      await file.read(buffer, 0, entry.length, entry.offset);
      return JSON.parse(buffer.toString('utf8')) as StoredMessage;
    },
    add: (message) =>
      inTurn(async () => {
        const stored: StoredMessage = { id: randomUUID(), receivedAt: new Date().toISOString(), ...message };
        const line = Buffer.from(`${JSON.stringify(stored)}\n`);
        await file.appendFile(line);
        await file.datasync();
        const summary = summarize(stored);
        remember({ summary, offset: end, length: line.length - 1 });
        end += line.length;
        return summary;
      }),
    clear: () =>
      inTurn(async () => {
        await file.truncate(0);
        entries.length = 0;
        byId.clear();
        end = 0;
      }),
    close: () => inTurn(() => file.close()),
  };
}

/** @returns the length of what is whole */
async function load(path: string, remember: (entry: Entry) => void): Promise<number> {
  let offset = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const length = Buffer.byteLength(line);
    try {
      remember({ summary: summarize(JSON.parse(line) as StoredMessage), offset, length });
    } catch {
      break;
    }
    offset += length + 1;
  }
  return offset;
}

function summarize({ raw: _raw, ...summary }: StoredMessage): MessageSummary {
  return { ...summary, text: summary.text.slice(0, 4000) };
}
