/**
 * The waitlist over HTTP, against a real engine: a freed time is offered, answered by link, in the portal and through the
 * front desk, and nobody who answers in time is told that it is gone (C5).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signOfferToken } from '../../activities/offer-token.ts';
import { patientRecipient } from '../../activities/visit-token.ts';
import { localDateOf } from '../../domain/calendar/calendar.ts';
import { day, openClinicApi, quarterAfter, timeZone } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import { auditRows, type Answer, type Client } from './support.ts';

let clinic: ClinicApi;
let other: Client & { patientId: string };
let biller: Client;
beforeAll(async () => {
  clinic = await openClinicApi();
  // Tests run at any hour.
  await clinic.api.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'waitlist',
    value: JSON.stringify({ sendHours: null }),
    valid_from: new Date('2020-01-01T00:00:00Z'),
  });
  const signIn = async (role: 'patient' | 'biller') => {
    const person = await clinic.api.createPerson(clinic.organizationId, role);
    return { ...(await clinic.api.signIn(person.email)), patientId: person.patientId ?? '' };
  };
  other = await signIn('patient');
  biller = await signIn('biller');
});
afterAll(() => clinic.close());

const get = (path: string) => fetch(`${clinic.api.url}${path}`, { redirect: 'manual' });
const press = (path: string, form: Record<string, string> = {}) =>
  fetch(`${clinic.api.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(form),
    headers: { origin: clinic.api.url, 'sec-fetch-site': 'same-origin' },
  });
const good = (answer: Answer, status: number): Answer => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer;
};

let practitioners = 0;
/** A practitioner of whom nobody else knows, so that each test's openings meet its own entries only. */
async function stage(start = quarterAfter(2 * day)) {
  practitioners += 1;
  const practitionerId = await clinic.addPractitioner(`Dr. Stage ${practitioners}`);
  const book = async (patientId: string, at: string) =>
    good(await clinic.book(clinic.desk, { patientId, practitionerId, start: at }), 201).body as { id: string };
  const join = async (patientId: string, wish: Record<string, unknown> = {}, client: Client = clinic.desk) =>
    good(
      await client.request('POST', '/waitlist-entries', {
        body: { patientId, visitTypeIds: [clinic.visitTypeId], providerIds: [practitionerId], noticeMinutes: 0, ...wish },
      }),
      201,
    ).body as { id: string; patientId: string }; // prettier-ignore
  /** Somebody who had the time gives it up. */
  const free = async (at = start): Promise<string> => {
    const { id } = await book(await clinic.addPatient(), at);
    good(await clinic.act(clinic.desk, id, 'cancel', { reason: 'patient-better' }), 200);
    const opening = await clinic.api
      .owner('opening')
      .where({ source_appointment_id: id })
      .first<{ id: string; state: string; closed_reason: string | null }>('id', 'state', 'closed_reason');
    expect(opening, JSON.stringify(opening)).toMatchObject({ closed_reason: null });
    return opening.id;
  };
  const publicTimes = async (): Promise<string[]> => {
    const query = new URLSearchParams({ visitTypeId: clinic.visitTypeId, practitionerId, from: start, to: new Date(Date.parse(start) + 60_000).toISOString() }); // prettier-ignore
    return ((await clinic.desk.request('GET', `/availability?${query}`)).body.items as { start: string }[]).map(
      (one) => one.start,
    );
  };
  return { start, practitionerId, book, join, free, publicTimes };
}

interface Offered {
  readonly id: string;
  readonly entryId: string;
  readonly patientId: string;
  readonly expiresAt: string;
}
/** Waits until the opening has asked this patient. */
async function offerTo(openingId: string, patientId: string): Promise<Offered & { readonly token: string }> {
  let offers: Offered[] = [];
  await expect
    .poll(
      async () => {
        offers = good(await clinic.desk.request('GET', `/openings/${openingId}`), 200).body.offers as Offered[];
        return offers.map((one) => one.patientId);
      },
      { timeout: 20_000, interval: 100 },
    )
    .toEqual([patientId]);
  return { ...offers[0]!, token: tokenOf(offers[0]!.id, patientId) };
}
const tokenOf = (offerId: string, patientId: string) =>
  signOfferToken(
    clinic.api.keys.tokenSecret,
    { organizationId: clinic.organizationId, offerId },
    patientRecipient(patientId),
  );
const offerState = async (id: string) =>
  (await clinic.api.owner('waitlist_offer').where({ id }).first<{ state: string }>('state')).state;
const answerOpening = (client: Client, id: string, action: string, body: Record<string, unknown> = {}, key?: string) =>
  client.request('POST', `/openings/${id}/${action}`, { body, ...(key !== undefined && { key }) });
/** The offer's window is over, as the database sees it; its timer has not noticed yet. */
const letItEnd = (id: string) =>
  clinic.api
    .owner('waitlist_offer')
    .where({ id })
    .update({ offered_at: new Date(Date.now() - 60_000), expires_at: new Date(Date.now() - 1) });

describe('waiting', () => {
  it('is joined, shown, changed, paused, resumed and left, each with its record', async () => {
    const at = await stage();
    const patientId = await clinic.addPatient();
    const joined = await clinic.desk.request('POST', '/waitlist-entries', {
      body: { patientId, visitTypeIds: [clinic.visitTypeId], providerIds: [at.practitionerId], days: ['MO', 'WE'], timeFrom: '08:00', timeTo: '12:00' },
      key: `join-${patientId}`,
    }); // prettier-ignore
    good(joined, 201);
    expect(joined.body).toMatchObject({
      patientId,
      state: 'active',
      urgency: 'routine',
      minGainDays: 2,
      noticeMinutes: 240,
      days: ['MO', 'WE'],
      visitTypes: [{ id: clinic.visitTypeId, name: 'Follow-up' }],
      patient: { name: 'Pat Canary' },
    });
    const path = `/waitlist-entries/${joined.body.id as string}`;
    expect(joined.headers.get('location')).toBe(`/api/v1${path}`);
    const again = await clinic.desk.request('POST', '/waitlist-entries', {
      body: { patientId, visitTypeIds: [clinic.visitTypeId] },
    });
    expect(good(again, 409).body).toMatchObject({ code: 'already-waiting', entryId: joined.body.id });

    const shown = good(await clinic.desk.request('GET', path), 200);
    expect(shown.body).toMatchObject({ positionBand: expect.stringMatching(/^(next|near|later)$/), offers: [] });
    expect(shown.body.allowedActions).toContainEqual({ action: 'resume', possible: false });
    expect(shown.headers.get('etag')).toBe(`"${shown.body.version as number}"`);

    const changed = await clinic.desk.request('POST', `${path}/change`, {
      body: { wish: { days: [], urgency: 'soon' } },
    });
    expect(good(changed, 200).body).toMatchObject({ days: [], urgency: 'soon', timeFrom: '08:00' });
    expect(good(await clinic.desk.request('POST', `${path}/pause`, { body: {} }), 200).body.state).toBe('paused');
    expect(good(await clinic.desk.request('POST', `${path}/pause`, { body: {} }), 409).body.code).toBe(
      'invalid-transition',
    );
    expect(good(await clinic.desk.request('POST', `${path}/resume`, { body: {} }), 200).body.state).toBe('active');
    expect(good(await clinic.desk.request('POST', `${path}/withdraw`, { body: {} }), 200).body.state).toBe('withdrawn');
    expect(good(await clinic.desk.request('POST', `${path}/resume`, { body: {} }), 409).body.code).toBe(
      'invalid-transition',
    );
    expect(good(await clinic.desk.request('GET', path), 200).body).toMatchObject({ positionBand: null });
    const refused = await auditRows(clinic.api, { entity_id: joined.body.id, outcome: 'refused' });
    expect(refused.map((row) => [row.action, row.code])).toEqual([
      ['waitlist:act', 'invalid-transition'],
      ['waitlist:act', 'invalid-transition'],
    ]);
  });

  it('repeats a join under its key, and refuses the key for another wish', async () => {
    const patientId = await clinic.addPatient();
    const ask = (noticeMinutes: number) =>
      clinic.desk.request('POST', '/waitlist-entries', {
        body: { patientId, visitTypeIds: [clinic.visitTypeId], noticeMinutes },
        key: `twice-${patientId}`,
      });
    const [first, second] = await Promise.all([ask(60), ask(60)]);
    expect(good(second, 201).body).toEqual(good(first, 201).body);
    expect(good(await ask(90), 422).body.code).toBe('idempotency-key-reused');
    // Anyone's time would do: out of the way of the tests below.
    good(await clinic.desk.request('POST', `/waitlist-entries/${first.body.id as string}/withdraw`, { body: {} }), 200);
  });

  it('names the field that cannot be', async () => {
    const patientId = await clinic.addPatient();
    const body = { patientId, visitTypeIds: [clinic.visitTypeId] };
    const ask = async (extra: Record<string, unknown>) =>
      good(await clinic.desk.request('POST', '/waitlist-entries', { body: { ...body, ...extra } }), 400).body.errors;
    expect(await ask({ timeFrom: '08:00' })).toMatchObject([{ path: '/body/timeTo' }]);
    expect(await ask({ earliest: '2030-02-02', latest: '2030-01-01' })).toMatchObject([{ path: '/body/latest' }]);
    expect(await ask({ latest: '2020-01-01' })).toMatchObject([{ path: '/body/latest', code: 'past' }]);
  });

  it('is a patient’s own affair: others do not even learn that it is there', async () => {
    const { patient } = clinic;
    const body = { patientId: patient.patientId, visitTypeIds: [clinic.visitTypeId], noticeMinutes: 0 };
    expect(
      good(await patient.request('POST', '/waitlist-entries', { body: { ...body, urgency: 'urgent' } }), 403).body.code,
    ).toBe('forbidden');
    const { id } = good(await patient.request('POST', '/waitlist-entries', { body }), 201).body as { id: string };
    good(await other.request('POST', '/waitlist-entries', { body }), 404);
    good(await other.request('GET', `/waitlist-entries/${id}`), 404);
    good(await other.request('POST', `/waitlist-entries/${id}/withdraw`, { body: {} }), 404);
    good(await other.request('GET', `/waitlist-entries?patientId=${patient.patientId}`), 404);
    good(await other.request('GET', `/offers?patientId=${patient.patientId}`), 404);
    expect(good(await other.request('GET', '/waitlist-entries'), 200).body.items).toEqual([]);
    expect(good(await patient.request('GET', '/waitlist-entries'), 200).body.items).toMatchObject([{ id }]);
    good(await patient.request('GET', '/openings'), 403);
    good(await biller.request('GET', `/waitlist-entries/${id}`), 200);
    good(await biller.request('POST', `/waitlist-entries/${id}/withdraw`, { body: {} }), 403);
    good(await patient.request('POST', `/waitlist-entries/${id}/withdraw`, { body: {} }), 200);
  });
});

describe('an offer', () => {
  it('is accepted by link, once, and leads to the visit’s own page', async () => {
    const at = await stage();
    const patientId = await clinic.addPatient({ language: 'es-MX' });
    const { id: entryId } = await at.join(patientId);
    const openingId = await at.free();
    const offer = await offerTo(openingId, patientId);
    expect(await at.publicTimes()).toEqual([]);
    expect(good(await clinic.desk.request('GET', `/cases/opening/${openingId}`), 200).body).toMatchObject({
      waitingFor: { what: 'answer', who: 'patient', until: offer.expiresAt },
      nextTimers: [{ name: 'offer', dueAt: offer.expiresAt }, { name: 'release' }],
    });

    const page = await get(`/offer/${offer.token}`);
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('<html lang="es" dir="ltr">');
    expect(text).toContain('Sí, tomo este horario');
    expect(text).toMatch(/quedaban (59|60) minutos|quedaban 1 hora|quedaban 4 horas|quedaban 3 horas y/);
    expect(text).not.toMatch(/<script|style=|Follow-up|Seguimiento|Dr\. Stage|Canary/);
    expect(await (await get(`/offer/${offer.token}?lang=en`)).text()).toContain('Nobody else can take this time');
    expect(await offerState(offer.id)).toBe('offered');

    // Twice at once, then again, by form and by JSON: one visit, the same answer.
    const pressed = await Promise.all([press(`/offer/${offer.token}/accept`), press(`/offer/${offer.token}/accept`)]);
    for (const one of pressed) {
      expect(one.status).toBe(303);
      expect(one.headers.get('location')).toBe(`/offer/${offer.token}?lang=es&done=accept`);
    }
    const byLink = () => clinic.api.client().request('POST', `/offers/${offer.token}/accept`, { body: {}, key: null });
    const first = good(await byLink(), 200);
    expect(first.body).toMatchObject({
      offer: { id: offer.id, state: 'accepted' },
      appointment: { status: 'booked', start: at.start },
    });
    expect(good(await byLink(), 200).body).toEqual(first.body);
    expect(Object.keys(first.body.appointment as object).toSorted()).toEqual([
      'end',
      'id',
      'start',
      'status',
      'timeZone',
    ]);

    const after = await (await get(`/offer/${offer.token}?lang=en&done=accept`)).text();
    expect(after).toContain('The time is yours');
    const visitPath = /href="(\/v\/[\w-]+)\?/.exec(after)?.[1] ?? '';
    expect(visitPath).toBe(first.body.visitPath);
    expect(await (await get(`${visitPath}?lang=en`)).text()).toContain('Booked');
    const visits = await clinic.api.owner('appointment').where({ patient_id: patientId }).select('id', 'status');
    expect(visits).toEqual([{ id: (first.body.appointment as { id: string }).id, status: 'booked' }]);
    // The visit lives on: its own run takes the next step.
    good(await clinic.act(clinic.desk, visits[0].id as string, 'confirm'), 200);
    expect(await (await get(`/offer/${offer.token}?lang=en`)).text()).toContain('The time is yours');

    const story = good(await clinic.desk.request('GET', `/openings/${openingId}`), 200).body;
    expect(story).toMatchObject({
      state: 'filled',
      filledAppointmentId: visits[0].id,
      offers: [],
      history: [{ patientId, rank: 1, state: 'accepted', answeredVia: 'mail' }],
      ranking: [{ rank: 1, eligible: true, patient: { id: patientId } }],
    });
    expect((story.timeline as { event: string }[]).map((one) => one.event)).toContain('offer:accept');
    const asCase = good(await clinic.desk.request('GET', `/cases/opening/${openingId}`), 200).body;
    expect(asCase).toMatchObject({ kind: 'opening', state: 'filled', waitingFor: null, nextTimers: [] });
    expect(asCase.related).toContainEqual(expect.objectContaining({ relation: 'filled-by', id: visits[0].id }));
    const wish = good(await clinic.desk.request('GET', `/cases/waitlist-entry/${entryId}`), 200).body;
    expect(wish).toMatchObject({ kind: 'waitlist-entry', state: 'promoted', waitingFor: null, nextTimers: [] });
    expect((wish.timeline as { event: string }[]).map((one) => one.event)).toEqual(
      expect.arrayContaining(['join', 'waitlist-offer', 'offer:accept']),
    );
    // What the link says stays true when the visit does not.
    good(await clinic.act(clinic.desk, visits[0].id as string, 'cancel', { reason: 'patient-better' }), 200);
    const since = await (await get(`/offer/${offer.token}?lang=en`)).text();
    expect(since).toContain('Your appointment has changed since then');
    expect(since).not.toContain('is booked');
  });

  it('is accepted in the portal by its patient alone', async () => {
    const at = await stage();
    const { patient } = clinic;
    const { id: entryId } = await at.join(patient.patientId, {}, patient);
    const openingId = await at.free();
    const offer = await offerTo(openingId, patient.patientId);
    const own = good(await patient.request('GET', '/offers'), 200).body.items;
    expect(own).toMatchObject([
      {
        id: offer.id,
        openingId,
        entryId,
        start: at.start,
        state: 'offered',
        extended: false,
        location: { name: 'Main' },
      },
    ]);
    expect(JSON.stringify(own)).not.toMatch(/"rank"|"score"|"factors"/);
    expect(good(await other.request('GET', '/offers'), 200).body.items).toEqual([]);

    const body = { offerId: offer.id };
    good(await answerOpening(other, openingId, 'accept', body), 404);
    good(await answerOpening(patient, openingId, 'accept', {}), 404);
    for (const action of ['pause', 'fill', 'close', 'skip', 'pin'])
      good(await answerOpening(patient, openingId, action, body), 403);
    good(await answerOpening(biller, openingId, 'accept', body), 403);
    expect(await offerState(offer.id)).toBe('offered');

    // From two devices at once: one visit, and both are told so.
    const [taken, alsoTaken] = await Promise.all([
      answerOpening(patient, openingId, 'accept', body, 'mine'),
      answerOpening(patient, openingId, 'accept', body, 'mine-too'),
    ]);
    good(taken, 200);
    expect(good(alsoTaken, 200).body.appointment.id).toBe(taken.body.appointment.id);
    expect(taken.body).toMatchObject({
      opening: { id: openingId, state: 'filled' },
      appointment: { status: 'booked', patientId: patient.patientId, start: at.start },
    });
    expect(good(await answerOpening(patient, openingId, 'accept', body, 'mine'), 200).body.appointment.id).toBe(
      taken.body.appointment.id,
    );
    // Pressed on another device: the same word again.
    expect(good(await answerOpening(patient, openingId, 'accept', body), 200).body.appointment.id).toBe(
      taken.body.appointment.id,
    );
    expect(good(await patient.request('GET', `/waitlist-entries/${entryId}`), 200).body).toMatchObject({
      state: 'promoted',
      promotedAppointmentId: taken.body.appointment.id,
    });
    expect(
      good(await patient.request('GET', `/appointments/${taken.body.appointment.id as string}`), 200).body.status,
    ).toBe('booked');
  });

  it('is accepted through the front desk, and the visit that the patient had moves there: a chain (C7)', async () => {
    const at = await stage();
    const patientId = await clinic.addPatient();
    const later = quarterAfter(9 * day);
    const { id: currentAppointmentId } = await at.book(patientId, later);
    await at.join(patientId, { currentAppointmentId });
    const waitsForTheLater = await clinic.addPatient();
    const openingId = await at.free();
    const offer = await offerTo(openingId, patientId);
    expect(await (await get(`/offer/${offer.token}`)).text()).toContain('moves to this time');
    // Joins now, so that only the time which the acceptor leaves is offered: from its date on, by the clinic's calendar.
    await at.join(waitsForTheLater, { earliest: localDateOf(Date.parse(later), timeZone) });
    const taken = good(await answerOpening(clinic.desk, openingId, 'accept', { offerId: offer.id }), 200);
    expect(taken.body.appointment).toMatchObject({
      id: currentAppointmentId,
      start: at.start,
      version: 1,
      rescheduleCount: 0,
    });
    const story = good(await clinic.desk.request('GET', `/openings/${openingId}`), 200).body;
    expect(story).toMatchObject({
      history: [{ answeredVia: 'front-desk' }],
      chain: [{ relation: 'child', start: later, cascadeDepth: 1 }],
    });
    const child = (story.chain as { id: string }[])[0]!.id;
    const next = await offerTo(child, waitsForTheLater);
    expect((await press(`/offer/${next.token}/accept`)).status).toBe(303);
    // The old link of the moved visit leads to its new place.
    const visits = await clinic.api
      .owner('appointment')
      .where({ patient_id: patientId, status: 'booked' })
      .select('id');
    expect(visits).toHaveLength(1);
  });

  it('is never refused for lack of the slot while others want it (C5)', async () => {
    const at = await stage();
    const patientId = await clinic.addPatient();
    await at.join(patientId);
    const openingId = await at.free();
    const offer = await offerTo(openingId, patientId);
    const strangers = await Promise.all(Array.from({ length: 6 }, () => clinic.addPatient()));
    const [accepted, ...rest] = await Promise.all([
      press(`/offer/${offer.token}/accept`),
      ...strangers.map((stranger) =>
        clinic.book(clinic.desk, { patientId: stranger, practitionerId: at.practitionerId, start: at.start }),
      ),
    ]);
    expect(accepted.status).toBe(303);
    expect(rest.map((answer) => [answer.status, answer.body.code])).toEqual(rest.map(() => [409, 'slot-taken']));
  });

  it('goes to the next when it is declined; a late click gets 410 with what else is free', async () => {
    const at = await stage();
    const [first, second] = [await clinic.addPatient(), await clinic.addPatient()];
    await at.join(first, { urgency: 'urgent' });
    await at.join(second);
    const openingId = await at.free();
    const one = await offerTo(openingId, first);
    expect((await press(`/offer/${one.token}/decline`)).status).toBe(303);
    expect(await (await get(`/offer/${one.token}?lang=en`)).text()).toContain('You keep your place');
    const two = await offerTo(openingId, second);
    // Who declined cannot have it back: somebody else is asked now.
    const tooLate = await press(`/offer/${one.token}/accept?lang=en`);
    expect(tooLate.status).toBe(410);

    await letItEnd(two.id);
    const late = await press(`/offer/${two.token}/accept?lang=en`);
    expect(late.status).toBe(410);
    const text = await late.text();
    expect(text).toContain('This offer is over');
    expect(text).toContain('What else is free');
    expect(text.match(/<li>/g)?.length).toBeLessThanOrEqual(5);
    expect(text).toContain('href="/portal/book?lang=en"');
    expect((await get(`/offer/${two.token}`)).status).toBe(410);
    const byJson = await clinic.api.client().request('POST', `/offers/${two.token}/accept`, { body: {}, key: null });
    expect(good(byJson, 410).body).toMatchObject({ code: 'offer-expired', alternatives: expect.any(Array) });
    const times = (byJson.body.alternatives as { start: string }[]).map((time) => time.start);
    expect(new Set(times).size).toBe(5);
    expect(times).toEqual(times.toSorted());
    expect(good(await answerOpening(clinic.desk, openingId, 'accept', { offerId: two.id }), 410).body.code).toBe(
      'offer-expired',
    );
    const refused = await auditRows(clinic.api, { entity_id: openingId, outcome: 'refused', code: 'offer-expired' });
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(new Set(refused.map((row) => row.principal))).toContain(patientRecipient(second));
    expect(await clinic.api.owner('appointment').where({ patient_id: second }).select('id')).toEqual([]);
  });

  it('gives five more minutes, once', async () => {
    const at = await stage();
    const patientId = await clinic.addPatient();
    await at.join(patientId);
    const offer = await offerTo(await at.free(), patientId);
    expect(await (await get(`/offer/${offer.token}?lang=en`)).text()).toContain('I need five more minutes');
    expect((await press(`/offer/${offer.token}/extend`)).status).toBe(303);
    const until = async () =>
      (
        await clinic.api.owner('waitlist_offer').where({ id: offer.id }).first<{ expires_at: Date }>('expires_at')
      ).expires_at.getTime();
    expect((await until()) - Date.parse(offer.expiresAt)).toBe(300_000);
    // Pressed again: the same answer, no second time.
    expect((await press(`/offer/${offer.token}/extend`)).status).toBe(303);
    expect((await until()) - Date.parse(offer.expiresAt)).toBe(300_000);
    const page = await (await get(`/offer/${offer.token}?lang=en&done=extend`)).text();
    expect(page).toContain('You have five more minutes');
    expect(page).not.toContain('I need five more minutes');
    expect((await press(`/offer/${offer.token}/decline`)).status).toBe(303);
  });

  it('S14: is refused for an overlap of the patient’s own, and stands on', async () => {
    const at = await stage();
    const elsewhere = await stage(at.start);
    const patientId = await clinic.addPatient();
    await at.join(patientId);
    const openingId = await at.free();
    const offer = await offerTo(openingId, patientId);
    const { id } = await elsewhere.book(patientId, at.start);
    const refused = await press(`/offer/${offer.token}/accept?lang=en`);
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('You have another appointment at that time');
    expect(await offerState(offer.id)).toBe('offered');
    expect(good(await answerOpening(clinic.desk, openingId, 'accept', { offerId: offer.id }), 409).body.code).toBe(
      'patient-overlap',
    );
    expect(await offerState(offer.id)).toBe('offered');
    // The patient gives up the other visit, goes back and presses again.
    good(await clinic.act(clinic.desk, id, 'cancel', { reason: 'patient-other-plans' }), 200);
    expect((await press(`/offer/${offer.token}/accept`)).status).toBe(303);
    expect(await offerState(offer.id)).toBe('accepted');
  });

  it('refuses forged, foreign and malformed links alike, and tells nothing', async () => {
    const at = await stage();
    const patientId = await clinic.addPatient();
    await at.join(patientId);
    const offer = await offerTo(await at.free(), patientId);
    const bad = [tokenOf(offer.id, other.patientId), `${offer.token.slice(0, -3)}AAA`, 'x', 'a'.repeat(64)];
    const pages = await Promise.all(bad.map(async (token) => {
      const [page, pressed, json] = [await get(`/offer/${token}`), await press(`/offer/${token}/accept`), await clinic.api.client().request('POST', `/offers/${token}/accept`, { body: {}, key: null })];
      return [page.status, await page.text(), pressed.status, json.status, (json.body as { code: string }).code];
    })); // prettier-ignore
    expect(new Set(pages.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(pages[0]).toMatchObject([404, expect.any(String), 404, 404, 'token-invalid']);
    expect(await offerState(offer.id)).toBe('offered');
    const crossSite = await fetch(`${clinic.api.url}/offer/${offer.token}/accept`, {
      method: 'POST',
      body: new URLSearchParams(),
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    });
    expect(crossSite.status).toBe(403);
  });
});

describe('steering', () => {
  it('pauses, resumes, skips, pins, fills by telephone and closes (C11)', async () => {
    const at = await stage();
    const [first, second, third] = [await clinic.addPatient(), await clinic.addPatient(), await clinic.addPatient()];
    await at.join(first, { urgency: 'urgent' });
    await at.join(second, { urgency: 'soon' });
    const wish = await at.join(third);
    const openingId = await at.free();
    const one = await offerTo(openingId, first);
    expect(good(await clinic.desk.request('GET', '/openings'), 200).body.items).toContainEqual(
      expect.objectContaining({
        id: openingId,
        state: 'offering',
        asked: 1,
        offers: [expect.objectContaining({ id: one.id })],
      }),
    );
    // What the case lists as possible is accepted below, and what it does not is refused (H2).
    const possible = async (client: Client = clinic.desk): Promise<string[]> => {
      const { allowedActions } = good(await client.request('GET', `/cases/opening/${openingId}`), 200).body;
      const listed = allowedActions as { action: string; possible: boolean }[];
      return listed.filter((each) => each.possible).map(({ action }) => action).toSorted(); // prettier-ignore
    };
    const whileAsked = ['accept', 'close', 'decline', 'extend', 'fill', 'pause', 'pin', 'skip'];
    expect(await possible()).toEqual(whileAsked);
    expect(await possible(biller)).toEqual([]);
    good(await answerOpening(biller, openingId, 'pause'), 403);
    good(await answerOpening(clinic.desk, openingId, 'resume'), 409);
    expect(good(await answerOpening(clinic.desk, openingId, 'pause'), 200).body.opening.paused).toBe(true);
    expect(good(await answerOpening(clinic.desk, openingId, 'pause'), 409).body.code).toBe('invalid-transition');
    expect(await possible()).toEqual(whileAsked.with(5, 'pin').with(6, 'resume'));
    good(await answerOpening(clinic.desk, openingId, 'pin', { entryId: wish.id }), 200);
    expect(good(await clinic.desk.request('GET', `/openings/${openingId}`), 200).body).toMatchObject({
      pinnedEntryId: wish.id,
      lookAgainAt: null,
    });
    const asWish = good(await clinic.desk.request('GET', `/cases/waitlist-entry/${wish.id}`), 200).body;
    expect(asWish.allowedActions).toEqual([
      { action: 'change', possible: true },
      { action: 'pause', possible: true },
      { action: 'resume', possible: false },
      { action: 'withdraw', possible: true },
    ]);
    const visitTypeId = await clinic.addVisitType({});
    expect(
      good(await answerOpening(clinic.desk, openingId, 'fill', { patientId: third, visitTypeId }), 400).body,
    ).toMatchObject({ code: 'validation-failed', errors: [{ path: '/visitTypeId', code: 'not-this-opening' }] });
    good(await answerOpening(clinic.desk, openingId, 'resume'), 200);
    good(
      await answerOpening(clinic.desk, openingId, 'skip', { offerId: one.id, reason: 'asked for a later day' }),
      200,
    );
    const pinned = await offerTo(openingId, third);
    expect((await press(`/offer/${one.token}/accept`)).status).toBe(410);
    const byPhone = await clinic.addPatient();
    const filled = good(await answerOpening(clinic.desk, openingId, 'fill', { patientId: byPhone }), 200);
    expect(filled.body).toMatchObject({
      opening: { state: 'filled' },
      appointment: { status: 'booked', patientId: byPhone },
    });
    expect(await offerState(pinned.id)).toBe('withdrawn');
    expect(await possible()).toEqual([]);
    const gone = await get(`/offer/${pinned.token}?lang=en`);
    expect(gone.status).toBe(410);
    expect(await gone.text()).toContain('The clinic had to take this time back');
    expect(good(await answerOpening(clinic.desk, openingId, 'close', { reason: 'x' }), 409).body).toMatchObject({
      code: 'invalid-transition',
      from: 'filled',
    });
    good(await answerOpening(clinic.desk, '00000000-0000-4000-8000-000000000000', 'close', { reason: 'x' }), 404);

    const again = await stage();
    const fourth = await clinic.addPatient();
    await again.join(fourth);
    const closing = await again.free();
    await offerTo(closing, fourth);
    expect(
      good(await answerOpening(clinic.desk, closing, 'close', { reason: 'room-needed' }), 200).body.opening.state,
    ).toBe('closed');
    const ended = good(await clinic.desk.request('GET', '/openings?state=ended&limit=1'), 200).body;
    expect(ended.items).toMatchObject([{ id: closing, state: 'closed' }]);
    const more = good(
      await clinic.desk.request('GET', `/openings?state=ended&limit=1&cursor=${ended.nextCursor as string}`),
      200,
    ).body;
    expect(more.items).toHaveLength(1);
    expect(more.items[0].id).not.toBe(closing);
  });
});
