/** The Temporal server: ours on this machine, or one that the person names as @temporalio/envconfig documents. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Environment } from './environment.ts';
import type { Reading } from './reading.ts';

/** `serverRootCACertificate` and the client pair are PEM bytes; the shape is the one the Temporal SDK takes. */
export interface TemporalTls {
  serverNameOverride?: string;
  serverRootCACertificate?: Buffer;
  clientCertPair?: { crt: Buffer; key: Buffer };
}

export interface TemporalConfig {
  address: string;
  namespace: string;
  apiKey?: string;
  tls?: TemporalTls | true;
  /** The profile of @temporalio/envconfig that the values came from, when one was asked for. */
  profile?: string;
}

/** Whether the person names a Temporal server of their own; `npm start` then starts none. */
export function namesOwnTemporal(env: Environment): boolean {
  return ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some((name) => Boolean(env[name]));
}

export function readTemporal({ values, report }: Reading): TemporalConfig {
  const fallback = { address: '127.0.0.1:7233', namespace: 'default' };
  const profile = values['TEMPORAL_PROFILE'];
  const asksForFile = profile !== undefined || values['TEMPORAL_CONFIG_FILE'] !== undefined;
  try {
    const overrideEnvVars = Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const { connectionOptions, namespace } = loadClientConnectConfig({
      overrideEnvVars,
      configFileStrict: true,
      // Without a profile a stray ~/.config/temporalio file must not redirect the clinic to somebody's cluster.
      disableFile: !asksForFile,
      ...(profile === undefined ? {} : { profile }),
    });
    const { address, apiKey, tls } = connectionOptions;
    const config: TemporalConfig = {
      address: address ?? fallback.address,
      namespace: namespace ?? fallback.namespace,
    };
    if (profile !== undefined) config.profile = profile;
    if (typeof apiKey === 'string') config.apiKey = apiKey;
    if (tls === true) config.tls = true;
    else if (tls) config.tls = tls as TemporalTls;
    return config;
  } catch (error) {
    const variable = asksForFile ? 'TEMPORAL_PROFILE / TEMPORAL_CONFIG_FILE' : 'TEMPORAL_*';
    report(variable, (error as Error).message.replace(/\.$/, ''), 'them as @temporalio/envconfig documents');
    return fallback;
  }
}
