/**
 * Who a process is: its pid alone is not enough, because pids are reused. A signal may only be sent to a recorded
 * process when the pid still belongs to the one that was started, that is, when the start time is the same.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  pid: number;
  /** Opaque; equal only for the same process on the same boot. */
  startedAt: string;
}

/** @throws when the process does not exist */
export function describeProcess(pid: number): ProcessIdentity {
  const startedAt = startTime(pid);
  if (startedAt === undefined) throw new Error(`Process ${pid} does not exist.`);
  return { pid, startedAt };
}

/** Whether the recorded process is alive and still the one that was recorded. */
export function isSameProcess(recorded: ProcessIdentity): boolean {
  return startTime(recorded.pid) === recorded.startedAt;
}

function startTime(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxStartTime(pid) : portableStartTime(pid);
}

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    if (state === 'Z' || state === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function portableStartTime(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}
