/** What we know from last time is shown and never taken: still right, to be changed, or to be removed (D3). */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { isRepeatingGroup } from '../../../domain/questionnaire/questionnaire.ts';
import type { QuestionnaireItem } from '../../../domain/questionnaire/questionnaire.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { Choices } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { useSpeech } from '../words.tsx';
import { answerLines } from './answer-words.ts';

interface Props {
  readonly item: QuestionnaireItem;
  readonly known: Answers[string];
  readonly problems: readonly FieldProblem[];
  /** @param values what stands as the answer from now on */
  readonly onDecide: (values: Answers[string]) => void;
}

export const confirmField = (linkId: string): string => `confirm-${linkId}`;

export function ConfirmPrefill({ item, known, problems, onDecide }: Props): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  // A list is confirmed line by line.
  const each = isRepeatingGroup(item) || item.repeats === true;
  const [said, setSaid] = useState<readonly string[]>(known.map(() => ''));
  const lines = answerLines(item, known, speech);
  const decide = (index: number, word: string): void => {
    const next = said.map((before, k) => (each ? (k === index ? word : before) : word));
    setSaid(next);
    if (next.every((one) => one !== '')) onDecide(known.filter((_value, k) => next[k] !== 'remove'));
  };
  const shown = each ? lines : [lines.join(', ')];
  return (
    <div className="card">
      {shown.map((line, index) => {
        const name = `${confirmField(item.linkId)}${index === 0 ? '' : `-${index}`}`;
        return (
          <div key={name}>
            <p className="known">
              <span className="hint">{t('intake.known')}</span> <strong>{line}</strong>
            </p>
            <Choices
              name={name}
              legend={t('intake.stillRight', { answer: line })}
              problems={problems}
              value={said[index] ?? ''}
              onChange={(word) => decide(index, word)}
              choices={[
                { value: 'confirm', label: t('intake.stillRight.yes') },
                { value: 'change', label: t('intake.stillRight.change') },
                { value: 'remove', label: t('intake.stillRight.remove') },
              ]}
            />
          </div>
        );
      })}
    </div>
  );
}
