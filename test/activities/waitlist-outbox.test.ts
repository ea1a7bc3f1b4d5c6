/** The sender looks again just before it writes to somebody who waits: an offer that is over is not sent (C12). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isOfferMessage } from '../../activities/messages/waitlist-messages.ts';
import { readOfferToken, verifyOfferToken } from '../../activities/offer-token.ts';
import { patientRecipient } from '../../activities/visit-token.ts';
import { createOutbox, publicUrl, secrets, tokenSecret } from './outbox-setup.ts';
import type { Outbox } from './outbox-setup.ts';

const minutes = (n: number) => n * 60_000;
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
const mails = () => outbox.sink.messages;

async function offered(change: { offer?: object; entry?: object; patient?: Record<string, unknown> } = {}) {
  const visit = await outbox.visit({ patient: change.patient ?? {} });
  const [openingId, entryId, offerId] = [randomUUID(), randomUUID(), randomUUID()];
  const organization_id = outbox.organizationId;
  await outbox.inOrganization(async (trx) => {
    const source = await trx('appointment')
      .where({ id: visit.appointmentId })
      .first('visit_type_id', 'practitioner_id');
    await trx('opening').insert({
      id: openingId, organization_id, source_appointment_id: visit.appointmentId, start_at: new Date('2027-03-17T14:00:00Z'),
      end_at: new Date('2027-03-17T14:30:00Z'), tz: 'America/New_York', location_id: outbox.locationId, practitioner_id: source.practitioner_id,
      visit_type_ids: [source.visit_type_id], state: 'offering', release_at: new Date('2027-03-17T12:00:00Z'), op_key: randomUUID(),
    }); // prettier-ignore
    await trx('waitlist_entry').insert({
      id: entryId, organization_id, patient_id: visit.patientId, state: 'offered', joined_at: new Date('2027-03-01T00:00:00Z'),
      expires_at: new Date('2027-09-01T00:00:00Z'), created_by: 'test', ...change.entry,
    }); // prettier-ignore
    await trx('waitlist_offer').insert({
      id: offerId, organization_id, opening_id: openingId, entry_id: entryId, patient_id: visit.patientId, rank: 1, factors: '{}',
      state: 'offered', channel: 'email', offered_at: now, expires_at: new Date(now.getTime() + minutes(60)), op_key: randomUUID(), ...change.offer,
    }); // prettier-ignore
  });
  const queue = (kind: string) =>
    isOfferMessage(kind)
      ? outbox.queue(visit, { kind, aggregate: 'waitlist-offer', aggregateId: offerId, aggregateVersion: undefined })
      : outbox.queue(visit, { kind, aggregate: 'waitlist-entry', aggregateId: entryId, aggregateVersion: undefined });
  return { ...visit, openingId, entryId, offerId, queue };
}
const answered = (state: string) => ({ state, answered_at: now, answered_via: 'portal' });

describe('an offer’s message', () => {
  it('goes out while the offer stands, with a link that is its patient’s, and nothing clinical', async () => {
    const { patientId, offerId, queue } = await offered({ patient: { language: 'es' } });
    const id = await queue('waitlist-offer');
    expect(await outbox.drain()).toEqual(['sent']);
    expect(await outbox.row(id)).toMatchObject({ state: 'sent', locale: 'es' });
    const { mail, raw } = mails()[0]!;
    const token = new RegExp(`${publicUrl}/offer/([\\w-]+)`).exec(mail.text ?? '')?.[1] ?? '';
    expect(readOfferToken(token)).toEqual({ organizationId: outbox.organizationId, offerId });
    expect(verifyOfferToken(tokenSecret, token, patientRecipient(patientId))).toBe(true);
    for (const secret of secrets)
      expect(`${mail.subject} ${mail.text} ${String(mail.html)} ${raw}`).not.toContain(secret);
  });

  it.each(['accepted', 'declined', 'expired', 'withdrawn', 'superseded'])(
    'is not sent once the offer is %s',
    async (state) => {
      const { queue } = await offered({ offer: answered(state) });
      const id = await queue('waitlist-offer');
      expect(await outbox.drain()).toEqual(['suppressed']);
      expect(await outbox.row(id)).toMatchObject({ state: 'suppressed', suppressed_reason: 'offer-over' });
      expect(mails()).toEqual([]);
    },
  );

  it('is not sent from the instant at which the offer ends, even before that is on record', async () => {
    const { queue } = await offered();
    const id = await queue('waitlist-offer');
    outbox.clock.at = new Date(now.getTime() + minutes(60));
    expect(await outbox.drain()).toEqual(['suppressed']);
    expect(await outbox.row(id)).toMatchObject({ suppressed_reason: 'offer-over' });
  });

  it('becomes a call, due before the offer ends, when the patient has no address', async () => {
    const { offerId, queue } = await offered({ patient: { email: null } });
    await queue('waitlist-offer');
    expect(await outbox.drain()).toEqual(['suppressed']);
    const tasks = await outbox.inOrganization((trx) =>
      trx('staff_task').where({ subject_id: offerId }).select('kind', 'due_at', 'subject_type', 'owner_role'),
    );
    expect(tasks).toEqual([
      { kind: 'call-patient', due_at: new Date(now.getTime() + minutes(60)), subject_type: 'waitlist-offer', owner_role: 'front-desk' },
    ]); // prettier-ignore
  });
});

describe('the end of an offer', () => {
  it.each([
    ['waitlist-offer-withdrawn', 'withdrawn'],
    ['waitlist-offer-superseded', 'superseded'],
  ])('%s is told to whom the offer was sent', async (kind, state) => {
    const { offerId, queue } = await offered();
    await queue('waitlist-offer');
    await outbox.drain();
    await outbox.inOrganization((trx) => trx('waitlist_offer').where({ id: offerId }).update(answered(state)));
    await queue(kind);
    expect(await outbox.drain()).toEqual(['sent']);
    expect(mails()).toHaveLength(2);
    expect(mails()[1]!.mail.text).toContain('You keep your place');
  });

  it('is not told to whom the offer never reached', async () => {
    const { queue } = await offered({ offer: answered('withdrawn') });
    await queue('waitlist-offer');
    const id = await queue('waitlist-offer-withdrawn');
    await outbox.drain();
    expect(await outbox.row(id)).toMatchObject({ state: 'suppressed', suppressed_reason: 'nothing-to-tell' });
    expect(mails()).toEqual([]);
  });
});

describe('the end of waiting', () => {
  it('is announced while the wish waits, and told when it ended', async () => {
    const waiting = await offered();
    await waiting.queue('waitlist-expiry-notice');
    expect(await outbox.drain()).toEqual(['sent']);
    expect(mails()[0]!.mail.text).toContain(`${publicUrl}/portal/waiting/${waiting.entryId}`);
    expect(mails()[0]!.mail.text).toContain('until Tuesday, August 31, 2027');
    const early = await waiting.queue('waitlist-expired');
    expect(await outbox.drain()).toEqual(['suppressed']);
    expect(await outbox.row(early)).toMatchObject({ suppressed_reason: 'no-longer-useful' });
    const over = await offered({ entry: { state: 'expired' }, offer: answered('expired') });
    await over.queue('waitlist-expired');
    const late = await over.queue('waitlist-expiry-notice');
    expect((await outbox.drain()).toSorted()).toEqual(['sent', 'suppressed']);
    expect(await outbox.row(late)).toMatchObject({ suppressed_reason: 'no-longer-useful' });
  });
});
