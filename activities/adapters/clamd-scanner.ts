/** ClamAV over TCP, clamd(8) INSTREAM: length and bytes in chunks, an empty chunk, one line of answer. */
import { connect } from 'node:net';
import type { Scanner, ScanVerdict } from '../scanner.ts';

const chunkBytes = 64 * 1024;

/** @param address `host:port`; the link is in clear, so it belongs into a private network */
export function clamdScanner(address: string, withinMs = 30_000): Scanner {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  return {
    name: 'clamd',
    scan: (content) =>
      new Promise<ScanVerdict>((resolve, reject) => {
        const socket = connect({ host, port });
        let answer = '';
        const fail = (): void => {
          socket.destroy();
          reject(new Error('clamd gave no verdict'));
        };
        const late = setTimeout(fail, withinMs);
        socket.setEncoding('latin1');
        socket.on('connect', () => {
          socket.write('zINSTREAM\0');
          for (let at = 0; at < content.length; at += chunkBytes) {
            const chunk = content.subarray(at, at + chunkBytes);
            const length = Buffer.alloc(4);
            length.writeUInt32BE(chunk.length);
            socket.write(length);
            socket.write(chunk);
          }
          socket.write(Buffer.alloc(4));
        });
        socket.on('data', (text: string) => {
          answer += text;
          if (answer.length > 4_096) fail();
          if (answer.includes('\0')) socket.end();
        });
        socket.on('error', fail);
        socket.on('close', () => {
          clearTimeout(late);
          const verdict = verdictOf(answer);
          if (verdict === undefined) reject(new Error('clamd gave no verdict'));
          else resolve(verdict);
        });
      }),
  };
}

/** `stream: OK`, `stream: <name> FOUND`; anything else (an error, a size limit) is no verdict. */
function verdictOf(answer: string): ScanVerdict | undefined {
  const line = answer.replace(/\0.*$/s, '').trim();
  if (line === 'stream: OK') return { clean: true };
  const [, finding] = /^stream: (.{1,200}) FOUND$/.exec(line) ?? [];
  return finding === undefined ? undefined : { clean: false, finding };
}
