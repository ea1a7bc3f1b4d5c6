/** A mixed load: clients who book, hold, move, cancel, confirm and arrive, on few places and often on the same visit. */
import { setTimeout as sleep } from 'node:timers/promises';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { seededRandom, type Random } from '../seed/random.ts';
import type { ChaosClinic, Person } from './clinic.ts';
import { actionStep, bookingStep, linkStep } from './traffic.ts';
import type { AcknowledgedView, Known, Step, Traffic } from './traffic.ts';

const minute = 60_000;
const grid = 5 * minute;

export interface LoadOptions {
  readonly clients: number;
  readonly seed: number;
  /** Pause of a client between two steps, ms. */
  readonly thinkMs: number;
}

/** Starts the clients; they end, each after the truth about its last step, once `stopped` says so. */
export function startLoad(on: ChaosClinic, traffic: Traffic, options: LoadOptions, stopped: () => boolean) {
  const visits = new Map<string, AcknowledgedView>();
  const clients = Array.from({ length: options.clients }, (_, number) =>
    live(on, traffic, visits, { ...options, number }, stopped),
  );
  return Promise.all(clients);
}

async function live(
  on: ChaosClinic,
  traffic: Traffic,
  visits: Map<string, AcknowledgedView>,
  { seed, number, thinkMs }: LoadOptions & { readonly number: number },
  stopped: () => boolean,
): Promise<void> {
  const random = seededRandom(seed * 1_009 + number);
  for (let n = 0; !stopped(); n += 1) {
    const step = nextStep(on, visits, random, `chaos-${seed}-${number}-${n}`);
    if (step !== null) {
      const known = await traffic.perform(step.step);
      if (known !== null) {
        remember(visits, known);
        if (known.view !== null && random.next() < 0.08) await repeatOnce(traffic, step, known);
      }
    }
    await sleep(random.between(0, 2 * thinkMs));
  }
}

function remember(visits: Map<string, AcknowledgedView>, { view }: Known): void {
  if (view === null) return;
  const before = visits.get(view.id);
  if (before === undefined || before.revision <= view.revision) visits.set(view.id, view);
  // The oldest are left to their timers.
  if (visits.size > 400) visits.delete(visits.keys().next().value ?? '');
}

/** The same key says the same again; with another body it is refused. */
async function repeatOnce(traffic: Traffic, { step, altered }: Planned, first: Known): Promise<void> {
  const again = await traffic.perform(step);
  if (again === null) return;
  const same =
    again.status === first.status && again.view?.id === first.view?.id && again.view?.revision === first.view?.revision;
  if (!same)
    traffic.violated('I5', `${step.what} ${step.appointmentId}: ${first.status}, then ${again.status} ${again.code}`);
  const other = await traffic.perform(altered);
  if (other !== null && other.code !== 'idempotency-key-reused')
    traffic.violated('I5', `${step.what} ${step.appointmentId} with another body: ${other.status} ${other.code}`);
}

interface Planned {
  readonly step: Step;
  /** The same key with another body. */
  readonly altered: Step;
}

type Chooser = (draw: Draw) => Planned | null;

interface Draw {
  readonly on: ChaosClinic;
  readonly random: Random;
  readonly key: string;
  /** A visit in one of these states, mostly; any other sometimes. */
  visit(...states: string[]): AcknowledgedView | null;
}

function nextStep(
  on: ChaosClinic,
  visits: ReadonlyMap<string, AcknowledgedView>,
  random: Random,
  key: string,
): Planned | null {
  const all = [...visits.values()];
  const visit = (...states: string[]): AcknowledgedView | null => {
    // The latest ones most of all, so that clients meet.
    const fitting = random.next() < 0.9 ? all.filter(({ status }) => states.includes(status)).slice(-40) : all;
    return fitting.length === 0 ? null : random.pick(fitting);
  };
  return random.pick(deck)({ on, random, key, visit });
}

function booking(extra: Readonly<Record<string, unknown>> = {}): Chooser {
  return ({ on, random, key }) => {
    const { place, people } = on;
    const forSelf = random.next() < 0.06 && people.patient.patientId !== null;
    // Who holds confirms: the front desk.
    const byDoctor = random.next() < 0.3 && extra['hold'] !== true;
    const who = forSelf ? people.patient : byDoctor ? people.doctor : people.desk;
    const body = {
      patientId: forSelf ? people.patient.patientId : random.pick(place.patients),
      visitTypeId: place.visitTypeId,
      practitionerId: random.pick(place.practitioners),
      locationId: place.locationId,
      start: someTime(random),
      ...extra,
      mode: 'in-person',
    };
    return {
      step: bookingStep(on, who, key, body),
      altered: bookingStep(on, who, key, { ...body, start: new Date(Date.parse(body.start) + grid).toISOString() }),
    };
  };
}

/** Soon, where everybody wants to be and may arrive already, or on one of the next days. */
function someTime(random: Random): string {
  const now = Math.floor(Date.now() / grid) * grid;
  const start =
    random.next() < 0.6
      ? now + random.between(1, 11) * grid
      : now + random.between(1, 14) * 1_440 * minute + random.between(0, 11) * grid;
  return new Date(start).toISOString();
}

function action(
  name: string,
  states: readonly string[],
  who: keyof ChaosClinic['people'],
  body: (random: Random) => Readonly<Record<string, unknown>> = () => ({}),
): Chooser {
  return ({ on, random, key, visit }) => {
    const target = visit(...states);
    if (target === null) return null;
    const actor: Person = on.people[who];
    const said = body(random);
    return {
      step: actionStep(on, actor, key, target.id, name, said),
      altered: actionStep(on, actor, key, target.id, name, { ...said, overbookReason: 'another body' }),
    };
  };
}

function link(name: 'confirm' | 'cancel'): Chooser {
  return ({ on, visit }) => {
    const target = visit('booked');
    if (target === null) return null;
    const claims = {
      organizationId: on.place.organizationId,
      appointmentId: target.id,
      version: target.version,
      kind: 'visit' as const,
    };
    const token = signVisitToken(on.keys.tokenSecret, claims, patientRecipient(target.patientId));
    const step = linkStep(on, target.id, token, name);
    return { step, altered: step };
  };
}

const because = () => ({ reason: 'chaos' });

/** How often each is chosen. Most visits are to be moved along, so that places become free again. */
const weights: readonly (readonly [number, Chooser])[] = [
  [26, booking()],
  [12, booking({ hold: true })],
  [2, (draw) => booking({ visitTypeId: draw.on.place.approvedTypeId })(draw)],
  [2, booking({ overbookReason: 'sister of the one before' })],
  [12, action('confirm-hold', ['pending'], 'desk')],
  [2, action('extend-hold', ['pending'], 'desk')],
  [2, action('release-hold', ['pending'], 'desk')],
  [2, action('approve', ['pending'], 'doctor')],
  [1, action('refuse', ['pending'], 'doctor', because)],
  [14, action('reschedule', ['booked'], 'desk', (random) => ({ start: someTime(random) }))],
  [10, action('cancel', ['booked', 'arrived'], 'desk', because)],
  [2, action('cancel', ['booked'], 'patient', because)],
  [4, action('confirm', ['booked'], 'desk')],
  [5, link('confirm')],
  [3, link('cancel')],
  [7, action('arrive', ['booked'], 'desk')],
  [9, action('check-in', ['booked', 'arrived'], 'desk', () => ({ identifiersVerified: ['name', 'birth-date'] }))],
  [3, action('start-encounter', ['checked-in'], 'doctor')],
  [9, action('complete', ['checked-in'], 'doctor', () => ({ noNoteReason: 'chaos' }))],
  [1, action('leave-without-being-seen', ['checked-in'], 'desk')],
  [1, action('cancel-by-clinic', ['booked'], 'desk', () => ({ reason: 'chaos', alternatives: 2 }))],
  [1, action('undo-no-show', ['noshow', 'booked'], 'desk')],
  [1, action('entered-in-error', ['cancelled', 'booked'], 'admin', because)],
];
const deck = weights.flatMap(([count, chooser]) => Array.from({ length: count }, () => chooser));
