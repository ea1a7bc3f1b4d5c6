/** A freed time finds the right patient: the first who is asked declines, the second takes it, and hers goes on (D2). */
import { randomUUID } from 'node:crypto';
import type { Reply } from '../client/clinic-client.ts';
import { alwaysOpen, freeTimesBetween, type TourStage } from './appointment.ts';
import { offerLink, waitForMail } from './inbox.ts';

const hour = 3_600_000;
const text = (value: unknown): string => String(value);

interface Patient {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

export async function playWaitlist(stage: TourStage): Promise<void> {
  const { narrator, desk, administrator, publicUrl, inbox } = stage;
  const place = await alwaysOpen(desk);
  await offerForSeconds(stage, place.locationId);
  const join = (patient: Patient, wish: Readonly<Record<string, unknown>> = {}): Promise<Reply['body']> =>
    desk.must('POST', '/waitlist-entries', {
      body: {
        patientId: patient.id,
        visitTypeIds: [place.visitTypeId],
        providerIds: [place.practitionerId],
        locationIds: [place.locationId],
        noticeMinutes: 0,
        minGainDays: 0,
        ...wish,
      },
    });

  narrator.chapter('7. A visit is cancelled, and three people wait for one like it');
  // Far enough ahead that times are still offered, near enough that they are offered today.
  const free = await freeTimesBetween(desk, place, Date.now() + 4 * hour, Date.now() + 20 * hour);
  const [freed, later] = [free[0], free.at(-1)];
  if (freed === undefined || later === undefined || freed === later)
    throw new Error('Fewer than two times are free later today; wait for other tours to end.');
  const [ada, ben, cleo, dina] = await Promise.all(
    ['Ada', 'Ben', 'Cleo', 'Dina'].map((given) => newPatient(stage, given)),
  );
  if (ada === undefined || ben === undefined || cleo === undefined || dina === undefined)
    throw new Error('unreachable');
  const book = (patient: Patient, start: string): Promise<Reply['body']> =>
    desk.must('POST', '/appointments', { body: { ...place, patientId: patient.id, start } });
  const adas = await book(ada, freed);
  const cleos = await book(cleo, later);
  const bens = await join(ben, { urgency: 'urgent' });
  await join(cleo, { urgency: 'soon', currentAppointmentId: cleos['id'] });
  await join(dina);
  const twice = await desk.call('POST', '/waitlist-entries', {
    body: { patientId: ben.id, visitTypeIds: [place.visitTypeId] },
  });
  narrator.check(
    'nobody waits twice for the same: 409 already-waiting',
    twice.body['code'] === 'already-waiting',
    twice,
  );

  await desk.must('POST', `/appointments/${text(adas['id'])}/cancel`, { body: { reason: 'Tour of the product' } });
  const openingId = await openingAt(stage, freed);
  narrator.check('her time is kept for whom it is offered to, from the same moment', openingId !== '', openingId);
  const public_ = await freeTimesBetween(desk, place, Date.parse(freed), Date.parse(freed) + 1);
  const rival = await desk.call('POST', '/appointments', { body: { ...place, patientId: ada.id, start: freed } });
  narrator.check(
    'meanwhile nobody else sees it or gets it, not even at the desk',
    public_.length === 0 && rival.status === 409,
    rival.body,
  );
  narrator.look('its story', `${publicUrl}/openings/${openingId}`);
  narrator.look('its workflow', `${publicUrl}/temporal/namespaces/default/workflows/opening:${openingId}`);

  narrator.chapter('8. The first declines, the second takes it');
  const toBen = await waitForMail(inbox, ben.address, (mail) => hasOffer(mail.text));
  narrator.check(`Ben, the most urgent, is asked first: "${toBen.subject}"`, true);
  const declined = await fetch(`${offerLink(toBen)}/decline`, press());
  narrator.check('he declines with one press, without a sign-in', declined.status < 400, declined.status);
  await desk.must('POST', `/waitlist-entries/${text(bens['id'])}/withdraw`);
  narrator.say('and does not want to wait any longer');
  const toCleo = await waitForMail(inbox, cleo.address, (mail) => hasOffer(mail.text));
  narrator.check(`the next is asked at once: "${toCleo.subject}"`, true);
  const accepted = await fetch(`${offerLink(toCleo)}/accept`, press());
  const moved = await desk.must('GET', `/appointments/${text(cleos['id'])}`);
  narrator.check(
    'Cleo accepts, and her visit has moved: she has one, not two',
    accepted.status < 400 && moved['start'] === freed && moved['status'] === 'booked',
    moved,
  );
  const late = await fetch(`${offerLink(toBen)}/accept`, press());
  narrator.check('a late press is told so: 410', late.status === 410, late.status);

  narrator.chapter('9. What she had is freed in turn');
  const toDina = await waitForMail(inbox, dina.address, (mail) => hasOffer(mail.text));
  const chainId = await openingAt(stage, later);
  const chain = await desk.must('GET', `/openings/${chainId}`);
  narrator.check(
    'Cleo’s old time is offered to Dina, and its story names the one before',
    chain['chainOf'] === openingId && chain['cascadeDepth'] === 1,
    chain,
  );
  const took = await fetch(`${offerLink(toDina)}/accept`, press());
  const ended = await desk.must('GET', `/openings/${chainId}`);
  narrator.check('Dina takes it: filled', took.status < 400 && ended['state'] === 'filled', ended['state']);
  const story = await administrator.must('GET', `/openings/${openingId}`);
  const asked = (story['history'] ?? []) as { rank: number; state: string }[];
  narrator.check(
    'the story says who was asked in which order, and what they said',
    asked.map((one) => one.state).join() === 'declined,accepted',
    asked,
  );
}

/** Dated rules for this place: twenty seconds to answer, at any hour. */
async function offerForSeconds({ administrator }: TourStage, locationId: string): Promise<void> {
  await administrator.must('POST', '/policies', {
    body: {
      kind: 'waitlist',
      locationId,
      value: {
        windows: [{ leadAtLeast: 'PT2H', window: 'PT20S', wakingHoursOnly: false, maxOffers: 10 }],
        sendHours: null,
      },
    },
  });
}

async function newPatient({ desk }: TourStage, given: string): Promise<Patient> {
  const address = `tour-${given.toLowerCase()}-${randomUUID().slice(0, 8)}@patients.healthsphere.example`;
  const patient = await desk.must('POST', '/patients', {
    body: {
      name: { given: [given], family: 'Wartend' },
      birthDate: '1975-05-05',
      sex: 'unknown',
      language: 'en',
      email: address,
    },
  });
  return { id: text(patient['id']), name: given, address };
}

/** The live or ended freed time that begins then, newest first; the transaction that frees it has just committed. */
async function openingAt({ desk }: TourStage, start: string): Promise<string> {
  for (const state of ['live', 'all']) {
    const { items } = (await desk.must('GET', `/openings?state=${state}&limit=200`)) as unknown as {
      items: { id: string; start: string }[];
    };
    const found = items.filter((one) => Date.parse(one.start) === Date.parse(start)).at(-1);
    if (found !== undefined) return found.id;
  }
  return '';
}

const hasOffer = (mail: string): boolean => /\/offer\/[A-Za-z0-9_.~-]+/.test(mail);

const press = (): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: '',
  redirect: 'follow',
});
