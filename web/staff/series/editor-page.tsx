/** The series editor: whom, what, how often; the report of each occurrence; then booking them. */
import { Alert, Button, CloseButton, Group, List, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesMode } from '../../../domain/schedule/series.ts';
import { ProblemError } from '../../shared/api-client.ts';
import { patientQuery, practitionersQuery, visitTypesQuery } from '../api/queries.ts';
import { bookSeries, previewQuery } from '../api/series.ts';
import type { ReportItem, SeriesBody, SeriesChoice } from '../api/series.ts';
import { useWorkplace } from '../lib/session.ts';
import { plainDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { Loading, Page } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { bodyOf, draftOf, problemsOf } from './draft.ts';
import type { DraftProblem, SeriesSearch } from './draft.ts';
import { isConflict, Report, Summary } from './report.tsx';
import type { Choices } from './report.tsx';
import { WhatFields, WhenFields } from './rule-fields.tsx';
import { useRuleWords } from './rule-words.ts';
import './series.css';

const route = getRouteApi('/frame/series/new');

export function SeriesEditorPage() {
  const { t, i18n } = useTranslation();
  const { location, locations } = useWorkplace();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const patient = useQuery({ ...patientQuery(search.patient ?? ''), enabled: search.patient !== undefined });
  const types = useQuery(visitTypesQuery(i18n.language));
  const place = locations.find((one) => one.id === search.place) ?? location;
  const zone = place?.timeZone ?? 'UTC';
  const today = useToday(zone);
  const draft = draftOf(search, place?.id ?? '', today);
  const type = types.data?.items.find((one) => one.id === draft.type);
  const mode = type?.modes.find((one) => one === search.mode) ?? type?.modes[0] ?? 'in-person';
  const [problems, setProblems] = useState<readonly DraftProblem[]>([]);
  /** What the report is about; a change of the rule makes it old. */
  const [asked, setAsked] = useState<string | null>(null);
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problems.length > 0) summary.current?.focus();
  }, [problems]);
  const set = (next: Partial<SeriesSearch>): void =>
    void navigate({ replace: true, search: (before) => ({ ...before, ...next }) });
  const body = bodyOf(draft, search.patient ?? '', mode, new Map());
  const chosen = search.patient === undefined ? undefined : patient.data?.answer;
  const current = JSON.stringify(body);
  return (
    <Page title={t('series.new')}>
      <Text size="sm">{t('series.intro')}</Text>
      {chosen === undefined ? (
        <PatientPicker label={t('find.patient')} autoFocus onPick={(row) => set({ patient: row.id })} />
      ) : (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t('find.patient')}
          </Text>
          <Text fw={600}>{nameOf(chosen)}</Text>
          <Text size="sm" className="hs-num">
            {chosen.birthDate === null ? t('patient.birthDateUnknown') : plainDay(chosen.birthDate, i18n.language)} ·{' '}
            {chosen.mrn}
          </Text>
          <CloseButton aria-label={t('find.otherPatient')} onClick={() => set({ patient: undefined })} />
        </Group>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const found = problemsOf(draft, search.patient, zone);
          setProblems(found);
          setAsked(found.length === 0 ? current : null);
        }}
      >
        <Stack gap="sm">
          {problems.length > 0 && (
            <div ref={summary} tabIndex={-1} role="alert" className="hs-card hs-alert" data-tone="bad">
              <Text size="sm" fw={600}>
                {t('problem.validation-failed')}
              </Text>
              <List size="sm">
                {problems.map((problem) => (
                  <List.Item key={problem}>{t(`series.need.${problem}`)}</List.Item>
                ))}
              </List>
            </div>
          )}
          <WhatFields draft={draft} set={set} zone={zone} mode={mode} />
          <WhenFields draft={draft} set={set} zone={zone} />
          {type?.needsApproval === true && <Text size="sm">{t('series.needsApproval')}</Text>}
          {asked !== current && (
            <Group>
              <Button type="submit">{t('series.check')}</Button>
            </Group>
          )}
        </Stack>
      </form>
      {asked === current && <Planned key={asked} body={body} zone={zone} onAgain={() => setAsked(null)} />}
    </Page>
  );
}

/** A key is kept while it is not known what became of it: asked once more, the series is not booked twice. */
const keepsKey: ReadonlySet<string> = new Set(['offline', 'unavailable', 'outcome-unknown']);

function Planned({
  body,
  zone,
  onAgain,
}: {
  readonly body: SeriesBody;
  readonly zone: string;
  readonly onAgain: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const ruleWords = useRuleWords();
  const practitioners = useQuery(practitionersQuery());
  const [choices, setChoices] = useState<Choices>(new Map());
  const [onConflict, setOnConflict] = useState<SeriesMode>('all');
  const full: SeriesBody = { ...body, choices: inOrder(choices) };
  const preview = useQuery(previewQuery(full));
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = preview.data !== undefined;
  useEffect(() => {
    if (shown) heading.current?.focus();
  }, [shown]);
  const key = useRef(crypto.randomUUID());
  const book = useMutation({
    mutationFn: (mode: SeriesMode) => bookSeries({ ...full, onConflict: mode }, key.current),
    onSuccess: async ({ id }) => {
      for (const name of ['series', 'appointments', 'availability'])
        void client.invalidateQueries({ queryKey: [name] });
      await navigate({ to: '/cases/series/$id', params: { id } });
    },
    onError: (error) => {
      if (!(error instanceof ProblemError) || !keepsKey.has(error.code)) key.current = crypto.randomUUID();
      // Meanwhile something was taken: the report says what.
      void client.invalidateQueries({ queryKey: ['series-preview'] });
    },
  });
  const items = preview.data?.items ?? [];
  const conflicts = items.filter(isConflict);
  const free = items.filter(({ finding }) => finding === 'free').length;
  const choose = (occurrence: number, choice: SeriesChoice | null): void => {
    key.current = crypto.randomUUID();
    book.reset();
    const next = new Map(choices);
    if (choice === null) next.delete(occurrence);
    else next.set(occurrence, { ...choices.get(occurrence), ...cleared, ...choice });
    setChoices(next);
  };
  const forAll = (make: (item: ReportItem) => SeriesChoice | null): void => {
    const next = new Map(choices);
    for (const item of conflicts) {
      const choice = make(item);
      if (choice !== null) next.set(item.occurrence, choice);
    }
    setChoices(next);
  };
  const { rule } = body;
  const sentence = ruleWords({
    ...rule,
    interval: rule.interval ?? 1,
    byDay: rule.byDay ?? [],
    count: rule.count ?? null,
    until: rule.until ?? null,
  });
  return (
    <section aria-labelledby="series-report" aria-busy={preview.isFetching} className="hs-stack">
      {preview.error !== null && <ProblemAlert error={preview.error} retry={() => void preview.refetch()} />}
      {!shown && preview.error === null && <Loading rows={8} />}
      {shown && (
        <>
          <Summary
            items={items}
            rule={sentence}
            heading={heading}
            onNearest={() =>
              forAll(({ occurrence, alternatives: [one] }) =>
                one === undefined
                  ? null
                  : {
                      occurrence,
                      start: one.start,
                      ...(one.practitionerId !== body.practitionerId && { practitionerId: one.practitionerId }),
                    },
              )
            }
            onSkip={() => forAll(({ occurrence }) => ({ occurrence, skip: true }))}
          />
          <Report
            items={items}
            zone={zone}
            practitionerId={body.practitionerId}
            practitioners={practitioners.data?.items ?? []}
            choices={choices}
            onChoose={choose}
          />
          {conflicts.length === 0 && free > 0 && (
            <Radio.Group
              label={t('series.meanwhile')}
              value={onConflict}
              onChange={(value) => setOnConflict(value === 'all' ? 'all' : 'skip-conflicts')}
            >
              <Group gap="md" mt={4}>
                <Radio value="all" label={t('series.allOrNothing')} />
                <Radio value="skip-conflicts" label={t('series.bookTheRest')} />
              </Group>
            </Radio.Group>
          )}
          {free === 0 && (
            <Alert className="hs-alert" data-tone="warn">
              {t('series.nothingFree')}
            </Alert>
          )}
          <ProblemAlert error={book.error} />
          <Group gap="xs">
            {free > 0 && (
              <Button
                loading={book.isPending}
                disabled={preview.isFetching}
                onClick={() => book.mutate(conflicts.length === 0 ? onConflict : 'skip-conflicts')}
              >
                {conflicts.length === 0 ? t('series.bookAll', { count: free }) : t('series.bookFree', { count: free })}
              </Button>
            )}
            <Button variant="default" onClick={() => void preview.refetch()} loading={preview.isFetching}>
              {t('series.checkAgain')}
            </Button>
            <Button variant="subtle" onClick={onAgain}>
              {t('series.changeRule')}
            </Button>
          </Group>
        </>
      )}
    </section>
  );
}

/** A new choice replaces the old one as a whole; only whom it is with stays when just the time is typed anew. */
const cleared = { skip: undefined, start: undefined, fold: undefined } as const;

const inOrder = (choices: Choices): SeriesChoice[] =>
  [...choices.values()].toSorted((a, b) => a.occurrence - b.occurrence);
