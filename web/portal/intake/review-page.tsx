/** Everything that was said, part by part, before it goes to the clinic. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { checkAnswers } from '../../../domain/questionnaire/questionnaire-check.ts';
import { withoutDisabled } from '../../../domain/questionnaire/questionnaire-evaluation.ts';
import { isQuestion } from '../../../domain/questionnaire/questionnaire.ts';
import { pagesOf } from '../../../domain/questionnaire/questionnaire-pages.ts';
import { ProblemError } from '../../shared/api-client.ts';
import { Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { useSpeech } from '../words.tsx';
import { AnswerList } from './answer-list.tsx';
import { fieldId, problemsOf } from './findings.ts';
import type { ItemProblem } from './findings.ts';
import { ItemInput } from './inputs.tsx';
import { act, readStep } from './intake-api.ts';
import type { StepPage } from './intake-api.ts';
import { dropDrafts } from './kept-drafts.ts';
import { useRoom, useStep, useWork } from './room.tsx';
import { SavedLine } from './saved-line.tsx';
import { StalePage } from './stale-page.tsx';
import { PartLine, stepsOf } from './steps.tsx';
import type { StepStore } from './step-store.ts';

export function ReviewPage(): ReactNode {
  const { t, language } = useSpeech();
  const room = useRoom();
  const own = useStep('review');
  const answered = stepsOf(room.progress).filter(({ step, version }) => step !== 'review' && version > 0);
  const loaded = useLoaded(`review:${room.id}:${language}`, async () => {
    const all: StepPage[] = [];
    // A few at a time: a slow line carries them no faster at once.
    for (let k = 0; k < answered.length; k += 4) {
      const some = answered.slice(k, k + 4).map(({ step }) => readStep(room.id, step, language));
      all.push(...(await Promise.all(some)));
    }
    return all;
  });
  const failed = loaded.kind === 'failed' ? loaded.error : null;
  const { signedOut } = room;
  useEffect(() => {
    if (failed instanceof ProblemError && failed.status === 401) signedOut();
  }, [failed, signedOut]);
  if (loaded.kind !== 'ready') return <Waiting title={t('intake.step.review')} state={loaded} />;
  if (own.kind !== 'ready') return <Waiting title={t('intake.step.review')} state={own} />;
  return <Review steps={loaded.value} store={own.value} />;
}

function Review({ steps, store }: { readonly steps: readonly StepPage[]; readonly store: StepStore }): ReactNode {
  const { t } = useSpeech();
  const room = useRoom();
  const work = useWork(store);
  const [found, setFound] = useState<readonly ItemProblem[]>([]);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  if (work.stale !== null) return <StalePage store={store} />;
  const items = pagesOf(work.questionnaire, work.answers).flatMap((page) => page.items);
  const { progress } = room;
  const open = stepsOf(progress).filter(({ step, state }) => step !== 'review' && state !== 'answered');

  async function submit(): Promise<void> {
    setProblems([]);
    const answers = withoutDisabled(work.questionnaire, work.answers);
    const wrong = problemsOf(work.questionnaire, checkAnswers(work.questionnaire, answers, { complete: true }), t);
    setFound(wrong);
    const missing = open.map(({ step }): FieldProblem => ({
      page: `/intake/${room.id}/${step}`,
      text: t('intake.review.missing', { name: t(`intake.step.${step}`) }),
    }));
    const all = [...missing, ...wrong.map(({ place, text }): FieldProblem => ({ field: fieldId(place), text }))];
    if (all.length > 0) return setProblems(all);
    const outcome = await store.save(true);
    if (outcome.kind === 'failed') return setProblems([{ text: problemText(outcome.error, t) }]);
    if (outcome.kind !== 'saved') return;
    try {
      await act(room.id, 'submit');
      room.stores.clear();
      void dropDrafts(room.id);
      await room.refresh();
      navigate(`/intake/${room.id}`, { done: 'sent' }, { replace: true });
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return room.signedOut();
      await room.refresh();
      setProblems([{ text: isCode(error, 'guard-failed') ? t('intake.review.incomplete') : problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('intake.review.title')} before={<PartLine progress={progress} step="review" />} problems={problems}>
      {items
        .filter((item) => item.type === 'display')
        .map((item) => (
          <p key={item.linkId}>{item.text}</p>
        ))}
      {steps.map((step) => (
        <section key={step.step} aria-labelledby={`part-${step.step}`}>
          <h2 id={`part-${step.step}`}>{t(`intake.step.${step.step}`)}</h2>
          <AnswerList intakeId={room.id} page={step} from="review" />
        </section>
      ))}
      {open.map(({ step }) => (
        <section key={step}>
          <h2>{t(`intake.step.${step}`)}</h2>
          <p>
            {t('intake.stepState.open')}{' '}
            <Link to={`/intake/${room.id}/${step}`}>
              {t('intake.answerNow')}
              <span className="hidden"> {t(`intake.step.${step}`)}</span>
            </Link>
          </p>
        </section>
      ))}
      <h2>{t('intake.review.send')}</h2>
      <Form onSubmit={submit} label={t('intake.review.submit')}>
        {items.filter(isQuestion).map((item) => (
          <ItemInput
            key={item.linkId}
            item={item}
            place={item.linkId}
            values={work.answers[item.linkId] ?? []}
            onChange={(values, typed) => store.answer(item.linkId, values, typed)}
            problems={found}
            asked={false}
          />
        ))}
        <SavedLine work={work} />
      </Form>
      <Link to={`/intake/${room.id}`} className="button">
        {t('intake.toStatus')}
      </Link>
    </Page>
  );
}
