/** Which of the languages we write somebody gets (BCP 47, RFC 4647 lookup: drop subtags from the right). */

/** What patients read: pages, messages and questionnaires exist in all of these. */
export const writtenLanguages = ['en', 'es', 'zh-Hans', 'vi', 'pt', 'ar'] as const;
export type WrittenLanguage = (typeof writtenLanguages)[number];

export const isRightToLeft = (language: string): boolean => /^ar\b/.test(language);

/** Chinese is told apart by script; who names only a place, or nothing, reads the script of that place (CLDR likely subtags). */
const simplifiedChinese = new Set(['zh', 'zh-cn', 'zh-sg', 'zh-my', 'cmn']);

/** `es-419-MX` gives `es-419-mx`, `es-419`, `es`; `es-x-private` never ends in a lone singleton (RFC 4647, 3.4). */
function rangesOf(tag: string): string[] {
  const parts = tag.trim().replaceAll('_', '-').toLowerCase().split('-').filter(Boolean);
  const ranges: string[] = [];
  while (parts.length > 0) {
    ranges.push(parts.join('-'));
    parts.pop();
    while (parts.length > 1 && parts.at(-1)!.length === 1) parts.pop();
  }
  return ranges;
}

export interface ChosenLanguage<L extends string> {
  readonly chosen: L;
  /** Every tag that was looked for, in order, the one that was found last: on record with each message. */
  readonly tried: readonly string[];
}

/**
 * The first of `wishes` (the person's, then the clinic's) that we write, by its own fallback chain; otherwise the first
 * language we write at all.
 */
export function languageByFallback<L extends string>(
  wishes: readonly (string | null | undefined)[],
  written: readonly [L, ...L[]],
): ChosenLanguage<L> {
  const tried: string[] = [];
  for (const wish of wishes) {
    for (const range of rangesOf(wish ?? '')) {
      const spelled = simplifiedChinese.has(range) ? 'zh-hans' : range;
      const found = written.find((language) => language.toLowerCase() === spelled);
      if (!tried.includes(range)) tried.push(range);
      if (found === undefined) continue;
      if (range !== found.toLowerCase()) tried.push(found);
      return { chosen: found, tried };
    }
  }
  return { chosen: written[0], tried: [...tried, written[0]] };
}

export const chooseLanguage = <L extends string>(
  wishes: readonly (string | null | undefined)[],
  written: readonly [L, ...L[]],
): L => languageByFallback(wishes, written).chosen;
