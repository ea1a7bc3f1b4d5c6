/** The sender against real Postgres and a mail server that misbehaves on request (S8, B14, I9, I10, I24). */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { smsSandbox } from '../../activities/adapters/sms-sandbox.ts';
import { smtpChannel } from '../../activities/adapters/smtp.ts';
import type { Delivery, OutgoingMail } from '../../activities/channels.ts';
import { deliverNext, outboxTiming, retryDelay } from '../../activities/outbox-delivery.ts';
import { deliveryPorts, parseSender, startOutboxSender } from '../../activities/outbox-sender.ts';
import { isMailAddress } from '../../activities/outbox-verdict.ts';
import { visitMessages } from '../../activities/messages/visit-messages.ts';
import { hashLinkToken, linkCode, linkToken, linkUrl } from '../../activities/link-token.ts';
import { connect } from '../../db/connection.ts';
import { freePort } from '../support/ports.ts';
import { createOutbox, publicUrl, secrets, tokenSecret } from './outbox-setup.ts';
import type { Outbox } from './outbox-setup.ts';

const minutes = (n: number) => n * 60_000;
let outbox: Outbox;
beforeAll(async () => {
  outbox = await createOutbox();
});
afterAll(() => outbox.close());
afterEach(async () => {
  outbox.sink.fault({ kind: 'none' });
  outbox.sink.messages.length = 0;
  outbox.clock.at = new Date('2027-03-14T14:00:00Z');
  // Nothing of one test is due in the next.
  await outbox.inOrganization((trx) =>
    trx('notification')
      .whereIn('state', ['queued', 'sending'])
      .update({ state: 'suppressed', suppressed_reason: 'test-over' }),
  );
});
const move = (ms: number) => (outbox.clock.at = new Date(outbox.clock.at.getTime() + ms));
const mails = () => outbox.sink.messages;
const cancelledVisit = {
  status: 'cancelled',
  cancelled_at: new Date('2027-03-10T14:00:00Z'),
  cancel_reason: 'patient-request',
  cancelled_by: 'staff',
};

describe('a message that is due', () => {
  it('goes out in the patient’s language, and the row says what was sent', async () => {
    const visit = await outbox.visit({ patient: { language: 'es-MX' } });
    const id = await outbox.queue(visit, { kind: 'booked' });
    expect(await outbox.drain()).toEqual(['sent']);
    const { mail, raw } = mails()[0]!;
    expect(mail.subject).toMatch(/^Su cita: mié/);
    expect(mail.text).toMatch(/miércoles, 17 de marzo de 2027.*10:00.*EDT/);
    expect(mail.text).toContain(`${publicUrl}/v/`);
    expect(mail.attachments.map((a) => a.filename)).toContain('visit.ics');
    expect(raw).toContain('method=REQUEST');
    expect(raw).toContain('Content-Language: es');
    expect(await outbox.row(id)).toMatchObject({
      state: 'sent',
      locale: 'es',
      locale_asked: 'es-MX',
      template_version: 'booked@1',
      message_id: `<${id}@clinic.example.org>`,
      sent_at: outbox.clock.at,
      attempts: 1,
    });
    expect(mail.messageId).toBe(`<${id}@clinic.example.org>`);
  });

  it('tells a calendar of every visit of a series, each under its own name', async () => {
    const first = await outbox.visit();
    const later = await Promise.all(
      ['24', '31'].map((date, n) =>
        outbox.visit({
          appointment: {
            start_at: new Date(`2027-03-${date}T14:00:00Z`),
            end_at: new Date(`2027-03-${date}T14:30:00Z`),
            version: n,
          },
        }),
      ),
    );
    const gone = await outbox.visit({ appointment: cancelledVisit });
    const also = [...later, gone].map(({ appointmentId }) => appointmentId);
    await outbox.queue(first, { kind: 'booked', params: { also } });
    expect(await outbox.drain()).toEqual(['sent']);
    const [{ mail, raw }] = mails() as [(typeof outbox.sink.messages)[number]];
    const file = mail.attachments.find(({ filename }) => filename === 'visit.ics')!.content.toString('utf8');
    const events = file.replaceAll('\r\n ', '').split('BEGIN:VEVENT').slice(1);
    expect(raw).toContain('method=PUBLISH');
    // What is not true any more by the time it goes out is not in it.
    expect(events.map((event) => /UID:(.*)@/.exec(event)?.[1])).toEqual([first, ...later].map(({ appointmentId }) => appointmentId)); // prettier-ignore
    expect(events.map((event) => /DTSTART:(.*)\r/.exec(event)?.[1])).toEqual(['20270317T140000Z', '20270324T140000Z', '20270331T140000Z']); // prettier-ignore
    expect(events.map((event) => /SEQUENCE:(.*)\r/.exec(event)?.[1])).toEqual(['0', '0', '1']);
    expect(new Set(events.map((event) => /URL:(.*)\r/.exec(event)?.[1])).size).toBe(3);
    // Published to, and guest of nothing (RFC 5546, 3.2.1).
    expect(file).toContain('ORGANIZER');
    expect(file).not.toContain('ATTENDEE');
  });

  it('cancels every visit of a series in the calendar', async () => {
    const visits = await Promise.all([0, 1].map(() => outbox.visit({ appointment: cancelledVisit })));
    const [first, second] = visits.map(({ appointmentId }) => appointmentId);
    await outbox.queue(visits[0]!, { kind: 'cancelled', params: { also: [second] } });
    expect(await outbox.drain()).toEqual(['sent']);
    const file = mails()[0]!.mail.attachments[0]!.content.toString('utf8').replaceAll('\r\n ', '');
    expect([...file.matchAll(/UID:(.*)@/g)].map((match) => match[1])).toEqual([first, second]);
    expect(file.match(/STATUS:CANCELLED/g)).toHaveLength(2);
    expect(file.match(/SEQUENCE:1\r/g)).toHaveLength(2);
  });

  it('records a language that we do not write, and falls back', async () => {
    const id = await outbox.queue(await outbox.visit({ patient: { language: 'ko-KR' } }));
    await outbox.drain();
    expect(await outbox.row(id)).toMatchObject({
      state: 'sent',
      locale: 'en',
      locale_asked: 'ko-KR',
      locale_tried: ['ko-kr', 'ko', 'en'],
    });
  });

  it('is not sent before it is due', async () => {
    const id = await outbox.queue(await outbox.visit(), { dueAt: new Date(outbox.clock.at.getTime() + 1) });
    expect(await outbox.drain()).toEqual([]);
    move(1);
    expect(await outbox.drain()).toEqual(['sent']);
    expect(await outbox.row(id)).toMatchObject({ state: 'sent' });
  });

  it('says nothing clinical, in any kind and language (I24)', async () => {
    for (const language of ['en', 'es']) {
      for (const kind of Object.keys(visitMessages)) {
        const status =
          { 'awaiting-approval': 'pending' }[kind] ??
          (/cancel|not-approved|unconfirmed/.test(kind) ? 'cancelled' : 'booked');
        const visit = await outbox.visit({
          patient: { language },
          appointment: {
            status,
            ...(status === 'cancelled' && { cancel_reason: secrets[5] }),
            ...(status === 'pending' && { hold_expires_at: new Date('2027-03-15T14:00:00Z') }),
          },
        });
        await outbox.queue(visit, { kind });
      }
    }
    const turns = await outbox.drain();
    expect(turns).toEqual(Object.keys(visitMessages).flatMap(() => ['sent', 'sent']));
    for (const { raw, mail } of mails()) {
      const everything = [
        raw,
        mail.text,
        mail.html,
        mail.subject,
        ...mail.attachments.map((a) => a.content.toString('utf8')),
      ].join('\n');
      for (const secret of secrets) expect(everything).not.toContain(secret);
      expect(everything).not.toContain('ONC');
    }
  });

  it('cannot be turned into another message by an address (header injection)', async () => {
    for (const email of [
      'a@example.org\r\nBcc: b@example.org',
      'a@example.org, b@example.org',
      '"x" <a@example.org>',
      'a b@example.org',
      'a@b',
    ]) {
      const visit = await outbox.visit({ patient: { email, phone: null } });
      const id = await outbox.queue(visit);
      expect(await outbox.drain()).toEqual(['suppressed']);
      expect(await outbox.row(id)).toMatchObject({ suppressed_reason: 'no-address' });
    }
    expect(mails()).toEqual([]);
    expect(isMailAddress('josé@clínica.example')).toBe(true);
  });
});

describe('S8: the last look before SMTP', () => {
  it('a visit cancelled or moved meanwhile is not reminded of, and it is recorded why', async () => {
    const cancelled = await outbox.visit();
    const first = await outbox.queue(cancelled);
    await outbox.inOrganization((trx) =>
      trx('appointment')
        .where({ id: cancelled.appointmentId })
        .update({ status: 'cancelled', cancel_reason: 'patient-request' }),
    );
    const moved = await outbox.visit();
    const second = await outbox.queue(moved);
    await outbox.inOrganization((trx) => trx('appointment').where({ id: moved.appointmentId }).update({ version: 1 }));
    expect(await outbox.drain()).toEqual(['suppressed', 'suppressed']);
    expect(await outbox.row(first)).toMatchObject({ state: 'suppressed', suppressed_reason: 'cancelled', attempts: 0 });
    expect(await outbox.row(second)).toMatchObject({ state: 'suppressed', suppressed_reason: 'version-changed' });
    expect(mails()).toEqual([]);
  });

  it('a cancellation while the server is answering lets at most that one message through, then its own notice', async () => {
    const visit = await outbox.visit();
    const id = await outbox.queue(visit);
    outbox.sink.fault({ kind: 'slow', delayMs: 300 });
    const sending = outbox.drain();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Not blocked by the sending: it takes no lock on the visit.
    await outbox.inOrganization((trx) =>
      trx('appointment')
        .where({ id: visit.appointmentId })
        .update({ status: 'cancelled', cancel_reason: 'patient-request' }),
    );
    await sending;
    expect(await outbox.row(id)).toMatchObject({ state: 'sent' });
    await outbox.queue(visit, { kind: 'cancelled' });
    await outbox.drain();
    expect(mails().map(({ mail }) => mail.subject?.split(':')[0])).toEqual(['Reminder', 'Cancelled']);
  });

  it('a visit that the clinic cancelled is told together with the times held instead, once they are there', async () => {
    const visit = await outbox.visit({ appointment: { status: 'cancelled', cancel_reason: 'closure' } });
    const id = await outbox.queue(visit, { kind: 'cancelled-by-clinic', params: { alternatives: 1 } });
    expect(await outbox.drain()).toEqual(['later']);
    expect(await outbox.row(id)).toMatchObject({ state: 'queued', attempts: 0 });
    await outbox.inOrganization(async (trx) => {
      const {
        id: _id,
        created_at: _created,
        ...row
      } = await trx('appointment').where({ id: visit.appointmentId }).first();
      await trx('appointment').insert({
        ...row,
        id: randomUUID(),
        status: 'pending',
        cancel_reason: null,
        replaces_id: visit.appointmentId,
        start_at: new Date('2027-03-18T14:00:00Z'),
        end_at: new Date('2027-03-18T14:30:00Z'),
        local_start: '2027-03-18 10:00:00',
        hold_expires_at: new Date('2027-03-15T14:00:00Z'),
      });
    });
    move(2_000);
    expect(await outbox.drain()).toEqual(['sent']);
    expect(mails()[0]?.mail.text).toContain('Thursday, March 18, 2027 at 10:00 AM EDT:\nhttps://clinic.example.org/v/');
    expect(mails()[0]?.raw).toContain('method=CANCEL');
  });

  it('a link of an account is written from its row, and not sent once it was used', async () => {
    const file = async (columns: Record<string, unknown>) => {
      const linkId = randomUUID();
      const owner = connect({ url: outbox.database.urls.migrator, applicationName: 'test-owner', poolMax: 1 });
      await owner('access_link').insert({
        id: linkId,
        organization_id: outbox.organizationId,
        kind: 'staff-invitation',
        email: 'new@example.org',
        token_hash: hashLinkToken(linkToken({ tokenSecret }, linkId, 'staff-invitation')),
        expires_at: new Date('2027-03-17T14:00:00Z'),
        created_by: 'test',
        ...columns,
      });
      await owner.destroy();
      const message = {
        aggregate: 'access-link',
        aggregateId: linkId,
        aggregateVersion: undefined,
        toRef: `access-link:${linkId}`,
        patientId: undefined,
      } as const;
      const queue = (kind: string) => outbox.queue({ patientId: '', appointmentId: '' }, { ...message, kind });
      return { linkId, queue };
    };
    const invitation = await file({});
    await invitation.queue('staff-invitation');
    const expires = new Date('2027-03-14T15:00:00Z');
    const claim = await file({ kind: 'account-claim', code_hash: Buffer.alloc(32), code_expires_at: expires });
    await claim.queue('account-claim-code');
    const used = await file({ used_at: new Date('2027-03-14T13:00:00Z') });
    const late = await used.queue('staff-invitation');
    expect((await outbox.drain()).toSorted()).toEqual(['sent', 'sent', 'suppressed']);
    const texts = mails()
      .map(({ mail }) => mail.text ?? '')
      .join('\n');
    expect(texts).toContain(
      linkUrl(publicUrl, 'staff-invitation', linkToken({ tokenSecret }, invitation.linkId, 'staff-invitation')),
    );
    expect(texts).toContain(linkCode({ tokenSecret }, claim.linkId, expires));
    expect(await outbox.row(late)).toMatchObject({ suppressed_reason: 'no-longer-useful' });
  });

  it('a notice about an account goes to the person, in their language, without a link', async () => {
    const userId = randomUUID();
    const owner = connect({ url: outbox.database.urls.migrator, applicationName: 'test', poolMax: 1 });
    await owner('app_user').insert({
      id: userId,
      organization_id: outbox.organizationId,
      kind: 'staff',
      email: 'nurse@example.org',
      display_name: 'N',
      locale: 'es',
    });
    await owner.destroy();
    const about = {
      aggregate: 'user',
      aggregateId: userId,
      aggregateVersion: undefined,
      toRef: `user:${userId}`,
    } as const;
    await outbox.queue({ patientId: '', appointmentId: '' }, { ...about, patientId: undefined, kind: 'second-factor-removed' }); // prettier-ignore
    expect(await outbox.drain()).toEqual(['sent']);
    const [{ mail }] = mails() as [ReturnType<typeof mails>[number]];
    expect(mail.subject).toBe('Se quitó su segundo factor');
    expect(mail.text).toContain('10:00');
    expect(mail.text).not.toMatch(/https?:/);
  });

  it('the dead are not written to', async () => {
    const id = await outbox.queue(await outbox.visit({ patient: { deceased: true } }));
    expect(await outbox.drain()).toEqual(['suppressed']);
    expect(await outbox.row(id)).toMatchObject({ suppressed_reason: 'deceased' });
  });

  it('who said no is not written to; what they must know is told by telephone', async () => {
    const visit = await outbox.visit({ appointment: { status: 'cancelled', cancel_reason: 'closure' } });
    const other = await outbox.visit();
    for (const { patientId } of [visit, other]) {
      await outbox.inOrganization((trx) =>
        trx('contact_consent').insert(
          [true, false].map((permitted) => ({
            organization_id: outbox.organizationId,
            patient_id: patientId,
            channel: 'email',
            category: 'appointment',
            permitted,
            actor: 'test',
          })),
        ),
      );
    }
    const notice = await outbox.queue(visit, { kind: 'cancelled-by-clinic' });
    const reminder = await outbox.queue(other);
    await outbox.drain();
    expect(await outbox.row(notice)).toMatchObject({ suppressed_reason: 'no-consent' });
    expect(await outbox.row(reminder)).toMatchObject({ suppressed_reason: 'no-consent' });
    expect((await outbox.tasks(visit.appointmentId)).map((t) => t.kind)).toEqual(['call-patient']);
    expect(await outbox.tasks(other.appointmentId)).toEqual([]);
    expect(mails()).toEqual([]);
  });

  it('without an address a person calls, once', async () => {
    const visit = await outbox.visit({ patient: { email: null, phone: null } });
    for (const policyItem of ['P3D', 'P1D']) {
      const id = await outbox.queue(visit, { params: { policyItem } });
      await outbox.drain();
      expect(await outbox.row(id)).toMatchObject({ state: 'suppressed', suppressed_reason: 'no-address' });
    }
    expect((await outbox.tasks(visit.appointmentId)).map((t) => t.kind)).toEqual(['call-patient']);
  });
});

describe('B14: an outage over the time that messages are due', () => {
  it('six hours away: one useful message for each visit, the rest on record, none twice', async () => {
    const down = {
      email: smtpChannel({ url: `smtp://127.0.0.1:${await freePort()}`, from: 'a@example.org', timeoutMs: 500 }),
    };
    const starts = new Date('2027-03-17T14:00:00Z');
    const usefulUntil = starts;
    // Three reminders of one visit fall due while the server is away, and one of a visit that begins before it returns.
    outbox.clock.at = new Date('2027-03-16T13:00:00Z');
    const visit = await outbox.visit();
    const items = ['P3D', 'P1D', 'PT3H'];
    const ids: string[] = [];
    for (const [k, policyItem] of items.entries()) {
      ids.push(
        await outbox.queue(visit, {
          params: { policyItem },
          dueAt: new Date(outbox.clock.at.getTime() + minutes(60 * k)),
          usefulUntil,
        }),
      );
    }
    const soon = await outbox.visit({
      appointment: { start_at: new Date('2027-03-16T18:00:00Z'), end_at: new Date('2027-03-16T18:30:00Z') },
    });
    const tooLate = await outbox.queue(soon, {
      params: { policyItem: 'PT3H' },
      usefulUntil: new Date('2027-03-16T18:00:00Z'),
    });
    const booked = await outbox.queue(await outbox.visit(), { kind: 'booked', usefulUntil });

    for (let minute = 0; minute < 360; minute += 5) {
      await outbox.drain({ channels: down });
      move(minutes(5));
    }
    down.email.close();
    expect(await outbox.row(booked)).toMatchObject({ state: 'queued', error: 'connection-refused' });
    // Backing off: far fewer attempts than rounds.
    expect((await outbox.row(booked))['attempts']).toBeLessThan(60);

    move(minutes(15));
    await outbox.drain();
    const states = await Promise.all(
      [...ids, tooLate, booked].map(async (id) => {
        const { state, suppressed_reason: why } = await outbox.row(id);
        return why ?? state;
      }),
    );
    expect(states).toEqual(['superseded', 'superseded', 'sent', 'no-longer-useful', 'sent']);
    expect(mails()).toHaveLength(2);
    expect(await outbox.drain()).toEqual([]);
  });

  it('a reminder gives way to the notice of the same place that was held up as long', async () => {
    const visit = await outbox.visit();
    const booked = await outbox.queue(visit, { kind: 'booked' });
    const reminder = await outbox.queue(visit, {
      params: { policyItem: 'P3D' },
      dueAt: new Date(outbox.clock.at.getTime() + minutes(60)),
    });
    move(minutes(6 * 60));
    await outbox.drain();
    expect(await outbox.row(booked)).toMatchObject({ state: 'sent' });
    expect(await outbox.row(reminder)).toMatchObject({ state: 'suppressed', suppressed_reason: 'superseded' });
  });
});

describe('a late reminder after the notice of its place', () => {
  // The default margin is an hour; the policy by which the reminders were planned counts, not today's.
  it.each([
    ['PT4H', '2027-02-01', 120, 'superseded'],
    ['PT15M', '2027-02-02', 40, 'sent'],
    [null, '2027-02-03', 40, 'superseded'],
  ])('with a margin of %s it is, booked on %s and %i minutes after the notice, %s', async (margin, day, after, end) => {
    const bookedAt = new Date(`${day}T14:00:00Z`);
    if (margin !== null) {
      const validTo = new Date(bookedAt.getTime() + minutes(60));
      await outbox.inOrganization((trx) =>
        trx('policy').insert({
          organization_id: outbox.organizationId,
          kind: 'reminder',
          value: JSON.stringify({ margin }),
          valid_from: bookedAt,
          valid_to: validTo,
        }),
      );
    }
    const visit = await outbox.visit({ appointment: { booked_at: bookedAt } });
    await outbox.queue(visit, { kind: 'booked' });
    await outbox.drain();
    const dueAt = new Date(outbox.clock.at.getTime() + minutes(20));
    const reminder = await outbox.queue(visit, { params: { policyItem: 'P3D' }, dueAt });
    move(minutes(after));
    await outbox.drain();
    const { state, suppressed_reason: why } = await outbox.row(reminder);
    expect(why ?? state).toBe(end);
  });
});

describe('a mail server that misbehaves', () => {
  it('451: goes again later with the same Message-ID', async () => {
    const id = await outbox.queue(await outbox.visit());
    outbox.sink.fault({ kind: 'temporary' });
    expect(await outbox.drain()).toEqual(['later']);
    expect(await outbox.row(id)).toMatchObject({ state: 'queued', error: 'smtp-451', attempts: 1 });
    outbox.sink.fault({ kind: 'none' });
    expect(await outbox.drain()).toEqual([]);
    move(minutes(1));
    expect(await outbox.drain()).toEqual(['sent']);
    expect(mails()[0]?.mail.messageId).toBe(`<${id}@clinic.example.org>`);
    expect(await outbox.row(id)).toMatchObject({ state: 'sent', attempts: 2, error: null });
  });

  it('550: is not tried again, and a person is told', async () => {
    const visit = await outbox.visit();
    const id = await outbox.queue(visit);
    outbox.sink.fault({ kind: 'permanent' });
    expect(await outbox.drain()).toEqual(['failed']);
    expect(await outbox.row(id)).toMatchObject({ state: 'failed', error: 'smtp-550' });
    expect(await outbox.tasks(visit.appointmentId)).toMatchObject([
      { kind: 'message-failed', params: { code: 'smtp-550' } },
    ]);
    move(minutes(60));
    expect(await outbox.drain()).toEqual([]);
  });

  it('accepted, then the line drops: at least once, recognizable by its Message-ID', async () => {
    const id = await outbox.queue(await outbox.visit());
    outbox.sink.fault({ kind: 'drop' });
    expect(await outbox.drain()).toEqual(['later']);
    expect(await outbox.row(id)).toMatchObject({ state: 'queued', error: 'connection-lost' });
    outbox.sink.fault({ kind: 'none' });
    move(minutes(1));
    expect(await outbox.drain()).toEqual(['sent']);
    expect(new Set(mails().map(({ mail }) => mail.messageId))).toEqual(new Set([`<${id}@clinic.example.org>`]));
    expect(mails()).toHaveLength(2);
  });

  it('too slow: counts as not sent, and goes later', async () => {
    const id = await outbox.queue(await outbox.visit());
    outbox.sink.fault({ kind: 'slow', delayMs: 1_500 });
    const email = smtpChannel({ url: outbox.sink.url, from: 'a@example.org', timeoutMs: 300 });
    expect(await outbox.drain({ channels: { email } })).toEqual(['down']);
    expect(await outbox.row(id)).toMatchObject({ state: 'queued', error: 'timeout' });
  });

  it('a process that dies in between gives its message back after the lease', async () => {
    const id = await outbox.queue(await outbox.visit());
    let taken: OutgoingMail | undefined;
    const dies = {
      email: {
        send(mail: OutgoingMail): Promise<Delivery> {
          taken = mail;
          return Promise.reject(new Error('killed'));
        },
        close() {},
      },
    };
    await expect(outbox.drain({ channels: dies })).rejects.toThrow('killed');
    expect(await outbox.row(id)).toMatchObject({ state: 'sending' });
    expect(await outbox.drain()).toEqual([]);
    move(outboxTiming.leaseMs);
    expect(await outbox.drain()).toEqual(['sent']);
    expect(mails()[0]?.mail.messageId).toBe(`<${taken?.messageId}>`);
  });

  it('what nobody can take is given up after three days, and a person is told', async () => {
    const visit = await outbox.visit({
      appointment: { start_at: new Date('2027-05-01T14:00:00Z'), end_at: new Date('2027-05-01T14:30:00Z') },
    });
    const id = await outbox.queue(visit, { kind: 'booked' });
    outbox.sink.fault({ kind: 'temporary' });
    await outbox.drain();
    move(3 * 86_400_000);
    expect(await outbox.drain()).toEqual(['failed']);
    expect(await outbox.row(id)).toMatchObject({ state: 'failed', error: 'smtp-451' });
    expect((await outbox.tasks(visit.appointmentId)).map((t) => t.kind)).toEqual(['message-failed']);
  });

  it('backs off with jitter, up to ten minutes', () => {
    expect([1, 2, 3, 30].map((n) => retryDelay(n, outboxTiming, () => 0.5))).toEqual([5_000, 10_000, 20_000, 600_000]);
    expect(retryDelay(1, outboxTiming, () => 0)).toBe(2_500);
    expect(retryDelay(30, outboxTiming, () => 0.999)).toBeLessThan(900_000);
  });

  it('a kind without a template fails loudly', async () => {
    const visit = await outbox.visit();
    const id = await outbox.queue(visit, { kind: 'horoscope' });
    expect(await outbox.drain()).toEqual(['failed']);
    expect(await outbox.row(id)).toMatchObject({ error: 'unknown-kind' });
  });
});

describe('channels', () => {
  it('SMS shows in the inbox; without a provider or a number it goes by mail, on record; never twice (I10)', async () => {
    const posted: { channel: string; to: string; text: string }[] = [];
    const inbox = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        posted.push(JSON.parse(body));
        response.writeHead(201).end();
      });
    });
    await new Promise<void>((resolve) => inbox.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(inbox.address() as AddressInfo).port}`;
    const email = () => smtpChannel({ url: outbox.sink.url, from: 'a@example.org' });

    const visit = await outbox.visit();
    await outbox.queue(visit, { channel: 'sms', params: { policyItem: 'P1D', askConfirm: true } });
    expect(await outbox.drain({ channels: { email: email(), sms: smsSandbox(url) } })).toEqual(['sent']);
    expect(posted).toMatchObject([{ channel: 'sms', to: '+16175550123' }]);
    expect(posted[0]?.text).toMatch(
      /^Harbor Clinic: This is a reminder.*Confirm, change or cancel: https:\/\/clinic\.example\.org\/v\//,
    );

    const other = await outbox.visit();
    const alone = await outbox.queue(other, { channel: 'sms', params: { policyItem: 'P1D' } });
    expect(await outbox.drain()).toEqual(['sent']);
    expect(await outbox.row(alone)).toMatchObject({
      state: 'sent',
      params: { policyItem: 'P1D', delivery: { channel: 'email', because: 'no-provider' } },
    });

    const both = await outbox.visit({ patient: { phone: null } });
    const sms = await outbox.queue(both, { channel: 'sms', params: { policyItem: 'P3D' } });
    const mail = await outbox.queue(both, { channel: 'email', params: { policyItem: 'P3D' } });
    await outbox.drain({ channels: { email: email(), sms: smsSandbox(url) } });
    expect(await outbox.row(sms)).toMatchObject({ state: 'suppressed', suppressed_reason: 'covered-by-email' });
    expect(await outbox.row(mail)).toMatchObject({ state: 'sent' });
    await new Promise((resolve) => inbox.close(resolve));
  });
});

describe('several processes', () => {
  it('send each message once', async () => {
    const visits = await Promise.all(Array.from({ length: 12 }, () => outbox.visit()));
    const queued = new Set<string>();
    for (const visit of visits) queued.add(await outbox.queue(visit));
    const delivery = deliveryPorts({
      ...outbox.ports,
      channels: { email: smtpChannel({ url: outbox.sink.url, from: 'a@example.org', connections: 4 }) },
    });
    const lane = async () => {
      while ((await deliverNext(delivery, outbox.organizationId)) !== 'idle');
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    delivery.channels.email.close();
    // A mail that an earlier test gave up on may still arrive at the server; only these twelve count.
    const ids = mails().flatMap(({ mail }) => /^<([0-9a-f-]{36})@/.exec(mail.messageId ?? '')?.[1] ?? []);
    expect(ids.filter((id) => queued.has(id)).toSorted()).toEqual([...queued].toSorted());
  });

  it('the running sender wakes at the commit, keeps its rate, and stops', async () => {
    const sender = startOutboxSender(outbox.ports, { pollMs: 60_000, ratePerSecond: 10 });
    const visits = await Promise.all(Array.from({ length: 8 }, () => outbox.visit()));
    const started = Date.now();
    for (const visit of visits) await outbox.queue(visit);
    await expect.poll(() => mails().length, { timeout: 10_000 }).toBe(8);
    // Eight at ten a second need at least six tenths of a second: no burst.
    expect(Date.now() - started).toBeGreaterThan(500);
    await sender.stop();
  });

  it('reads the sender’s address', () => {
    expect(parseSender('Harbor Clinic <a@b.example>')).toEqual({ name: 'Harbor Clinic', email: 'a@b.example' });
    expect(parseSender('a@b.example')).toEqual({ name: '', email: 'a@b.example' });
  });
});
