/**
 * A text that somebody signs. Immutable once published: another text is another version, which everybody signs anew (D3).
 * What is hashed and shown is `signedText`, so that the two cannot differ.
 */
import type { WrittenLanguage } from '../../language.ts';

export const consentKinds = [
  'treatment',
  'privacy-practices',
  'financial-responsibility',
  'electronic-communication',
] as const;
export type ConsentKind = (typeof consentKinds)[number];

export interface ConsentText {
  readonly title: string;
  /** Two or three sentences, read before the whole. */
  readonly summary: string;
  /** In order; plain text, never markup. */
  readonly sections: readonly { readonly heading: string; readonly paragraphs: readonly string[] }[];
}

export interface ConsentDocument {
  readonly kind: ConsentKind;
  readonly version: string;
  /** Without it an intake cannot be approved; the others are offered. */
  readonly required: boolean;
  /** Our own words: a clinic's counsel adapts them before anybody signs (docs/operations.md, consent documents). */
  readonly template: boolean;
  readonly texts: Readonly<Record<WrittenLanguage, ConsentText>>;
}

/** The whole text as it is shown and hashed: title, summary, headings and paragraphs, a blank line between them. */
export const signedText = ({ title, summary, sections }: ConsentText): string =>
  [title, summary, ...sections.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs])].join('\n\n');

/** The same of a text that an administrator wrote: paragraphs with a blank line between them, nothing at the ends. */
export const publishedText = (title: string, text: string): string =>
  [title, ...text.replaceAll('\r\n', '\n').split(/\n[ \t]*(?:\n[ \t]*)+/)]
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');

/** What comes after a version: 2 after 1, 3.1 after 3. */
export const nextVersion = (version: string): string =>
  /^\d+$/.test(version) ? String(Number(version) + 1) : `${version}.1`;
