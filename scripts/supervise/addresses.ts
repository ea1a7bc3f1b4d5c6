/** Where the parts of a clinic listen, and the environment that tells its processes. */
import { join } from 'node:path';
import { clinicPorts } from '../../config/launch.ts';
import { inheritedEnvironment } from '../../config.ts';
import type { ClinicPort, LaunchConfig } from '../../config/launch.ts';
import type { Environment } from '../../config/environment.ts';
import { freePorts, portIsFree, PortTakenError } from './ports.ts';
import type { TakenPort } from './ports.ts';

export interface ClinicAddresses {
  web: string;
  /** Base of the API: `<web>/api/v1`. */
  api: string;
  /** host:port. */
  temporal: string;
  temporalWeb: string;
  /** Empty when mail goes to a server of the person's own. */
  mailInbox: string;
  smtp: string;
  /** Where payers are asked: the sandbox, or what the person named. */
  payer: string;
}

/**
 * The environment a clinic is launched with. A clinic on random ports stands apart: it must never reach the database,
 * engine or mail server that the variables of this process name.
 */
export async function chooseEnvironment(options: {
  home?: string | undefined;
  ports?: 'random' | Partial<Record<ClinicPort, number>> | undefined;
  env?: Environment | undefined;
}): Promise<Environment> {
  const inherited = { ...inheritedEnvironment() };
  for (const name of Object.keys(inherited)) {
    const leadsElsewhere =
      /^(?:DATABASE_URL|TEMPORAL_|SMTP_URL|MAIL_|PAYER_|CLAMAV_|PUBLIC_URL|PORT$|METRICS_|HEALTHSPHERE_(?:DB|KEY|HOME|PORT))/;
    if (options.ports === 'random' && leadsElsewhere.test(name)) delete inherited[name];
    if (name.startsWith('VITEST')) delete inherited[name];
  }
  if (inherited['NODE_ENV'] === 'test') inherited['NODE_ENV'] = 'development';
  const names = Object.keys(clinicPorts) as ClinicPort[];
  const chosen: Partial<Record<ClinicPort, number>> =
    options.ports === 'random' ? await freePorts(names) : (options.ports ?? {});
  for (const [name, port] of Object.entries(chosen)) inherited[clinicPorts[name as ClinicPort].variable] = String(port);
  if (options.home !== undefined) inherited['HEALTHSPHERE_HOME'] = options.home;
  return { ...inherited, ...options.env };
}

/** What the clinic's processes must be told; the person's own settings come first. */
export function environmentFor(launch: LaunchConfig, env: Environment): Record<string, string | undefined> {
  const { ports, home } = launch;
  const embeddedTemporal = {
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: env['TEMPORAL_NAMESPACE'] ?? 'default',
    TEMPORAL_WEB_URL: `http://127.0.0.1:${ports.temporalWeb}`,
  };
  const embeddedMail = {
    SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
    MAIL_INBOX_URL: `http://127.0.0.1:${ports.mailInbox}`,
  };
  return {
    ...env,
    ...(launch.temporal === undefined ? embeddedTemporal : {}),
    ...(launch.smtpUrl === undefined ? embeddedMail : {}),
    ...(launch.payerUrl === undefined ? { PAYER_URL: `http://127.0.0.1:${ports.payer}` } : {}),
    HEALTHSPHERE_HOME: home,
    HEALTHSPHERE_KEY_FILE: env['HEALTHSPHERE_KEY_FILE'] ?? join(home, 'keys.json'),
    HEALTHSPHERE_ANCHOR_DIRECTORY: env['HEALTHSPHERE_ANCHOR_DIRECTORY'] ?? join(home, 'anchors'),
    PUBLIC_URL: launch.publicUrl,
    PORT: String(ports.web),
  };
}

export function addressesOf(launch: LaunchConfig, environment: Environment): ClinicAddresses {
  return {
    web: launch.publicUrl,
    api: `${launch.publicUrl}/api/v1`,
    temporal: launch.temporal?.address ?? environment['TEMPORAL_ADDRESS'] ?? '',
    temporalWeb: `${launch.publicUrl}/temporal`,
    mailInbox: environment['MAIL_INBOX_URL'] ?? '',
    smtp: environment['SMTP_URL'] ?? '',
    payer: environment['PAYER_URL'] ?? '',
  };
}

/** @throws PortTakenError naming every taken port and the variable that moves it */
export async function checkPorts(launch: LaunchConfig, needed: readonly ClinicPort[]): Promise<void> {
  const taken: TakenPort[] = [];
  for (const name of needed) {
    const port = launch.ports[name];
    if (!(await portIsFree(port))) taken.push({ port, ...clinicPorts[name] });
  }
  if (taken.length > 0) throw new PortTakenError(taken);
}
