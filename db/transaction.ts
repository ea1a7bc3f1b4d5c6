import { DomainError } from '../domain/errors.ts';
import { organizationPattern, setOrganizationSql } from './begin-in-context.ts';
import type { Db, Trx } from './connection.ts';

export interface OperationKey {
  /** `workflowId/updateId` or `workflowId/step/version` for activities; organization, principal, route and key for requests. */
  readonly key: string;
  /** SHA-256 of the canonical input: the same key with another input is refused. */
  readonly inputHash: string;
}

export interface TransactionContext {
  readonly organizationId: string;
  readonly operation?: OperationKey | undefined;
}

const retryable = new Set(['40001', '40P01']);
const attempts = 5;

/**
 * One transaction in an organization's context: retried on 40001 and 40P01 (up to 5 times, 20 ms x 2^n plus jitter), and
 * when an operation key is given, run at most once for that key: its first statement claims the key, and a repeat gets
 * the stored result without running anything.
 * @throws DomainError `idempotency-key-reused` when the key was used with another input.
 */
export async function withTransaction<T>(
  db: Db,
  context: TransactionContext,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(async (trx) => {
        await setOrganization(trx, context.organizationId);
        const { operation } = context;
        if (operation === undefined) return work(trx);
        const known = await claimOperation<T>(trx, context.organizationId, operation);
        if (known !== undefined) return known.result;
        const result = await work(trx);
        await trx('operation')
          .where({ organization_id: context.organizationId, op_key: operation.key })
          .update({ result: JSON.stringify(result ?? null) });
        return result;
      });
    } catch (error) {
      if (attempt >= attempts || !retryable.has(sqlState(error) ?? '')) throw error;
      const wait = 20 * 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
  }
}

/** A read in an organization's context. Outside of it every table is empty. */
export async function withOrganization<T>(db: Db, organizationId: string, read: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction(async (trx) => {
    await setOrganization(trx, organizationId);
    return read(trx);
  });
}

/** What an earlier request with this key answered; undefined when the key is new. Does not claim it. */
export async function findOperation<T>(
  trx: Trx,
  organizationId: string,
  operation: OperationKey,
): Promise<{ result: T } | undefined> {
  const row = await trx('operation')
    .where({ organization_id: organizationId, op_key: operation.key })
    .first<{ input_hash: string; result: T } | undefined>('input_hash', 'result');
  if (row === undefined) return undefined;
  if (row.input_hash !== operation.inputHash) throw new DomainError('idempotency-key-reused');
  return { result: row.result };
}

async function claimOperation<T>(
  trx: Trx,
  organizationId: string,
  operation: OperationKey,
): Promise<{ result: T } | undefined> {
  // A concurrent holder of the same key makes this wait for its commit, then see its row.
  const inserted = await trx.raw<{ rowCount: number }>(
    `INSERT INTO operation (organization_id, op_key, input_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
    [organizationId, operation.key, operation.inputHash],
  );
  if (inserted.rowCount === 1) return undefined;
  return findOperation<T>(trx, organizationId, operation);
}

async function setOrganization(trx: Trx, organizationId: string): Promise<void> {
  if (!organizationPattern.test(organizationId)) throw new Error('organization context must be a UUID');
  await trx.raw(setOrganizationSql, [organizationId]);
}

/** The SQLSTATE of a Postgres error, or undefined for any other. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The violated constraint's name, or undefined. */
export function violatedConstraint(error: unknown): string | undefined {
  const name = (error as { constraint?: unknown } | null)?.constraint;
  return typeof name === 'string' ? name : undefined;
}
