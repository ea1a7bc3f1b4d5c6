/** The store: what lies there, who can open it, what is left behind. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocumentStore, type DocumentStore } from '../../documents/store.ts';
import { createKeyFile, loadKeys, rotateKeyFile } from '../../keys.ts';

const limits = { limitBytes: 10 * 1024 * 1024, silentMs: 5_000, withinMs: 20_000 };
let directory: string;
let store: DocumentStore;
const keys = { current: 'k1', keys: { k1: new Uint8Array(randomBytes(32)) } };
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'hs-documents-'));
  store = createDocumentStore({ directory, keys });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const files = (part = ''): string[] =>
  readdirSync(join(directory, part), { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(directory, part, name)).isFile(),
  );
const who = () => ({ organizationId: randomUUID(), documentId: randomUUID() });

describe('what lies in the store', () => {
  it('opens for its own row only', async () => {
    const [mine, other] = [who(), who()];
    const content = Buffer.from('CANARY-CARD');
    const kept = await store.put(mine, content);
    const another = await store.put(other, Buffer.from('something else'));
    expect((await store.read({ ...mine, ...kept })).equals(content)).toBe(true);
    const raw = readFileSync(join(directory, 'objects', kept.storageName.slice(0, 2), kept.storageName));
    expect(raw.includes('CANARY-CARD')).toBe(false);
    // A ciphertext, a key, or both, moved to another row.
    await expect(store.read({ ...other, ...kept })).rejects.toThrow();
    await expect(store.read({ ...other, ...another, storageName: kept.storageName })).rejects.toThrow();
    await expect(store.read({ ...mine, ...kept, wrappedKey: another.wrappedKey })).rejects.toThrow();
    await expect(store.read({ ...mine, ...kept, organizationId: other.organizationId })).rejects.toThrow();
  });

  it('is only for its owner, and has no name that anybody gave', async () => {
    await store.put(who(), Buffer.from('x'));
    expect(files('objects').every((name) => /^[0-9a-f]{2}\/[0-9a-f]{32}$/.test(name))).toBe(true);
    expect(files('objects').every((name) => (statSync(join(directory, 'objects', name)).mode & 0o077) === 0)).toBe(
      true,
    );
    for (const storageName of ['../../../etc/passwd', '..', 'ab/../../keys.json', ''])
      await expect(store.read({ ...who(), storageName, wrappedKey: 'k1.x' })).rejects.toThrow('not a name');
  });

  it('goes on opening after the keys were rotated, and seals with the new one', async () => {
    const file = join(directory, 'keys.json');
    createKeyFile(file);
    const [early, late] = [who(), who()];
    const before = await createDocumentStore({ directory, keys: loadKeys(file) }).put(early, Buffer.from('early'));
    rotateKeyFile(file);
    const rotated = createDocumentStore({ directory, keys: loadKeys(file) });
    const after = await rotated.put(late, Buffer.from('late'));
    expect([before.wrappedKey.slice(0, 3), after.wrappedKey.slice(0, 3)]).toEqual(['k1.', 'k2.']);
    expect((await rotated.read({ ...early, ...before })).toString()).toBe('early');
    expect((await rotated.read({ ...late, ...after })).toString()).toBe('late');
    rmSync(file);
  });
});

describe('what comes in', () => {
  it('is read to its end and leaves nothing', async () => {
    const content = randomBytes(3_000_000);
    expect(
      (await store.receive(Readable.from([content.subarray(0, 10), content.subarray(10)]), limits)).equals(content),
    ).toBe(true);
    expect(files('incoming')).toEqual([]);
  });

  it('is cut off at the limit: a gigabyte is never read', async () => {
    let read = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const gigabyte = new Readable({
      read() {
        read += chunk.length;
        this.push(read > 1024 ** 3 ? null : chunk);
      },
    });
    await expect(store.receive(gigabyte, limits)).rejects.toMatchObject({ code: 'payload-too-large' });
    expect(read).toBeLessThan(limits.limitBytes + 10 * chunk.length);
    expect(files('incoming')).toEqual([]);
  });

  it('is given up when it is too slow, or breaks off', async () => {
    const silent = new PassThrough();
    silent.write('x');
    await expect(store.receive(silent, { ...limits, silentMs: 40 })).rejects.toMatchObject({ code: 'bad-request' });
    const endless = Readable.from((async function* () { for (;;) { yield Buffer.from('x'); await new Promise((r) => setTimeout(r, 5)); } })()); // prettier-ignore
    await expect(store.receive(endless, { ...limits, withinMs: 60 })).rejects.toMatchObject({ code: 'bad-request' });
    const broken = new PassThrough();
    broken.write('x');
    setTimeout(() => broken.destroy(new Error('aborted')), 10);
    await expect(store.receive(broken, limits)).rejects.toMatchObject({ code: 'bad-request' });
    expect(files('incoming')).toEqual([]);
  });

  it('meets a full disk with 503, and nothing is left half written', async () => {
    const full = (free: number) =>
      createDocumentStore({
        directory,
        keys,
        disk: {
          free: async () => free,
          write: async (handle, chunk) => {
            await handle.appendFile(chunk.subarray(0, 3));
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          },
        },
      });
    const before = files();
    for (const free of [1_000, 10 ** 12]) {
      await expect(full(free).receive(Readable.from([Buffer.from('card')]), limits)).rejects.toMatchObject({
        code: 'unavailable',
      });
      await expect(full(free).put(who(), Buffer.from('card'))).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(files()).toEqual(before);
  });

  it('is swept when its process was killed, and so is a document without a row', async () => {
    const [kept, lost] = [await store.put(who(), Buffer.from('kept')), await store.put(who(), Buffer.from('lost'))];
    writeFileSync(join(directory, 'incoming', 'f'.repeat(32)), 'half');
    expect(await store.sweep(60_000, async () => new Set())).toBe(0);
    const old = new Date(Date.now() - 3_600_000);
    for (const name of files()) utimesSync(join(directory, name), old, old);
    await store.sweep(60_000, async (names) => new Set(names.filter((name) => name === kept.storageName)));
    const left = files().map((name) => name.split('/').at(-1));
    expect(left).toContain(kept.storageName);
    expect(left).not.toContain(lost.storageName);
    expect(left).not.toContain('f'.repeat(32));
  });
});
