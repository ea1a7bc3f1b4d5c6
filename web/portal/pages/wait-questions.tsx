/** "Tell me when something earlier is free": the questions, one a page, none of them needed but the first. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Choices, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { goOn, navigate } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { Ticks } from '../ticks.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import { asksHow, notInGroups, useAnswers, useVisitTypes } from './book-what.tsx';
import { listOf, notices, timesOf, usualNotice } from './wait-answers.ts';
import { noticeText, partNames, timeText, weekdayName, weekdays } from './wish-words.tsx';

const steps = ['what', 'who', 'days', 'time', 'notice', 'check'] as const;
export function useStep(step: (typeof steps)[number]): string | undefined {
  const { t } = useSpeech();
  return t('book.step', { n: steps.indexOf(step) + 1, of: steps.length });
}

export function WaitWhat(): ReactNode {
  const { t } = useSpeech();
  const answers = useAnswers();
  const step = useStep('what');
  const [type, setType] = useState(answers.type ?? '');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const types = useVisitTypes();
  if (types.kind !== 'ready') return <Waiting title={t('book.what')} state={types} />;
  const alone = notInGroups(types.value);
  const submit = () => {
    if (!types.value.some(({ id }) => id === type)) return setProblems([{ field: 'type-0', text: t('book.needWhat') }]);
    const asks = asksHow(types.value.find(({ id }) => id === type));
    goOn('/wait', answers.type === type ? answers : { type }, asks ? '/wait/how' : '/wait/visit');
  };
  return (
    <Page title={t('book.what')} step={step} problems={problems}>
      {alone.length === 0 ? (
        <p>{t('book.noTypes')}</p>
      ) : (
        <Form onSubmit={submit} label={t('continue')}>
          <Choices
            name="type"
            legend={t('book.what')}
            value={type}
            onChange={setType}
            problems={problems}
            choices={alone.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form>
      )}
    </Page>
  );
}

/** Asked only where a kind of visit is given in several ways. */
export function WaitHow(): ReactNode {
  const { t } = useSpeech();
  const answers = useAnswers();
  const [mode, setMode] = useState(answers['mode'] ?? 'any');
  const types = useVisitTypes();
  if (types.kind !== 'ready') return <Waiting title={t('book.how')} state={types} />;
  const modes = types.value.find(({ id }) => id === answers.type)?.modes ?? [];
  return (
    <Page title={t('book.how')}>
      <Form onSubmit={() => goOn('/wait/how', { ...answers, mode }, '/wait/visit')} label={t('continue')}>
        <Choices
          name="mode"
          legend={t('book.how')}
          value={mode}
          onChange={setMode}
          choices={[
            { value: 'any', label: t('wait.anyHow') },
            ...modes.map((value) => ({ value, label: t(`mode.${value}`) })),
          ]}
        />
      </Form>
    </Page>
  );
}

/** Asked only of who has such a visit already. */
export function WaitVisit(): ReactNode {
  const { t, language } = useSpeech();
  const { patientId } = usePatient();
  const { guard } = useSession();
  const answers = useAnswers();
  const [visit, setVisit] = useState(answers['visit'] ?? '');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const visits = useLoaded(`wait-visits:${answers.type}`, async () => {
    const { items } = await guard(
      api('GET /patients/:id/appointments', { params: { id: patientId }, query: { when: 'upcoming', limit: 50 } }),
    );
    return items.filter(({ visitTypeId, status }) => visitTypeId === answers.type && status === 'booked');
  });
  const nothingToAsk = visits.kind === 'ready' && visits.value.length === 0;
  useEffect(() => {
    if (nothingToAsk) navigate('/wait/who', { ...answers, visit: 'none' }, { replace: true });
    // Once, when it is known; the answers are those of this page.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [nothingToAsk]);
  if (visits.kind !== 'ready') return <Waiting title={t('wait.visit')} state={visits} />;
  if (nothingToAsk) return null;
  const submit = () => {
    if (visit === '') return setProblems([{ field: 'visit-0', text: t('wait.needVisit') }]);
    goOn('/wait/visit', { ...answers, visit }, '/wait/who');
  };
  return (
    <Page title={t('wait.visit')} problems={problems}>
      <Form onSubmit={submit} label={t('continue')}>
        <Choices
          name="visit"
          legend={t('wait.visit')}
          hint={t('wait.visitHint')}
          value={visit}
          onChange={setVisit}
          problems={problems}
          choices={[
            ...visits.value.map((one) => ({
              value: one.id,
              label: t('wait.visitOf', { time: fullTime(one.start ?? '', one.timeZone ?? ownZone(), language) }),
            })),
            { value: 'none', label: t('wait.visitNone') },
          ]}
        />
      </Form>
    </Page>
  );
}

export function WaitWho(): ReactNode {
  const { t } = useSpeech();
  const { guard } = useSession();
  const answers = useAnswers();
  const step = useStep('who');
  const [who, setWho] = useState<readonly string[]>(listOf(answers['who']));
  const [where, setWhere] = useState<readonly string[]>(listOf(answers['where']));
  const known = useLoaded(`wait-people:${answers.type}`, async () => {
    if (answers.type === undefined) return navigate('/wait', {}, { replace: true });
    const [people, places] = await Promise.all([
      guard(api('GET /practitioners', { query: { visitTypeId: answers.type } })),
      guard(api('GET /locations')),
    ]);
    return { people: people.items, places: places.items.filter(({ active }) => active) };
  });
  if (known.kind !== 'ready') return <Waiting title={t('wait.who')} state={known} />;
  if (known.value === undefined) return null;
  const { people, places } = known.value;
  const submit = () => goOn('/wait/who', { ...answers, who: who.join(','), where: where.join(',') }, '/wait/days');
  return (
    <Page title={t('wait.who')} step={step}>
      <p className="hint">{t('wait.whoHint')}</p>
      <Form onSubmit={submit} label={t('continue')}>
        <Ticks
          name="who"
          legend={t('wait.whoPeople')}
          showLegend={places.length > 1}
          values={who}
          onChange={setWho}
          choices={people.map(({ id, name }) => ({ value: id, label: name }))}
        />
        {places.length > 1 && (
          <Ticks
            name="where"
            legend={t('wait.whoPlaces')}
            showLegend
            values={where}
            onChange={setWhere}
            choices={places.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
      </Form>
    </Page>
  );
}

export function WaitDays(): ReactNode {
  const { t, language } = useSpeech();
  const answers = useAnswers();
  const step = useStep('days');
  const [days, setDays] = useState<readonly string[]>(listOf(answers['days']));
  return (
    <Page title={t('wait.daysAsk')} step={step}>
      <Form
        onSubmit={() => goOn('/wait/days', { ...answers, days: days.join(',') }, '/wait/time')}
        label={t('continue')}
      >
        <Ticks
          name="days"
          legend={t('wait.daysAsk')}
          hint={t('wait.daysHint')}
          values={days}
          onChange={setDays}
          choices={weekdays.map((day) => ({ value: day, label: weekdayName(day, language) }))}
        />
      </Form>
    </Page>
  );
}

export function WaitTime(): ReactNode {
  const { t, language } = useSpeech();
  const answers = useAnswers();
  const step = useStep('time');
  const [part, setPart] = useState(answers['part'] ?? 'any');
  const own = timesOf({ ...answers, part: 'own' });
  return (
    <Page title={t('wait.timeAsk')} step={step}>
      <Form onSubmit={() => goOn('/wait/time', { ...answers, part }, '/wait/notice')} label={t('continue')}>
        <Choices
          name="part"
          legend={t('wait.timeAsk')}
          value={part}
          onChange={setPart}
          choices={[
            ...partNames.map((value) => ({ value: value as string, label: t(`wait.part.${value}`) })),
            ...(own.timeFrom === null
              ? []
              : [{ value: 'own', label: timeText(own.timeFrom, own.timeTo, t, language) }]),
          ]}
        />
      </Form>
    </Page>
  );
}

export function WaitNotice(): ReactNode {
  const { t, language } = useSpeech();
  const answers = useAnswers();
  const step = useStep('notice');
  const given = Number(answers['notice'] ?? usualNotice);
  const [notice, setNotice] = useState(String(given));
  const offered = [...new Set<number>([...notices, given])].toSorted((a, b) => a - b);
  return (
    <Page title={t('wait.noticeAsk')} step={step}>
      <Form onSubmit={() => goOn('/wait/notice', { ...answers, notice }, '/wait/check')} label={t('continue')}>
        <Choices
          name="notice"
          legend={t('wait.noticeAsk')}
          hint={t('wait.noticeHint')}
          value={notice}
          onChange={setNotice}
          choices={offered.map((minutes) => ({ value: String(minutes), label: noticeText(minutes, language) }))}
        />
      </Form>
    </Page>
  );
}
