/** A guided intake: a first visit asks for it, the patient answers by a link, danger is noticed at once, staff decide (D3, D5). */
import { randomUUID } from 'node:crypto';
import type { ClinicClient, Reply } from '../client/clinic-client.ts';
import { intakeAnswers } from '../seed/intake-answers.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import type { TourStage } from './appointment.ts';
import { waitForMail } from './inbox.ts';
import { codeByMail, hasIntakeLink, intakeLink, openLink, type LinkSession } from './link-session.ts';

type Fields = Readonly<Record<string, unknown>>;
const items = (body: Reply['body']): Fields[] => (body['items'] ?? []) as Fields[];
const text = (value: unknown): string => String(value);
const onCallAddress = 'doctor@demo.healthsphere.example';
const birthDate = '1991-03-07';
const day = 86_400_000;

export async function playIntake(stage: TourStage): Promise<void> {
  const { narrator, desk, doctor, administrator, publicUrl, inbox } = stage;
  const tag = randomUUID().slice(0, 8);
  const address = `tour-intake-${tag}@patients.healthsphere.example`;
  // Names of their own: patients of earlier tours are not the duplicates that this one is about.
  const person = { given: unusual(tag, 3), family: unusual(tag, 4), birthDate, language: 'es', email: address };

  narrator.chapter('10. A first visit asks for an intake');
  const patient = await desk.must('POST', '/patients', { body: chartOf(person, address) });
  const patientId = text(patient['id']);
  const visitId = await bookFirstVisit(desk, patientId);
  const [begun] = items(await desk.must('GET', `/intakes?appointmentId=${visitId}`));
  narrator.check('with the visit its intake is there', begun?.['patientId'] === patientId, begun);
  const intakeId = text(begun?.['id']);
  narrator.look('the case', `${publicUrl}/intakes/${intakeId}`);
  narrator.look('the workflow', `${publicUrl}/temporal/namespaces/default/workflows/intake:${intakeId}`);
  const invitation = await waitForMail(inbox, address, hasIntakeLink);
  narrator.check(`the invitation is in the inbox, in Spanish: "${invitation.subject}"`, /preguntas|cita|visita|consulta/i.test(invitation.text), invitation); // prettier-ignore
  const { url, token } = intakeLink(invitation);
  narrator.look('its link', url);

  narrator.chapter('11. The patient answers, step by step');
  const first = await openLink(publicUrl, token);
  const path = `/intakes/${intakeId}`;
  narrator.check('the link opens the questions without an account', first.opened.status === 201 && first.opened.body['intakeId'] === intakeId, first.opened.body); // prettier-ignore
  const outside = await first.session.get(`/patients/${patientId}`);
  narrator.check('and nothing else: the chart stays closed to it', outside.status >= 400, outside.status);
  const answers = intakeAnswers(person);
  const save = (session: LinkSession, step: string, body: Fields): Promise<Reply> =>
    session.send('PUT', `${path}/steps/${step}`, { complete: true, language: 'es', ...body });
  const [spanish, english] = await Promise.all(
    ['es', 'en'].map((language) => first.session.get(`${path}/steps/language?language=${language}`)),
  );
  narrator.check('each question is asked in the language of the page', spanish?.status === 200 && title(spanish) !== title(english), title(spanish)); // prettier-ignore
  for (const step of ['language', 'identity'] as const)
    narrator.check(`saved, in Spanish: ${step}`, (await save(first.session, step, { answers: answers[step], baseVersion: 0 })).status === 200); // prettier-ignore

  const stranger = await openLink(publicUrl, token);
  narrator.check('now the link alone opens nothing: there are answers to see', stranger.opened.status >= 400, stranger.opened.body); // prettier-ignore
  const code = await codeByMail({ publicUrl, inbox, address }, token, birthDate);
  const second = await openLink(publicUrl, token, { birthDate, code });
  narrator.check('with the date of birth and the code from a mail it opens a second window', second.opened.status === 201, second.opened.body); // prettier-ignore
  const [here, there] = [answers.contact, { ...answers.contact, 'contact.address.line1': ['99 Elm Street'] }];
  const kept = await save(first.session, 'contact', { answers: here, baseVersion: 0 });
  const stale = await save(second.session, 'contact', { answers: there, baseVersion: 0 });
  narrator.check(
    'two windows: the later one is shown both values, and nothing is overwritten: 409 stale-step',
    kept.status === 200 && stale.body['code'] === 'stale-step' && lineOf(stale, 'current') === '12 Oak Street' && lineOf(stale, 'yours') === '99 Elm Street', // prettier-ignore
    stale.body,
  );
  for (const step of intakeSteps.slice(3, intakeSteps.indexOf('screens'))) {
    const saved = await save(first.session, step, { answers: answers[step], baseVersion: 0 });
    if (saved.status !== 200) narrator.check(`saved: ${step}`, false, saved.body);
  }

  narrator.chapter('12. One answer cannot wait');
  const asked = performance.now();
  const alarm = await save(first.session, 'screens', {
    answers: { ...answers.screens, ...lowWithItemNine },
    baseVersion: 0,
    complete: false,
  });
  const [crisis = {}] = (alarm.body['crisis'] ?? []) as Fields[];
  narrator.check(`help stands in the very answer, in Spanish: "${text(crisis['title'])}"`, crisis['rule'] === 'suicidal-thoughts' && (crisis['phones'] as unknown[]).length > 0, alarm.body); // prettier-ignore
  const standing = await doctor.must('GET', path);
  const escalationId = text(((standing['raised'] ?? []) as unknown as Fields[])[0]?.['escalationId']);
  const notice = await waitForMail(inbox, onCallAddress, (mail) => mail.text.includes(escalationId), 20_000);
  const seconds = ((performance.now() - asked) / 1000).toFixed(1);
  narrator.check(`who is on call has it ${seconds} s after the press, with the form still open`, standing['state'] === 'in-progress' && standing['escalation'] === 'open', standing['state']); // prettier-ignore
  narrator.check('the notice names neither the patient nor the reason', !new RegExp(`${person.given}|${person.family}|suicid`, 'i').test(notice.subject + notice.text), notice.text); // prettier-ignore
  narrator.look('the urgent item', `${publicUrl}/escalations/${escalationId}`);

  narrator.chapter('13. Sent in, and looked at');
  const screened = await save(first.session, 'screens', {
    answers: { ...answers.screens, ...lowWithItemNine },
    baseVersion: alarm.body['version'],
  });
  const signed = await save(first.session, 'consents', { answers: answers.consents, baseVersion: 0 });
  const reviewed = await save(first.session, 'review', { answers: answers.review, baseVersion: 0 });
  const sent = await first.session.send('POST', `${path}/submit`, {});
  narrator.check('every step is answered and the intake is sent in', sent.body['state'] === 'submitted', [screened, signed, reviewed, sent].map(({ body }) => body)); // prettier-ignore
  await doctor.must('POST', `${path}/assign-review`);
  const detail = await doctor.must('GET', path);
  const phq = ((detail['scores'] ?? []) as unknown as Fields[]).find(({ tool }) => tool === 'phq-9');
  narrator.check(`the score stands beside its inputs: PHQ-9 ${text(phq?.['score'])}`, typeof phq?.['score'] === 'number' && phq['inputs'] !== null, detail['scores']); // prettier-ignore
  const tooSoon = await doctor.call('POST', `${path}/approve`);
  narrator.check('nobody approves it while the urgent item waits: 409 escalation-open', tooSoon.body['code'] === 'escalation-open', tooSoon.body); // prettier-ignore
  const taken = await doctor.must('POST', `/escalations/${escalationId}/ack`, { body: { etaMinutes: 5 } });
  narrator.check('the doctor takes it on', taken['state'] === 'acknowledged', taken);
  // Without a word it would be everybody's again in a quarter of an hour.
  const ended = await doctor.must('POST', `/escalations/${escalationId}/resolve`, { body: { outcome: 'patient-reached', note: 'Tour of the product' } }); // prettier-ignore
  narrator.check('and says what came of it', ended['state'] === 'resolved', ended);

  narrator.chapter('14. A second chart of the same person');
  const twin = await desk.must('POST', '/patients', { body: chartOf(person, null) });
  const twinId = text(twin['id']);
  const match = items(await desk.must('GET', '/identity-matches?limit=50')).find((one) =>
    [idOf(one, 'patient'), idOf(one, 'other')].every((id) => id === patientId || id === twinId),
  );
  narrator.check(`it is queued for a person to decide, with its weight: ${text(match?.['score'])} bits`, match !== undefined && match['automatic'] === false, match); // prettier-ignore
  narrator.look('both charts side by side', `${publicUrl}/identity/${text(match?.['id'])}`);
  const doubtful = await doctor.call('POST', `${path}/approve`);
  narrator.check('until then the intake is not approved: 409 possible-duplicate', doubtful.body['code'] === 'possible-duplicate', doubtful.body); // prettier-ignore
  const link = await desk.must('POST', `/identity-matches/${text(match?.['id'])}/link`, { body: { survivorId: patientId } }); // prettier-ignore
  const merged = await reaches(desk, text(link['id']), 'merged');
  narrator.check('the front desk says one person: the charts are one', idOf(merged, 'merged') === twinId && chartLeads(merged) === patientId, merged); // prettier-ignore
  await desk.must('POST', `/patient-merges/${text(link['id'])}/unmerge`, { body: { reason: 'Tour of the product' } });
  const apart = await reaches(desk, text(link['id']), 'unmerged');
  narrator.check('and it can be undone: two charts again', chartLeads(apart) === null, apart);

  narrator.chapter('15. Approved');
  const approved = await doctor.must('POST', `${path}/approve`);
  narrator.check('now the doctor approves it', approved['state'] === 'completed', approved);
  const story = await administrator.must('GET', `/cases/intake/${intakeId}`);
  const timeline = (story['timeline'] ?? []) as Fields[];
  const events = timeline.map((entry) => text(entry['event']));
  narrator.check(
    `the case tells all of it (${timeline.length} entries), with a way to Temporal Web`,
    ['save-step', 'submit', 'approve'].every((event) => events.includes(event)) && story['temporalWebUrl'] !== null,
    events,
  );
  const over = await first.session.get(`${path}/steps/reason`);
  narrator.check('the link is over with it', over.status >= 400, over.status);
  narrator.look('the case', `${publicUrl}/intakes/${intakeId}`);
}

/** Two screening answers that open the rest, and the ninth question at "several days". */
const lowWithItemNine: Fields = Object.fromEntries([
  ...[1, 2].map((n) => [`phq.${n}`, [{ code: '2' }]]),
  ...[3, 4, 5, 6, 7, 8, 9].map((n) => [`phq.${n}`, [{ code: '1' }]]),
  ['phq.difficulty', [{ code: '1' }]],
]) as Fields;

const chartOf = (person: { given: string; family: string; birthDate: string }, email: string | null): Fields => ({
  name: { given: [person.given], family: person.family },
  birthDate: person.birthDate,
  sex: 'female',
  language: 'es-MX',
  email,
});

/** A name nobody else has, in letters. */
function unusual(tag: string, syllables: number): string {
  const consonants = 'bdfgklmnprstvzcj';
  const vowels = 'aeio';
  const letters = [...tag].slice(0, syllables).map((digit, n) => {
    const value = Number.parseInt(digit, 16);
    return `${consonants[value]}${vowels[(value + n * syllables) % 4]}`;
  });
  const name = letters.join('') + consonants[Number.parseInt(tag.at(-syllables) ?? '0', 16)];
  return name[0]!.toUpperCase() + name.slice(1);
}

async function bookFirstVisit(desk: ClinicClient, patientId: string): Promise<string> {
  const type = items(await desk.must('GET', '/visit-types')).find((one) => one['needsIntake'] === true);
  if (type === undefined)
    throw new Error('No visit type needs an intake: the tour plays in the clinic that npm start seeds.');
  const query = new URLSearchParams({
    visitTypeId: text(type['id']),
    from: new Date(Date.now() + day).toISOString(),
    to: new Date(Date.now() + 8 * day).toISOString(),
    limit: '50',
  });
  for (const slot of items(await desk.must('GET', `/availability?${query.toString()}`))) {
    const { practitionerId, locationId, start } = slot;
    const body = { patientId, visitTypeId: type['id'], practitionerId, locationId, start };
    const booked = await desk.call('POST', '/appointments', { body });
    if (booked.status === 201) return text(booked.body['id']);
  }
  throw new Error('No first visit is free within eight days; wait for other tours to end.');
}

const title = (reply: Reply | undefined): string => text(((reply?.body['questionnaire'] ?? {}) as Fields)['title']);
const lineOf = (reply: Reply, side: 'current' | 'yours'): unknown => {
  const answers = ((reply.body[side] ?? {}) as Fields)['answers'] as Readonly<Record<string, unknown[]>> | undefined;
  return answers?.['contact.address.line1']?.[0];
};
const idOf = (of: Fields, chart: string): string => text(((of[chart] ?? {}) as Fields)['id']);
const chartLeads = (merge: Fields): unknown => ((merge['merged'] ?? {}) as Fields)['mergedInto'];

async function reaches(desk: ClinicClient, mergeId: string, state: string): Promise<Fields> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const merge = await desk.must('GET', `/patient-merges/${mergeId}`);
    if (merge['state'] === state || merge['state'] === 'failed' || Date.now() > deadline) return merge;
    await new Promise((later) => setTimeout(later, 300));
  }
}
