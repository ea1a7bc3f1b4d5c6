/** One function a kind of message about a visit. What they are given is all they can say. */
import { longTime, shortTime } from '../../domain/calendar/time-words.ts';
import type { VisitMode } from '../../workflows/messages/appointment.ts';
import type { MessageParts } from './compose.ts';
import type { MessageCatalog } from './locales/en.ts';

/** No visit type, no reason, no practitioner, no name: a template cannot leak what it does not get (I24). */
export interface VisitFacts {
  readonly clinic: string;
  /** Null only for a request that names no time. */
  readonly start: Date | null;
  /** The location's zone. */
  readonly timeZone: string;
  /** The patient's own zone, when known. */
  readonly patientTimeZone: string | null;
  readonly mode: VisitMode;
  readonly placeLines: readonly string[];
  readonly phone: string | null;
  /** The visit's own link (activities/visit-token.ts). */
  readonly url: string;
  /** The way into a visit by video, where this message carries it. */
  readonly joinUrl?: string | null | undefined;
  readonly askConfirm: boolean;
  /** Where the time is given to somebody else otherwise (B17). */
  readonly confirmBy?: Date | null | undefined;
  readonly heldUntil: Date | null;
  /** The person knows of the cancellation: what is new, or still open, are the times that are held. */
  readonly toldBefore: boolean;
  /** Times held instead of a visit that the clinic cancelled. */
  readonly alternatives: readonly { readonly start: Date; readonly timeZone: string; readonly url: string }[];
  /** Other visits of which the same is true: a series is told of once. */
  readonly also?: readonly { readonly start: Date; readonly timeZone: string }[] | undefined;
}

export type VisitMessage = (facts: VisitFacts, catalog: MessageCatalog) => MessageParts;

export const visitMessages = {
  booked: (facts, c) =>
    about(facts, c, {
      subject: c.booked.subject(short(facts, c)),
      lead: c.booked.lead,
      paragraphs: [c.booked.next],
    }),
  'awaiting-approval': (facts, c) =>
    about(facts, c, {
      subject: c['awaiting-approval'].subject(),
      lead: c['awaiting-approval'].lead,
      paragraphs: [c['awaiting-approval'].next],
    }),
  'not-approved': (facts, c) =>
    about(facts, c, {
      subject: c['not-approved'].subject(),
      lead: c['not-approved'].lead,
      paragraphs: [c['not-approved'].next],
    }),
  rescheduled: (facts, c) =>
    about(facts, c, {
      subject: c.rescheduled.subject(short(facts, c)),
      lead: c.rescheduled.lead,
      paragraphs: [c.rescheduled.next],
    }),
  cancelled: (facts, c) =>
    about(facts, c, {
      subject: c.cancelled.subject(short(facts, c)),
      lead: c.cancelled.lead,
      paragraphs: [c.cancelled.next],
    }),
  'cancelled-by-clinic': (facts, c) => {
    const words = c['cancelled-by-clinic'];
    const until = facts.heldUntil === null ? null : longTime(facts.heldUntil, facts.timeZone, c.formats);
    const offers = until !== null && facts.alternatives.length > 0;
    const news = facts.toldBefore ? words.again : words;
    return about(facts, c, {
      subject: news.subject(short(facts, c)),
      lead: news.lead,
      paragraphs: [news.next, ...(offers ? [words.alternatives(until)] : [])],
      links: offers
        ? facts.alternatives.map(({ start, timeZone, url }) => ({ label: longTime(start, timeZone, c.formats), url }))
        : [{ label: c.seeVisit, url: facts.url }],
    });
  },
  unconfirmed: (facts, c) =>
    about(facts, c, {
      subject: c.unconfirmed.subject(short(facts, c)),
      lead: c.unconfirmed.lead,
      paragraphs: [c.unconfirmed.next],
    }),
  reminder: (facts, c) =>
    about(facts, c, {
      subject: c.reminder.subject(short(facts, c)),
      lead: c.reminder.lead,
      paragraphs: [
        ...(facts.joinUrl == null ? [] : [c.reminder.join]),
        ...(facts.askConfirm ? [c.reminder.ask] : []),
        ...deadline(facts, c),
        c.reminder.next,
      ],
      links: [
        ...(facts.joinUrl == null ? [] : [{ label: c.joinVisit, url: facts.joinUrl }]),
        { label: facts.askConfirm ? c.confirmVisit : c.seeVisit, url: facts.url },
      ],
    }),
} as const satisfies Record<string, VisitMessage>;

export type VisitMessageKind = keyof typeof visitMessages;
export const isVisitMessage = (kind: string): kind is VisitMessageKind => Object.hasOwn(visitMessages, kind);

const short = ({ start, timeZone, clinic }: VisitFacts, c: MessageCatalog): string =>
  start === null ? clinic : shortTime(start, timeZone, c.formats);

function about(
  facts: VisitFacts,
  c: MessageCatalog,
  words: Pick<MessageParts, 'subject' | 'lead' | 'paragraphs'> & Partial<Pick<MessageParts, 'links'>>,
): MessageParts {
  return {
    ...words,
    facts: [...when(facts, c), ...also(facts, c), { label: c.where, lines: place(facts, c) }],
    links: words.links ?? [{ label: c.seeVisit, url: facts.url }],
    help: facts.phone === null ? c.askUs : c.callUs(facts.phone),
    footer: c.footer(facts.clinic),
    short: [
      `${facts.clinic}: ${words.lead}`,
      ...(facts.start === null ? [] : [`${short(facts, c)}.`]),
      ...(facts.confirmBy === null || facts.confirmBy === undefined
        ? []
        : [c.smsConfirmBy(shortTime(facts.confirmBy, facts.timeZone, c.formats))]),
      ...(facts.joinUrl == null ? [] : [c.smsJoin(facts.joinUrl)]),
      facts.askConfirm ? c.smsConfirm(facts.url) : c.smsLink(facts.url),
    ].join(' '),
  };
}

/** The clinic's time always; the patient's own beside it when the clocks there say something else. */
function when({ start, timeZone, patientTimeZone }: VisitFacts, c: MessageCatalog): MessageParts['facts'] {
  if (start === null) return [];
  const there = longTime(start, timeZone, c.formats);
  const here = patientTimeZone === null ? there : longTime(start, patientTimeZone, c.formats);
  return [{ label: c.when, lines: [there] }, ...(here === there ? [] : [{ label: c.whenForYou, lines: [here] }])];
}

function deadline({ confirmBy, timeZone }: VisitFacts, c: MessageCatalog): string[] {
  return confirmBy === null || confirmBy === undefined
    ? []
    : [c.reminder.deadline(longTime(confirmBy, timeZone, c.formats))];
}

function also({ also: visits = [] }: VisitFacts, c: MessageCatalog): MessageParts['facts'] {
  if (visits.length === 0) return [];
  return [{ label: c.also, lines: visits.map(({ start, timeZone }) => longTime(start, timeZone, c.formats)) }];
}

function place(facts: VisitFacts, c: MessageCatalog): string[] {
  if (facts.mode !== 'in-person') return [c.place[facts.mode]('')];
  const [first = facts.clinic, ...rest] = facts.placeLines;
  return [c.place['in-person'](first), ...rest];
}
