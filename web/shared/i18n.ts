/** Words by key, with `{name}` filled in and plurals by the language's own rules. Knows no framework. */
export type Messages = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;

/** `count` chooses between `key_one`, `key_other` ... (CLDR plural categories). */
export type BaseKey<K extends string> = K extends `${infer B}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}`
  ? B
  : K;

export type Translate<K extends string> = (key: BaseKey<K>, values?: Values) => string;

/**
 * @param language BCP 47, for the plural rules
 * @returns the text, or the key itself where there is none: a hole shows, and the test of equal keys finds it before
 */
export function translator<K extends string>(language: string, messages: Readonly<Record<K, string>>): Translate<K> {
  const plural = new Intl.PluralRules(language);
  // A name from left to right inside a line from right to left keeps its comma on the right side (Unicode FSI and PDI).
  const blank = (value: string | number): string =>
    typeof value === 'string' && language.startsWith('ar') ? `\u2068${value}\u2069` : String(value);
  const all: Messages = messages;
  return (key, values = {}) => {
    const { count } = values;
    const chosen =
      typeof count === 'number' ? (all[`${key}_${plural.select(count)}`] ?? all[`${key}_other`]) : undefined;
    const text = chosen ?? all[key] ?? key;
    return text.replaceAll(/\{(\w+)\}/g, (hole, name: string) => (name in values ? blank(values[name] ?? '') : hole));
  };
}
