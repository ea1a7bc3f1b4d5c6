import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The one-way flow of architecture.md section 2, read from the imports. A room may import itself and the rooms listed;
 * `types` are rooms of which only types may be imported (they are gone at run time).
 */
const root = resolve(import.meta.dirname, '../..');

interface Room {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  /** Packages that may be imported, as patterns; absent: any. */
  readonly packages?: readonly RegExp[];
}

const rooms: Readonly<Record<string, Room>> = {
  // Pure, imported by all; calendar arithmetic, schemas, and for questionnaires linear patterns and FHIRPath.
  domain: { values: [], packages: [/^temporal-polyfill$/, /^zod$/, /^re2js$/, /^fhirpath(\/|$)/] },
  'workflows/messages': { values: ['domain'], packages: [/^@temporalio\/common$/] },
  workflows: {
    values: ['domain', 'workflows/messages'],
    types: ['activities', 'db'],
    packages: [/^@temporalio\/(workflow|common)/],
  },
  db: { values: ['domain', 'workflows/messages'], types: ['activities'] },
  activities: { values: ['domain', 'db', 'workflows/messages', 'config', 'keys'] },
  workers: {
    values: ['domain', 'db', 'documents', 'activities', 'workflows/messages', 'workers', 'config', 'keys', 'log'],
  },
  // The API speaks a workflow's messages, never its implementation, and shares link and token formats with the senders.
  api: {
    values: [
      'domain',
      'db',
      'documents',
      'workflows/messages',
      'config',
      'keys',
      'log',
      'activities/link-token.ts',
      'activities/intake-token.ts',
      'activities/offer-token.ts',
      'activities/telehealth-link.ts',
      'activities/adapters/video-sandbox.ts',
      'activities/visit-token.ts',
      'activities/calendar-file.ts',
      'activities/failures.ts',
      'workers/codec.ts',
      'workers/data-converter.ts',
      'workers/failure-converter.ts',
      'workers/task-queues.ts',
      'workers/search-attributes.ts',
      'web/shared',
    ],
    types: ['activities'],
  },
  web: { values: ['domain'], types: ['api', 'workflows/messages'] },
  payer: { values: ['domain', 'config'] },
  // What is sealed at rest: the store of documents, and what is looked at before something gets there.
  documents: { values: ['domain', 'keys'] },
  config: { values: [] },
  keys: { values: [] },
  log: { values: [] },
};

/** Scripts, tests and tool configurations put the rooms together and are imported by none of them. */
const composition = ['scripts', 'test', 'vitest.config.ts'];

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const roomOf = (file: string): string | undefined =>
  [file.replace(/\.ts$/, ''), ...Object.keys(rooms).toSorted((a, b) => b.length - a.length)].find(
    (room) => room in rooms && (file === `${room}.ts` || file.startsWith(`${room}/`)),
  );

function wrongArrows(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, typeOnly }) => {
    const room = roomOf(from);
    if (room === undefined)
      return composition.some((c) => from === c || from.startsWith(`${c}/`)) ? [] : [`${from} is in no room`];
    const rule = rooms[room];
    if (rule === undefined) return [];
    const isPackage = !to.startsWith('/');
    if (isPackage)
      return rule.packages === undefined || rule.packages.some((p) => p.test(to))
        ? []
        : [`${from} imports the package ${to}`];
    const target = relative(root, to);
    const targetRoom = roomOf(target);
    if (targetRoom === room) return [];
    const allowed = [...rule.values, ...(typeOnly ? (rule.types ?? []) : [])];
    return allowed.includes(target) ||
      (targetRoom !== undefined && allowed.some((a) => a === targetRoom || target.startsWith(`${a}/`)))
      ? []
      : [`${from} imports ${target}${typeOnly ? ' (types)' : ''}`];
  });
}

const statement =
  /^\s*(import|export)\s+(type\s+)?([^;'"]*?from\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(statement)].flatMap((match) => {
    const specifier = match[4] ?? match[5];
    if (specifier === undefined || (match[1] === 'export' && match[3] === undefined)) return [];
    const to = specifier.startsWith('.') ? resolve(root, dirname(file), specifier) : specifier;
    return [{ from: file, to, typeOnly: match[2] !== undefined }];
  });
}

function sourceFiles(directory = ''): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist|\..*|docs)$/.test(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|tsx)$/.test(entry.name) ? [path] : [];
  });
}

describe('the flow of data is one way', () => {
  const files = sourceFiles();

  it('has no wrong arrow', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(wrongArrows(files.flatMap(importsOf))).toEqual([]);
  });

  it('notices a wrong arrow when there is one', () => {
    const arrow = (from: string, to: string, typeOnly = false): string[] =>
      wrongArrows([{ from, to: to.startsWith('/') ? `${root}${to}` : to, typeOnly }]);
    expect(arrow('api/routes/appointments.ts', '/workflows/appointment.ts')).toHaveLength(1);
    expect(arrow('api/routes/appointments.ts', '/workflows/messages/appointment.ts')).toHaveLength(0);
    expect(arrow('domain/schedule/schedule.ts', '/db/connection.ts', true)).toHaveLength(1);
    expect(arrow('domain/schedule/schedule.ts', 'node:fs')).toHaveLength(1);
    expect(arrow('workflows/appointment.ts', '/activities/appointment.ts')).toHaveLength(1);
    expect(arrow('workflows/appointment.ts', '/activities/appointment.ts', true)).toHaveLength(0);
    expect(arrow('workflows/appointment.ts', 'node:crypto')).toHaveLength(1);
    expect(arrow('db/appointments/appointments.ts', '/api/problem.ts')).toHaveLength(1);
    expect(arrow('web/staff/main.tsx', '/api/routes.ts')).toHaveLength(1);
    expect(arrow('web/staff/main.tsx', '/api/routes.ts', true)).toHaveLength(0);
    expect(arrow('attic/thing.ts', '/domain/ids.ts')).toHaveLength(1);
  });

  it('reads the environment in config.ts only', () => {
    const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), 'utf8')));
    // Scripts and tests hand an environment to the processes that they start.
    expect(readers.filter((file) => file !== 'config.ts' && !composition.some((c) => file.startsWith(c)))).toEqual([]);
  });

  it('has no barrels: no file only passes on what others export', () => {
    const barrels = files.filter((file) => {
      const lines = readFileSync(join(root, file), 'utf8')
        .split('\n')
        // An import for its effect alone adds nothing of the file's own.
        .filter((line) => line.trim() !== '' && !/^\s*(\/\/|\*|\/\*|import ')/.test(line));
      return lines.length > 1 && lines.every((line) => /^export (\*|\{.*\}) from/.test(line));
    });
    // The engine takes its workflows from one file, by name.
    expect(barrels).toEqual(['workflows/index.ts']);
  });
});
