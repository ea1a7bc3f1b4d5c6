/** Everybody wants one time: exactly one gets it, the others are told what else there is, and that costs no workflow each. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { connect, type Db } from '../../db/connection.ts';
import { seededRandom, type Random } from '../seed/random.ts';
import type { ChaosClinic } from './clinic.ts';
import { bookingStep, createTraffic, type Known, type Step, type Traffic } from './traffic.ts';
import { look } from './watch.ts';

const minute = 60_000;

export interface SlotRound {
  readonly statuses: Readonly<Record<string, number>>;
  readonly winners: number;
  readonly kills: number;
  /** Runs that were started for all of them together. */
  readonly workflows: number;
  readonly seconds: number;
}

export interface OneSlotResult {
  readonly seed: number;
  readonly quiet: SlotRound;
  readonly rounds: readonly SlotRound[];
  readonly traffic: Traffic;
}

export interface OneSlotOptions {
  readonly seed: number;
  readonly clients: number;
  /** Rounds over fresh times in which a worker is killed. */
  readonly kills: number;
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

export async function runOneSlot(on: ChaosClinic, options: OneSlotOptions): Promise<OneSlotResult> {
  const { seed, clients, say, signal } = options;
  const traffic = createTraffic({ signal, onViolation: ({ rule, detail }) => say(`VIOLATION ${rule}: ${detail}`) });
  const random = seededRandom(seed);
  const db = connect({ url: on.clinic.database.migrator, applicationName: 'chaos-slot', poolMax: 2 });
  const engine = await countRuns(on);
  try {
    const round = async (number: number, killer: () => Promise<number>): Promise<SlotRound> => {
      signal?.throwIfAborted();
      const before = await engine.count();
      const since = performance.now();
      const steps = stepsFor(on, { seed, number, clients });
      const [answers, kills] = await Promise.all([Promise.all(steps.map((step) => traffic.perform(step))), killer()]);
      const seconds = (performance.now() - since) / 1_000;
      const known = answers.filter((answer) => answer !== null);
      const winners = judge(traffic, number, known);
      await compareWithDatabase(db, traffic, number, steps, winners, kills === 0);
      if (kills > 0) await askAgain(on, traffic, { seed, number, clients, steps, known });
      await look(db, traffic);
      return { statuses: tally(known), winners: winners.length, kills, workflows: (await engine.count()) - before, seconds }; // prettier-ignore
    };
    const quiet = await round(0, async () => 0);
    say(`${clients} clients, one time: ${describe(quiet)}`);
    const rounds: SlotRound[] = [];
    // A kill that came when everybody was answered proves nothing; the round is not counted either.
    for (let number = 1; rounds.length < options.kills && number <= 2 * options.kills; number += 1) {
      const result = await round(number, () => killOne(on, traffic, random, number));
      if (result.kills > 0) rounds.push(result);
      say(`kill ${rounds.length}: ${describe(result)}${result.kills > 0 ? '' : ' (nobody was asking any more)'}`);
      await on.clinic.whenReady(undefined, 60_000);
    }
    return { seed, quiet, rounds, traffic };
  } finally {
    await engine.close();
    await db.destroy();
  }
}

export function describe({ statuses, winners, workflows, seconds }: SlotRound): string {
  const answers = Object.entries(statuses).map(([answer, count]) => `${count} x ${answer}`);
  return `${answers.join(', ')}; ${winners} winner(s), ${workflows} workflow(s) started, ${seconds.toFixed(1)} s`;
}

/** Each round has a time of its own; each client a patient of its own. */
function stepsFor(on: ChaosClinic, of: { seed: number; number: number; clients: number }, extra = ''): Step[] {
  const { place, people } = on;
  const tomorrow = Math.ceil(Date.now() / (1_440 * minute)) * 1_440 * minute;
  const start = new Date(tomorrow + of.number * 20 * minute).toISOString();
  return Array.from({ length: of.clients }, (_, client) =>
    bookingStep(on, people.desk, `slot-${of.seed}-${of.number}-${client}${extra}`, {
      patientId: place.patients[client % place.patients.length],
      visitTypeId: place.visitTypeId,
      practitionerId: place.practitioners[0],
      locationId: place.locationId,
      start,
    }),
  );
}

/** One 201 at most, and everybody else 409 slot-taken with other times. */
function judge(traffic: Traffic, number: number, known: readonly Known[]): Known[] {
  const winners = known.filter(({ status }) => status === 201);
  if (winners.length > 1) traffic.violated('one slot', `round ${number}: ${winners.length} x 201`);
  for (const { status, code, body } of known) {
    const alternatives = body['alternatives'];
    const isLoser = status === 409 && code === 'slot-taken' && Array.isArray(alternatives) && alternatives.length > 0;
    if (status !== 201 && !isLoser)
      traffic.violated('one slot', `round ${number}: a client was answered ${status} ${code}, ${JSON.stringify(body)}`);
  }
  return winners;
}

async function compareWithDatabase(
  db: Db,
  traffic: Traffic,
  number: number,
  steps: readonly Step[],
  winners: readonly Known[],
  exactAudit: boolean,
): Promise<void> {
  const ids = steps.map(({ appointmentId }) => appointmentId);
  const visits = await db('appointment').whereIn('id', ids).select<{ id: string; status: string }[]>('id', 'status');
  const changes = await db('state_change').where({ aggregate: 'appointment' }).whereIn('aggregate_id', ids);
  const attempts = await db('audit_event')
    .where({ action: 'appointment:book', entity_type: 'appointment' })
    .whereIn('entity_id', ids);
  const booked = visits.map(({ id }) => id).join();
  if (booked !== winners.map(({ step }) => step.appointmentId).join())
    traffic.violated('one slot', `round ${number}: answered for ${winners.length}, on file: ${visits.length}`);
  if (changes.length !== winners.length)
    traffic.violated('one slot', `round ${number}: ${changes.length} state changes for ${winners.length} winner(s)`);
  // A killed process may have lost its refusal's row with its answer; the repeat then wrote another.
  if (exactAudit && attempts.length !== steps.length)
    traffic.violated('one slot', `round ${number}: ${attempts.length} audit rows for ${steps.length} attempts`);
}

interface Asked {
  readonly seed: number;
  readonly number: number;
  readonly clients: number;
  readonly steps: readonly Step[];
  readonly known: readonly Known[];
}

/** Everybody repeats the key: the same answer. And if nobody won, the time is free. */
async function askAgain(on: ChaosClinic, traffic: Traffic, { steps, known, ...of }: Asked): Promise<void> {
  const again = await Promise.all(steps.map((step) => traffic.perform(step)));
  const first = new Map(known.map((answer) => [answer.step, answer]));
  for (const answer of again) {
    const before = answer === null ? undefined : first.get(answer.step);
    if (answer === null || before === undefined) continue;
    if (before.status !== answer.status || before.view?.id !== answer.view?.id)
      traffic.violated('one slot', `round ${of.number}: the same key, ${before.status} then ${answer.status}`);
  }
  if (known.some(({ status }) => status === 201)) return;
  const late = await traffic.perform(stepsFor(on, { ...of, clients: 1 }, '-late')[0]!);
  if (late?.status !== 201)
    traffic.violated('one slot', `round ${of.number}: nobody won, and the time is not free: ${late?.status}`);
}

/**
 * At a random moment of the first half second, when the time is being decided on; every third time exactly between the
 * winner's commit and its report.
 * @returns 0 when nobody was asking any more: it does not count
 */
async function killOne(on: ChaosClinic, traffic: Traffic, random: Random, number: number): Promise<number> {
  if (number % 3 === 0) {
    const file = on.points['after-commit-before-complete'];
    writeFileSync(file, '');
    const deadline = performance.now() + 5_000;
    while (existsSync(file) && performance.now() < deadline) await sleep(2);
    const died = !existsSync(file);
    rmSync(file, { force: true });
    return died ? 1 : 0;
  }
  const victims = random.pick([['worker-1'], ['worker-2'], ['worker-1', 'worker-2']]);
  await sleep(random.between(0, 500));
  if (traffic.inFlight() === 0) return 0;
  return victims.filter((name) => on.clinic.kill(name)).length > 0 ? 1 : 0;
}

function tally(known: readonly Known[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of known) {
    const name = code === null ? String(status) : `${status} ${code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How many runs the engine knows, once its visibility store has caught up. */
async function countRuns({ config }: ChaosClinic): Promise<{ count(): Promise<number>; close(): Promise<void> }> {
  const connection = await Connection.connect({ address: config.temporal.address });
  const client = new TemporalClient({ connection, namespace: config.temporal.namespace });
  return {
    async count() {
      for (let last = -1; ; await sleep(400)) {
        const { count } = await client.workflow.count(`WorkflowType = 'appointment'`);
        if (count === last) return count;
        last = count;
      }
    },
    close: () => connection.close(),
  };
}
