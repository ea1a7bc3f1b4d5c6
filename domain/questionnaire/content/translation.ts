/** Short forms for translations whose texts stand at several questions. */

/** By key: `title`, a linkId, `linkId:why`, `linkId=code` (domain/questionnaire/questionnaire.ts, Translations). */
export type Texts = Readonly<Record<string, string>>;

/** The same options at several questions. */
export const options = (linkIds: readonly string[], texts: Texts): Texts =>
  Object.fromEntries(linkIds.flatMap((id) => Object.entries(texts).map(([code, text]) => [`${id}=${code}`, text])));

/** The same questions in several groups: `payer` is `insurance.payer` and `insurance2.payer`. */
export const under = (prefixes: readonly string[], texts: Texts): Texts =>
  Object.fromEntries(
    prefixes.flatMap((prefix) => Object.entries(texts).map(([key, text]) => [`${prefix}.${key}`, text])),
  );

/** One text at several keys. */
export const everywhere = (keys: readonly string[], text: string): Texts =>
  Object.fromEntries(keys.map((key) => [key, text]));
