/** One function a kind of notice about an account: something has happened to it. No link, so that nothing can be imitated. */
import { longTime } from '../../domain/calendar/time-words.ts';
import type { MessageParts } from './compose.ts';
import type { MessageCatalog } from './locales/en.ts';

export interface NoticeFacts {
  readonly clinic: string;
  readonly phone: string | null;
  /** When it happened. */
  readonly at: Date;
  readonly timeZone: string;
}

export type AccountNotice = (facts: NoticeFacts, catalog: MessageCatalog) => MessageParts;

export const accountNotices = {
  'second-factor-removed': (facts, c) => {
    const words = c['second-factor-removed'];
    const lead = words.lead(longTime(facts.at, facts.timeZone, c.formats));
    return {
      subject: words.subject(),
      lead,
      facts: [],
      paragraphs: [words.next, words.notYou],
      links: [],
      help: facts.phone === null ? c.askUs : c.callUs(facts.phone),
      footer: c.footer(facts.clinic),
      short: `${facts.clinic}: ${lead} ${words.notYou}`,
    };
  },
} as const satisfies Record<string, AccountNotice>;

export type AccountNoticeKind = keyof typeof accountNotices;
export const isAccountNotice = (kind: string): kind is AccountNoticeKind => Object.hasOwn(accountNotices, kind);
