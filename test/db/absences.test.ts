/** What the database and its transactions promise about absences (B20, B21), without an engine. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carryOutStep } from '../../db/absences/absence-steps.ts';
import { steerAbsence, steerCase } from '../../db/absences/absence-steering.ts';
import { casesOf, readAbsence, type CaseView } from '../../db/absences/absence-view.ts';
import { declareAbsence, lookAtList, type Look } from '../../db/absences/absences.ts';
import { joinWaitlist } from '../../db/waitlist/waitlist-entries.ts';
import { sqlState } from '../../db/transaction.ts';
import type { CaseAction, CaseStep } from '../../domain/schedule/absence.ts';
import { caseUpdate, type AbsenceView } from '../../workflows/messages/absence.ts';
import { createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ providers: 3, rooms: 3, patients: 6, at: '2027-03-01T15:00:00Z' });
});
afterAll(() => clinic.stop());

/** Every test has a Wednesday of its own, 2027. */
let week = 0;
const nextDay = (): ((time: string, days?: number) => string) => {
  week += 1;
  const first = Date.parse('2027-03-17T00:00:00Z') + week * 7 * 86_400_000;
  return (time, days = 0) => new Date(first + days * 86_400_000 + Date.parse(`1970-01-01T${time}:00Z`)).toISOString();
};

const declare = (resourceId: string, start: string, end: string, key = randomUUID()): Promise<AbsenceView> =>
  declareAbsence(clinic.ports, { organizationId: clinic.organizationId, absenceId: key, resourceId, start, end, reason: 'ill', actor: staffActor, operation: { key: `absence:${key}/declare`, inputHash: 'h' } }); // prettier-ignore
const look = (absenceId: string): Promise<Look> =>
  lookAtList(clinic.ports, { organizationId: clinic.organizationId, absenceId });
const ids = (): string[] => Array.from({ length: 12 }, () => randomUUID());
const take = (absenceId: string, appointmentId: string, step: CaseStep, key = randomUUID(), made = ids()) =>
  carryOutStep(clinic.ports, { organizationId: clinic.organizationId, absenceId, appointmentId, step, key, ids: made, actor: staffActor }); // prettier-ignore
const overrule = (absenceId: string, appointmentId: string, action: CaseAction) =>
  steerCase(clinic.ports, { organizationId: clinic.organizationId, absenceId }, { action: caseUpdate(action), appointmentId, input: {}, actor: staffActor, operation: { key: randomUUID(), inputHash: 'h' } }); // prettier-ignore
const page = (absenceId: string): Promise<CaseView[]> =>
  clinic.read(async (trx) => casesOf(trx, (await readAbsence(trx, absenceId))!, await clinic.clock.now()));
const book = async (start: string, patient: number, columns: Record<string, unknown> = {}): Promise<string> =>
  (await clinic.open({ start, patientId: clinic.patients[patient]!, practitionerId: clinic.providers[0]!, ...columns }))
    .appointment.id;
const statusOf = async (id: string): Promise<unknown> =>
  (await clinic.owner('appointment').where({ id }).first()).status;

describe('declaring', () => {
  it('closes the time and lists every visit that it falls upon, or does neither', async () => {
    const at = nextDay();
    const inside = await book(at('15:00'), 0);
    const before = await book(at('13:00'), 1);
    const key = randomUUID();
    const absence = await declare(clinic.providers[0]!, at('14:00'), at('20:00'), key);
    expect(absence).toMatchObject({ id: key, kind: 'absence', state: 'running', progress: { total: 1, byState: { affected: 1 } } }); // prettier-ignore
    expect((await page(key)).map((one) => one.appointmentId)).toEqual([inside]);
    expect(await statusOf(before)).toBe('booked');
    // The same key, the same absence.
    expect(await declare(clinic.providers[0]!, at('14:00'), at('20:00'), key)).toEqual(absence);
    expect(await clinic.count('absence', { id: key })).toBe(1);
    await expect(book(at('18:00'), 2)).rejects.toMatchObject({ code: 'outside-availability' });
    const closures = await clinic.count('availability_exception');
    await expect(declare(randomUUID(), at('14:00'), at('20:00'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(declare(clinic.providers[0]!, at('20:00'), at('14:00'))).rejects.toMatchObject({ code: 'validation-failed' }); // prettier-ignore
    expect(await clinic.count('availability_exception')).toBe(closures);
  });

  it('leaves out no visit that is booked at the same moment', async () => {
    const at = nextDay();
    const starts = ['13:00', '14:00', '15:00', '16:00', '17:00', '18:00'];
    const [absence, ...bookings] = await Promise.all([
      declare(clinic.providers[1]!, at('00:00'), at('23:59')),
      ...starts.map((time, n) => book(at(time), n, { practitionerId: clinic.providers[1] }).catch(() => null)),
    ]);
    const listed = new Set((await page(absence.id)).map((one) => one.appointmentId));
    expect(listed).toEqual(new Set(bookings.filter((id) => id !== null)));
  });
});

describe('asking', () => {
  it('cancels once and holds the same times whatever is repeated, and no two patients are held the same time', async () => {
    const at = nextDay();
    const visits = [await book(at('15:00'), 0), await book(at('16:00'), 1), await book(at('17:00'), 2)];
    const { id } = await declare(clinic.providers[0]!, at('00:00'), at('23:59'));
    const { steps } = await look(id);
    expect(steps).toEqual(visits.map((appointmentId) => ({ appointmentId, step: 'ask' })));
    for (const { appointmentId } of steps) {
      const [key, made] = [randomUUID(), ids()];
      const first = await take(id, appointmentId, 'ask', key, made);
      expect(first).toMatchObject({ done: true, visits: [appointmentId] });
      expect(await take(id, appointmentId, 'ask', key, made)).toEqual(first);
      // Another try under another key finds nothing to do.
      expect(await take(id, appointmentId, 'ask')).toMatchObject({ done: false, held: [] });
    }
    const cases = await page(id);
    expect(cases.map(({ state, held }) => [state, held.length])).toEqual(visits.map(() => ['offered', 3]));
    expect(new Set(cases.flatMap(({ held }) => held.map(({ start }) => start))).size).toBe(9);
    for (const visit of visits) {
      expect(await clinic.count('notification', { aggregate_id: visit, kind: 'cancelled-by-clinic' })).toBe(1);
    }
    // All of them are settled: the absence is over.
    for (const { appointmentId } of cases) await overrule(id, appointmentId, 'cancel');
    expect(await look(id)).toMatchObject({ absence: { state: 'resolved', progress: { percent: 100 } }, steps: [], open: [] }); // prettier-ignore
  });

  it('offers nobody the times of another who is away, not even after the return', async () => {
    const at = nextDay();
    const [one = '', second = '', third = ''] = clinic.providers;
    const visit = await book(at('15:00'), 3);
    // Longer than the four weeks in which other times are looked for: only colleagues are left.
    const mine = await declare(one, at('00:00'), at('00:00', 60));
    await declare(second, at('00:00'), at('23:59'));
    await look(mine.id);
    await take(mine.id, visit, 'ask');
    const held = (await page(mine.id)).find((c) => c.appointmentId === visit)!.held;
    expect(held.map(({ practitionerId }) => practitionerId)).toEqual([third, third, third]);
    await steerAbsence(clinic.ports, { organizationId: clinic.organizationId, absenceId: mine.id }, { action: 'stop', input: { reopen: true }, actor: staffActor, operation: { key: randomUUID(), inputHash: 'h' } }); // prettier-ignore
  });

  it('asks the desk to call who has no mail', async () => {
    const at = nextDay();
    const patientId = await clinic.addPatient({ email: null });
    const visit = (await clinic.open({ start: at('15:00'), patientId, practitionerId: clinic.providers[2]! }))
      .appointment.id;
    const { id } = await declare(clinic.providers[2]!, at('00:00'), at('23:59'));
    await look(id);
    await take(id, visit, 'ask');
    expect(await page(id)).toMatchObject([{ state: 'to-call', task: { state: 'open' }, held: [{}, {}, {}] }]);
    const calls = await clinic
      .owner('staff_task')
      .where({ subject_id: visit, kind: 'call-patient' })
      .orderBy('created_at');
    // The booking itself was news to be called about, and is another call.
    expect(calls.map((task: { params: { about: string } }) => task.params.about)).toEqual(['booked', 'cancelled-by-clinic']); // prettier-ignore
    expect((await page(id))[0]!.task!.id).toBe((calls[1] as { id: string }).id);
    expect(await look(id)).toMatchObject({ steps: [], open: [{ state: 'to-call' }] });
  });
});

describe('what else stands there', () => {
  it('a visit of a type that is given no more goes to the desk, without other times', async () => {
    const at = nextDay();
    const visitTypeId = await clinic.addVisitType({});
    const visit = await book(at('15:00'), 0, { visitTypeId, practitionerId: clinic.providers[2] });
    await clinic.owner('visit_type').where({ id: visitTypeId }).update({ active: false });
    const { id } = await declare(clinic.providers[2]!, at('00:00'), at('23:59'));
    await look(id);
    expect(await take(id, visit, 'ask')).toMatchObject({ done: true, held: [] });
    expect(await page(id)).toMatchObject([{ state: 'to-call', round: 1, task: { state: 'open' } }]);
    expect(await statusOf(visit)).toBe('cancelled');
  });

  it('a visit that could not be asked about goes to the desk, and stays until a person has spoken', async () => {
    const at = nextDay();
    const visit = await book(at('15:00'), 1, { practitionerId: clinic.providers[2] });
    const { id } = await declare(clinic.providers[2]!, at('00:00'), at('23:59'));
    await look(id);
    expect(await take(id, visit, 'call')).toMatchObject({ done: true });
    expect(await page(id)).toMatchObject([{ state: 'to-call', allowedActions: ['keep', 'cancel', 'retry', 'pause'] }]);
    expect(await statusOf(visit)).toBe('booked');
  });

  it('a freed time that was being offered is offered to nobody any more', async () => {
    const at = nextDay();
    const of = { organization_id: clinic.organizationId };
    const opening = randomUUID();
    await clinic.owner('opening').insert({ ...of, id: opening, start_at: at('15:00'), end_at: at('15:30'), tz: 'America/New_York', practitioner_id: clinic.providers[1], location_id: clinic.locationId, visit_type_ids: [clinic.visitTypeId], state: 'open', release_at: at('12:00'), op_key: opening }); // prettier-ignore
    await clinic.owner('reservation').insert({ ...of, resource_id: clinic.providers[1], lane: 0, busy: `[${at('15:00')},${at('15:30')})`, kind: 'offer', role: 'provider', opening_id: opening, expires_at: at('12:00'), op_key: `opening:${opening}` }); // prettier-ignore
    const { id } = await declare(clinic.providers[1]!, at('00:00'), at('23:59'));
    expect(await look(id)).toMatchObject({ closed: [opening], absence: { state: 'resolved' } });
    expect(await clinic.owner('opening').where({ id: opening }).first()).toMatchObject({ state: 'closed', closed_reason: 'absence' }); // prettier-ignore
    expect(await clinic.count('reservation', { opening_id: opening, released_at: null })).toBe(0);
  });
});

describe('a room that is down', () => {
  it('is exchanged for a free one of the pool; whatever else the visit has stays', async () => {
    const at = nextDay();
    const visit = await book(at('15:00'), 4);
    const lanes = (): Promise<{ resource_id: string; role: string }[]> =>
      clinic.owner('reservation').where({ appointment_id: visit }).whereNull('released_at').orderBy('role');
    const before = await lanes();
    const room = before.find(({ role }) => role === 'room')!.resource_id;
    const { id, kind } = await declare(room, at('00:00'), at('23:59'));
    expect(kind).toBe('outage');
    expect((await look(id)).steps).toEqual([{ appointmentId: visit, step: 'move-resource' }]);
    expect(await take(id, visit, 'move-resource')).toMatchObject({ done: true, visits: [visit] });
    const after = await lanes();
    expect(after.map(({ role }) => role)).toEqual(before.map(({ role }) => role));
    expect(after.find(({ role }) => role === 'room')!.resource_id).not.toBe(room);
    expect(clinic.rooms).toContain(after.find(({ role }) => role === 'room')!.resource_id);
    expect(await look(id)).toMatchObject({ absence: { state: 'resolved' } });
  });
});

describe('a whole place', () => {
  it('is one absence: whoever the visit is with is on its list, other places are not, and nothing is bookable there', async () => {
    const at = nextDay();
    const visits = [await book(at('15:00'), 0), await book(at('16:00'), 1, { practitionerId: clinic.providers[1] })];
    const elsewhere = await clinic.owner('location').insert({ organization_id: clinic.organizationId, name: `Hill ${week}`, time_zone: 'America/New_York' }).returning<{ id: string }[]>('id'); // prettier-ignore
    const place = (locationId: string, key = randomUUID()) =>
      declareAbsence(clinic.ports, { organizationId: clinic.organizationId, absenceId: key, locationId, start: at('00:00'), end: at('23:59'), reason: 'water', actor: staffActor, operation: { key: `absence:${key}/declare`, inputHash: 'h' } }); // prettier-ignore
    expect(await place(elsewhere[0]!.id)).toMatchObject({ progress: { total: 0 } });
    const { id, kind, resourceId } = await place(clinic.locationId);
    expect({ kind, resourceId }).toEqual({ kind: 'outage', resourceId: null });
    expect((await page(id)).map(({ appointmentId }) => appointmentId)).toEqual(visits);
    await expect(book(at('18:00'), 2)).rejects.toMatchObject({ code: 'outside-availability' });
    expect((await look(id)).steps).toEqual(visits.map((appointmentId) => ({ appointmentId, step: 'ask' })));
    for (const visit of visits) expect(await take(id, visit, 'ask')).toMatchObject({ done: true });
    for (const { held } of await page(id)) {
      expect(held).toHaveLength(3);
      for (const { start } of held) expect(start >= at('23:59')).toBe(true);
    }
    for (const visit of visits) await overrule(id, visit, 'cancel');
    expect(await look(id)).toMatchObject({ absence: { state: 'resolved' } });
  });

  it('or who is away: one of the two must be said', async () => {
    const both = { resourceId: clinic.providers[0]!, locationId: clinic.locationId };
    for (const asked of [both, {}]) {
      const key = randomUUID();
      await expect(declareAbsence(clinic.ports, { organizationId: clinic.organizationId, absenceId: key, ...asked, start: '2027-12-01T00:00:00Z', end: '2027-12-02T00:00:00Z', reason: 'x', actor: staffActor, operation: { key, inputHash: 'h' } })).rejects.toMatchObject({ code: 'validation-failed' }); // prettier-ignore
    }
  });
});

describe('who is displaced', () => {
  const wishesOf = (patientId: string) =>
    clinic.owner('waitlist_entry').where({ patient_id: patientId }).orderBy('joined_at', 'desc').orderBy('id').select<{ id: string; urgency: string; state: string }[]>('id', 'urgency', 'state'); // prettier-ignore

  it('waits with priority until there is a new time, however it was found; the held times are let go then', async () => {
    const at = nextDay();
    const patientId = await clinic.addPatient();
    const visit = await book(at('15:00'), 0, { patientId });
    const { id } = await declare(clinic.providers[0]!, at('00:00'), at('23:59'));
    const [key, made] = [randomUUID(), ids()];
    const asked = await take(id, visit, 'ask', key, made);
    expect(asked.wishes).toMatchObject([{ wish: { urgency: 'displaced' } }]);
    expect((await take(id, visit, 'ask', key, made)).wishes).toEqual(asked.wishes);
    const [wish] = await wishesOf(patientId);
    expect(wish).toEqual({ id: asked.wishes[0]!.entryId, urgency: 'displaced', state: 'active' });
    expect((await page(id))[0]).toMatchObject({ wish: { state: 'active' }, times: [{}, {}, {}], notices: [{ channel: 'email' }] }); // prettier-ignore
    // Booked by the desk, at none of the times that are held.
    await book(at('18:00', 1), 0, { patientId, practitionerId: clinic.providers[1] });
    const done = await look(id);
    expect(done).toMatchObject({ absence: { state: 'resolved' }, wishes: [wish!.id] });
    expect(done.visits).toHaveLength(3);
    expect((await wishesOf(patientId))[0]).toMatchObject({ state: 'withdrawn' });
    expect((await page(id))[0]).toMatchObject({ state: 'rebooked', held: [] });
    expect(await look(id)).toMatchObject({ wishes: [], visits: [] });
  });

  it('and waits for the same already, waits once: more urgently, and as before afterwards', async () => {
    const at = nextDay();
    const visit = await book(at('15:00'), 4);
    const entryId = randomUUID();
    await joinWaitlist(clinic.ports, { organizationId: clinic.organizationId, entryId, patientId: clinic.patients[4]!, actor: staffActor, operation: { key: `wait:${entryId}/join`, inputHash: 'h' }, wish: { visitTypeIds: [clinic.visitTypeId], providerIds: null, locationIds: [], modes: ['in-person'], days: [], timeFrom: null, timeTo: null, earliest: null, latest: null, urgency: 'routine', currentAppointmentId: visit, minGainDays: 2, maxTravelKm: null, noticeMinutes: 240 } }); // prettier-ignore
    const { id } = await declare(clinic.providers[0]!, at('00:00'), at('23:59'));
    expect(await take(id, visit, 'ask')).toMatchObject({ wishes: [], changedWishes: [entryId] });
    expect((await wishesOf(clinic.patients[4]!))[0]).toEqual({ id: entryId, urgency: 'displaced', state: 'active' });
    await overrule(id, visit, 'cancel');
    expect((await look(id)).wishes).toEqual([entryId]);
    expect((await wishesOf(clinic.patients[4]!))[0]).toEqual({ id: entryId, urgency: 'routine', state: 'active' });
  });
});

describe('nobody is forgotten', () => {
  it('whose time had come before anybody knew: the visit is left alone, and a person looks after it', async () => {
    const at = nextDay();
    const visit = await book(at('15:00'), 0);
    const before = await clinic.clock.now();
    clinic.clock.set(at('15:05'));
    const { id } = await declare(clinic.providers[0]!, at('15:01'), at('23:59'));
    expect(await page(id)).toMatchObject([{ state: 'begun' }]);
    expect(await clinic.count('staff_task', { subject_id: visit, kind: 'displaced', state: 'open' })).toBe(1);
    expect(await statusOf(visit)).toBe('booked');
    clinic.clock.set(before);
  });

  it('by a pause: hours before the visit a person is asked to call', async () => {
    const at = nextDay();
    const visit = await book(at('15:00'), 5);
    const { id } = await declare(clinic.providers[0]!, at('00:00'), at('23:59'));
    await overrule(id, visit, 'pause');
    expect(await look(id)).toMatchObject({ steps: [], nextAt: at('11:00') });
    const before = await clinic.clock.now();
    clinic.clock.set(at('11:00'));
    expect((await look(id)).steps).toEqual([{ appointmentId: visit, step: 'call' }]);
    expect(await take(id, visit, 'call')).toMatchObject({ done: true });
    expect(await page(id)).toMatchObject([{ state: 'to-call', paused: true, task: { state: 'open' } }]);
    expect(await statusOf(visit)).toBe('booked');
    // Its time has come: it is not settled by that.
    clinic.clock.set(at('15:01'));
    expect(await look(id)).toMatchObject({ absence: { state: 'running' }, open: [{ state: 'to-call' }] });
    await overrule(id, visit, 'keep');
    await look(id);
    clinic.clock.set(before);
  });
});

describe('two lists', () => {
  it('share one case: the second waits for what the first finds, and takes over what it lets go', async () => {
    const at = nextDay();
    const visit = await book(at('15:00'), 5);
    const first = await declare(clinic.providers[0]!, at('00:00'), at('23:59'));
    const second = await declare(clinic.providers[0]!, at('12:00'), at('20:00'));
    expect(await look(second.id)).toMatchObject({ steps: [], open: [{ appointmentId: visit, state: 'joined' }] });
    // The database itself lets no second process ask.
    const twice = clinic.owner('absence_case').where({ absence_id: second.id }).update({ state: 'affected' });
    expect(await twice.catch((error: unknown) => sqlState(error))).toBe('23505');
    const stopped = await steerAbsence(clinic.ports, { organizationId: clinic.organizationId, absenceId: first.id }, { action: 'stop', input: {}, actor: staffActor, operation: { key: randomUUID(), inputHash: 'h' } }); // prettier-ignore
    expect(stopped).toMatchObject({ absence: { state: 'stopped' }, absences: [second.id] });
    expect(await clinic.count('staff_task', { subject_id: visit, kind: 'displaced' })).toBe(1);
    expect(await look(second.id)).toMatchObject({ steps: [{ appointmentId: visit, step: 'ask' }] });
    await overrule(second.id, visit, 'keep');
    expect(await look(second.id)).toMatchObject({ absence: { state: 'resolved' } });
    expect(await statusOf(visit)).toBe('booked');
    expect((await page(second.id))[0]!.path.map(({ event }) => event)).toEqual(['list', 'take-over', 'keep']);
    await expect(overrule(second.id, visit, 'call')).rejects.toMatchObject({ code: 'invalid-transition' });
    await expect(overrule(second.id, randomUUID(), 'call')).rejects.toMatchObject({ code: 'not-found' });
  });
});
