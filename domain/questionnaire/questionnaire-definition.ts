/**
 * Whether a definition can be published: everything that the engine relies on while patients answer. Server side (zod,
 * patterns, FHIRPath). A finding names the item and the reason, never a text of the definition.
 */
import { expressionProblem } from './questionnaire-calculation.ts';
import { expectedOf } from './questionnaire-evaluation.ts';
import { patternProblem } from './questionnaire-patterns.ts';
import { definitionLimits, questionnaireSchema } from './questionnaire-schema.ts';
import { isOptionValue, longest, shapeFinding } from './questionnaire-values.ts';
import {
  allItems,
  declined,
  extensionOf,
  isCalculated,
  isQuestion,
  isRepeatingGroup,
  offersNotToSay,
  valueOf,
  type EnableWhen,
  type Questionnaire,
  type QuestionnaireItem,
} from './questionnaire.ts';
import { isCoding } from './questionnaire-answers.ts';

export const definitionCodes = [
  'shape',
  'unsupported-type',
  'too-large',
  'duplicate-link-id',
  'unknown-question',
  'bad-condition',
  'cycle',
  'misplaced-child',
  'bad-option',
  'bad-initial',
  'bad-bound',
  'bad-pattern',
  'bad-expression',
  'no-text',
] as const;
export type DefinitionCode = (typeof definitionCodes)[number];

export interface DefinitionFinding {
  readonly linkId: string | null;
  /** JSON pointer into the definition. */
  readonly path: string;
  readonly code: DefinitionCode;
  readonly message: string;
}

/** Empty: it can be published. */
export function checkQuestionnaire(definition: unknown): DefinitionFinding[] {
  const parsed = questionnaireSchema.safeParse(definition);
  if (!parsed.success) {
    return parsed.error.issues.slice(0, 50).map(({ path, message }) => ({
      linkId: null,
      path: `/${path.map(String).join('/')}`,
      code: path.at(-1) === 'type' ? 'unsupported-type' : 'shape',
      message: path.at(-1) === 'type' ? 'This type of item is not offered here.' : message,
    }));
  }
  const questionnaire = parsed.data;
  const places = placesOf(questionnaire.item, '/item', [], 1);
  const items = new Map(places.map((place) => [place.item.linkId, place]));
  const findings: DefinitionFinding[] = [];
  if (places.length > definitionLimits.items || places.some(({ depth }) => depth > definitionLimits.depth)) {
    findings.push({
      linkId: null,
      path: '/item',
      code: 'too-large',
      message: `At most ${definitionLimits.items} items, ${definitionLimits.depth} deep.`,
    });
  }
  const seen = new Set<string>();
  for (const place of places) {
    const { item, path } = place;
    const say = (code: DefinitionCode, message: string): void =>
      void findings.push({ linkId: item.linkId, path, code, message });
    if (seen.has(item.linkId)) say('duplicate-link-id', 'Another item has this linkId.');
    seen.add(item.linkId);
    checkStructure(place, say);
    checkOptions(item, say);
    checkExtensions(place, say);
    for (const condition of item.enableWhen ?? []) checkCondition(condition, items.get(condition.question)?.item, say);
    if ((item.enableWhen?.length ?? 0) > 1 && item.enableBehavior === undefined) {
      say('bad-condition', 'More than one condition: say whether all or any must hold (FHIR que-12).');
    }
  }
  // Items that go in circles can only be named once linkIds are unique.
  if (!findings.some(({ code }) => code === 'duplicate-link-id')) findings.push(...cycles(places, items));
  return findings;
}

interface Place {
  readonly item: QuestionnaireItem;
  readonly path: string;
  readonly parents: readonly QuestionnaireItem[];
  readonly depth: number;
}
type Say = (code: DefinitionCode, message: string) => void;

const placesOf = (
  items: readonly QuestionnaireItem[],
  path: string,
  parents: readonly QuestionnaireItem[],
  depth: number,
): Place[] =>
  items.flatMap((item, index) => [
    { item, path: `${path}/${index}`, parents, depth },
    ...placesOf(item.item ?? [], `${path}/${index}/item`, [...parents, item], depth + 1),
  ]);

function checkStructure({ item, parents }: Place, say: Say): void {
  const parent = parents.at(-1);
  if (parent !== undefined && parent.type !== 'group' && item.type !== 'display') {
    say('misplaced-child', 'Only a help text may stand inside a question; put both into a group.');
  }
  if (parent?.type === 'display') say('misplaced-child', 'A text holds nothing.');
  if (item.type === 'group' && (item.item ?? []).length === 0)
    say('misplaced-child', 'A group holds something (FHIR que-1).');
  const hidden = extensionOf(item, 'hidden')?.valueBoolean === true;
  if (item.type !== 'group' && !hidden && !item.text?.trim()) say('no-text', 'What is asked or said has a text.');
  if (item.type === 'display' && (item.required === true || item.repeats === true || item.readOnly === true)) {
    say('misplaced-child', 'A text is not answered (FHIR que-6, que-9).');
  }
  if (item.maxLength !== undefined && !['string', 'text', 'open-choice'].includes(item.type))
    say('bad-bound', 'Only texts have a length (FHIR que-10).');
  if (item.maxLength !== undefined && item.type === 'string' && item.maxLength > longest.string)
    say('bad-bound', `A line has at most ${longest.string} characters.`);
}

function checkOptions(item: QuestionnaireItem, say: Say): void {
  const options = item.answerOption ?? [];
  if (item.type === 'choice' && options.length === 0) say('bad-option', 'A choice has options.');
  if (
    options.length > 0 &&
    !['choice', 'open-choice', 'integer', 'date', 'time', 'string', 'text'].includes(item.type)
  ) {
    say('bad-option', 'This type of item has no options (FHIR que-5).');
  }
  const values = options.map(valueOf);
  if (values.includes(undefined)) say('bad-option', 'An option has a value.');
  const keys = values.map((value) => (isCoding(value) ? `=${value.code}` : JSON.stringify(value)));
  if (new Set(keys).size < keys.length)
    say('bad-option', 'Every option once: codes are told apart without their system.');
  for (const value of values) {
    const fits = isCoding(value)
      ? ['choice', 'open-choice'].includes(item.type)
      : value === undefined || shapeFinding({ ...item, answerOption: undefined }, value)?.code !== 'type';
    if (!fits) say('bad-option', 'An option is of the item’s own type.');
    if (isCoding(value) && value.code === declined.code && offersNotToSay(item))
      say('bad-option', 'Choosing not to say is offered already.');
    if (isCoding(value) && !value.display?.trim()) say('no-text', 'An option has a text.');
  }
  for (const first of (item.initial ?? []).map(valueOf)) {
    if (!isQuestion(item) || first === undefined || shapeFinding(item, first) !== null)
      say('bad-initial', 'The first answer is one that could be given.');
  }
  const chosen = (item.initial?.length ?? 0) + options.filter(({ initialSelected }) => initialSelected === true).length;
  if (item.repeats !== true && chosen > 1) say('bad-initial', 'One answer, one first answer (FHIR que-13).');
}

function checkExtensions({ item, parents }: Place, say: Say): void {
  const pattern = extensionOf(item, 'regex');
  if (pattern !== undefined) {
    const problem = patternProblem(pattern.valueString ?? '');
    if (problem !== null) say('bad-pattern', problem);
    if (!['string', 'text', 'open-choice'].includes(item.type)) say('bad-pattern', 'Only texts have a pattern.');
  }
  const calculated = extensionOf(item, 'calculatedExpression');
  if (calculated !== undefined) {
    const problem = expressionProblem(calculated.valueExpression?.expression ?? '');
    if (problem !== null) say('bad-expression', problem);
    if (item.readOnly !== true) say('bad-expression', 'What is calculated is read-only.');
    if (
      !isQuestion(item) ||
      item.repeats === true ||
      item.type === 'attachment' ||
      [item, ...parents].some(isRepeatingGroup)
    ) {
      say('bad-expression', 'One value of a question outside repeating groups is calculated.');
    }
  }
  const [least, most] = [extensionOf(item, 'minOccurs')?.valueInteger, extensionOf(item, 'maxOccurs')?.valueInteger];
  if (least !== undefined || most !== undefined) {
    if (
      item.repeats !== true ||
      (least ?? 0) < 0 ||
      (most ?? 1) < 1 ||
      (most ?? 1) > 100 ||
      (least ?? 0) > (most ?? 100)
    ) {
      say('bad-bound', 'How many: on what repeats, from 0 to 100, the least not above the most.');
    }
  }
  if (extensionOf(item, 'chooseNotToSay') !== undefined && !isQuestion(item))
    say('bad-bound', 'Only a question can be declined.');
  for (const name of ['minValue', 'maxValue'] as const) checkBound(item, name, say);
}

/** A bound is a value of the item's own type, and an answer can meet both. */
function checkBound(item: QuestionnaireItem, name: 'minValue' | 'maxValue', say: Say): void {
  const bound = extensionOf(item, name);
  if (bound === undefined) return;
  const fits =
    { integer: bound.valueInteger, decimal: bound.valueDecimal ?? bound.valueInteger, quantity: bound.valueQuantity?.value ?? bound.valueDecimal, date: bound.valueDate, dateTime: bound.valueDateTime, time: bound.valueTime }[item.type as string] !== undefined; // prettier-ignore
  if (!fits) say('bad-bound', 'A bound has the type of the item.');
  const other = extensionOf(item, name === 'minValue' ? 'maxValue' : 'minValue');
  const [low, high] = name === 'minValue' ? [bound, other] : [other, bound];
  const number = (each: typeof low): number | undefined =>
    each?.valueInteger ?? each?.valueDecimal ?? each?.valueQuantity?.value;
  const day = (each: typeof low): string => each?.valueDate ?? each?.valueDateTime ?? each?.valueTime ?? '';
  if (
    name === 'minValue' &&
    ((number(low) ?? -Infinity) > (number(high) ?? Infinity) || (day(high) !== '' && day(low) > day(high)))
  ) {
    say('bad-bound', 'The least is not above the most.');
  }
}

const ordered: ReadonlySet<string> = new Set(['integer', 'decimal', 'date', 'dateTime', 'time', 'quantity']);
const answerFor: Readonly<Record<string, readonly (keyof EnableWhen)[]>> = {
  boolean: ['answerBoolean'],
  integer: ['answerInteger', 'answerDecimal'],
  decimal: ['answerDecimal', 'answerInteger'],
  date: ['answerDate'],
  dateTime: ['answerDateTime', 'answerDate'],
  time: ['answerTime'],
  string: ['answerString'],
  text: ['answerString'],
  choice: ['answerCoding', 'answerString', 'answerInteger', 'answerDate', 'answerTime'],
  'open-choice': ['answerCoding', 'answerString'],
  quantity: ['answerQuantity'],
  attachment: [],
};

function checkCondition(condition: EnableWhen, asked: QuestionnaireItem | undefined, say: Say): void {
  if (asked === undefined) return say('unknown-question', 'A condition looks at an item that there is not.');
  if (!isQuestion(asked)) return say('bad-condition', 'A condition looks at a question.');
  const given = Object.keys(condition).filter(
    (key) => key.startsWith('answer') && condition[key as keyof EnableWhen] !== undefined,
  );
  if (condition.operator === 'exists') {
    if (given.join() !== 'answerBoolean') say('bad-condition', '“exists” takes a boolean (FHIR que-7).');
    return;
  }
  const value = expectedOf(condition);
  const declines = isCoding(value) && value.code === declined.code && offersNotToSay(asked);
  if (
    given.length !== 1 ||
    value === undefined ||
    (!declines && !(answerFor[asked.type] ?? []).includes(given[0] as keyof EnableWhen))
  ) {
    return say('bad-condition', 'A condition has one answer, of the type of the question.');
  }
  if (!['=', '!='].includes(condition.operator) && !ordered.has(asked.type))
    say('bad-condition', 'Only numbers, quantities, days and times are larger or smaller.');
  if (
    asked.type === 'choice' &&
    !declines &&
    !(asked.answerOption ?? []).some((option) => isOptionValue(option, value))
  ) {
    say('bad-condition', 'A condition looks for an option that there is not.');
  }
}

/** Being asked depends on the items around it, and on those that its conditions look at: nothing may depend on itself. */
function cycles(places: readonly Place[], items: ReadonlyMap<string, Place>): DefinitionFinding[] {
  const state = new Map<string, 'open' | 'done'>();
  const inCircle: Place[] = [];
  const visit = (place: Place): void => {
    const { item, parents } = place;
    state.set(item.linkId, 'open');
    const around = parents.at(-1);
    const next = [
      ...(around === undefined ? [] : [around.linkId]),
      ...(item.enableWhen ?? []).map(({ question }) => question),
    ];
    for (const linkId of next) {
      const there = items.get(linkId);
      if (there === undefined) continue;
      const seen = state.get(linkId);
      if (seen === 'open') inCircle.push(place);
      else if (seen === undefined) visit(there);
    }
    state.set(item.linkId, 'done');
  };
  for (const place of places) if (!state.has(place.item.linkId)) visit(place);
  return inCircle.map(({ item, path }) => ({
    linkId: item.linkId,
    path,
    code: 'cycle',
    message: 'Whether it is asked depends on itself.',
  }));
}

/** What only a calculated value makes shown needs the server; a page that is offline keeps what it was last told. */
export const needsServer = (questionnaire: Questionnaire): boolean => allItems(questionnaire).some(isCalculated);
