/**
 * What a save of a step costs while thousands of intakes are open. Each is opened through the API: a row, a running
 * workflow, a mailed link. Whoever answers came by that link, has a cookie as a browser has, and fills in one intake after
 * the other, step by step, each save on the version that the one before has answered.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { intakeLinkToken } from '../../activities/intake-token.ts';
import { loadConfig, type Config } from '../../config.ts';
import { intakeSteps, type IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { loadKeys, type KeyRing } from '../../keys.ts';
import { requestUntilKnown, signIn } from '../client/clinic-client.ts';
import { intakeAnswers, type MadeUpPerson } from '../seed/intake-answers.ts';
import { seededRandom } from '../seed/random.ts';
import type { Clinic } from '../supervise/clinic.ts';
import type { BenchClinic } from './clinic.ts';
import type { Latencies } from './measure.ts';

interface OpenIntake {
  readonly id: string;
  readonly person: MadeUpPerson;
  readonly linkId: string;
}

/** One person at one page after the other. */
export interface Browser {
  /** The next save, and how long it took, ms. */
  saveNext(how?: { readonly reads: boolean; readonly pauseMs: number }): Promise<Saved>;
}

export interface Saved {
  readonly ms: number;
  readonly step: IntakeStep;
  /** Of its intake: the run was in no worker's cache, and was replayed. */
  readonly first: boolean;
}

export interface IntakeBench {
  readonly rows: number;
  readonly runs: number;
  readonly opened: { readonly count: number; readonly perSecond: number };
  browser(): Browser;
}

const syllables = 'ba bel cor dan el far gil hol is jor ka lin mor nel ol per quin ro sal tor ul ven wes yar'.split(
  ' ',
);
const lastDay = 28;

/** Different people: charts that look alike would be compared at every identity, which a clinic rarely has. */
function people(count: number): MadeUpPerson[] {
  const random = seededRandom(20_271_123);
  const two = (value: number): string => String(value).padStart(2, '0');
  const name = (parts: number): string => {
    const text = Array.from({ length: parts }, () => random.pick(syllables)).join('');
    return text[0]!.toUpperCase() + text.slice(1);
  };
  return Array.from({ length: count }, (_, n) => ({
    given: name(2),
    family: name(3),
    birthDate: `${random.between(1936, 2004)}-${two(random.between(1, 12))}-${two(random.between(1, lastDay))}`,
    language: random.pick(['en', 'en', 'es']),
    // Numbers for fiction (555-01xx), each once.
    phone: `+1${201 + Math.floor(n / 100)}55501${two(n % 100)}`,
    email: `intake-${n}@patients.healthsphere.example`,
  }));
}

export async function openIntakes(
  clinic: Clinic,
  on: BenchClinic,
  wanted: number,
  say: (line: string) => void,
): Promise<IntakeBench> {
  const config = loadConfig(clinic.environment, { roles: [] });
  const keys = loadKeys(config.keyFile);
  const counted = `SELECT count(*)::int AS n FROM intake WHERE state NOT IN ('completed', 'expired', 'cancelled')`;
  const rows = async (): Promise<number> => (await on.owner.query<{ n: number }>(counted)).rows[0]!.n;
  const missing = people(Math.max(0, wanted - (await rows())));
  const open: Omit<OpenIntake, 'linkId'>[] = [];
  const doctor = await signIn(on.api, 'doctor@demo.healthsphere.example', 'healthsphere-demo');
  const started = performance.now();
  const queue = missing[Symbol.iterator]();
  const opener = async (): Promise<void> => {
    for (const person of queue) {
      const { given, family, birthDate, phone, email, language } = person;
      const body = { person: { given, family, birthDate, phone, email }, language };
      const { id } = await doctor.must('POST', '/intakes', { body, key: `bench-intake-${email}` });
      open.push({ id: String(id), person });
      if (open.length % 500 === 0)
        say(`  ${open.length} are opened, ${rate(open.length, started).toFixed(1)} a second`);
    }
  };
  await Promise.all(Array.from({ length: 12 }, opener));
  const opened = { count: open.length, perSecond: rate(open.length, started) };
  await mailsAreOut(on, say);
  await on.owner.query('ANALYZE');
  // In turns: each browser takes the next that nobody has touched.
  const links = await on.owner.query<{ intake_id: string; id: string }>(
    'SELECT intake_id, id FROM intake_link WHERE ended_at IS NULL',
  );
  const linkOf = new Map(links.rows.map((link) => [link.intake_id, link.id]));
  const untouched = open.map((one) => ({ ...one, linkId: linkOf.get(one.id) ?? '' }))[Symbol.iterator]();
  let browsers = 0;
  return {
    rows: await rows(),
    runs: await runs(config.temporal),
    opened,
    browser: () => browserOf(on, keys, untouched, (browsers += 1)),
  };
}

const rate = (count: number, since: number): number => count / ((performance.now() - since) / 1_000);

/** What was queued by opening them is not measured with the saves. */
async function mailsAreOut(on: BenchClinic, say: (line: string) => void): Promise<void> {
  const waiting = `SELECT count(*)::int AS n FROM notification WHERE state IN ('queued', 'sending') AND kind = 'intake-invitation'`;
  for (let told = 0; ; await sleep(1_000)) {
    const { n } = (await on.owner.query<{ n: number }>(waiting)).rows[0]!;
    if (n === 0) return;
    if (Date.now() - told > 20_000) say(`  ${n} invitations are still to be sent`);
    if (Date.now() - told > 20_000) told = Date.now();
  }
}

async function runs({ address, namespace }: Config<never>['temporal']): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    return (await client.workflow.count(`WorkflowType = 'intake' AND ExecutionStatus = 'Running'`)).count;
  } finally {
    await connection.close();
  }
}

interface Page {
  readonly step: IntakeStep;
  readonly answers: Answers;
  readonly complete: boolean;
}

/** A step of many questions is saved on the way too, as the portal does at each page. */
function pagesOf(person: MadeUpPerson): Page[] {
  return intakeSteps.flatMap((step): Page[] => {
    const answers = intakeAnswers(person)[step];
    const asked = Object.entries(answers);
    const done = { step, answers, complete: true };
    if (asked.length < 4) return [done];
    return [{ step, answers: Object.fromEntries(asked.slice(0, Math.ceil(asked.length / 2))), complete: false }, done];
  });
}

interface Sitting {
  readonly intake: OpenIntake;
  readonly cookie: string;
  readonly pages: Page[];
  version: number;
  saves: number;
}

function browserOf(on: BenchClinic, keys: KeyRing, untouched: Iterator<OpenIntake>, seed: number): Browser {
  const random = seededRandom(seed);
  const { origin } = new URL(on.api);
  let sitting: Sitting | undefined;

  async function sitDown(): Promise<Sitting> {
    const next = untouched.next();
    if (next.done === true) throw new Error('every intake is filled in: open more');
    const intake = next.value;
    const token = intakeLinkToken(keys, intake.linkId);
    const reply = await requestUntilKnown(on.api, null, 'POST', `/intake-links/${token}/open`);
    const cookie = reply.headers.get('set-cookie')?.split(';')[0];
    if (cookie === undefined) throw new Error(`a link did not open: ${reply.status} ${JSON.stringify(reply.body)}`);
    return { intake, cookie, pages: pagesOf(intake.person), version: 0, saves: 0 };
  }

  async function ask(
    at: Sitting,
    method: 'GET' | 'PUT',
    step: IntakeStep,
    body?: object,
  ): Promise<{ version: number }> {
    const response = await fetch(`${on.api}/intakes/${at.intake.id}/steps/${step}`, {
      method,
      headers: {
        cookie: at.cookie,
        origin,
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} of ${step} was refused: ${response.status} ${text}`);
    return JSON.parse(text) as { version: number };
  }

  return {
    async saveNext(how) {
      if (sitting === undefined || sitting.pages.length === 0) sitting = await sitDown();
      const { step, answers, complete } = sitting.pages.shift()!;
      if (how?.reads === true && sitting.version === 0) await ask(sitting, 'GET', step);
      // Nobody thinks in step with nineteen others: half to one and a half of it.
      if (how !== undefined) await sleep(random.between(how.pauseMs / 2, (how.pauseMs * 3) / 2));
      const body = { answers, baseVersion: sitting.version, complete, language: sitting.intake.person.language };
      const since = performance.now();
      const { version } = await ask(sitting, 'PUT', step, body);
      const ms = performance.now() - since;
      // The next step's first save is on nothing.
      sitting.version = complete ? 0 : version;
      sitting.saves += 1;
      return { ms, step, first: sitting.saves === 1 };
    },
  };
}

/** Browsers that save without a pause, or each after its own; the slowest of what they met is among `sorted`. */
export async function savesOf(
  browsers: readonly Browser[],
  until: { readonly ms: number } | { readonly saves: number },
  how?: { readonly reads: boolean; readonly pauseMs: number },
): Promise<Latencies & { readonly saved: readonly Saved[] }> {
  const saved: Saved[] = [];
  const started = performance.now();
  const goesOn = (done: number): boolean =>
    'ms' in until ? performance.now() - started < until.ms : done < until.saves;
  await Promise.all(
    browsers.map(async (browser) => {
      for (let done = 0; goesOn(done); done += 1) saved.push(await browser.saveNext(how));
    }),
  );
  const sorted = saved.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return { saved, sorted, perSecond: rate(saved.length, started) };
}
