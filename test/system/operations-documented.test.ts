/** docs/operations.md names everything that somebody may have to look up in it: what is added is written down there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseRoles } from '../../config/database.ts';
import { problemCodes } from '../../domain/errors.ts';
import { explanations } from '../../scripts/doctor/findings.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/operations.md');

/** From a heading to the next one of any level. */
function section(heading: string): string {
  const start = page.search(new RegExp(`^#+ ${heading}$`, 'm'));
  if (start === -1) throw new Error(`docs/operations.md has no section "${heading}"`);
  const [first = '', ...rest] = page.slice(start).split('\n');
  const end = rest.findIndex((line) => /^#+ /.test(line));
  return [first, ...(end === -1 ? rest : rest.slice(0, end))].join('\n');
}

const rowsOf = (heading: string): string[][] =>
  section(heading)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())); // prettier-ignore

const unquoted = (cell: string | undefined): string => (cell ?? '').replace(/^`|`$/g, '');
const firstCells = (heading: string): string[] => rowsOf(heading).map(([first]) => unquoted(first));
const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name!);

/** Every name in capitals that config.ts and its parts mention: as a string, or made for each database role. */
function variablesOfConfig(): string[] {
  // What listens on a port is named in capitals too.
  const files = ['config.ts', ...readdirSync(join(root, 'config')).map((file) => `config/${file}`)];
  const source = files
    .map(read)
    .join('\n')
    .replaceAll(/purpose: '[^']*'/g, '');
  const plain = [...source.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g)].map(([, name]) => name!);
  const byRole = [...source.matchAll(/`([A-Z_]+_)\$\{role\.toUpperCase\(\)\}`/g)].flatMap(([, prefix]) =>
    databaseRoles.map((role) => `${prefix}${role.toUpperCase()}`),
  );
  return [...new Set([...plain, ...byRole])];
}

/** The sentence of each warning and error in the log; a single word stands for an ordinary request. */
function logMessages(): string[] {
  const files = ['api', 'workers', 'activities', 'workflows'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(room, file)),
  );
  return files.flatMap((file) =>
    read(file)
      .split(/[lL]og\s*\.(?:warn|error)\(/)
      .slice(1)
      .flatMap((after) => /^[^;]{0,200}?'([A-Za-z][^'\n{}]* [^'\n{}]+)'/.exec(after)?.[1] ?? []),
  );
}

describe('docs/operations.md', () => {
  it('explains every problem code, with its HTTP status', () => {
    const documented = rowsOf('Answers of the API').map(([code, status]) => [unquoted(code), Number(status)]);
    expect(Object.fromEntries(documented)).toEqual(
      Object.fromEntries(Object.entries(problemCodes).map(([code, { status }]) => [code, status])),
    );
  });

  it('explains every environment variable, and none that nothing reads', () => {
    const documented = firstCells('Environment variables');
    const known = variablesOfConfig();
    expect(known.length).toBeGreaterThan(40);
    expect(known.filter((name) => !documented.includes(name))).toEqual([]);
    // @temporalio/envconfig reads TEMPORAL_* by itself, and scripts/migrate.ts the superuser's address.
    const elsewhere = (name: string) =>
      name.startsWith('TEMPORAL_') || read('scripts/migrate.ts').includes(`'${name}'`);
    expect(documented.filter((name) => !known.includes(name) && !elsewhere(name))).toEqual([]);
  });

  it('explains every setting of the production file', () => {
    const settings = [...read('deploy/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);
    expect(settings).not.toEqual([]);
    const documented = quoted(section('1\\. Settings'));
    expect(settings.filter((name) => !documented.includes(name))).toEqual([]);
  });

  it('explains every finding of the doctor', () => {
    expect(firstCells('Doctor')).toEqual(Object.keys(explanations));
  });

  it('explains every finding of verify-audit', () => {
    const kinds = [...read('db/audit/audit-seal.ts').matchAll(/readonly kind: '([a-z-]+)'/g)].map(([, kind]) => kind!);
    expect(kinds).toContain('tail-cut');
    expect(firstCells('Audit')).toEqual(kinds);
  });

  it('names every npm script that a person calls', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const called = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts));
    const commands = firstCells('Commands');
    const missing = called.filter((name) => !commands.includes(`npm run ${name}`) && !commands.includes(`npm ${name}`));
    expect(missing).toEqual([]);
  });

  it('explains every warning and error of the log', () => {
    const messages = logMessages();
    expect(messages.length).toBeGreaterThan(10);
    const documented = quoted(section('Logs'));
    expect(messages.filter((message) => !documented.includes(message))).toEqual([]);
  });

  it('points only to places that exist', () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(
        ([, heading]) =>
        heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'), // prettier-ignore
      ),
    );
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const broken = links.filter((link) =>
      link.startsWith('#') ? !anchors.has(link.slice(1)) : !existsSync(join(root, 'docs', link.split('#')[0]!)),
    );
    expect(broken).toEqual([]);
  });
});
