/** Who is signed in, until when, and the way back in without losing the page. */
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { api, ProblemError } from '../shared/api-client.ts';
import type { Answer } from '../shared/api-client.ts';
import { useSpeech } from './words.tsx';

export type Me = Answer<'GET /me'>;
type State =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'out'; readonly ended: boolean }
  | { readonly kind: 'in'; readonly me: Me };

interface Session {
  readonly state: State;
  /** Reads who is signed in; also what keeps a session alive. */
  refresh(): Promise<void>;
  signOut(): Promise<void>;
  /** Passes an answer on; one that says "not signed in" shows the sign-in on this very page. */
  guard<T>(call: Promise<T>): Promise<T>;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('there is no session here');
  return session;
}

/** The signed-in patient; only below a page that asked for sign-in. */
export function usePatient(): { readonly me: Me; readonly patientId: string } {
  const { state } = useSession();
  if (state.kind !== 'in' || state.me.patientId === null) throw new Error('nobody is signed in');
  return { me: state.me, patientId: state.me.patientId };
}

const warnBeforeMs = 120_000;

export function SessionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [state, setState] = useState<State>({ kind: 'unknown' });
  // Every answered request moves the idle end on; the length of the idle time is learnt from /me.
  const idle = useRef({ lengthMs: Infinity, lastAt: 0 });

  const refresh = useCallback(async () => {
    try {
      const me = await api('GET /me');
      idle.current = { lengthMs: Date.parse(me.expiresAt) - Date.now(), lastAt: Date.now() };
      setState({ kind: 'in', me });
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error;
      setState((before) => ({ kind: 'out', ended: before.kind === 'in' }));
    }
  }, []);

  const session = useMemo<Session>(
    () => ({
      state,
      refresh,
      async signOut() {
        await api('DELETE /sessions/current').catch(() => undefined);
        setState({ kind: 'out', ended: false });
        // What was typed and not sent does not stay for who comes next.
        void import('./intake/kept-drafts.ts').then(({ dropOtherDrafts }) => dropOtherDrafts());
      },
      async guard(call) {
        try {
          const answer = await call;
          idle.current.lastAt = Date.now();
          return answer;
        } catch (error) {
          if (error instanceof ProblemError && error.status === 401) setState({ kind: 'out', ended: true });
          throw error;
        }
      },
    }),
    [state, refresh],
  );
  return (
    <SessionContext value={session}>
      {children}
      {state.kind === 'in' && <EndWarning idle={idle} stay={refresh} />}
    </SessionContext>
  );
}

/** No time limit without warning and extension (WCAG 2.2.1). */
function EndWarning(props: {
  readonly idle: RefObject<{ lengthMs: number; lastAt: number }>;
  readonly stay: () => Promise<void>;
}): ReactNode {
  const { idle, stay } = props;
  const { t } = useSpeech();
  const [leftMs, setLeftMs] = useState(Infinity);
  useEffect(() => {
    const timer = setInterval(() => setLeftMs(idle.current.lastAt + idle.current.lengthMs - Date.now()), 5_000);
    return () => clearInterval(timer);
  }, [idle]);
  const ended = leftMs <= 0;
  useEffect(() => {
    if (ended) void stay().catch(() => undefined);
  }, [ended, stay]);
  if (leftMs > warnBeforeMs || ended) return null;
  const minutes = Math.max(1, Math.ceil(leftMs / 60_000));
  return (
    <div className="warning" role="alert">
      <p>{t('session.warning', { time: t('book.minutesLeft', { count: minutes }) })}</p>
      <button
        type="button"
        onClick={() => {
          setLeftMs(Infinity);
          void stay().catch(() => undefined);
        }}
      >
        {t('session.stay')}
      </button>
    </div>
  );
}
