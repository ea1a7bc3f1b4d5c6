/** A running Postgres' files, by its low-level backup interface (PostgreSQL manual, 25.3.4: base backup using the low level API). */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { copyOne, copyTree, type Copied } from './copy.ts';

/** Made anew by Postgres at every start, or not to be copied by the manual's word. Their directories must exist. */
const contentsLeftOut =
  /^(?:pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\//;
const filesLeftOut =
  /(?:^|\/)(?:pgsql_tmp[^/]*|pg_internal\.init[^/]*)$|^(?:postmaster\.(?:pid|opts)|backup_label(?:\.old)?|tablespace_map(?:\.old)?|current_logfiles)$/;

const keep = (path: string): boolean => !contentsLeftOut.test(path) && !filesLeftOut.test(path);

/**
 * @param url role backup
 * @param to an empty directory
 */
export async function copyRunningPostgres(url: string, dataDirectory: string, to: string): Promise<Copied> {
  const client = new Client({ connectionString: url, application_name: 'healthsphere-backup' });
  await client.connect();
  try {
    // Fast: a checkpoint now, not one spread over minutes. The connection must live until the backup is stopped.
    await client.query(`SELECT pg_backup_start('healthsphere', true)`);
    const control = 'global/pg_control';
    const copied = copyTree(dataDirectory, to, (path) => keep(path) && path !== control);
    // Last, so that it is not older than what it describes.
    copyOne(join(dataDirectory, control), join(to, control));
    const { rows } = await client.query<{ lsn: string; labelfile: string; spcmapfile: string }>(
      'SELECT lsn::text, labelfile, spcmapfile FROM pg_backup_stop(false)',
    );
    const { labelfile, spcmapfile } = rows[0]!;
    if (spcmapfile.trim() !== '') throw new Error('This Postgres has tablespaces, which a backup cannot take along.');
    writeFileSync(join(to, 'backup_label'), labelfile, { mode: 0o600 });
    const segments = copyLog(dataDirectory, to, labelfile, await lastSegment(client, rows[0]!.lsn));
    copied.files.push(control, 'backup_label', ...segments);
    return copied;
  } finally {
    await client.end();
  }
}

/** A stopped one is copied whole, its log included: it may have been killed and need it. */
export function copyStoppedPostgres(dataDirectory: string, to: string): Copied {
  return copyTree(dataDirectory, to, (path) => !/^postmaster\.(?:pid|opts)$/.test(path));
}

/** The segment that holds the last byte of the backup's log. */
async function lastSegment(client: Client, lsn: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(`SELECT pg_walfile_name($1::pg_lsn - 1) AS name`, [lsn]);
  return rows[0]!.name;
}

/** Every segment from the start of the backup to its end; without one of them it cannot be recovered. */
function copyLog(dataDirectory: string, to: string, label: string, last: string): string[] {
  const first = /^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)/m.exec(label)?.[1];
  if (first === undefined) throw new Error('Postgres did not say where the log of the backup begins.');
  const present = readdirSync(join(dataDirectory, 'pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name));
  const needed = present.filter((name) => name >= first && name <= last).toSorted();
  const copied = needed.filter((name) => copyOne(join(dataDirectory, 'pg_wal', name), join(to, 'pg_wal', name)));
  if (copied[0] !== first || copied.at(-1) !== last || copied.length !== segmentsBetween(first, last)) {
    throw new Error('Postgres wrote so much meanwhile that its log was overwritten. Run npm run backup once more.');
  }
  return copied.map((name) => `pg_wal/${name}`);
}

/** Names are timeline, high and low part, eight hexadecimal digits each; with segments of 16 MB 256 lows make a high. */
function segmentsBetween(first: string, last: string): number {
  const position = (name: string) => Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16), 16);
  return position(last) - position(first) + 1;
}
