/**
 * `npm run match -- A.csv [B.csv] [--country 1] [--ignore-unknown]`
 * Who is in A twice, or in A and in B: CSV on standard output, as it is found (scheduling-intake.md D3 "Duplicates").
 * Exit 0: done; 1: a file cannot be read; 2: the command is off. docs/matching.md explains columns and answer.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { linkIdentities, matchHeader, matchLine } from './match/link.ts';
import { BadInput, readIdentities } from './match/read-identities.ts';

const usage =
  'npm run match -- A.csv [B.csv] [--country 1] [--ignore-unknown]; docs/matching.md says what is understood';

function readCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'country': { type: 'string', default: '1' }, 'ignore-unknown': { type: 'boolean', default: false } }, // prettier-ignore
  });
  const [a, b, ...more] = positionals;
  if (a === undefined || more.length > 0) throw new Error('Say one file, or two.');
  if (!/^[1-9]\d{0,2}$/.test(values.country))
    throw new Error('--country is the country code of telephone numbers without one, such as 1 or 61.');
  return { a, b, countryCode: values.country, ignoreUnknown: values['ignore-unknown'] };
}

async function main(): Promise<number> {
  let command: ReturnType<typeof readCommand>;
  try {
    command = readCommand();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  const { a, b, countryCode, ignoreUnknown } = command;
  const started = performance.now();
  const read = (file: string) => readIdentities(file, { ignoreUnknown });
  let pairs = 0;
  try {
    await write(matchHeader);
    const links = linkIdentities(b === undefined ? [read(a)] : [read(a), read(b)], {
      countryCode,
      onEnd: ({ records, compared, giantBlocks, leftOut }) => {
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        process.stderr.write(`${records} records, ${compared} pairs compared, ${pairs} found, ${seconds} s\n`);
        if (giantBlocks > 0)
          process.stderr.write(
            `${giantBlocks} blocks were too big and were divided; ${leftOut} looks at members were left out.\n`,
          );
      },
    });
    for await (const pair of links) {
      pairs += 1;
      await write(matchLine(pair));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main();
