/** An offer: the time, how long it is kept, yes, no, or a little more time once; and what is said when it is over. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Choices, Facts, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { useSession } from '../session.tsx';
import { leftWords, spokenLeft, useTimeLeft } from '../time-left.ts';
import { clocksDiffer, fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import type { Language, Words } from '../words.tsx';
import { alternativesOf } from './book-when.tsx';
import type { Offer } from './offer-card.tsx';
import type { Slot } from './when.tsx';

function useOffer(id: string) {
  const { language } = useSpeech();
  const { guard } = useSession();
  return useLoaded(`offer:${id}:${language}`, async () => {
    const { items } = await guard(api('GET /offers'));
    return items.find((offer) => offer.id === id && offer.state === 'offered') ?? null;
  });
}

/** When the visit is that would be given up; null while it is not known. */
function useReplaced(id: string | null): string | null {
  const { language } = useSpeech();
  const { guard } = useSession();
  const visit = useLoaded(`offer-replaces:${id}`, async () =>
    id === null ? null : guard(api('GET /appointments/:id', { params: { id } })),
  );
  if (visit.kind !== 'ready' || visit.value === null || visit.value.start === null) return null;
  return fullTime(visit.value.start, visit.value.timeZone ?? ownZone(), language);
}

function offerRows(offer: Offer, t: Words, language: Language): (readonly [string, ReactNode])[] {
  const { start, timeZone } = offer;
  return [
    [t('visit.when'), <strong key="when">{fullTime(start, timeZone, language)}</strong>],
    ...(clocksDiffer(start, timeZone) ? [[t('visit.whenHere'), fullTime(start, ownZone(), language)] as const] : []),
    ...(offer.mode === 'in-person'
      ? offer.location === null
        ? []
        : [[t('visit.where'), offer.location.name] as const]
      : [[t('visit.how'), t(`mode.${offer.mode}`)] as const]),
    ...(offer.practitioner === null ? [] : [[t('visit.who'), offer.practitioner.name] as const]),
    [t('visit.what'), offer.visitTypes.map(({ name }) => name).join(', ')],
  ];
}

export function OfferPage({ id }: { readonly id: string }): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [note, setNote] = useState<string | null>(null);
  const [late, setLate] = useState<readonly Slot[] | null>(null);
  const loaded = useOffer(id);
  const offer = loaded.kind === 'ready' ? loaded.value : null;
  const leftMs = useTimeLeft(offer?.expiresAt ?? null);
  const ended = offer !== null && leftMs <= 0;
  const replaced = useReplaced(offer?.currentAppointmentId ?? null);
  const { again } = loaded;
  useEffect(() => {
    // This device's clock may be ahead: the server's word counts.
    if (ended) void again();
  }, [ended, again]);
  if (loaded.kind !== 'ready') return <Waiting title={t('offer.title')} state={loaded} />;
  if (late !== null || offer === null || leftMs <= 0) return <OfferOver free={late ?? []} />;
  const { openingId } = offer;

  async function act(action: 'accept' | 'extend'): Promise<void> {
    try {
      setProblems([]);
      const params = { id: openingId, action };
      const { appointment } = await guard(api('POST /openings/:id/:action', { params, body: { offerId: id } }));
      if (action === 'accept') {
        return appointment === null
          ? navigate('/', {}, { replace: true })
          : navigate(`/visits/${appointment.id}`, { done: 'won' }, { replace: true });
      }
      await loaded.again();
      // Said once the page shows it.
      setNote(t('offer.moreDone'));
    } catch (error) {
      if (isCode(error, 'offer-expired')) return setLate(alternativesOf(error));
      setProblems([{ text: problemText(error, t) }]);
      await loaded.again();
    }
  }

  return (
    <Page title={t('offer.title')} problems={problems}>
      <Facts rows={offerRows(offer, t, language)} />
      {offer.currentAppointmentId !== null && (
        <p>{replaced === null ? t('offer.replaces') : t('offer.replacesOn', { time: replaced })}</p>
      )}
      <div className="note">
        <TimeLeft key={offer.expiresAt} leftMs={leftMs} />
        <p className="hint">{t('offer.until', { time: fullTime(offer.expiresAt, ownZone(), language) })}</p>
        {note !== null && <p role="status">{note}</p>}
        {!offer.extended && (
          <button type="button" onClick={() => void act('extend')}>
            {t('offer.more')}
          </button>
        )}
      </div>
      <Form onSubmit={() => act('accept')} label={t('offer.accept')} />
      <Link to={`/offers/${id}/decline`} className="button">
        {t('offer.decline')}
      </Link>
      <p className="hint">{t('offer.keeps')}</p>
    </Page>
  );
}

/** Exact for who looks or asks; said by itself only when a step is passed, and never because the page has opened. */
function TimeLeft({ leftMs }: { readonly leftMs: number }): ReactNode {
  const { t, language } = useSpeech();
  const step = spokenLeft(leftMs);
  const [first] = useState(step);
  return (
    <>
      <p role="timer" aria-live="off">
        {t('offer.left', { time: leftWords(leftMs, language) })}
      </p>
      <p className="hidden" aria-live={step < 60_000 ? 'assertive' : 'polite'}>
        {step < first ? t('offer.left', { time: leftWords(step, language) }) : ''}
      </p>
    </>
  );
}

const reasons = ['time', 'too-soon', 'keeps-visit', 'no-answer'] as const;

export function OfferDecline({ id }: { readonly id: string }): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const [reason, setReason] = useState<string>('no-answer');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [late, setLate] = useState<readonly Slot[] | null>(null);
  const loaded = useOffer(id);
  if (loaded.kind !== 'ready') return <Waiting title={t('offer.declineTitle')} state={loaded} />;
  const offer = loaded.value;
  if (late !== null || offer === null) return <OfferOver free={late ?? []} />;
  const { openingId, entryId } = offer;

  async function submit(): Promise<void> {
    try {
      setProblems([]);
      const body = { offerId: id, ...(reason === 'no-answer' ? {} : { reason }) };
      await guard(api('POST /openings/:id/:action', { params: { id: openingId, action: 'decline' }, body }));
      navigate(`/waiting/${entryId}`, { done: 'declined' }, { replace: true });
    } catch (error) {
      if (isCode(error, 'offer-expired')) return setLate(alternativesOf(error));
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('offer.declineTitle')} problems={problems}>
      <Facts rows={offerRows(offer, t, language)} />
      <p>{t('offer.keeps')}</p>
      <Form onSubmit={submit} label={t('offer.declineYes')} danger>
        <Choices
          name="reason"
          legend={t('offer.declineWhy')}
          showLegend
          value={reason}
          onChange={setReason}
          choices={reasons
            .filter((value) => value !== 'keeps-visit' || offer.currentAppointmentId !== null)
            .map((value) => ({ value, label: t(`offer.reason.${value}`) }))}
        />
      </Form>
      <Link to={`/offers/${id}`} className="button">
        {t('offer.declineNo')}
      </Link>
    </Page>
  );
}

/** A late answer loses nothing but this one time. */
function OfferOver({ free }: { readonly free: readonly Slot[] }): ReactNode {
  const { t, language } = useSpeech();
  return (
    <Page key="over" title={t('offer.over')}>
      <p>{t('offer.overHint')}</p>
      {free.length > 0 && (
        <>
          <p>{t('offer.free')}</p>
          <ul className="lines">
            {free.map(({ start, timeZone }) => (
              <li key={start}>{fullTime(start, timeZone, language)}</li>
            ))}
          </ul>
        </>
      )}
      <Link to="/book" className="button primary">
        {t('home.book')}
      </Link>
      <Link to="/waiting" className="button">
        {t('wait.see')}
      </Link>
    </Page>
  );
}
