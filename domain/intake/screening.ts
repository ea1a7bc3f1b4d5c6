/**
 * The screening scores of scheduling-intake.md D3: PHQ-2, PHQ-9, GAD-7, AUDIT-C. Pure; every result carries the version of
 * its rule and the inputs, so that a score on record can be computed again. Sources: Kroenke 2001 and 2003 (PHQ),
 * Spitzer 2006 (GAD-7), Bush 1998 and the VA's guide (AUDIT-C). A score is help for a clinician, never a diagnosis.
 */
import { answersOf, isCoding, type Answers } from '../questionnaire/questionnaire-answers.ts';

/** Raised whenever a rule below changes. */
export const screeningVersion = 1;

export const screeningTools = ['phq-2', 'phq-9', 'gad-7', 'audit-c'] as const;
export type ScreeningTool = (typeof screeningTools)[number];

/** LOINC codes of the totals, and of PHQ-9's item 9. */
export const screeningLoinc = {
  'phq-2': '55758-7',
  'phq-9': '44261-6',
  'gad-7': '70274-6',
  'audit-c': '75626-2',
} as const satisfies Record<ScreeningTool, string>;
export const phq9Item9Loinc = '44260-8';

export const severityBands = ['minimal', 'mild', 'moderate', 'moderately-severe', 'severe'] as const;
export type SeverityBand = (typeof severityBands)[number];

export const screeningNotes = [
  /** Computed from the mean of what was answered. */
  'prorated',
  /** Too little was answered for a score. */
  'incomplete',
  /** PHQ-9 item 9 is 1 or more: a red flag whatever the total. */
  'item-9-positive',
  /** PHQ-9 item 9 was not answered: staff must ask. */
  'ask-item-9',
  /** PHQ-2 is positive: items 3 to 9 are asked. */
  'ask-phq-9',
  /** AUDIT-C: all points come from item 1 (how often): likely below the limits. */
  'all-from-item-1',
  /** AUDIT-C: items 2 and 3 are not asked of who never drinks, and count 0. */
  'never-drinks',
  /** AUDIT-C: sex for clinical use is unknown, the lower threshold is used. */
  'sex-unknown',
] as const;
export type ScreeningNote = (typeof screeningNotes)[number];

/** One answer; null: not answered. */
export type ItemScore = number | null;

export interface ScreeningResult {
  readonly tool: ScreeningTool;
  readonly version: number;
  readonly loinc: string;
  readonly inputs: { readonly items: readonly ItemScore[]; readonly sexForClinicalUse?: string | undefined };
  readonly score: number | null;
  readonly band: SeverityBand | null;
  /** Null: not known, because too little was answered. What was answered may be enough to know that it is. */
  readonly positive: boolean | null;
  readonly prorated: boolean;
  readonly notes: readonly ScreeningNote[];
}

/** @throws RangeError for another number of items or a value out of range: a fault of the caller, never an answer. */
function checked(
  tool: ScreeningTool,
  items: readonly ItemScore[],
  count: number,
  highest: number,
): readonly ItemScore[] {
  const fits = (item: ItemScore): boolean => item === null || (Number.isInteger(item) && item >= 0 && item <= highest);
  if (items.length !== count || !items.every(fits))
    throw new RangeError(`${tool} takes ${count} items of 0 to ${highest}`);
  return items;
}

const answered = (items: readonly ItemScore[]): number[] => items.filter((item) => item !== null);
const sum = (items: readonly ItemScore[]): number => answered(items).reduce((total, item) => total + item, 0);
const isComplete = (items: readonly ItemScore[]): boolean => items.every((item) => item !== null);

/** Known from what was answered: points are never taken away by the rest. */
const reached = (items: readonly ItemScore[], threshold: number): boolean | null =>
  sum(items) >= threshold ? true : isComplete(items) ? false : null;

/** From the highest down: the first whose least points are reached. */
function bandOf(score: number, bands: readonly (readonly [number, SeverityBand])[]): SeverityBand {
  return bands.find(([least]) => score >= least)?.[1] ?? 'minimal';
}

const result = (tool: ScreeningTool, rest: Omit<ScreeningResult, 'tool' | 'version' | 'loinc'>): ScreeningResult => ({
  tool,
  version: screeningVersion,
  loinc: screeningLoinc[tool],
  ...rest,
});

/** 0 to 6; 3 or more is positive, and items 3 to 9 are asked. */
export function phq2(given: readonly ItemScore[]): ScreeningResult {
  const items = checked('phq-2', given, 2, 3);
  const positive = reached(items, 3);
  const complete = isComplete(items);
  return result('phq-2', {
    inputs: { items },
    score: complete ? sum(items) : null,
    band: null,
    positive,
    prorated: false,
    notes: [...(complete ? [] : (['incomplete'] as const)), ...(positive === true ? (['ask-phq-9'] as const) : [])],
  });
}

const phq9Bands = [
  [20, 'severe'],
  [15, 'moderately-severe'],
  [10, 'moderate'],
  [5, 'mild'],
  [0, 'minimal'],
] as const;

/**
 * 0 to 27. One or two missing: the mean of the others times nine, rounded, and flagged; more: no score. Item 9 of 1 or more
 * is noted whatever the total; where it was not answered, staff must ask and nobody is called "minimal".
 */
export function phq9(given: readonly ItemScore[]): ScreeningResult {
  const items = checked('phq-9', given, 9, 3);
  const known = answered(items);
  const missing = items.length - known.length;
  const score = missing > 2 ? null : Math.round((sum(items) * 9) / known.length);
  const item9 = items[8] ?? null;
  const band = score === null ? null : bandOf(score, phq9Bands);
  const notes: ScreeningNote[] = [];
  if (missing > 2) notes.push('incomplete');
  else if (missing > 0) notes.push('prorated');
  if (item9 === null) notes.push('ask-item-9');
  else if (item9 >= 1) notes.push('item-9-positive');
  return result('phq-9', {
    inputs: { items },
    score,
    band: item9 === null && band === 'minimal' ? null : band,
    positive: score === null ? (sum(items) >= 10 ? true : null) : score >= 10,
    prorated: missing > 0 && missing <= 2,
    notes,
  });
}

const gad7Bands = [
  [15, 'severe'],
  [10, 'moderate'],
  [5, 'mild'],
  [0, 'minimal'],
] as const;

/** 0 to 21; 10 or more is positive. Nothing is prorated. */
export function gad7(given: readonly ItemScore[]): ScreeningResult {
  const items = checked('gad-7', given, 7, 3);
  const score = isComplete(items) ? sum(items) : null;
  return result('gad-7', {
    inputs: { items },
    score,
    band: score === null ? null : bandOf(score, gad7Bands),
    positive: reached(items, 10),
    prorated: false,
    notes: score === null ? ['incomplete'] : [],
  });
}

/**
 * 0 to 12; positive from 4 for men, from 3 for women and where the sex for this use is not known. `sexForClinicalUse` is
 * `male`, `female` or anything else (unknown). Who never drinks (item 1 is 0) is not asked items 2 and 3.
 */
export function auditC(given: readonly ItemScore[], sexForClinicalUse: string | null | undefined): ScreeningResult {
  const inputs = checked('audit-c', given, 3, 4);
  const never = inputs[0] === 0 && inputs.slice(1).some((item) => item === null);
  const items = never ? inputs.map((item) => item ?? 0) : inputs;
  const known = sexForClinicalUse === 'male' || sexForClinicalUse === 'female';
  const score = isComplete(items) ? sum(items) : null;
  const notes: ScreeningNote[] = [];
  if (score === null) notes.push('incomplete');
  if (score !== null && score > 0 && score === items[0]) notes.push('all-from-item-1');
  if (never) notes.push('never-drinks');
  if (!known) notes.push('sex-unknown');
  return result('audit-c', {
    inputs: { items: inputs, sexForClinicalUse: known ? sexForClinicalUse : 'unknown' },
    score,
    band: null,
    positive: reached(items, sexForClinicalUse === 'male' ? 4 : 3),
    prorated: false,
    notes,
  });
}

/** The points of one answer: its code, as long as that is one of the item's; anything else (chose not to say) is no answer. */
function points(answers: Answers, linkId: string, highest: number): ItemScore {
  const [value] = answersOf(answers, linkId);
  const code = isCoding(value) ? value.code : null;
  return code !== null && /^[0-4]$/.test(code) && Number(code) <= highest ? Number(code) : null;
}

const itemsOf = (answers: Answers, tool: string, count: number, highest: number): ItemScore[] =>
  Array.from({ length: count }, (_, index) => points(answers, `${tool}.${index + 1}`, highest));

const anyOf = (items: readonly ItemScore[]): boolean => items.some((item) => item !== null);

/**
 * From the answers of the step `screens`: `phq.1` to `phq.9`, `gad.1` to `gad.7`, `audit.1` to `audit.3`, codes 0 to 4.
 * What can be said of these answers; give it answers without disabled ones. A tool of which nothing was answered has no
 * result. PHQ-9 is computed once PHQ-2 asks for it: before that its other items were not missed, but never asked.
 */
export function screeningScores(
  answers: Answers,
  person: { readonly sexForClinicalUse: string | null | undefined },
): ScreeningResult[] {
  const phq = itemsOf(answers, 'phq', 9, 3);
  const gad = itemsOf(answers, 'gad', 7, 3);
  const audit = itemsOf(answers, 'audit', 3, 4);
  const results: ScreeningResult[] = [];
  const first = phq2(phq.slice(0, 2));
  if (anyOf(phq.slice(0, 2))) results.push(first);
  if (first.positive === true || anyOf(phq.slice(2))) results.push(phq9(phq));
  if (anyOf(gad)) results.push(gad7(gad));
  if (anyOf(audit)) results.push(auditC(audit, person.sexForClinicalUse));
  return results;
}
