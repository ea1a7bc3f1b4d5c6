/** The configuration reports every problem at once, and production refuses what a demonstration allows. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../config/reading.ts';
import { databaseRoles } from '../../config/database.ts';
import { loadConfig } from '../../config.ts';
import { createKeyFile, loadKeys, rotateKeyFile } from '../../keys.ts';

const nowhere = { HEALTHSPHERE_HOME: join(tmpdir(), 'healthsphere-no-such-home') };
const urls = (suffix = '') =>
  Object.fromEntries(
    databaseRoles.map((role) => [`DATABASE_URL_${role.toUpperCase()}`, `postgres://${role}:own@db:5432/hs${suffix}`]),
  );
const production = {
  ...nowhere,
  ...urls('?sslmode=verify-full'),
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://clinic.example.org',
  MAIL_FROM: 'Clinic <no-reply@clinic.example.org>',
  SMTP_URL: 'smtps://mail.example.org',
  TEMPORAL_TLS: 'true',
};

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable }) => variable);
  }
}

describe('loadConfig', () => {
  it('derives the other roles from DATABASE_URL, whatever their passwords hold', () => {
    const env = { ...nowhere, DATABASE_URL: 'postgres://owner:x@db/hs', HEALTHSPHERE_DB_PASSWORD_API: 'a/b@c:d' };
    const { database } = loadConfig(env, { roles: ['api', 'migrator'] });
    expect(decodeURIComponent(new URL(database.api).password)).toBe('a/b@c:d');
    expect(new URL(database.api).username).toBe('api');
    expect(database.migrator).toBe('postgres://owner:x@db/hs');
  });

  it('reports every problem at once', () => {
    expect(problemsOf({ ...nowhere, ...urls(), PORT: 'x', LOG_LEVEL: 'loud', SMTP_URL: 'http://mail' })).toEqual([
      'PORT',
      'SMTP_URL',
      'LOG_LEVEL',
    ]);
  });

  it('accepts a complete production', () => {
    expect(loadConfig(production).demo.enabled).toBe(false);
  });

  it('takes the release as the build of production, so that two releases never share one', () => {
    const file = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(loadConfig({ ...production, HEALTHSPHERE_BUILD_ID: '' }).deploymentBuildId).toBe(file.version);
    expect(loadConfig({ ...production, HEALTHSPHERE_BUILD_ID: '9.9-1' }).deploymentBuildId).toBe('9.9-1');
    expect(loadConfig({ ...nowhere, ...urls() }).deploymentBuildId).toBe('dev');
  });

  it.each([
    ['HEALTHSPHERE_DEMO_PASSWORD', { HEALTHSPHERE_DEMO_PASSWORD: 'healthsphere-demo' }],
    ['HEALTHSPHERE_DEMO', { HEALTHSPHERE_DEMO: '1' }],
    ['HEALTHSPHERE_CODEC', { HEALTHSPHERE_CODEC: 'off' }],
    ['HEALTHSPHERE_FAULT', { HEALTHSPHERE_FAULT: 'after-commit-before-complete:0.1' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://clinic.example.org' }],
    ['DATABASE_URL_API', { DATABASE_URL_API: 'postgres://api:own@db/hs' }],
    ['DATABASE_URL_API', { DATABASE_URL_API: 'postgres://api:postgres@db/hs?sslmode=require' }],
    ['TEMPORAL_TLS', { TEMPORAL_TLS: '' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.org' }],
  ])('production refuses, naming %s', (variable, change) => {
    expect(problemsOf({ ...production, ...change })).toEqual([variable]);
  });

  it('takes a fault anywhere else', () => {
    const fault = 'before-activity@/tmp/die';
    expect(loadConfig({ ...nowhere, ...urls(), HEALTHSPHERE_FAULT: fault }).fault).toBe(fault);
  });

  it('allows plain links inside a private network, and nothing else', () => {
    const plain = { ...production, ...urls(), SMTP_URL: 'smtp://mail', TEMPORAL_TLS: '', PUBLIC_URL: 'http://x' };
    expect(problemsOf({ ...plain, HEALTHSPHERE_ALLOW_PLAINTEXT_INTERNAL: '1' })).toEqual(['PUBLIC_URL']);
  });
});

describe('keys', () => {
  it('are made once, read back, and refused when others can read them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'healthsphere-keys-'));
    const file = join(directory, 'keys.json');
    const made = createKeyFile(file);
    expect(loadKeys(file)).toEqual(made);
    expect(made.keys[made.current]).toHaveLength(32);
    expect(() => createKeyFile(file)).toThrow(/EEXIST/);
    chmodSync(file, 0o644);
    expect(() => loadKeys(file)).toThrow(/chmod 600/);
    rmSync(directory, { recursive: true });
    expect(() => loadKeys(file)).toThrow(/does not exist.*Restore it/);
  });

  it('rotate: a new current key, every old one kept, in one step and with the same mode', () => {
    const directory = mkdtempSync(join(tmpdir(), 'healthsphere-keys-'));
    const file = join(directory, 'keys.json');
    const made = createKeyFile(file);
    expect(rotateKeyFile(file)).toEqual({ before: 'k1', current: 'k2' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const rotated = loadKeys(file);
    expect(rotated).toEqual({ ...made, current: 'k2', keys: { ...made.keys, k2: rotated.keys['k2'] } });
    expect(rotated.keys['k2']).not.toEqual(made.keys['k1']);

    // For processes that restart one after the other: known first, used afterwards.
    expect(rotateKeyFile(file, { prepare: true })).toEqual({ before: 'k2', current: 'k2' });
    expect(() => rotateKeyFile(file, { prepare: true })).toThrow(/"k3" is prepared already/);
    const prepared = loadKeys(file).keys['k3'];
    expect(rotateKeyFile(file)).toEqual({ before: 'k2', current: 'k3' });
    expect(loadKeys(file).keys['k3']).toEqual(prepared);
    expect(Object.keys(loadKeys(file).keys)).toEqual(['k1', 'k2', 'k3']);
    expect(readdirSync(directory)).toEqual(['keys.json']);

    // Somebody else is at it: nothing changes, and their file stays.
    writeFileSync(`${file}.new`, 'theirs');
    expect(() => rotateKeyFile(file)).toThrow(/EEXIST/);
    expect(readFileSync(`${file}.new`, 'utf8')).toBe('theirs');
    expect(loadKeys(file).current).toBe('k3');
    rmSync(`${file}.new`);
    chmodSync(file, 0o644);
    expect(() => rotateKeyFile(file)).toThrow(/chmod 600/);
    rmSync(directory, { recursive: true });
  });
});
