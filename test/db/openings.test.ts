/** Freed times and who is asked about them (scheduling-intake.md D2, H). Zone America/New_York; FU30; a fixed clock. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAppointment } from '../../db/appointments/appointments.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { addDays, edgeInstant } from '../../domain/calendar/calendar.ts';
import type { OpeningSettled } from '../../workflows/messages/opening.ts';
import { codeOf, createClinic, newYork, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';
import { waitlistOf, type Waitlist } from '../support/waitlist.ts';

let clinic: Clinic;
let list: Waitlist;
/** New for each test: nobody else waits. */
let patients: string[] = [];
let visitTypeId = '';
let week = 0;

beforeAll(async () => {
  clinic = await createClinic({ providers: 3, rooms: 3, patients: 0, poolMax: 8 });
});
beforeEach(async () => {
  week += 1;
  visitTypeId = await clinic.addVisitType({ code: `FU30-${week}` });
  list = waitlistOf({ ...clinic, visitTypeId });
  patients = [];
  for (let k = 0; k < 5; k += 1) patients.push(await clinic.addPatient());
  clinic.clock.set(local(2, '10:00'));
});
afterEach(async () => {
  expect(await clinic.read(checkInvariants)).toEqual([]);
});
afterAll(() => clinic.stop());

/** Wall-clock time of a day in this test's week (0 Monday). */
const local = (day: number, time: string): string =>
  new Date(edgeInstant(addDays('2027-01-04', 7 * week + day), time, newYork)).toISOString();

const book = async (patientId: string, start: string, provider = 0): Promise<string> =>
  (await clinic.open({ patientId, start, visitTypeId, practitionerId: clinic.providers[provider]! })).appointment.id;

/** Books for the last patient and cancels it. @returns the opening */
async function free(start: string, provider = 0): Promise<string> {
  const id = await book(patients.at(-1)!, start, provider);
  const { openings } = await clinic.act(id, 'cancel', { reason: 'cannot come' });
  expect(openings).toHaveLength(1);
  return openings![0]!;
}

const rowOf = (openingId: string): Promise<Record<string, unknown>> =>
  clinic.owner('opening').where({ id: openingId }).first() as Promise<Record<string, unknown>>;

const offerOf = (settled: OpeningSettled) => {
  expect(settled.offers).toHaveLength(1);
  return settled.offers[0]!;
};

const accept = (openingId: string, patientId: string, offerId: string): Promise<OpeningSettled> =>
  list.act(openingId, 'accept', { offerId }, patientActor(patientId));

describe('a time becomes free', () => {
  const cancelled = async (start: string): Promise<Record<string, unknown>> => {
    const id = await book(patients.at(-1)!, start);
    const settled = await clinic.act(id, 'cancel', { reason: 'cannot come' });
    expect(settled.openings).toBe(undefined);
    return (await clinic.owner('opening').where({ source_appointment_id: id }).first()) as Record<string, unknown>;
  };

  it('and is kept for who waits, in the transaction that freed it', async () => {
    await list.join(patients[0]!);
    const openingId = await free(local(4, '10:00'));
    expect(await rowOf(openingId)).toMatchObject({
      state: 'open',
      cascade_depth: 0,
      release_at: new Date(local(4, '08:00')),
    });
    const kept = await clinic.owner('reservation').where({ opening_id: openingId }).orderBy('role');
    expect(kept.map((r: { role: string; kind: string }) => [r.role, r.kind])).toEqual([
      ['provider', 'offer'],
      ['room', 'offer'],
    ]);
    // I8: nobody else gets it.
    expect(await codeOf(book(patients[1]!, local(4, '10:00')))).toBe('slot-taken');
    expect(await codeOf(clinic.open({ patientId: patients[0]!, start: local(4, '10:00'), visitTypeId }))).toBe(
      'slot-taken',
    );
  });

  it('and is everybody’s at once when nobody waits', async () => {
    expect(await cancelled(local(4, '10:00'))).toMatchObject({ state: 'released', closed_reason: 'nobody-waits' });
    await book(patients[0]!, local(4, '10:00'));
  });

  it('and is everybody’s at once when it is too close; a person is told', async () => {
    await list.join(patients[0]!);
    const opening = await cancelled(local(2, '12:00'));
    expect(opening).toMatchObject({ state: 'released', closed_reason: 'too-close' });
    expect(await clinic.count('staff_task', { kind: 'opening-unfilled', subject_id: opening['id'] })).toBe(1);
  });

  it('and is everybody’s at once where the visit type has no waitlist, or the practitioner is away', async () => {
    await list.join(patients[0]!);
    const id = await book(patients.at(-1)!, local(4, '10:00'));
    const [closure] = await clinic
      .owner('availability_exception')
      .insert({
        organization_id: clinic.organizationId,
        resource_id: clinic.providers[0],
        kind: 'closed',
        starts_at: local(4, '00:00'),
        ends_at: local(5, '00:00'),
        reason: 'sick',
        created_by: 'user:test',
      })
      .returning('id');
    await clinic.act(id, 'cancel-by-clinic', { reason: 'sick', alternatives: 0 });
    expect(await clinic.owner('opening').where({ source_appointment_id: id }).first()).toMatchObject({
      state: 'released',
      closed_reason: 'not-open',
    });
    await clinic.owner('availability_exception').where(closure).update({ removed_at: new Date() });
    await clinic.owner('visit_type').where({ id: visitTypeId }).update({ waitlisted: false });
    expect(await cancelled(local(3, '10:00'))).toMatchObject({ closed_reason: 'not-waitlisted' });
  });

  it('in part only, which is nobody’s to be offered', async () => {
    await list.join(patients[0]!);
    const id = await book(patients.at(-1)!, local(4, '10:00'));
    const settled = await clinic.act(id, 'reschedule', {
      // The visits would not overlap, their buffers do.
      slot: { start: local(4, '10:30'), practitionerId: clinic.providers[0]! },
    });
    expect(settled.openings).toBe(undefined);
    expect(await clinic.owner('opening').where({ source_appointment_id: id }).first()).toMatchObject({
      state: 'released',
      closed_reason: 'partial',
    });
  });
});

describe('offers', () => {
  it('S11 Cascade: declined, lapsed to the second, refused at its end, and released at the last hour', async () => {
    const entries = [];
    for (let k = 0; k < 3; k += 1) {
      clinic.clock.set(local(1, `0${8 + (k % 2)}:0${k}`));
      entries.push(await list.join(patients[k]!));
      clinic.clock.set(local(1, '10:00'));
    }
    // Who joined first leads.
    await clinic
      .owner('waitlist_entry')
      .where({ id: entries[0] })
      .update({ joined_at: local(-60, '10:00') });
    await clinic
      .owner('waitlist_entry')
      .where({ id: entries[1] })
      .update({ joined_at: local(-40, '10:00') });
    clinic.clock.set(local(2, '10:00'));
    const openingId = await free(local(3, '10:00'));
    const first = offerOf(await list.advance(openingId));
    expect(first).toMatchObject({ entryId: entries[0], rank: 1, expiresAt: local(2, '11:00') });
    expect((await rowOf(openingId))['state']).toBe('offering');
    // Asked again before anything changed: no second offer, no second message (C12).
    expect((await list.advance(openingId)).offers).toEqual([first]);
    expect(await clinic.count('notification', { kind: 'waitlist-offer', aggregate_id: first.id })).toBe(1);

    clinic.clock.set(local(2, '10:07'));
    const declined = await list.act(openingId, 'decline', { offerId: first.id }, patientActor(patients[0]!));
    expect(declined).toMatchObject({ offers: [], lookAgainAt: local(2, '10:07') });
    expect(await list.entry(entries[0]!)).toMatchObject({ state: 'active', declines: 1, no_responses: 0 });
    const second = offerOf(await list.advance(openingId));
    expect(second).toMatchObject({ entryId: entries[1], expiresAt: local(2, '10:27') });
    clinic.clock.set(local(2, '10:27'));
    expect(await codeOf(accept(openingId, patients[1]!, second.id))).toBe('offer-expired');
    const third = offerOf(await list.advance(openingId));
    expect(third).toMatchObject({ entryId: entries[2], offeredAt: local(2, '10:27'), expiresAt: local(2, '10:47') });
    expect(await list.entry(entries[1]!)).toMatchObject({ state: 'active', no_responses: 1 });
    expect(await codeOf(book(patients[3]!, local(3, '10:00')))).toBe('slot-taken');

    // Paused by staff: nobody else is asked, and the release keeps its time.
    await list.act(openingId, 'pause');
    clinic.clock.set(local(3, '08:00'));
    const end = await list.advance(openingId);
    expect(end.opening).toMatchObject({ state: 'released', closedReason: 'release-time' });
    expect(await list.offers(openingId)).toMatchObject([
      { state: 'declined' },
      { state: 'expired' },
      { state: 'expired' },
    ]);
    expect(await clinic.count('staff_task', { kind: 'opening-unfilled', subject_id: openingId })).toBe(1);
    await book(patients[3]!, local(3, '10:00'));
  });

  it('accepted, make a visit in place, whose run finds its start done', async () => {
    const entryId = await list.join(patients[0]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    const settled = await accept(openingId, patients[0]!, offer.id);
    expect(settled).toMatchObject({
      opening: { state: 'filled', filledAppointmentId: settled.appointment!.id },
      appointment: { status: 'booked', start: local(4, '10:00'), patientId: patients[0], version: 0 },
      offers: [],
      lookAgainAt: null,
    });
    expect(await list.entry(entryId)).toMatchObject({ state: 'promoted' });
    expect(
      await clinic.count('reservation', {
        appointment_id: settled.appointment!.id,
        kind: 'appointment',
        released_at: null,
      }),
    ).toBe(3);
    expect(await clinic.count('notification', { aggregate_id: settled.appointment!.id, kind: 'booked' })).toBe(1);
    const start = settled.startAppointment!;
    const { appointmentId, operation, actor, locationId, ...visit } = start;
    const adopted = await openAppointment(clinic.ports, {
      organizationId: clinic.organizationId,
      appointmentId,
      operation,
      actor,
      command: { event: 'book', ...visit, locationId: locationId ?? undefined },
    });
    expect(adopted).toMatchObject({ appointment: { id: appointmentId, status: 'booked' } });
    expect(adopted.timers.length).toBeGreaterThan(2);
    expect(await clinic.count('appointment', { patient_id: patients[0] })).toBe(1);
    // An ordinary visit from now on.
    await clinic.act(appointmentId, 'confirm', { confirmToken: { version: 0 } }, patientActor(patients[0]!));
  });

  it('are answered once, by whom they were made to, and 410 when they are over', async () => {
    await list.join(patients[0]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    expect(await codeOf(accept(openingId, patients[1]!, offer.id))).toBe('forbidden');
    expect(await codeOf(list.act(openingId, 'pause', {}, patientActor(patients[0]!)))).toBe('forbidden');
    expect(await codeOf(list.act(openingId, 'close', {}, { ...staffActor, permissions: ['waitlist:read'] }))).toBe(
      'forbidden',
    );
    expect(await codeOf(accept(openingId, patients[0]!, randomUUID()))).toBe('not-found');
    clinic.clock.set(new Date(Date.parse(offer.expiresAt) - 1));
    const again = randomUUID();
    const once = await list.act(openingId, 'accept', { offerId: offer.id }, patientActor(patients[0]!), again);
    // The same click, delivered twice.
    expect(await list.act(openingId, 'accept', { offerId: offer.id }, patientActor(patients[0]!), again)).toEqual(
      JSON.parse(JSON.stringify(once)),
    );
    expect(await codeOf(accept(openingId, patients[0]!, offer.id))).toBe('invalid-transition');
    expect(await codeOf(list.act(openingId, 'close'))).toBe('invalid-transition');
  });

  it('of two clicks at one moment one counts', async () => {
    await list.join(patients[0]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    const codes = await Promise.all([
      codeOf(accept(openingId, patients[0]!, offer.id)),
      codeOf(list.act(openingId, 'accept', { offerId: offer.id, via: 'front-desk' })),
    ]);
    expect(codes.toSorted()).toEqual(['invalid-transition', undefined]);
  });

  it('reach nobody whose wish, visits or earlier offers speak against it, and every reason is kept', async () => {
    const wish = {
      providerIds: [clinic.providers[0]!, clinic.providers[1]!],
      locationIds: [clinic.locationId],
      days: ['TH', 'FR'],
      timeFrom: '10:00',
      timeTo: '12:00',
      earliest: local(4, '10:00').slice(0, 10),
      latest: local(4, '10:00').slice(0, 10),
      maxTravelKm: 5,
      noticeMinutes: 2 * 24 * 60,
    } as const;
    await clinic.owner('location').where({ id: clinic.locationId }).update({ latitude: 40.75, longitude: -73.99 });
    await clinic.owner('patient').where({ id: patients[0] }).update({ latitude: 40.76, longitude: -73.98 });
    await clinic.owner('patient').where({ id: patients[1] }).update({ latitude: 41.5, longitude: -73.98 });
    const fits = await list.join(patients[0]!, wish);
    const far = await list.join(patients[1]!, wish);
    const visit = await book(patients[2]!, local(7, '10:00'));
    const settledIn = await list.join(patients[2]!, { currentAppointmentId: visit, minGainDays: 4 });
    const openingId = await free(local(4, '10:00'));
    const other = await free(local(4, '12:15'), 1);
    await clinic.owner('waitlist_entry').where({ id: fits }).update({ urgency: 'urgent' });
    expect(offerOf(await list.advance(openingId))).toMatchObject({
      entryId: fits,
      factors: { namedProvider: true, preferredDay: true, preferredTime: true, km: 1, daysWaiting: 0, tier: 3 },
    });
    const reasons = async (opening: string, entryId: string): Promise<string[]> =>
      (await clinic.owner('waitlist_ranking').where({ opening_id: opening, entry_id: entryId }).first()).reasons;
    expect(await reasons(openingId, fits)).toEqual([]);
    expect(await reasons(openingId, far)).toEqual(['too-far']);
    expect(await reasons(openingId, settledIn)).toEqual(['gains-too-little']);
    expect((await list.advance(other)).opening.state).toBe('released');
    expect(await reasons(other, fits)).toEqual(['time-mismatch', 'offer-live-elsewhere']);
    expect(await reasons(other, far)).toEqual(['time-mismatch', 'too-far']);
    await clinic.owner('location').where({ id: clinic.locationId }).update({ latitude: null, longitude: null });
  });

  it('wait for the morning of who sleeps, and say why', async () => {
    await clinic.owner('patient').where({ id: patients[0] }).update({ time_zone: 'Asia/Tokyo' });
    const entryId = await list.join(patients[0]!);
    // 10:00 in New York is about midnight in Tokyo.
    const morning = new Date(edgeInstant(local(3, '12:00').slice(0, 10), '08:00', 'Asia/Tokyo')).toISOString();
    const openingId = await free(local(4, '16:00'));
    const settled = await list.advance(openingId);
    expect(settled).toMatchObject({
      offers: [],
      opening: { state: 'open', lookAgainAt: morning },
      lookAgainAt: morning,
    });
    expect(await clinic.owner('waitlist_ranking').where({ entry_id: entryId }).first()).toMatchObject({
      rank: 1,
      eligible: true,
      reasons: ['quiet-hours'],
    });
    clinic.clock.set(morning);
    expect(offerOf(await list.advance(openingId))).toMatchObject({ entryId });
  });

  it('become a call for who cannot be written to, with twice the window a day ahead', async () => {
    await clinic.owner('patient').where({ id: patients[0] }).update({ email: null, phone: null });
    const entryId = await list.join(patients[0]!);
    const openingId = await free(local(3, '11:00'));
    const offer = offerOf(await list.advance(openingId));
    expect(offer).toMatchObject({ channel: 'call', expiresAt: local(2, '12:00') });
    const [task] = await clinic.owner('staff_task').where({ subject_id: offer.id });
    expect(task).toMatchObject({ kind: 'offer-call', state: 'open', due_at: new Date(local(2, '12:00')) });
    expect(await clinic.count('notification', { aggregate_id: offer.id })).toBe(0);
    clinic.clock.set(local(2, '12:00'));
    await list.advance(openingId);
    expect(await list.entry(entryId)).toMatchObject({ state: 'active', no_responses: 1 });
    expect(await clinic.owner('staff_task').where({ id: task.id }).first()).toMatchObject({ state: 'cancelled' });

    const other = await free(local(3, '14:00'));
    const asked = offerOf(await list.advance(other));
    await list.act(other, 'decline', { offerId: asked.id, via: 'front-desk', reason: 'works then' });
    expect(await clinic.owner('staff_task').where({ subject_id: asked.id }).first()).toMatchObject({
      state: 'done',
      outcome: 'declined',
    });
  });

  it('are not made to who has been silent three times: a person calls', async () => {
    const entryId = await list.join(patients[0]!);
    await clinic.owner('waitlist_entry').where({ id: entryId }).update({ no_responses: 2 });
    const openingId = await free(local(4, '10:00'));
    clinic.clock.set(offerOf(await list.advance(openingId)).expiresAt);
    expect((await list.advance(openingId)).opening).toMatchObject({ state: 'released', closedReason: 'nobody-left' });
    expect(await list.entry(entryId)).toMatchObject({ state: 'paused', paused_reason: 'no-response', no_responses: 3 });
    expect(await clinic.count('staff_task', { kind: 'call-patient', subject_id: entryId })).toBe(1);
  });

  it('go to no more than the row of the table allows', async () => {
    const policy = { windows: [{ leadAtLeast: 'PT2H', window: 'PT10M', wakingHoursOnly: false, maxOffers: 1 }] };
    await clinic.owner('policy').insert({
      organization_id: clinic.organizationId,
      kind: 'waitlist',
      value: JSON.stringify(policy),
      valid_from: local(2, '00:00'),
      valid_to: local(6, '00:00'),
    });
    await list.join(patients[0]!);
    await list.join(patients[1]!);
    const openingId = await free(local(4, '10:00'));
    clinic.clock.set(offerOf(await list.advance(openingId)).expiresAt);
    expect((await list.advance(openingId)).opening).toMatchObject({ state: 'released', closedReason: 'max-offers' });
  });

  it('go on in the next row of the table, where more may be asked', async () => {
    const row = { window: 'PT10M', wakingHoursOnly: false, maxOffers: 1 };
    const windows = [
      { ...row, leadAtLeast: 'PT24H' },
      { ...row, leadAtLeast: 'PT4H' },
    ];
    await clinic.owner('policy').insert({
      organization_id: clinic.organizationId,
      kind: 'waitlist',
      value: JSON.stringify({ windows }),
      valid_from: local(2, '00:00'),
      valid_to: local(6, '00:00'),
    });
    await list.join(patients[0]!, { urgency: 'urgent' });
    const second = await list.join(patients[1]!);
    const openingId = await free(local(4, '10:00'));
    clinic.clock.set(offerOf(await list.advance(openingId)).expiresAt);
    const edge = new Date(Date.parse(local(3, '10:00')) + 1);
    expect(await list.advance(openingId)).toMatchObject({ offers: [], opening: { state: 'offering' }, lookAgainAt: edge.toISOString() }); // prettier-ignore
    clinic.clock.set(edge);
    const offer = offerOf(await list.advance(openingId));
    expect(offer.entryId).toBe(second);
    clinic.clock.set(offer.expiresAt);
    expect((await list.advance(openingId)).opening).toMatchObject({ state: 'released', closedReason: 'max-offers' });
  });

  it('pass over whom another freed time was faster to ask, and do not wait for who is just being asked', async () => {
    const urgent = await list.join(patients[0]!, { urgency: 'urgent' });
    const soon = await list.join(patients[1]!, { urgency: 'soon' });
    const routine = await list.join(patients[2]!);
    const times = [await free(local(4, '10:00')), await free(local(4, '11:00')), await free(local(4, '12:00'))];
    const settled = await Promise.all(times.map((id) => list.advance(id)));
    expect(settled.map((one) => offerOf(one).entryId).toSorted()).toEqual([urgent, soon, routine].toSorted());
  });

  it('go to several at once where a site wants it: the first answer wins, the others hear at once', async () => {
    await clinic.owner('policy').insert({
      organization_id: clinic.organizationId,
      kind: 'waitlist',
      value: JSON.stringify({ batchSize: 3 }),
      valid_from: local(2, '00:00'),
      valid_to: local(6, '00:00'),
    });
    const entries = [];
    for (let k = 0; k < 4; k += 1) entries.push(await list.join(patients[k]!));
    const openingId = await free(local(2, '16:00'));
    const { offers } = await list.advance(openingId);
    expect(offers).toHaveLength(3);
    const codes = await Promise.all(offers.map((offer) => codeOf(accept(openingId, offer.patientId, offer.id))));
    expect(codes.toSorted()).toEqual(['offer-expired', 'offer-expired', undefined]);
    const states = await list.offers(openingId);
    expect(states.map(({ state }) => state).toSorted()).toEqual(['accepted', 'superseded', 'superseded']);
    expect(await clinic.count('notification', { kind: 'waitlist-offer-superseded' })).toBe(2);
    for (const { entryId } of offers.filter((_, k) => codes[k] !== undefined))
      expect(await list.entry(entryId)).toMatchObject({ state: 'active', no_responses: 0, declines: 0 });
  });
});

describe('acceptances', () => {
  it('S13 Chain: the acceptor’s old time opens in turn, to depth five; whoever accepts has one visit', async () => {
    // Everybody has a visit, and wants exactly the time of the one before.
    const starts = [4, 7, 9, 11, 14, 16, 18].map((day) => local(day, '13:00'));
    const people: { patientId: string; visit: string }[] = [];
    for (const start of starts.slice(1)) {
      const patientId = await clinic.addPatient();
      people.push({ patientId, visit: await book(patientId, start) });
    }
    for (const [k, { patientId, visit }] of people.entries()) {
      const wanted = starts[k]!.slice(0, 10);
      await list.join(patientId, { currentAppointmentId: visit, earliest: wanted, latest: wanted, minGainDays: 0 });
    }
    let openingId = await free(starts[0]!);
    for (const [k, { patientId, visit }] of people.entries()) {
      const opening = await rowOf(openingId);
      expect(opening).toMatchObject({ cascade_depth: k, state: 'open', start_at: new Date(starts[k]!) });
      const offer = offerOf(await list.advance(openingId));
      expect(offer).toMatchObject({ patientId, factors: { daysGained: expect.any(Number) } });
      const settled = await accept(openingId, patientId, offer.id);
      expect(settled).toMatchObject({
        opening: { state: 'filled', filledAppointmentId: visit },
        movedAppointmentId: visit,
        appointment: { id: visit, start: starts[k], version: 1, rescheduleCount: 0 },
      });
      expect(settled.startAppointment).toBe(undefined);
      expect(await clinic.count('appointment', { patient_id: patientId, status: 'booked' })).toBe(1);
      expect(await clinic.count('notification', { aggregate_id: visit, kind: 'rescheduled' })).toBe(1);
      const behind = await clinic.owner('opening').where({ source_appointment_id: visit });
      expect(behind).toHaveLength(1);
      expect(behind[0]).toMatchObject({ chain_of: openingId, start_at: new Date(starts[k + 1]!) });
      if (k < 5) {
        expect(settled.openings).toEqual([behind[0].id]);
        openingId = behind[0].id;
      } else {
        // The next one would be the sixth.
        expect(settled.openings).toBe(undefined);
        expect(behind[0]).toMatchObject({ state: 'released', closed_reason: 'depth', cascade_depth: 5 });
      }
    }
    await book(patients[0]!, starts[6]!);
  });

  it('S14 Overlap at accept: 409, the offer stands until its end, then the next is asked', async () => {
    const first = await list.join(patients[0]!, { urgency: 'soon' });
    const second = await list.join(patients[1]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    expect(offer.entryId).toBe(first);
    await book(patients[0]!, local(4, '10:15'), 1);
    expect(await codeOf(accept(openingId, patients[0]!, offer.id))).toBe('patient-overlap');
    expect((await list.advance(openingId)).offers).toEqual([offer]);
    clinic.clock.set(offer.expiresAt);
    const next = offerOf(await list.advance(openingId));
    expect(next.entryId).toBe(second);
    expect(
      await clinic.owner('waitlist_ranking').where({ opening_id: openingId, entry_id: first }).first(),
    ).toMatchObject({
      rank: null,
      reasons: ['patient-overlap', 'asked-already'],
    });
    // A hold is in the way, as long as it stands.
    const hold = { event: 'hold', patientId: patients[1]!, start: local(4, '10:15'), visitTypeId } as const;
    await clinic.open({ ...hold, practitionerId: clinic.providers[2]! });
    expect(await codeOf(accept(openingId, patients[1]!, next.id))).toBe('patient-overlap');
    clinic.clock.set(new Date(Date.parse(offer.expiresAt) + 10 * 60_000));
    expect((await accept(openingId, patients[1]!, next.id)).opening.state).toBe('filled');
  });

  it('resume the list where it stopped when the acceptor cancels later (C10)', async () => {
    const entries = [];
    for (const [k, urgency] of (['urgent', 'soon', 'routine'] as const).entries())
      entries.push(await list.join(patients[k]!, { urgency }));
    const openingId = await free(local(4, '10:00'));
    const first = offerOf(await list.advance(openingId));
    await list.act(openingId, 'decline', { offerId: first.id }, patientActor(patients[0]!));
    const second = offerOf(await list.advance(openingId));
    const { appointment } = await accept(openingId, patients[1]!, second.id);
    clinic.clock.set(local(2, '15:00'));
    const { openings } = await clinic.act(appointment!.id, 'cancel', { reason: 'cannot come' });
    expect(await rowOf(openings![0]!)).toMatchObject({ resumes_id: openingId, cascade_depth: 0, state: 'open' });
    expect((await rowOf(openingId))['state']).toBe('filled');
    const third = offerOf(await list.advance(openings![0]!));
    expect(third.entryId).toBe(entries[2]);
    expect(
      await clinic.owner('waitlist_ranking').where({ opening_id: openings![0]!, entry_id: entries[0] }).first(),
    ).toMatchObject({ reasons: ['asked-already'] });
    // Asked anew by staff.
    await list.act(openings![0]!, 'pin', { entryId: entries[0]! });
    await list.act(openings![0]!, 'skip', { offerId: third.id });
    expect(offerOf(await list.advance(openings![0]!)).entryId).toBe(entries[0]);
    expect((await rowOf(openings![0]!))['pinned_entry_id']).toBe(null);
  });

  it('of a wish whose visit is gone make a new one', async () => {
    const visit = await book(patients[0]!, local(9, '10:00'));
    const entryId = await list.join(patients[0]!, { currentAppointmentId: visit });
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    await clinic.act(visit, 'cancel', { reason: 'no' });
    const settled = await accept(openingId, patients[0]!, offer.id);
    expect(settled.startAppointment?.appointmentId).not.toBe(visit);
    expect(await list.entry(entryId)).toMatchObject({ state: 'promoted' });
  });
});

describe('staff steer (C11)', () => {
  it('pause and resume', async () => {
    await list.join(patients[0]!);
    const openingId = await free(local(4, '10:00'));
    expect(await list.act(openingId, 'pause')).toMatchObject({ opening: { paused: true }, lookAgainAt: null });
    expect((await list.advance(openingId)).offers).toEqual([]);
    expect(await codeOf(list.act(openingId, 'pause'))).toBe('invalid-transition');
    expect((await list.act(openingId, 'resume')).lookAgainAt).toBe(local(2, '10:00'));
    offerOf(await list.advance(openingId));
  });

  it('skip, without a mark against the patient', async () => {
    const first = await list.join(patients[0]!, { urgency: 'soon' });
    const second = await list.join(patients[1]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    await list.act(openingId, 'skip', { offerId: offer.id, reason: 'in hospital' });
    expect(await list.entry(first)).toMatchObject({ state: 'active', declines: 0, no_responses: 0 });
    expect(await clinic.count('notification', { kind: 'waitlist-offer-withdrawn', aggregate_id: offer.id })).toBe(1);
    expect(await codeOf(accept(openingId, patients[0]!, offer.id))).toBe('offer-expired');
    expect(offerOf(await list.advance(openingId)).entryId).toBe(second);
    expect(await codeOf(list.act(openingId, 'skip', { offerId: offer.id }))).toBe('invalid-transition');
  });

  it('pin who is asked next, also against a wish, never against a rule', async () => {
    await list.join(patients[0]!, { urgency: 'urgent' });
    const pinned = await list.join(patients[1]!, { days: ['MO'] });
    const gone = await list.join(patients[2]!);
    const openingId = await free(local(4, '10:00'));
    await book(patients[2]!, local(4, '10:15'), 1);
    expect(await codeOf(list.act(openingId, 'pin', { entryId: gone }))).toBe('guard-failed');
    expect(await codeOf(list.act(openingId, 'pin', { entryId: randomUUID() }))).toBe('not-found');
    await list.act(openingId, 'pin', { entryId: pinned });
    const offer = offerOf(await list.advance(openingId));
    expect(offer).toMatchObject({ entryId: pinned, rank: 1 });
    expect(await clinic.owner('waitlist_ranking').where({ entry_id: pinned }).first()).toMatchObject({
      eligible: true,
      reasons: ['day-mismatch'],
    });
  });

  it('extend an offer once, never beyond the release', async () => {
    await list.join(patients[0]!);
    const openingId = await free(local(2, '16:00'));
    const offer = offerOf(await list.advance(openingId));
    clinic.clock.set(new Date(Date.parse(offer.expiresAt) - 1));
    const longer = offerOf(await list.act(openingId, 'extend', { offerId: offer.id }, patientActor(patients[0]!)));
    expect(Date.parse(longer.expiresAt) - Date.parse(offer.expiresAt)).toBe(5 * 60_000);
    expect(longer.extended).toBe(true);
    expect(await codeOf(list.act(openingId, 'extend', { offerId: offer.id }))).toBe('guard-failed');
    clinic.clock.set(offer.expiresAt);
    expect((await accept(openingId, patients[0]!, offer.id)).opening.state).toBe('filled');
  });

  it('fill by telephone in the middle of an offer, which is taken back with a message', async () => {
    const asked = await list.join(patients[0]!, { urgency: 'urgent' });
    const called = await list.join(patients[1]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    const settled = await list.act(openingId, 'fill', { patientId: patients[1]! });
    expect(settled).toMatchObject({
      opening: { state: 'filled' },
      appointment: { patientId: patients[1], status: 'booked' },
      entries: [called],
    });
    expect(await list.entry(called)).toMatchObject({ state: 'promoted' });
    expect(await list.entry(asked)).toMatchObject({ state: 'active', no_responses: 0 });
    expect(await clinic.count('notification', { kind: 'waitlist-offer-withdrawn', aggregate_id: offer.id })).toBe(1);
    expect(await codeOf(accept(openingId, patients[0]!, offer.id))).toBe('offer-expired');
  });

  it('fill with who is asked just now, with who waits for nothing, and with who is asked elsewhere', async () => {
    const entryId = await list.join(patients[0]!);
    const first = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(first));
    await list.act(first, 'fill', { patientId: patients[0]! });
    expect(await list.offers(first)).toMatchObject([{ state: 'accepted' }]);
    expect(await list.entry(entryId)).toMatchObject({ state: 'promoted' });
    expect(offer.entryId).toBe(entryId);

    const other = await list.join(patients[1]!);
    const [second, third] = [await free(local(4, '11:00')), await free(local(4, '13:00'))];
    expect(offerOf(await list.advance(second)).entryId).toBe(other);
    const settled = await list.act(third, 'fill', { patientId: patients[1]! });
    expect(settled.withdrawnFrom).toEqual([second]);
    expect((await list.advance(second)).opening).toMatchObject({ state: 'released', closedReason: 'nobody-left' });

    await list.join(patients[2]!);
    const fourth = await free(local(4, '15:00'));
    expect(await codeOf(list.act(fourth, 'fill', { patientId: patients[1]!, visitTypeId: clinic.visitTypeId }))).toBe(
      'validation-failed',
    );
    const filled = await list.act(fourth, 'fill', { patientId: patients[3]! });
    expect(filled).toMatchObject({ opening: { state: 'filled' }, appointment: { patientId: patients[3] } });
    expect(filled.entries).toBe(undefined);
  });

  it('close: the offer is taken back and the time is everybody’s', async () => {
    const entryId = await list.join(patients[0]!);
    const openingId = await free(local(4, '10:00'));
    const offer = offerOf(await list.advance(openingId));
    expect((await list.act(openingId, 'close', { reason: 'staff meeting' })).opening).toMatchObject({
      state: 'closed',
      closedReason: 'staff meeting',
    });
    expect(await list.entry(entryId)).toMatchObject({ state: 'active' });
    expect(await codeOf(accept(openingId, patients[0]!, offer.id))).toBe('offer-expired');
    await book(patients[1]!, local(4, '10:00'));
  });
});

describe('a booking at the end of an opening', () => {
  it('takes the time at the very instant of its release, whatever the timers did (I6)', async () => {
    const entryId = await list.join(patients[0]!);
    const openingId = await free(local(2, '14:00'));
    // The last offer before the release ends with it.
    clinic.clock.set(local(2, '11:55'));
    const offer = offerOf(await list.advance(openingId));
    expect(offer.expiresAt).toBe(local(2, '12:00'));
    clinic.clock.set(new Date(Date.parse(offer.expiresAt) - 1));
    expect(await codeOf(book(patients[1]!, local(2, '14:00')))).toBe('slot-taken');
    clinic.clock.set(offer.expiresAt);
    await book(patients[1]!, local(2, '14:00'));
    expect(await rowOf(openingId)).toMatchObject({ state: 'released', closed_reason: 'release-time' });
    expect(await list.offers(openingId)).toMatchObject([{ state: 'expired' }]);
    expect(await list.entry(entryId)).toMatchObject({ state: 'active', no_responses: 1 });
    expect(await codeOf(accept(openingId, patients[0]!, offer.id))).toBe('offer-expired');
    expect((await list.advance(openingId)).opening.state).toBe('released');
  });
});
