/** Pictures are written anew: what is kept is what was seen, without place, time, device, or anything hidden behind the picture. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, mostBytesOut, mostMemory, withinMs, type ImageKind } from './image-limits.ts';

export type ImageFault = 'unreadable-image' | 'too-many-pixels';

const script = fileURLToPath(new URL('./image-child.ts', import.meta.url));
const pageBytes = 4_096;

/**
 * @param limits for tests
 * @returns the new picture (HEIC becomes JPEG), or what is wrong with the one that was sent
 */
export async function reencodeImage(
  kind: ImageKind,
  file: Buffer,
  limits: { readonly withinMs?: number; readonly mostMemory?: number } = {},
): Promise<Buffer | ImageFault> {
  // Nothing of our environment: a decoder that was taken over finds no address and no password.
  const child = spawn(process.execPath, ['--max-old-space-size=256', '--import', 'tsx', script, kind], {
    cwd: join(import.meta.dirname, '..'),
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const late = setTimeout(() => child.kill('SIGKILL'), limits.withinMs ?? withinMs);
  const watch = setInterval(() => void endWhenTooLarge(child, limits.mostMemory ?? mostMemory), 100);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  try {
    child.stdin.on('error', () => undefined);
    child.stdin.end(file);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytesOut) child.kill('SIGKILL');
      else chunks.push(chunk);
    }
    const code = await ended;
    if (code === exitCodes.tooLarge) return 'too-many-pixels';
    return code === 0 && size > 0 ? Buffer.concat(chunks) : 'unreadable-image';
  } finally {
    clearTimeout(late);
    clearInterval(watch);
    child.kill('SIGKILL');
  }
}

/** Where the system tells (Linux); elsewhere the time limit has to do. */
async function endWhenTooLarge(child: { pid?: number | undefined; kill(signal: 'SIGKILL'): boolean }, most: number) {
  const memory = await readFile(`/proc/${child.pid}/statm`, 'utf8').catch(() => undefined);
  if (memory !== undefined && Number(memory.split(' ')[1]) * pageBytes > most) child.kill('SIGKILL');
}
