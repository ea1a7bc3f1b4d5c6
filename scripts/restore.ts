/** `npm run restore -- DIR`: puts a backup in the place of the present data, which is moved aside. */
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { putBack } from './backup/put-back.ts';

const usage = `npm run restore -- DIRECTORY
  DIRECTORY     what npm run backup made; the clinic must be stopped. Present data is moved aside, never deleted.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const [directory] = positionals;
  if (values.help || directory === undefined || positionals.length > 1) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const places = loadConfig(undefined, { roles: [] });
  const { manifest, movedAside, totalMs } = await putBack({ places, directory });
  console.log(
    [
      `Restored into ${places.home} in ${(totalMs / 1000).toFixed(1)} s: the state of ${manifest.createdAt}.`,
      ...(movedAside.length === 0
        ? []
        : [
            `What was there before is in:\n  ${movedAside.join('\n  ')}`,
            'Keep it until you are sure; its anchors prove audit rows that are newer than this backup.',
          ]),
      'Next: npm start, then npm run doctor (drift must be none) and npm run verify-audit.',
      'Messages that were waiting at that time are sent again, with the Message-ID they had; what happened since must be entered again.',
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  console.error(`Nothing was restored. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
