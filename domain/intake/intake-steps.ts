/**
 * Which steps an intake needs, and which comes next: decided by the server, of what is known (scheduling-intake.md D3).
 * Pure; the same for the page's progress, for the transaction of a save and for whether it can be sent in.
 */
import { intakeSteps, type IntakeStep, type StepState } from './intake.ts';
import type { IntakePolicy } from './intake-policy.ts';
import { answersOf, isCoding, type Answers } from '../questionnaire/questionnaire-answers.ts';
import type { Questionnaire } from '../questionnaire/questionnaire.ts';

export interface NeedFacts {
  /** On the day it is judged; null: not known, so that everything is asked. */
  readonly age: number | null;
  readonly visitTypeCode: string | null;
  /** `consents`: what must be signed is asked, and nothing else. */
  readonly about?: 'whole' | 'consents' | undefined;
  /** Of every step, as last saved. */
  readonly answers: Readonly<Partial<Record<IntakeStep, Answers>>>;
  readonly policy: Pick<IntakePolicy, 'screensFromAge' | 'alcoholFromAge' | 'notNeeded' | 'notNeededIf'>;
}

/** Never left out: who it is, what they agreed to, and that they sent it. */
const always: ReadonlySet<IntakeStep> = new Set(['language', 'identity', 'consents', 'review']);

/** What a step builds on. Nothing is asked of somebody whom nobody has asked who they are. */
const dependsOn = (step: IntakeStep): readonly IntakeStep[] => {
  if (step === 'language') return [];
  if (step === 'identity') return ['language'];
  if (step === 'review') return intakeSteps.filter((other) => other !== 'review');
  return ['language', 'identity'];
};

export function neededSteps(facts: NeedFacts): ReadonlySet<IntakeStep> {
  const { age, visitTypeCode, answers, policy } = facts;
  if (facts.about === 'consents') return new Set<IntakeStep>(['consents', 'review']);
  const left = new Set<IntakeStep>(visitTypeCode === null ? [] : policy.notNeeded[visitTypeCode]);
  if (age !== null && age < policy.screensFromAge) left.add('screens');
  for (const { step, answer } of policy.notNeededIf) {
    const given = answersOf(answers[answer.step] ?? {}, answer.linkId);
    if (given.some((value) => isCoding(value) && value.code === answer.code)) left.add(step);
  }
  return new Set(intakeSteps.filter((step) => always.has(step) || !left.has(step)));
}

/** The questions of a step that are for this person: about alcohol only from an age on. */
export function questionsFor(
  step: IntakeStep,
  definition: Questionnaire,
  facts: Pick<NeedFacts, 'age' | 'policy'>,
): Questionnaire {
  if (step !== 'screens' || facts.age === null || facts.age >= facts.policy.alcoholFromAge) return definition;
  return { ...definition, item: (definition.item ?? []).filter((item) => item.linkId !== 'audit') };
}

export interface StepStand {
  readonly step: IntakeStep;
  /** As stored; `not-needed` is worked out here. */
  readonly state: Exclude<StepState, 'not-needed'>;
}

export interface Progress {
  readonly needed: ReadonlySet<IntakeStep>;
  /** null: every step is done. */
  readonly nextStep: IntakeStep | null;
  readonly percent: number;
  /** Steps that are neither answered nor waived. */
  readonly left: readonly IntakeStep[];
}

export function progressOf(steps: readonly StepStand[], facts: NeedFacts): Progress {
  const needed = neededSteps(facts);
  const states = new Map(steps.map(({ step, state }) => [step, state]));
  const isDone = (step: IntakeStep): boolean => states.get(step) === 'answered' || states.get(step) === 'waived';
  const left = intakeSteps.filter((step) => needed.has(step) && !isDone(step));
  // What was given back is what the clinic waits for.
  const returned = left.find((step) => states.get(step) === 'returned');
  const nextStep = returned ?? left.find((step) => blockers(step, left).length === 0) ?? left[0] ?? null;
  return { needed, nextStep, percent: Math.round((100 * (needed.size - left.length)) / needed.size), left };
}

/** Steps that must be done before this one can be accepted. */
export const blockers = (step: IntakeStep, left: readonly IntakeStep[]): readonly IntakeStep[] =>
  dependsOn(step).filter((before) => left.includes(before));

/** Whole years on a local date; null where the date of birth is not a whole date. @param on `YYYY-MM-DD` */
export function ageOn(birthDate: string | null, on: string): number | null {
  if (birthDate === null || !/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return null;
  const years = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return on.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
