/** The first questions of booking, one a page. Answers live in the address, so that back, forward and a reload keep them. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';
import { Choices, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { goOn, Link, navigate, usePlace } from '../router.tsx';
import type { Query } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useSpeech } from '../words.tsx';

export type VisitType = Answer<'GET /visit-types'>['items'][number];

/** What was answered so far, as the address says it. */
export function useAnswers(): Query & { readonly type?: string | undefined } {
  return Object.fromEntries([...usePlace().query].filter(([name]) => name !== 'lang'));
}

export function useVisitTypes() {
  const { language } = useSpeech();
  const { guard } = useSession();
  return useLoaded(`types:${language}`, async () => {
    const { items } = await guard(api('GET /visit-types', { query: { selfSchedulable: 'true' } }));
    return items.filter(({ active }) => active);
  });
}

/** What is given in groups has no time of its own: it is a seat of a session. */
export const notInGroups = (types: readonly VisitType[]): readonly VisitType[] =>
  types.filter(({ groupCapacity }) => groupCapacity === null);

export const asksHow = (type: VisitType | undefined): boolean => (type?.modes.length ?? 0) > 1;

/** Which question this is of how many, once it is known whether "how" is asked. */
export function stepText(
  t: ReturnType<typeof useSpeech>['t'],
  step: 'what' | 'how' | 'who' | 'day' | 'time' | 'check',
  type?: VisitType,
): string {
  const steps = asksHow(type)
    ? ['what', 'how', 'who', 'day', 'time', 'check']
    : ['what', 'who', 'day', 'time', 'check'];
  return t('book.step', { n: steps.indexOf(step) + 1, of: steps.length });
}

export function BookWhat(): ReactNode {
  const { t } = useSpeech();
  const answers = useAnswers();
  const [type, setType] = useState(answers.type ?? '');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const types = useVisitTypes();
  if (types.kind !== 'ready') return <Waiting title={t('book.what')} state={types} />;
  const alone = notInGroups(types.value);
  const groups = alone.length < types.value.length && (
    <Link to="/groups" className="button">
      {t('book.groups')}
    </Link>
  );
  if (alone.length === 0) {
    return <Page title={t('book.what')}>{groups === false ? <p>{t('book.noTypes')}</p> : groups}</Page>;
  }
  const submit = () => {
    const chosen = types.value.find(({ id }) => id === type);
    if (chosen === undefined) return setProblems([{ field: 'type-0', text: t('book.needWhat') }]);
    const rest = answers.type === type ? answers : {};
    goOn(
      '/book',
      { ...rest, type, mode: asksHow(chosen) ? rest['mode'] : chosen.modes[0] },
      asksHow(chosen) ? '/book/how' : '/book/who',
    );
  };
  return (
    <Page
      title={t('book.what')}
      step={stepText(
        t,
        'what',
        types.value.find(({ id }) => id === type),
      )}
      problems={problems}
    >
      <Form onSubmit={submit} label={t('continue')}>
        <Choices
          name="type"
          legend={t('book.what')}
          value={type}
          onChange={setType}
          problems={problems}
          choices={alone.map(({ id, name, durationMinutes, needsApproval }) => ({
            value: id,
            label: name,
            hint: `(${t('book.minutes', { count: durationMinutes })}${needsApproval ? `, ${t('book.needsApproval')}` : ''})`,
          }))}
        />
      </Form>
      {groups}
    </Page>
  );
}

export function BookHow(): ReactNode {
  const { t } = useSpeech();
  const answers = useAnswers();
  const [mode, setMode] = useState(answers['mode'] ?? '');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const types = useVisitTypes();
  if (types.kind !== 'ready') return <Waiting title={t('book.how')} state={types} />;
  const type = types.value.find(({ id }) => id === answers.type);
  const submit = () => {
    if (mode === '') return setProblems([{ field: 'mode-0', text: t('book.needHow') }]);
    goOn('/book/how', { ...answers, mode }, '/book/who');
  };
  return (
    <Page title={t('book.how')} step={stepText(t, 'how', type)} problems={problems}>
      <Form onSubmit={submit} label={t('continue')}>
        <Choices
          name="mode"
          legend={t('book.how')}
          value={mode}
          onChange={setMode}
          problems={problems}
          choices={(type?.modes ?? []).map((value) => ({ value, label: t(`mode.${value}`) }))}
        />
      </Form>
    </Page>
  );
}

/** `any`, `p:<practitioner>` or `l:<location>`. */
export function BookWho(): ReactNode {
  const { t } = useSpeech();
  const { guard } = useSession();
  const answers = useAnswers();
  const [who, setWho] = useState(answers['who'] ?? 'any');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const types = useVisitTypes();
  const people = useLoaded(`people:${answers.type}`, async () => {
    if (answers.type === undefined) return navigate('/book', {}, { replace: true });
    const [practitioners, locations] = await Promise.all([
      guard(api('GET /practitioners', { query: { visitTypeId: answers.type } })),
      guard(api('GET /locations')),
    ]);
    return { practitioners: practitioners.items, locations: locations.items.filter(({ active }) => active) };
  });
  if (people.kind !== 'ready') return <Waiting title={t('book.who')} state={people} />;
  if (people.value === undefined) return null;
  const { practitioners, locations } = people.value;
  const placeOf = (id: string | null) => locations.find((location) => location.id === id)?.name;
  const submit = () => {
    if (who === '') return setProblems([{ field: 'who-0', text: t('book.needWho') }]);
    goOn('/book/who', { ...answers, who }, '/book/day');
  };
  const type = types.kind === 'ready' ? types.value.find(({ id }) => id === answers.type) : undefined;
  return (
    <Page title={t('book.who')} step={stepText(t, 'who', type)} problems={problems}>
      <Form onSubmit={submit} label={t('continue')}>
        <Choices
          name="who"
          legend={t('book.who')}
          value={who}
          onChange={setWho}
          problems={problems}
          choices={[
            { value: 'any', label: t('book.any') },
            ...(locations.length > 1
              ? locations.map(({ id, name }) => ({ value: `l:${id}`, label: t('book.anyAt', { place: name }) }))
              : []),
            ...practitioners.map(({ id, name, locationId }) => {
              const place = placeOf(locationId);
              return { value: `p:${id}`, label: place === undefined ? name : t('book.whoPlace', { name, place }) };
            }),
          ]}
        />
      </Form>
    </Page>
  );
}
