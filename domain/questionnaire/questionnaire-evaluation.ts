/**
 * Which items are asked, given what has been answered: one evaluator for page and server. It looks at answers only, never
 * at texts. Calculated values are answers too (domain/questionnaire/questionnaire-calculation.ts puts them there, on the server; a page
 * takes them from the server's answer).
 *
 * Rules of FHIR R4 enableWhen, as read here (docs/questionnaires.md):
 * - a disabled item disables what stands under it, and its answers count as not given, for whatever looks at it;
 * - an item in a row of a repeating group sees the answers of its own row, then those around it; who looks into rows from
 *   outside sees the answers of all rows;
 * - `=`, `>`, `<`, `>=`, `<=` hold if any answer does; `!=` if no answer is equal, so also without an answer;
 * - who chose not to say has not answered for `exists` and comparisons, but is found by `=` with that coding.
 */
import {
  allItems,
  isRepeatingGroup,
  valueOf,
  type EnableWhen,
  type Questionnaire,
  type QuestionnaireItem,
} from './questionnaire.ts';
import {
  answersOf,
  isCoding,
  isDeclined,
  isQuantity,
  sameCoding,
  type Answers,
  type AnswerValue,
} from './questionnaire-answers.ts';

/** Where answers stand: `[]`, or group and row for each repeating group from the outside in. */
export type Place = readonly (string | number)[];

export interface EnabledItem {
  readonly item: QuestionnaireItem;
  /** Groups around it, from the outside in. */
  readonly groups: readonly QuestionnaireItem[];
  readonly place: Place;
  /** Its answers; rows if it is a repeating group. */
  readonly answers: readonly (AnswerValue | Answers)[];
}

interface Scope {
  readonly answers: Answers;
  readonly place: Place;
  /** The repeating group whose row this is; null: the questionnaire itself. */
  readonly owner: QuestionnaireItem | null;
  readonly outer: Scope | null;
}

interface Known {
  readonly item: QuestionnaireItem;
  /** Groups around it, from the outside in. */
  readonly groups: readonly QuestionnaireItem[];
  /** The innermost repeating group around it. */
  readonly owner: QuestionnaireItem | null;
}

/** Both numbers, both instants or both of one precision, else null: not comparable. */
function compare(answer: AnswerValue, expected: AnswerValue): number | null {
  if (isQuantity(answer) && isQuantity(expected)) {
    const sameUnit = expected.unit === undefined || answer.unit === expected.unit;
    return sameUnit ? Math.sign(answer.value - expected.value) : null;
  }
  if (typeof answer === 'number' && typeof expected === 'number') return Math.sign(answer - expected);
  if (typeof answer !== 'string' || typeof expected !== 'string') return null;
  if (answer.includes('T') && expected.includes('T')) {
    const difference = Date.parse(answer) - Date.parse(expected);
    return Number.isNaN(difference) ? null : Math.sign(difference);
  }
  // A year says nothing about a day in it (FHIRPath, comparison of different precision).
  const precision = Math.min(answer.length, expected.length);
  const [one, other] = [answer.slice(0, precision), expected.slice(0, precision)];
  if (one !== other) return one < other ? -1 : 1;
  return answer.length === expected.length ? 0 : null;
}

function equal(answer: AnswerValue, expected: AnswerValue): boolean {
  if (isCoding(answer) && isCoding(expected)) return sameCoding(answer, expected);
  // The code of an option that is plain text is that text.
  if (isCoding(expected) || isCoding(answer)) return false;
  if (typeof answer === 'boolean') return answer === expected;
  return compare(answer, expected) === 0;
}

export function expectedOf(condition: EnableWhen): AnswerValue | undefined {
  return (
    condition.answerCoding ??
    condition.answerBoolean ??
    condition.answerInteger ??
    condition.answerDecimal ??
    condition.answerDate ??
    condition.answerDateTime ??
    condition.answerTime ??
    condition.answerString ??
    condition.answerQuantity
  );
}

function holds(condition: EnableWhen, given: readonly AnswerValue[]): boolean {
  const said = given.filter((value) => !isDeclined(value));
  if (condition.operator === 'exists') return said.length > 0 === (condition.answerBoolean ?? true);
  const expected = expectedOf(condition);
  if (expected === undefined) return false;
  if (condition.operator === '=') return given.some((value) => equal(value, expected));
  if (condition.operator === '!=') return !given.some((value) => equal(value, expected));
  return said.some((value) => {
    const order = compare(value, expected);
    if (order === null) return false;
    if (condition.operator === '>') return order > 0;
    if (condition.operator === '<') return order < 0;
    return condition.operator === '>=' ? order >= 0 : order <= 0;
  });
}

const isRow = (value: AnswerValue | Answers): value is Answers =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The rows of a repeating group; what is no row is none (checkAnswers says so). */
export const rowsOf = (answers: Answers, group: QuestionnaireItem): readonly Answers[] =>
  answersOf(answers, group.linkId).filter(isRow);

function know(questionnaire: Questionnaire): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  const walk = (
    items: readonly QuestionnaireItem[],
    groups: readonly QuestionnaireItem[],
    owner: QuestionnaireItem | null,
  ): void => {
    for (const item of items) {
      known.set(item.linkId, { item, groups, owner });
      walk(item.item ?? [], [...groups, item], isRepeatingGroup(item) ? item : owner);
    }
  };
  walk(questionnaire.item, [], null);
  return known;
}

/** Answers to `what`, seen from `scope`: of the own row, of what is around it, or of all rows that lie elsewhere. */
function scopesFor(what: Known, from: Scope): readonly Scope[] {
  for (let scope: Scope | null = from; scope !== null; scope = scope.outer) {
    if (scope.owner === what.owner) return [scope];
  }
  // Into the rows of a group that is not around us: from the innermost scope that we share, through every row.
  const path = what.groups.filter(isRepeatingGroup);
  let shared: Scope = from;
  while (shared.outer !== null && !path.includes(shared.owner!)) shared = shared.outer;
  let scopes: Scope[] = [shared];
  for (const group of path.slice(shared.owner === null ? 0 : path.indexOf(shared.owner) + 1)) {
    scopes = scopes.flatMap((outer) => rowScopes(outer, group));
  }
  return scopes;
}

/** As many rows as one group may have at all; checkAnswers refuses more. */
export const mostRows = 100;

function rowScopes(outer: Scope, group: QuestionnaireItem): Scope[] {
  return answersOf(outer.answers, group.linkId)
    .slice(0, mostRows)
    .flatMap((row, index) =>
      isRow(row) ? [{ answers: row, place: [...outer.place, group.linkId, index], owner: group, outer }] : [],
    );
}

/** Decides each item once in each place; whoever asks about itself in a circle is disabled (checkQuestionnaire refuses it). */
function evaluator(questionnaire: Questionnaire): {
  enabled: (item: Known, scope: Scope) => boolean;
  known: ReadonlyMap<string, Known>;
} {
  const known = know(questionnaire);
  const decided = new Map<string, boolean>();

  const satisfied = (condition: EnableWhen, scope: Scope): boolean => {
    const asked = known.get(condition.question);
    if (asked === undefined) return false;
    const given = scopesFor(asked, scope).flatMap((there) =>
      enabled(asked, there) ? answersOf(there.answers, asked.item.linkId) : [],
    );
    return holds(condition, given as readonly AnswerValue[]);
  };

  const enabled = (what: Known, scope: Scope): boolean => {
    const key = JSON.stringify([what.item.linkId, scope.place]);
    const before = decided.get(key);
    if (before !== undefined) return before;
    decided.set(key, false);
    const parent = what.groups.at(-1);
    const result = aroundIsEnabled(parent, scope) && ownConditions(what.item, scope);
    decided.set(key, result);
    return result;
  };

  const aroundIsEnabled = (parent: QuestionnaireItem | undefined, scope: Scope): boolean => {
    if (parent === undefined) return true;
    // The row's own group is decided where the group stands.
    const there = scope.owner === parent ? scope.outer : scope;
    const around = known.get(parent.linkId);
    return there !== null && around !== undefined && enabled(around, there);
  };

  const ownConditions = (item: QuestionnaireItem, scope: Scope): boolean => {
    const conditions = item.enableWhen ?? [];
    if (conditions.length === 0) return true;
    const test = (condition: EnableWhen): boolean => satisfied(condition, scope);
    return item.enableBehavior === 'any' ? conditions.some(test) : conditions.every(test);
  };

  return { enabled, known };
}

/**
 * Every item that is asked now, groups and displays too, parents before children, in the order of the questionnaire. The
 * children of a repeating group come once a row, with the row's place.
 */
export function enabledItems(questionnaire: Questionnaire, answers: Answers): EnabledItem[] {
  const { enabled, known } = evaluator(questionnaire);
  const found: EnabledItem[] = [];
  const walk = (items: readonly QuestionnaireItem[], scope: Scope): void => {
    for (const item of items) {
      const what = known.get(item.linkId);
      if (what === undefined || !enabled(what, scope)) continue;
      found.push({ item, groups: what.groups, place: scope.place, answers: answersOf(scope.answers, item.linkId) });
      if (!isRepeatingGroup(item)) walk(item.item ?? [], scope);
      else for (const row of rowScopes(scope, item)) walk(item.item ?? [], row);
    }
  };
  walk(questionnaire.item, { answers, place: [], owner: null, outer: null });
  return found;
}

/** Typed and taken back again: counts as no answer. */
export const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/**
 * Without what is not asked (or not known): what remains counts, is scored and is committed. Blank texts and empty lists
 * go too; empty rows stay, because answers are named by their row.
 */
export function withoutDisabled(questionnaire: Questionnaire, answers: Answers): Answers {
  const { enabled, known } = evaluator(questionnaire);
  const kept = (items: readonly QuestionnaireItem[], scope: Scope): [string, readonly (AnswerValue | Answers)[]][] =>
    items.flatMap((item) => {
      const what = known.get(item.linkId);
      if (item.type === 'display' || what === undefined || !enabled(what, scope)) return [];
      if (item.type === 'group' && !isRepeatingGroup(item)) return kept(item.item ?? [], scope);
      const given = isRepeatingGroup(item)
        ? rowScopes(scope, item).map((row) => Object.fromEntries(kept(item.item ?? [], row)))
        : answersOf(scope.answers, item.linkId).filter((value) => !isBlank(value));
      const children = isRepeatingGroup(item) ? [] : kept(item.item ?? [], scope);
      return given.length === 0 ? children : [[item.linkId, given], ...children];
    });
  return Object.fromEntries(kept(questionnaire.item, { answers, place: [], owner: null, outer: null }));
}

/** What an item says first, before anything is answered: `initial`, and options that are chosen from the start. */
export function initialAnswers(questionnaire: Questionnaire): Answers {
  return initialOf(questionnaire.item);
}

/** For a new row of a repeating group. */
export const initialRow = (group: QuestionnaireItem): Answers => initialOf(group.item ?? []);

function initialOf(items: readonly QuestionnaireItem[]): Answers {
  const outside = (item: QuestionnaireItem): QuestionnaireItem[] =>
    isRepeatingGroup(item) ? [] : [item, ...(item.item ?? []).flatMap(outside)];
  return Object.fromEntries(
    items.flatMap(outside).flatMap((item) => {
      const chosen = (item.answerOption ?? []).filter(({ initialSelected }) => initialSelected === true);
      const values = [...(item.initial ?? []), ...chosen].map(valueOf).filter((value) => value !== undefined);
      return values.length === 0 ? [] : [[item.linkId, values]];
    }),
  );
}

/** The items that a questionnaire calls by this linkId: one, or none. */
export const itemOf = (questionnaire: Questionnaire, linkId: string): QuestionnaireItem | undefined =>
  allItems(questionnaire).find((item) => item.linkId === linkId);
