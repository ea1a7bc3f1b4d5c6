import { useState } from 'react';
import type { ReactNode } from 'react';
import { calendarFile } from '../../../domain/calendar/calendar-file.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';
import { Facts, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { notEligible, problemText } from '../problems.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import type { Key } from '../words.tsx';
import { VisitPapers } from './visit-papers.tsx';
import { nextText, statusText, visitRows } from './visit-words.tsx';

type Detail = Answer<'GET /appointments/:id'>;

export function Visit({ id }: { readonly id: string }): ReactNode {
  const { t, language } = useSpeech();
  const { patientId } = usePatient();
  const { guard } = useSession();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const done = usePlace().query.get('done');
  const visit = useLoaded(`visit:${id}:${language}`, () => guard(api('GET /appointments/:id', { params: { id } })));
  const messages = useLoaded(`messages:${id}`, async () => {
    const all = await guard(api('GET /patients/:id/notifications', { params: { id: patientId } }));
    return all.items.filter(({ aggregateId }) => aggregateId === id);
  });
  const locations = useLoaded('locations', () => guard(api('GET /locations')));
  if (visit.kind !== 'ready') return <Waiting title={t('visit.title')} state={visit} />;
  const view = visit.value;
  const place =
    locations.kind === 'ready' ? locations.value.items.find(({ id: at }) => at === view.locationId) : undefined;

  async function act(action: 'confirm' | 'release-hold'): Promise<void> {
    try {
      setProblems([]);
      await guard(api('POST /appointments/:id/:action', { params: { id, action }, body: {} }));
      await visit.again();
      // Said once the page shows it.
      if (action === 'confirm') navigate(`/visits/${id}`, { done: 'confirmed' }, { replace: true });
      await messages.again();
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
      await visit.again();
    }
  }

  /** Its own page says when it opens. */
  async function join(): Promise<void> {
    try {
      const { joinPath } = await guard(api('GET /telehealth/:id', { params: { id } }));
      if (joinPath !== null) window.location.assign(`${joinPath}?lang=${language}`);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('visit.title')} problems={problems}>
      {isDone(done) && (
        <p className="done" role="status">
          {t(`visit.done.${done}`)}
        </p>
      )}
      <p className="status">{statusText(view, t)}</p>
      <Facts rows={visitRows(view, t, language)} />
      <h2>{t('next.title')}</h2>
      {nextText(view, t, language).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {view.status === 'booked' && view.nextReminderAt !== null && <p>{t('next.reminder')}</p>}
      {view.mode === 'video' && ['booked', 'arrived', 'checked-in'].includes(view.status) && (
        <button type="button" onClick={() => void join()}>
          {t('visit.join')}
        </button>
      )}
      {['booked', 'arrived'].includes(view.status) && <VisitPapers visitId={id} />}
      <Actions view={view} act={act} />
      {place?.phone != null && (
        <>
          <h2>{t('help.title')}</h2>
          <p>
            <a href={`tel:${place.phone.replaceAll(/[^+0-9]/g, '')}`}>
              {t('help.call', { place: place.name, phone: place.phone })}
            </a>
          </p>
        </>
      )}
      <h2>{t('visit.messages')}</h2>
      {messages.kind === 'ready' && (
        <ul className="lines">
          {messages.value.length === 0 && <li>{t('visit.noMessages')}</li>}
          {messages.value.map((message) => (
            <li key={message.id}>
              {messageName(message.kind, t)} {t(`message.${message.channel}`)}:{' '}
              {t(`message.state.${message.state}`, {
                time: message.sentAt === null ? '' : fullTime(message.sentAt, view.timeZone ?? ownZone(), language),
              })}
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

/** Only what the server accepts now; what is known and not possible says why. */
function Actions({
  view,
  act,
}: {
  readonly view: Detail;
  readonly act: (action: 'confirm' | 'release-hold') => Promise<void>;
}): ReactNode {
  const { t } = useSpeech();
  const can = (action: string) => view.allowedActions.some((allowed) => allowed.action === action && allowed.possible);
  const move = view.allowedActions.find(({ action }) => action === 'reschedule');
  const whyNot = move?.reason?.code === 'guard-failed' ? move.reason.data?.['guard'] : move?.reason?.code;
  const items: ReactNode[] = [];
  if (can('confirm'))
    items.push(
      <button key="confirm" type="button" className="primary" onClick={() => void act('confirm')}>
        {t('visit.confirm')}
      </button>,
    );
  if (can('confirm-hold'))
    items.push(
      <Link key="hold" to="/book/check" query={{ hold: view.id }} className="button primary">
        {t('visit.finishBooking')}
      </Link>,
    );
  if (can('reschedule')) {
    items.push(
      <Link key="move" to={`/visits/${view.id}/move`} className="button">
        {t('visit.move')}
      </Link>,
    );
    if (view.rescheduleCount > 0)
      items.push(
        <p key="moved" className="hint">
          {t('visit.moved', { count: view.rescheduleCount })}
        </p>,
      );
  } else if (whyNot === 'reschedule-limit')
    items.push(
      <p key="why" className="hint">
        {t('problem.reschedule-limit')}
      </p>,
    );
  else if (whyNot === 'patient-not-eligible')
    items.push(
      <p key="why" className="hint">
        {notEligible(move?.reason?.data, t)}
      </p>,
    );
  else if (whyNot === 'needs-approval')
    items.push(
      <p key="why" className="hint">
        {t('visit.moveApproval')}
      </p>,
    );
  if (can('reschedule'))
    items.push(
      <Link
        key="earlier"
        to="/wait/who"
        query={{ type: view.visitTypeId, visit: view.id, who: view.practitionerId ?? undefined, mode: view.mode }}
        className="button"
      >
        {t('visit.earlier')}
      </Link>,
      <p key="earlier-hint" className="hint">
        {t('visit.earlierHint')}
      </p>,
    );
  if (view.status === 'booked') items.push(<AddToCalendar key="calendar" view={view} />);
  if (can('cancel'))
    items.push(
      <Link key="cancel" to={`/visits/${view.id}/cancel`} className="button danger">
        {t('visit.cancel')}
      </Link>,
    );
  if (can('release-hold'))
    items.push(
      <button key="release" type="button" onClick={() => void act('release-hold')}>
        {t('visit.release')}
      </button>,
    );
  if (['cancelled', 'noshow', 'fulfilled'].includes(view.status))
    items.push(
      <Link key="book" to="/book" className="button primary">
        {t('home.book')}
      </Link>,
    );
  if (items.length === 0) return null;
  return (
    <>
      <h2>{t('visit.actions')}</h2>
      {items}
    </>
  );
}

function AddToCalendar({ view }: { readonly view: Detail }): ReactNode {
  const { t } = useSpeech();
  const { me } = usePatient();
  if (view.start === null || view.end === null) return null;
  const { start, end } = view;
  const save = () => {
    const text = calendarFile('PUBLISH', {
      id: view.id,
      host: window.location.hostname,
      version: view.version,
      start: new Date(start),
      end: new Date(end),
      summary: t('visit.calendarSummary', { clinic: me.organization.name }),
      place: view.mode === 'in-person' ? view.location?.name : t(`mode.${view.mode}`),
      url: `${window.location.origin}/portal/visits/${view.id}`,
      at: new Date(),
    });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/calendar' }));
    link.download = 'visit.ics';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return (
    <button type="button" onClick={save}>
      {t('visit.calendar')}
    </button>
  );
}

const doneWords = ['booked', 'requested', 'moved', 'won', 'confirmed', 'cancelled'] as const;
const isDone = (value: string | null): value is (typeof doneWords)[number] =>
  (doneWords as readonly (string | null)[]).includes(value);

const kinds = new Set([
  'booked',
  'rescheduled',
  'reminder',
  'cancelled',
  'cancelled-by-clinic',
  'awaiting-approval',
  'not-approved',
  'offer',
]);
const messageName = (kind: string, t: ReturnType<typeof useSpeech>['t']): string =>
  t((kinds.has(kind) ? `message.${kind}` : 'message.other') as Key & `message.${string}`);
