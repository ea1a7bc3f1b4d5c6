/** What a test left behind: connections to its database, timers and sockets of this process, child processes. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { TestDatabase } from './test-postgres.ts';

export interface LeakCheck {
  /** @throws naming what is there now and was not there before, after a moment of grace for what is just closing */
  assertNone(): Promise<void>;
}

/** Take it before the work begins, and assert after everything was closed, before the database is dropped. */
export function watchForLeaks(database?: TestDatabase): LeakCheck {
  const before = resources();
  const childrenBefore = new Set(children());
  return {
    async assertNone() {
      let leaks: string[] = [];
      for (let attempt = 0; attempt < 20; attempt += 1) {
        leaks = [
          ...moreThan(before, resources()),
          ...children()
            .filter((pid) => !childrenBefore.has(pid))
            .map((pid) => `child process ${pid} ${commandOf(pid)}`),
          ...(database ? await connections(database) : []),
        ];
        if (leaks.length === 0) return;
        await sleep(100);
      }
      throw new Error(`Left behind:\n${leaks.map((leak) => `  - ${leak}`).join('\n')}`);
    },
  };
}

/** Kinds that hold a process open and that a forgotten close() leaves. */
const watched = new Set(['Timeout', 'TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'FSEventWrap']);

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (watched.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function moreThan(before: Map<string, number>, after: Map<string, number>): string[] {
  return [...after]
    .map(([kind, count]) => ({ kind, extra: count - (before.get(kind) ?? 0) }))
    .filter(({ extra }) => extra > 0)
    .map(({ kind, extra }) => `${extra} more ${kind}`);
}

/** Linux only; elsewhere ProcessWrap above tells. */
function children(): number[] {
  if (process.platform !== 'linux') return [];
  try {
    return readdirSync(`/proc/${process.pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${process.pid}/task/${task}/children`, 'utf8').split(' '))
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 80);
  } catch {
    return '';
  }
}

async function connections(database: TestDatabase): Promise<string[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ usename: string; state: string; query: string }>(
      `SELECT usename, state, left(query, 60) AS query FROM pg_stat_activity
       WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      [database.name],
    );
    return rows.map(({ usename, state, query }) => `connection of ${usename} (${state}): ${query}`);
  } finally {
    await client.end();
  }
}
