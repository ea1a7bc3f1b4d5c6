/** Where a series stands, in a word and a colour; and how far a booking or a change has come. */
import { Progress, Stack, Text } from '@mantine/core';
import { IconBan, IconCalendarRepeat, IconCheck, IconHourglass } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesState } from '../../../domain/schedule/series.ts';
import { isUnderWay } from '../api/series.ts';
import type { Series } from '../api/series.ts';
import type { Tone } from '../parts/states.tsx';

const looks: Readonly<Record<SeriesState, readonly [Tone, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>]>> =
  {
    booking: ['info', IconHourglass],
    undoing: ['warn', IconHourglass],
    changing: ['info', IconHourglass],
    booked: ['good', IconCalendarRepeat],
    refused: ['bad', IconBan],
    ended: ['neutral', IconCheck],
  };

export function SeriesBadge({ state }: { readonly state: SeriesState }) {
  const { t } = useTranslation();
  const [tone, Icon] = looks[state];
  return (
    <span className="hs-badge" data-tone={tone}>
      <Icon size={14} aria-hidden />
      {t(`seriesState.${state}`)}
    </span>
  );
}

/** The steps of the newest booking or change. */
export function newestSteps(series: Series) {
  const all = series.occurrences.flatMap(({ steps }) => steps);
  const newest = Math.max(0, ...all.map(({ changeNo }) => changeNo));
  return all.filter(({ changeNo, kind }) => changeNo === newest && (kind === 'undo') === (series.state === 'undoing'));
}

export function SeriesProgress({ series }: { readonly series: Series }) {
  const { t } = useTranslation();
  if (!isUnderWay(series.state)) return null;
  const steps = newestSteps(series);
  const done = steps.filter(({ outcome }) => outcome !== 'planned').length;
  const share = steps.length === 0 ? 0 : Math.round((100 * done) / steps.length);
  const words = t(`series.progress.${series.state}`, { done, all: steps.length });
  return (
    <Stack gap={4} className="hs-card">
      <Text size="sm" fw={600}>
        {words}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section value={share} aria-label={words} />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {t('series.progressHint')}
      </Text>
    </Stack>
  );
}
