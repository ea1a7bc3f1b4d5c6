/**
 * `npm run rotate-keys -- PATH [--prepare]`: a new encryption key, current from the next start on; old ones stay.
 * With `--prepare` it is added only, for installations that are restarted process by process.
 */
import { rotateKeyFile } from '../keys.ts';

const words = process.argv.slice(2);
const paths = words.filter((word) => !word.startsWith('--'));
const unknown = words.filter((word) => word.startsWith('--') && word !== '--prepare');
const prepare = words.includes('--prepare');
const [path] = paths;
if (path === undefined || paths.length > 1 || unknown.length > 0) {
  console.error('Say which file: npm run rotate-keys -- deploy/keys.json [--prepare]');
  process.exitCode = 2;
} else {
  try {
    const { before, current } = rotateKeyFile(path, { prepare });
    console.log(
      prepare
        ? `A key is prepared in ${path}; ${current} still encrypts. Restart every API and worker, then: npm run rotate-keys -- ${path}`
        : `${path}: ${current} encrypts from now on in place of ${before}, which stays to read what it encrypted. ` +
            `Restart every API and worker, and copy the file to where its backup is.`,
    );
  } catch (error) {
    console.error(`No key was changed: ${inWords(error, path)}`);
    process.exitCode = 1;
  }
}

function inWords(error: unknown, file: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST')
    return `another rotation is under way. If none is, ${file}.new is what an interrupted one left: remove it and repeat.`;
  if (code === 'ENOENT') return `${file} does not exist.`;
  return error instanceof Error ? error.message : String(error);
}
