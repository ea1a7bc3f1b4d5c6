/**
 * `npm run doctor [-- --all] [--json] [--repair]`: compares the database with the workflows, organization by organization.
 * Exit 0: drift none; 1: drift, each item with its cause and what to do; 2: could not be checked.
 */
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { connect } from '../db/connection.ts';
import { loadKeys } from '../keys.ts';
import { diagnose, type Diagnosis } from './doctor/diagnose.ts';
import { connectEngine } from './doctor/engine.ts';
import type { Finding } from './doctor/findings.ts';

const usage = `npm run doctor [-- OPTIONS]
  --all              ask every workflow for its state, not a sample of 50
  --repair           start missing workflows again and let differing ones read the database
  --json             the whole answer as JSON`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'all': { type: 'boolean' },
      'repair': { type: 'boolean' },
      'json': { type: 'boolean' },
      'help': { type: 'boolean', short: 'h' },
    },
  }); // prettier-ignore
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const config = loadConfig(undefined, { roles: ['worker', 'auditor'] });
  const open = (url: string) =>
    connect({ url, applicationName: 'healthsphere-doctor', poolMax: 4, statementTimeoutMs: 600_000 });
  const db = open(config.database.worker);
  const auditDb = open(config.database.auditor);
  const engine = await connectEngine(config, loadKeys(config.keyFile)).catch((error: unknown) => {
    throw new Error(`Temporal at ${config.temporal.address} does not answer. ${(error as Error).message}`, {
      cause: error,
    });
  });
  try {
    const diagnosis = await diagnose({ db, auditDb, engine }, { all: values.all, repair: values.repair });
    console.log(values.json ? JSON.stringify(diagnosis, null, 2) : inWords(diagnosis));
    return diagnosis.drift === 0 ? 0 : 1;
  } finally {
    await Promise.all([engine.close(), db.destroy(), auditDb.destroy()]);
  }
}

function inWords({ at, workflows, organizations, findings, drift }: Diagnosis): string {
  const lines = [`${at}: ${workflows} running workflow(s)`];
  for (const { organizationId, visits, compared, findings: found } of organizations) {
    lines.push(`organization ${organizationId}: ${visits} visit(s) to watch over, ${compared} compared in detail`);
    lines.push(...found.flatMap(describe));
  }
  if (findings.length > 0) lines.push('of no organization:', ...findings.flatMap(describe));
  lines.push(drift === 0 ? 'drift: none' : `drift: ${drift} finding(s)`);
  return lines.join('\n');
}

const describe = ({ kind, subject, detail, cause, remedy, repaired }: Finding): string[] => [
  `  ${repaired ? 'repaired ' : ''}${kind}  ${subject}  (${detail})`,
  `      why: ${cause}`,
  ...(repaired ? [] : [`      do:  ${remedy}`]),
];

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`It could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  },
);
