/**
 * `npm run bench [-- --only booking,open,availability,waitlist,intake] [--repeats 5] [--open 10000] [--reservations 1000000]
 * [--entries 10000] [--pause 1000]`; `--open` is the number of open visits, and of open intakes where only they are measured.
 * The rows of architecture.md section 8, as ratios to the trivial workflow measured in between, with spread and
 * configuration. Starts a clinic of its own on free ports, in a temporary home, and ends it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillReservations, furnish, type BenchClinic } from './bench/clinic.ts';
import { closedLoop, during, quantile, show, spread, times, type Spread } from './bench/measure.ts';
import { openIntakes, savesOf, type Browser, type Saved } from './bench/intakes.ts';
import { planOfAvailability } from './bench/availability-plan.ts';
import { startTrivial, type Trivial } from './bench/trivial.ts';
import { measureWaitlist } from './bench/waitlist.ts';
import { request } from './client/clinic-client.ts';
import { startClinic, type Clinic } from './supervise/clinic.ts';

interface Row {
  readonly what: string;
  readonly goal: string;
  readonly figure: string;
  readonly met: boolean | null;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'booking,open,availability,waitlist,intake' },
    repeats: { type: 'string', default: '5' },
    open: { type: 'string' },
    pause: { type: 'string', default: '1000' },
    reservations: { type: 'string', default: '1000000' },
    entries: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
});
const only = new Set(values.only.split(','));
const repeats = Math.max(3, Number(values.repeats));
const rows: Row[] = [];
const row = (what: string, goal: string, figure: string, met: boolean | null): void => {
  rows.push({ what, goal, figure, met });
  console.log(`  ${met === null ? ' ' : met ? '✓' : '✗'} ${what}: ${figure}${goal === '' ? '' : `   goal ${goal}`}`);
};

const home = mkdtempSync(join(tmpdir(), 'healthsphere-bench-'));
const started = performance.now();
let clinic: Clinic | undefined;
let trivial: Trivial | undefined;
let bench: BenchClinic | undefined;
try {
  clinic = await startClinic({
    home,
    ports: 'random',
    parts: ['postgres', 'temporal', 'mail', 'workers', 'api', 'seed'],
  });
  console.log(`\nThe clinic was ready (and seeded) after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  trivial = await startTrivial(clinic.environment);
  bench = await furnish(clinic);
  printConfiguration();
  await warmUp(bench, trivial);
  const empty = only.has('booking') || only.has('open') ? await measureBooking('empty clinic', bench, trivial) : null;
  if (only.has('open') && empty !== null)
    await measureWithOpen(clinic, bench, trivial, empty, Number(values.open ?? 10_000));
  if (only.has('waitlist')) await showWaitlist(clinic, bench, Number(values.entries));
  if (only.has('intake'))
    await measureSaves(clinic, bench, trivial, Number((!only.has('open') && values.open) || 5_000));
  if (only.has('availability')) await measureAvailability(clinic, bench, Number(values.reservations));
  if (values.json) console.log(JSON.stringify(rows, null, 2));
} finally {
  await bench?.owner.end();
  await trivial?.stop();
  await clinic?.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exit(0);

function printConfiguration(): void {
  const [cpu] = cpus();
  console.log(
    `Configuration: ${cpus().length} x ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version};`,
  );
  console.log(
    '  embedded Postgres 18 (fsync and synchronous_commit on), Temporal dev server on SQLite (WAL, eager activities, 1 partition),',
  );
  console.log(
    `  2 workers, 1 API process, codec on, mail on; ${repeats} repeats, interleaved with the trivial workflow; figures are median (lowest to highest) of the repeats\n`,
  );
}

async function warmUp(on: BenchClinic, base: Trivial): Promise<void> {
  await closedLoop(4, times(60, on.bookNext));
  await closedLoop(4, times(60, base.run));
}

interface Booking {
  readonly p50: Spread;
}

async function measureBooking(label: string, on: BenchClinic, base: Trivial): Promise<Booking> {
  const ratios: number[] = [];
  const p50s: number[] = [];
  const trivialP50s: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const trivialAlone = quantile((await closedLoop(1, times(40, base.run))).sorted, 0.5);
    const bookingAlone = quantile((await closedLoop(1, times(40, on.bookNext))).sorted, 0.5);
    trivialP50s.push(trivialAlone);
    p50s.push(bookingAlone);
    ratios.push(bookingAlone / trivialAlone);
  }
  row(`trivial workflow, 1 client, p50 ms (${label})`, '', show(spread(trivialP50s), 1), null);
  row(`booking over HTTP, 1 client, p50 ms (${label})`, '', show(spread(p50s), 1), null);
  const ratio = spread(ratios);
  row(`booking / trivial, p50 at 1 client (${label})`, '<= 0.8', show(ratio), ratio.median <= 0.8);

  const throughput: number[] = [];
  const bookingRates: number[] = [];
  const trivialRates: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const trivialRate = (await closedLoop(20, during(5_000, base.run))).perSecond;
    const bookingRate = (await closedLoop(20, during(5_000, on.bookNext))).perSecond;
    trivialRates.push(trivialRate);
    bookingRates.push(bookingRate);
    throughput.push(bookingRate / trivialRate);
  }
  row(`trivial workflows a second, 20 clients (${label})`, '', show(spread(trivialRates), 1), null);
  row(`bookings a second, 20 clients (${label})`, '', show(spread(bookingRates), 1), null);
  const rate = spread(throughput);
  row(`booking / trivial, throughput at 20 clients (${label})`, '>= 1.5', show(rate), rate.median >= 1.5);
  return { p50: spread(p50s) };
}

async function measureWithOpen(
  running: Clinic,
  on: BenchClinic,
  base: Trivial,
  empty: Booking,
  wanted: number,
): Promise<void> {
  const open = async (): Promise<number> =>
    Number((await on.owner.query(`SELECT count(*) AS n FROM appointment WHERE status = 'booked'`)).rows[0].n);
  const missing = wanted - (await open());
  console.log(`\n  booking ${Math.max(missing, 0)} more, so that ${wanted} appointments are open ...`);
  const filled = await closedLoop(20, times(Math.max(missing, 0), on.bookNext));
  console.log(`  done at ${filled.perSecond.toFixed(1)} a second; ${await open()} are open`);
  const { p50 } = await measureBooking(`${wanted} open`, on, base);
  const ratio = p50.median / empty.p50.median;
  row(`p50 with ${wanted} open / p50 of the empty clinic`, '<= 1.2', ratio.toFixed(2), ratio <= 1.2);
  for (const [name, pid] of Object.entries(running.pids())) {
    if (name !== 'api' && !name.startsWith('worker')) continue;
    const megabytes = residentMegabytes(pid);
    const goal = name === 'api' ? 200 : 400;
    row(`memory of ${name}, MB`, `<= ${goal}`, String(megabytes), megabytes <= goal);
  }
}

/** Resident memory from the kernel; NaN where there is no /proc. */
function residentMegabytes(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000);
  } catch {
    return Number.NaN;
  }
}

async function showWaitlist(running: Clinic, on: BenchClinic, entries: number): Promise<void> {
  console.log(`\n  ${entries} patients wait ...`);
  const { reactions, first, again } = await measureWaitlist(running, on, entries, repeats);
  const slowest = reactions.at(-1) ?? Number.NaN;
  row(`from a release to the first offer, ${entries} waiting: ms`, '<= 10000 each', show(spread(reactions), 0), slowest <= 10_000); // prettier-ignore
  const looks = { 'the first look, all of them kept': first, 'the look after an answer': again };
  for (const [name, { took, reading, cpu, roundTrips }] of Object.entries(looks)) {
    const ranking = spread(took);
    row(`ranking ${entries} entries, ${name}: ms`, '<= 200', show(ranking, 0), ranking.median <= 200);
    row('of it until everybody is read', '', show(spread(reading), 0), null);
    if (cpu !== null) row('processor time of it, Node + Postgres: ms', '', `${cpu.node.toFixed(0)} + ${cpu.postgres.toFixed(0)}`, null); // prettier-ignore
    row('statements: one reads everybody, one keeps the result', '', String(roundTrips), null);
  }
}

/**
 * Two shapes of load: clients that save without a pause, which is as much as the machine can do, and as many people who
 * read a page and think before they save it. In turns with the trivial workflow, both at one client and at twenty.
 */
async function measureSaves(running: Clinic, on: BenchClinic, base: Trivial, wanted: number): Promise<void> {
  const clients = 20;
  const pauseMs = Number(values.pause);
  console.log(`\n  opening intakes until ${wanted} are open ...`);
  const intakes = await openIntakes(running, on, wanted, console.log);
  const { opened } = intakes;
  console.log(`  ${intakes.rows} rows are open and ${intakes.runs} workflows run; ${opened.count} were opened, ${opened.perSecond.toFixed(1)} a second`); // prettier-ignore
  if (intakes.rows < wanted || intakes.runs < wanted) throw new Error('not every intake is open');
  const browsers: readonly Browser[] = Array.from({ length: clients }, intakes.browser);
  const [alone] = browsers as readonly [Browser];
  // Everybody is somewhere else: what is measured is a mixture of all steps.
  await Promise.all(browsers.map((browser, at) => savesOf([browser], { saves: at })));

  const figures = { trivialAlone: [], alone95: [], alone: [], ratio: [], trivialRate: [], rate: [], throughput: [], p50: [], p95: [], paced50: [], paced95: [], pacedRate: [] } as Record<string, number[]>; // prettier-ignore
  const keep = (name: keyof typeof figures, value: number): void => void figures[name]!.push(value);
  const saved: Saved[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const trivialAlone = quantile((await closedLoop(1, times(40, base.run))).sorted, 0.5);
    const one = await savesOf([alone], { saves: 40 });
    keep('trivialAlone', trivialAlone);
    keep('alone', quantile(one.sorted, 0.5));
    keep('alone95', quantile(one.sorted, 0.95));
    keep('ratio', quantile(one.sorted, 0.5) / trivialAlone);
    const { perSecond } = await closedLoop(clients, during(5_000, base.run));
    const all = await savesOf(browsers, { ms: 10_000 });
    keep('trivialRate', perSecond);
    keep('rate', all.perSecond);
    keep('throughput', all.perSecond / perSecond);
    keep('p50', quantile(all.sorted, 0.5));
    keep('p95', quantile(all.sorted, 0.95));
    const paced = await savesOf(browsers, { ms: 15_000 }, { reads: true, pauseMs });
    keep('pacedRate', paced.perSecond);
    keep('paced50', quantile(paced.sorted, 0.5));
    keep('paced95', quantile(paced.sorted, 0.95));
    saved.push(...one.saved);
    const last = (name: string): string => (figures[name]!.at(-1) ?? Number.NaN).toFixed(0);
    console.log(`  repeat ${repeat + 1}: p50/p95 ms at 1 client ${last('alone')}/${last('alone95')}, ${clients} without a pause ${last('p50')}/${last('p95')}, with one ${last('paced50')}/${last('paced95')}`); // prettier-ignore
  }
  const of = (name: string): Spread => spread(figures[name]!);
  const within = (name: string): boolean => of(name).median <= 150;
  const label = `${intakes.rows} intakes open`;
  row(`trivial workflow, 1 client, p50 ms (${label})`, '', show(of('trivialAlone'), 1), null);
  row(`step save over HTTP, 1 client, p50 ms (${label})`, '', show(of('alone'), 1), null);
  row('the same: p95 ms', '<= 150', show(of('alone95'), 1), within('alone95'));
  row('step save / trivial, p50 at 1 client', '', show(of('ratio')), null);
  row(`trivial workflows a second, ${clients} clients`, '', show(of('trivialRate'), 1), null);
  row(`step saves a second, ${clients} clients without a pause`, '', show(of('rate'), 1), null);
  row('step save / trivial, throughput', '', show(of('throughput')), null);
  row(`step save, ${clients} clients without a pause, p50 ms`, '', show(of('p50'), 1), null);
  row('the same: p95 ms', '<= 150', show(of('p95'), 1), within('p95'));
  row(`step save, ${clients} clients who read the step and wait ${pauseMs / 2} to ${pauseMs * 1.5} ms before each save, p50 ms`, '', show(of('paced50'), 1), null); // prettier-ignore
  row('the same: p95 ms', '<= 150', show(of('paced95'), 1), within('paced95'));
  row('the same: saves a second', '', show(of('pacedRate'), 1), null);
  const median = (which: (one: Saved) => boolean): number =>
    quantile(saved.filter(which).map(({ ms }) => ms).toSorted((a, b) => a - b), 0.5); // prettier-ignore
  const steps = [...new Set(saved.map(({ step }) => step))];
  console.log(`  at 1 client, median ms by step: ${steps.map((step) => `${step} ${median((one) => one.step === step).toFixed(0)}`).join(', ')}; first save of an intake ${median(({ first }) => first).toFixed(0)}`); // prettier-ignore
}

async function measureAvailability(running: Clinic, on: BenchClinic, reservations: number): Promise<void> {
  console.log(`\n  writing ${reservations} reservations ...`);
  await fillReservations(on, reservations);
  const from = new Date();
  const query = new URLSearchParams({
    visitTypeId: on.visitTypeId,
    locationId: on.locationId,
    from: from.toISOString(),
    to: new Date(from.getTime() + 30 * 86_400_000).toISOString(),
    limit: '50',
  });
  const ask = async (): Promise<void> => {
    const reply = await request(on.api, on.desk.token, 'GET', `/availability?${query.toString()}`);
    const found = (reply.body['items'] as unknown[] | undefined)?.length ?? 0;
    if (reply.status !== 200 || found === 0)
      throw new Error(`availability answered ${reply.status} with ${found} times`);
  };
  await closedLoop(10, times(100, ask));
  const p95s: number[] = [];
  const p50s: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const { sorted } = await closedLoop(10, times(300, ask));
    p95s.push(quantile(sorted, 0.95));
    p50s.push(quantile(sorted, 0.5));
  }
  const p95 = spread(p95s);
  row(
    `availability over HTTP, 50 practitioners, 30 days, ${reservations} reservations, 10 clients: p50 ms`,
    '',
    show(spread(p50s), 1),
    null,
  );
  row('the same: p95 ms', '<= 50', show(p95, 1), p95.median <= 50);
  const plan = await planOfAvailability(on, running.database.api);
  row('its plan on reservation', 'no sequential scan', plan.summary, !plan.sequential);
}
