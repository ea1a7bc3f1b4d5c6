import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Facts, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useTimeLeft } from '../time-left.ts';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import { stepText, useAnswers, useVisitTypes } from './book-what.tsx';
import { visitRows } from './visit-words.tsx';

/** The last page of booking: the time is held, shown with everything that was chosen, and booked with one press. */
export function BookCheck(): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const answers = useAnswers();
  const holdId = answers['hold'] ?? '';
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [note, setNote] = useState<string | null>(null);
  const types = useVisitTypes();
  const hold = useLoaded(`hold:${holdId}:${language}`, () =>
    guard(api('GET /appointments/:id', { params: { id: holdId } })),
  );
  const view = hold.kind === 'ready' ? hold.value : null;
  const leftMs = useTimeLeft(view?.status === 'pending' && !view.awaitingApproval ? view.holdExpiresAt : null);
  const settled = view !== null && (view.status === 'booked' || view.awaitingApproval);
  useEffect(() => {
    // Gone back to after it was booked.
    if (settled) navigate(`/visits/${holdId}`, {}, { replace: true });
  }, [settled, holdId]);
  if (hold.kind !== 'ready' || view === null) return <Waiting title={t('book.check')} state={hold} />;
  if (settled) return null;

  const { hold: _hold, start: _start, ...again } = answers;
  if (view.status !== 'pending' || leftMs <= 0) {
    return (
      <Page key="over" title={t('book.expired')}>
        <p>{t('book.expiredHint')}</p>
        <Link to={again.type === undefined ? '/book' : '/book/time'} query={again} className="button primary">
          {t('book.another')}
        </Link>
      </Page>
    );
  }

  async function act(action: 'confirm-hold' | 'extend-hold' | 'release-hold'): Promise<void> {
    try {
      setProblems([]);
      const after = await guard(api('POST /appointments/:id/:action', { params: { id: holdId, action }, body: {} }));
      if (action === 'confirm-hold') {
        return navigate(
          `/visits/${holdId}`,
          { done: after.awaitingApproval ? 'requested' : 'booked' },
          { replace: true },
        );
      }
      if (action === 'release-hold') return navigate('/book/time', again, { replace: true });
      setNote(t('book.moreDone'));
      await hold.again();
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
      await hold.again();
    }
  }

  const type = types.kind === 'ready' ? types.value.find(({ id }) => id === view.visitTypeId) : undefined;
  const minutes = Math.floor(leftMs / 60_000);
  const left =
    minutes > 0
      ? t('book.minutesLeft', { count: minutes })
      : t('book.secondsLeft', { count: Math.ceil(leftMs / 1_000) });
  // Said aloud when a minute has passed, and every ten seconds of the last; not each second.
  const spoken = minutes > 0 ? left : t('book.secondsLeft', { count: Math.ceil(leftMs / 10_000) * 10 });
  return (
    <Page title={t('book.check')} step={stepText(t, 'check', type)} problems={problems}>
      <Facts rows={visitRows(view, t, language)} />
      <div className="note">
        <p aria-hidden="true">{t('book.held', { time: left })}</p>
        <p className="hidden" role="timer" aria-live={leftMs < 60_000 ? 'assertive' : 'off'}>
          {t('book.held', { time: spoken })}
        </p>
        {view.holdExpiresAt !== null && (
          <p className="hint">{t('book.heldUntil', { time: fullTime(view.holdExpiresAt, ownZone(), language) })}</p>
        )}
        {note !== null && <p role="status">{note}</p>}
        {!view.holdExtended && (
          <button type="button" onClick={() => void act('extend-hold')}>
            {t('book.more')}
          </button>
        )}
      </div>
      <Form
        onSubmit={() => act('confirm-hold')}
        label={t(type?.needsApproval === true ? 'book.confirmApproval' : 'book.confirm')}
      />
      <button type="button" onClick={() => void act('release-hold')}>
        {t('book.another')}
      </button>
    </Page>
  );
}
