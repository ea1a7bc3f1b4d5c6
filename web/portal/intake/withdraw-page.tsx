/** Taking it back: nothing more is asked, and what that means is said before. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Form, Page } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { useSpeech } from '../words.tsx';
import { act } from './intake-api.ts';
import { dropDrafts } from './kept-drafts.ts';
import { useRoom } from './room.tsx';

export function WithdrawPage(): ReactNode {
  const { t } = useSpeech();
  const room = useRoom();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  async function withdraw(): Promise<void> {
    try {
      await act(room.id, 'withdraw');
      room.stores.clear();
      void dropDrafts(room.id);
      await room.refresh();
      navigate(`/intake/${room.id}`, {}, { replace: true });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }
  return (
    <Page title={t('intake.withdraw.title')} problems={problems}>
      <p>{t('intake.withdraw.help')}</p>
      <Form onSubmit={withdraw} label={t('intake.withdraw.yes')} danger />
      <Link to={`/intake/${room.id}`} className="button">
        {t('intake.withdraw.no')}
      </Link>
    </Page>
  );
}
