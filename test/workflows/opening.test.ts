/** D2 on a real database, through real runs, with days skipped in milliseconds. S11, S13: scheduling-intake.md H. */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findAvailability } from '../../db/schedule/availability.ts';
import { withOrganization } from '../../db/transaction.ts';
import { appointmentWorkflowId, nextTimersQuery } from '../../workflows/messages/appointment.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { currentOfferQuery, offerHistoryQuery, openingWorkflowId } from '../../workflows/messages/opening.ts';
import type { OfferView, OpeningEnd, OpeningSettled } from '../../workflows/messages/opening.ts';
import { waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import type { WaitlistEntryEnd } from '../../workflows/messages/waitlist-entry.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { patientActor, staff } from './seed.ts';
import { daysUntil, localAt, waitlistOf } from './waitlist-clinic.ts';
import type { OfferRow, OpeningRow, Service } from './waitlist-clinic.ts';

/** Whole minutes: what happens within one happens at its beginning, so that instants are exact. */
const minute = (at: Date): Date => new Date(Math.floor(at.getTime() / 60_000) * 60_000);

let clinic: TestClinic;
let waitlist: ReturnType<typeof waitlistOf>;
let service: Service;
let afterCommit: ((event: string) => Promise<void>) | undefined;
beforeAll(async () => {
  clinic = await openClinic(undefined, (event) => afterCommit?.(event) ?? Promise.resolve(), minute);
  waitlist = waitlistOf(clinic);
});
afterAll(() => clinic?.close());
beforeEach(async () => {
  afterCommit = undefined;
  service = await waitlist.service();
});

/** The server's clock only goes forward: each test counts from where it stands. */
const now = (): Promise<Date> => clinic.engine.now();
const soon = { timeout: 15_000 } as const;
const run = (id: string) => clinic.client.workflow.getHandle(id);
const states = async (openingId: string): Promise<string[]> => (await waitlist.offers(openingId)).map((o) => o.state);
/** Of each entry's offer; several may have been made within one minute. */
const statesOf = async (openingId: string, entryIds: readonly string[]): Promise<(string | undefined)[]> => {
  const offers = await waitlist.offers(openingId);
  return entryIds.map((id) => offers.find((o) => o.entry_id === id)?.state);
};
const clock = (at: Date | undefined | null): string | undefined => at?.toISOString();

/** The live offer of an opening that is being offered to somebody else than before. */
async function nextOffer(openingId: string, entryId: string): Promise<OfferRow> {
  await expect
    .poll(async () => (await waitlist.offers(openingId)).find((o) => o.entry_id === entryId)?.state, soon)
    .toBe('offered');
  // The run knows it too, so that what is said next is judged by it.
  await expect
    .poll(
      async () => (await run(openingWorkflowId(openingId)).query<OpeningSettled>(currentOfferQuery)).offers[0]?.entryId,
      soon,
    ) // prettier-ignore
    .toBe(entryId);
  return (await waitlist.offers(openingId)).find((o) => o.entry_id === entryId)!;
}

async function ended(openingId: string): Promise<OpeningRow> {
  await (run(openingWorkflowId(openingId)).result() as Promise<OpeningEnd>);
  return waitlist.opening(openingId);
}

/** Books a visit, and has it cancelled at an instant. @returns the opening */
async function freed(at: Service, start: string, cancelledAt: string, patientId = clinic.patientId): Promise<string> {
  const visit = await waitlist.book(at, start, patientId);
  await clinic.until(cancelledAt);
  await clinic.act(visit.id, 'cancel', { reason: 'patient-request' });
  return (await waitlist.openingOf(visit.id))!.id;
}

const publicTimes = async (at: Service, start: string): Promise<string[]> => {
  const from = new Date(start);
  const times = await withOrganization(clinic.db, clinic.organizationId, async (trx) =>
    findAvailability(trx, {
      ...at,
      from,
      to: new Date(from.getTime() + 60_000),
      limit: 10,
      at: minute(await now()),
      forPatientSelfService: true,
    }),
  );
  return times.map((time) => time.start);
};

describe('the cascade', () => {
  test('S11 Cascade with lead 24 h', { timeout: 120_000 }, async () => {
    const today = await now();
    const wednesday = daysUntil(3, today, 2);
    const start = localAt(today, wednesday + 1, '10:00');
    const at = (time: string): string => localAt(today, wednesday, time);
    const [first, second, third, fourth] = await Promise.all(Array.from({ length: 4 }, () => waitlist.patient()));
    const a = await waitlist.join(service, first!, { urgency: 'urgent' });
    const b = await waitlist.join(service, second!, { urgency: 'soon' });
    const c = await waitlist.join(service, third!, { days: ['TH'] });
    const d = await waitlist.join(service, fourth!, { urgency: 'routine', earliest: start.slice(0, 10), days: ['TH'] });
    await clinic
      .admin('waitlist_entry')
      .where({ id: c.id })
      .update({ joined_at: at('09:00'), version: 1 });
    await clinic
      .admin('waitlist_entry')
      .where({ id: d.id })
      .update({ joined_at: at('09:30'), days: [] });

    // Rank 1: a lead of exactly 24 h belongs to the row of PT60M.
    const openingId = await freed(service, start, at('10:00'));
    const rank1 = await nextOffer(openingId, a.id);
    expect([clock(rank1.offered_at), clock(rank1.expires_at)]).toEqual([at('10:00'), at('11:00')]);
    expect((await waitlist.opening(openingId)).release_at.toISOString()).toBe(localAt(today, wednesday + 1, '08:00'));
    expect(await publicTimes(service, start)).toEqual([]);

    await clinic.until(at('10:07'));
    await waitlist.patientSays(openingId, 'decline', rank1);
    const rank2 = await nextOffer(openingId, b.id);
    expect([clock(rank2.offered_at), clock(rank2.expires_at)]).toEqual([at('10:07'), at('10:27')]);

    await clinic.until(at('10:27'));
    expect(await waitlist.refused(openingId, 'accept', { offerId: rank2.id }, patientActor(second!))).toBe('offer-expired'); // prettier-ignore
    const rank3 = await nextOffer(openingId, c.id);
    expect([clock(rank3.offered_at), clock(rank3.expires_at)]).toEqual([at('10:27'), at('10:47')]);
    expect(await publicTimes(service, start)).toEqual([]);

    // Nobody takes it: staff let the rest of the list wait, and the time is kept until two hours before.
    await waitlist.say(openingId, 'pause');
    await clinic.until(at('20:05'));
    expect(await states(openingId)).toEqual(['declined', 'expired', 'expired']);
    const taken = await clinic.open({ start, practitionerId: service.practitionerId, visitTypeId: service.visitTypeId, patientId: clinic.otherPatientId }); // prettier-ignore
    expect(taken).toMatchObject({ ok: false, problem: { code: 'slot-taken' } });
    const eight = localAt(today, wednesday + 1, '08:00');
    await clinic.until(eight);
    const released = await ended(openingId);
    expect(released).toMatchObject({ state: 'released' });
    expect(clock(released.ended_at)).toBe(eight);
    const reservations = await clinic.admin('reservation').where({ opening_id: openingId });
    expect(new Set(reservations.map((r: { released_at: Date }) => r.released_at.toISOString()))).toEqual(new Set([eight])); // prettier-ignore
    expect(await publicTimes(service, start)).toEqual([start]);
    expect(await clinic.admin('staff_task').where({ subject_id: openingId, kind: 'opening-unfilled' })).toHaveLength(1);
    expect(await waitlist.offers(openingId)).toHaveLength(3);
    expect(await waitlist.ranking(openingId, d.id)).toMatchObject({ eligible: true });
  });

  test('nobody is written to at night: the first offer goes out at eight', async () => {
    const today = await now();
    const entry = await waitlist.join(service, await waitlist.patient());
    const night = localAt(today, 1, '21:30');
    const openingId = await freed(service, localAt(today, 5, '10:00'), night);
    await expect.poll(async () => (await run(openingWorkflowId(openingId)).query<readonly PlannedTimer[]>(nextTimersQuery)).map((t) => t.name), soon).toContain('look-again'); // prettier-ignore
    expect(await waitlist.offers(openingId)).toEqual([]);
    expect((await waitlist.ranking(openingId, entry.id)).reasons).toContain('quiet-hours');
    const morning = localAt(today, 2, '08:00');
    await clinic.until(morning);
    const offer = await nextOffer(openingId, entry.id);
    // 3 d 2 h ahead: four waking hours.
    expect([clock(offer.offered_at), clock(offer.expires_at)]).toEqual([morning, localAt(today, 2, '12:00')]);
    await waitlist.say(openingId, 'close', { reason: 'not-needed' });
    expect(await ended(openingId)).toMatchObject({ state: 'closed', closed_reason: 'not-needed' });
  });

  test('an acceptance gives a visit with a run of its own, ends the wish, and a repeat gets the same answer', async () => {
    const today = await now();
    const patientId = await waitlist.patient();
    const entry = await waitlist.join(service, patientId);
    const openingId = await freed(service, localAt(today, 4, '10:00'), localAt(today, 1, '12:00'));
    const offer = await nextOffer(openingId, entry.id);
    const step = randomUUID();
    const answer = await waitlist.patientSays(openingId, 'accept', offer, step);
    expect(answer).toMatchObject({ opening: { state: 'filled' }, appointment: { status: 'booked', patientId } });
    const visit = answer === 'closed' ? null : answer.appointment;
    const described = await clinic.gateway.describeAppointment(visit!.id);
    expect(described).toMatchObject({ stage: 'booked', appointment: { id: visit!.id } });
    expect(described?.nextTimers.map((t) => t.name)).toContain('late');
    expect(await ended(openingId)).toMatchObject({ state: 'filled', filled_appointment_id: visit!.id });
    const end = (await run(waitlistEntryWorkflowId(entry.id)).result()) as WaitlistEntryEnd;
    expect(end.entry).toMatchObject({ state: 'promoted', promotedAppointmentId: visit!.id });
    expect(await clinic.changes(visit!.id)).toHaveLength(1);
    // The server answers an update id that a closed run knew; anything new finds it closed.
    expect(await waitlist.patientSays(openingId, 'accept', offer, step)).toEqual(answer);
    expect(await waitlist.patientSays(openingId, 'accept', offer)).toBe('closed');
    expect(await clinic.act(visit!.id, 'cancel', { reason: 'x' })).toMatchObject({ status: 'cancelled' });
  });

  test('with nobody left it is released at once, and the runs of those who were silent know', async () => {
    const today = await now();
    const entry = await waitlist.join(service, await waitlist.patient());
    const openingId = await freed(service, localAt(today, 3, '12:00'), localAt(today, 2, '11:00'));
    const offer = await nextOffer(openingId, entry.id);
    await expect.poll(async () => (await run(waitlistEntryWorkflowId(entry.id)).query<{ entry: { state: string } }>('state')).entry.state, soon).toBe('offered'); // prettier-ignore
    await clinic.until(offer.expires_at.toISOString());
    expect(await ended(openingId)).toMatchObject({ state: 'released', closed_reason: 'nobody-left', ended_at: offer.expires_at }); // prettier-ignore
    await expect.poll(async () => (await run(waitlistEntryWorkflowId(entry.id)).query<{ entry: { state: string; noResponses: number } }>('state')).entry, soon).toMatchObject({ state: 'active', noResponses: 1 }); // prettier-ignore
  });
});

describe('steering', () => {
  /** Three wait for a time of the day after tomorrow, the first is asked at noon. */
  async function offered(wishes = 3) {
    const today = await now();
    const patients: string[] = [];
    const entries: string[] = [];
    for (let n = 0; n < wishes; n += 1) {
      patients.push(await waitlist.patient());
      const urgency = (['urgent', 'soon', 'routine'] as const)[n]!;
      entries.push((await waitlist.join(service, patients[n]!, { urgency })).id);
    }
    const openingId = await freed(service, localAt(today, 3, '10:00'), localAt(today, 1, '12:00'));
    const offer = await nextOffer(openingId, entries[0]!);
    return { today, patients, entries, openingId, offer };
  }

  test('pause lets the live offer stand and asks nobody else until resumed', async () => {
    const { entries, openingId, offer } = await offered();
    expect(await waitlist.say(openingId, 'pause')).toMatchObject({ opening: { paused: true, state: 'offering' } });
    expect(await waitlist.refused(openingId, 'pause')).toBe('invalid-transition');
    await clinic.until(new Date(offer.expires_at.getTime() + 300_000).toISOString());
    await expect.poll(() => states(openingId), soon).toEqual(['expired']);
    await waitlist.say(openingId, 'resume');
    await nextOffer(openingId, entries[1]!);
    await waitlist.say(openingId, 'close');
    await ended(openingId);
  });

  test('skip asks the next, pin chooses who that is, extend moves the end once', async () => {
    const { entries, patients, openingId, offer } = await offered();
    await waitlist.say(openingId, 'pin', { entryId: entries[2]! });
    await waitlist.say(openingId, 'skip', { offerId: offer.id });
    const pinned = await nextOffer(openingId, entries[2]!);
    const longer = new Date(pinned.expires_at.getTime() + 300_000);
    await waitlist.say(openingId, 'extend', { offerId: pinned.id });
    expect(await waitlist.refused(openingId, 'extend', { offerId: pinned.id })).toBe('guard-failed');
    await clinic.until(new Date(longer.getTime() - 60_000).toISOString());
    expect(await statesOf(openingId, [entries[0]!, entries[2]!])).toEqual(['withdrawn', 'offered']);
    await clinic.until(longer.toISOString());
    const last = await nextOffer(openingId, entries[1]!);
    expect(clock(last.offered_at)).toBe(longer.toISOString());
    expect(await waitlist.refused(openingId, 'accept', { offerId: pinned.id }, patientActor(patients[2]!))).toBe('offer-expired'); // prettier-ignore
    expect(await waitlist.refused(openingId, 'accept', { offerId: last.id }, patientActor(patients[0]!))).toBe('forbidden'); // prettier-ignore
    expect(await waitlist.refused(openingId, 'accept', {}, patientActor(patients[1]!))).toBe('validation-failed');
    const history = await run(openingWorkflowId(openingId)).query<OfferView[]>(offerHistoryQuery);
    expect(history.map(({ state }) => state)).toEqual(['withdrawn', 'expired', 'offered']);
    await waitlist.say(openingId, 'close');
    await ended(openingId);
  });

  test('fill by telephone takes the live offer back and gives the visit; the wish of who called ends', async () => {
    const { entries, patients, openingId, offer } = await offered();
    const answer = await waitlist.say(openingId, 'fill', { patientId: patients[1]! });
    expect(answer).toMatchObject({ opening: { state: 'filled' }, appointment: { patientId: patients[1] } });
    expect(await ended(openingId)).toMatchObject({ state: 'filled' });
    expect(await states(openingId)).toEqual(['withdrawn']);
    expect((await waitlist.messages(offer.id)).length).toBeGreaterThan(0);
    const end = (await run(waitlistEntryWorkflowId(entries[1]!)).result()) as WaitlistEntryEnd;
    expect(end.entry).toMatchObject({ state: 'promoted' });
    expect(await waitlist.entry(entries[0]!)).toMatchObject({ state: 'active' });
    const visit = answer === 'closed' ? null : answer.appointment;
    expect(await clinic.gateway.describeAppointment(visit!.id)).toMatchObject({ stage: 'booked' });
  });

  test('who leaves the waitlist while asked makes room for the next at once', async () => {
    const { entries, openingId } = await offered(2);
    expect(await waitlist.change(entries[0]!, 'withdraw')).toMatchObject({ state: 'withdrawn' });
    await nextOffer(openingId, entries[1]!);
    expect(await statesOf(openingId, entries)).toEqual(['withdrawn', 'offered']);
    expect(await waitlist.change(entries[0]!, 'pause')).toBe('closed');
    await waitlist.say(openingId, 'close');
    await ended(openingId);
  });
});

test('C6 two at once under a day: the first answer wins, the other hears of it and waits on', async () => {
  const today = await now();
  const policy = { organization_id: clinic.organizationId, kind: 'waitlist', valid_from: today };
  await clinic.admin('policy').insert({ ...policy, value: JSON.stringify({ batchSize: 2 }) });
  try {
    const first = await waitlist.join(service, await waitlist.patient(), { urgency: 'soon' });
    const second = await waitlist.join(service, await waitlist.patient());
    const openingId = await freed(service, localAt(today, 2, '10:00'), localAt(today, 1, '12:00'));
    await expect.poll(() => states(openingId), soon).toEqual(['offered', 'offered']);
    await nextOffer(openingId, first.id);
    const theirs = (await waitlist.offers(openingId)).find((o) => o.entry_id === second.id)!;
    expect(await waitlist.patientSays(openingId, 'accept', theirs)).toMatchObject({ opening: { state: 'filled' } });
    await ended(openingId);
    expect(await statesOf(openingId, [first.id, second.id])).toEqual(['superseded', 'accepted']);
    await expect.poll(async () => (await run(waitlistEntryWorkflowId(first.id)).query<{ entry: { state: string } }>('state')).entry.state, soon).toBe('active'); // prettier-ignore
  } finally {
    await clinic.admin('policy').where(policy).delete();
  }
});

test('S14 Overlap at accept', async () => {
  const today = await now();
  const patientId = await waitlist.patient();
  const mine = await waitlist.join(service, patientId, { urgency: 'soon' });
  const theirs = await waitlist.join(service, await waitlist.patient());
  const start = localAt(today, 4, '10:00');
  const openingId = await freed(service, start, localAt(today, 1, '12:00'));
  const offer = await nextOffer(openingId, mine.id);
  // Another practitioner at the same hour, after the offer was sent.
  await waitlist.book(await waitlist.service(), start, patientId);
  expect(await waitlist.refused(openingId, 'accept', { offerId: offer.id }, patientActor(patientId))).toBe('patient-overlap'); // prettier-ignore
  expect(await states(openingId)).toEqual(['offered']);
  await clinic.until(offer.expires_at.toISOString());
  await nextOffer(openingId, theirs.id);
  expect(await statesOf(openingId, [mine.id, theirs.id])).toEqual(['expired', 'offered']);
  await waitlist.say(openingId, 'close');
  await ended(openingId);
});

test('S13 Chain', { timeout: 90_000 }, async () => {
  const today = await now();
  const patientId = await waitlist.patient();
  const other = await waitlist.patient();
  const current = await waitlist.book(service, localAt(today, 12, '14:00'), patientId);
  const mine = await waitlist.join(service, patientId, { urgency: 'urgent', currentAppointmentId: current.id });
  const openingId = await freed(service, localAt(today, 4, '10:00'), localAt(today, 1, '12:00'));
  const theirs = await waitlist.join(service, other);
  const offer = await nextOffer(openingId, mine.id);
  const answer = await waitlist.patientSays(openingId, 'accept', offer);
  expect(answer).toMatchObject({
    opening: { state: 'filled' },
    appointment: { id: current.id, status: 'booked', start: localAt(today, 4, '10:00'), version: current.version + 1 },
  });
  // One visit, moved; its run goes by the new place.
  expect(await clinic.admin('appointment').where({ patient_id: patientId, status: 'booked' })).toHaveLength(1);
  const moved = async () => (await clinic.gateway.describeAppointment(current.id))?.appointment?.start;
  await expect.poll(moved, soon).toBe(localAt(today, 4, '10:00'));
  // The old time is a process of its own, one deeper, and is offered in turn.
  const chained = (await waitlist.openingOf(current.id))!;
  expect(chained).toMatchObject({ cascade_depth: 1, chain_of: openingId });
  const next = await nextOffer(chained.id, theirs.id);
  await waitlist.patientSays(chained.id, 'accept', next);
  expect(await ended(chained.id)).toMatchObject({ state: 'filled' });
  expect(await ended(openingId)).toMatchObject({ state: 'filled', filled_appointment_id: current.id });
});

test('C10 the acceptor cancels: who was asked is not asked again, and the list goes on below', async () => {
  const today = await now();
  const entries: string[] = [];
  for (const urgency of ['urgent', 'soon', 'routine'] as const)
    entries.push((await waitlist.join(service, await waitlist.patient(), { urgency })).id);
  const first = await freed(service, localAt(today, 4, '10:00'), localAt(today, 1, '12:00'));
  await waitlist.patientSays(first, 'decline', await nextOffer(first, entries[0]!));
  const answer = await waitlist.patientSays(first, 'accept', await nextOffer(first, entries[1]!));
  const visit = answer === 'closed' ? null : answer.appointment;
  await ended(first);
  await clinic.act(visit!.id, 'cancel', { reason: 'patient-request' });
  const second = (await waitlist.openingOf(visit!.id))!;
  expect(second).toMatchObject({ resumes_id: first });
  const offer = await nextOffer(second.id, entries[2]!);
  expect((await waitlist.ranking(second.id, entries[0]!)).reasons).toContain('asked-already');
  await waitlist.patientSays(second.id, 'decline', offer);
  expect(await ended(second.id)).toMatchObject({ state: 'released', closed_reason: 'nobody-left' });
});

describe('a wish', () => {
  test('is told of its end two weeks ahead, and ends', { timeout: 90_000 }, async () => {
    const entry = await waitlist.join(service, await waitlist.patient());
    const timers = await run(waitlistEntryWorkflowId(entry.id)).query<readonly PlannedTimer[]>(nextTimersQuery);
    expect(timers.map(({ name }) => name)).toEqual(['expiry-notice', 'expiry']);
    const [notice, expiry] = timers.map(({ dueAt }) => Date.parse(dueAt));
    expect(expiry).toBe(Date.parse(entry.expiresAt));
    expect(expiry! - notice!).toBeGreaterThanOrEqual(14 * 86_400_000 - 3_600_000);
    await clinic.until(new Date(notice! + 120_000).toISOString());
    await expect.poll(async () => (await waitlist.messages(entry.id)).length, soon).toBe(1);
    expect(await waitlist.entry(entry.id)).toMatchObject({ state: 'active' });
    await clinic.until(new Date(expiry! + 120_000).toISOString());
    const end = (await run(waitlistEntryWorkflowId(entry.id)).result()) as WaitlistEntryEnd;
    expect(end.entry).toMatchObject({ state: 'expired' });
    expect(await waitlist.change(entry.id, 'resume')).toBe('closed');
  });

  test('is one a patient and visit type; a refused one ends its run and stays refused', async () => {
    const patientId = await waitlist.patient();
    const entry = await waitlist.join(service, patientId, {}, patientActor(patientId));
    await expect(waitlist.join(service, patientId)).rejects.toThrow('already-waiting');
    expect(await waitlist.change(entry.id, 'change', { timeFrom: '09:00', timeTo: '11:00' }, patientActor(patientId))).toMatchObject({ timeFrom: '09:00' }); // prettier-ignore
    expect(await waitlist.change(entry.id, 'pause', undefined, staff)).toMatchObject({ state: 'paused' });
    await expect(waitlist.change(entry.id, 'pause')).rejects.toMatchObject({ code: 'invalid-transition' });
    expect(await waitlist.change(entry.id, 'resume')).toMatchObject({ state: 'active' });
    expect(await waitlist.change(entry.id, 'withdraw')).toMatchObject({ state: 'withdrawn' });
    await run(waitlistEntryWorkflowId(entry.id)).result();
    await waitlist.join(service, patientId);
  });
});

test('the run of a visit whose time is offered ends, and the opening goes on without it', async () => {
  const today = await now();
  const entry = await waitlist.join(service, await waitlist.patient());
  const visit = await waitlist.book(service, localAt(today, 6, '10:00'), clinic.patientId);
  await clinic.until(localAt(today, 1, '12:00'));
  await clinic.act(visit.id, 'cancel', { reason: 'x' });
  await run(appointmentWorkflowId(visit.id)).result();
  const opening = (await waitlist.openingOf(visit.id))!;
  await nextOffer(opening.id, entry.id);
  const clear = JSON.stringify((await run(openingWorkflowId(opening.id)).fetchHistory()).events);
  expect(clear).not.toContain(entry.patientId);
  await waitlist.say(opening.id, 'close');
  await ended(opening.id);
});

test('what came of a step whose answer was lost is taken up: the freed times have their runs', async () => {
  const today = await now();
  const patientId = await waitlist.patient();
  const current = await waitlist.book(service, localAt(today, 12, '14:00'), patientId);
  const mine = await waitlist.join(service, patientId, { urgency: 'urgent', currentAppointmentId: current.id });
  const visit = await waitlist.book(service, localAt(today, 6, '10:00'), clinic.patientId);
  await clinic.until(localAt(today, 1, '12:00'));
  // The step is given up, as after ten minutes without the database, and so is each repeat.
  afterCommit = () => Promise.reject(ApplicationFailure.nonRetryable('gone'));
  const gaveUp = () => 'closed' as const;
  expect(await clinic.act(visit.id, 'cancel', { reason: 'x' }).catch(gaveUp)).toBe('closed');
  const opening = (await waitlist.openingOf(visit.id))!;
  const offer = await nextOffer(opening.id, mine.id);
  const next = await waitlist.join(service, await waitlist.patient());
  expect(await waitlist.patientSays(opening.id, 'accept', offer).catch(gaveUp)).toBe('closed');
  expect(await ended(opening.id)).toMatchObject({ state: 'filled' });
  const chained = (await waitlist.openingOf(current.id))!;
  await nextOffer(chained.id, next.id);
  afterCommit = undefined;
  await waitlist.say(chained.id, 'close');
  await ended(chained.id);
});
