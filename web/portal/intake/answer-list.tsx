/** The answers of a step, question by question, each with a way to change it. */
import type { ReactNode } from 'react';
import { isCalculated, isQuestion, isRepeatingGroup } from '../../../domain/questionnaire/questionnaire.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { pagesOf } from '../../../domain/questionnaire/questionnaire-pages.ts';
import { Link } from '../router.tsx';
import { useSpeech } from '../words.tsx';
import { answerLines } from './answer-words.ts';
import { Photo } from './photo.tsx';
import type { StepPage } from './intake-api.ts';

interface Props {
  readonly intakeId: string;
  readonly page: Pick<StepPage, 'step' | 'questionnaire' | 'answers' | 'calculated'>;
  /** Comes back here after a change. */
  readonly from?: 'review' | undefined;
}

export function AnswerList({ intakeId, page, from }: Props): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  const all: Answers = { ...page.answers, ...page.calculated };
  return (
    <dl className="answers">
      {pagesOf(page.questionnaire, all).flatMap(({ key, items }) =>
        items
          .filter((item) => (isQuestion(item) || isRepeatingGroup(item)) && !isCalculated(item))
          .map((item) => {
            const values = page.answers[item.linkId] ?? [];
            return (
              <div key={item.linkId}>
                <dt>{item.text}</dt>
                <dd>
                  {item.type === 'attachment' ? (
                    values.map((value) => (
                      <Photo
                        key={JSON.stringify(value)}
                        documentId={(value as { documentId?: string }).documentId ?? ''}
                        label={item.text ?? ''}
                      />
                    ))
                  ) : values.length === 0 ? null : (
                    <ul>
                      {answerLines(item, values, speech).map((line, k) => (
                        <li key={k}>{line}</li>
                      ))}
                    </ul>
                  )}
                  {values.length === 0 && <span className="hint">{t('intake.noAnswer')}</span>}{' '}
                  <Link
                    to={`/intake/${intakeId}/${page.step}/${encodeURIComponent(key)}`}
                    query={from === undefined ? {} : { from }}
                    className="change"
                  >
                    {t('change')}
                    <span className="hidden"> {item.text}</span>
                  </Link>
                </dd>
              </div>
            );
          }),
      )}
    </dl>
  );
}
