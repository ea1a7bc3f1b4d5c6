/**
 * An answer that cannot wait, from the patient's page to somebody's telephone: over HTTP, a real engine, the real sender,
 * a mail server that goes away. The form stays open all the while.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOutboxSender, type OutboxSender } from '../../activities/outbox-sender.ts';
import { databaseClock } from '../../activities/ports.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { openClinicApi } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import type { Answer, Client } from './support.ts';

let clinic: ClinicApi;
let onCall: Client & { id: string; email: string };
let sink: SmtpSink;
let sender: OutboxSender;
/** The SMS and push sandbox's end. */
let telephones: { server: Server; url: string; taken: { channel: string; to: string; text: string }[] };
beforeAll(async () => {
  [clinic, sink, telephones] = await Promise.all([openClinicApi(), startSmtpSink(), startTelephones()]);
  const { id, email } = await clinic.api.createPerson(clinic.organizationId, 'doctor');
  onCall = { ...(await clinic.api.signIn(email)), id, email };
  const [from, until] = [-1, 8].map((n) => new Date(Date.now() + n * 3_600_000).toISOString());
  const shift = { role: 'on-call-clinician', userId: id, from, until };
  good(await clinic.admin.request('POST', '/on-call/shifts', { body: shift }), 201);
  sender = startSender();
});
afterAll(async () => {
  await sender?.stop();
  await clinic?.close();
  telephones?.server.close();
  await sink?.stop();
});

const good = (answer: Answer, status = 200): Answer['body'] => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
};

/** As workers/main.ts starts it. */
function startSender(): OutboxSender {
  return startOutboxSender({
    db: clinic.worker,
    clock: databaseClock(clinic.worker),
    log: pino({ level: 'silent' }),
    keys: clinic.api.keys,
    config: {
      publicUrl: 'https://clinic.example.org',
      smtp: { url: sink.url, from: 'Clinic <no-reply@clinic.example.org>' },
      mailInboxUrl: telephones.url,
    },
    escalationMoved: clinic.escalationMoved,
  });
}

async function startTelephones(): Promise<typeof telephones> {
  const taken: (typeof telephones)['taken'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      taken.push(JSON.parse(body) as (typeof taken)[number]);
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

const canReach = async (telephone: string | null, pushDevice: string | null): Promise<void> =>
  void good(await clinic.admin.request('PUT', `/on-call/people/${onCall.id}`, { body: { telephone, pushDevice } }));

/** Somebody answers one question with what cannot wait, and has not sent the form in. @returns the instant before it, too */
async function danger(): Promise<{ intakeId: string; answeredAt: number; alarm: { id: string; raised_at: Date } }> {
  const { patient, desk } = clinic;
  const { id } = good(await desk.request('POST', '/intakes', { body: { patientId: patient.patientId } }), 201);
  const { reason } = intakeAnswers({ given: 'Pat', family: 'Canary', birthDate: '1980-02-29' });
  const body = { answers: { ...reason, 'reason.chest-pain': [true] }, baseVersion: 0, complete: false };
  const answeredAt = Date.now();
  const saved = good(await patient.request('PUT', `/intakes/${id}/steps/reason`, { body }));
  expect(saved.crisis).toMatchObject([{ rule: 'chest-pain-breathless' }]);
  const alarm = await clinic.api.owner('escalation').where({ subject_id: id }).first();
  return { intakeId: id, answeredAt, alarm };
}

async function isStillOpen(intakeId: string): Promise<void> {
  expect(good(await clinic.patient.request('GET', `/intakes/${intakeId}/progress`))).toMatchObject({ state: 'in-progress', waitingOn: 'patient' }); // prettier-ignore
  expect(await clinic.api.owner('intake').where({ id: intakeId }).first()).toMatchObject({ state: 'in-progress', submitted_at: null }); // prettier-ignore
}

const notices = (escalationId: string) =>
  clinic.api.owner('escalation_notice').where({ escalation_id: escalationId }).orderBy(['send', 'at', 'channel'])
    .select<{ channel: string; state: string; send: number; user_id: string; instead_of: string | null; ended_at: Date | null }[]>(); // prettier-ignore

/** Neither who it is nor what it is about, whatever is on the lock screen. */
const tellsNothing = (text: string): void =>
  expect(text).not.toMatch(/canary|\bpat\b|1980|chest|pain|breath|knee|doctor|intake|questionnaire/i);

it('a red flag reaches the on-call’s inbox within 60 s with the form still open', { timeout: 90_000 }, async () => {
  await canReach(null, null);
  const { intakeId, answeredAt, alarm } = await danger();
  const message = await sink.waitFor(
    ({ recipients, mail }) => recipients.includes(onCall.email) && mail.text!.includes(alarm.id),
    60_000,
  );
  expect(Date.now() - answeredAt).toBeLessThan(60_000);
  await isStillOpen(intakeId);
  tellsNothing(`${message.mail.subject}\n${message.mail.text}\n${String(message.mail.html)}`);
  expect(good(await onCall.request('GET', '/escalations?scope=mine')).items).toMatchObject([
    { id: alarm.id, state: 'notifying', toldMe: true, reasonCode: 'chest-pain-breathless' },
  ]);
  // Its run was begun by the intake's, with nobody's help: somebody takes it on, and ends it.
  const act = (action: string, body: object) => onCall.request('POST', `/escalations/${alarm.id}/${action}`, { body });
  expect(good(await act('ack', {}))).toMatchObject({ state: 'acknowledged' });
  expect(good(await act('resolve', { outcome: 'patient-reached' }))).toMatchObject({ state: 'resolved' });
  await isStillOpen(intakeId);
});

it('with SMTP down the other channels tell at once, and what takes the mail’s place does not wait for its step', { timeout: 60_000 }, async () => {
  await sender.stop();
  await sink.stop();
  sender = startSender();
  await canReach('+1 555 0101', 'device-1');
  const { intakeId, alarm } = await danger();
  await expect.poll(async () => (await notices(alarm.id)).filter(({ state }) => state === 'queued'), { timeout: 20_000 }).toEqual([]);
  // Nobody looks after this patient yet: that target of the step is nobody.
  const told = (await notices(alarm.id)).filter(({ channel }) => channel !== 'none');
  expect(told.map(({ channel, state, instead_of }) => [channel, state, instead_of]).toSorted()).toEqual([
    ['email', 'failed', null], ['push', 'sent', null], ['sms', 'sent', null], ['voice-task', 'sent', 'email'],
  ]);
  // Seconds, where the step itself would have waited for five minutes.
  for (const { ended_at } of told) expect(ended_at!.getTime() - alarm.raised_at.getTime()).toBeLessThan(20_000);
  expect(await clinic.api.owner('escalation').where({ id: alarm.id }).first()).toMatchObject({ state: 'notifying', cycle: 1, step: 1 });
  const mine = telephones.taken.filter(({ text }) => text.includes(alarm.id));
  expect(mine.map(({ channel, to }) => [channel, to]).toSorted()).toEqual([['push', 'device-1'], ['sms', '+1 555 0101']]);
  for (const { text } of mine) tellsNothing(text);
  await isStillOpen(intakeId);
}); // prettier-ignore

it('with SMTP down and no other way to anybody it is exhausted at once, and every administrator’s page says so', { timeout: 60_000 }, async () => {
  await canReach(null, null);
  const { intakeId, alarm } = await danger();
  const banner = async () =>
    (good(await clinic.admin.request('GET', '/escalations?scope=mine')).items as { id: string; state: string }[]).find(({ id }) => id === alarm.id);
  await expect.poll(banner, { timeout: 30_000 }).toMatchObject({ state: 'exhausted', allowedActions: ['ack', 'cancel'], toldMe: true });
  const told = await notices(alarm.id);
  expect(told.filter(({ channel }) => channel === 'email').every(({ state }) => state === 'failed')).toBe(true);
  expect(told.filter(({ channel }) => channel === 'banner')).toMatchObject([{ state: 'sent' }]);
  // All of both rounds of the ladder, without waiting for any step of it.
  expect(Math.max(...told.map(({ send }) => send))).toBeGreaterThan(2);
  for (const { ended_at } of told) if (ended_at !== null) expect(ended_at.getTime() - alarm.raised_at.getTime()).toBeLessThan(30_000);
  expect(good(await clinic.desk.request('GET', '/escalations?scope=mine')).items).toEqual([]);
  await isStillOpen(intakeId);
  expect(good(await clinic.admin.request('POST', `/escalations/${alarm.id}/ack`, { body: {} }))).toMatchObject({ state: 'acknowledged' });
  expect(await banner()).toMatchObject({ state: 'acknowledged', mine: true });
}); // prettier-ignore
