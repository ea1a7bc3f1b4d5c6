/** A patient's series, on the patient's page: those that go on first. */
import { Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { patientSeriesQuery } from '../api/series.ts';
import type { SeriesItem } from '../api/series.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { Answered } from '../parts/page.tsx';
import { useRuleWords } from './rule-words.ts';
import { SeriesBadge } from './series-state.tsx';

const over: ReadonlySet<string> = new Set(['refused', 'ended']);

export function PatientSeries({ id, mayBook }: { readonly id: string; readonly mayBook: boolean }) {
  const { t } = useTranslation();
  const series = useQuery(patientSeriesQuery(id));
  return (
    <section aria-labelledby="patient-series">
      <Group justify="space-between" gap="xs" mb={4}>
        <Title order={2} id="patient-series">
          {t('series.plural')}
        </Title>
        {mayBook && (
          <LinkButton to="/series/new" search={{ patient: id }} variant="default">
            {t('series.new')}
          </LinkButton>
        )}
      </Group>
      <Answered query={series} rows={1}>
        {({ items }) => {
          const going = items.filter(({ state }) => !over.has(state));
          const ended = items.filter(({ state }) => over.has(state));
          return (
            <>
              {going.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t('series.none')}
                </Text>
              )}
              <List items={going} />
              {ended.length > 0 && (
                <details>
                  <summary className="hs-quiet">{t('series.endedCount', { count: ended.length })}</summary>
                  <List items={ended} />
                </details>
              )}
            </>
          );
        }}
      </Answered>
    </section>
  );
}

function List({ items }: { readonly items: readonly SeriesItem[] }) {
  const { t, i18n } = useTranslation();
  const ruleWords = useRuleWords();
  return (
    <ul className="hs-plain-list hs-line">
      {items.map((one) => (
        <li key={one.id}>
          <Group gap="xs">
            <LinkAnchor to="/cases/series/$id" params={{ id: one.id }} size="sm">
              {one.visitType.name}: {ruleWords(one.rule)}
            </LinkAnchor>
            <SeriesBadge state={one.state} />
          </Group>
          <Text size="sm" c="dimmed">
            {[
              one.practitioner.name,
              t('series.visitsOf', { count: one.visits, all: one.occurrences }),
              ...(one.nextStart === null ? [] : [t('series.next', { time: dateTimeOf(one.nextStart, one.timeZone, i18n.language) })]), // prettier-ignore
            ].join(' · ')}
          </Text>
        </li>
      ))}
    </ul>
  );
}
