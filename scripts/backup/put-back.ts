/** Puts a backup in the place of the present data, which is moved aside and never deleted. */
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { loadKeys, type KeyRing } from '../../keys.ts';
import { tryLock } from '../provision/file-lock.ts';
import { makeHome } from '../supervise/home.ts';
import { exists } from './copy.ts';
import { layoutOf, livingProcesses, plainParts, runningPostgresPort, type Layout, type Places } from './layout.ts';
import { fingerprintsOf, readManifest, verifyFiles, type Manifest } from './manifest.ts';
import { knownMigrations } from './take.ts';

export interface RestoreResult {
  readonly manifest: Manifest;
  /** Where the data is that was in place before; empty when there was none. */
  readonly movedAside: readonly string[];
  readonly totalMs: number;
}

/** @throws Error in words for a person; nothing was changed then */
export async function putBack(options: {
  readonly places: Places;
  readonly directory: string;
}): Promise<RestoreResult> {
  const started = performance.now();
  const directory = resolve(options.directory);
  const layout = layoutOf(options.places);
  const manifest = readManifest(directory);
  requireFit(manifest);
  makeHome(layout.home);
  const lock = join(layout.home, 'supervisor.lock');
  const holder = tryLock(lock);
  try {
    requireStopped(layout, holder);
    await verifyFiles(directory, manifest);
    requireKeys(layout, directory, manifest);
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const moves = plan(layout, directory, manifest, stamp);
    // Everything is beside its place before anything is moved.
    for (const { staged, copy } of moves) if (staged !== undefined) copy(staged);
    const movedAside = swap(moves);
    return { manifest, movedAside, totalMs: Math.round(performance.now() - started) };
  } finally {
    if (holder === undefined) rmSync(lock, { force: true });
  }
}

function requireStopped(layout: Layout, holder: number | undefined): void {
  const running = [...livingProcesses(layout.home)].map(([name, { pid }]) => `${name} (${pid})`);
  if (holder !== undefined || running.length > 0 || runningPostgresPort(layout.postgres) !== undefined) {
    const who = holder !== undefined ? ` (process ${holder})` : running.length > 0 ? `: ${running.join(', ')}` : '';
    throw new Error(`The clinic in ${layout.home} runs${who}. Stop it with Ctrl-C first; nothing was changed.`);
  }
}

function requireFit(manifest: Manifest): void {
  const known = new Set(knownMigrations());
  const unknown = manifest.migrations.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Error(
    `This backup was taken by a newer version (${manifest.version}; this one does not know ${unknown.join(', ')}). Restore it with that version.`,
  );
}

/** Without its keys the backup's workflows cannot be read and its audit chain cannot be checked. */
function requireKeys(layout: Layout, directory: string, manifest: Manifest): void {
  const ring = (path: string): KeyRing | undefined => (exists(path) ? loadKeys(path) : undefined);
  const present = ring(manifest.keys.included ? join(directory, 'keys.json') : layout.keyFile);
  const prints = present === undefined ? {} : fingerprintsOf(present);
  const missing = Object.entries(manifest.keys.fingerprints).filter(([name, print]) => prints[name] !== print);
  if (missing.length === 0) return;
  const state = present === undefined ? 'does not exist' : `lacks ${missing.map(([name]) => name).join(', ')}`;
  throw new Error(
    `The key file ${layout.keyFile} ${state}. Without the keys this backup was taken with, its workflows cannot be read. ` +
      `Put the right key file there (mode 600) and run npm run restore again; nothing was changed.`,
  );
}

interface Move {
  readonly place: string;
  /** Where what is in place goes. */
  readonly aside: string;
  /** Where the backup's part waits; undefined where the backup has none, and the place becomes empty. */
  readonly staged: string | undefined;
  readonly copy: (to: string) => void;
}

function plan(layout: Layout, directory: string, manifest: Manifest, stamp: string): Move[] {
  const { home, account } = layout;
  const asideHome = join(home, `before-restore-${stamp}`);
  const inHome = (name: string): Move => {
    const has = manifest.files.some(({ path }) => path === `home/${name}` || path.startsWith(`home/${name}/`));
    return {
      place: join(home, name),
      aside: join(asideHome, name),
      staged: has ? join(home, `restoring-${stamp}`, name) : undefined,
      copy: (to) => copyPart(directory, manifest, `home/${name}`, to),
    };
  };
  const postgresIsInHome = dirname(layout.postgres) === home;
  const postgres: Move = {
    place: layout.postgres,
    aside: postgresIsInHome ? join(asideHome, 'postgres') : `${layout.postgres}.before-restore-${stamp}`,
    staged: `${layout.postgres}.restoring-${stamp}`,
    copy: (to) => copyPart(directory, manifest, 'postgres', to, account),
  };
  const anchors: Move = {
    place: layout.anchors,
    aside: dirname(layout.anchors) === home ? join(asideHome, 'anchors') : `${layout.anchors}.before-restore-${stamp}`,
    staged: `${layout.anchors}.restoring-${stamp}`,
    copy: (to) => copyPart(directory, manifest, 'anchors', to),
  };
  const moves = [...layout.engineFiles.map((file) => basename(file)), ...plainParts].map(inHome);
  return [postgres, anchors, ...moves, ...keyMove(layout, directory, manifest, asideHome)];
}

/** A key file that is the same stays where it is. */
function keyMove({ keyFile }: Layout, directory: string, manifest: Manifest, asideHome: string): Move[] {
  const kept = join(directory, 'keys.json');
  if (!manifest.keys.included) return [];
  if (existsSync(keyFile) && readFileSync(keyFile).equals(readFileSync(kept))) return [];
  const staged = `${keyFile}.restoring`;
  return [{ place: keyFile, aside: join(asideHome, 'keys.json'), staged, copy: (to) => void copyPrivate(kept, to) }];
}

function copyPart(
  directory: string,
  manifest: Manifest,
  part: string,
  to: string,
  owner?: { uid: number; gid: number },
): void {
  const own = (path: string, mode: number) => {
    chmodSync(path, mode);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  };
  const beneath = (path: string) => (path === part ? '' : path.slice(part.length + 1));
  const within = (path: string) => path === part || path.startsWith(`${part}/`);
  for (const path of manifest.directories.filter(within)) {
    mkdirSync(join(to, beneath(path)), { recursive: true });
    own(join(to, beneath(path)), 0o700);
  }
  for (const { path } of manifest.files.filter((file) => within(file.path))) {
    const target = join(to, beneath(path));
    mkdirSync(dirname(target), { recursive: true });
    copyPrivate(join(directory, path), target);
    own(target, 0o600);
  }
}

function copyPrivate(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}

/** Renames only; when one fails, those before it are undone. */
function swap(moves: readonly Move[]): string[] {
  const done: (() => void)[] = [];
  const aside = new Set<string>();
  const rename = (from: string, to: string) => {
    mkdirSync(dirname(to), { recursive: true, mode: 0o711 });
    renameSync(from, to);
    done.push(() => renameSync(to, from));
  };
  try {
    for (const move of moves) {
      if (exists(move.place)) {
        rename(move.place, move.aside);
        aside.add(/before-restore-[^/]*$/.test(move.aside) ? move.aside : dirname(move.aside));
      }
      if (move.staged !== undefined && exists(move.staged)) rename(move.staged, move.place);
    }
  } catch (error) {
    for (const undo of done.toReversed()) undo();
    throw error;
  } finally {
    for (const { staged } of moves) if (staged !== undefined) rmSync(staged, { recursive: true, force: true });
    for (const parent of new Set(
      moves.flatMap(({ staged }) => (staged?.includes('/restoring-') ? [dirname(staged)] : [])),
    ))
      rmSync(parent, { recursive: true, force: true });
  }
  return [...aside];
}
