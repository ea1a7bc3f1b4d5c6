import type { Logger } from 'pino';
import { writeAnchor } from '../db/audit/audit-anchor.ts';
import { chainHead, sealBatch } from '../db/audit/audit-seal.ts';
import type { Db } from '../db/connection.ts';
import { organizationIds } from '../db/organizations.ts';
import { startRounds } from './rounds.ts';

export interface SealerOptions {
  /** Role sealer. */
  readonly db: Db;
  readonly auditSecret: Uint8Array;
  readonly anchorDirectory: string;
  readonly anchorPrivateKeyPem: string;
  readonly log: Logger;
  /** Pause between rounds, ms. Default 1 s. */
  readonly intervalMs?: number | undefined;
}

/** Seals every organization's new audit rows each second and anchors each chain once a UTC day. Any number may run. */
export function startSealer(options: SealerOptions): { stop(): Promise<void> } {
  const anchored = new Map<string, string>();
  return startRounds(async (signal) => {
    try {
      await sealEverything(options, signal, anchored);
    } catch (error) {
      // The database is away: what is unsealed now is sealed in a later round.
      tellOf(options.log, error);
    }
    return options.intervalMs ?? 1_000;
  });
}

async function sealEverything(
  options: SealerOptions,
  signal: AbortSignal,
  anchored: Map<string, string>,
): Promise<void> {
  for (const organizationId of await organizationIds(options.db)) {
    if (signal.aborted) return;
    try {
      await sealOrganization(options, organizationId, signal, anchored);
    } catch (error) {
      // An anchor that cannot be written, or a chain that cannot be read, holds up nobody else's.
      tellOf(options.log, error, organizationId);
    }
  }
}

async function sealOrganization(
  options: SealerOptions,
  organizationId: string,
  signal: AbortSignal,
  anchored: Map<string, string>,
): Promise<void> {
  let more = true;
  while (more && !signal.aborted) ({ more } = await sealBatch(options.db, organizationId, options.auditSecret));
  const today = new Date().toISOString().slice(0, 10);
  if (anchored.get(organizationId) === today) return;
  const head = await chainHead(options.db, organizationId);
  if (head === null) return;
  await writeAnchor(options.anchorDirectory, options.anchorPrivateKeyPem, {
    organizationId,
    ...head,
    at: new Date().toISOString(),
  });
  anchored.set(organizationId, today);
}

function tellOf(log: Logger, error: unknown, organizationId?: string): void {
  const code = (error as { code?: string }).code ?? 'unknown';
  log.warn({ code, organizationId }, 'sealing did not succeed and is tried again');
}
