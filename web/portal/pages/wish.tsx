/** One wish: what is happening, what can be done now, what happens next; and the page that asks before one leaves. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Facts, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import { useSession } from '../session.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import { OfferCard } from './offer-card.tsx';
import { answersOf } from './wait-answers.ts';
import { waits, whatText, wishRows } from './wish-words.tsx';

const doneWords = ['joined', 'changed', 'paused', 'resumed', 'declined'] as const;
const isDone = (value: string | null): value is (typeof doneWords)[number] =>
  (doneWords as readonly (string | null)[]).includes(value);

function useWish(id: string) {
  const { language } = useSpeech();
  const { guard } = useSession();
  return useLoaded(`wish:${id}:${language}`, () => guard(api('GET /waitlist-entries/:id', { params: { id } })));
}

export function WishPage({ id }: { readonly id: string }): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const done = usePlace().query.get('done');
  const wish = useWish(id);
  if (wish.kind !== 'ready') return <Waiting title={t('wait.list')} state={wish} />;
  const view = wish.value;
  const can = (action: string) => view.allowedActions.some((allowed) => allowed.action === action && allowed.possible);

  async function act(action: 'pause' | 'resume'): Promise<void> {
    try {
      setProblems([]);
      await guard(api('POST /waitlist-entries/:id/:action', { params: { id, action }, body: {} }));
      await wish.again();
      navigate(`/waiting/${id}`, { done: action === 'pause' ? 'paused' : 'resumed' }, { replace: true });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
      await wish.again();
    }
  }

  const silent = view.state === 'paused' && view.pausedReason === 'no-response';
  const next = waits(view) ? (view.state === 'paused' ? 'wait.nextPaused' : 'wait.next') : 'wait.nextOver';
  return (
    <Page title={t('wait.title', { what: whatText(view) })} problems={problems}>
      {isDone(done) && (
        <p className="done" role="status">
          {t(`wait.done.${done}`)}
        </p>
      )}
      <p className="status">{t(`wait.state.${view.state}`)}</p>
      {view.offers
        .filter(({ state }) => state === 'offered')
        .map((offer) => (
          <OfferCard key={offer.id} offer={offer} />
        ))}
      {view.positionBand !== null && (
        <>
          <h2>{t('wait.place')}</h2>
          <p>
            <strong>{t(`wait.band.${view.positionBand}`)}</strong>
          </p>
          <p className="hint">{t('wait.bandHint')}</p>
        </>
      )}
      <h2>{t('wait.suits')}</h2>
      <Facts
        rows={[
          ...(view.currentAppointmentId === null
            ? []
            : [
                [
                  t('wait.instead'),
                  <Link key="visit" to={`/visits/${view.currentAppointmentId}`}>
                    {t('wait.insteadVisit')}
                  </Link>,
                ] as const,
              ]),
          ...wishRows(view, t, language),
          [t('wait.since'), fullTime(view.joinedAt, ownZone(), language)],
        ]}
      />
      <h2>{t('next.title')}</h2>
      <p>{silent ? t('wait.pausedSilent') : t(next)}</p>
      {view.promotedAppointmentId !== null && (
        <Link to={`/visits/${view.promotedAppointmentId}`} className="button primary">
          {t('home.open')}
        </Link>
      )}
      {waits(view) && <h2>{t('visit.actions')}</h2>}
      {can('resume') && (
        <button type="button" className="primary" onClick={() => void act('resume')}>
          {t('wait.resume')}
        </button>
      )}
      {can('change') && (
        <Link to="/wait/who" query={answersOf(view)} className="button">
          {t('wait.change')}
        </Link>
      )}
      {can('pause') && (
        <button type="button" onClick={() => void act('pause')}>
          {t('wait.pause')}
        </button>
      )}
      {can('withdraw') && (
        <Link to={`/waiting/${id}/leave`} className="button danger">
          {t('wait.leave')}
        </Link>
      )}
      {!waits(view) && view.promotedAppointmentId === null && (
        <Link to="/wait" className="button primary">
          {t('wait.join')}
        </Link>
      )}
      <Link to="/waiting" className="button">
        {t('wait.see')}
      </Link>
    </Page>
  );
}

export function WishLeave({ id }: { readonly id: string }): ReactNode {
  const { t } = useSpeech();
  const { guard } = useSession();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const wish = useWish(id);
  if (wish.kind !== 'ready') return <Waiting title={t('wait.leaveTitle')} state={wish} />;

  async function submit(): Promise<void> {
    try {
      await guard(api('POST /waitlist-entries/:id/:action', { params: { id, action: 'withdraw' }, body: {} }));
      navigate('/waiting', { done: 'left' }, { replace: true });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('wait.leaveTitle')} problems={problems}>
      <p>
        <strong>{whatText(wish.value)}</strong>
      </p>
      <p>{t('wait.leaveHint')}</p>
      <Form onSubmit={submit} label={t('wait.leaveYes')} danger />
      <Link to={`/waiting/${id}`} className="button">
        {t('wait.leaveNo')}
      </Link>
    </Page>
  );
}
