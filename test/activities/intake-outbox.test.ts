/** Messages of an intake: the link that works, in the person's language, to whoever holds it, and none that is over. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readIntakeLinkToken } from '../../activities/intake-token.ts';
import { intakeMessage, intakeMessageKinds } from '../../activities/messages/intake-messages.ts';
import { intakeWords } from '../../activities/messages/intake-words.ts';
import { messageCatalog } from '../../activities/messages/language.ts';
import { closeIntakeLinks, fileIntakeLink, queueIntakeNotice } from '../../db/intakes/intake-links.ts';
import { recordGuardian, revokeGuardian } from '../../db/patients/guardians.ts';
import { systemActor } from '../../domain/actor.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { createOutbox, publicUrl, secrets, tokenSecret, type Outbox } from './outbox-setup.ts';

const now = new Date('2027-03-14T14:00:00Z');
let outbox: Outbox;
beforeAll(async () => {
  outbox = await createOutbox();
});
afterAll(() => outbox.close());
beforeEach(() => {
  outbox.clock.at = now;
  outbox.sink.messages.length = 0;
});

const of = (patientId: string, intakeId: string) => ({ organizationId: outbox.organizationId, intakeId, patientId, actor: systemActor('test'), at: now }); // prettier-ignore
async function invited(patient: Record<string, unknown> = {}, language?: string) {
  const { patientId } = await outbox.visit({ patient });
  const about = of(patientId, randomUUID());
  const filed = await outbox.inOrganization((trx) => fileIntakeLink(trx, { ...about, mail: 'intake-invitation', dedupeKey: randomUUID(), language })); // prettier-ignore
  return { about, filed };
}
const rowOf = (linkId: string) => outbox.inOrganization((trx) => trx('notification').where({ aggregate_id: linkId }).first()); // prettier-ignore

it('carries the link that opens it, nothing clinical, and how its language was found', async () => {
  const { filed } = await invited({ language: 'pt-BR' });
  expect(await outbox.drain()).toEqual(['sent']);
  const { mail, raw } = outbox.sink.messages[0]!;
  const token = new RegExp(`${publicUrl}/portal/i/([\\w-]+)`).exec(mail.text ?? '')?.[1] ?? '';
  expect(readIntakeLinkToken({ tokenSecret }, token)).toBe(filed.linkId);
  for (const secret of secrets) expect(raw).not.toContain(secret);
  const row = await rowOf(filed.linkId);
  expect(row).toMatchObject({ state: 'sent', locale_asked: 'pt-BR', locale: 'pt', locale_tried: ['pt-br', 'pt'] });
  expect(JSON.stringify(row)).not.toContain(token);
});

it('a link that another replaced, that is over, or of a closed intake is not sent', async () => {
  const one = await invited();
  await outbox.inOrganization((trx) => fileIntakeLink(trx, { ...one.about, mail: null, dedupeKey: randomUUID() }));
  const two = await invited();
  await outbox.inOrganization((trx) => closeIntakeLinks(trx, { ...two.about, reason: 'closed' }));
  expect(await outbox.drain()).toEqual(['suppressed', 'suppressed']);
  const three = await invited();
  outbox.clock.at = new Date(now.getTime() + 72 * 3_600_000);
  expect(await outbox.drain()).toEqual(['suppressed']);
  for (const { filed } of [one, two, three])
    expect(await rowOf(filed.linkId)).toMatchObject({ suppressed_reason: 'no-longer-useful' });
});

it('of a child goes to the guardian, in the guardian’s language, and not once the authority is taken back', async () => {
  const { patientId } = await outbox.visit({ patient: { birth_date: '2019-05-05', language: 'en' } });
  const about = of(patientId, randomUUID());
  const { id } = await outbox.inOrganization((trx) => recordGuardian(trx, { ...about, name: 'Maria', relationship: 'parent', authority: 'parent', email: 'maria@example.org', language: 'es' })); // prettier-ignore
  const mail = (dedupeKey = randomUUID()) => outbox.inOrganization((trx) => fileIntakeLink(trx, { ...about, mail: 'intake-reminder', dedupeKey, reuse: true })); // prettier-ignore
  const filed = await mail();
  expect(await outbox.drain()).toEqual(['sent']);
  expect(outbox.sink.messages[0]!.mail.to).toMatchObject({ text: 'maria@example.org' });
  expect(await rowOf(filed.linkId)).toMatchObject({ locale: 'es' });
  await mail();
  await outbox.inOrganization((trx) => queueIntakeNotice(trx, { ...about, kind: 'intake-received', dedupeKey: randomUUID() })); // prettier-ignore
  await outbox.inOrganization((trx) => revokeGuardian(trx, { ...about, guardianId: id, because: 'court' }));
  expect(await outbox.drain()).toEqual(['suppressed', 'suppressed']);
});

it('who wants no messages about visits gets none, but the link and code that they ask for', async () => {
  const { about } = await invited();
  await outbox.inOrganization((trx) => trx('contact_consent').insert({ organization_id: outbox.organizationId, patient_id: about.patientId, channel: 'email', category: 'appointment', permitted: false, actor: 'test' })); // prettier-ignore
  expect(await outbox.drain()).toEqual(['suppressed']);
  await outbox.inOrganization((trx) => fileIntakeLink(trx, { ...about, mail: 'intake-new-link', dedupeKey: randomUUID() })); // prettier-ignore
  expect(await outbox.drain()).toEqual(['sent']);
});

it.each(writtenLanguages)('every kind is whole in %s: a subject, a lead, the link or the code', (language) => {
  for (const kind of intakeMessageKinds) {
    const facts = { clinic: 'Harbor Clinic', phone: '+1 617 555 0100', url: 'https://x.example/i', code: '12345678', until: now, timeZone: 'UTC' }; // prettier-ignore
    const parts = intakeMessage(kind, facts, intakeWords[language], messageCatalog(language));
    expect(parts.subject.length).toBeGreaterThan(2);
    expect(parts.paragraphs.every((text) => text.length > 3)).toBe(true);
    expect(parts.short).toContain(kind === 'intake-code' ? '12345678' : 'https://x.example/i');
    if (language !== 'en') expect(parts.lead).not.toBe(intakeMessage(kind, facts, intakeWords.en, messageCatalog('en')).lead); // prettier-ignore
  }
});
