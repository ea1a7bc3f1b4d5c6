/** One function a kind of message to somebody who waits. What they are given is all they can say. */
import { longTime, shortTime } from '../../domain/calendar/time-words.ts';
import type { VisitMode } from '../../workflows/messages/appointment.ts';
import type { MessageParts } from './compose.ts';
import type { MessageCatalog } from './locales/en.ts';

/** No visit type, no reason, no practitioner, no name, as for visits (I24); and nothing of anybody else who waits. */
export interface OfferFacts {
  readonly clinic: string;
  readonly start: Date;
  /** The location's zone. */
  readonly timeZone: string;
  readonly patientTimeZone: string | null;
  readonly mode: VisitMode;
  readonly placeLines: readonly string[];
  readonly phone: string | null;
  /** The offer's own link (activities/offer-token.ts). */
  readonly url: string;
  readonly answerUntil: Date;
  /** Accepting moves the visit that the patient has. */
  readonly replacesVisit: boolean;
  /** Others were asked at the same time: the first answer has it (C6). */
  readonly firstWins: boolean;
}

export interface WishFacts {
  readonly clinic: string;
  readonly phone: string | null;
  /** The patient's page of their wishes; signing in is needed. */
  readonly url: string;
  readonly until: Date;
  readonly timeZone: string;
}

export const offerMessages = {
  'waitlist-offer': (facts, c) => {
    const words = c['waitlist-offer'];
    const until = longTime(facts.answerUntil, clockOf(facts), c.formats);
    return {
      subject: words.subject(short(facts, c)),
      lead: words.lead,
      facts: [...when(facts, c), { label: c.where, lines: place(facts, c) }, { label: words.answerBy, lines: [until] }],
      paragraphs: [
        facts.firstWins ? words.firstWins : words.kept,
        ...(facts.replacesVisit ? [words.replaces] : []),
        words.next,
      ],
      links: [{ label: words.action, url: facts.url }],
      ...ending(facts, c),
      short: `${facts.clinic}: ${words.lead} ${short(facts, c)}. ${words.shortUntil(shortTime(facts.answerUntil, clockOf(facts), c.formats))} ${facts.url}`,
    };
  },
  'waitlist-offer-withdrawn': (facts, c) => over(facts, c, c['waitlist-offer-withdrawn']),
  'waitlist-offer-superseded': (facts, c) => over(facts, c, c['waitlist-offer-superseded']),
} as const satisfies Record<string, (facts: OfferFacts, catalog: MessageCatalog) => MessageParts>;

export const wishMessages = {
  'waitlist-expiry-notice': (facts, c) => aboutWish(facts, c, c['waitlist-expiry-notice']),
  'waitlist-expired': (facts, c) => aboutWish(facts, c, c['waitlist-expired']),
} as const satisfies Record<string, (facts: WishFacts, catalog: MessageCatalog) => MessageParts>;

export type OfferMessageKind = keyof typeof offerMessages;
export type WishMessageKind = keyof typeof wishMessages;
export const isOfferMessage = (kind: string): kind is OfferMessageKind => Object.hasOwn(offerMessages, kind);
export const isWishMessage = (kind: string): kind is WishMessageKind => Object.hasOwn(wishMessages, kind);

/** A deadline is read on the reader's own clock, where it is known. */
const clockOf = (facts: OfferFacts): string => facts.patientTimeZone ?? facts.timeZone;

const short = ({ start, timeZone }: OfferFacts, c: MessageCatalog): string => shortTime(start, timeZone, c.formats);

interface OverWords {
  readonly subject: (when: string) => string;
  readonly lead: string;
  readonly next: string;
  readonly action: string;
}

function over(facts: OfferFacts, c: MessageCatalog, words: OverWords): MessageParts {
  return {
    subject: words.subject(short(facts, c)),
    lead: words.lead,
    facts: when(facts, c),
    paragraphs: [words.next],
    links: [{ label: words.action, url: facts.url }],
    ...ending(facts, c),
    short: `${facts.clinic}: ${words.lead} ${short(facts, c)}. ${facts.url}`,
  };
}

interface WishWords {
  readonly subject: () => string;
  readonly lead: (until: string) => string;
  readonly next: string;
  readonly action: string;
}

function aboutWish(facts: WishFacts, c: MessageCatalog, words: WishWords): MessageParts {
  const lead = words.lead(longTime(facts.until, facts.timeZone, c.formats));
  return {
    subject: words.subject(),
    lead,
    facts: [],
    paragraphs: [words.next],
    links: [{ label: words.action, url: facts.url }],
    ...ending(facts, c),
    short: `${facts.clinic}: ${lead} ${facts.url}`,
  };
}

const ending = (facts: OfferFacts | WishFacts, c: MessageCatalog): Pick<MessageParts, 'help' | 'footer'> => ({
  help: facts.phone === null ? c.askUs : c.callUs(facts.phone),
  footer: c.footer(facts.clinic),
});

/** The clinic's time always; the patient's own beside it when the clocks there say something else. */
function when({ start, timeZone, patientTimeZone }: OfferFacts, c: MessageCatalog): MessageParts['facts'] {
  const there = longTime(start, timeZone, c.formats);
  const here = patientTimeZone === null ? there : longTime(start, patientTimeZone, c.formats);
  return [{ label: c.when, lines: [there] }, ...(here === there ? [] : [{ label: c.whenForYou, lines: [here] }])];
}

function place(facts: OfferFacts, c: MessageCatalog): string[] {
  if (facts.mode !== 'in-person') return [c.place[facts.mode]('')];
  const [first = facts.clinic, ...rest] = facts.placeLines;
  return [c.place['in-person'](first), ...rest];
}
