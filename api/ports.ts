/** What the API process is made of, put together once. */
import type { Logger } from 'pino';
import { videoSandbox } from '../activities/adapters/video-sandbox.ts';
import { connect } from '../db/connection.ts';
import { fieldSecrets } from '../db/field-secrets.ts';
import { createDocumentStore } from '../documents/store.ts';
import type { Config } from '../config.ts';
import type { KeyRing } from '../keys.ts';
import type { ApiPorts } from './context.ts';
import { listenForChanges } from './events.ts';
import { createPasswords } from './sign-in/passwords.ts';
import { createRateLimits } from './rate-limits.ts';
import { createSlotGate } from './appointments/slot-gate.ts';
import type { TemporalGateway } from './temporal/temporal.ts';

export type ApiConfig = Config<'api' | 'auditor'>;

export interface PortsOptions {
  readonly config: ApiConfig;
  readonly keys: KeyRing;
  readonly temporal: TemporalGateway;
  readonly log: Logger;
}

export function createPorts(options: PortsOptions): { ports: ApiPorts; close(): Promise<void> } {
  const { config, keys, temporal, log } = options;
  const db = connect({ url: config.database.api, applicationName: 'healthsphere-api', poolMax: 20 });
  const auditDb = connect({ url: config.database.auditor, applicationName: 'healthsphere-api-audit', poolMax: 2 });
  const events = listenForChanges({ url: config.database.api, log });
  const ports: ApiPorts = {
    config,
    keys,
    db,
    auditDb,
    temporal,
    log,
    passwords: createPasswords(),
    limits: createRateLimits(db),
    events,
    slots: createSlotGate(),
    // A sandbox is no provider: in production there is none until one is connected.
    secrets: fieldSecrets(keys),
    documents: createDocumentStore({ directory: config.documentDirectory, keys }),
    video: config.environment === 'production' ? null : videoSandbox(keys.tokenSecret),
  };
  return {
    ports,
    close: async () => {
      await Promise.allSettled([events.close(), db.destroy(), auditDb.destroy()]);
    },
  };
}
