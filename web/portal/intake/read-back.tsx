/** Insurance, read back: one wrong digit of a member number costs more than a look. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import type { QuestionPage } from '../../../domain/questionnaire/questionnaire-pages.ts';
import { Form, Page } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { Link } from '../router.tsx';
import { useSpeech } from '../words.tsx';
import { AnswerList } from './answer-list.tsx';
import { useRoom, useWork } from './room.tsx';
import { SavedLine } from './saved-line.tsx';
import { PartLine } from './steps.tsx';
import type { StepStore } from './step-store.ts';

interface Props {
  readonly step: IntakeStep;
  readonly store: StepStore;
  readonly pages: readonly QuestionPage[];
  readonly finish: (say: (problems: readonly FieldProblem[]) => void) => Promise<void>;
}

export function ReadBack({ step, store, pages, finish }: Props): ReactNode {
  const { t } = useSpeech();
  const room = useRoom();
  const work = useWork(store);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const last = pages.at(-1);
  return (
    <Page title={t('intake.readBack')} before={<PartLine progress={room.progress} step={step} />} problems={problems}>
      <p>{t('intake.readBackHelp')}</p>
      <AnswerList intakeId={room.id} page={work} />
      <Form onSubmit={() => finish(setProblems)} label={t('intake.readBackYes')}>
        <SavedLine work={work} />
      </Form>
      {last !== undefined && (
        <Link to={`/intake/${room.id}/${step}/${encodeURIComponent(last.key)}`} className="button">
          {t('back')}
        </Link>
      )}
    </Page>
  );
}
