/**
 * The only file that reads the process environment. Everything else receives what it needs from here.
 *
 * Every problem is reported at once: a person who fixes one variable must not discover the next at the next start.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The six roles of the database, named as Postgres knows them (architecture.md, section 5). */
export const databaseRoles = ['migrator', 'worker', 'api', 'auditor', 'sealer', 'backup'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

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

export interface ConfigProblem {
  variable: string;
  wrong: string;
  set: string;
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, wrong, set }) => `  ${variable}: ${wrong}. Set ${set}.`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const demoPassword = 'healthsphere-demo';
/** Passwords that have been published somewhere, this repository included. */
const knownPasswords = new Set([demoPassword, 'postgres', 'password', 'changeme', 'change-me', 'secret', 'admin']);

/** The environment of this process, for handing on to a child or a tool. */
export function inheritedEnvironment(): Environment {
  return process.env;
}

/** `HEALTHSPHERE_HOME` as an absolute path; default `.healthsphere` in the working directory. */
export function homeDirectory(env: Environment = process.env): string {
  return resolve(env['HEALTHSPHERE_HOME'] || '.healthsphere');
}

/** The release: `version` of package.json. */
function packageVersion(): string {
  const file: unknown = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
  return z.object({ version: z.string().min(1) }).parse(file).version;
}

/**
 * What was left for us by a running `npm start`: the addresses and passwords of its embedded parts, so that
 * `npm run doctor` and the like work beside it without a single variable being set.
 */
function runningClinic(env: Environment): Environment {
  if (env['NODE_ENV'] === 'production') return {};
  try {
    const file: unknown = JSON.parse(readFileSync(join(homeDirectory(env), 'clinic.json'), 'utf8'));
    return z.object({ environment: z.record(z.string(), z.string()) }).parse(file).environment;
  } catch {
    return {};
  }
}

/**
 * Reads and checks the configuration.
 * @param options.roles the database roles this process connects as; the URL of each must be known
 * @throws ConfigError naming every problem
 */
export function loadConfig<Roles extends DatabaseRole = DatabaseRole>(
  env: Environment = process.env,
  options: { roles?: readonly Roles[] } = {},
): Config<Roles> {
  const problems: ConfigProblem[] = [];
  const values: Environment = { ...runningClinic(env), ...withoutBlanks(env) };
  const report = (variable: string, wrong: string, set: string) => problems.push({ variable, wrong, set });
  const read = <T>(variable: string, schema: z.ZodType<T>, fallback: T, set: string): T => {
    const value = values[variable];
    if (value === undefined) return fallback;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    report(variable, `${JSON.stringify(value)} is not accepted`, set);
    return fallback;
  };
  const text = (variable: string, fallback: string) => values[variable] ?? fallback;

  const environment = read(
    'NODE_ENV',
    z.enum(['development', 'test', 'production']),
    'development',
    'development, test or production',
  );
  const home = homeDirectory(values);
  const portNumber = read('PORT', port, 3000, 'a number from 1 to 65535');
  const database = readDatabaseUrls(
    values,
    options.roles ?? (databaseRoles as readonly DatabaseRole[] as readonly Roles[]),
    report,
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
    temporal: readTemporal(values, report),
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
    config.metricsPort = read('METRICS_PORT', port, 9464, 'a number from 1 to 65535');
  }
  if (values['HEALTHSPHERE_WORKFLOW_BUNDLE'] !== undefined) {
    config.workflowBundle = resolve(values['HEALTHSPHERE_WORKFLOW_BUNDLE']);
  }
  if (values['HEALTHSPHERE_FAULT'] !== undefined) {
    config.fault = values['HEALTHSPHERE_FAULT'];
  }
  if (environment === 'production') refuseInProduction(values, config, report);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

const port = z.coerce.number().int().min(1).max(65535);

const aUrl = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)));

type Report = (variable: string, wrong: string, set: string) => void;

/** Compose files hand over `VARIABLE=` for what was left out; blank means unset. */
function withoutBlanks(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

function readDatabaseUrls<Roles extends DatabaseRole>(
  values: Environment,
  roles: readonly Roles[],
  report: Report,
): Record<Roles, string> {
  const urls: Partial<Record<DatabaseRole, string>> = {};
  const shared = values['DATABASE_URL'];
  for (const role of roles) {
    const variable = `DATABASE_URL_${role.toUpperCase()}`;
    const passwordVariable = `HEALTHSPHERE_DB_PASSWORD_${role.toUpperCase()}`;
    const own = values[variable] ?? (role === 'migrator' ? shared : undefined);
    const password = values[passwordVariable];
    const example = `it to postgres://${role}:PASSWORD@HOST:5432/DATABASE`;
    if (own !== undefined) {
      if (isPostgresUrl(own)) urls[role] = own;
      else report(variable, 'it is not a postgres:// URL', example);
    } else if (shared === undefined) {
      report(variable, 'it is missing', `${example}, or DATABASE_URL and ${passwordVariable}, or run npm start first`);
    } else if (!isPostgresUrl(shared)) {
      report('DATABASE_URL', 'it is not a postgres:// URL', 'it to postgres://USER:PASSWORD@HOST:5432/DATABASE');
    } else if (password === undefined) {
      report(
        passwordVariable,
        `DATABASE_URL is set, but the password of the role ${role} is missing`,
        `it, or ${variable}`,
      );
    } else {
      const url = new URL(shared);
      url.username = role;
      url.password = encodeURIComponent(password);
      urls[role] = url.toString();
    }
  }
  return urls as Record<Roles, string>;
}

function isPostgresUrl(value: string): boolean {
  return URL.canParse(value) && ['postgres:', 'postgresql:'].includes(new URL(value).protocol);
}

/** Whether the person names a Temporal server of their own; `npm start` then starts none. */
export function namesOwnTemporal(env: Environment = process.env): boolean {
  return ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some((name) => Boolean(env[name]));
}

function readTemporal(values: Environment, report: Report): TemporalConfig {
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

/** HIPAA 164.312(e): no unencrypted link; and nothing that has been published may open a production clinic. */
function refuseInProduction(values: Environment, config: Config<never>, report: Report): void {
  const internal = values['HEALTHSPHERE_ALLOW_PLAINTEXT_INTERNAL'] === '1';
  const orPrivate = ', or HEALTHSPHERE_ALLOW_PLAINTEXT_INTERNAL=1 when the link never leaves a private network';
  if (values['HEALTHSPHERE_DEMO_PASSWORD'] !== undefined) {
    report('HEALTHSPHERE_DEMO_PASSWORD', 'demo secrets are refused in production', 'nothing: remove it');
  }
  if (values['HEALTHSPHERE_DEMO'] === '1') {
    report('HEALTHSPHERE_DEMO', 'demo users are refused in production', 'nothing: remove it');
  }
  if (config.codecOff) {
    report('HEALTHSPHERE_CODEC', 'workflow histories would be readable', 'nothing: remove it');
  }
  if (config.fault !== undefined) {
    report(
      'HEALTHSPHERE_FAULT',
      'workers that end themselves on purpose are refused in production',
      'nothing: remove it',
    );
  }
  if (!config.publicUrl.startsWith('https://')) {
    report('PUBLIC_URL', `${config.publicUrl} is not encrypted`, 'it to the https:// address that people type');
  }
  if (values['MAIL_FROM'] === undefined) {
    report('MAIL_FROM', 'it is missing', 'the sender of mail, such as "Clinic <no-reply@clinic.example.org>"');
  }
  for (const [role, url] of Object.entries<string>(config.database)) {
    const variable = `DATABASE_URL_${role.toUpperCase()}`;
    const { password, searchParams } = new URL(url);
    if (knownPasswords.has(decodeURIComponent(password))) {
      report(variable, 'its password is a well-known one', 'a password of your own');
    }
    const sslmode = searchParams.get('sslmode') ?? '';
    if (!internal && !['require', 'verify-ca', 'verify-full'].includes(sslmode)) {
      report(variable, 'the link to Postgres is not encrypted', `?sslmode=verify-full in it${orPrivate}`);
    }
  }
  if (!internal && config.temporal.tls === undefined) {
    report('TEMPORAL_TLS', 'the link to Temporal is not encrypted', `it to true, or TEMPORAL_API_KEY${orPrivate}`);
  }
  if (!internal && config.payerUrl?.startsWith('http:') === true) {
    report('PAYER_URL', 'the link to the payer is not encrypted', `it to an https:// address${orPrivate}`);
  }
  const smtp = new URL(config.smtp.url);
  if (!internal && smtp.protocol !== 'smtps:' && smtp.searchParams.get('requireTLS') !== 'true') {
    report(
      'SMTP_URL',
      'the link to the mail server is not encrypted',
      `smtps://, or ?requireTLS=true in it${orPrivate}`,
    );
  }
}

/** What provisioning and `npm start` read, apart from the clinic's own configuration. */
export interface ToolConfig {
  /** Where built or downloaded servers are kept; shared by all clones of one user. */
  cacheDirectory: string;
  /** Directories searched for programs. */
  path: string;
  chromePath?: string;
  /** Running under continuous integration: ask nothing. */
  ci: boolean;
}

/** `HEALTHSPHERE_CACHE`, else `$XDG_CACHE_HOME/healthsphere`, else `~/.cache/healthsphere`. */
export function loadToolConfig(env: Environment = process.env): ToolConfig {
  const config: ToolConfig = {
    cacheDirectory: resolve(
      env['HEALTHSPHERE_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'healthsphere'),
    ),
    path: env['PATH'] ?? '',
    ci: Boolean(env['CI']),
  };
  if (env['CHROME_PATH']) config.chromePath = env['CHROME_PATH'];
  return config;
}

export interface MailInboxConfig {
  smtpPort: number;
  httpPort: number;
  /** One JSON line a message. */
  file: string;
}

/** For scripts/mail-inbox.ts. @throws ConfigError naming every problem */
export function loadMailInboxConfig(env: Environment = process.env): MailInboxConfig {
  const problems: ConfigProblem[] = [];
  const config = {
    smtpPort: readPort(env, 'MAIL_SMTP_PORT', 1025, problems),
    httpPort: readPort(env, 'MAIL_INBOX_PORT', 8025, problems),
    file: join(homeDirectory(env), 'mail.jsonl'),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

export interface PayerSandboxConfig {
  port: number;
  /** What it keeps: members and what it was asked. */
  directory: string;
}

/** For payer/main.ts. @throws ConfigError naming every problem */
export function loadPayerSandboxConfig(env: Environment = process.env): PayerSandboxConfig {
  const problems: ConfigProblem[] = [];
  const config = { port: readPort(env, 'PAYER_PORT', 3100, problems), directory: join(homeDirectory(env), 'payer') };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The ports of an embedded clinic, by what listens there. */
export const clinicPorts = {
  web: { variable: 'PORT', fallback: 3000, purpose: 'web and API' },
  temporal: { variable: 'TEMPORAL_PORT', fallback: 7233, purpose: 'Temporal' },
  temporalWeb: { variable: 'TEMPORAL_WEB_PORT', fallback: 8233, purpose: 'Temporal Web' },
  mailInbox: { variable: 'MAIL_INBOX_PORT', fallback: 8025, purpose: 'mail inbox' },
  smtp: { variable: 'MAIL_SMTP_PORT', fallback: 1025, purpose: 'SMTP' },
  payer: { variable: 'PAYER_PORT', fallback: 3100, purpose: 'payer sandbox' },
  postgres: { variable: 'POSTGRES_PORT', fallback: 54329, purpose: 'Postgres' },
} as const;
export type ClinicPort = keyof typeof clinicPorts;

/** What `npm start` must know before there is a clinic to configure. */
export interface LaunchConfig {
  home: string;
  ports: Record<ClinicPort, number>;
  publicUrl: string;
  demoPassword: string;
  /** Set when the person uses a Postgres of their own; none is started then. */
  databaseUrl?: string;
  /** All role URLs are known, so that roles and passwords are the person's affair; otherwise they are made. */
  rolesAreGiven: boolean;
  /** The person uses a Temporal server of their own. */
  temporal?: TemporalConfig;
  /** The person uses a mail server of their own. */
  smtpUrl?: string;
  /** The person asks a payer of their own; no sandbox is started. */
  payerUrl?: string;
}

/** @throws ConfigError naming every problem */
export function loadLaunchConfig(env: Environment = process.env): LaunchConfig {
  const problems: ConfigProblem[] = [];
  const values = withoutBlanks(env);
  const offset = Number(values['HEALTHSPHERE_PORT_OFFSET'] ?? 0);
  if (!Number.isInteger(offset) || offset < 0 || offset > 10_000) {
    problems.push({
      variable: 'HEALTHSPHERE_PORT_OFFSET',
      wrong: 'it is not accepted',
      set: 'a number from 0 to 10000',
    });
  }
  if (values['NODE_ENV'] === 'production') {
    const set = 'nothing, or run the services with docker-compose.yml';
    problems.push({ variable: 'NODE_ENV', wrong: 'npm start is the embedded clinic, with demo users and no TLS', set });
  }
  const ports = Object.fromEntries(
    Object.entries(clinicPorts).map(([name, { variable, fallback }]) => [
      name,
      readPort(values, variable, fallback + offset, problems),
    ]),
  ) as Record<ClinicPort, number>;
  const config: LaunchConfig = {
    home: homeDirectory(values),
    ports,
    publicUrl: (values['PUBLIC_URL'] ?? `http://localhost:${ports.web}`).replace(/\/+$/, ''),
    demoPassword: values['HEALTHSPHERE_DEMO_PASSWORD'] ?? demoPassword,
    rolesAreGiven: databaseRoles.every(
      (role) =>
        values[`DATABASE_URL_${role.toUpperCase()}`] !== undefined ||
        (values['DATABASE_URL'] !== undefined &&
          (role === 'migrator' || values[`HEALTHSPHERE_DB_PASSWORD_${role.toUpperCase()}`] !== undefined)),
    ),
  };
  const databaseUrl = values['DATABASE_URL'] ?? (config.rolesAreGiven ? values['DATABASE_URL_MIGRATOR'] : undefined);
  if (databaseUrl !== undefined) {
    if (isPostgresUrl(databaseUrl)) config.databaseUrl = databaseUrl;
    else
      problems.push({
        variable: 'DATABASE_URL',
        wrong: 'it is not a postgres:// URL',
        set: 'postgres://USER:PASSWORD@HOST/DB',
      });
  }
  if (namesOwnTemporal(values)) {
    config.temporal = readTemporal(values, (variable, wrong, set) => problems.push({ variable, wrong, set }));
  }
  if (values['SMTP_URL'] !== undefined) config.smtpUrl = values['SMTP_URL'];
  if (values['PAYER_URL'] !== undefined) config.payerUrl = values['PAYER_URL'];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readPort(env: Environment, variable: string, fallback: number, problems: ConfigProblem[]): number {
  if (!env[variable]) return fallback;
  const parsed = port.safeParse(env[variable]);
  if (parsed.success) return parsed.data;
  problems.push({ variable, wrong: `"${env[variable]}" is not a port`, set: 'a number from 1 to 65535' });
  return fallback;
}
