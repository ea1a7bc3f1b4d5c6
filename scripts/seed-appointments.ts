/**
 * The synthetic clinic's first visits, booked over the HTTP API as the front desk does, so that each has its workflow and
 * its history. Runs in the background after the first start; run again, it changes nothing that is there.
 */
import { rmSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';
import { loadConfig } from '../config.ts';
import { ApiProblem, signIn, type ApiSession } from './seed/api-session.ts';
import { tourLocation, tourVisitType } from './seed/clinic.ts';
import { seedDuplicates } from './seed/duplicates.ts';
import { seedIntakes } from './seed/intakes.ts';
import { demoPatientName } from './seed/patients.ts';
import { seededRandom } from './seed/random.ts';
import { demoEmail } from './seed/users.ts';
import { visitsMarker } from './seed/visits-after-start.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}
interface Slot {
  readonly start: string;
  readonly practitionerId: string;
  readonly locationId: string;
}
interface Visit {
  readonly id: string;
  readonly status: string;
}
interface Plan {
  /** Default: the next one in turn. */
  readonly patientId?: string;
  readonly visitType: string;
  readonly location: string;
  readonly mode: 'in-person' | 'video';
  readonly count: number;
}

const main = 'Riverside Main';
const lakeside = 'Riverside Lakeside';
/** Of each working day. */
const plans: readonly Plan[] = [
  { visitType: 'FU30', location: main, mode: 'in-person', count: 3 },
  { visitType: 'VID20', location: main, mode: 'video', count: 1 },
  { visitType: 'NEW45', location: lakeside, mode: 'in-person', count: 1 },
  { visitType: 'FU30', location: lakeside, mode: 'in-person', count: 1 },
];

async function run(): Promise<string> {
  const config = loadConfig(undefined, { roles: [] });
  const base = `http://127.0.0.1:${config.port}`;
  const frontDesk = await signIn(base, demoEmail('frontdesk'), config.demo.password);
  const doctor = await signIn(base, demoEmail('doctor'), config.demo.password);
  try {
    const clinic = await readClinic(frontDesk);
    const days = workingDays(4);
    let booked = 0;
    const cancellable: Visit[] = [];
    for (const [index, day] of days.entries()) {
      for (const plan of index === 0 ? plans.map((p) => ({ ...p, count: p.count + 1 })) : plans) {
        const visits = await bookDay(frontDesk, clinic, plan, day);
        booked += visits.length;
        if (index === 2) cancellable.push(...visits);
      }
    }
    // Whoever signs in as the demo patient has something to come.
    const own = { patientId: clinic.demoPatientId, location: main, count: 1 };
    booked += (await bookDay(frontDesk, clinic, { ...own, visitType: 'FU30', mode: 'in-person' }, days[2]!)).length;
    booked += (await bookDay(frontDesk, clinic, { ...own, visitType: 'VID20', mode: 'video' }, days[3]!)).length;
    const [cancelled, confirmed] = cancellable;
    if (cancelled) await act(frontDesk, cancelled, 'cancel', { reason: 'Patient is traveling' });
    if (confirmed) await act(frontDesk, confirmed, 'confirm', {});
    booked += await bookPresent(frontDesk, doctor, clinic);
    const intakes = await seedIntakes(doctor);
    const duplicates = await seedDuplicates(frontDesk);
    rmSync(visitsMarker(config.home), { force: true });
    return `${booked} visits are booked, ${intakes} intakes begun, ${duplicates} possible duplicates registered`;
  } finally {
    await Promise.allSettled([frontDesk.end(), doctor.end()]);
  }
}

interface Clinic {
  readonly demoPatientId: string;
  readonly visitTypes: ReadonlyMap<string, string>;
  readonly locations: ReadonlyMap<string, Named & { timeZone: string }>;
  /** The next one who may come, in an order that is the same everywhere. */
  nextPatient(): string;
}

async function readClinic(session: ApiSession): Promise<Clinic> {
  const list = <T>(path: string, query?: Record<string, string>) => session.get<{ items: T[] }>(path, query);
  const visitTypes = await list<{ id: string; code: string }>('/visit-types');
  const locations = await list<Named & { timeZone: string }>('/locations');
  const patients = await list<{
    id: string;
    mrn: string;
    birthDate: string | null;
    deceased: boolean;
    active: boolean;
  }>('/patients', { limit: '100' });
  const adults = patients.items.filter(
    ({ deceased, active, birthDate }) => !deceased && active && birthDate !== null && birthDate < '2007',
  );
  if (adults.length === 0) throw new Error('There are no patients to book for.');
  let next = 0;
  const demo = await list<{ id: string }>('/patients', { q: demoPatientName });
  return {
    demoPatientId: demo.items[0]?.id ?? adults[0]!.id,
    visitTypes: new Map(visitTypes.items.map(({ id, code }) => [code, id])),
    locations: new Map(locations.items.map((location) => [location.name, location])),
    nextPatient: () => adults[next++ % adults.length]!.id,
  };
}

/** Today and the working days after it, by the clock of the main location. */
function workingDays(count: number): string[] {
  let day = Temporal.Now.plainDateISO('America/New_York');
  const days = [day.toString()];
  while (days.length < count) {
    day = day.add({ days: 1 });
    if (day.dayOfWeek <= 5) days.push(day.toString());
  }
  return days;
}

/** Spread over what is free that day. Fewer than asked for where less is free: late in the evening, today is over. */
async function bookDay(session: ApiSession, clinic: Clinic, plan: Plan, day: string): Promise<Visit[]> {
  const location = clinic.locations.get(plan.location)!;
  const opens = Temporal.PlainDate.from(day).toZonedDateTime(location.timeZone);
  const random = seededRandom(Number(day.replaceAll('-', '')) + plan.visitType.charCodeAt(0));
  const visits: Visit[] = [];
  for (let n = 0; n < plan.count; n += 1) {
    // Asked anew each time: the visit before took a room and a practitioner.
    const from = Math.max(opens.epochMilliseconds, Date.now() + 5 * 60_000);
    const until = opens.add({ days: 1 }).epochMilliseconds;
    if (from >= until) break;
    const { items } = await session.get<{ items: Slot[] }>('/availability', {
      visitTypeId: clinic.visitTypes.get(plan.visitType)!,
      locationId: location.id,
      from: new Date(from).toISOString(),
      to: new Date(until).toISOString(),
      limit: '500',
    });
    if (items.length === 0) break;
    const visit = await book(
      session,
      clinic,
      plan,
      random.pick(items),
      `seed-${day}-${plan.patientId ?? 'any'}-${plan.visitType}-${plan.location.replaceAll(' ', '-')}-${n}`,
    );
    if (visit) visits.push(visit);
  }
  return visits;
}

async function book(
  session: ApiSession,
  clinic: Clinic,
  plan: Pick<Plan, 'visitType' | 'mode' | 'patientId'>,
  slot: Slot,
  key: string,
): Promise<Visit | undefined> {
  const { start, practitionerId, locationId } = slot;
  const visitTypeId = clinic.visitTypes.get(plan.visitType)!;
  // A patient who has a visit then already, or has been here before, gives way to the next.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const body = {
        patientId: plan.patientId ?? clinic.nextPatient(),
        visitTypeId,
        practitionerId,
        locationId,
        start,
        mode: plan.mode,
      };
      return await session.post<Visit>('/appointments', body, `${key}-${attempt}`);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // An earlier run booked it, for a time that was free then.
      if (error.code === 'idempotency-key-reused') return undefined;
      if (error.status >= 500) throw error;
      console.log(`not booked: ${error.message}`);
      if (error.code === 'slot-taken') return undefined;
    }
  }
  return undefined;
}

async function act(session: ApiSession, visit: Visit, action: string, body: object): Promise<void> {
  try {
    await session.post(`/appointments/${visit.id}/${action}`, body, `seed-${visit.id}-${action}`);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
    // Done by an earlier run, or the visit has moved on.
    console.log(`${action}: ${error.message}`);
  }
}

/** Visits in every stage of being here, whatever the hour: in the location that never closes. */
async function bookPresent(frontDesk: ApiSession, doctor: ApiSession, clinic: Clinic): Promise<number> {
  const location = clinic.locations.get(tourLocation)!;
  const practitioners = await frontDesk.get<{ items: Named[] }>('/practitioners', { locationId: location.id });
  // The tour keeps to the one whose name says so; the other is for what is shown here.
  const practitioner = practitioners.items.find(({ name }) => name.includes('Never')) ?? practitioners.items[0]!;
  const { items } = await frontDesk.get<{ items: Slot[] }>('/availability', {
    visitTypeId: clinic.visitTypes.get(tourVisitType)!,
    locationId: location.id,
    practitionerId: practitioner.id,
    from: new Date(Date.now() + 60_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
    limit: '4',
  });
  const today = new Date().toISOString().slice(0, 10);
  const identifiersVerified = ['name', 'birth-date'];
  let booked = 0;
  for (const [n, slot] of items.entries()) {
    const visit = await book(
      frontDesk,
      clinic,
      { visitType: tourVisitType, mode: 'in-person' },
      slot,
      `seed-${today}-present-${n}`,
    );
    if (visit === undefined) continue;
    booked += 1;
    await act(frontDesk, visit, 'arrive', {});
    if (n > 0) await act(frontDesk, visit, 'check-in', { identifiersVerified });
    if (n > 1) await act(doctor, visit, 'start-encounter', {});
    if (n > 2) await act(doctor, visit, 'complete', { noNoteReason: 'Synthetic visit' });
  }
  return booked;
}

run().then(
  (words) => console.log(words),
  (error: unknown) => {
    console.error(
      `The first visits could not all be booked: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = 1;
  },
);
