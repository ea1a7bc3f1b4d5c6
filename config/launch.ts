/** What `npm start` must know before there is a clinic to configure: where, on which ports, and what the person brings along. */
import { z } from 'zod';
import { inheritedEnvironment } from '../config.ts';
import { databaseRoles, isPostgresUrl } from './database.ts';
import { homeDirectory, withoutBlanks, type Environment } from './environment.ts';
import { demoPassword } from './production.ts';
import { readingOf } from './reading.ts';
import { namesOwnTemporal, readTemporal, type TemporalConfig } from './temporal.ts';

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
export function loadLaunchConfig(env: Environment = inheritedEnvironment()): LaunchConfig {
  const values = withoutBlanks(env);
  const reading = readingOf(values);
  const { report, read, port, finish } = reading;
  const offset = read(
    'HEALTHSPHERE_PORT_OFFSET',
    z.coerce.number().int().min(0).max(10_000),
    0,
    'a number from 0 to 10000',
  );
  if (values['NODE_ENV'] === 'production') {
    const set = 'nothing, or run the services with docker-compose.yml';
    report('NODE_ENV', 'npm start is the embedded clinic, with demo users and no TLS', set);
  }
  const ports = Object.fromEntries(
    Object.entries(clinicPorts).map(([name, { variable, fallback }]) => [name, port(variable, fallback + offset)]),
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
    else report('DATABASE_URL', 'it is not a postgres:// URL', 'postgres://USER:PASSWORD@HOST/DB');
  }
  if (namesOwnTemporal(values)) config.temporal = readTemporal(reading);
  if (values['SMTP_URL'] !== undefined) config.smtpUrl = values['SMTP_URL'];
  if (values['PAYER_URL'] !== undefined) config.payerUrl = values['PAYER_URL'];
  return finish(config);
}
