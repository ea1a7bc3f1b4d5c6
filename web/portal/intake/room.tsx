/**
 * The room of one intake. It stays while somebody walks through its pages, so that nothing that was said is lost when the
 * session ends: the step-up stands in the place of the page, and the page comes back with its answers.
 */
import { createContext, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { intakeSteps } from '../../../domain/intake/intake.ts';
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import { ProblemError } from '../../shared/api-client.ts';
import { Page, useLoaded, Waiting } from '../parts.tsx';
import type { Loaded } from '../parts.tsx';
import { isCode } from '../problems.ts';
import { Link } from '../router.tsx';
import { SignIn } from '../pages/sign-in.tsx';
import { useSpeech } from '../words.tsx';
import type { Language } from '../words.tsx';
import { putStep, readEarly, readProgress, readStep } from './intake-api.ts';
import type { Progress } from './intake-api.ts';
import { draftKeeper, findDraft, keptSteps, newPlace } from './kept-drafts.ts';
import { StepUp } from './link-page.tsx';
import { linkTokenOf } from './link-memory.ts';
import { QuestionPage } from './question-page.tsx';
import { ReviewPage } from './review-page.tsx';
import { StatusPage } from './status-page.tsx';
import { createStepStore } from './step-store.ts';
import type { StepStore, Work } from './step-store.ts';
import { WithdrawPage } from './withdraw-page.tsx';
import './intake.css';

export { readEarly };

interface Room {
  readonly id: string;
  readonly progress: Progress;
  readonly refresh: () => Promise<void>;
  readonly stores: Map<IntakeStep, StepStore>;
  readonly signedOut: () => void;
  /** Parts with words that this browser had kept, and that had not reached the clinic. */
  readonly restored: readonly IntakeStep[];
}

const RoomContext = createContext<Room | null>(null);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (room === null) throw new Error('there is no intake here');
  return room;
}

const isStep = (text: string): text is IntakeStep => (intakeSteps as readonly string[]).includes(text);

/** @param rest what follows the id in the address: nothing, `withdraw`, or a step and its page */
export function IntakeRoom({ id, rest }: { readonly id: string; readonly rest: string }): ReactNode {
  const { t, language, setLanguage } = useSpeech();
  const [out, setOut] = useState(false);
  const [stores] = useState(() => new Map<IntakeStep, StepStore>());
  const [restored, setRestored] = useState<readonly IntakeStep[]>([]);
  const spoken = useRef(language);
  useEffect(() => {
    spoken.current = language;
  }, [language]);
  const loaded = useLoaded(`intake:${id}:${language}`, async () => {
    try {
      return await readProgress(id, language);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        setOut(true);
        return null;
      }
      throw error;
    }
  });
  // While another language is fetched, the page that stands keeps standing.
  const [kept, setKept] = useState<Progress | null>(null);
  const value = loaded.kind === 'ready' ? loaded.value : null;
  if (value !== null && value !== kept) setKept(value);
  const progress = value ?? kept;

  const { again } = loaded;
  const room = useMemo<Room | null>(
    () =>
      progress === null ? null : { id, progress, refresh: again, stores, signedOut: () => setOut(true), restored },
    [id, progress, again, stores, restored],
  );
  useUnsavedWarning(stores);
  const isIn = !out && progress !== null;
  useEffect(() => {
    if (!isIn) return;
    let current = true;
    void (async () => {
      for (const step of await keptSteps(id)) {
        const store = await openStep({ id, stores, signedOut: () => setOut(true) }, step, () => spoken.current);
        if (!current) return;
        if (store.get().restored) setRestored((before) => [...new Set([...before, step])]);
      }
    })().catch(() => undefined);
    return () => {
      current = false;
    };
  }, [isIn, id, stores]);

  if (out) {
    const token = linkTokenOf(id);
    const back = async (): Promise<void> => {
      setOut(false);
      await again();
    };
    return token === null ? <SignIn ended={kept !== null} onDone={back} /> : <StepUp token={token} onOpen={back} />;
  }
  if (room === null) {
    if (loaded.kind === 'failed' && isCode(loaded.error, 'not-found', 'forbidden')) return <NotYours />;
    return <Waiting title={t('intake.title')} state={loaded as Loaded<unknown> & { again: () => Promise<void> }} />;
  }
  const [first = '', page = ''] = rest.split('/').map(decodeURIComponent);
  return (
    <RoomContext value={room}>
      {first === 'withdraw' ? (
        <WithdrawPage key="withdraw" />
      ) : first === 'review' ? (
        <ReviewPage key="review" />
      ) : isStep(first) ? (
        <QuestionPage key={`${first}/${page}`} step={first} page={page} setLanguage={setLanguage} />
      ) : (
        <StatusPage key="status" />
      )}
    </RoomContext>
  );
}

function NotYours(): ReactNode {
  const { t } = useSpeech();
  return (
    <Page title={t('intake.notFound')}>
      <p>{t('intake.notFoundHelp')}</p>
      <Link to="/">{t('notFound.home')}</Link>
    </Page>
  );
}

/** The browser asks before it closes a page whose answers have not arrived. */
function useUnsavedWarning(stores: ReadonlyMap<IntakeStep, StepStore>): void {
  useEffect(() => {
    const dirty = (): StepStore[] => [...stores.values()].filter((store) => store.get().dirty);
    const warn = (event: BeforeUnloadEvent): void => {
      if (dirty().length > 0) event.preventDefault();
    };
    // A telephone that puts the page away says so; nothing else may come after it.
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') for (const store of dirty()) void store.save(false, true);
    };
    window.addEventListener('beforeunload', warn);
    document.addEventListener('visibilitychange', hidden);
    return () => {
      window.removeEventListener('beforeunload', warn);
      document.removeEventListener('visibilitychange', hidden);
    };
  }, [stores]);
}

/** From the clinic, and from what this browser kept of it. */
async function openStep(
  room: Pick<Room, 'id' | 'stores' | 'signedOut'>,
  step: IntakeStep,
  language: () => Language,
): Promise<StepStore> {
  const page = await readStep(room.id, step, language()).catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 401) room.signedOut();
    throw error;
  });
  const kept = await findDraft(page.draftKey, room.id, step);
  const known = room.stores.get(step);
  if (known !== undefined && (known.get().dirty || known.get().version >= page.version)) {
    known.translate(page);
    return known;
  }
  const store = createStepStore(
    {
      step,
      put: (body, key) => putStep(room.id, step, body, key),
      language,
      signedOut: room.signedOut,
      keep: draftKeeper(page.draftKey, kept?.place ?? newPlace(room.id, step)),
    },
    page,
    kept?.draft,
  );
  room.stores.set(step, store);
  void store.sendKept();
  return store;
}

/** The step's questions and answers; fetched once for all its pages, and again in another language. */
export function useStep(step: IntakeStep): Loaded<StepStore> & { readonly again: () => Promise<void> } {
  const room = useRoom();
  const { language } = useSpeech();
  const spoken = useRef(language);
  useEffect(() => {
    spoken.current = language;
  }, [language]);
  const here = room.stores.get(step);
  const ready = here !== undefined && here.get().questionnaire.language === language ? here : null;
  const loaded = useLoaded(`step:${room.id}:${step}:${language}`, async () => {
    if (ready !== null) return ready;
    return openStep(room, step, () => spoken.current);
  });
  return ready === null ? loaded : { kind: 'ready', value: ready, again: loaded.again };
}

export const useWork = (store: StepStore): Work => useSyncExternalStore(store.subscribe, store.get);
