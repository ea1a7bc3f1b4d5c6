/** Two pages answered the same step: both answers side by side, and nothing is overwritten before the person has chosen. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { allItems } from '../../../domain/questionnaire/questionnaire.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { Choices, Form, Page } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { useSpeech } from '../words.tsx';
import { answerLines } from './answer-words.ts';
import { useWork } from './room.tsx';
import type { StepStore } from './step-store.ts';

export function StalePage({ store }: { readonly store: StepStore }): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  const { questionnaire, answers, stale } = useWork(store);
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  if (stale === null) return null;

  const differing = allItems(questionnaire).filter(
    ({ linkId }) =>
      [answers, stale.answers].some((all) => all[linkId] !== undefined) &&
      JSON.stringify(answers[linkId] ?? []) !== JSON.stringify(stale.answers[linkId] ?? []),
  );
  const inWords = (all: Answers, item: (typeof differing)[number]): string =>
    answerLines(item, all[item.linkId] ?? [], speech).join('; ') || t('intake.stale.none');

  async function submit(): Promise<void> {
    const missing = differing.filter(({ linkId }) => chosen[linkId] === undefined);
    setProblems(
      missing.map(({ linkId, text }) => ({
        field: `stale-${linkId}-0`,
        text: `${text ?? ''} – ${t('intake.stale.choose')}`,
      })),
    );
    if (missing.length > 0 || stale === null) return;
    const mine = new Set(differing.filter(({ linkId }) => chosen[linkId] === 'mine').map(({ linkId }) => linkId));
    const result: Record<string, Answers[string]> = { ...stale.answers };
    for (const linkId of mine) {
      const values = answers[linkId];
      if (values === undefined) delete result[linkId];
      else result[linkId] = values;
    }
    const outcome = await store.resolve(result);
    if (outcome.kind === 'failed') setProblems([{ text: problemText(outcome.error, t) }]);
  }

  return (
    <Page title={t('intake.stale.title')} problems={problems}>
      <p>{t('intake.stale.help')}</p>
      <Form onSubmit={submit} label={t('intake.stale.save')}>
        {differing.map((item) => (
          <Choices
            key={item.linkId}
            name={`stale-${item.linkId}`}
            legend={item.text ?? ''}
            showLegend
            columns
            problems={problems}
            value={chosen[item.linkId] ?? ''}
            onChange={(word) => setChosen({ ...chosen, [item.linkId]: word })}
            choices={[
              { value: 'mine', label: inWords(answers, item), hint: `(${t('intake.stale.mine')})` },
              { value: 'theirs', label: inWords(stale.answers, item), hint: `(${t('intake.stale.theirs')})` },
            ]}
          />
        ))}
      </Form>
    </Page>
  );
}
