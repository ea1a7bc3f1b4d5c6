/** `npm run create-keys -- PATH`: a new key file for a production installation. Refuses to overwrite one. */
import { createKeyFile } from '../keys.ts';

const path = process.argv[2];
if (path === undefined) {
  console.error('Say where: npm run create-keys -- deploy/keys.json');
  process.exitCode = 2;
} else {
  try {
    createKeyFile(path);
    console.log(
      `Keys written to ${path}. Keep a copy where the database backups are not: neither opens anything without the other.`,
    );
  } catch (error) {
    console.error(`No keys were written: ${inWords(error, path)}`);
    process.exitCode = 1;
  }
}

function inWords(error: unknown, file: string): string {
  if ((error as NodeJS.ErrnoException).code === 'EEXIST')
    return `${file} exists already, and a key file is never overwritten: what was encrypted with it could not be read any more. Use it, or give another path.`;
  return error instanceof Error ? error.message : String(error);
}
