/** Copies files as they are now, with their directories. */
import { chmodSync, constants, copyFileSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What was copied, as paths relative to the target. */
export interface Copied {
  readonly files: string[];
  readonly directories: string[];
}

/** @param keep decides by the path relative to `from`, directories included */
export function copyTree(from: string, to: string, keep: (path: string) => boolean = () => true, at = ''): Copied {
  const copied: Copied = { files: [], directories: [] };
  mkdirSync(join(to, at), { recursive: true, mode: 0o700 });
  copied.directories.push(at);
  for (const entry of readdirSync(join(from, at), { withFileTypes: true })) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (!keep(path)) continue;
    if (entry.isSymbolicLink()) throw new Error(`${join(from, path)} is a link, which a backup cannot follow.`);
    if (entry.isDirectory()) {
      const below = copyTree(from, to, keep, path);
      copied.files.push(...below.files);
      copied.directories.push(...below.directories);
    } else if (entry.isFile() && copyOne(join(from, path), join(to, path))) copied.files.push(path);
  }
  return copied;
}

/** @returns false when the file is gone: Postgres removes files at any time, and what it needs of them is in its log. */
export function copyOne(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    chmodSync(to, 0o600);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

export function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
