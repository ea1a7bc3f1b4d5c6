/**
 * The configuration of a process of the clinic, and the only file that reads the process environment: everything else
 * receives what it needs from here. Its parts, and what scripts read besides, are in `config/`.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { databaseRoles, readDatabaseUrls, type DatabaseRole } from './config/database.ts';
import { homeDirectory, runningClinic, withoutBlanks, type Environment } from './config/environment.ts';
import { demoPassword, refuseInProduction } from './config/production.ts';
import { readingOf } from './config/reading.ts';
import { readTemporal, type TemporalConfig } from './config/temporal.ts';

/** `Roles` names the database roles this process was given; each process should ask only for its own. */
export interface Config<Roles extends DatabaseRole = DatabaseRole> {
  environment: 'development' | 'test' | 'production';
  /** Absolute path of the directory that holds an embedded clinic's data. */
  home: string;
  publicUrl: string;
  host: string;
  port: number;
  database: Readonly<Record<Roles, string>>;
  temporal: TemporalConfig;
  temporalWebUrl: string;
  smtp: { url: string; from: string };
  mailInboxUrl?: string;
  keyFile: string;
  anchorDirectory: string;
  /** The document store: ciphertexts only, in the home, which is what a backup takes. */
  documentDirectory: string;
  /** Who answers X12 270 with 271 over HTTP; absent: nobody is asked whether a patient is insured. */
  payerUrl?: string;
  /** `host:port` of a clamd; absent: the stand-in that knows the EICAR test file alone, and in production no scanner at all. */
  clamavAddress?: string;
  /** Port, on `host`, on which this process (API or worker) serves Prometheus metrics and nothing else; absent: none. */
  metricsPort?: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  demo: { enabled: boolean; password: string; mfa: boolean };
  /** Only for the test that shows what the codec protects; refused in production. */
  codecOff: boolean;
  deploymentBuildId: string;
  /** A workflow bundle built beforehand; absent means the worker bundles when it starts. */
  workflowBundle?: string;
  /** `HEALTHSPHERE_FAULT`: where a worker ends itself on purpose (workers/fault-points.ts). Refused in production. */
  fault?: string;
}

/** The environment of this process, for handing on to a child or a tool. */
export function inheritedEnvironment(): Environment {
  return process.env;
}

/** The release: `version` of package.json. */
function packageVersion(): string {
  const file: unknown = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
  return z.object({ version: z.string().min(1) }).parse(file).version;
}

const aUrl = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)));

/**
 * Reads and checks the configuration.
 * @param options.roles the database roles this process connects as; the URL of each must be known
 * @throws ConfigError naming every problem
 */
export function loadConfig<Roles extends DatabaseRole = DatabaseRole>(
  env: Environment = process.env,
  options: { roles?: readonly Roles[] } = {},
): Config<Roles> {
  const values: Environment = { ...runningClinic(env), ...withoutBlanks(env) };
  const reading = readingOf(values);
  const { read, text, port, finish } = reading;

  const environment = read(
    'NODE_ENV',
    z.enum(['development', 'test', 'production']),
    'development',
    'development, test or production',
  );
  const home = homeDirectory(values);
  const portNumber = port('PORT', 3000);
  const database = readDatabaseUrls(
    reading,
    options.roles ?? (databaseRoles as readonly DatabaseRole[] as readonly Roles[]),
  );
  const config: Config<Roles> = {
    environment,
    home,
    publicUrl: read(
      'PUBLIC_URL',
      aUrl('http', 'https'),
      `http://localhost:${portNumber}`,
      'the address that people type, such as https://clinic.example.org',
    ).replace(/\/+$/, ''),
    host: text('HOST', '127.0.0.1'),
    port: portNumber,
    database,
    temporal: readTemporal(reading),
    temporalWebUrl: read('TEMPORAL_WEB_URL', aUrl('http', 'https'), 'http://127.0.0.1:8233', 'an http or https URL'),
    smtp: {
      url: read('SMTP_URL', aUrl('smtp', 'smtps'), 'smtp://127.0.0.1:1025', 'smtp://host:port or smtps://host:port'),
      from: text('MAIL_FROM', 'HealthSphere <no-reply@healthsphere.example>'),
    },
    keyFile: resolve(text('HEALTHSPHERE_KEY_FILE', join(home, 'keys.json'))),
    anchorDirectory: resolve(text('HEALTHSPHERE_ANCHOR_DIRECTORY', join(home, 'anchors'))),
    documentDirectory: join(home, 'documents'),
    logLevel: read(
      'LOG_LEVEL',
      z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
      'info',
      'one of fatal, error, warn, info, debug, trace, silent',
    ),
    demo: {
      enabled: environment !== 'production',
      password: text('HEALTHSPHERE_DEMO_PASSWORD', demoPassword),
      mfa: values['HEALTHSPHERE_DEMO_MFA'] === '1',
    },
    codecOff: read('HEALTHSPHERE_CODEC', z.enum(['on', 'off']), 'on', 'on, or leave it unset') === 'off',
    // Two releases must never share a build id: the engine could not tell their workers apart.
    deploymentBuildId: text('HEALTHSPHERE_BUILD_ID', environment === 'production' ? packageVersion() : 'dev'),
  };
  if (values['MAIL_INBOX_URL'] !== undefined) {
    config.mailInboxUrl = read('MAIL_INBOX_URL', aUrl('http', 'https'), '', 'an http or https URL');
  }
  if (values['PAYER_URL'] !== undefined) {
    config.payerUrl = read('PAYER_URL', aUrl('http', 'https'), '', 'an http or https URL');
  }
  if (values['CLAMAV_ADDRESS'] !== undefined) {
    config.clamavAddress = read('CLAMAV_ADDRESS', z.string().regex(/^[^:\s]+:\d{1,5}$/), '', 'host:port of a clamd');
  }
  if (values['METRICS_PORT'] !== undefined) {
    config.metricsPort = port('METRICS_PORT', 9464);
  }
  if (values['HEALTHSPHERE_WORKFLOW_BUNDLE'] !== undefined) {
    config.workflowBundle = resolve(values['HEALTHSPHERE_WORKFLOW_BUNDLE']);
  }
  if (values['HEALTHSPHERE_FAULT'] !== undefined) {
    config.fault = values['HEALTHSPHERE_FAULT'];
  }
  if (environment === 'production') refuseInProduction(reading, config);
  return finish(config);
}
