/**
 * Documents in quarantine are scanned, one after the other, for as long as it takes: what is owed is in their rows, so that
 * a killed worker loses none. Beside that, what killed uploads left in the store is swept.
 */
import type { Logger } from 'pino';
import type { Clock } from '../activities/ports.ts';
import type { Scanner } from '../activities/scanner.ts';
import type { Db } from '../db/connection.ts';
import { claimScan, decideScan, namedInStore, putOffScan, type DocumentRow } from '../db/patients/documents.ts';
import { organizationIds } from '../db/organizations.ts';
import { withOrganization, withTransaction } from '../db/transaction.ts';
import type { DocumentStore } from '../documents/store.ts';
import { startRounds } from './rounds.ts';

export interface DocumentWatchOptions {
  /** Role worker. */
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: DocumentStore;
  /** null: nobody is connected who could tell, and everything stays in quarantine. */
  readonly scanner: Scanner | null;
  /** Between two looks, ms. Default a second. */
  readonly intervalMs?: number | undefined;
}

const sweepEveryMs = 60 * 60_000;
/** Longer than any upload takes. */
const leftOverAfterMs = 60 * 60_000;

/** Any number may run. */
export function startDocumentWatch(options: DocumentWatchOptions): { stop(): Promise<void> } {
  const { db, log, intervalMs = 1_000 } = options;
  let sweptAt = 0;
  return startRounds(async (signal) => {
    try {
      const organizations = await organizationIds(db);
      for (const organizationId of organizations) {
        while (!signal.aborted && (await scanNext(options, organizationId)));
      }
      if (Date.now() - sweptAt > sweepEveryMs) {
        sweptAt = Date.now();
        await sweepStore(options, organizations);
      }
      return intervalMs;
    } catch (error) {
      log.warn({ error }, 'documents could not be looked after; trying again');
      return 10 * intervalMs;
    }
  });
}

/** @returns whether there was one, so that the next is looked for at once */
export async function scanNext(options: DocumentWatchOptions, organizationId: string): Promise<boolean> {
  const { db, clock, log, store, scanner } = options;
  if (scanner === null) return false;
  const at = await clock.now();
  const document = await withTransaction(db, { organizationId }, (trx) => claimScan(trx, organizationId, at));
  if (document === undefined) return false;
  try {
    const verdict = await scanner.scan(await store.read(storedAs(document)));
    const decided = { scanner: scanner.name, finding: verdict.clean ? null : verdict.finding, at: await clock.now() };
    await withTransaction(db, { organizationId }, (trx) => decideScan(trx, document, decided));
  } catch (error) {
    log.warn({ error, tries: document.scan_tries }, 'a document could not be scanned and stays in quarantine');
    const now = await clock.now();
    await withTransaction(db, { organizationId }, (trx) => putOffScan(trx, document, now));
  }
  return true;
}

const storedAs = (row: DocumentRow) => ({
  organizationId: row.organization_id,
  documentId: row.id,
  storageName: row.storage_name,
  wrappedKey: row.wrapped_key,
});

/** A name of the store belongs to a row of some organization, or to nobody. */
export async function sweepStore(
  { db, log, store }: DocumentWatchOptions,
  organizations: readonly string[],
): Promise<void> {
  const removed = await store.sweep(leftOverAfterMs, async (names) => {
    const known = new Set<string>();
    for (const organizationId of organizations)
      for (const name of await withOrganization(db, organizationId, (trx) => namedInStore(trx, names))) known.add(name);
    return known;
  });
  if (removed > 0) log.info({ count: removed }, 'leftovers of uploads were removed');
}
