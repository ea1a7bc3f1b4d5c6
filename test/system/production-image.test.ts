/**
 * What an installation with docker compose needs and no other test touches: that the image holds what its processes
 * import, and that the compose file sets nothing that nobody reads. Read from the files: no Docker is needed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');
const packageFile = JSON.parse(read('package.json')) as {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

/** Sources of the last stage's COPY from the build context, relative to the root. */
const finalStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, rest]) => rest!.split(' ').slice(0, -1));
const inImage = [...finalStage.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, rest]) =>
  rest!.split(' ').slice(0, -1),
);
const isInImage = (path: string): boolean => inImage.some((copied) => path === copied || path.startsWith(`${copied}/`));
const ignored = read('.dockerignore').split('\n').filter((line) => line !== '' && !line.startsWith('#')); // prettier-ignore

/** Scripts that a container is told to run: by the compose file, the Dockerfile, or docs/operations.md. */
const startedInContainers = [
  ...new Set(
    [dockerfile, compose, read('docs/operations.md')].flatMap((text) =>
      [...text.matchAll(/--import['", ]+tsx['", ]+([a-z][\w/-]*\.ts)/g)].map(([, path]) => path!),
    ),
  ),
];

interface Needs {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

/** What a program loads: imports that remain at run time, and files named beside a module. */
function needsOf(entries: readonly string[]): Needs {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (!/\.[cm]?ts$/.test(file)) continue;
    const text = read(file);
    const specifiers = [
      ...text.matchAll(/^\s*(?:import|export)\s+(?!type\b)(?:[^'";]*?from\s*)?'([^']+)'/gm),
      ...text.matchAll(/\bimport\('([^']+)'\)/g),
      ...text.matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g),
    ].map(([, specifier]) => specifier!);
    for (const specifier of specifiers) {
      if (specifier.startsWith('.')) open.push(relative(root, resolve(root, dirname(file), specifier)));
      else if (!specifier.startsWith('node:') && !builtinModules.includes(specifier))
        packages.add(specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')); // prettier-ignore
    }
  }
  return { files, packages };
}

/** The compose file's services, each with its own text. */
const services = new Map(
  compose
    .slice(compose.indexOf('\nservices:'), compose.indexOf('\nnetworks:'))
    .split(/^(?= {2}[a-z][a-z-]*:$)/m)
    .slice(1)
    .map((text) => [/^ {2}([a-z-]+):/.exec(text)![1]!, text] as const),
);
const ours = [...services].filter(([, text]) => text.includes('<<: *healthsphere'));

describe('the image', () => {
  it('copies and runs only what exists', () => {
    expect(copies.length).toBeGreaterThan(10);
    expect(copies.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(copies.filter((path) => ignored.includes(path))).toEqual([]);
    for (const [, script] of dockerfile.matchAll(/npm run ([\w-]+)/g)) {
      const file = /tsx (\S+)/.exec(packageFile.scripts[script!] ?? '')?.[1];
      expect(existsSync(join(root, file ?? 'missing')), `npm run ${script}`).toBe(true);
    }
  });

  it('holds every module that a process in a container loads', () => {
    expect(startedInContainers).toEqual(
      expect.arrayContaining(['api/main.ts', 'workers/main.ts', 'scripts/migrate.ts', 'scripts/make-current.ts']),
    );
    const { files } = needsOf(startedInContainers);
    expect(files.size).toBeGreaterThan(100);
    // dist/ is built within the image.
    const local = [...files].filter((file) => !file.startsWith('dist/'));
    expect(local.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(local.filter((file) => !isInImage(file))).toEqual([]);
    expect(local).toEqual(expect.arrayContaining(['log.ts', 'package.json', 'api/sign-in/common-passwords.txt']));
  });

  it('holds every package that they load: none of the development packages', () => {
    const { packages } = needsOf(startedInContainers);
    expect(packages).toContain('@node-rs/argon2');
    expect([...packages].filter((name) => !(name in packageFile.dependencies))).toEqual([]);
    // The native halves of packages are optional ones.
    expect(dockerfile).not.toMatch(/omit=optional/);
  });

  it('gives the workers the bundle that npm run build writes', () => {
    const bundle = /HEALTHSPHERE_WORKFLOW_BUNDLE=\/app\/(\S+)/.exec(finalStage)?.[1];
    expect(read('scripts/build.ts')).toContain(`'${bundle}'`);
    expect(finalStage).toContain(`/app/${bundle} ./${bundle}`);
  });

  it('never has a secret in one of its layers', () => {
    expect(ignored).toEqual(expect.arrayContaining(['.env', 'deploy', '.healthsphere']));
    expect(inImage.filter((path) => path.startsWith('deploy') || path === '.')).toEqual([]);
  });
});

describe('the compose file', () => {
  it('tells our processes nothing that nobody reads', () => {
    const shared = /^x-environment:[\s\S]*?(?=^\S)/m.exec(compose.slice(compose.indexOf('x-environment')))![0];
    const names = [
      ...[...shared.matchAll(/^ {2}([A-Z][A-Z_]*):/gm)].map(([, name]) => name!),
      ...ours.flatMap(([, text]) => [...text.matchAll(/^ {6}([A-Z][A-Z_]*):/gm)].map(([, name]) => name!)),
    ];
    expect(names.length).toBeGreaterThan(10);
    const sources = [
      'config.ts',
      ...readdirSync(join(root, 'config')).map((file) => `config/${file}`),
      'scripts/migrate.ts',
    ]
      .map(read)
      .join();
    const role = (name: string) => /^DATABASE_URL_(MIGRATOR|WORKER|API|AUDITOR|SEALER|BACKUP)$/.test(name);
    // TEMPORAL_* are read by @temporalio/envconfig.
    const isRead = (name: string) => role(name) || name.startsWith('TEMPORAL_') || sources.includes(`'${name}'`);
    expect(names.filter((name) => !isRead(name))).toEqual([]);
  });

  it('asks for exactly the settings that .env.example explains', () => {
    const settings = [...read('deploy/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);
    const asked = new Set([...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!));
    expect(settings.toSorted()).toEqual([...asked].toSorted());
  });

  it('names the release: an image and a build id are never shared by two', () => {
    expect(/image: healthsphere:\$\{HEALTHSPHERE_VERSION:-([^}]+)\}/.exec(compose)?.[1]).toBe(packageFile.version);
    // Blank, so that config.ts takes the version of package.json.
    expect(compose).toContain('HEALTHSPHERE_BUILD_ID: ${HEALTHSPHERE_VERSION:-}');
  });

  it('makes the build current, and gives volumes and key file to their users, without a hand', () => {
    expect(services.get('release')).toMatch(/make-current\.ts/);
    for (const mount of ['wal-archive:', 'anchors:', 'deploy/keys.json'])
      expect(services.get('prepare')).toContain(mount);
    expect(services.get('postgres')).toMatch(/prepare: \{ condition: service_completed_successfully \}/);
  });

  it('mounts only what exists', () => {
    const mounts = [...compose.matchAll(/(?:['\s]|source: )\.\/(deploy\/[\w./-]+)/g)].map(([, path]) => path!);
    expect(mounts.length).toBeGreaterThan(4);
    // Made by create-keys; never in the repository.
    expect(mounts.filter((path) => path !== 'deploy/keys.json' && !existsSync(join(root, path)))).toEqual([]);
  });

  it('publishes no port but the proxy’s', () => {
    expect([...services].filter(([, text]) => /^ {4}ports:/m.test(text)).map(([name]) => name)).toEqual(['caddy']);
  });
});

it('the proxy lets through what the API accepts', () => {
  const limits = [...read('deploy/Caddyfile').matchAll(/request_body @(\w+) \{\s*max_size (\d+)MiB/g)];
  const bytes = Object.fromEntries(limits.map(([, name, size]) => [name!, Number(size) * 1024 * 1024]));
  for (const { path, bodyLimitBytes = 0 } of routes) {
    const part = path.startsWith('/codec/') ? 'codec' : path === '/intakes/:id/documents' ? 'upload' : 'others';
    expect(bytes[part], path).toBeGreaterThanOrEqual(bodyLimitBytes);
  }
});
