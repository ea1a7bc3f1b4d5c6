/** What the rooms of an intake ask the server. */
import { intakeSteps } from '../../../domain/intake/intake.ts';
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import type { Questionnaire } from '../../../domain/questionnaire/questionnaire.ts';
import type { IntakeProgress, IntakeStepPage, SavedStep } from '../../../api/intakes/intake-schemas.ts';
import { api, ProblemError } from '../../shared/api-client.ts';
import { isCode } from '../problems.ts';

export type Progress = IntakeProgress;
export type Crisis = Progress['crisis'][number];

/** A step as the page works with it. */
export interface StepPage extends Omit<IntakeStepPage, 'questionnaire' | 'answers' | 'prefill' | 'calculated'> {
  readonly questionnaire: Questionnaire;
  readonly answers: Answers;
  readonly prefill: Answers;
  readonly calculated: Answers;
}

/** What the first page needs, asked for while its words are still on their way; each is used once. */
const early = new Map<string, Promise<unknown>>();

function first<T>(key: string, read: () => Promise<T>): Promise<T> {
  const begun = early.get(key) as Promise<T> | undefined;
  early.delete(key);
  return begun ?? read();
}

export const readProgress = (id: string, language: string): Promise<Progress> =>
  first(`${id} ${language}`, () => api('GET /intakes/:id/progress', { params: { id }, query: { language } }));

export const readStep = (id: string, step: IntakeStep, language: string): Promise<StepPage> =>
  first(`${id} ${step} ${language}`, async () => {
    const page = await api('GET /intakes/:id/steps/:step', { params: { id, step }, query: { language } });
    return page as unknown as StepPage;
  });

/** @param path of the page: `/portal/intake/<id>`, perhaps with a step */
export function readEarly(path: string, language: string): void {
  const [, id, step] = /^\/portal\/intake\/([0-9a-f-]{36})(?:\/(\w+))?/.exec(path) ?? [];
  if (id === undefined) return;
  early.set(`${id} ${language}`, readProgress(id, language));
  const wanted = intakeSteps.find((each) => each === step);
  if (wanted !== undefined && wanted !== 'review')
    early.set(`${id} ${wanted} ${language}`, readStep(id, wanted, language));
  // Whoever uses it says what went wrong.
  for (const promise of early.values()) promise.catch(() => undefined);
}

export interface SaveBody {
  readonly answers: Answers;
  readonly baseVersion: number;
  readonly complete: boolean;
  readonly language: string;
}

/** One attempt: who calls repeats with the same key, and tells the person meanwhile. */
export const putStep = (id: string, step: IntakeStep, body: SaveBody, idempotencyKey: string): Promise<SavedStep> =>
  api('PUT /intakes/:id/steps/:step', {
    params: { id, step },
    body: { ...body, answers: body.answers as Record<string, unknown[]> },
    idempotencyKey,
    once: true,
  });

export const act = (id: string, action: 'submit' | 'withdraw') =>
  api('POST /intakes/:id/:action', { params: { id, action }, body: {} });

/** What another page or device has saved meanwhile; null where the refusal is another one. */
export function staleOf(error: unknown): { readonly answers: Answers; readonly version: number } | null {
  if (!isCode(error, 'stale-step')) return null;
  const { current } = error.data as { current?: { answers?: Answers; version?: number } };
  return current?.answers === undefined || current.version === undefined
    ? null
    : { answers: current.answers, version: current.version };
}

/** Nobody knows whether it was done, or it could not be done just now: the same key may be sent again. */
export const isUndecided = (error: unknown): boolean =>
  error instanceof ProblemError &&
  (error.status === 0 || error.status === 429 || error.status >= 500 || error.code === 'outcome-unknown');
