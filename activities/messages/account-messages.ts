/** One function a kind of message about an account: a link or a code that works once, and until when. */
import { longTime } from '../../domain/calendar/time-words.ts';
import type { MessageParts } from './compose.ts';
import type { MessageCatalog } from './locales/en.ts';

export interface AccountFacts {
  readonly clinic: string;
  readonly phone: string | null;
  /** Empty for a code. */
  readonly url: string;
  /** Only for 'account-claim-code'. */
  readonly code: string;
  readonly until: Date;
  readonly timeZone: string;
}

export type AccountMessage = (facts: AccountFacts, catalog: MessageCatalog) => MessageParts;

export const accountMessages = {
  'staff-invitation': (facts, c) => {
    const words = c['staff-invitation'];
    return withLink(facts, c, { ...words, subject: words.subject(facts.clinic), lead: words.lead(facts.clinic) });
  },
  'password-reset': (facts, c) => {
    const words = c['password-reset'];
    return withLink(facts, c, { ...words, subject: words.subject() });
  },
  'account-claim': (facts, c) => {
    const words = c['account-claim'];
    return withLink(facts, c, { ...words, subject: words.subject(facts.clinic), lead: words.lead(facts.clinic) });
  },
  'account-claim-code': (facts, c) => {
    const words = c['account-claim-code'];
    const until = words.until(longTime(facts.until, facts.timeZone, c.formats));
    return {
      subject: words.subject(),
      lead: words.lead(facts.code),
      facts: [],
      paragraphs: [until, words.next],
      links: [],
      help: help(facts, c),
      footer: c.footer(facts.clinic),
      short: `${facts.clinic}: ${words.lead(facts.code)}. ${until}`,
    };
  },
} as const satisfies Record<string, AccountMessage>;

export type AccountMessageKind = keyof typeof accountMessages;
export const isAccountMessage = (kind: string): kind is AccountMessageKind => Object.hasOwn(accountMessages, kind);

interface LinkWords {
  readonly subject: string;
  readonly lead: string;
  readonly action: string;
  readonly until: (until: string) => string;
  readonly next: string;
}

function withLink(facts: AccountFacts, c: MessageCatalog, words: LinkWords): MessageParts {
  return {
    subject: words.subject,
    lead: words.lead,
    facts: [],
    paragraphs: [words.until(longTime(facts.until, facts.timeZone, c.formats)), words.next],
    links: [{ label: words.action, url: facts.url }],
    help: help(facts, c),
    footer: c.footer(facts.clinic),
    short: `${words.lead} ${facts.url}`,
  };
}

const help = (facts: AccountFacts, c: MessageCatalog): string =>
  facts.phone === null ? c.askUs : c.callUs(facts.phone);
