/** One function a kind of message about an intake: its link, its code, how it went. */
import { longTime } from '../../domain/calendar/time-words.ts';
import type { MessageParts } from './compose.ts';
import type { IntakeWords } from './intake-words.ts';
import type { MessageCatalog } from './locales/en.ts';

export interface IntakeFacts {
  readonly clinic: string;
  readonly phone: string | null;
  /** The link; for how it went the page of the intake, for whoever has an account. Empty for a code. */
  readonly url: string;
  /** Only for 'intake-code'. */
  readonly code: string;
  /** Null where nothing ends. */
  readonly until: Date | null;
  readonly timeZone: string;
}

export const intakeMessageKinds = [
  'intake-invitation',
  'intake-reminder',
  'intake-returned',
  'intake-new-link',
  'intake-code',
  'intake-received',
  'intake-approved',
  'intake-expired',
] as const;
export type IntakeMessageKind = (typeof intakeMessageKinds)[number];
export const isIntakeMessage = (kind: string): kind is IntakeMessageKind =>
  (intakeMessageKinds as readonly string[]).includes(kind);
/** Their words stand with a link; the others say how it went. */
export const isIntakeLinkMessage = (kind: IntakeMessageKind): boolean =>
  kind !== 'intake-received' && kind !== 'intake-approved' && kind !== 'intake-expired';

export function intakeMessage(
  kind: IntakeMessageKind,
  facts: IntakeFacts,
  words: IntakeWords,
  c: MessageCatalog,
): MessageParts {
  const until = facts.until === null ? null : longTime(facts.until, facts.timeZone, c.formats);
  const help = facts.phone === null ? c.askUs : c.callUs(facts.phone);
  const footer = c.footer(facts.clinic);
  if (kind === 'intake-code') {
    const said = words[kind];
    const ends = until === null ? [] : [said.until(until)];
    return {
      subject: said.subject,
      lead: said.lead(facts.code),
      facts: [],
      paragraphs: [...ends, said.next],
      links: [],
      help,
      footer,
      short: [`${facts.clinic}: ${said.lead(facts.code)}.`, ...ends].join(' '),
    };
  }
  const said = words[kind];
  const lead = said.lead(facts.clinic);
  const label = isIntakeLinkMessage(kind) ? words.open : words.see;
  return {
    subject: said.subject(facts.clinic),
    lead,
    facts: [],
    paragraphs: [...(until === null ? [] : [words.until(until)]), said.next],
    links: facts.url === '' ? [] : [{ label, url: facts.url }],
    help,
    footer,
    short: `${lead} ${facts.url}`.trim(),
  };
}
