import type { ReactNode } from 'react';
import { answeringStates } from '../../../domain/intake/intake.ts';
import { api } from '../../shared/api-client.ts';
import { Facts, Page, useLoaded, Waiting } from '../parts.tsx';
import { Link } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import { OfferCard, useOffers } from './offer-card.tsx';
import { holdIsOver, nextText, statusText, visitRows } from './visit-words.tsx';
import type { VisitView } from './visit-words.tsx';

export function Home(): ReactNode {
  const { t, language } = useSpeech();
  const { me, patientId } = usePatient();
  const { guard } = useSession();
  const visits = useLoaded(`home:${patientId}:${language}`, async () => {
    const read = (when: 'upcoming' | 'past') =>
      guard(api('GET /patients/:id/appointments', { params: { id: patientId }, query: { when, limit: 10 } }));
    const [upcoming, past] = await Promise.all([read('upcoming'), read('past')]);
    return { upcoming: upcoming.items.filter(isComing), past: past.items.filter(wasOne) };
  });
  const offers = useOffers();
  const intakes = useLoaded(`intakes:${patientId}`, () =>
    guard(api('GET /intakes', { query: { state: 'open', limit: 5 } })),
  );
  const title = t('home.title', { name: me.displayName });
  if (visits.kind !== 'ready') return <Waiting title={title} state={visits} />;
  const { upcoming, past } = visits.value;
  return (
    <Page title={title}>
      {offers.map((offer) => (
        <OfferCard key={offer.id} offer={offer} />
      ))}
      {intakes.kind === 'ready' &&
        intakes.value.items.map(({ id, state, expiresAt, visit }) => (
          <section className="card offered" key={id} aria-labelledby={`intake-${id}`}>
            <h2 id={`intake-${id}`} className="first">
              {t('intake.title')}
            </h2>
            {answeringStates.has(state) ? (
              <p>
                {t('intake.openUntil')} {fullTime(expiresAt, visit?.timeZone ?? ownZone(), language)}
              </p>
            ) : (
              <p>{t(`intake.state.${state === 'submitted' ? 'submitted' : 'in-review'}`)}</p>
            )}
            <Link to={`/intake/${id}`} className="button">
              {t(answeringStates.has(state) ? 'intake.answerNow' : 'intake.toStatus')}
            </Link>
          </section>
        ))}
      <h2>{t('home.next')}</h2>
      {upcoming.length === 0 && <p>{t('home.none')}</p>}
      {upcoming.map((visit) => (
        <section className="card" key={visit.id} aria-labelledby={`visit-${visit.id}`}>
          <h3 id={`visit-${visit.id}`}>
            {visit.start === null ? visit.visitType.name : fullTime(visit.start, visit.timeZone ?? ownZone(), language)}
          </h3>
          <p className="status">{statusText(visit, t)}</p>
          <Facts rows={visitRows(visit, t, language).slice(1)} />
          <p>{nextText(visit, t, language)[0]}</p>
          <Link to={`/visits/${visit.id}`} className="button">
            {t('home.open')}
            <span className="hidden">
              {' '}
              {visit.start === null ? '' : fullTime(visit.start, visit.timeZone ?? ownZone(), language)}
            </span>
          </Link>
        </section>
      ))}
      <Link to="/book" className="button primary">
        {t('home.book')}
      </Link>
      <Link to="/wait" className="button">
        {t('wait.join')}
      </Link>
      <details>
        <summary>{t('home.past')}</summary>
        {past.length === 0 ? (
          <p>{t('home.noPast')}</p>
        ) : (
          <ul className="lines">
            {past.map((visit) => (
              <li key={visit.id}>
                <Link to={`/visits/${visit.id}`}>
                  {visit.start === null
                    ? visit.visitType.name
                    : fullTime(visit.start, visit.timeZone ?? ownZone(), language)}
                </Link>{' '}
                <span className="hint">{statusText(visit, t)}</span>
              </li>
            ))}
          </ul>
        )}
      </details>
    </Page>
  );
}

const isComing = (visit: VisitView): boolean =>
  ['booked', 'arrived', 'checked-in', 'proposed', 'waitlist'].includes(visit.status) ||
  (visit.status === 'pending' && !holdIsOver(visit));

/** A hold that was let go is no visit. */
const wasOne = (visit: VisitView): boolean =>
  !['pending', 'entered-in-error'].includes(visit.status) &&
  visit.cancelReason !== 'hold-expired' &&
  visit.cancelReason !== 'hold-released';
