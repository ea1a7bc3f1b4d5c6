/**
 * `npm run simulate -- waitlist`: a synthetic season of cancellations and answers, played under each policy on the
 * time-skipping server with the real workflows and a real database, so that a clinic can choose its windows by evidence.
 * Exit 0: every policy was played; 1: one was not; 2: the command is off.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { simulation, type Simulation, type SimulationFigures } from '../domain/waitlist/simulation.ts';
import { signIn } from './client/clinic-client.ts';
import { createProgress } from './provision/progress.ts';
import { countFigures } from './simulate/figures.ts';
import { playSeason } from './simulate/play.ts';
import { choosePolicies, namedPolicies, type NamedPolicy } from './simulate/policies.ts';
import { parameterLines, resultLines } from './simulate/report.ts';
import { defaultSeason, makeSeason, type Season, type SeasonParameters } from './simulate/season.ts';
import { setStage, type Stage } from './simulate/stage.ts';
import { connect } from '../db/connection.ts';

const usage = `npm run simulate -- waitlist [OPTIONS]
  --seed N            which season (7); the same seed is the same people, cancellations and answers for each policy
  --days N            how long it is (30)
  --policies a,b      of ${Object.keys(namedPolicies).join(', ')} (default,short,batch)
  --policy file.json  a waitlist policy of your own, as POST /policies takes it: what it leaves out is the default's
  --waiting N         who waits already when it begins (90)
  --cancellations N   cancelled visits a day (3)
  --minutes N         gives up after so many minutes for each policy (20)
  --json file         writes the whole result
  --keep              keeps it in the running clinic, for Administration, Simulations (demo clinics; elsewhere add the file there)`;

interface Command {
  readonly parameters: SeasonParameters;
  readonly policies: readonly NamedPolicy[];
  readonly minutes: number;
  readonly json: string | undefined;
  readonly keep: boolean;
}

function readCommand(): Command | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'seed': { type: 'string' },
      'days': { type: 'string' },
      'policies': { type: 'string' },
      'policy': { type: 'string' },
      'waiting': { type: 'string' },
      'cancellations': { type: 'string' },
      'minutes': { type: 'string' },
      'json': { type: 'string' },
      'keep': { type: 'boolean' },
      'help': { type: 'boolean', short: 'h' },
    },
  }); // prettier-ignore
  if (values.help === true) return null;
  if (positionals.length !== 1 || positionals[0] !== 'waitlist')
    throw new Error('Say what to simulate: npm run simulate -- waitlist');
  const whole = (name: 'seed' | 'days' | 'waiting' | 'minutes', usual: number, most: number): number => {
    const given = values[name] === undefined ? usual : Number(values[name]);
    if (!Number.isInteger(given) || given < (name === 'seed' ? 0 : 1) || given > most)
      throw new Error(`--${name} is a whole number up to ${most}.`);
    return given;
  };
  const cancellationsPerDay = Number(values.cancellations ?? defaultSeason.cancellationsPerDay);
  if (!(cancellationsPerDay > 0 && cancellationsPerDay <= 50)) throw new Error('--cancellations is a number up to 50.');
  return {
    parameters: {
      ...defaultSeason,
      seed: whole('seed', defaultSeason.seed, 4_294_967_295),
      days: whole('days', defaultSeason.days, 120),
      waitingAtStart: whole('waiting', defaultSeason.waitingAtStart, 2_000),
      cancellationsPerDay,
    },
    policies: choosePolicies(values.policies, values.policy),
    minutes: whole('minutes', 20, 24 * 60),
    json: values.json,
    keep: values.keep === true,
  };
}

const stopping = new AbortController();
process.once('SIGINT', () => {
  console.log('\nstopping everything; once more ends it at once');
  stopping.abort(new Error('interrupted'));
});

async function run(command: Command): Promise<number> {
  const { parameters, policies, minutes } = command;
  console.log(parameterLines(parameters).join('\n'));
  const season = makeSeason(parameters);
  console.log(`  ${season.entries.length} wishes, ${season.cancellations.length} cancellations; the same for each of ${policies.length} policies`); // prettier-ignore
  const progress = createProgress();
  const results: Simulation['results'] = [];
  const stage = await progress.step('Setting the stage', () => setStage(progress));
  try {
    for (const policy of policies) {
      const figures = await progress.step(`Playing "${policy.name}"`, (say) =>
        playOne(stage, season, policy, minutes, say),
      );
      results.push({ policy: { name: policy.name, value: { ...policy.value } }, figures });
    }
  } finally {
    await stage.close();
  }
  const result = simulation.parse({ kind: 'waitlist', seed: parameters.seed, ranAt: new Date().toISOString(), parameters, results }); // prettier-ignore
  console.log(`\n${resultLines(result).join('\n')}`);
  if (command.json !== undefined) {
    writeFileSync(command.json, `${JSON.stringify(result, null, 2)}\n`);
    console.log(`\nwritten to ${command.json}`);
  }
  if (command.keep) await keep(result);
  return 0;
}

async function playOne(
  stage: Stage,
  season: Season,
  { value: policy }: NamedPolicy,
  minutes: number,
  say: (detail: string) => void,
): Promise<SimulationFigures> {
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(minutes * 60_000)]);
  const played = await playSeason({ ...stage, season, policy, signal, say });
  if (played.stalled > 0)
    throw new Error(`${played.stalled} time(s) a process did not do in time what was due; its figures would be wrong.`);
  const db = connect({ url: stage.database.worker, applicationName: 'simulate', poolMax: 1 });
  try {
    return await countFigures(db, {
      organizationId: played.organizationId,
      from: new Date(season.startsAt),
      to: new Date(played.endedAt),
      timeZone: season.parameters.timeZone,
    });
  } finally {
    await db.destroy();
  }
}

async function keep(result: Simulation): Promise<void> {
  const config = loadConfig(process.env, { roles: [] });
  const administrator = await signIn(`${config.publicUrl}/api/v1`, 'admin@demo.healthsphere.example', config.demo.password); // prettier-ignore
  await administrator.must('POST', '/simulations', { body: result });
  console.log(`kept: ${config.publicUrl}/admin/simulations`);
}

async function main(): Promise<number> {
  let command: Command | null;
  try {
    command = readCommand();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (command === null) {
    console.log(usage);
    return 0;
  }
  return run(command);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`The simulation could not be finished: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
