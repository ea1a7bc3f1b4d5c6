/** An offer that stands now: on the first page and on the waiting list, so that nobody has to look for it. */
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';
import { useLoaded } from '../parts.tsx';
import { Link } from '../router.tsx';
import { useSession } from '../session.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';

export type Offer = Answer<'GET /offers'>['items'][number];

/** None while they are being read or cannot be: what else the page says does not wait for them. */
export function useOffers(): readonly Offer[] {
  const { language } = useSpeech();
  const { guard } = useSession();
  const offers = useLoaded(`offers:${language}`, () => guard(api('GET /offers')));
  return offers.kind === 'ready' ? offers.value.items.filter(({ state }) => state === 'offered') : [];
}

export function OfferCard({ offer }: { readonly offer: Offer }): ReactNode {
  const { t, language } = useSpeech();
  return (
    <section className="card offered" aria-labelledby={`offer-${offer.id}`}>
      <h2 id={`offer-${offer.id}`} className="first">
        {t('home.offer')}
      </h2>
      <p>
        <strong>{fullTime(offer.start, offer.timeZone, language)}</strong>
      </p>
      <p>{t('offer.until', { time: fullTime(offer.expiresAt, ownZone(), language) })}</p>
      <Link to={`/offers/${offer.id}`} className="button primary">
        {t('home.offerOpen')}
      </Link>
    </section>
  );
}
