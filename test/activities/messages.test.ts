import { describe, expect, it } from 'vitest';
import { accountMessages } from '../../activities/messages/account-messages.ts';
import type { AccountFacts, AccountMessageKind } from '../../activities/messages/account-messages.ts';
import { compose } from '../../activities/messages/compose.ts';
import { messageCatalog, messageLanguage } from '../../activities/messages/language.ts';
import { writtenLanguages } from '../../domain/language.ts';
import type { WrittenLanguage } from '../../domain/language.ts';
import { visitMessages } from '../../activities/messages/visit-messages.ts';
import type { VisitFacts, VisitMessageKind } from '../../activities/messages/visit-messages.ts';
import { offerMessages, wishMessages } from '../../activities/messages/waitlist-messages.ts';
import type { OfferFacts, OfferMessageKind, WishMessageKind } from '../../activities/messages/waitlist-messages.ts';
import { calendarFile } from '../../domain/calendar/calendar-file.ts';

const facts: VisitFacts = {
  clinic: 'Harbor Clinic',
  start: new Date('2027-03-17T14:00:00Z'),
  timeZone: 'America/New_York',
  patientTimeZone: null,
  mode: 'in-person',
  placeLines: ['Harbor Clinic Downtown', '1 Pier Road', 'Boston, MA 02110'],
  phone: '+1 617 555 0100',
  url: 'https://clinic.example.org/v/token',
  askConfirm: false,
  heldUntil: null,
  toldBefore: false,
  alternatives: [],
};
const message = (kind: VisitMessageKind, language: WrittenLanguage, extra: Partial<VisitFacts> = {}) =>
  compose(visitMessages[kind]({ ...facts, ...extra }, messageCatalog(language)), language);

describe('the language of a message', () => {
  it.each([
    ['es-MX', 'en', 'es'],
    ['es-419', 'en', 'es'],
    ['ES_mx', 'en', 'es'],
    ['en-GB', 'es', 'en'],
    // Unknown: the clinic's, then English.
    ['so', 'es', 'es'],
    ['so', 'tl', 'en'],
    // Two steps down its own chain, and by script where the region says which.
    ['pt-BR', 'en', 'pt'],
    ['zh-CN', 'en', 'zh-Hans'],
    ['zh', 'en', 'zh-Hans'],
    ['ar-EG', 'en', 'ar'],
    ['vi-VN', 'es', 'vi'],
    ['', 'es-US', 'es'],
    [null, 'en', 'en'],
    // A prefix of letters is not a prefix of subtags: est is Estonian.
    ['est', 'en', 'en'],
  ] as const)('%s at a clinic of %s is %s', (asked, clinic, expected) => {
    expect(messageLanguage(asked, clinic)).toBe(expected);
  });
});

describe('messages about a visit', () => {
  it('name day, time and zone in the language of the reader', () => {
    expect(message('booked', 'en').text).toContain('When: Wednesday, March 17, 2027 at 10:00 AM EDT');
    expect(message('booked', 'es').text).toMatch(/Cuándo: miércoles, 17 de marzo de 2027.*10:00.*EDT/);
    expect(message('booked', 'en').subject).toBe('Your appointment: Wed, Mar 17, 10:00 AM EDT');
  });

  it('say until when to confirm where the time is given away otherwise (B17), and what to do when it was', () => {
    const confirmBy = new Date('2027-03-17T08:00:00Z');
    const asked = message('reminder', 'en', { askConfirm: true, confirmBy });
    expect(asked.text).toContain('Please confirm by Wednesday, March 17, 2027 at 4:00 AM EDT');
    expect(asked.short).toContain('Please confirm by Wed, Mar 17, 4:00 AM EDT');
    expect(message('reminder', 'es', { askConfirm: true, confirmBy }).text).toMatch(
      /confirme antes de: miércoles, 17 de marzo/,
    );
    expect(message('reminder', 'en', { askConfirm: true }).text).not.toContain('Please confirm by');
    for (const language of writtenLanguages) {
      const { text } = message('unconfirmed', language);
      expect(text).toContain(messageCatalog(language).unconfirmed.next);
      expect(text).toContain(facts.phone);
    }
  });

  it('carry the way in where the reminder of a visit by video says so', () => {
    const joinUrl = 'https://clinic.example.org/join/token';
    for (const language of writtenLanguages) {
      const { text, short } = message('reminder', language, { mode: 'video', joinUrl });
      expect(text).toContain(joinUrl);
      expect(text).toContain(messageCatalog(language).reminder.join);
      expect(short).toContain(joinUrl);
      expect(message('reminder', language, { mode: 'video' }).text).not.toContain('/join/');
    }
  });

  it('speak of held times as news, once the cancellation is known', () => {
    const held = {
      toldBefore: true,
      heldUntil: new Date('2027-03-16T14:00:00Z'),
      alternatives: [
        { start: new Date('2027-03-18T14:00:00Z'), timeZone: 'America/New_York', url: 'https://x.example/1' },
      ],
    };
    const again = message('cancelled-by-clinic', 'en', held);
    expect(again.subject).toBe('Please choose a new time: your cancelled appointment on Wed, Mar 17, 10:00 AM EDT');
    expect(again.text).toContain('https://x.example/1');
    expect(again.text).not.toContain('We are sorry');
    expect(message('cancelled-by-clinic', 'es', held).subject).toMatch(/^Elija un nuevo horario/);
  });

  it('say the time where the patient is, when the clocks there differ', () => {
    expect(message('booked', 'en', { patientTimeZone: 'America/Los_Angeles' }).text).toContain(
      'In your time zone: Wednesday, March 17, 2027 at 7:00 AM PDT',
    );
    expect(message('booked', 'en', { patientTimeZone: 'America/Detroit' }).text).not.toContain('In your time zone');
  });

  it.each(Object.keys(visitMessages) as VisitMessageKind[])(
    '%s has the link, the place and someone to call',
    (kind) => {
      for (const language of writtenLanguages) {
        const { text, html, short } = message(kind, language);
        for (const form of [text, html]) {
          expect(form).toContain(facts.url);
          expect(form).toContain('1 Pier Road');
          expect(form).toContain('+1 617 555 0100');
        }
        expect(short).toContain(facts.url);
        expect(html).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`);
      }
    },
  );

  it('cannot be given a header or markup by what a clinic calls itself', () => {
    const evil = 'X\r\nBcc: all@example.org\u2028<script>alert(1)</script>';
    const { subject, html, short } = message('awaiting-approval', 'en', {
      clinic: evil,
      start: null,
      placeLines: [evil],
    });
    expect(subject).not.toMatch(/[\r\n]/);
    expect(short).not.toMatch(/[\r\n\u2028]/);
    expect(html).not.toContain('<script>');
  });

  it('names the other visits of a series, and nothing where there are none', () => {
    const also = [{ start: new Date('2027-03-24T14:00:00Z'), timeZone: 'America/New_York' }];
    expect(message('booked', 'en', { also }).text).toContain('The same for: Wednesday, March 24, 2027 at 10:00 AM EDT');
    expect(message('booked', 'es', { also }).text).toContain('Lo mismo para: miércoles, 24 de marzo de 2027');
    expect(message('booked', 'en', { also: [] }).text).not.toContain('The same for');
  });

  it('offers the times held instead of a cancelled visit', () => {
    const { text } = message('cancelled-by-clinic', 'en', {
      heldUntil: new Date('2027-03-11T14:00:00Z'),
      alternatives: [
        { start: new Date('2027-03-18T13:00:00Z'), timeZone: facts.timeZone, url: 'https://clinic.example.org/v/a' },
        { start: new Date('2027-03-19T13:00:00Z'), timeZone: facts.timeZone, url: 'https://clinic.example.org/v/b' },
      ],
    });
    expect(text).toContain('Thursday, March 18, 2027 at 9:00 AM EDT:\nhttps://clinic.example.org/v/a');
    expect(text).toContain('https://clinic.example.org/v/b');
  });
});

describe('messages to somebody who waits', () => {
  const offered: OfferFacts = {
    ...facts,
    start: new Date('2027-03-17T14:00:00Z'),
    url: 'https://clinic.example.org/offer/token',
    answerUntil: new Date('2027-03-16T14:00:00Z'),
    replacesVisit: false,
    firstWins: false,
  };
  const offer = (kind: OfferMessageKind, language: WrittenLanguage, extra: Partial<OfferFacts> = {}) =>
    compose(offerMessages[kind]({ ...offered, ...extra }, messageCatalog(language)), language);

  it('an offer says what, where and until when, on the clocks of the clinic and the reader', () => {
    const { text, short, subject } = offer('waitlist-offer', 'en');
    expect(subject).toBe('A free time for you: Wed, Mar 17, 10:00 AM EDT');
    expect(text).toContain('When: Wednesday, March 17, 2027 at 10:00 AM EDT');
    expect(text).toContain('1 Pier Road');
    expect(text).toContain('Please answer by: Tuesday, March 16, 2027 at 10:00 AM EDT');
    expect(text).toContain('Nobody else can take this time');
    expect(short).toContain('Answer by Tue, Mar 16, 10:00 AM EDT');
    const west = offer('waitlist-offer', 'es', { patientTimeZone: 'America/Los_Angeles' }).text;
    expect(west).toMatch(/Por favor, responda antes de: martes, 16 de marzo de 2027.*7:00.*PDT/);
  });

  it('says so honestly when several were asked at once, and when a visit would move', () => {
    const { text } = offer('waitlist-offer', 'en', { firstWins: true, replacesVisit: true });
    expect(text).toContain('Whoever answers first has it');
    expect(text).not.toContain('Nobody else can take');
    expect(text).toContain('your present appointment moves');
  });

  it.each(Object.keys(offerMessages) as OfferMessageKind[])('%s has the link and someone to call', (kind) => {
    for (const language of writtenLanguages) {
      const { text, html, short } = offer(kind, language);
      for (const form of [text, html, short]) expect(form).toContain(offered.url);
      expect(text).toContain('+1 617 555 0100');
    }
  });

  it.each(Object.keys(wishMessages) as WishMessageKind[])('%s says until when, and has the link', (kind) => {
    for (const language of writtenLanguages) {
      const about = { clinic: 'Harbor Clinic', phone: null, url: 'https://clinic.example.org/portal/waiting/w', until: offered.answerUntil, timeZone: facts.timeZone }; // prettier-ignore
      const { text, short } = compose(wishMessages[kind](about, messageCatalog(language)), language);
      expect(text).toContain('2027');
      // Languages that have no name of their own for the zone say its offset.
      expect(text).toMatch(/10:00.*(EDT|GMT-4|غرينتش-4)|(EDT|GMT-4).*10:00/);
      for (const form of [text, short]) expect(form).toContain(about.url);
    }
  });
});

describe('messages about an account', () => {
  const account: AccountFacts = {
    clinic: 'Harbor Clinic',
    phone: null,
    url: 'https://clinic.example.org/portal/claim/x',
    code: '424242',
    until: new Date('2027-03-17T14:00:00Z'),
    timeZone: 'America/New_York',
  };
  it.each(Object.keys(accountMessages) as AccountMessageKind[])('%s says until when it works', (kind) => {
    for (const language of writtenLanguages) {
      const { text } = compose(accountMessages[kind](account, messageCatalog(language)), language);
      // Languages that have no name of their own for the zone say its offset.
      expect(text).toMatch(/10:00.*(EDT|GMT-4|غرينتش-4)|(EDT|GMT-4).*10:00/);
      expect(text).toContain(kind === 'account-claim-code' ? '424242' : account.url);
    }
  });
});

describe('calendar files', () => {
  const visit = {
    id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    host: 'clinic.example.org',
    version: 2,
    start: new Date('2027-03-17T14:00:00Z'),
    end: new Date('2027-03-17T14:30:00Z'),
    summary: 'Appointment at Harbor Clinic; Downtown, "North"',
    place: 'Línea muy larga '.repeat(12),
    at: new Date('2027-03-01T00:00:00Z'),
  };
  it('keep their identity when a visit moves, and rank a cancellation above what it cancels', () => {
    const request = calendarFile('REQUEST', visit);
    expect(request).toContain('UID:7c9e6679-7425-40de-944b-e07fc1f90ae7@clinic.example.org\r\n');
    expect(request).toContain('SEQUENCE:2\r\n');
    expect(request).toContain('DTSTART:20270317T140000Z\r\n');
    const cancel = calendarFile('CANCEL', visit);
    expect(cancel).toContain('METHOD:CANCEL\r\n');
    expect(cancel).toContain('SEQUENCE:3\r\n');
    expect(cancel).toContain('STATUS:CANCELLED\r\n');
  });
  it('are folded at 75 octets and escaped (RFC 5545)', () => {
    const file = calendarFile('PUBLISH', visit);
    for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(file.replaceAll('\r\n ', '')).toContain('SUMMARY:Appointment at Harbor Clinic\\; Downtown\\, "North"');
    expect(file.replaceAll('\r\n ', '')).toContain('Línea muy larga Línea');
  });
});
