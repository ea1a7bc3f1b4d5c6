import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { BookCheck } from './pages/book-check.tsx';
import { BookDay, BookTime } from './pages/book-when.tsx';
import { BookHow, BookWhat, BookWho } from './pages/book-what.tsx';
import { Claim } from './pages/claim.tsx';
import { Forgot } from './pages/forgot.tsx';
import { Home } from './pages/home.tsx';
import { MoveCheck, MoveDay, MoveTime } from './pages/move.tsx';
import { OfferDecline, OfferPage } from './pages/offer.tsx';
import { Profile, ProfileContact, ProfileLanguage } from './pages/profile.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { Visit } from './pages/visit.tsx';
import { VisitCancel } from './pages/visit-cancel.tsx';
import { WaitCheck } from './pages/wait-check.tsx';
import { WaitDays, WaitHow, WaitNotice, WaitTime, WaitVisit, WaitWhat, WaitWho } from './pages/wait-questions.tsx';
import { WaitingList } from './pages/waiting.tsx';
import { WishLeave, WishPage } from './pages/wish.tsx';
import { Page } from './parts.tsx';
import { Link, usePlace } from './router.tsx';
import { SessionProvider, useSession } from './session.tsx';
import { dressPage, languages, loadWords, rememberLanguage, SpeechContext, useSpeech } from './words.tsx';
import type { Language, Words } from './words.tsx';

/** Few look for a group: its page is fetched by who does. */
const Groups = lazy(async () => ({ default: (await import('./pages/groups.tsx')).Groups }));

/** What was signed is read now and then. */
const documents = () => import('./pages/documents.tsx');
const Documents = lazy(async () => ({ default: (await documents()).Documents }));
const SignedText = lazy(async () => ({ default: (await documents()).SignedText }));
const TakeBack = lazy(async () => ({ default: (await documents()).TakeBack }));
const late = (page: ReactNode): ReactNode => <Suspense>{page}</Suspense>;

/** An intake is a room of its own, fetched by who has one. */
const IntakeRoom = lazy(async () => ({ default: (await import('./intake/room.tsx')).IntakeRoom }));
const IntakeLink = lazy(async () => ({ default: (await import('./intake/link-page.tsx')).IntakeLink }));

const id = '([0-9a-f-]{36})';
const intake = new RegExp(`^/intake/${id}(?:/(.*))?$`);
const open: readonly (readonly [RegExp, (token: string) => ReactNode])[] = [
  [/^\/i\/([\w-]+)$/, (token) => <IntakeLink token={token} />],
  [/^\/claim\/([\w-]+)$/, (token) => <Claim token={token} />],
  [/^\/forgot$/, () => <Forgot />],
];
const signedIn: readonly (readonly [RegExp, (visitId: string) => ReactNode])[] = [
  [/^\/$/, () => <Home />],
  [/^\/book$/, () => <BookWhat />],
  [/^\/groups$/, () => late(<Groups />)],
  [/^\/book\/how$/, () => <BookHow />],
  [/^\/book\/who$/, () => <BookWho />],
  [/^\/book\/day$/, () => <BookDay />],
  [/^\/book\/time$/, () => <BookTime />],
  [/^\/book\/check$/, () => <BookCheck />],
  [new RegExp(`^/visits/${id}$`), (visitId) => <Visit id={visitId} />],
  [new RegExp(`^/visits/${id}/cancel$`), (visitId) => <VisitCancel id={visitId} />],
  [new RegExp(`^/visits/${id}/move$`), (visitId) => <MoveDay id={visitId} />],
  [new RegExp(`^/visits/${id}/move/time$`), (visitId) => <MoveTime id={visitId} />],
  [new RegExp(`^/visits/${id}/move/check$`), (visitId) => <MoveCheck id={visitId} />],
  [/^\/wait$/, () => <WaitWhat />],
  [/^\/wait\/how$/, () => <WaitHow />],
  [/^\/wait\/visit$/, () => <WaitVisit />],
  [/^\/wait\/who$/, () => <WaitWho />],
  [/^\/wait\/days$/, () => <WaitDays />],
  [/^\/wait\/time$/, () => <WaitTime />],
  [/^\/wait\/notice$/, () => <WaitNotice />],
  [/^\/wait\/check$/, () => <WaitCheck />],
  [/^\/waiting$/, () => <WaitingList />],
  [new RegExp(`^/waiting/${id}$`), (wishId) => <WishPage id={wishId} />],
  [new RegExp(`^/waiting/${id}/leave$`), (wishId) => <WishLeave id={wishId} />],
  [new RegExp(`^/offers/${id}$`), (offerId) => <OfferPage id={offerId} />],
  [new RegExp(`^/offers/${id}/decline$`), (offerId) => <OfferDecline id={offerId} />],
  [/^\/profile$/, () => <Profile />],
  [/^\/profile\/contact$/, () => <ProfileContact />],
  [/^\/profile\/language$/, () => <ProfileLanguage />],
  [/^\/documents$/, () => late(<Documents />)],
  [new RegExp(`^/documents/${id}$`), (documentId) => late(<SignedText id={documentId} />)],
  [new RegExp(`^/documents/${id}/take-back$`), (documentId) => late(<TakeBack id={documentId} />)],
];

export function App(props: { readonly language: Language; readonly words: Words }): ReactNode {
  const [{ language, words }, setSpeech] = useState(props);
  const wanted = useRef(props.language);
  const speech = useMemo(
    () => ({
      language,
      t: words,
      async setLanguage(next: Language) {
        wanted.current = next;
        const loaded = await loadWords(next);
        // Who walks through a list passes several: the last one counts, whichever arrives last.
        if (wanted.current !== next) return;
        dressPage(next);
        rememberLanguage(next);
        setSpeech({ language: next, words: loaded });
      },
    }),
    [language, words],
  );
  return (
    <SpeechContext value={speech}>
      <SessionProvider>
        <Frame />
      </SessionProvider>
    </SpeechContext>
  );
}

function Frame(): ReactNode {
  const { t } = useSpeech();
  const { state, signOut } = useSession();
  const isPatient = state.kind === 'in' && state.me.patientId !== null;
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <header>
        <p className="clinic">{state.kind === 'in' ? state.me.organization.name : t('app')}</p>
        <LanguageMenu />
        {isPatient && (
          <nav aria-label={t('menu')} className="menu">
            <Link to="/">{t('menu.home')}</Link>
            <Link to="/book">{t('menu.book')}</Link>
            <Link to="/waiting">{t('menu.waiting')}</Link>
            <Link to="/profile">{t('menu.profile')}</Link>
            <button type="button" className="plain" onClick={() => void signOut()}>
              {t('menu.signOut')}
            </button>
          </nav>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        <Pages />
      </main>
      <footer>
        <p>{t('emergency')}</p>
      </footer>
    </>
  );
}

function Opening(): ReactNode {
  const { t } = useSpeech();
  return (
    <p role="status" className="loading">
      {t('loading')}
    </p>
  );
}

/** Each language by its own name, so that whoever reads only that one finds it. */
function LanguageMenu(): ReactNode {
  const { t, language, setLanguage } = useSpeech();
  return (
    <label className="languages">
      <span>{t('language')}</span>
      <select value={language} onChange={(event) => void setLanguage(event.currentTarget.value as Language)}>
        {languages.map((other) => (
          <option key={other} value={other} lang={other}>
            {t(`lang.${other}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Pages(): ReactNode {
  const { path } = usePlace();
  const { t } = useSpeech();
  const session = useSession();
  const { state, refresh } = session;
  const openPage = open.find(([pattern]) => pattern.test(path));
  const room = intake.exec(path);
  const needsSession = openPage === undefined && room === null;
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (needsSession && state.kind === 'unknown') refresh().catch(() => setFailed(true));
  }, [needsSession, state.kind, refresh]);

  if (room !== null) {
    // One element for all its pages: what was answered lives in it.
    return (
      <Suspense fallback={<Opening />}>
        <IntakeRoom key={room[1]} id={room[1] ?? ''} rest={room[2] ?? ''} />
      </Suspense>
    );
  }
  if (openPage !== undefined) {
    return (
      <div key={path}>
        <Suspense fallback={<Opening />}>{openPage[1](openPage[0].exec(path)?.[1] ?? '')}</Suspense>
      </div>
    );
  }
  if (state.kind === 'unknown') {
    if (!failed) return <Opening />;
    return (
      <Page title={t('app')} problems={[{ text: t('problem.offline') }]}>
        <button type="button" className="primary" onClick={() => window.location.reload()}>
          {t('retry')}
        </button>
      </Page>
    );
  }
  if (state.kind === 'out') return <SignIn ended={state.ended} />;
  if (state.me.patientId === null) {
    return (
      <Page title={t('signIn.staff')}>
        <p>
          <a href="/">{t('signIn.toStaff')}</a>
        </p>
      </Page>
    );
  }
  for (const [pattern, page] of signedIn) {
    const match = pattern.exec(path);
    if (match !== null) return <div key={path}>{page(match[1] ?? '')}</div>;
  }
  return (
    <Page title={t('notFound.title')}>
      <Link to="/">{t('notFound.home')}</Link>
    </Page>
  );
}
