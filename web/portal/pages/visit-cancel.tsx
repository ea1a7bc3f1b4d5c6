import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Choices, Facts, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useSpeech } from '../words.tsx';
import { visitRows } from './visit-words.tsx';

const reasons = [
  'patient-other-plans',
  'patient-better',
  'patient-transport',
  'patient-elsewhere',
  'patient-cost',
  'patient-no-answer',
] as const;

export function VisitCancel({ id }: { readonly id: string }): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const visit = useLoaded(`cancel:${id}:${language}`, () => guard(api('GET /appointments/:id', { params: { id } })));
  if (visit.kind !== 'ready') return <Waiting title={t('cancel.title')} state={visit} />;

  async function submit(): Promise<void> {
    if (reason === '') return setProblems([{ field: 'reason-0', text: t('cancel.need') }]);
    try {
      await guard(api('POST /appointments/:id/:action', { params: { id, action: 'cancel' }, body: { reason } }));
      navigate(`/visits/${id}`, { done: 'cancelled' }, { replace: true });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('cancel.title')} problems={problems}>
      <Facts rows={visitRows(visit.value, t, language)} />
      <Form onSubmit={submit} label={t('cancel.yes')} danger>
        <Choices
          name="reason"
          legend={t('cancel.why')}
          showLegend
          hint={t('cancel.hint')}
          choices={reasons.map((value) => ({ value, label: t(`cancel.reason.${value}`) }))}
          value={reason}
          onChange={setReason}
          problems={problems}
        />
      </Form>
      <Link to={`/visits/${id}`} className="button">
        {t('cancel.no')}
      </Link>
    </Page>
  );
}
