/**
 * What is wrong with answers, item by item. Page and server call the same function; only the server knows patterns, through
 * a matcher that takes linear time (domain/questionnaire/questionnaire-patterns.ts), so that a page carries no second engine of them.
 */
import { enabledItems, isBlank, mostRows, type EnabledItem, type Place } from './questionnaire-evaluation.ts';
import {
  allItems,
  extensionOf,
  isCalculated,
  isHidden,
  isQuestion,
  isRepeatingGroup,
  offersNotToSay,
  valueOf,
  type Questionnaire,
  type QuestionnaireItem,
} from './questionnaire.ts';
import {
  isCoding,
  isDeclined,
  isQuantity,
  type Answers,
  type AnswerValue,
  type Finding,
} from './questionnaire-answers.ts';
import { isOptionValue, shapeFinding } from './questionnaire-values.ts';

export interface CheckOptions {
  /** Also what is missing: for a step that is to be accepted. */
  readonly complete: boolean;
  /** The day at the clinic, YYYY-MM-DD, for dates that may not lie in the future or the past; unknown: not checked. */
  readonly today?: string | undefined;
  /** The whole text matches the pattern; a page leaves it out and lets the server say. */
  readonly matches?: ((pattern: string, text: string) => boolean) | undefined;
}

/** Rows and answers per item where the definition sets no bound; findings in all. */
export const maximum = { occurs: mostRows, findings: 200 } as const;

type Bare = Omit<Finding, 'linkId' | 'path'>;

const escaped = (part: string | number): string =>
  String(part).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
const pathOf = (...parts: (string | number)[]): string => ['/answers', ...parts.map(escaped)].join('/');

/** Nothing is found in answers that `withoutDisabled` kept and that are right. Order: as the items stand. */
export function checkAnswers(questionnaire: Questionnaire, answers: Answers, options: CheckOptions): Finding[] {
  const enabled = new Map<string, EnabledItem>();
  for (const each of enabledItems(questionnaire, answers))
    enabled.set(JSON.stringify([each.place, each.item.linkId]), each);
  return checkLevel(questionnaire.item, answers, [], { options, enabled }).slice(0, maximum.findings);
}

interface Checking {
  readonly options: CheckOptions;
  readonly enabled: ReadonlyMap<string, EnabledItem>;
}

/** Items whose answers stand in the same map: everything but the children of a repeating group. */
function level(items: readonly QuestionnaireItem[]): QuestionnaireItem[] {
  return items.flatMap((item) => (isRepeatingGroup(item) ? [item] : [item, ...level(item.item ?? [])]));
}

function checkLevel(
  items: readonly QuestionnaireItem[],
  answers: Answers,
  place: Place,
  checking: Checking,
): Finding[] {
  const here = level(items);
  const bearing = new Set(
    here.filter((item) => isQuestion(item) || isRepeatingGroup(item)).map(({ linkId }) => linkId),
  );
  const unknown = Object.keys(answers)
    .filter((key) => !bearing.has(key))
    .slice(0, maximum.findings)
    .map((key): Finding => ({ linkId: key.slice(0, 100), path: pathOf(...place, key), code: 'unknown-item' }));
  return [...here.flatMap((item) => checkItem(item, answers, place, checking)), ...unknown];
}

function checkItem(item: QuestionnaireItem, answers: Answers, place: Place, checking: Checking): Finding[] {
  const { options, enabled } = checking;
  const path = pathOf(...place, item.linkId);
  const about = (finding: Bare): Finding => ({ linkId: item.linkId, path, ...finding });
  const raw: unknown = Object.hasOwn(answers, item.linkId) ? answers[item.linkId] : undefined;
  if (raw !== undefined && !Array.isArray(raw)) return bears(item) ? [about({ code: 'type' })] : [];
  const given = ((raw as readonly unknown[] | undefined) ?? []).map((value, index) => ({ value, index }));
  const said = given.filter(({ value }) => !isBlank(value));

  const asked = enabled.has(JSON.stringify([place, item.linkId]));
  if (!asked) return said.length > 0 && bears(item) ? [about({ code: 'disabled-item' })] : [];
  if (item.type === 'display') return [];
  if (item.type === 'group' && !isRepeatingGroup(item)) {
    return options.complete && item.required === true && !anyAnswer(item, answers, place, enabled)
      ? [about({ code: 'required' })]
      : [];
  }

  const most = item.repeats === true ? (extensionOf(item, 'maxOccurs')?.valueInteger ?? maximum.occurs) : 1;
  if (said.length > most) return [about({ code: 'too-many', limit: most })];
  const missing = options.complete ? missingIn(item, said.length) : null;
  if (missing !== null) return [about(missing)];

  if (isRepeatingGroup(item)) {
    return given.flatMap(({ value, index }) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? checkLevel(item.item ?? [], value as Answers, [...place, item.linkId, index], checking)
        : [{ linkId: item.linkId, path: `${path}/${index}`, code: 'type' as const }],
    );
  }
  return [
    ...said.flatMap(({ value, index }) => {
      const found = valueFinding(item, value, options);
      return found === null ? [] : [{ linkId: item.linkId, path: `${path}/${index}`, ...found }];
    }),
    ...together(
      item,
      said.map(({ value }) => value),
    ).map(about),
  ];
}

const bears = (item: QuestionnaireItem): boolean => isQuestion(item) || isRepeatingGroup(item);

function missingIn(item: QuestionnaireItem, count: number): Bare | null {
  // What is calculated cannot be missing by somebody's fault.
  if (isCalculated(item) || isHidden(item)) return null;
  if (item.required === true && count === 0) return { code: 'required' };
  const least = item.repeats === true ? (extensionOf(item, 'minOccurs')?.valueInteger ?? 0) : 0;
  return count < least && (item.required === true || count > 0) ? { code: 'too-few', limit: least } : null;
}

function anyAnswer(group: QuestionnaireItem, answers: Answers, place: Place, enabled: Checking['enabled']): boolean {
  return level(group.item ?? []).some((item) => {
    const raw: unknown = Object.hasOwn(answers, item.linkId) ? answers[item.linkId] : undefined;
    const asked = enabled.has(JSON.stringify([place, item.linkId]));
    return asked && bears(item) && Array.isArray(raw) && raw.some((value) => !isBlank(value));
  });
}

function valueFinding(item: QuestionnaireItem, value: unknown, options: CheckOptions): Bare | null {
  if (offersNotToSay(item) && isDeclined(value)) return null;
  const shape = shapeFinding(item, value);
  if (shape !== null) return shape;
  const dates = dateFinding(item, value, options.today);
  if (dates !== null) return dates;
  const pattern = extensionOf(item, 'regex')?.valueString;
  if (pattern === undefined || options.matches === undefined || typeof value !== 'string') return null;
  if (options.matches(pattern, value)) return null;
  return { code: 'pattern', limit: extensionOf(item, 'entryFormat')?.valueString };
}

/** Only as precisely as it was given: this year is not in the future. */
function dateFinding(item: QuestionnaireItem, value: unknown, today: string | undefined): Bare | null {
  if (today === undefined || typeof value !== 'string') return null;
  const precision = Math.min(value.length, today.length);
  const [given, now] = [value.slice(0, precision), today.slice(0, precision)];
  if (extensionOf(item, 'notInFuture')?.valueBoolean === true && given > now) return { code: 'in-future' };
  return extensionOf(item, 'notInPast')?.valueBoolean === true && given < now ? { code: 'in-past' } : null;
}

/** Rules between the answers of one item: nothing twice, and what stands alone alone. */
function together(item: QuestionnaireItem, values: readonly unknown[]): Bare[] {
  if (values.length < 2) return [];
  const keys = values.map((value) => (isCoding(value) ? `=${value.code}` : JSON.stringify(value)));
  const found: Bare[] = [];
  if (isChoice(item) && new Set(keys).size < keys.length) found.push({ code: 'duplicate' });
  const alone = (value: unknown): boolean =>
    isDeclined(value) ||
    (item.answerOption ?? []).some(
      (option) => extensionOf(option, 'optionExclusive')?.valueBoolean === true && isOptionValue(option, value),
    );
  if (values.some(alone)) found.push({ code: 'not-alone' });
  return found;
}

const isChoice = (item: QuestionnaireItem): boolean => item.type === 'choice' || item.type === 'open-choice';

/**
 * As answers are kept: a coding is its code, nothing of what a page sends beside it; a quantity its number and unit. Call it
 * with answers in which nothing was found.
 */
export function normalized(questionnaire: Questionnaire, answers: Answers): Answers {
  const byId = new Map(allItems(questionnaire).map((item) => [item.linkId, item]));
  const plain = (value: AnswerValue | Answers): AnswerValue | Answers => {
    if (isCoding(value)) return { code: value.code };
    if (isQuantity(value)) return { value: value.value, ...(value.unit !== undefined && { unit: value.unit }) };
    return value;
  };
  return Object.fromEntries(
    Object.entries(answers).map(([linkId, given]) => {
      const item = byId.get(linkId);
      if (item !== undefined && isRepeatingGroup(item))
        return [linkId, given.map((row) => normalized({ ...questionnaire, item: item.item ?? [] }, row as Answers))];
      const coded = item?.answerOption?.map(valueOf).filter((value) => value !== undefined) ?? [];
      return [
        linkId,
        given.map(plain).map((value) => (typeof value === 'string' && !coded.includes(value) ? value.trim() : value)),
      ];
    }),
  );
}
