/** Simulated seasons that were kept: policies side by side, as a picture and as numbers, and one of them made the rule. */
import { Button, Group, NativeSelect, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { simulationsQuery, type SimulationRun } from '../api/reports.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { AddResult } from './add-result.tsx';
import { Adopt } from './adopt.tsx';
import { DaysChart, FillChart } from './chart.tsx';
import { EquityTable, FiguresTable } from './figures.tsx';
import './simulations.css';

const command = 'npm run simulate -- waitlist --keep';

export function SimulationsPage() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(simulationsQuery);
  const [chosen, setChosen] = useState<string>();
  const runs = list.data?.pages.flatMap((page) => page.items);
  return (
    <Page title={t('nav.simulations')} actions={<AddResult onKept={setChosen} />}>
      <Text size="sm" className="hs-prose">
        {t('simulations.hint')}
      </Text>
      <Answered query={{ ...list, data: runs }}>
        {(all) => {
          const run = all.find((one) => one.id === chosen) ?? all[0];
          if (run === undefined)
            return (
              <Empty title={t('simulations.none')} hint={t('simulations.noneHint')}>
                <code className="hs-command">{command}</code>
              </Empty>
            );
          return (
            <>
              <Group gap="sm" align="end">
                <Choice runs={all} run={run} choose={setChosen} />
                {list.hasNextPage && (
                  <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                    {t('simulations.older')}
                  </Button>
                )}
              </Group>
              <Run key={run.id} run={run} />
              <Text size="sm" c="dimmed">
                {t('simulations.another')} <code className="hs-command">{command}</code>
              </Text>
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function Choice(props: {
  readonly runs: readonly SimulationRun[];
  readonly run: SimulationRun;
  readonly choose: (id: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  return (
    <NativeSelect
      label={t('simulations.run')}
      value={props.run.id}
      onChange={(event) => props.choose(event.currentTarget.value)}
      data={props.runs.map((one) => ({
        value: one.id,
        label: t('simulations.runName', { seed: one.seed, date: dateTimeOf(one.ranAt, zone, i18n.language) }),
      }))}
    />
  );
}

function Run({ run }: { readonly run: SimulationRun }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const days = Number(run.parameters['days'] ?? 0);
  return (
    <>
      <Text size="sm" role="note" className="hs-synthetic">
        {t('simulations.synthetic', { seed: run.seed, count: days })}{' '}
        {run.keptBy !== null &&
          t('simulations.keptBy', { name: run.keptBy, date: dateTimeOf(run.keptAt, zone, i18n.language) })}
      </Text>
      <div className="hs-charts">
        <FillChart results={run.results} />
        <DaysChart results={run.results} />
      </div>
      <section aria-labelledby="simulated-figures">
        <Title order={2} id="simulated-figures">
          {t('simulations.figures')}
        </Title>
        <FiguresTable results={run.results} />
      </section>
      <Adopt results={run.results} />
      <section aria-labelledby="simulated-equity">
        <Title order={2} id="simulated-equity">
          {t('simulations.equity')}
        </Title>
        <Text size="sm">{t('simulations.equityHint')}</Text>
        <EquityTable results={run.results} />
      </section>
      <details>
        <summary className="hs-quiet">{t('simulations.parameters')}</summary>
        <pre className="hs-policy" tabIndex={0} aria-label={t('simulations.parameters')}>
          {JSON.stringify(run.parameters, null, 1)}
        </pre>
      </details>
    </>
  );
}
