/** What all seasons of one run share: a throw-away Postgres, the time-skipping server's program, today's workflows. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowBundle } from '@temporalio/worker';
import { buildWorkflowBundle } from '../../workers/bundle.ts';
import { removePostgres, startPostgres, throwAwaySettings } from '../provision/postgres.ts';
import type { Progress } from '../provision/progress.ts';
import { provisionTimeSkippingServer } from '../provision/time-skipping-server.ts';
import { freePort } from '../supervise/ports.ts';
import { makeDatabase, quietRuntime, type SimulationDatabase } from './clinic.ts';

export interface Stage {
  readonly database: SimulationDatabase;
  readonly program: string;
  readonly workflowBundle: WorkflowBundle;
  close(): Promise<void>;
}

/** `close` ends the server and removes its files. */
export async function setStage(progress: Progress): Promise<Stage> {
  const { path: program } = await provisionTimeSkippingServer(progress);
  quietRuntime();
  const scratch = mkdtempSync(join(tmpdir(), 'healthsphere-simulate-'));
  // As root, Postgres runs as another user, which has to reach its data in here.
  chmodSync(scratch, 0o755);
  const dataDir = join(scratch, 'postgres');
  const postgres = await startPostgres({
    dataDir,
    port: await freePort(),
    settings: throwAwaySettings,
    throwAway: true,
  });
  const close = async (): Promise<void> => {
    await postgres.stop();
    removePostgres(dataDir);
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const [database, workflowBundle] = await Promise.all([makeDatabase(postgres.adminUrl), buildWorkflowBundle()]);
    return { database, program, workflowBundle, close };
  } catch (error) {
    await close();
    throw error;
  }
}
