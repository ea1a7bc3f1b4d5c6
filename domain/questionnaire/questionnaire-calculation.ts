/**
 * Calculated values (SDC calculatedExpression, FHIRPath), server side only. An expression comes from an administrator, so it
 * is bounded before and while it runs: its length, the functions it may call (none that evaluates a regular expression, asks
 * a server or repeats), how deep conditions nest, and the steps that it takes.
 */
import fhirpath, { type Model } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import { withoutDisabled } from './questionnaire-evaluation.ts';
import { toQuestionnaireResponse } from './questionnaire-response.ts';
import { allItems, extensionOf, isCalculated, type Questionnaire, type QuestionnaireItem } from './questionnaire.ts';
import type { Answers, AnswerValue } from './questionnaire-answers.ts';
import { shapeFinding } from './questionnaire-values.ts';

export const longestExpression = 500;
const mostNodes = 200;
const deepestNesting = 2;
const mostSteps = 50_000;

const functions: ReadonlySet<string> = new Set(
  `abs all allTrue anyTrue ceiling contains count distinct empty endsWith exists first floor iif isDistinct item last length
  lower max min not ofType round select single skip startsWith substring sum tail take toDecimal toInteger toString trim
  truncate union upper where`.split(/\s+/),
);
/** Each runs its argument for every element. */
const loops: ReadonlySet<string> = new Set(['where', 'select', 'all', 'exists']);

interface Node {
  readonly type?: string;
  readonly text?: string;
  readonly children?: readonly Node[];
}

/** Why an expression cannot be used, or null. */
export function expressionProblem(expression: string): string | null {
  if (expression.length === 0 || expression.length > longestExpression)
    return `An expression has 1 to ${longestExpression} characters.`;
  let tree: Node;
  try {
    tree = fhirpath.parse(expression) as Node;
  } catch {
    return 'This is not FHIRPath.';
  }
  let nodes = 0;
  const problemIn = (node: Node, depth: number): string | null => {
    nodes += 1;
    const called = node.type === 'Functn' ? (node.text ?? node.children?.[0]?.text ?? '') : null;
    if (called !== null && !functions.has(called)) return `The function ${called.slice(0, 40)} is not allowed here.`;
    if (node.type === 'ExternalConstant' && !['resource', 'context'].includes(textUnder(node)))
      return 'Only %resource and %context are known here.';
    const inside = called !== null && loops.has(called) ? depth + 1 : depth;
    if (inside > deepestNesting) return `Conditions nest at most ${deepestNesting} deep.`;
    for (const child of node.children ?? []) {
      const found = problemIn(child, inside);
      if (found !== null) return found;
    }
    return null;
  };
  return problemIn(tree, 0) ?? (nodes > mostNodes * 5 ? 'This expression is too large.' : null);
}

const textUnder = (node: Node): string => node.children?.map((child) => child.text ?? textUnder(child)).join('') ?? '';

/** The value of one expression over a response, or undefined: no value, an error, or too many steps. */
function evaluated(expression: string, response: unknown): unknown {
  let steps = 0;
  const count = (): void => {
    steps += 1;
    if (steps > mostSteps) throw new Error('too many steps');
  };
  try {
    const result: unknown[] = fhirpath.evaluate(
      structuredClone(response),
      expression,
      { context: response, resource: response },
      r4 as unknown as Model,
      { debugger: count },
    );
    return result.length === 1 ? result[0] : undefined;
  } catch {
    // An expression that fails on these answers has no value on them; it was read when the version was published.
    return undefined;
  }
}

/**
 * What is calculated from the answers that count. A calculated value may make others asked and so change another one: it is
 * done again until nothing changes, at most once more than there are such items.
 */
export function calculatedValues(questionnaire: Questionnaire, answers: Answers): Answers {
  const items = allItems(questionnaire).filter(isCalculated);
  if (items.length === 0) return {};
  let values: Answers = {};
  for (let round = 0; round <= items.length; round += 1) {
    const response = toQuestionnaireResponse(
      questionnaire,
      withoutDisabled(questionnaire, withCalculated(questionnaire, answers, values)),
      { status: 'in-progress' },
    );
    const next = Object.fromEntries(
      items.flatMap((item) => {
        const value = asAnswer(item, evaluated(expressionOf(item), response));
        return value === undefined ? [] : [[item.linkId, [value]]];
      }),
    );
    if (JSON.stringify(next) === JSON.stringify(values)) break;
    values = next;
  }
  return values;
}

const expressionOf = (item: QuestionnaireItem): string =>
  extensionOf(item, 'calculatedExpression')?.valueExpression?.expression ?? '';

/** Nobody answers for a calculated item: what a page sent for it is dropped. */
export function withCalculated(questionnaire: Questionnaire, answers: Answers, values: Answers): Answers {
  const calculated = new Set(
    allItems(questionnaire)
      .filter(isCalculated)
      .map(({ linkId }) => linkId),
  );
  const given = Object.entries(answers).filter(([linkId]) => !calculated.has(linkId));
  return { ...Object.fromEntries(given), ...values };
}

function asAnswer(item: QuestionnaireItem, value: unknown): AnswerValue | undefined {
  const answer = item.type === 'integer' && typeof value === 'number' ? Math.round(value) : value;
  return answer !== undefined &&
    answer !== null &&
    shapeFinding({ ...item, answerOption: undefined, extension: undefined }, answer) === null
    ? (answer as AnswerValue)
    : undefined;
}
