/**
 * `npm run verify-audit`: walks every organization's audit chain, compares it with the signed anchors outside the
 * database, and names the first bad row. Exit 0: unaltered; 1: altered; 2: could not be checked.
 */
import { loadConfig } from '../config.ts';
import { readAnchors } from '../db/audit/audit-anchor.ts';
import { verifyChain, type AuditFault } from '../db/audit/audit-seal.ts';
import { connect } from '../db/connection.ts';
import { organizationIds } from '../db/organizations.ts';
import { loadKeys } from '../keys.ts';

const words: Record<AuditFault['kind'], string> = {
  'row-changed': 'a row was altered after it was sealed',
  'row-missing': 'a sealed row was deleted',
  'seal-missing': 'a link of the chain was deleted',
  'chain-broken': 'a link does not follow from the one before it',
  'row-slipped-in': 'a row was slipped in behind the end of the chain',
  'tail-cut': 'the end of the chain was cut off: an anchor outside the database reaches further',
  'anchor-mismatch': 'the chain differs from an anchor outside the database',
};

async function main(): Promise<number> {
  const config = loadConfig(process.env, { roles: ['auditor'] });
  const keys = loadKeys(config.keyFile);
  const db = connect({
    url: config.database.auditor,
    applicationName: 'healthsphere-verify-audit',
    statementTimeoutMs: 600_000,
  });
  let altered = false;
  try {
    for (const organizationId of await organizationIds(db)) {
      const anchors = await readAnchors(config.anchorDirectory, keys.anchorPublicKeyPem, organizationId);
      const { links, unsealed, fault } = await verifyChain(db, organizationId, keys.auditSecret, anchors);
      if (fault === null) {
        console.log(
          `organization ${organizationId}: unaltered, ${links} rows sealed, ${unsealed} waiting for their seal, ${anchors.length} anchors agree`,
        );
      } else {
        altered = true;
        console.error(
          `organization ${organizationId}: ALTERED: ${words[fault.kind]}\n  first bad row: ${JSON.stringify(fault)}`,
        );
      }
    }
  } finally {
    await db.destroy();
  }
  return altered ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`The audit chain could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  },
);
