/** What must be signed before a visit and is not; one press leads to where it is signed. Nothing where all is signed. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { useLoaded } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { navigate } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useSpeech } from '../words.tsx';

export function VisitPapers({ visitId }: { readonly visitId: string }): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const papers = useLoaded(`papers:${visitId}:${language}`, () =>
    guard(api('GET /appointments/:id/consents', { params: { id: visitId }, query: { language } })),
  );
  // The visit's page stands without it.
  if (papers.kind !== 'ready' || papers.value.missing.length === 0) return null;
  const { missing, canAsk } = papers.value;

  async function sign(): Promise<void> {
    try {
      setBusy(true);
      setProblem(null);
      const { intakeId } = await guard(api('POST /appointments/:id/consents/ask', { params: { id: visitId }, body: {} })); // prettier-ignore
      navigate(`/intake/${intakeId}`);
    } catch (error) {
      setProblem(problemText(error, t));
      setBusy(false);
    }
  }

  return (
    <section className="card" aria-labelledby="papers">
      <h2 id="papers" className="first">
        {t('visit.papers.title')}
      </h2>
      <p>{t(canAsk ? 'visit.papers.help' : 'visit.papers.wait')}</p>
      <ul className="lines">
        {missing.map(({ kind, title }) => (
          <li key={kind}>{title}</li>
        ))}
      </ul>
      {problem !== null && <p role="alert">{problem}</p>}
      {canAsk && (
        <p>
          <button type="button" className="primary" disabled={busy} onClick={() => void sign()}>
            {t('visit.papers.sign')}
          </button>
        </p>
      )}
    </section>
  );
}
