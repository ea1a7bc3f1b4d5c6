/**
 * The document store: a directory of ciphertexts under random names, outside of whatever is served. Names that people give
 * are never part of a path. What a killed process leaves behind is swept, and cannot be read: an upload on its way lies
 * under a key that only its process knows.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { DomainError } from '../domain/errors.ts';
import { openDocument, sealDocument, type DocumentIdentity, type DocumentKeys } from './envelope.ts';

export interface StoredDocument extends DocumentIdentity {
  readonly storageName: string;
  readonly wrappedKey: string;
}

export interface ReceiveLimits {
  readonly limitBytes: number;
  /** Nothing came for this long, ms. */
  readonly silentMs: number;
  /** The whole body must be here by then, ms. */
  readonly withinMs: number;
}

export interface DocumentStore {
  /**
   * Takes a body that may be of any length, in any tempo: never more than the limit is read, and it goes to a file while it
   * comes. The file is gone when this returns.
   * @throws DomainError `payload-too-large`, `bad-request` (too slow, broken off), `unavailable` (no room)
   */
  receive(body: Readable, limits: ReceiveLimits): Promise<Buffer>;
  /** Seals and writes; on the disk when it returns. @throws DomainError `unavailable` (no room) */
  put(
    who: DocumentIdentity,
    content: Uint8Array,
  ): Promise<{ readonly storageName: string; readonly wrappedKey: string }>;
  /** @throws when the file is gone, or does not belong to this row */
  read(document: StoredDocument): Promise<Buffer>;
  remove(storageName: string): Promise<void>;
  /**
   * Removes what nobody will finish: uploads on their way and documents without a row, once they are this old.
   * @param hasRow which of these storage names a row names
   * @returns how many were removed
   */
  sweep(olderThanMs: number, hasRow: (names: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>;
}

/** What the disk does; a port, so that a full one can be met in a test. */
export interface Disk {
  /** Bytes that may still be written. */
  free(directory: string): Promise<number>;
  write(handle: FileHandle, chunk: Uint8Array): Promise<void>;
}

const realDisk: Disk = {
  async free(directory) {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  async write(handle, chunk) {
    await handle.appendFile(chunk);
  },
};

/** Below this nothing new is taken: Postgres may live on the same disk. */
const keptFree = 64 * 1024 * 1024;
const storageName = /^[0-9a-f]{32}$/;

export function createDocumentStore(options: {
  readonly directory: string;
  readonly keys: DocumentKeys;
  readonly disk?: Disk | undefined;
}): DocumentStore {
  const { directory, keys, disk = realDisk } = options;
  const incoming = join(directory, 'incoming');
  const objects = join(directory, 'objects');
  let made: Promise<unknown> | undefined;
  const prepare = (): Promise<unknown> =>
    (made ??= Promise.all([incoming, objects].map((path) => mkdir(path, { recursive: true, mode: 0o700 }))).catch(
      (error: unknown) => {
        made = undefined;
        throw error;
      },
    ));
  const newName = (): string => randomBytes(16).toString('hex');

  function placeOf(name: string): string {
    if (!storageName.test(name)) throw new Error('not a name of the document store');
    return join(objects, name.slice(0, 2), name);
  }

  async function requireRoom(): Promise<void> {
    await prepare();
    if ((await disk.free(directory)) < keptFree) throw noRoom();
  }

  return {
    receive: (body, limits) =>
      orNoRoom(async () => {
        await requireRoom();
        const path = join(incoming, newName());
        const handle = await open(path, 'wx', 0o600);
        const [key, nonce] = [randomBytes(32), randomBytes(16)];
        try {
          const cipher = createCipheriv('aes-256-ctr', key, nonce);
          const size = await drain(body, limits, (chunk) => disk.write(handle, cipher.update(chunk)));
          const sealed = await readFile(path);
          if (sealed.length !== size) throw new Error('an upload was not written whole');
          return createDecipheriv('aes-256-ctr', key, nonce).update(sealed);
        } finally {
          await handle.close();
          await rm(path, { force: true });
        }
      }),
    put: (who, content) =>
      orNoRoom(async () => {
        await requireRoom();
        const { file, wrappedKey } = sealDocument(keys, who, content);
        const name = newName();
        const path = join(incoming, name);
        try {
          const handle = await open(path, 'wx', 0o600);
          try {
            await disk.write(handle, file);
            await handle.sync();
          } finally {
            await handle.close();
          }
          const place = placeOf(name);
          await mkdir(join(objects, name.slice(0, 2)), { recursive: true, mode: 0o700 });
          await rename(path, place);
        } catch (error) {
          await rm(path, { force: true });
          throw error;
        }
        return { storageName: name, wrappedKey };
      }),
    async read({ storageName: name, wrappedKey, ...who }) {
      return openDocument(keys, who, { file: await readFile(placeOf(name)), wrappedKey });
    },
    async remove(name) {
      await rm(placeOf(name), { force: true });
    },
    async sweep(olderThanMs, hasRow) {
      await prepare();
      const before = Date.now() - olderThanMs;
      let removed = 0;
      for (const path of await oldFiles(incoming, before)) {
        await rm(path.full, { force: true });
        removed += 1;
      }
      for (const shelf of await readdir(objects)) {
        const old = await oldFiles(join(objects, shelf), before);
        if (old.length === 0) continue;
        const kept = await hasRow(old.map(({ name }) => name));
        for (const { name, full } of old) {
          if (kept.has(name)) continue;
          await rm(full, { force: true });
          removed += 1;
        }
      }
      return removed;
    },
  };
}

async function oldFiles(directory: string, before: number): Promise<readonly { name: string; full: string }[]> {
  const found: { name: string; full: string }[] = [];
  for (const name of await readdir(directory)) {
    const full = join(directory, name);
    const about = await stat(full).catch(() => undefined);
    if (about?.isFile() === true && about.mtimeMs < before) found.push({ name, full });
  }
  return found;
}

/** Reads until the end, the limit, or the time: whichever is first. @returns how many bytes there were */
async function drain(
  body: Readable,
  { limitBytes, silentMs, withinMs }: ReceiveLimits,
  write: (chunk: Buffer) => Promise<void>,
): Promise<number> {
  let size = 0;
  let slow = false;
  const tooSlow = (): void => {
    slow = true;
    body.destroy(new Error('too slow'));
  };
  const whole = setTimeout(tooSlow, withinMs);
  let silence = setTimeout(tooSlow, silentMs);
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      clearTimeout(silence);
      size += chunk.length;
      if (size > limitBytes) throw new DomainError('payload-too-large');
      await write(chunk);
      silence = setTimeout(tooSlow, silentMs);
    }
    return size;
  } catch (error) {
    if (slow) throw new DomainError('bad-request', { detail: 'The file came too slowly. Please try again.' });
    if (error instanceof DomainError || isFull(error)) throw error;
    throw new DomainError('bad-request', { detail: 'The file did not come to its end. Please try again.' });
  } finally {
    clearTimeout(whole);
    clearTimeout(silence);
  }
}

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS'].includes(String((error as { code?: unknown } | null)?.code));

const noRoom = (): DomainError =>
  new DomainError('unavailable', {
    detail: 'There is no room for files just now. Nothing was kept; please try again later.',
  });

async function orNoRoom<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFull(error)) throw noRoom();
    throw error;
  }
}
