/**
 * Everybody waits, and much becomes free: clients answer offers, book and cancel at once for a minute. An offer that stands
 * is never refused for lack of its time (C5), nobody else gets it meanwhile (C3), and every freed time ends filled or
 * released.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Db } from '../../db/connection.ts';
import { request, type Reply } from '../client/clinic-client.ts';
import { seededRandom, type Random } from '../seed/random.ts';
import type { ChaosClinic } from './clinic.ts';
import { bookingStep, createTraffic, type Step, type Traffic } from './traffic.ts';
import { look, watchInvariants } from './watch.ts';

export interface WaitlistOptions {
  readonly seed: number;
  readonly clients: number;
  readonly entries: number;
  readonly openings: number;
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

export interface WaitlistResult {
  readonly seed: number;
  readonly seconds: number;
  readonly entries: number;
  /** Freed times by the state they ended in; those of the chains behind acceptances included. */
  readonly openings: Readonly<Record<string, number>>;
  readonly offers: Readonly<Record<string, number>>;
  /** Answers to accepting an offer that stood, by status and code. */
  readonly accepts: Readonly<Record<string, number>>;
  readonly acceptedButUnavailable: number;
  readonly bookings: Readonly<Record<string, number>>;
  /** From the commit that freed the time to its first offer, ms, sorted. */
  readonly reactions: readonly number[];
  readonly looks: number;
  readonly traffic: Traffic;
}

const minute = 60_000;
const day = 1_440 * minute;
/** Long enough to answer, short enough that a silence passes on within the run. */
const windowSeconds = 12;

interface LiveOffer {
  readonly openingId: string;
  readonly offerId: string;
  readonly expiresAt: number;
}

export async function runWaitlist(on: ChaosClinic, options: WaitlistOptions): Promise<WaitlistResult> {
  const { seed, say, signal } = options;
  const started = performance.now();
  const traffic = createTraffic({ signal, onViolation: ({ rule, detail }) => say(`VIOLATION ${rule}: ${detail}`) });
  const random = seededRandom(seed);
  const db = connect({ url: on.clinic.database.migrator, applicationName: 'chaos-waitlist', poolMax: 2 });
  try {
    await shortWindows(on);
    const visits = await bookAhead(on, traffic, options);
    say(`${visits.length} visits stand that will be cancelled`);
    await everybodyJoins(on, options);
    say(
      `${options.entries} patients wait; ${options.clients} clients answer, book and cancel for ${options.seconds} s`,
    );
    const watch = watchInvariants(on, traffic);
    const run = { on, traffic, random, visits: [...visits], tally: createTally() };
    const until = performance.now() + options.seconds * 1_000;
    const over = (): boolean => performance.now() > until || signal?.aborted === true;
    const live = await followOffers(on, over);
    await Promise.all([
      cancelAll(run, options, over),
      ...Array.from({ length: options.clients }, (_, number) =>
        client(run, live, seededRandom(seed * 31 + number), over),
      ),
    ]);
    say('waiting until every freed time has ended');
    const openings = await everyOpeningEnds(db, traffic);
    await watch.end();
    await look(db, traffic);
    await filledTimesAreBooked(db, traffic);
    return {
      seed,
      seconds: (performance.now() - started) / 1_000,
      entries: options.entries,
      openings,
      offers: await counts(db, 'waitlist_offer'),
      accepts: run.tally.accepts,
      acceptedButUnavailable: run.tally.unavailable(),
      bookings: run.tally.bookings,
      reactions: await reactions(db),
      looks: watch.looks(),
      traffic,
    };
  } finally {
    await db.destroy();
  }
}

interface Run {
  readonly on: ChaosClinic;
  readonly traffic: Traffic;
  readonly random: Random;
  /** Booked, and not cancelled yet. */
  readonly visits: { readonly id: string; readonly start: string }[];
  readonly tally: Tally;
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const accepts: Record<string, number> = {};
  const bookings: Record<string, number> = {};
  let unavailable = 0;
  const add = (to: Record<string, number>, name: string): void => void (to[name] = (to[name] ?? 0) + 1);
  return {
    accepts,
    bookings,
    accepted: (name: string) => add(accepts, name),
    booked: (name: string) => add(bookings, name),
    isUnavailable: () => (unavailable += 1),
    unavailable: () => unavailable,
  };
}

/** Windows of seconds at any hour; whoever is silent is asked again by the next freed time. */
async function shortWindows({ clinic, place, people }: ChaosClinic): Promise<void> {
  const policies = {
    waitlist: {
      windows: [{ leadAtLeast: 'PT2H', window: `PT${windowSeconds}S`, wakingHoursOnly: false, maxOffers: 12 }],
      sendHours: null,
      maxOffersPerDay: 50,
      pauseAfterSilences: 20,
    },
    reminder: { items: [], margin: 'PT1S', quietHours: null },
    reschedule: { maxByPatient: 100 },
  };
  for (const [kind, value] of Object.entries(policies)) {
    must(await post(clinic, people.admin.token, '/policies', { kind, locationId: place.locationId, value }));
  }
}

const post = (
  clinic: ChaosClinic['clinic'],
  token: string,
  path: string,
  body: unknown,
  key: string = randomUUID(),
): Promise<Reply> => request(clinic.addresses.api, token, 'POST', path, { key, body, timeoutMs: 12_000 });

function must(reply: Reply): void {
  if (reply.status >= 300) throw new Error(`refused: ${reply.status} ${JSON.stringify(reply.body)}`);
}

/** Tomorrow and the days after, so that the lead is long; every second one belongs to somebody who waits for an earlier one too. */
async function bookAhead(on: ChaosClinic, traffic: Traffic, { seed, openings }: WaitlistOptions) {
  const { place, people } = on;
  const first = Math.ceil((Date.now() + day) / (60 * minute)) * 60 * minute;
  const booked: { id: string; start: string }[] = [];
  for (let n = 0; n < openings; n += 1) {
    const step = bookingStep(on, people.desk, `wait-${seed}-${n}`, {
      patientId: place.patients[place.patients.length - 1 - n],
      visitTypeId: place.visitTypeId,
      practitionerId: place.practitioners[n % place.practitioners.length],
      locationId: place.locationId,
      start: new Date(first + Math.floor(n / place.practitioners.length) * 30 * minute).toISOString(),
      mode: 'in-person',
    });
    const known = await traffic.perform(step);
    if (known?.view == null) throw new Error(`a visit could not be booked: ${known?.status} ${known?.code}`);
    booked.push({ id: known.view.id, start: known.view.start ?? '' });
  }
  return booked;
}

async function everybodyJoins(
  { clinic, place, people }: ChaosClinic,
  { entries, seed }: WaitlistOptions,
): Promise<void> {
  const urgencies = ['routine', 'routine', 'routine', 'soon', 'urgent'] as const;
  const one = async (n: number): Promise<void> => {
    must(
      await post(
        clinic,
        people.desk.token,
        '/waitlist-entries',
        {
          patientId: place.patients[n],
          visitTypeIds: [place.visitTypeId],
          urgency: urgencies[n % urgencies.length],
          noticeMinutes: 0,
          ...(n % 3 === 0 && { providerIds: [place.practitioners[n % place.practitioners.length]] }),
        },
        `join-${seed}-${n}-0000`,
      ),
    );
  };
  const queue = Array.from({ length: entries }, (_, n) => n);
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let n = queue.shift(); n !== undefined; n = queue.shift()) await one(n);
    }),
  );
}

/** One reader for all clients, as their screens would be told by the live connection. */
async function followOffers({ clinic, people }: ChaosClinic, over: () => boolean) {
  let offers: readonly LiveOffer[] = [];
  const read = async (): Promise<void> => {
    const reply = await request(clinic.addresses.api, people.desk.token, 'GET', '/openings?state=live&limit=200').catch(
      () => null,
    );
    if (reply?.status !== 200) return;
    const items = (reply.body['items'] ?? []) as { id: string; offers: { id: string; expiresAt: string }[] }[];
    offers = items.flatMap(({ id, offers: live }) =>
      live.map((one) => ({ openingId: id, offerId: one.id, expiresAt: Date.parse(one.expiresAt) })),
    );
  };
  await read();
  void (async () => {
    while (!over()) {
      await read();
      await sleep(250);
    }
  })();
  return { offers: () => offers };
}

type Live = Awaited<ReturnType<typeof followOffers>>;

/** All of them within the first half, so that the other half is for the answers; none waits for the one before. */
async function cancelAll(run: Run, { seconds, openings }: WaitlistOptions, over: () => boolean): Promise<void> {
  const pause = (seconds * 500) / openings;
  const cancelling: Promise<unknown>[] = [];
  while (run.visits.length > 0 && !over()) {
    const [visit] = run.visits.splice(run.random.between(0, run.visits.length - 1), 1);
    if (visit === undefined) break;
    const step = plain(run.on, 'cancel', `/appointments/${visit.id}/cancel`, visit.id, { reason: 'chaos' });
    cancelling.push(run.traffic.perform(step));
    await sleep(pause);
  }
  await Promise.all(cancelling);
}

/** Mostly answers offers; now and then wants a time for somebody, often one that is being offered. */
async function client(run: Run, live: Live, random: Random, over: () => boolean): Promise<void> {
  while (!over()) {
    const offers = live.offers();
    if (offers.length > 0 && random.next() < 0.7) await answer(run, random.pick(offers), random);
    else await want(run, random);
    await sleep(random.between(1_000, 9_000));
  }
}

async function answer(run: Run, offer: LiveOffer, random: Random): Promise<void> {
  const draw = random.next();
  // A quarter of the offers is met with silence.
  if (draw < 0.25) return;
  const action = draw < 0.55 ? 'accept' : 'decline';
  const stoodFor = offer.expiresAt - Date.now();
  const known = await run.traffic.perform(
    plain(run.on, action, `/openings/${offer.openingId}/${action}`, offer.openingId, { offerId: offer.offerId }),
  );
  if (known === null || action !== 'accept') return;
  run.tally.accepted(`${known.status} ${known.code ?? ''}`.trim());
  // Another client may have answered first, and the patient may have taken another time: these are no lack of the slot.
  const explained = ['offer-expired', 'invalid-transition', 'patient-overlap'];
  if (known.status >= 400 && !explained.includes(known.code ?? '')) {
    run.tally.isUnavailable();
    run.traffic.violated(
      'C5',
      `accepting a live offer (${stoodFor} ms left) was answered ${known.status} ${known.code}`,
    );
  }
}

async function want({ on, traffic, tally, visits }: Run, random: Random): Promise<void> {
  const { place, people } = on;
  const near = visits.length > 0 && random.next() < 0.5 ? random.pick(visits).start : null;
  const start =
    near ??
    new Date(
      Math.ceil((Date.now() + day) / (60 * minute)) * 60 * minute + random.between(0, 40) * 15 * minute,
    ).toISOString();
  const known = await traffic.perform(
    bookingStep(on, people.desk, randomUUID(), {
      patientId: random.pick(place.patients),
      visitTypeId: place.visitTypeId,
      practitionerId: random.pick(place.practitioners),
      locationId: place.locationId,
      start,
      mode: 'in-person',
    }),
  );
  if (known !== null) tally.booked(`${known.status} ${known.code ?? ''}`.trim());
}

function plain({ clinic, people }: ChaosClinic, what: string, path: string, id: string, body: unknown): Step {
  const key = randomUUID();
  return {
    what,
    appointmentId: id,
    operationKey: key,
    byLink: true,
    send: () => post(clinic, people.desk.token, path, body, key),
  };
}

/** Nobody answers any more: the windows end, and each time goes to the next or to everybody. */
async function everyOpeningEnds(db: Db, traffic: Traffic) {
  const deadline = performance.now() + 240_000;
  for (;;) {
    const states = await counts(db, 'opening');
    const live = (states['open'] ?? 0) + (states['offering'] ?? 0);
    if (live === 0) return states;
    if (performance.now() > deadline) {
      traffic.violated('C4', `${live} freed times have neither been filled nor released`);
      return states;
    }
    await sleep(1_000);
  }
}

async function counts(db: Db, table: 'opening' | 'waitlist_offer'): Promise<Record<string, number>> {
  const rows = await db(table)
    .groupBy('state')
    .select<{ state: string; count: string }[]>('state', db.raw('count(*) AS count'));
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}

/** C5 from the other side: whoever was told "accepted" has the visit, with its reservations. */
async function filledTimesAreBooked(db: Db, traffic: Traffic): Promise<void> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `SELECT o.id FROM opening o JOIN appointment a ON a.id = o.filled_appointment_id
     WHERE o.state = 'filled' AND a.status = 'booked' AND a.start_at = o.start_at
       AND NOT EXISTS (SELECT 1 FROM reservation v WHERE v.appointment_id = a.id AND v.released_at IS NULL)
     UNION ALL
     SELECT o.id FROM opening o WHERE o.state = 'filled' AND NOT EXISTS (
       SELECT 1 FROM waitlist_offer f WHERE f.opening_id = o.id AND f.state = 'accepted')`,
  );
  for (const { id } of rows) traffic.violated('C5', `freed time ${id} counts as filled and is not booked`);
}

async function reactions(db: Db): Promise<number[]> {
  const { rows } = await db.raw<{ rows: { ms: number }[] }>(
    `SELECT extract(epoch FROM min(f.offered_at) - o.created_at)::float8 * 1000 AS ms
     FROM opening o JOIN waitlist_offer f ON f.opening_id = o.id GROUP BY o.id, o.created_at`,
  );
  return rows.map(({ ms }) => ms).toSorted((a, b) => a - b);
}
