/** Where this intake stands: what happens, what one can do, what is next and by when, and whose turn it is (L5). */
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { answeringStates } from '../../../domain/intake/intake.ts';
import { Facts, Page } from '../parts.tsx';
import { Link, usePlace } from '../router.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import type { Language } from '../words.tsx';
import { CrisisBox } from './crisis.tsx';
import { Reach } from './link-page.tsx';
import type { Progress } from './intake-api.ts';
import { linkTokenOf } from './link-memory.ts';
import { useRoom } from './room.tsx';
import { PartList, stepsOf } from './steps.tsx';

export function StatusPage(): ReactNode {
  const { t, language } = useSpeech();
  const room = useRoom();
  const { progress, stores } = room;
  useEffect(() => {
    // Whoever comes back from here reads the parts again: the clinic may have given some back meanwhile.
    for (const [step, store] of stores) if (!store.get().dirty) stores.delete(step);
  }, [stores]);
  const { state, visit, next, clinic, crisis } = progress;
  const sent = usePlace().query.get('done') === 'sent';
  const answering = answeringStates.has(state);
  const begun = progress.steps.some(({ version }) => version > 0);
  const returned = stepsOf(progress).filter((step) => step.state === 'returned');
  const zone = visit?.timeZone ?? ownZone();
  const turn = progress.waitingOn;
  const token = linkTokenOf(room.id);
  const restored = room.restored.filter((step) => stores.get(step)?.get().restored === true);

  return (
    <Page title={t(`intake.state.${titleOf(state, begun)}`)}>
      {sent && (
        <p className="done" role="status">
          {t('intake.sent')}
        </p>
      )}
      <CrisisBox crisis={crisis} />
      <p>{t(`intake.stateHelp.${titleOf(state, begun)}`, { clinic: clinic.name })}</p>
      {returned.map(({ step, note }) => (
        <div className="note" key={step}>
          <strong>{t(`intake.step.${step}`)}</strong>
          {note !== null && <p>{note}</p>}
        </div>
      ))}
      {answering && restored.length > 0 && (
        <div className="note" role="status">
          <p>{t('intake.restored')}</p>
          <ul className="lines">
            {restored.map((step) => (
              <li key={step}>
                <Link to={`/intake/${room.id}/${step}`}>{t(`intake.step.${step}`)}</Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      {answering && (
        <Link to={`/intake/${room.id}/${returned[0]?.step ?? progress.step ?? 'review'}`} className="button primary">
          {t(returned.length > 0 ? 'intake.again' : begun ? 'intake.goOn' : 'intake.begin')}
        </Link>
      )}
      {state === 'expired' && token !== null && (
        <Link to={`/i/${token}`} className="button primary">
          {t('intake.link.renew')}
        </Link>
      )}
      <Facts
        rows={[
          [t('intake.turn'), t(`intake.turn.${turn}`)],
          ...(next === null ? [] : [[t('intake.next.label'), nextText(next, zone, language, t)] as const]),
          ...(visit?.start == null ? [] : [[t('intake.visit'), fullTime(visit.start, zone, language)] as const]),
          ...(progress.alsoFor.length === 0
            ? []
            : [
                [
                  t('intake.alsoFor'),
                  progress.alsoFor
                    .map(({ start }) => (start === null ? '' : fullTime(start, zone, language)))
                    .join('; '),
                ] as const,
              ]),
          ...(answering ? [[t('intake.openUntil'), fullTime(progress.expiresAt, zone, language)] as const] : []),
        ]}
      />
      {answering && (
        <>
          <h2>{t('intake.parts')}</h2>
          <PartList progress={progress} />
        </>
      )}
      <Reach clinic={clinic} />
      {(answering || state === 'submitted' || state === 'in-review') && (
        <p>
          <Link to={`/intake/${room.id}/withdraw`}>{t('intake.withdraw')}</Link>
        </p>
      )}
    </Page>
  );
}

type Title = 'new' | 'open' | 'returned' | 'submitted' | 'in-review' | 'completed' | 'expired' | 'cancelled';

function titleOf(state: Progress['state'], begun: boolean): Title {
  if (state === 'created' || state === 'invited' || state === 'in-progress') return begun ? 'open' : 'new';
  return state;
}

function nextText(
  next: NonNullable<Progress['next']>,
  zone: string,
  language: Language,
  t: ReturnType<typeof useSpeech>['t'],
): string {
  const what = t(`intake.next.${next.what}`);
  return next.by === null ? what : t('intake.next.by', { what, time: fullTime(next.by, zone, language) });
}
