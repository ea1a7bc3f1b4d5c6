/**
 * What the answers of an accepted section say about a person, as facts for the chart (features.md A3). Each fact has a
 * key: what it is about. The same key again is the same thing, said anew. Ids of questions: domain/questionnaire/content/.
 */
import {
  answersOf,
  isCoding,
  isDeclined,
  type Answers,
  type AnswerValue,
} from '../questionnaire/questionnaire-answers.ts';
import { declined } from '../questionnaire/questionnaire.ts';
import { fold } from './patient.ts';

export const factTables = ['allergy_intolerance', 'medication_statement', 'history_statement'] as const;
export type FactTable = (typeof factTables)[number];

export interface Fact {
  /** What it is about, folded: unique among the facts in force of one patient and table. */
  readonly key: string;
  /** The fact of the chart that this row of answers came from (prefill), as the page says. */
  readonly ref?: string | undefined;
  readonly columns: Readonly<Record<string, string | boolean | readonly string[] | null>>;
  /** The answers that say it, without what was asked about the prefill: they prefill the next intake. */
  readonly answer: Answers;
}

export interface SectionFacts {
  readonly facts: readonly Fact[];
  /** Facts of the chart that the person took back, by id. */
  readonly removed: readonly string[];
}

export const textOf = (answers: Answers, linkId: string): string | null => {
  const value = answersOf(answers, linkId)[0];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
};
/** Codes of a choice; of "choose not to say" the one code asked-declined. */
export const codesOf = (answers: Answers, linkId: string): string[] =>
  answersOf(answers, linkId).flatMap((value) => (isCoding(value) ? [value.code] : []));
export const codeOf = (answers: Answers, linkId: string): string | null => codesOf(answers, linkId)[0] ?? null;
export const booleanOf = (answers: Answers, linkId: string): boolean | null => {
  const value = answersOf(answers, linkId)[0];
  return typeof value === 'boolean' ? value : null;
};
export const rowsOf = (answers: Answers, linkId: string): Answers[] =>
  answersOf(answers, linkId).filter(
    (value): value is Answers => typeof value === 'object' && value !== null && !isCoding(value) && !('value' in value),
  );

const only = (row: Answers, linkIds: readonly string[]): Answers =>
  Object.fromEntries(linkIds.flatMap((id) => (answersOf(row, id).length > 0 ? [[id, answersOf(row, id)]] : [])));

/** No word that anybody types folds to this. */
const noneKey = '(none)';

interface ListOf {
  readonly step: 'allergies' | 'medications';
  readonly name: string;
  columns(row: Answers): Fact['columns'];
  readonly linkIds: readonly string[];
}

/** Allergies and medicines: none is said outright, or a list whose prefilled rows are confirmed, changed or removed. */
function listFacts(answers: Answers, of: ListOf): SectionFacts {
  const said = codeOf(answers, `${of.step}.any`);
  if (said === 'none') {
    const answer: Answers = { [`${of.step}.any`]: [{ code: 'none' }] };
    return { facts: [{ key: noneKey, columns: { none_known: true }, answer }], removed: [] };
  }
  const facts = new Map<string, Fact>();
  const removed: string[] = [];
  for (const row of said === 'some' ? rowsOf(answers, `${of.step}.list`) : []) {
    const name = textOf(row, of.name);
    const ref = textOf(row, `${of.step}.ref`) ?? undefined;
    if (ref !== undefined && codeOf(row, `${of.step}.confirm`) === 'removed') {
      removed.push(ref);
      continue;
    }
    if (name === null) continue;
    const key = fold(name) || name.toLowerCase();
    const columns = { none_known: false, ...of.columns(row) };
    facts.set(key, { key, ref, columns, answer: { [`${of.step}.list`]: [only(row, of.linkIds)] } });
  }
  return { facts: [...facts.values()], removed };
}

export const allergyFacts = (answers: Answers): SectionFacts =>
  listFacts(answers, {
    step: 'allergies',
    name: 'allergies.substance',
    linkIds: ['allergies.substance', 'allergies.reaction', 'allergies.severity'],
    columns: (row) => ({
      substance: textOf(row, 'allergies.substance'),
      reactions: [textOf(row, 'allergies.reaction')].filter((reaction) => reaction !== null),
      severity: codeOf(row, 'allergies.severity'),
    }),
  });

export const medicationFacts = (answers: Answers): SectionFacts =>
  listFacts(answers, {
    step: 'medications',
    name: 'medications.name',
    linkIds: ['medications.name', 'medications.dose', 'medications.frequency', 'medications.reason'],
    columns: (row) => ({
      medication: textOf(row, 'medications.name'),
      dose: textOf(row, 'medications.dose'),
      frequency: textOf(row, 'medications.frequency'),
      reason: textOf(row, 'medications.reason'),
    }),
  });

type HistoryKind = 'condition' | 'procedure' | 'family-member' | 'social';

/** Problems, operations, family and how somebody lives. "None of these" is a fact; "not said" is one of social questions. */
export function historyFacts(answers: Answers): SectionFacts {
  const facts = new Map<string, Fact>();
  const add = (kind: HistoryKind, about: string, columns: Fact['columns'], answer: Answers): void => {
    const key = `${kind}:${about}`;
    facts.set(key, { key, columns: { kind, none_known: false, ...columns }, answer });
  };
  const listed = (kind: HistoryKind, linkId: string, words: string): void => {
    for (const value of answersOf(answers, linkId)) {
      if (!isCoding(value)) continue;
      const { code } = value;
      if (code === 'none') add(kind, noneKey, { none_known: true }, { [linkId]: [{ code }] });
      else {
        const text = code === 'other' || kind === 'family-member' ? textOf(answers, words) : null;
        add(kind, code, { code, display: text }, { [linkId]: [{ code }], ...(text !== null && { [words]: [text] }) });
      }
    }
  };
  listed('condition', 'history.problems', 'history.problems-other');
  listed('family-member', 'history.family', 'history.family-details');

  if (booleanOf(answers, 'history.has-surgeries') === false)
    add('procedure', noneKey, { none_known: true }, { 'history.has-surgeries': [false] });
  for (const row of booleanOf(answers, 'history.has-surgeries') === true ? rowsOf(answers, 'history.surgeries') : []) {
    const what = textOf(row, 'history.surgeries.what');
    if (what === null) continue;
    const onset = textOf(row, 'history.surgeries.year');
    const kept = only(row, ['history.surgeries.what', 'history.surgeries.year']);
    add('procedure', `${fold(what)}:${onset ?? ''}`, { display: what, onset }, { 'history.has-surgeries': [true], 'history.surgeries': [kept] }); // prettier-ignore
  }
  for (const linkId of ['history.tobacco', 'history.drugs', 'history.living', 'history.needs']) {
    const codes = codesOf(answers, linkId);
    if (codes.length > 0)
      add('social', linkId, { code: codes.join(' ') }, { [linkId]: codes.map((code) => ({ code })) });
  }
  return { facts: [...facts.values()], removed: [] };
}

/** Whether the two cannot both be true: "none" and something of the same list. */
export function contradict(one: string, other: string): boolean {
  const listOf = (key: string): string => (key.includes(':') ? key.slice(0, key.indexOf(':')) : '');
  const isNone = (key: string): boolean => key === noneKey || key.endsWith(`:${noneKey}`);
  return listOf(one) === listOf(other) && isNone(one) !== isNone(other);
}

/** Answers of several facts as those of one section: lists grow, what one alone can answer is said once. */
export function answersOfFacts(facts: readonly { readonly answer: Answers }[]): Answers {
  const merged = new Map<string, (AnswerValue | Answers)[]>();
  for (const { answer } of facts) {
    for (const [linkId, values] of Object.entries(answer)) {
      const known = merged.get(linkId) ?? [];
      const spoken = new Set(known.map((value) => JSON.stringify(value)));
      merged.set(linkId, [...known, ...values.filter((value) => !spoken.has(JSON.stringify(value)))]);
    }
  }
  return Object.fromEntries(merged);
}

/** A choice that may be declined: its code, asked-declined included; null where nobody answered. */
export function saidOf(answers: Answers, linkId: string, words?: string): string | null {
  const value = answersOf(answers, linkId)[0];
  if (isDeclined(value)) return declined.code;
  const code = codeOf(answers, linkId);
  return code === 'other' && words !== undefined ? (textOf(answers, words) ?? code) : code;
}
