/** The scanners: a clamd that this test plays, and the stand-in. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { clamdScanner } from '../../activities/adapters/clamd-scanner.ts';
import { eicarScanner } from '../../activities/adapters/eicar-scanner.ts';
import { eicar } from '../documents/files.ts';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))));

/** Takes an INSTREAM to its empty chunk, then says what `answer` makes of the bytes. */
async function clamd(answer: (content: Buffer) => string | null): Promise<string> {
  server = createServer((socket: Socket) => {
    let data = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      const content = streamed(data);
      if (content === undefined) return;
      const said = answer(content);
      if (said === null) socket.destroy();
      else socket.end(`${said}\0`);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function streamed(data: Buffer): Buffer | undefined {
  const command = 'zINSTREAM\0';
  if (!data.toString('latin1').startsWith(command)) return undefined;
  const chunks: Buffer[] = [];
  for (let at = command.length; at + 4 <= data.length;) {
    const size = data.readUInt32BE(at);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(data.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return undefined;
}

it('clamd gets the whole file in chunks, and its verdict counts', async () => {
  const content = Buffer.alloc(200_000, 7);
  let got: Buffer = Buffer.alloc(0);
  const clean = clamdScanner(await clamd((file) => ((got = file), 'stream: OK')));
  expect(await clean.scan(content)).toEqual({ clean: true });
  expect(got.equals(content)).toBe(true);
});

it('clamd names what it found', async () => {
  const scanner = clamdScanner(await clamd(() => 'stream: Win.Test.EICAR_HDB-1 FOUND'));
  expect(await scanner.scan(Buffer.from(eicar))).toEqual({ clean: false, finding: 'Win.Test.EICAR_HDB-1' });
});

it.each([
  ['an error', () => 'INSTREAM size limit exceeded. ERROR'],
  ['a broken line', () => null],
  ['nothing that is known', () => 'stream: PERHAPS'],
])('%s of clamd is no verdict', async (_name, answer) => {
  await expect(clamdScanner(await clamd(answer)).scan(Buffer.from('x'))).rejects.toThrow('no verdict');
});

it('a clamd that is away, or silent, is no verdict', async () => {
  await expect(clamdScanner('127.0.0.1:1').scan(Buffer.from('x'))).rejects.toThrow('no verdict');
  const address = await clamd(() => 'stream: OK');
  server
    ?.removeAllListeners('connection')
    .on('connection', (socket: Socket) => setTimeout(() => socket.destroy(), 500).unref());
  await expect(clamdScanner(address, 40).scan(Buffer.from('x'))).rejects.toThrow('no verdict');
});

it('the stand-in finds the EICAR file, wherever it stands, and nothing else', async () => {
  expect(await eicarScanner.scan(Buffer.from(`%PDF ${eicar} %%EOF`))).toMatchObject({ clean: false });
  expect(await eicarScanner.scan(Buffer.from('a card'))).toEqual({ clean: true });
});
