/** One question, or one small group: asked, checked, kept, and on to the next. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { writtenLanguages } from '../../../domain/language.ts';
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import {
  isCalculated,
  isQuestion,
  isRepeatingGroup,
  allItems,
  whyOf,
} from '../../../domain/questionnaire/questionnaire.ts';
import type { QuestionnaireItem } from '../../../domain/questionnaire/questionnaire.ts';
import { checkAnswers } from '../../../domain/questionnaire/questionnaire-check.ts';
import { withoutDisabled } from '../../../domain/questionnaire/questionnaire-evaluation.ts';
import { isCoding } from '../../../domain/questionnaire/questionnaire-answers.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { pagesOf } from '../../../domain/questionnaire/questionnaire-pages.ts';
import type { QuestionPage as QuestionPageData } from '../../../domain/questionnaire/questionnaire-pages.ts';
import { redFlagsIn } from '../../../domain/intake/red-flags.ts';
import { dateFocus } from '../date-input.tsx';
import { Form, Page, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import { localDate, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import type { Language } from '../words.tsx';
import { ConfirmPrefill, confirmField } from './confirm-prefill.tsx';
import { ConsentText } from './consent-text.tsx';
import { CrisisBox, useCrisis } from './crisis.tsx';
import { fieldId, problemsOf } from './findings.ts';
import type { ItemProblem } from './findings.ts';
import { ItemInput } from './inputs.tsx';
import { ReadBack } from './read-back.tsx';
import { RowsInput } from './rows-input.tsx';
import { useRoom, useStep, useWork } from './room.tsx';
import { SavedLine } from './saved-line.tsx';
import { StalePage } from './stale-page.tsx';
import { PartLine, PartList, stepsOf } from './steps.tsx';
import type { StepStore, Work } from './step-store.ts';

interface Props {
  readonly step: IntakeStep;
  /** The key of the page; '' for where one left off, `last` for the end, `check` to read back. */
  readonly page: string;
  readonly setLanguage: (language: Language) => Promise<void>;
}

/** How long going forward waits for the save before it lets the person go on, ms. */
const patienceMs = 1_500;

export function QuestionPage(props: Props): ReactNode {
  const { t } = useSpeech();
  const loaded = useStep(props.step);
  // While another language is fetched, the questions stay where they are.
  const [kept, setKept] = useState<StepStore | null>(null);
  const store = loaded.kind === 'ready' ? loaded.value : kept;
  if (loaded.kind === 'ready' && loaded.value !== kept) setKept(loaded.value);
  if (store === null) return <Waiting title={t(`intake.step.${props.step}`)} state={loaded} />;
  return <Step {...props} store={store} />;
}

/** The day here: the clinic's may be one off, and its server decides. */
const today = (): string => localDate(new Date().toISOString(), ownZone());

const findingsOf = (work: Work, t: ReturnType<typeof useSpeech>['t']): ItemProblem[] => {
  const answers = withoutDisabled(work.questionnaire, { ...work.answers, ...work.calculated });
  return problemsOf(
    work.questionnaire,
    checkAnswers(work.questionnaire, answers, { complete: true, today: today() }),
    t,
  );
};

/** Prefilled, and nobody has said whether it is still so. */
const undecided = (work: Work, item: QuestionnaireItem): boolean =>
  work.toConfirm.includes(item.linkId) &&
  !work.decided.has(item.linkId) &&
  work.answers[item.linkId] === undefined &&
  (work.prefill[item.linkId] ?? []).length > 0;

const holds = (page: QuestionPageData, top: string): boolean => page.items.some(({ linkId }) => linkId === top);

function Step({ step, page: key, store, setLanguage }: Props & { readonly store: StepStore }): ReactNode {
  const { t } = useSpeech();
  const room = useRoom();
  const work = useWork(store);
  const pages = pagesOf(work.questionnaire, { ...work.answers, ...work.calculated });
  const to = (page: string): string => `/intake/${room.id}/${step}/${page}`;
  const found = pages.find((page) => page.key === key);
  const readsBack = key === 'check' && step === 'insurance';

  useEffect(() => {
    if (found !== undefined || readsBack || pages.length === 0) return;
    const problems = findingsOf(work, t);
    const first =
      pages.find((page) => page.items.some((item) => undecided(work, item))) ??
      pages.find((page) => problems.some(({ top }) => holds(page, top)));
    const wanted = key === 'last' ? pages.at(-1) : (first ?? pages[0]);
    navigate(to(encodeURIComponent(wanted!.key)), {}, { replace: true });
  });

  if (work.stale !== null) return <StalePage store={store} />;
  if (readsBack) return <ReadBack store={store} step={step} pages={pages} finish={(say) => finish(say)} />;
  if (found === undefined) {
    return pages.length > 0 ? null : (
      <Page title={t(`intake.step.${step}`)}>
        <p>{t('intake.nothing')}</p>
        <Form onSubmit={() => finish(() => undefined)} label={t('intake.next')} />
      </Page>
    );
  }
  return (
    <Question
      key={found.key}
      {...{ step, store, pages, setLanguage, finish, to }}
      page={found}
      index={pages.indexOf(found)}
    />
  );

  /** The whole step is said; the server names the next one. */
  async function finish(say: (problems: readonly FieldProblem[]) => void): Promise<void> {
    const outcome = await store.save(true);
    if (outcome.kind === 'failed') return say([{ text: problemText(outcome.error, t) }]);
    if (outcome.kind === 'refused') {
      const [first] = problemsOf(work.questionnaire, store.get().refused, t);
      const wrong = pages.find((page) => first !== undefined && holds(page, first.top));
      // The page that holds the field shows what was refused by itself.
      return wrong === undefined || wrong.key === key
        ? say([])
        : navigate(to(encodeURIComponent(wrong.key)), {}, { replace: true });
    }
    if (outcome.kind !== 'saved') return;
    await room.refresh();
    navigate(`/intake/${room.id}/${outcome.saved?.nextStep ?? 'review'}`);
  }
}

interface QuestionProps {
  readonly step: IntakeStep;
  readonly store: StepStore;
  readonly pages: readonly QuestionPageData[];
  readonly page: QuestionPageData;
  readonly index: number;
  readonly setLanguage: (language: Language) => Promise<void>;
  readonly finish: (say: (problems: readonly FieldProblem[]) => void) => Promise<void>;
  readonly to: (page: string) => string;
}

function Question({ step, store, pages, page, index, setLanguage, finish, to }: QuestionProps): ReactNode {
  const { t, language } = useSpeech();
  const room = useRoom();
  const work = useWork(store);
  const speaking = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const fromReview = usePlace().query.get('from') === 'review';
  const [found, setFound] = useState<readonly ItemProblem[]>([]);
  const [other, setOther] = useState<readonly FieldProblem[]>([]);
  const local = useCrisis(step, work.answers, room.progress.clinic.region);
  // The page's own knows which number is one to text.
  const crisis = local.length > 0 ? local : work.crisis;

  const { shown, problems } = useMemo(() => {
    const refused = problemsOf(work.questionnaire, work.refused, t);
    const here = found.length > 0 ? found : refused.filter(({ top }) => holds(page, top));
    const elsewhere = refused.flatMap(({ top, text }) => {
      const there = pages.find((each) => holds(each, top));
      return there === undefined || there.key === page.key ? [] : [{ page: to(encodeURIComponent(there.key)), text }];
    });
    return {
      shown: here,
      problems: [
        ...other,
        ...here.map(({ place, text }): FieldProblem => ({ field: focusOf(work, place, language), text })),
        ...elsewhere,
      ],
    };
    // The answers change with every key; the list only when something is found or refused, or it would take the focus again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [work.refused, work.questionnaire, found, other, t]);

  function answer(item: QuestionnaireItem, values: Answers[string], typed: boolean): void {
    const before = redFlagsIn(step, work.answers).length;
    const after = redFlagsIn(step, { ...work.answers, [item.linkId]: values }).length;
    // Danger is told at the moment of the answer, not when somebody goes on.
    store.answer(item.linkId, values, typed || after > before);
    if (step === 'language') {
      clearTimeout(speaking.current);
      // Arrow keys pass the languages between: the one that stands is spoken.
      speaking.current = setTimeout(() => void speak(values, setLanguage), 250);
    }
  }

  async function forward(): Promise<void> {
    setOther([]);
    setFound([]);
    const waiting = page.items.filter((item) => undecided(store.get(), item));
    if (waiting.length > 0) {
      return setOther(
        waiting.map((item) => ({
          field: `${confirmField(item.linkId)}-0`,
          text: `${item.text ?? ''} – ${t('intake.error.confirm')}`,
        })),
      );
    }
    const wrong = findingsOf(store.get(), t).filter(({ top }) => holds(page, top));
    if (wrong.length > 0) return setFound(wrong);

    const next = pagesOf(store.get().questionnaire, { ...store.get().answers, ...store.get().calculated })[index + 1];
    if (fromReview && !findingsOf(store.get(), t).length) {
      const outcome = await store.save(true);
      if (outcome.kind === 'failed') return setOther([{ text: problemText(outcome.error, t) }]);
      if (outcome.kind === 'saved') {
        await room.refresh();
        navigate(`/intake/${room.id}/review`);
      }
      return;
    }
    if (next === undefined) return step === 'insurance' && index > 0 ? navigate(to('check')) : finish(setOther);
    const saving = store.save(false);
    // What the server works out may decide which question comes next: then the answer is waited for.
    const needed = allItems(work.questionnaire).some(isCalculated);
    const outcome = await (needed ? saving : Promise.race([saving, patience()]));
    if (outcome !== undefined && outcome.kind === 'failed') {
      return setOther([{ text: problemText(outcome.error, t) }]);
    }
    if (outcome !== undefined && outcome.kind !== 'saved') return;
    const now = pagesOf(store.get().questionnaire, { ...store.get().answers, ...store.get().calculated });
    const after = now[now.findIndex(({ key }) => key === page.key) + 1];
    if (after === undefined) return finish(setOther);
    navigate(to(encodeURIComponent(after.key)), fromReview ? { from: 'review' } : {});
  }

  const questions = page.items.filter((item) => isQuestion(item) || isRepeatingGroup(item));
  const [only] = questions.length === 1 ? questions : [];
  const title = only?.text ?? page.groups.at(-1)?.text ?? work.questionnaire.title;
  // Above a question of a group stands what the group asks: "Over the last two weeks, how often …".
  const context = page.groups
    .filter((group) => group.text !== undefined && group.text !== title)
    .map((group) => group.text);
  const why = page.groups.map(whyOf).find((text) => text !== undefined);

  return (
    <Page
      title={title}
      before={
        <>
          <PartLine progress={room.progress} step={step} />
          {work.restored && (
            <p className="note" role="status">
              {t('intake.restored')}
            </p>
          )}
          {work.returnedNote !== null && (
            <div className="note">
              <strong>{t('intake.returnedNote')}</strong>
              <p>{work.returnedNote}</p>
            </div>
          )}
        </>
      }
      context={context.length === 0 ? undefined : context.join(' ')}
      problems={problems}
    >
      <CrisisBox crisis={crisis} />
      {step === 'consents' && room.progress.minorConsent !== null && (
        <p className="note">
          {t(room.progress.minorConsent.confidential ? 'intake.alone.confidential' : 'intake.alone.shared')}
        </p>
      )}
      <Form onSubmit={forward} label={t('intake.next')}>
        {page.items.map((item) =>
          item.type === 'display' ? (
            <p key={item.linkId}>{item.text}</p>
          ) : undecided(work, item) ? (
            <ConfirmPrefill
              key={item.linkId}
              item={item}
              known={work.prefill[item.linkId] ?? []}
              problems={problems}
              onDecide={(values) => {
                store.decide(item.linkId);
                store.answer(item.linkId, values, false);
              }}
            />
          ) : isRepeatingGroup(item) ? (
            <RowsInput
              key={item.linkId}
              item={item}
              questionnaire={work.questionnaire}
              answers={work.answers}
              onChange={(rows, typed) => answer(item, rows, typed)}
              problems={shown}
            />
          ) : (
            <div key={item.linkId}>
              {step === 'consents' && <ConsentText linkId={item.linkId} />}
              <ItemInput
                item={item}
                place={item.linkId}
                values={work.answers[item.linkId] ?? []}
                onChange={(values, typed) => answer(item, values, typed)}
                problems={shown}
                asked={item === only}
              />
            </div>
          ),
        )}
        {why !== undefined && (
          <details className="why">
            <summary>{t('intake.why')}</summary>
            <p>{why}</p>
          </details>
        )}
        <SavedLine work={work} />
      </Form>
      <Back {...{ step, pages, index, to }} />
      <details>
        <summary>{t('intake.parts')}</summary>
        <PartList progress={room.progress} here={step} />
        <Link to={`/intake/${room.id}`}>{t('intake.toStatus')}</Link>
      </details>
    </Page>
  );
}

function Back({ step, pages, index, to }: Pick<QuestionProps, 'step' | 'pages' | 'index' | 'to'>): ReactNode {
  const { t } = useSpeech();
  const room = useRoom();
  const steps = stepsOf(room.progress);
  const before = steps[steps.findIndex((each) => each.step === step) - 1];
  const page = pages[index - 1];
  const target =
    page !== undefined
      ? to(encodeURIComponent(page.key))
      : before === undefined
        ? `/intake/${room.id}`
        : `/intake/${room.id}/${before.step}/last`;
  return (
    <Link to={target} className="button">
      {t('back')}
    </Link>
  );
}

const patience = (): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), patienceMs));

/** The element that an error leads to: of a date the first of its three. */
function focusOf(work: Work, place: string, language: Language): string {
  const linkId = place.split('/').at(-1);
  const item = allItems(work.questionnaire).find((each) => each.linkId === linkId);
  return item?.type === 'date' ? dateFocus(fieldId(place), language) : fieldId(place);
}

/** The language that was chosen is spoken at once, where it is one of ours. */
async function speak(values: Answers[string], setLanguage: Props['setLanguage']): Promise<void> {
  const [value] = values;
  const code = isCoding(value) ? value.code : undefined;
  const wanted = writtenLanguages.find((language) => language === code);
  if (wanted !== undefined) await setLanguage(wanted);
}
