import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appointmentActions } from '../../workflows/messages/appointment.ts';
import type { Client } from './support.ts';
import { day, openClinicApi, quarterAfter, type ClinicApi } from './clinic-api.ts';

interface Allowed {
  readonly action: string;
  readonly possible: boolean;
  readonly reason?: { readonly code: string };
}

describe('cases over HTTP', () => {
  let clinic: ClinicApi;
  let biller: Client;
  /** A practitioner whose 200 lanes never fill, visits of four hours that count as missed after a second. */
  let busyDoctor: string;
  let longVisit: string;
  let approvedVisit: string;

  beforeAll(async () => {
    clinic = await openClinicApi();
    const { api, organizationId } = clinic;
    biller = await api.signIn((await api.createPerson(organizationId, 'biller')).email);
    busyDoctor = randomUUID();
    const of = { organization_id: organizationId };
    await api.owner('resource').insert({
      ...of,
      id: busyDoctor,
      kind: 'provider',
      name: 'Dr. Many',
      location_id: clinic.locationId,
      time_zone: 'America/New_York',
      capacity: 200,
    });
    await api.owner.raw(
      `INSERT INTO availability_rule (organization_id, resource_id, location_id, by_day, start_local, end_local, time_zone, valid_from)
       SELECT organization_id, ?, location_id, by_day, start_local, end_local, time_zone, valid_from FROM availability_rule WHERE resource_id = ?`,
      [busyDoctor, clinic.practitionerId],
    );
    const visitType = async (columns: Record<string, unknown>): Promise<string> => {
      const id = await clinic.addVisitType({
        duration_minutes: 240,
        noshow_after_seconds: 1,
        buffer_before_minutes: 0,
        buffer_after_minutes: 0,
        ...columns,
      });
      await api.owner('visit_type_requirement').where({ visit_type_id: id, kind: 'room' }).delete();
      await api.owner('visit_type_provider').insert({ ...of, visit_type_id: id, resource_id: busyDoctor });
      return id;
    };
    longVisit = await visitType({});
    approvedVisit = await visitType({ needs_approval: true });
  });
  afterAll(() => clinic.close());

  /** The right input of every action: what is possible must then be accepted. */
  const inputOf = (action: string): Record<string, unknown> => {
    if (action === 'reschedule' || action === 'book')
      return { start: quarterAfter(60 * day + Math.floor(Math.random() * 4_000) * 15), practitionerId: busyDoctor };
    if (action === 'check-in') return { identifiersVerified: ['name', 'birth-date'] };
    if (action === 'complete') return { noNoteReason: 'advice only' };
    if (action === 'cancel-by-clinic') return { reason: 'test', alternatives: 0 };
    return ['cancel', 'entered-in-error', 'refuse'].includes(action) ? { reason: 'test' } : {};
  };

  it('H2: what is listed as possible is accepted, everything else is refused with the code that was shown', async () => {
    const seen = { accepted: new Set<string>(), refused: new Set<string>() };
    const life = fc.record({
      opening: fc.constantFrom('book', 'hold', 'request'),
      approval: fc.boolean(),
      by: fc.constantFrom('desk', 'patient'),
      // In progress for two hours, in half an hour, next month.
      start: fc.constantFrom(-120, 30, 30 * day),
      steps: fc.array(
        fc.record({ who: fc.constantFrom('admin', 'desk', 'doctor', 'patient', 'biller'), pick: fc.nat(100) }),
        { minLength: 2, maxLength: 5 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ opening, approval, by, start, steps }) => {
        const person = await clinic.api.createPerson(clinic.organizationId, 'patient');
        const patient = await clinic.api.signIn(person.email);
        const clients: Record<string, Client> = {
          admin: clinic.admin,
          desk: clinic.desk,
          doctor: clinic.doctor,
          patient,
          biller,
        };
        const opened = await clinic.book(clients[by]!, {
          patientId: person.patientId, visitTypeId: approval ? approvedVisit : longVisit, practitionerId: busyDoctor,
          start: quarterAfter(by === 'patient' ? Math.max(start, 30) : start), hold: opening === 'hold', request: opening === 'request',
        }); // prettier-ignore
        expect(opened.status, JSON.stringify(opened.body)).toBe(201);
        const id = opened.body.id as string;
        for (const { who, pick } of steps) {
          const client = clients[who]!;
          const shown = await client.request('GET', `/appointments/${id}`);
          const listed = shown.body.allowedActions as Allowed[];
          const possible = listed.filter((each) => each.possible).map((each) => each.action);
          for (const action of appointmentActions.filter((each) => !possible.includes(each))) {
            const refused = await clinic.act(client, id, action, inputOf(action));
            const reason = listed.find((each) => each.action === action)?.reason;
            const what = `${who}: ${action} from ${shown.body.status}: ${JSON.stringify(refused.body)}`;
            expect([403, 409, 410], what).toContain(refused.status);
            if (reason !== undefined) expect(refused.body.code, what).toBe(reason.code);
            if (refused.body.code === 'invalid-transition')
              expect(refused.body.allowed.toSorted(), what).toEqual(possible.toSorted());
            seen.refused.add(`${shown.body.status} ${action}`);
          }
          const action = possible[pick % Math.max(1, possible.length)];
          if (action === undefined) continue;
          const accepted = await clinic.act(client, id, action, inputOf(action));
          expect(accepted.status, `${who}: ${action} from ${shown.body.status}: ${JSON.stringify(accepted.body)}`).toBe(
            200,
          );
          seen.accepted.add(`${shown.body.status} ${action}`);
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
    // That the property looked at something: lives differ, so the floors are low.
    expect(seen.accepted.size).toBeGreaterThan(2);
    expect(seen.refused.size).toBeGreaterThan(20);
  }, 120_000);

  it('the case page says state, waiting, timers, actions and everything that happened, refusals and messages included', async () => {
    const patientId = await clinic.addPatient();
    const { body } = await clinic.book(clinic.desk, { patientId, start: quarterAfter(80 * day) });
    await clinic.act(clinic.desk, body.id, 'check-in', { identifiersVerified: ['name', 'mrn'] });
    await clinic.act(clinic.desk, body.id, 'reschedule', { start: quarterAfter(81 * day) });
    const page = await clinic.desk.request('GET', `/cases/appointment/${body.id}`);
    expect(page.status, JSON.stringify(page.body)).toBe(200);
    expect(page.body).toMatchObject({
      state: 'booked',
      waitingFor: { what: 'visit', who: 'time', until: quarterAfter(81 * day) },
      temporalWebUrl: null,
    });
    expect(page.body.nextTimers[0]).toMatchObject({ name: 'reminder:P7D:email' });
    const kinds = page.body.timeline.map(
      ({ kind, event, code }: Record<string, string>) => `${kind} ${event}${code ? ` ${code}` : ''}`,
    );
    expect(kinds).toContain('refused check-in guard-failed');
    expect(kinds).toContain('change reschedule');
    expect(kinds).toContain('change book');
    expect(kinds.some((kind: string) => kind.startsWith('message '))).toBe(true);
    // Reminders of the former version, dropped when it ended, told as of then.
    expect(page.body.timeline.every(({ at }: { at: string }) => Date.parse(at) < Date.now() + 60_000)).toBe(true);
    expect(kinds).toContain('timer reminder:P7D:email');
    const moved = page.body.timeline.find(
      ({ event, kind }: Record<string, string>) => kind === 'change' && event === 'reschedule',
    );
    expect(moved).toMatchObject({ from: 'booked', to: 'booked', actor: { name: 'Canary front-desk' } });
    const forBiller = await biller.request('GET', `/cases/appointment/${body.id}`);
    expect(forBiller.body.temporalWebUrl).toMatch(/\/temporal\/namespaces\/default\/workflows\/appt%3A/);
    expect(forBiller.body.allowedActions.every(({ possible }: Allowed) => !possible)).toBe(true);
    expect((await clinic.patient.request('GET', `/cases/appointment/${body.id}`)).status).toBe(403);
    // In pages: the same entries, each once.
    const all: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const part = await clinic.desk.request(
        'GET',
        `/cases/appointment/${body.id}?timelineLimit=3${cursor === '' ? '' : `&timelineCursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(part.status, JSON.stringify(part.body)).toBe(200);
      all.push(...part.body.timeline.map((entry: unknown) => JSON.stringify(entry)));
      cursor = part.body.timelineCursor as string | null;
    }
    const whole = await clinic.desk.request('GET', `/cases/appointment/${body.id}?timelineLimit=200`);
    expect(all).toEqual(whole.body.timeline.map((entry: unknown) => JSON.stringify(entry)));
  });

  it('says what can be done about a late patient, from the moment of lateness on', async () => {
    const { api } = clinic;
    const { body } = await clinic.book(clinic.desk, {
      patientId: await clinic.addPatient(),
      start: quarterAfter(83 * day),
    });
    const options = async () => (await clinic.desk.request('GET', `/cases/appointment/${body.id}`)).body.lateOptions;
    expect(await options()).toEqual([]);
    const minutesFromNow = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
    const when = await api.owner('appointment').where({ id: body.id }).first('start_at', 'end_at');
    await api.owner('appointment').where({ id: body.id }).update({ start_at: minutesFromNow(-12), end_at: minutesFromNow(18) }); // prettier-ignore
    expect(await options()).toEqual([
      { choice: 'see-now', possible: true },
      { choice: 'shorten', possible: true, minutesLeft: 17 },
      { choice: 'swap-with-next-arrived', possible: true },
      { choice: 'next-free-today', possible: true },
      { choice: 'reschedule', possible: true },
    ]);
    await api.owner('appointment').where({ id: body.id }).update({ start_at: minutesFromNow(-20), end_at: minutesFromNow(10) }); // prettier-ignore
    expect((await options())[1]).toEqual({ choice: 'shorten', possible: false, minutesLeft: 9 });
    await api.owner('appointment').where({ id: body.id }).update(when);
  });

  it('the work list is in order of what is due, by stage, in pages', async () => {
    const patientId = await clinic.addPatient();
    const held = await clinic.book(clinic.desk, { patientId, start: quarterAfter(90 * day), hold: true });
    const list = await clinic.desk.request('GET', '/cases?stage=pending&limit=200');
    expect(list.body.items.map(({ id }: { id: string }) => id)).toContain(held.body.id);
    expect(list.body.items.every(({ state }: { state: string }) => state === 'pending')).toBe(true);
    const dues: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const part = await clinic.desk.request('GET', `/cases?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
      dues.push(...part.body.items.map(({ nextTimer }: { nextTimer: { dueAt: string } }) => nextTimer.dueAt));
      cursor = part.body.nextCursor as string | null;
    }
    expect(dues.length).toBeGreaterThan(3);
    expect(dues).toEqual(dues.toSorted());
    expect((await clinic.desk.request('GET', '/cases?stage=cancelled')).status).toBe(200);
    expect((await clinic.desk.request('GET', '/cases?stage=gone')).status).toBe(400);
    const notices = await clinic.desk.request('GET', `/notifications?aggregateId=${held.body.id}`);
    expect(notices.status).toBe(200);
    const sent = await clinic.desk.request('GET', `/patients/${patientId}/notifications`);
    expect(sent.body.items.every(({ patient }: { patient: { id: string } }) => patient.id === patientId)).toBe(true);
  });

  it('lists every kind of process by what is due first, and each with what it waits for', async () => {
    const { api, organizationId, practitionerId, locationId, visitTypeId } = clinic;
    const of = { organization_id: organizationId };
    const inHours = (hours: number): Date => new Date(Math.floor(Date.now() / 1000) * 1000 + hours * 3_600_000);
    const patientId = await clinic.addPatient();
    const ids = { free: randomUUID(), asked: randomUUID(), taken: randomUUID(), quiet: randomUUID(), offered: randomUUID(), series: randomUUID(), absence: randomUUID(), closed: randomUUID() }; // prettier-ignore
    const opening = (id: string, state: string, release: number, columns: Record<string, unknown> = {}) =>
      api.owner('opening').insert({
        ...of, id, state, release_at: inHours(release), start_at: inHours(release + 2), end_at: inHours(release + 3), tz: 'America/New_York',
        practitioner_id: practitionerId, location_id: locationId, visit_type_ids: [visitTypeId], op_key: `test/${id}`, ...columns,
      }); // prettier-ignore
    await opening(ids.free, 'open', 3, { paused: true });
    await opening(ids.asked, 'offering', 6);
    await opening(ids.taken, 'released', 1, { closed_reason: 'test', ended_at: inHours(0) });
    for (const [id, state, hours] of [
      [ids.quiet, 'active', 30],
      [ids.offered, 'offered', 300],
    ] as const) {
      await api.owner('waitlist_entry').insert({ ...of, id, patient_id: patientId, state, joined_at: inHours(-1), expires_at: inHours(hours), created_by: 'test' }); // prettier-ignore
      for (const [name, due] of [['expiry-notice', hours - 10], ['expiry', hours]] as const)
        await api.owner('case_timer').insert({ ...of, aggregate: 'waitlist-entry', aggregate_id: id, version: 0, name, due_at: inHours(due), state: 'pending' }); // prettier-ignore
    }
    await api.owner('waitlist_offer').insert({
      ...of, id: randomUUID(), opening_id: ids.asked, entry_id: ids.offered, patient_id: patientId, rank: 1, factors: '{}', state: 'offered', channel: 'email',
      offered_at: inHours(-0.1), expires_at: inHours(1), op_key: `test/${ids.asked}`,
    }); // prettier-ignore
    await api.owner('series').insert({
      ...of, id: ids.series, patient_id: patientId, visit_type_id: visitTypeId, practitioner_id: practitionerId, location_id: locationId, visit_mode: 'in-person',
      mode: 'all', freq: 'weekly', interval: 1, count: 2, start_local: '2027-01-04 09:00', tz: 'America/New_York', state: 'changing', created_by: 'test',
    }); // prettier-ignore
    const exception = randomUUID();
    await api.owner('availability_exception').insert({ ...of, id: exception, resource_id: practitionerId, starts_at: inHours(4000), ends_at: inHours(4001), kind: 'closed', created_by: 'test' }); // prettier-ignore
    for (const [id, state] of [[ids.absence, 'running'], [ids.closed, 'stopped']] as const)
      await api.owner('absence').insert({
        ...of, id, resource_id: practitionerId, kind: 'absence', starts_at: inHours(4000), ends_at: inHours(4001), reason: 'test', exception_id: exception,
        state, created_by: 'test', declared_at: inHours(0), ended_at: state === 'running' ? null : inHours(0),
      }); // prettier-ignore
    interface Item {
      readonly id: string;
      readonly state: string;
      readonly waitingFor: unknown;
      readonly nextTimer: { readonly name: string; readonly dueAt: string } | null;
      readonly patient: { readonly id: string } | null;
    }
    const list = async (query: string): Promise<readonly Item[]> => {
      const answer = await clinic.desk.request('GET', `/cases?${query}`);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body.items as Item[];
    };
    const shown = (items: readonly Item[]) =>
      items.map(({ id, waitingFor, nextTimer }) => ({ id, waitingFor, timer: nextTimer?.name ?? null }));
    const at = (hours: number): string => inHours(hours).toISOString().slice(0, 15);
    const openings = await list('kind=opening');
    expect(shown(openings)).toMatchObject([
      { id: ids.asked, waitingFor: { what: 'answer', who: 'patient' }, timer: 'offer' },
      { id: ids.free, waitingFor: { what: 'staff', who: 'staff' }, timer: 'release' },
    ]);
    expect(openings[0]!.nextTimer!.dueAt.slice(0, 15)).toBe(at(1));
    // Visits that were cancelled before in this file have freed times of their own.
    const own = new Set<string>(Object.values(ids));
    const released = (await list('kind=opening&stage=released')).filter(({ id }) => own.has(id));
    expect(shown(released)).toEqual([{ id: ids.taken, waitingFor: null, timer: null }]);
    const wishes = await list('kind=waitlist-entry');
    expect(shown(wishes)).toMatchObject([
      { id: ids.offered, waitingFor: { what: 'answer', who: 'patient' }, timer: 'offer' },
      { id: ids.quiet, waitingFor: { what: 'opening', who: 'time' }, timer: 'expiry-notice' },
    ]);
    expect(wishes.map(({ patient }) => patient?.id)).toEqual([patientId, patientId]);
    expect(shown(await list('kind=series'))).toMatchObject([{ id: ids.series, waitingFor: { what: 'steps' } }]);
    expect(shown(await list('kind=absence'))).toMatchObject([{ id: ids.absence, waitingFor: { what: 'steps' } }]);
    expect((await list('kind=absence&stage=stopped')).map(({ id }) => id)).toEqual([ids.closed]);
    // Each filter leaves out what it says, and pages lose nothing.
    expect((await list('kind=opening&due=overdue')).length).toBe(0);
    expect((await list(`kind=opening&locationId=${randomUUID()}`)).length).toBe(0);
    expect((await list(`kind=waitlist-entry&practitionerId=${practitionerId}`)).length).toBe(0);
    expect((await list('kind=waitlist-entry&stage=offered')).map(({ id }) => id)).toEqual([ids.offered]);
    const first = (await clinic.desk.request('GET', '/cases?kind=waitlist-entry&limit=1')).body as {
      nextCursor: string;
    };
    expect((await list(`kind=waitlist-entry&limit=1&cursor=${first.nextCursor}`)).map(({ id }) => id)).toEqual([ids.quiet]); // prettier-ignore
    // A stage of another kind is refused, not answered with nothing.
    expect((await clinic.desk.request('GET', '/cases?kind=opening&stage=booked')).status).toBe(400);
    expect((await clinic.patient.request('GET', '/cases?kind=opening')).status).toBe(403);
  });
});
