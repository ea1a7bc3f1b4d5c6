/**
 * Everybody waits, and much becomes free: clients answer offers, book and cancel at once for a minute. An offer that stands
 * is never refused for lack of its time (C5), nobody else gets it meanwhile (C3), and every freed time ends filled or
 * released.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Db } from '../../db/connection.ts';
import { requestUntilKnown } from '../client/clinic-client.ts';
import { seededRandom, type Random } from '../seed/random.ts';
import type { ChaosClinic } from './clinic.ts';
import { actionStep, bookingStep, createTraffic, type Traffic } from './traffic.ts';
import { filledTimesAreBooked, judgeAnswers } from './waitlist-judge.ts';
import { followOffers, say as answer, type Answered, type Inbox } from './waitlist-offers.ts';
import { look, watchInvariants } from './watch.ts';

export interface WaitlistOptions {
  readonly seed: number;
  readonly clients: number;
  readonly entries: number;
  readonly openings: number;
  readonly seconds: number;
  /** How long an offer stands. Long enough to answer, short enough that a silence passes on within the run. */
  readonly windowSeconds: number;
  /** How many are asked about one time before it is everybody's. */
  readonly maxOffers: number;
  /** Mean pause of a client between two things, ms. */
  readonly thinkMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

export interface WaitlistResult {
  readonly seed: number;
  readonly seconds: number;
  readonly entries: number;
  /** Freed times by the state they ended in; those of the chains behind acceptances included. */
  readonly openings: Readonly<Record<string, number>>;
  /** Of those: freed by an acceptance. */
  readonly chained: number;
  readonly offers: Readonly<Record<string, number>>;
  /** What was said, how it was meant, and how it was answered: `accept: 200`. */
  readonly words: Readonly<Record<string, number>>;
  readonly answers: readonly Answered[];
  readonly acceptedButUnavailable: number;
  readonly bookings: Readonly<Record<string, number>>;
  readonly cancellations: number;
  /** From the commit that freed the time to its first offer, ms, sorted. */
  readonly reactions: readonly number[];
  readonly looks: number;
  readonly traffic: Traffic;
}

const minute = 60_000;
const day = 1_440 * minute;

export async function runWaitlist(on: ChaosClinic, options: WaitlistOptions): Promise<WaitlistResult> {
  const { seed, say, signal } = options;
  const started = performance.now();
  const traffic = createTraffic({ signal, onViolation: ({ rule, detail }) => say(`VIOLATION ${rule}: ${detail}`) });
  const random = seededRandom(seed);
  const db = connect({ url: on.clinic.database.migrator, applicationName: 'chaos-waitlist', poolMax: 3 });
  try {
    await shortWindows(on, options);
    const visits = await bookAhead(on, traffic, options);
    say(
      `${visits.toCancel.length} visits stand that will be cancelled, ${visits.toMove.size} that their patients want earlier`,
    );
    await everybodyJoins(on, options, visits.toMove);
    say(
      `${options.entries} patients wait; ${options.clients} clients answer, book and cancel for ${options.seconds} s`,
    );
    const watch = watchInvariants(on, traffic);
    const run: Run = {
      on,
      traffic,
      random,
      toCancel: [...visits.toCancel],
      booked: [],
      answers: [],
      bookings: {},
      cancelled: 0,
    };
    const until = performance.now() + options.seconds * 1_000;
    const over = (): boolean => performance.now() > until || signal?.aborted === true;
    const inbox = followOffers(db, seededRandom(seed * 17), options.windowSeconds * 1_000);
    await Promise.all([
      cancelAll(run, options, over),
      ...Array.from({ length: options.clients }, (_, number) =>
        client(run, inbox, options, seededRandom(seed * 31 + number), over),
      ),
    ]);
    say(`${inbox.offers()} offers so far; waiting until every freed time has ended`);
    await inbox.end();
    await everyOpeningEnds(db, traffic, options);
    await watch.end();
    await look(db, traffic);
    await filledTimesAreBooked(db, traffic);
    return {
      seed,
      seconds: (performance.now() - started) / 1_000,
      entries: options.entries,
      openings: await counts(db, 'opening'),
      chained: Number(
        (await db('opening').whereNotNull('chain_of').count<{ count: string }[]>('* as count'))[0]!.count,
      ),
      offers: await counts(db, 'waitlist_offer'),
      words: wordsOf(run.answers),
      answers: run.answers,
      acceptedButUnavailable: await judgeAnswers(db, run.answers, traffic),
      bookings: run.bookings,
      cancellations: run.cancelled,
      reactions: await reactions(db),
      looks: watch.looks(),
      traffic,
    };
  } finally {
    await db.destroy();
  }
}

interface Visit {
  readonly id: string;
  readonly start: string;
}

interface Run {
  readonly on: ChaosClinic;
  readonly traffic: Traffic;
  readonly random: Random;
  /** Booked beforehand, and not cancelled yet. */
  readonly toCancel: Visit[];
  /** Booked by the clients meanwhile. */
  readonly booked: Visit[];
  readonly answers: Answered[];
  readonly bookings: Record<string, number>;
  cancelled: number;
}

const count = (to: Record<string, number>, name: string): void => void (to[name] = (to[name] ?? 0) + 1);

function wordsOf(answers: readonly Answered[]): Record<string, number> {
  const words: Record<string, number> = {};
  for (const { habit, known } of answers) count(words, `${habit}: ${known.status} ${known.code ?? ''}`.trim());
  return words;
}

/** Windows of seconds at any hour; whoever is silent is asked again by the next freed time. */
async function shortWindows(on: ChaosClinic, { windowSeconds, maxOffers }: WaitlistOptions): Promise<void> {
  const policies = {
    waitlist: {
      windows: [{ leadAtLeast: 'PT2H', window: `PT${windowSeconds}S`, wakingHoursOnly: false, maxOffers }],
      sendHours: null,
      maxOffersPerDay: 50,
      pauseAfterSilences: 20,
    },
    reminder: { items: [], margin: 'PT1S', quietHours: null },
    reschedule: { maxByPatient: 100 },
  };
  for (const [kind, value] of Object.entries(policies))
    await must(on, on.people.admin.token, '/policies', { kind, locationId: on.place.locationId, value });
}

async function must({ clinic }: ChaosClinic, token: string, path: string, body: unknown, key: string = randomUUID()) {
  const reply = await requestUntilKnown(clinic.addresses.api, token, 'POST', path, { key, body, timeoutMs: 12_000 });
  if (reply.status >= 300) throw new Error(`refused: ${reply.status} ${JSON.stringify(reply.body)}`);
}

/** Whole hours from tomorrow on, so that the lead is long and windows are one. */
const firstTime = (): number => Math.ceil((Date.now() + day) / (60 * minute)) * 60 * minute;

/** Visits that will be cancelled, from tomorrow on; and visits a week later, whose patients (the first on the list) wait for an earlier one. */
async function bookAhead(on: ChaosClinic, traffic: Traffic, { seed, openings, entries }: WaitlistOptions) {
  const { place, people } = on;
  const first = firstTime();
  const book = async (name: string, n: number, patientId: string, from: number): Promise<Visit> => {
    const step = bookingStep(on, people.desk, `wait-${seed}-${name}-${n}`, {
      patientId,
      visitTypeId: place.visitTypeId,
      practitionerId: place.practitioners[n % place.practitioners.length],
      locationId: place.locationId,
      start: new Date(from + Math.floor(n / place.practitioners.length) * 30 * minute).toISOString(),
      mode: 'in-person',
    });
    const known = await traffic.perform(step);
    if (known?.view == null) throw new Error(`a visit could not be booked: ${known?.status} ${known?.code}`);
    return { id: known.view.id, start: known.view.start ?? '' };
  };
  const toCancel: Visit[] = [];
  for (let n = 0; n < openings; n += 1)
    toCancel.push(await book('cancel', n, place.patients[place.patients.length - 1 - n]!, first));
  const toMove = new Map<number, string>();
  for (let n = 0; n < Math.min(openings, Math.ceil(entries / 10)); n += 1)
    toMove.set(n, (await book('move', n, place.patients[n]!, first + 7 * day)).id);
  return { toCancel, toMove };
}

/** Who has a visit already waits with more urgency, so that chains come about. */
async function everybodyJoins(
  on: ChaosClinic,
  { entries, seed }: WaitlistOptions,
  current: ReadonlyMap<number, string>,
): Promise<void> {
  const { place, people } = on;
  const urgencies = ['routine', 'routine', 'routine', 'soon', 'urgent'] as const;
  const queue = Array.from({ length: entries }, (_, n) => n);
  const lane = async (): Promise<void> => {
    for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
      const body = {
        patientId: place.patients[n],
        visitTypeIds: [place.visitTypeId],
        urgency: current.has(n) && n % 2 === 0 ? 'urgent' : urgencies[n % urgencies.length],
        noticeMinutes: 0,
        ...(current.has(n) && { currentAppointmentId: current.get(n) }),
        ...(n % 3 === 0 && { providerIds: [place.practitioners[n % place.practitioners.length]] }),
      };
      await must(on, people.desk.token, '/waitlist-entries', body, `join-${seed}-${n}-0000`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** All of them within the first half, so that the other half is for the answers; none waits for the one before. */
async function cancelAll(run: Run, { seconds, openings }: WaitlistOptions, over: () => boolean): Promise<void> {
  const pause = (seconds * 500) / openings;
  const cancelling: Promise<unknown>[] = [];
  while (run.toCancel.length > 0 && !over()) {
    const [visit] = run.toCancel.splice(run.random.between(0, run.toCancel.length - 1), 1);
    if (visit === undefined) break;
    cancelling.push(cancel(run, visit));
    await sleep(pause);
  }
  await Promise.all(cancelling);
}

async function cancel(run: Run, visit: Visit): Promise<void> {
  const { on, traffic } = run;
  const known = await traffic.perform(
    actionStep(on, on.people.desk, randomUUID(), visit.id, 'cancel', { reason: 'chaos' }),
  );
  if (known !== null && known.status < 300) run.cancelled += 1;
}

/** Answers what is to be answered; else wants a time for somebody, often one that is being offered, or gives one up. */
async function client(
  run: Run,
  inbox: Inbox,
  { thinkMs }: WaitlistOptions,
  random: Random,
  over: () => boolean,
): Promise<void> {
  await sleep(random.between(0, thinkMs));
  while (!over()) {
    const next = inbox.take();
    if (next !== undefined)
      run.answers.push(...(await answer(run.on, run.traffic, next, random.pick(run.on.place.patients))));
    else if (random.next() < 0.15 && run.booked.length > 0)
      await cancel(run, run.booked.splice(random.between(0, run.booked.length - 1), 1)[0]!);
    else if (random.next() < 0.5) await want(run, random);
    // Whoever waits for a word to say listens more often than they act.
    for (let wait = random.between(thinkMs / 2, thinkMs * 1.5); wait > 0 && !over(); wait -= 400) {
      const word = inbox.take();
      if (word !== undefined)
        run.answers.push(...(await answer(run.on, run.traffic, word, random.pick(run.on.place.patients))));
      await sleep(Math.min(wait, 400));
    }
  }
}

async function want(run: Run, random: Random): Promise<void> {
  const { place, people } = run.on;
  const near = run.toCancel.length > 0 && random.next() < 0.5 ? random.pick(run.toCancel).start : null;
  const start = near ?? new Date(firstTime() + random.between(0, 160) * 15 * minute).toISOString();
  const known = await run.traffic.perform(
    bookingStep(run.on, people.desk, randomUUID(), {
      patientId: random.pick(place.patients),
      visitTypeId: place.visitTypeId,
      practitionerId: random.pick(place.practitioners),
      locationId: place.locationId,
      start,
      mode: 'in-person',
    }),
  );
  if (known === null) return;
  count(run.bookings, `${known.status} ${known.code ?? ''}`.trim());
  if (known.view !== null) run.booked.push({ id: known.view.id, start });
}

/** Nobody answers any more: the windows end, and each time goes to the next or to everybody. */
async function everyOpeningEnds(
  db: Db,
  traffic: Traffic,
  { windowSeconds, maxOffers }: WaitlistOptions,
): Promise<void> {
  const deadline = performance.now() + (windowSeconds * maxOffers + 120) * 1_000;
  for (;;) {
    const states = await counts(db, 'opening');
    const live = (states['open'] ?? 0) + (states['offering'] ?? 0);
    if (live === 0) return;
    if (performance.now() > deadline) {
      traffic.violated('C4', `${live} freed times have neither been filled nor released`);
      return;
    }
    await sleep(500);
  }
}

async function counts(db: Db, table: 'opening' | 'waitlist_offer'): Promise<Record<string, number>> {
  const rows = await db(table)
    .groupBy('state')
    .select<{ state: string; count: string }[]>('state', db.raw('count(*) AS count'));
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
}

async function reactions(db: Db): Promise<number[]> {
  const { rows } = await db.raw<{ rows: { ms: number }[] }>(
    `SELECT extract(epoch FROM min(f.offered_at) - o.created_at)::float8 * 1000 AS ms
     FROM opening o JOIN waitlist_offer f ON f.opening_id = o.id GROUP BY o.id, o.created_at`,
  );
  return rows.map(({ ms }) => ms).toSorted((a, b) => a - b);
}
