/**
 * One step of the intake while somebody answers it: what they said, what the clinic has, and the way between. Answers live
 * in memory and at the clinic; what has not arrived there yet lies sealed in the browser (kept-drafts.ts). What is typed
 * is sent a moment after the last key, everything else on going forward; a save that nobody answered is repeated under
 * its own key until somebody does, so that it can neither be lost nor happen twice.
 */
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import { checkAnswers } from '../../../domain/questionnaire/questionnaire-check.ts';
import { withoutDisabled } from '../../../domain/questionnaire/questionnaire-evaluation.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { newKey, ProblemError } from '../../shared/api-client.ts';
import type { FieldError } from '../../shared/api-client.ts';
import { isUndecided, staleOf } from './intake-api.ts';
import type { Crisis, SaveBody, StepPage } from './intake-api.ts';
import type { Draft } from './kept-drafts.ts';
import type { SavedStep } from '../../../api/intakes/intake-schemas.ts';

/** After the last key, ms. */
const pauseMs = 1_500;
/** While somebody types on without a pause, ms. */
const longestMs = 8_000;
const retryMs = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

export interface Work extends StepPage {
  /** Other than what the clinic has. */
  readonly dirty: boolean;
  readonly saving: 'no' | 'saving' | 'trying';
  /** What another page has saved meanwhile, until the person has chosen. */
  readonly stale: { readonly answers: Answers; readonly version: number } | null;
  /** What the server refused, for the page that holds the field. */
  readonly refused: readonly FieldError[];
  readonly crisis: readonly Crisis[];
  /** Prefilled questions that the person has decided about. */
  readonly decided: ReadonlySet<string>;
  /** Begun from what this browser had kept, and nobody has gone on from there yet. */
  readonly restored: boolean;
}

export type Outcome =
  | { readonly kind: 'saved'; readonly saved: SavedStep | null }
  | { readonly kind: 'stale' | 'refused' | 'signed-out' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface StepPorts {
  readonly step: IntakeStep;
  put(body: SaveBody, key: string): Promise<SavedStep>;
  language(): string;
  signedOut(): void;
  /** Keeps what is not at the clinic yet; null: all of it is. */
  keep(draft: Draft | null): void;
}

export type StepStore = ReturnType<typeof createStepStore>;

const same = (one: unknown, other: unknown): boolean => stable(one) === stable(other);
const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** @param kept what this browser had kept of it: said again on the version it was written on, and the clinic decides */
export function createStepStore(ports: StepPorts, page: StepPage, kept: Draft | null = null) {
  const arrived = kept !== null && same(kept.answers, page.answers);
  const draft = arrived ? null : kept;
  let work: Work = {
    ...page,
    answers: draft?.answers ?? { ...prefilled(page), ...page.answers },
    version: draft?.version ?? page.version,
    dirty: draft !== null,
    saving: 'no',
    stale: null,
    refused: [],
    crisis: [],
    decided: new Set(draft?.decided),
    restored: draft !== null,
  };
  if (arrived) ports.keep(null);
  const listeners = new Set<() => void>();
  const set = (change: Partial<Work>): void => {
    const before = work;
    work = { ...work, ...change };
    const { answers, version, decided, dirty } = work;
    if (!dirty && before.dirty) ports.keep(null);
    if (dirty && !(before.dirty && answers === before.answers && version === before.version))
      ports.keep({ answers, version, decided: [...decided] });
    for (const listener of listeners) listener();
  };

  let tail: Promise<unknown> = Promise.resolve();
  let typing: ReturnType<typeof setTimeout> | undefined;
  let firstTyped = 0;
  let wake: (() => void) | undefined;

  const toSend = (): Answers => withoutDisabled(work.questionnaire, { ...work.answers, ...work.calculated });

  async function deliver(body: SaveBody): Promise<SavedStep> {
    const key = newKey();
    for (let attempt = 0; ; attempt += 1) {
      try {
        set({ saving: attempt === 0 ? 'saving' : 'trying' });
        return await ports.put(body, key);
      } catch (error) {
        if (!isUndecided(error)) throw error;
        set({ saving: 'trying' });
        const asked = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
        await pause(Math.max(asked, retryMs[Math.min(attempt, retryMs.length - 1)] ?? 15_000));
      }
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        window.removeEventListener('online', done);
        wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      window.addEventListener('online', done);
      wake = done;
    });

  /** @param quiet nobody waits for it: what is refused is said when the person goes on */
  async function send(complete: boolean, quiet: boolean): Promise<Outcome> {
    if (work.stale !== null) return { kind: 'stale' };
    if (!complete && !work.dirty) return { kind: 'saved', saved: null };
    const { answers } = work;
    const body: SaveBody = { answers: toSend(), baseVersion: work.version, complete, language: ports.language() };
    try {
      const saved = await deliver(body);
      const { version, savedAt, calculated } = saved;
      set({
        version,
        savedAt,
        calculated: calculated as Answers,
        crisis: saved.crisis.length > 0 ? saved.crisis : work.crisis,
        dirty: work.answers !== answers,
        saving: 'no',
        ...(work.refused.length > 0 ? { refused: [] } : {}),
        ...(complete ? { state: 'answered' as const } : {}),
      });
      return { kind: 'saved', saved };
    } catch (error) {
      const current = staleOf(error);
      if (current !== null && same(current.answers, body.answers)) {
        // The same was said elsewhere, or by an answer that got lost on its way.
        set({ version: current.version, saving: 'no', dirty: complete });
        return complete ? send(true, quiet) : { kind: 'saved', saved: null };
      }
      set({ saving: 'no' });
      if (current !== null) {
        set({ stale: current });
        return { kind: 'stale' };
      }
      if (error instanceof ProblemError && error.status === 401) {
        ports.signedOut();
        return { kind: 'signed-out' };
      }
      if (error instanceof ProblemError && error.code === 'validation-failed' && error.errors.length > 0) {
        if (!quiet) set({ refused: error.errors });
        return { kind: 'refused' };
      }
      return { kind: 'failed', error };
    }
  }

  const save = (complete: boolean, quiet = false): Promise<Outcome> => {
    clearTimeout(typing);
    firstTyped = 0;
    if (!quiet && work.restored) set({ restored: false });
    const next = tail.then(() => send(complete, quiet));
    tail = next;
    return next;
  };

  // What is half typed and wrong so far would only be refused.
  const isWhole = (): boolean => checkAnswers(work.questionnaire, toSend(), { complete: false }).length === 0;

  return {
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get: (): Work => work,
    /** @param soon typed text, and answers that cannot wait: sent without going forward */
    answer(linkId: string, values: Answers[string], soon: boolean): void {
      const { [linkId]: before, ...rest } = work.answers;
      if (same(before ?? [], values)) return;
      const isAbout = ({ path }: FieldError): boolean => path.includes(`/answers/${linkId}`);
      set({
        answers: values.length === 0 ? rest : { ...rest, [linkId]: values },
        dirty: true,
        // The same list while nothing leaves it: a new one would take the focus to the summary at every key.
        refused: work.refused.some(isAbout) ? work.refused.filter((each) => !isAbout(each)) : work.refused,
      });
      if (!soon) return;
      clearTimeout(typing);
      if (firstTyped === 0) firstTyped = Date.now();
      const wait = Math.min(pauseMs, Math.max(0, firstTyped + longestMs - Date.now()));
      typing = setTimeout(() => {
        if (isWhole()) void save(false, true);
      }, wait);
    },
    decide(linkId: string): void {
      set({ decided: new Set([...work.decided, linkId]) });
    },
    save,
    /** What was kept is sent by itself, where it is more than half a word. */
    async sendKept(): Promise<void> {
      if (work.restored && isWhole()) await save(false, true);
    },
    /** The person chose between theirs and what is there now: that is said on the new base. */
    resolve(answers: Answers): Promise<Outcome> {
      if (work.stale === null) return save(false);
      set({ answers, version: work.stale.version, stale: null, dirty: true });
      return save(false);
    },
    /** The same questions in another language: what was answered stays. */
    translate(next: StepPage): void {
      set({ questionnaire: next.questionnaire, returnedNote: next.returnedNote });
    },
    /** Tries now what waits. */
    nudge(): void {
      wake?.();
    },
  };
}

/** What is known already stands in the fields, apart from what only the person's own word makes an answer. */
function prefilled(page: StepPage): Answers {
  if (page.version > 0) return {};
  const unconfirmed = new Set(page.toConfirm);
  return Object.fromEntries(Object.entries(page.prefill).filter(([linkId]) => !unconfirmed.has(linkId)));
}
