/** `npm run backup -- DIR [--with-keys]`: the embedded clinic's data, running or stopped, in a directory of its own. */
import { parseArgs } from 'node:util';
import { loadConfig, type Config } from '../config.ts';
import { takeBackup } from './backup/take.ts';

const usage = `npm run backup -- DIRECTORY [--with-keys]
  DIRECTORY     must not exist yet; it holds patients' data afterwards: keep it like the clinic itself
  --with-keys   also the key file, which reads workflows, signs links and seals the audit trail. Without it a stolen
                backup cannot forge those; keep the key file somewhere else, because without it no backup is of use`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'with-keys': { type: 'boolean' }, 'help': { type: 'boolean', short: 'h' } },
  }); // prettier-ignore
  const [directory] = positionals;
  if (values.help || directory === undefined || positionals.length > 1) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const places = loadConfig(undefined, { roles: [] });
  const { withKeys = false } = { withKeys: values['with-keys'] };
  const done = await takeBackup({ places, directory, databaseUrl: urlOfBackup(), withKeys });
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  console.log(
    [
      `Backed up to ${done.directory}: ${done.files} files, ${(done.bytes / 1e6).toFixed(0)} MB, in ${seconds(done.totalMs)} s.`,
      done.clinic === 'stopped'
        ? 'The clinic was stopped.'
        : `The clinic went on; the engine stood still for ${seconds(done.frozenMs)} s, and bookings waited.`,
      withKeys
        ? 'The key file is in it: whoever has this backup can read the workflows, sign links and forge the audit trail.'
        : `The key file ${places.keyFile} is not in it, so that a stolen backup cannot sign links or forge the audit trail. Keep a copy of it somewhere else: no backup can be restored without it.`,
      `To restore: stop the clinic, then npm run restore -- ${done.directory}`,
    ].join('\n'),
  );
}

/** Known while the clinic runs. */
function urlOfBackup(): string | undefined {
  try {
    const config: Config<'backup'> = loadConfig(undefined, { roles: ['backup'] });
    return config.database.backup;
  } catch {
    return undefined;
  }
}

main().catch((error: unknown) => {
  console.error(`No backup was taken. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
