/** Group sessions that one may join oneself: one press takes a seat. Loaded when it is asked for. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { fullTime } from '../times.ts';
import { useSpeech } from '../words.tsx';

export function Groups(): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const { patientId } = usePatient();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [busy, setBusy] = useState(false);
  const groups = useLoaded(`groups:${language}`, () => guard(api('GET /group-sessions', { query: {} })));
  if (groups.kind !== 'ready') return <Waiting title={t('groups.title')} state={groups} />;
  const take = async (id: string): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      setProblems([]);
      const visit = await guard(api('POST /group-sessions/:id/seats', { params: { id }, body: { patientId } }));
      navigate(`/visits/${visit.id}`, { done: visit.awaitingApproval ? 'requested' : 'booked' });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
      await groups.again();
    } finally {
      setBusy(false);
    }
  };
  const { items } = groups.value;
  return (
    <Page title={t('groups.title')} problems={problems}>
      {items.length === 0 && <p>{t('groups.none')}</p>}
      <ul className="lines">
        {items.map((one) => (
          <li key={one.id}>
            <h2>{one.visitType.name}</h2>
            <p>
              {fullTime(one.start, one.timeZone, language)}
              <br />
              {one.practitioner.name} · {one.location.name}
            </p>
            {one.ownAppointmentId !== null ? (
              <Link to={`/visits/${one.ownAppointmentId}`} className="button">
                {t('groups.yours')}
              </Link>
            ) : one.taken >= one.capacity ? (
              <p>{t('groups.full')}</p>
            ) : (
              <>
                <p>{t('groups.left', { count: one.capacity - one.taken })}</p>
                <button type="button" className="primary" aria-disabled={busy} onClick={() => void take(one.id)}>
                  {t('groups.take')}
                  <span className="hidden">
                    {' '}
                    {one.visitType.name}, {fullTime(one.start, one.timeZone, language)}
                  </span>
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </Page>
  );
}
