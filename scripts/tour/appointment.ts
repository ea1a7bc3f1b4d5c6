/** One visit from the search for a time to the signed-off end, told as the patient, the front desk and the doctor live it. */
import { randomUUID } from 'node:crypto';
import type { ClinicClient, Reply } from '../client/clinic-client.ts';
import { mailsTo, visitLink, waitForMail } from './inbox.ts';
import type { Narrator } from './narrator.ts';

export interface TourStage {
  readonly narrator: Narrator;
  readonly desk: ClinicClient;
  readonly doctor: ClinicClient;
  readonly administrator: ClinicClient;
  readonly publicUrl: string;
  readonly inbox: string;
}

type Fields = Readonly<Record<string, unknown>>;
const items = (body: Reply['body']): Fields[] => (body['items'] ?? []) as Fields[];
const text = (value: unknown): string => String(value);

/** The first location whose name says that it never closes. */
export async function alwaysOpen(
  desk: ClinicClient,
): Promise<{ locationId: string; practitionerId: string; visitTypeId: string }> {
  const location = items(await desk.must('GET', '/locations')).find((found) => /always/i.test(text(found['name'])));
  if (location === undefined)
    throw new Error('There is no always-open location: the tour plays in the clinic that npm start seeds.');
  const locationId = text(location['id']);
  const practitioner = items(await desk.must('GET', `/practitioners?locationId=${locationId}`))[0];
  if (practitioner === undefined) throw new Error('Nobody works at the always-open location.');
  const practitionerId = text(practitioner['id']);
  const types = items(await desk.must('GET', '/visit-types'));
  const type = types.find(
    (found) =>
      ((found['practitionerIds'] ?? []) as string[]).includes(practitionerId) && found['needsApproval'] !== true,
  );
  if (type === undefined) throw new Error('The always-open practitioner offers no visit type.');
  return { locationId, practitionerId, visitTypeId: text(type['id']) };
}

export async function playAppointment(stage: TourStage): Promise<void> {
  const { narrator, desk, doctor, administrator, publicUrl, inbox } = stage;
  const place = await alwaysOpen(desk);

  narrator.chapter('1. Somebody new calls for a time');
  const address = `tour-${randomUUID().slice(0, 8)}@patients.healthsphere.example`;
  const patient = await desk.must('POST', '/patients', {
    body: {
      name: { given: ['Amélie'], family: 'Tourneau' },
      birthDate: '1987-04-12',
      sex: 'female',
      language: 'es-MX',
      email: address,
    },
  });
  const patientId = text(patient['id']);
  narrator.check('the patient is registered with her language, es-MX', typeof patient['id'] === 'string', patient);
  narrator.look('her profile', `${publicUrl}/patients/${patientId}`);

  const free = await freeTimes(desk, place);
  narrator.check(`the finder offers times (${free.length} in the next hour)`, free.length >= 2, free.length);
  const [first, second] = pickTimes(free);
  await remindSoon(administrator, place.locationId, first);

  narrator.chapter('2. The time is held, then booked');
  const held = await desk.must('POST', '/appointments', { body: { ...place, patientId, start: first, hold: true } });
  const visitId = text(held['id']);
  narrator.check(
    'the time is held with an end to the second',
    held['status'] === 'pending' && held['holdExpiresAt'] !== null,
    held,
  );
  const rival = await desk.call('POST', '/appointments', {
    body: { ...place, patientId: await somebodyElse(desk), start: first },
  });
  narrator.check(
    'while it is held nobody else gets it, and other times are named',
    rival.status === 409 && ((rival.body['alternatives'] ?? []) as unknown[]).length > 0,
    rival.body,
  );
  const booked = await desk.must('POST', `/appointments/${visitId}/confirm-hold`);
  narrator.check('the hold becomes a visit', booked['status'] === 'booked', booked);
  narrator.look('the case', `${publicUrl}/cases/appointment/${visitId}`);
  narrator.look('the workflow', `${publicUrl}/temporal/namespaces/default/workflows/appt:${visitId}`);

  narrator.chapter('3. The patient hears of it, and confirms');
  const mail = await waitForMail(inbox, address, (found) => found.attachments.length > 0);
  narrator.check(
    `a mail in Spanish with a calendar file: "${mail.subject}"`,
    /cita/i.test(mail.subject + mail.text),
    mail,
  );
  const reminder = await waitForMail(inbox, address, (found) => found.id !== mail.id, 60_000);
  narrator.check(`the reminder comes at its second: "${reminder.subject}"`, true);
  const oldLink = visitLink(reminder);
  const page = await fetch(oldLink);
  narrator.check(
    'its link opens the visit’s page without a sign-in, and changes nothing',
    page.status === 200 && (await show(desk, visitId))['confirmedAt'] === null,
    page.status,
  );
  const confirmed = await fetch(`${oldLink}/confirm`, form());
  narrator.check(
    'one press confirms',
    confirmed.status < 400 && (await show(desk, visitId))['confirmedAt'] !== null,
    confirmed.status,
  );
  narrator.look('the page', oldLink);

  narrator.chapter('4. The visit moves');
  const moved = await desk.must('POST', `/appointments/${visitId}/reschedule`, { body: { start: second } });
  narrator.check(
    'the new time is secured before the old one is free',
    moved['start'] === second && moved['version'] === 1,
    moved,
  );
  await waitForMail(inbox, address, (found) => found.id !== mail.id && found.id !== reminder.id);
  const stale = await fetch(`${oldLink}/confirm`, form());
  narrator.check('the old link is told so, politely: 410', stale.status === 410, stale.status);
  const again = items(await desk.must('GET', availabilityOf(place))).map((slot) => slot['start']);
  narrator.check('the old time is offered again', again.includes(first), again.slice(0, 5));

  narrator.chapter('5. The visit itself');
  const early = await desk.call('POST', `/appointments/${visitId}/complete`);
  narrator.check('what is not possible yet is refused with what is', [403, 409].includes(early.status), early.body);
  await desk.must('POST', `/appointments/${visitId}/arrive`);
  const checkedIn = await desk.must('POST', `/appointments/${visitId}/check-in`, {
    body: { identifiersVerified: ['name', 'birth-date'] },
  });
  narrator.check('two identifiers, and she is checked in', checkedIn['status'] === 'checked-in', checkedIn);
  await doctor.must('POST', `/appointments/${visitId}/start-encounter`);
  const done = await doctor.must('POST', `/appointments/${visitId}/complete`, {
    body: { noNoteReason: 'Tour of the product' },
  });
  narrator.check('the doctor completes the visit', done['status'] === 'fulfilled', done);

  narrator.chapter('6. What the clinic knows afterwards');
  const story = await administrator.must('GET', `/cases/appointment/${visitId}`);
  const timeline = (story['timeline'] ?? []) as Fields[];
  const has = (kind: string): boolean => timeline.some((entry) => entry['kind'] === kind);
  narrator.check(
    `one timeline tells it: changes, refusals and messages (${timeline.length} entries)`,
    has('change') && has('refused') && has('message'),
    timeline.map((entry) => entry['kind']),
  );
  const final = await desk.call('POST', `/appointments/${visitId}/cancel`, { body: { reason: 'too late' } });
  narrator.check(
    'what is over stays over: 409 invalid-transition',
    final.status === 409 && final.body['code'] === 'invalid-transition',
    final.body,
  );
  const readable = await mailsTo(inbox, address);
  narrator.check(
    `${readable.length} mails, none says what the visit is for`,
    readable.every((found) => !/check-?up|consult|diagnos|tour visit/i.test(found.subject)),
    readable.map((found) => found.subject),
  );
  narrator.look('the mails', `${inbox}/?to=${encodeURIComponent(address)}`);
}

const form = (): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: '',
  redirect: 'follow',
});

type OpenPlace = Awaited<ReturnType<typeof alwaysOpen>>;

function availabilityOf(place: OpenPlace, from = Date.now(), to = from + 3_600_000): string {
  const query = new URLSearchParams({
    visitTypeId: place.visitTypeId,
    practitionerId: place.practitionerId,
    locationId: place.locationId,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    limit: '100',
  });
  return `/availability?${query.toString()}`;
}

async function freeTimes(desk: ClinicClient, place: OpenPlace): Promise<string[]> {
  const now = Date.now();
  // A minute at least, so that the reminder has its seconds; an hour at most, so that the patient may arrive already.
  return (await freeTimesBetween(desk, place, now, now + 3_600_000)).filter(
    (start) => Date.parse(start) > now + 60_000 && Date.parse(start) < now + 58 * 60_000,
  );
}

/** Starts in [from, to), epoch milliseconds. */
export async function freeTimesBetween(
  desk: ClinicClient,
  place: OpenPlace,
  from: number,
  to: number,
): Promise<string[]> {
  return items(await desk.must('GET', availabilityOf(place, from, to))).map((slot) => text(slot['start']));
}

/** Two times of one day, so that checking in works on either. */
function pickTimes(free: readonly string[]): [string, string] {
  const [first, second] = free;
  if (first === undefined || second === undefined)
    throw new Error('Fewer than two times are free in the next hour; wait for other tours to end.');
  return [first, second];
}

/** A dated policy row for this location: the reminder is due seconds after the booking, at any hour of the day. */
async function remindSoon(administrator: ClinicClient, locationId: string, start: string): Promise<void> {
  const seconds = Math.max(Math.floor((Date.parse(start) - Date.now()) / 1000) - 12, 5);
  await administrator.must('POST', '/policies', {
    body: {
      kind: 'reminder',
      locationId,
      value: {
        items: [{ before: `PT${seconds}S`, channels: ['email'], askConfirm: true }],
        margin: 'PT1S',
        quietHours: null,
      },
    },
  });
}

async function show(desk: ClinicClient, visitId: string): Promise<Reply['body']> {
  return desk.must('GET', `/appointments/${visitId}`);
}

async function somebodyElse(desk: ClinicClient): Promise<string> {
  const other = await desk.must('POST', '/patients', {
    body: { name: { given: ['Ben'], family: 'Wartend' }, birthDate: '1990-01-01', sex: 'male', language: 'en' },
  });
  return text(other['id']);
}
