/** A wish on the waitlist: who may make it, what it leaves, and how it ends (scheduling-intake.md D2). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { withTransaction } from '../../db/transaction.ts';
import { applyEntryAction, joinWaitlist, readEntry, ringEntryTimer } from '../../db/waitlist/waitlist-entries.ts';
import { markActive, markOffered, promoteEntry, recordSilence } from '../../db/waitlist/waitlist-entry-state.ts';
import type { ChangeContext } from '../../db/appointments/appointment-effects.ts';
import type { Trx } from '../../db/connection.ts';
import { systemActor, type Actor } from '../../domain/actor.ts';
import { defaultPolicies } from '../../domain/policies.ts';
import { DAY } from '../../domain/calendar/zone.ts';
import type { WaitlistEntryAction, WaitlistEntrySettled, Wish } from '../../workflows/messages/waitlist-entry.ts';
import { codeOf, createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';
import { waitlistOf } from '../support/waitlist.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ patients: 1 });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

const now = Date.parse('2027-06-02T13:00:00Z');
const later = (days: number): string => new Date(now + days * DAY).toISOString();
// Each test has a patient and a visit type of its own: nobody else waits for it.
let patientId = '';
let visitTypeId = '';
beforeEach(async () => {
  visitTypeId = await clinic.addVisitType({});
  patientId = await clinic.addPatient();
  clinic.clock.set(later(0));
});

const anything: Omit<Wish, 'visitTypeIds'> = {
  providerIds: null,
  locationIds: [],
  modes: ['in-person'],
  days: [],
  timeFrom: null,
  timeTo: null,
  earliest: null,
  latest: null,
  urgency: 'routine',
  currentAppointmentId: null,
  minGainDays: 2,
  maxTravelKm: null,
  noticeMinutes: 240,
};

function join(
  wish: Partial<Wish> = {},
  actor: Actor = staffActor,
  of: { readonly patientId?: string; readonly entryId?: string; readonly key?: string } = {},
): Promise<WaitlistEntrySettled> {
  const entryId = of.entryId ?? randomUUID();
  const full = { ...anything, visitTypeIds: [visitTypeId], ...wish };
  return joinWaitlist(clinic.ports, {
    organizationId: clinic.organizationId,
    entryId,
    patientId: of.patientId ?? patientId,
    wish: full,
    actor,
    operation: { key: of.key ?? `wait:${entryId}/start`, inputHash: JSON.stringify(full) },
  });
}

const act = (
  entryId: string,
  action: WaitlistEntryAction,
  input: { readonly wish?: Partial<Wish>; readonly reason?: string } = {},
  actor: Actor = staffActor,
  key: string = randomUUID(),
): Promise<WaitlistEntrySettled> =>
  applyEntryAction(clinic.ports, {
    organizationId: clinic.organizationId,
    entryId,
    request: {
      action,
      input,
      actor,
      operation: { key: `wait:${entryId}/${key}`, inputHash: JSON.stringify([action, input]) },
    },
  });

const ring = (entryId: string, name: string, key: string = randomUUID()): Promise<WaitlistEntrySettled> =>
  ringEntryTimer(clinic.ports, {
    organizationId: clinic.organizationId,
    entryId,
    name,
    operation: { key: `wait:${entryId}/${key}`, inputHash: name },
  });

const inTransaction = <T>(work: (trx: Trx, context: ChangeContext) => Promise<T>): Promise<T> =>
  withTransaction(clinic.db, { organizationId: clinic.organizationId }, async (trx) =>
    work(trx, {
      organizationId: clinic.organizationId,
      actor: systemActor('opening'),
      at: await clinic.clock.now(),
      opKey: `opening:${randomUUID()}/step`,
    }),
  );

let slots = 0;
/** A visit of somebody else that is cancelled, on a day of the next week. @returns the opening */
async function free(): Promise<string> {
  const start = new Date(Date.parse(later(5 + Math.floor(slots / 8))) + (slots % 8) * 3_600_000).toISOString();
  slots += 1;
  const command = { start, patientId: await clinic.addPatient(), visitTypeId };
  const { appointment } = await clinic.open(command);
  const { openings } = await clinic.act(appointment.id, 'cancel', { reason: 'ill' });
  expect(openings).toHaveLength(1);
  return openings![0]!;
}

/** A freed time, offered to the one who waits. */
async function offer(): Promise<{ openingId: string; offerId: string; expiresAt: string }> {
  const openingId = await free();
  const [made] = (await waitlistOf(clinic).advance(openingId)).offers;
  return { openingId, offerId: made!.id, expiresAt: made!.expiresAt };
}

/** So many statements wait for a lock. */
async function untilWaiting(n: number): Promise<void> {
  const sql = `SELECT count(DISTINCT pid) AS n FROM pg_locks WHERE NOT granted
    AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`;
  const waiting = async () => Number((await clinic.owner.raw<{ rows: { n: number }[] }>(sql)).rows[0]!.n);
  await expect.poll(waiting, { timeout: 5_000 }).toBe(n);
}

const offerState = async (id: string): Promise<string> =>
  (await clinic.owner('waitlist_offer').where({ id }).first<{ state: string }>('state')).state;
const history = (id: string) =>
  clinic
    .owner('state_change')
    .where({ aggregate: 'waitlist-entry', aggregate_id: id })
    .orderBy('seq')
    .select<
      { seq: number; event: string; from_state: string | null; to_state: string; actor: string; op_key: string }[]
    >();
const messages = (id: string) =>
  clinic.owner('notification').where({ aggregate_id: id }).orderBy('created_at').select('kind', 'aggregate', 'to_ref');
const tasks = (id: string) =>
  clinic.owner('staff_task').where({ subject_id: id }).orderBy('created_at').select('kind', 'state', 'params');
const pathOf = async (id: string): Promise<string[]> =>
  (await history(id)).map((row) => `${row.event}>${row.to_state}`);

describe('joining', () => {
  it('is once for its key, on record, with its end planned', async () => {
    const entryId = randomUUID();
    const first = await join({ days: ['MO', 'TU'], timeFrom: '09:00', timeTo: '12:00' }, staffActor, { entryId });
    expect(await join({ days: ['MO', 'TU'], timeFrom: '09:00', timeTo: '12:00' }, staffActor, { entryId })).toEqual(
      first,
    );
    expect(first.entry).toMatchObject({
      id: entryId,
      patientId,
      state: 'active',
      visitTypeIds: [visitTypeId],
      days: ['MO', 'TU'],
      joinedAt: later(0),
      expiresAt: later(180),
      version: 0,
    });
    expect(first.timers).toEqual([
      { name: 'expiry-notice', dueAt: later(166) },
      { name: 'expiry', dueAt: later(180) },
    ]);
    expect(await history(entryId)).toMatchObject([
      { seq: 1, event: 'join', from_state: null, to_state: 'active', actor: staffActor.ref },
    ]);
    expect(await readEntry(clinic.ports, { organizationId: clinic.organizationId, entryId })).toEqual(first);
    expect(await codeOf(join({}, staffActor, { entryId, key: `wait:${entryId}/start` }))).toBe(
      'idempotency-key-reused',
    );
    const other = await clinic.addPatient();
    expect(await codeOf(join({}, staffActor, { entryId, key: randomUUID(), patientId: other }))).toBe('duplicate');
  });

  it('a second live wish for the same visit type is refused, also of ten at once', async () => {
    const { entry } = await join();
    await expect(join()).rejects.toMatchObject({ problem: { code: 'already-waiting', data: { entryId: entry.id } } });
    const second = await clinic.addVisitType({});
    expect(await codeOf(join({ visitTypeIds: [second, visitTypeId] }))).toBe('already-waiting');
    expect(await clinic.count('waitlist_entry', { patient_id: patientId })).toBe(1);
    await join({ visitTypeIds: [second] });
    const crowd = await clinic.addPatient();
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(join({}, staffActor, { patientId: crowd }))),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'already-waiting')).toHaveLength(9);
    expect(await clinic.count('waitlist_entry', { patient_id: crowd })).toBe(1);
  });

  it('is for oneself, and for whom staff who may put there; only staff say that it is urgent', async () => {
    const other = await clinic.addPatient();
    expect(await codeOf(join({}, patientActor(other)))).toBe('forbidden');
    expect(await codeOf(join({}, { ...staffActor, permissions: ['waitlist:read'] }))).toBe('forbidden');
    expect(await codeOf(join({ urgency: 'urgent' }, patientActor(patientId)))).toBe('forbidden');
    const { entry } = await join({}, patientActor(patientId));
    expect(await codeOf(act(entry.id, 'withdraw', {}, patientActor(other)))).toBe('forbidden');
    expect(await codeOf(act(entry.id, 'change', { wish: { urgency: 'soon' } }, patientActor(patientId)))).toBe(
      'forbidden',
    );
    await act(entry.id, 'change', { wish: { urgency: 'urgent' } });
    // What the clinic has said stays when the patient changes something else.
    const changed = await act(entry.id, 'change', { wish: { days: ['FR'] } }, patientActor(patientId));
    expect(changed.entry).toMatchObject({ urgency: 'urgent', days: ['FR'] });
  });

  it('ends with the last day where it ends last, and never after the visit it would bring forward', async () => {
    const west = randomUUID();
    await clinic.owner('location').insert({
      id: west,
      organization_id: clinic.organizationId,
      name: `West ${west}`,
      time_zone: 'America/Los_Angeles',
    });
    const here = await join({ latest: '2027-06-30', locationIds: [clinic.locationId] });
    expect(here.entry.expiresAt).toBe('2027-07-01T04:00:00.000Z');
    await act(here.entry.id, 'withdraw');
    const both = await join({ latest: '2027-06-30', locationIds: [clinic.locationId, west] });
    expect(both.entry.expiresAt).toBe('2027-07-01T07:00:00.000Z');
    await clinic.owner('location').where({ id: west }).update({ active: false });

    patientId = await clinic.addPatient();
    const visit = (await clinic.open({ start: '2027-07-14T14:00:00Z', patientId, visitTypeId })).appointment;
    const { entry, timers } = await join({ currentAppointmentId: visit.id });
    expect(entry.expiresAt).toBe('2027-07-14T14:00:00.000Z');
    expect(timers).toEqual([{ name: 'expiry', dueAt: entry.expiresAt }]);
    // It was moved to a later day meanwhile: the wish lives as long as the visit is to come.
    await clinic.act(visit.id, 'reschedule', {
      slot: { start: '2027-07-21T14:00:00Z', practitionerId: clinic.providers[0]!, locationId: clinic.locationId },
    });
    clinic.clock.set(entry.expiresAt);
    expect((await ring(entry.id, 'expiry')).entry).toMatchObject({
      state: 'active',
      expiresAt: '2027-07-21T14:00:00.000Z',
    });
    clinic.clock.set('2027-07-21T14:00:00Z');
    expect((await ring(entry.id, 'expiry')).entry.state).toBe('expired');
    expect(await messages(entry.id)).toEqual([]);
  });

  it('is made anew when the visit that the old one would bring forward was moved earlier, and has begun', async () => {
    const visit = (await clinic.open({ start: '2027-07-28T14:00:00Z', patientId, visitTypeId })).appointment;
    const { entry } = await join({ currentAppointmentId: visit.id });
    await clinic.act(visit.id, 'reschedule', {
      slot: { start: '2027-07-26T14:00:00Z', practitionerId: clinic.providers[0]!, locationId: clinic.locationId },
    });
    clinic.clock.set('2027-07-26T13:59:59Z');
    await expect(join()).rejects.toMatchObject({ problem: { code: 'already-waiting', data: { entryId: entry.id } } });
    clinic.clock.set('2027-07-26T14:00:00Z');
    expect((await join()).entry.state).toBe('active');
    expect(await pathOf(entry.id)).toEqual(['join>active', 'expire>expired']);
  });

  it('is refused with what is wrong', async () => {
    const refusal = async (wish: Partial<Wish>, person: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
      const who = await clinic.addPatient(person);
      return join(wish, staffActor, { patientId: who }).then(
        () => null,
        ({
          problem,
        }: {
          problem: { code: string; errors?: { path: string; code: string }[]; data?: { reason?: string } };
        }) => [problem.code, problem.errors?.[0]?.path, problem.errors?.[0]?.code ?? problem.data?.reason],
      );
    };
    const invalid = (path: string, code: string): unknown => ['validation-failed', path, code];
    const grownUp = await clinic.addVisitType({ age_min: 18 });
    expect(await refusal({ visitTypeIds: [] })).toEqual(invalid('/visitTypeIds', 'required'));
    expect(await refusal({ visitTypeIds: [randomUUID()] })).toEqual(invalid('/visitTypeIds', 'unknown'));
    expect(await refusal({ visitTypeIds: [await clinic.addVisitType({ waitlisted: false })] })).toEqual(
      invalid('/visitTypeIds', 'no-waitlist'),
    );
    expect(await refusal({ locationIds: [randomUUID()] })).toEqual(invalid('/locationIds', 'unknown'));
    expect(await refusal({ providerIds: [clinic.rooms[0]!] })).toEqual(invalid('/providerIds', 'unknown'));
    expect(await refusal({ timeFrom: '09:00' })).toEqual(invalid('/timeTo', 'both-or-none'));
    expect(await refusal({ timeFrom: '09:00', timeTo: '08:00' })).toEqual(invalid('/timeTo', 'before-from'));
    expect(await refusal({ earliest: '2027-07-02', latest: '2027-07-01' })).toEqual(
      invalid('/latest', 'before-earliest'),
    );
    expect(await refusal({ latest: '2027-06-01' })).toEqual(invalid('/latest', 'past'));
    expect(await refusal({ latest: '2027-06-02' })).toBeNull();
    expect(await refusal({ maxTravelKm: 0 })).toEqual(invalid('/maxTravelKm', 'too-small'));
    expect(await refusal({ modes: ['video'] })).toEqual(invalid('/mode', 'not-offered'));
    expect(await refusal({ modes: ['video', 'in-person'] })).toBeNull();
    expect(await refusal({}, { deceased: true })).toEqual(['patient-not-eligible', undefined, 'deceased']);
    expect(await refusal({ visitTypeIds: [grownUp] }, { birth_date: '2012-01-01' })).toEqual([
      'patient-not-eligible',
      undefined,
      'too-young',
    ]);
    // Turns eighteen while waiting.
    expect(await refusal({ visitTypeIds: [grownUp] }, { birth_date: '2009-08-01' })).toBeNull();
    const somebody = await clinic.addPatient();
    const theirs = (await clinic.open({ start: '2027-06-16T14:00:00Z', patientId: somebody, visitTypeId })).appointment
      .id;
    expect(await refusal({ currentAppointmentId: theirs })).toEqual(invalid('/currentAppointmentId', 'not-to-come'));
    expect(
      await codeOf(
        join({ currentAppointmentId: theirs, visitTypeIds: [grownUp] }, staffActor, {
          patientId: somebody,
        }),
      ),
    ).toBe('validation-failed');
    const byClinic = await clinic.addVisitType({ self_schedulable: false });
    expect(await codeOf(join({ visitTypeIds: [byClinic] }, patientActor(patientId)))).toBe('guard-failed');
    expect(await codeOf(join({}, staffActor, { patientId: randomUUID() }))).toBe('not-found');
  });
});

describe('actions', () => {
  it('pause, resume, withdraw, each once for its key, and nothing after the end', async () => {
    const { id } = (await join()).entry;
    const paused = await act(id, 'pause', { reason: 'on holiday' }, patientActor(patientId), 'p');
    expect(paused.entry).toMatchObject({ state: 'paused', pausedReason: 'on holiday', version: 1 });
    expect(await act(id, 'pause', { reason: 'on holiday' }, patientActor(patientId), 'p')).toEqual(paused);
    expect(await codeOf(act(id, 'pause'))).toBe('invalid-transition');
    expect((await act(id, 'resume')).entry).toMatchObject({ state: 'active', pausedReason: null });
    const gone = await act(id, 'withdraw', {}, patientActor(patientId));
    expect(gone).toMatchObject({
      entry: { state: 'withdrawn', visitTypeIds: [visitTypeId] },
      timers: [],
      openings: [],
    });
    for (const action of ['change', 'pause', 'resume', 'withdraw'] as const)
      expect(await codeOf(act(id, action))).toBe('invalid-transition');
    expect(await pathOf(id)).toEqual(['join>active', 'pause>paused', 'resume>active', 'withdraw>withdrawn']);
    // The place is free for another wish.
    await join();
    expect(await codeOf(act(randomUUID(), 'pause'))).toBe('not-found');
  });

  it('change: what is given replaces what was; the end moves with it', async () => {
    const { id } = (await join({ latest: '2027-06-30' })).entry;
    const second = await clinic.addVisitType({});
    const changed = await act(id, 'change', { wish: { visitTypeIds: [second], latest: null, maxTravelKm: 20 } });
    expect(changed.entry).toMatchObject({
      visitTypeIds: [second],
      latest: null,
      maxTravelKm: 20,
      expiresAt: later(180),
    });
    expect(changed.timers.map((timer) => timer.dueAt)).toEqual([later(166), later(180)]);
    const other = (await join()).entry;
    await expect(act(other.id, 'change', { wish: { visitTypeIds: [second] } })).rejects.toMatchObject({
      problem: { code: 'already-waiting', data: { entryId: id } },
    });
    expect(await codeOf(act(id, 'change', { wish: { latest: '2027-06-01' } }))).toBe('validation-failed');
    const soon = await act(id, 'change', { wish: { latest: '2027-06-05' } });
    expect(soon.timers).toEqual([{ name: 'expiry', dueAt: '2027-06-06T04:00:00.000Z' }]);
  });

  it('the visit to bring forward may be gone when something else is changed', async () => {
    const visit = (await clinic.open({ start: '2027-08-11T14:00:00Z', patientId, visitTypeId })).appointment;
    const { id } = (await join({ currentAppointmentId: visit.id })).entry;
    await clinic.act(visit.id, 'cancel', { reason: 'ill' });
    expect((await act(id, 'change', { wish: { days: ['MO'] } })).entry).toMatchObject({
      currentAppointmentId: null,
      expiresAt: later(180),
    });
  });

  it.each(['pause', 'withdraw'] as const)('%s takes a live offer back and names its opening', async (action) => {
    const { id } = (await join()).entry;
    const { openingId, offerId } = await offer();
    const { openings, entry } = await act(id, action, {}, patientActor(patientId));
    expect(openings).toEqual([openingId]);
    expect(entry.state).toBe(action === 'pause' ? 'paused' : 'withdrawn');
    expect(await clinic.owner('waitlist_offer').where({ id: offerId }).first()).toMatchObject({
      state: 'withdrawn',
      answered_via: 'portal',
    });
  });

  it('change keeps a live offer', async () => {
    const { id } = (await join()).entry;
    const { offerId } = await offer();
    const { entry, openings } = await act(id, 'change', { wish: { days: ['SU'] } });
    expect([entry.state, openings, await offerState(offerId)]).toEqual(['offered', [], 'offered']);
  });

  it('an offer that is made while the patient leaves is met, whoever comes first', async () => {
    for (let k = 0; k < 5; k += 1) {
      patientId = await clinic.addPatient();
      const { id } = (await join()).entry;
      const openingId = await free();
      const [made, left] = await Promise.all([waitlistOf(clinic).advance(openingId), act(id, 'withdraw')]);
      expect(await clinic.count('waitlist_offer', { entry_id: id, state: 'offered' })).toBe(0);
      expect(left.openings).toEqual(made.offers.length > 0 ? [openingId] : []);
    }
  });

  it('an offer that is committed while the patient’s word waits for the entry is taken back after all', async () => {
    const { id } = (await join()).entry;
    const openingId = await free();
    const first = await clinic.db.transaction();
    await first.raw(`SELECT set_config('app.organization', ?, true)`, [clinic.organizationId]);
    await first('waitlist_entry').where({ id }).forUpdate().select('id');
    const made = waitlistOf(clinic).advance(openingId);
    await untilWaiting(1);
    const left = act(id, 'withdraw');
    await untilWaiting(2);
    await first.commit();
    expect((await made).offers).toHaveLength(1);
    expect((await left).openings).toEqual([openingId]);
    expect(await clinic.count('waitlist_offer', { entry_id: id, state: 'withdrawn' })).toBe(1);
    expect((await waitlistOf(clinic).advance(openingId)).opening.state).toBe('released');
  });
});

describe('what openings do', () => {
  /** An offer and its end, as far as the entry is concerned. */
  const ask = (id: string, end: 'silence' | 'decline'): Promise<string> =>
    inTransaction(async (trx, context) => {
      await markOffered(trx, context, id);
      const row =
        end === 'silence'
          ? await recordSilence(trx, context, id, defaultPolicies.waitlist)
          : await markActive(trx, context, id, 'decline');
      return `${row.state} ${row.no_responses} ${row.declines}`;
    });

  it('three silences in a row pause the entry and a person calls; a word in between begins again', async () => {
    const { id } = (await join()).entry;
    expect(await ask(id, 'silence')).toBe('active 1 0');
    expect(await ask(id, 'silence')).toBe('active 2 0');
    expect(await ask(id, 'decline')).toBe('active 0 1');
    for (const expected of ['active 1 1', 'active 2 1', 'paused 3 1']) expect(await ask(id, 'silence')).toBe(expected);
    expect((await readEntry(clinic.ports, { organizationId: clinic.organizationId, entryId: id })).entry).toMatchObject(
      {
        pausedReason: 'no-response',
      },
    );
    expect(await tasks(id)).toMatchObject([
      { kind: 'call-patient', state: 'open', params: { about: 'waitlist-no-response', silences: 3 } },
    ]);
    expect((await act(id, 'resume', {}, patientActor(patientId))).entry).toMatchObject({
      state: 'active',
      noResponses: 0,
    });
    expect(await tasks(id)).toMatchObject([{ state: 'cancelled' }]);
  });

  it('promotes, gives the place back, and takes an offer of another opening away', async () => {
    const { id } = (await join()).entry;
    const { openingId, offerId } = await offer();
    const visit = (await clinic.open({ start: '2027-06-23T14:00:00Z', patientId, visitTypeId })).appointment;
    const { entry, openings } = await inTransaction((trx, context) => promoteEntry(trx, context, id, visit.id));
    expect(entry).toMatchObject({ state: 'promoted', promoted_appointment_id: visit.id });
    expect([openings, await offerState(offerId)]).toEqual([[openingId], 'withdrawn']);
    expect(await clinic.count('case_timer', { aggregate_id: id, state: 'pending' })).toBe(0);
    await expect(inTransaction((trx, context) => promoteEntry(trx, context, id, visit.id))).rejects.toMatchObject({
      problem: { code: 'invalid-transition' },
    });
    await join();
  });

  it('nothing is offered to who does not wait, and nothing ends twice', async () => {
    const { id } = (await join()).entry;
    await act(id, 'pause');
    expect(await codeOf(ask(id, 'silence'))).toBe('invalid-transition');
    const silent = inTransaction((trx, c) => recordSilence(trx, c, id, defaultPolicies.waitlist));
    expect((await silent).state).toBe('paused');
    expect((await inTransaction((trx, c) => markActive(trx, c, id, 'decline'))).declines).toBe(0);
    expect(await pathOf(id)).toEqual(['join>active', 'pause>paused']);
  });
});

describe('the end', () => {
  it('is announced once, then comes, each in words for who has mail', async () => {
    const { id } = (await join()).entry;
    clinic.clock.set(new Date(Date.parse(later(166)) - 1));
    await ring(id, 'expiry-notice');
    expect(await messages(id)).toEqual([]);
    clinic.clock.set(later(166));
    const told = await ring(id, 'expiry-notice', 'n');
    expect(await ring(id, 'expiry-notice', 'n')).toEqual(told);
    await ring(id, 'expiry-notice');
    expect(told.timers).toEqual([{ name: 'expiry', dueAt: later(180) }]);
    await ring(id, 'expiry');
    expect((await readEntry(clinic.ports, { organizationId: clinic.organizationId, entryId: id })).entry.state).toBe(
      'active',
    );
    clinic.clock.set(later(180));
    const ended = await ring(id, 'expiry');
    expect(ended).toMatchObject({ entry: { state: 'expired' }, timers: [], openings: [] });
    expect(await messages(id)).toEqual([
      { kind: 'waitlist-expiry-notice', aggregate: 'waitlist-entry', to_ref: `patient:${patientId}` },
      { kind: 'waitlist-expired', aggregate: 'waitlist-entry', to_ref: `patient:${patientId}` },
    ]);
    expect(await pathOf(id)).toEqual(['join>active', 'expiry-notice>active', 'expire>expired']);
    const timers = await clinic.owner('case_timer').where({ aggregate_id: id }).orderBy('name').pluck('state');
    expect(timers).toEqual(['fired', 'fired']);
    await ring(id, 'expiry');
    await join();
  });

  it('is told by a person to who has no mail', async () => {
    patientId = await clinic.addPatient({ email: null });
    const { id } = (await join()).entry;
    clinic.clock.set(later(166));
    await ring(id, 'expiry-notice');
    clinic.clock.set(later(180));
    await ring(id, 'expiry');
    expect(await messages(id)).toEqual([]);
    expect(await tasks(id)).toMatchObject([
      { kind: 'call-patient', state: 'cancelled', params: { about: 'waitlist-expiry-notice' } },
      { kind: 'call-patient', state: 'open', params: { about: 'waitlist-expired', expiresAt: later(180) } },
    ]);
  });

  it('waits for a live offer, and for its end only', async () => {
    const { id } = (await join({ latest: '2027-06-02' })).entry;
    const over = '2027-06-03T04:00:00.000Z';
    // In the evening: four waking hours end the next morning.
    clinic.clock.set('2027-06-02T22:00:00Z');
    await act(id, 'change', { wish: { latest: '2027-06-30' } });
    const { openingId, offerId, expiresAt } = await offer();
    await act(id, 'change', { wish: { latest: '2027-06-02' } });
    expect(expiresAt > over).toBe(true);
    clinic.clock.set(over);
    const waits = await ring(id, 'expiry');
    expect(waits).toMatchObject({ entry: { state: 'offered' }, timers: [{ name: 'expiry', dueAt: expiresAt }] });
    expect(await offerState(offerId)).toBe('offered');
    clinic.clock.set(expiresAt);
    const ended = await ring(id, 'expiry');
    expect(ended).toMatchObject({ entry: { state: 'expired' }, openings: [openingId] });
    expect(await offerState(offerId)).toBe('expired');
    expect(await waitlistOf(clinic).advance(openingId)).toMatchObject({ offers: [], opening: { state: 'released' } });
  });
});

describe('the invariants of wishes fail when one is broken on purpose', () => {
  const change = (event: string, from: string | null, to: string, seq: number): string =>
    `INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, from_state, to_state, actor, at)
     SELECT organization_id, 'waitlist-entry', id, ${seq}, '${event}', ${from === null ? 'NULL' : `'${from}'`}, '${to}', 'x', now() FROM waitlist_entry WHERE id = :id`;
  const breaches: readonly [sql: string, problem: string][] = [
    [`UPDATE waitlist_entry SET state = 'offered' WHERE id = :id`, 'without a live offer'],
    [`UPDATE waitlist_entry SET state = 'withdrawn' WHERE id = :id`, 'still takes a place'],
    [`UPDATE waitlist_entry SET state = 'withdrawn' WHERE id = :id`, 'one that is over has timers'],
    [`UPDATE waitlist_entry_visit_type SET live = false WHERE entry_id = :id`, 'waits for nothing'],
    [`UPDATE case_timer SET state = 'cancelled' WHERE aggregate_id = :id`, 'waits without an end'],
    [`UPDATE waitlist_entry SET version = 7 WHERE id = :id`, 'present state and version'],
    [change('pause', 'active', 'paused', 2), 'present state and version'],
    [change('change', 'active', 'active', 3), 'has a gap'],
    [change('change', 'active', 'active', 2), 'without its audit row'],
    [change('resume', 'active', 'paused', 2), 'an edge of a wish outside the table'],
    [
      `UPDATE waitlist_entry SET state = 'promoted', promoted_appointment_id = (SELECT id FROM appointment a WHERE a.patient_id <> waitlist_entry.patient_id LIMIT 1) WHERE id = :id`,
      'without the patient’s visit',
    ],
  ];

  it.each(breaches)('%s', async (sql, problem) => {
    const { id } = (await join()).entry;
    let problems: string[] = [];
    await clinic.owner
      .transaction(async (trx) => {
        await trx.raw(sql, { id });
        problems = (await checkInvariants(trx)).filter(({ rows }) => rows.length > 0).map((one) => one.problem);
        throw new Error('undo');
      })
      .catch((error: Error) => {
        if (error.message !== 'undo') throw error;
      });
    expect(problems.join()).toContain(problem);
  });
});
