/** A screen in the waiting room: numbers and rooms, nobody’s name, readable from across the room. */
import './walk-ins.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useLive } from '../api/live.ts';
import { displayQuery } from '../api/walk-ins.ts';
import { usePageTitle } from '../lib/page-title.ts';
import { Answered } from '../parts/page.tsx';
import { useWaitWords } from './words.tsx';

const route = getRouteApi('/waiting-room/$queueId');

export function WaitingRoomPage() {
  const { t, i18n } = useTranslation();
  const { queueId } = route.useParams();
  const screen = useQuery(displayQuery(queueId, i18n.language));
  const waits = useWaitWords();
  useLive();
  usePageTitle(screen.data?.name ?? t('walkIns.screen'));
  return (
    <main className="hs-waiting-room">
      <Answered query={screen}>
        {({ name, called, waiting, nextWait }) => (
          <>
            <h1>{name}</h1>
            <section aria-labelledby="called" aria-live="polite">
              <h2 id="called">{t('walkIns.nowCalled')}</h2>
              {called.length === 0 ? (
                <p>{t('walkIns.nobodyCalled')}</p>
              ) : (
                <ul>
                  {called.map((one) => (
                    <li key={one.ticket}>
                      <strong className="hs-num">{one.ticket}</strong>
                      {one.room !== null && <span>{one.room}</span>}
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section aria-labelledby="next">
              <h2 id="next">{t('walkIns.waitingNumbers')}</h2>
              {waiting.length === 0 ? (
                <p>{t('walkIns.nobodyWaits')}</p>
              ) : (
                <ol>
                  {waiting.map((ticket) => (
                    <li key={ticket} className="hs-num">
                      {ticket}
                    </li>
                  ))}
                </ol>
              )}
              <p>{t('walkIns.newcomer', { wait: waits(nextWait) })}</p>
              <p className="hs-quiet">{t('walkIns.orderExplained')}</p>
            </section>
          </>
        )}
      </Answered>
    </main>
  );
}
