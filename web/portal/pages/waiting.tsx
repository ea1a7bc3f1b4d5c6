/** Everything that a patient waits for, the offers that stand on top. */
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Facts, Page, useLoaded, Waiting } from '../parts.tsx';
import { Link, usePlace } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useSpeech } from '../words.tsx';
import { OfferCard, useOffers } from './offer-card.tsx';
import { waits, whatText, wishRows } from './wish-words.tsx';

export function WaitingList(): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const done = usePlace().query.get('done');
  const wishes = useLoaded(`wishes:${language}`, () => guard(api('GET /waitlist-entries', { query: { limit: 100 } })));
  const offers = useOffers();
  if (wishes.kind !== 'ready') return <Waiting title={t('wait.list')} state={wishes} />;
  const { items } = wishes.value;
  const waiting = items.filter(waits);
  const ended = items.filter((wish) => !waits(wish));
  return (
    <Page title={t('wait.list')}>
      {done === 'left' && (
        <p className="done" role="status">
          {t('wait.done.left')}
        </p>
      )}
      <p>{t('wait.lead')}</p>
      {offers.map((offer) => (
        <OfferCard key={offer.id} offer={offer} />
      ))}
      {waiting.length === 0 && <p>{t('wait.none')}</p>}
      {waiting.map((wish) => (
        <section className="card" key={wish.id} aria-labelledby={`wish-${wish.id}`}>
          <h2 id={`wish-${wish.id}`} className="first">
            {whatText(wish)}
          </h2>
          <p className="status">{t(`wait.state.${wish.state}`)}</p>
          <Facts rows={wishRows(wish, t, language).slice(0, 2)} />
          <Link to={`/waiting/${wish.id}`} className="button">
            {t('wait.open')}
            <span className="hidden"> {whatText(wish)}</span>
          </Link>
        </section>
      ))}
      <Link to="/wait" className="button primary">
        {t('wait.join')}
      </Link>
      {ended.length > 0 && (
        <details>
          <summary>{t('wait.earlierOnes')}</summary>
          <ul className="lines">
            {ended.map((wish) => (
              <li key={wish.id}>
                <Link to={`/waiting/${wish.id}`}>{whatText(wish)}</Link>{' '}
                <span className="hint">{t(`wait.state.${wish.state}`)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Page>
  );
}
