/** What is wrong with answers, in words, and at which field. */
import type { Finding } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { allItems, extensionOf } from '../../../domain/questionnaire/questionnaire.ts';
import type { Questionnaire } from '../../../domain/questionnaire/questionnaire.ts';
import type { FieldError } from '../../shared/api-client.ts';
import type { Words } from '../words.tsx';

export interface ItemProblem {
  /** The item's own place: `allergies.list/0/allergies.substance`, without the number of the value. */
  readonly place: string;
  /** The first linkId of it, which names the page. */
  readonly top: string;
  /** Names the question and what is wrong. */
  readonly text: string;
  /** What is wrong alone, beside the field. */
  readonly short: string;
}

/** The id of a field in the page, from the place of its item. */
export const fieldId = (place: string): string => `q-${place.replaceAll('/', '-')}`;

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** `/answers/a/0/b/1` and `/body/answers/…` alike. */
function placeOf(path: string): { place: string; linkId: string; top: string } {
  const parts = path
    .replace(/^(\/body)?\/answers\//, '')
    .split('/')
    .map(unescaped);
  if (/^\d+$/.test(parts.at(-1) ?? '')) parts.pop();
  return { place: parts.join('/'), linkId: parts.at(-1) ?? '', top: parts[0] ?? '' };
}

const codes = new Set([
  'required', 'type', 'min', 'max', 'too-long', 'too-short', 'too-many', 'too-few', 'decimals', 'pattern', 'not-alone',
  'duplicate', 'in-future', 'in-past',
  'guardian-needed', 'own-signature',
]); // prettier-ignore

export function problemsOf(
  questionnaire: Questionnaire,
  found: readonly (Pick<Finding, 'path' | 'code' | 'limit'> | FieldError)[],
  t: Words,
): ItemProblem[] {
  const items = new Map(allItems(questionnaire).map((item) => [item.linkId, item]));
  const seen = new Set<string>();
  return found.flatMap((each) => {
    const { place, linkId, top } = placeOf(each.path);
    if (seen.has(place)) return [];
    seen.add(place);
    const item = items.get(linkId);
    const limit = 'limit' in each ? each.limit : undefined;
    const format = item && extensionOf(item, 'entryFormat')?.valueString;
    const code = codes.has(each.code) ? each.code : 'other';
    const short =
      code === 'pattern' && format !== undefined
        ? t('intake.error.format', { example: format })
        : item?.type === 'date' && code === 'type'
          ? t('intake.error.date')
          : t(`intake.error.${code}` as 'intake.error.required', { limit: limit ?? '' });
    // "Name: Please answer this" says which of several.
    const question = item?.text ?? '';
    return [{ place, top, short, text: question === '' ? short : `${question} – ${short}` }];
  });
}
