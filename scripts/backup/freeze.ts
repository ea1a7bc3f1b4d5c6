/** Holds a process still while its files are copied: what is on disk then is what a power cut would leave, no worse. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, type ProcessIdentity } from '../supervise/process-identity.ts';

/** Runs `work` while the process stands still. It goes on afterwards, also when this process is killed in the middle. */
export async function whileFrozen<T>(frozen: ProcessIdentity, work: () => Promise<T>): Promise<T> {
  if (process.platform === 'win32') throw new Error('On Windows a clinic is backed up while it is stopped.');
  if (!isSameProcess(frozen)) throw new Error('The engine was just started again. Run npm run backup once more.');
  // Its input ends when we do, however we end.
  const guard = spawn('sh', ['-c', `cat >/dev/null; kill -CONT ${frozen.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  try {
    process.kill(frozen.pid, 'SIGSTOP');
    await untilStopped(frozen.pid);
    return await work();
  } finally {
    if (isSameProcess(frozen)) process.kill(frozen.pid, 'SIGCONT');
    guard.stdin.end();
  }
}

/** A signal is delivered a moment after it is sent. */
async function untilStopped(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (stateOf(pid).toUpperCase().startsWith('T')) return;
    await sleep(10);
  }
  throw new Error(`The engine (process ${pid}) could not be held still.`);
}

function stateOf(pid: number): string {
  if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}
