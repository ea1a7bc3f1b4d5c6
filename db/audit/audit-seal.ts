import { createHmac } from 'node:crypto';
import type { Db, Trx } from '../connection.ts';
import { withOrganization } from '../transaction.ts';

/**
 * The chain over state_change and audit_event (architecture.md section 5). Writers never wait for it: one sealer chains
 * committed rows afterwards, in transaction order and only below the oldest running transaction, so that nothing can
 * still appear among rows that are sealed already.
 */
export const genesis = Buffer.alloc(32);

const batchSize = 2_000;

interface RowToSeal {
  source: 'state_change' | 'audit_event';
  row_id: number;
  txid: string;
  content: Record<string, unknown>;
}

interface Seal {
  n: number;
  source: string;
  row_id: number;
  txid: string;
  hash: Buffer;
  prev_hash: Buffer;
}

/** HMAC-SHA-256 over the previous hash, the source and the row's canonical JSON (keys sorted, UTC). */
export function linkHash(
  secret: Uint8Array,
  previous: Uint8Array,
  source: string,
  content: Record<string, unknown>,
): Buffer {
  return createHmac('sha256', secret).update(previous).update(source).update(canonicalJson(content)).digest();
}

/** JSON with sorted keys at every depth: the same row gives the same text whatever wrote it. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * Seals what is committed and not yet sealed in one organization, at most one batch.
 * @returns how many rows were sealed; repeat while it equals the batch size.
 */
export async function sealBatch(
  db: Db,
  organizationId: string,
  secret: Uint8Array,
): Promise<{ sealed: number; more: boolean }> {
  return withOrganization(db, organizationId, async (trx) => {
    await trx.raw(`SET LOCAL timezone = 'UTC'`);
    // One sealer at a time; another process finds the lock taken and comes back later.
    const lock = await trx.raw<{ rows: { free: boolean }[] }>(
      `SELECT pg_try_advisory_xact_lock(hashtextextended('audit-seal:' || ?, 0)) AS free`,
      [organizationId],
    );
    if (lock.rows[0]?.free !== true) return { sealed: 0, more: false };
    const last = await lastSeal(trx, organizationId);
    const rows = await unsealedRows(trx, organizationId, last);
    if (rows.length === 0) return { sealed: 0, more: false };
    let previous = last?.hash ?? genesis;
    let n = last?.n ?? 0;
    const seals = rows.map((row) => {
      const prev = previous;
      previous = linkHash(secret, prev, row.source, row.content);
      n += 1;
      return {
        organization_id: organizationId,
        n,
        source: row.source,
        row_id: row.row_id,
        txid: row.txid,
        hash: previous,
        prev_hash: prev,
      };
    });
    for (let from = 0; from < seals.length; from += 500) await trx('audit_seal').insert(seals.slice(from, from + 500));
    return { sealed: seals.length, more: rows.length >= batchSize };
  });
}

async function lastSeal(trx: Trx, organizationId: string): Promise<Seal | undefined> {
  return trx('audit_seal').where({ organization_id: organizationId }).orderBy('n', 'desc').first<Seal | undefined>();
}

async function unsealedRows(trx: Trx, organizationId: string, last: Seal | undefined): Promise<RowToSeal[]> {
  // Rows of the last sealed transaction that did not fit into its batch are still to come: hence >= and NOT EXISTS.
  const answer = await trx.raw<{ rows: RowToSeal[] }>(
    `SELECT * FROM (
       (SELECT 'state_change' AS source, r.id AS row_id, r.txid, to_jsonb(r) AS content FROM state_change r
        WHERE r.organization_id = :organizationId AND r.txid >= (:from)::xid8 AND r.txid < pg_snapshot_xmin(pg_current_snapshot())
          AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = 'state_change' AND s.row_id = r.id)
        ORDER BY r.txid, r.id LIMIT :batchSize)
       UNION ALL
       (SELECT 'audit_event', r.id, r.txid, to_jsonb(r) FROM audit_event r
        WHERE r.organization_id = :organizationId AND r.txid >= (:from)::xid8 AND r.txid < pg_snapshot_xmin(pg_current_snapshot())
          AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = 'audit_event' AND s.row_id = r.id)
        ORDER BY r.txid, r.id LIMIT :batchSize)
     ) x ORDER BY txid, source DESC, row_id LIMIT :batchSize`,
    { organizationId, from: last?.txid ?? '0', batchSize },
  );
  return answer.rows;
}

export type AuditFault =
  | { readonly kind: 'row-changed'; readonly n: number; readonly source: string; readonly rowId: number }
  | { readonly kind: 'row-missing'; readonly n: number; readonly source: string; readonly rowId: number }
  | { readonly kind: 'seal-missing'; readonly n: number }
  | { readonly kind: 'chain-broken'; readonly n: number; readonly source: string; readonly rowId: number }
  | { readonly kind: 'row-slipped-in'; readonly source: string; readonly rowId: number }
  | { readonly kind: 'tail-cut'; readonly n: number; readonly anchoredAt: string }
  | { readonly kind: 'anchor-mismatch'; readonly n: number; readonly anchoredAt: string };

export interface AnchorClaim {
  readonly n: number;
  readonly hash: string;
  readonly at: string;
}

/**
 * Walks an organization's chain from its first link and stops at the first bad row.
 * @param anchors signed claims from outside the database, signature already checked.
 */
export async function verifyChain(
  db: Db,
  organizationId: string,
  secret: Uint8Array,
  anchors: readonly AnchorClaim[] = [],
): Promise<{ links: number; unsealed: number; fault: AuditFault | null }> {
  return withOrganization(db, organizationId, async (trx) => {
    await trx.raw(`SET LOCAL timezone = 'UTC'`);
    const claims = new Map(anchors.map((anchor) => [anchor.n, anchor]));
    let previous: Buffer = genesis;
    let n = 0;
    for (;;) {
      const page = await readPage(trx, organizationId, n);
      for (const link of page) {
        if (link.n !== n + 1) return { links: n, unsealed: 0, fault: { kind: 'seal-missing', n: n + 1 } };
        const fault = checkLink(link, previous, secret) ?? checkClaim(claims.get(link.n), link);
        if (fault !== null) return { links: n, unsealed: 0, fault };
        previous = link.hash;
        n = link.n;
      }
      if (page.length < batchSize) break;
    }
    const beyond = anchors.find((anchor) => anchor.n > n);
    if (beyond !== undefined)
      return { links: n, unsealed: 0, fault: { kind: 'tail-cut', n: n + 1, anchoredAt: beyond.at } };
    return { links: n, ...(await checkRowsOutsideChain(trx, organizationId)) };
  });
}

type SealedRow = Seal & { content: Record<string, unknown> | null };

async function readPage(trx: Trx, organizationId: string, after: number): Promise<SealedRow[]> {
  const answer = await trx.raw<{ rows: SealedRow[] }>(
    `SELECT s.n, s.source, s.row_id, s.txid, s.hash, s.prev_hash, coalesce(to_jsonb(c), to_jsonb(a)) AS content
     FROM audit_seal s
     LEFT JOIN state_change c ON s.source = 'state_change' AND c.id = s.row_id
     LEFT JOIN audit_event a ON s.source = 'audit_event' AND a.id = s.row_id
     WHERE s.organization_id = ? AND s.n > ? ORDER BY s.n LIMIT ?`,
    [organizationId, after, batchSize],
  );
  return answer.rows;
}

function checkLink(link: SealedRow, previous: Buffer, secret: Uint8Array): AuditFault | null {
  const place = { n: link.n, source: link.source, rowId: link.row_id };
  if (link.content === null) return { kind: 'row-missing', ...place };
  if (!link.prev_hash.equals(previous)) return { kind: 'chain-broken', ...place };
  if (!link.hash.equals(linkHash(secret, previous, link.source, link.content)))
    return { kind: 'row-changed', ...place };
  return null;
}

function checkClaim(claim: AnchorClaim | undefined, link: SealedRow): AuditFault | null {
  if (claim === undefined || claim.hash === link.hash.toString('hex')) return null;
  return { kind: 'anchor-mismatch', n: link.n, anchoredAt: claim.at };
}

/** Rows without a seal are new, or were slipped in behind the chain's end with an old transaction id. */
async function checkRowsOutsideChain(
  trx: Trx,
  organizationId: string,
): Promise<{ unsealed: number; fault: AuditFault | null }> {
  const answer = await trx.raw<{ rows: { source: string; row_id: number; slipped: boolean }[] }>(
    `WITH last AS (SELECT txid FROM audit_seal WHERE organization_id = :organizationId ORDER BY n DESC LIMIT 1),
     outside AS (
       SELECT 'state_change' AS source, r.id AS row_id, r.txid FROM state_change r WHERE r.organization_id = :organizationId
         AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = 'state_change' AND s.row_id = r.id)
       UNION ALL
       SELECT 'audit_event', r.id, r.txid FROM audit_event r WHERE r.organization_id = :organizationId
         AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = 'audit_event' AND s.row_id = r.id))
     SELECT source, row_id, coalesce(outside.txid < (SELECT txid FROM last), false) AS slipped FROM outside ORDER BY slipped DESC, outside.txid, row_id`,
    { organizationId },
  );
  const slipped = answer.rows.find((row) => row.slipped);
  return {
    unsealed: answer.rows.length,
    fault: slipped === undefined ? null : { kind: 'row-slipped-in', source: slipped.source, rowId: slipped.row_id },
  };
}

/** The chain's present end, for an anchor; null when nothing is sealed yet. */
export async function chainHead(db: Db, organizationId: string): Promise<{ n: number; hash: string } | null> {
  const last = await withOrganization(db, organizationId, (trx) => lastSeal(trx, organizationId));
  return last === undefined ? null : { n: last.n, hash: last.hash.toString('hex') };
}
