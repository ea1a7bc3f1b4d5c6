/**
 * What would become of each occurrence: free, or why not and what else; each can be left out or put elsewhere, and every
 * choice is looked at by the server again.
 */
import { Button, Group, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconMinus } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportItem, SeriesChoice } from '../api/series.ts';
import type { Practitioner } from '../api/types.ts';
import { dateTimeOf, zoneName } from '../lib/time.ts';
import { useFindingWords } from './findings.ts';
import { OtherTimes } from './other-times.tsx';

export type Choices = ReadonlyMap<number, SeriesChoice>;

const looks = {
  free: [IconCircleCheck, 'good'],
  skipped: [IconMinus, 'neutral'],
  conflict: [IconAlertTriangle, 'warn'],
} as const;

export const isConflict = ({ finding }: ReportItem): boolean => finding !== 'free' && finding !== 'skipped';

interface ReportProps {
  readonly items: readonly ReportItem[];
  readonly zone: string;
  readonly practitionerId: string;
  readonly practitioners: readonly Practitioner[];
  readonly choices: Choices;
  readonly onChoose: (occurrence: number, choice: SeriesChoice | null) => void;
}

export function Report(props: ReportProps) {
  const { t } = useTranslation();
  return (
    <ol className="hs-plain-list hs-series" aria-label={t('series.report')}>
      {props.items.map((item, index) => (
        <li key={item.occurrence} data-tone={looks[lookOf(item)][1]}>
          <Line {...props} item={item} before={props.items[index - 1]} />
        </li>
      ))}
    </ol>
  );
}

const lookOf = (item: ReportItem): keyof typeof looks =>
  item.finding === 'free' || item.finding === 'skipped' ? item.finding : 'conflict';

function Line(props: ReportProps & { readonly item: ReportItem; readonly before: ReportItem | undefined }) {
  const { t, i18n } = useTranslation();
  const { item, before, zone } = props;
  const words = useFindingWords();
  const [open, setOpen] = useState(false);
  // What was pressed goes away with the choice: the keyboard stays in its line.
  const line = useRef<HTMLDivElement>(null);
  const choose = (next: SeriesChoice | null): void => {
    setOpen(false);
    line.current?.focus();
    props.onChoose(item.occurrence, next);
  };
  const [Icon] = looks[lookOf(item)];
  const choice = props.choices.get(item.occurrence);
  const planned = plannedWords(item.localStart, i18n.language);
  const when = item.start === null ? planned : `${dateTimeOf(item.start, zone, i18n.language)} ${zoneName(item.start, zone, i18n.language)}`; // prettier-ignore
  const who = props.practitioners.find((one) => one.id === choice?.practitionerId)?.name;
  const clocks =
    item.start !== null &&
    before?.start != null &&
    zoneName(item.start, zone, 'en') !== zoneName(before.start, zone, 'en');
  const conflict = isConflict(item);
  const label = t('series.number', { number: item.occurrence });
  return (
    <>
      <div className="hs-series-line">
        <span className="hs-series-number hs-num" aria-hidden>
          {item.occurrence}
        </span>
        <div className="hs-series-what" ref={line} tabIndex={-1}>
          <Text component="span" size="sm" fw={600} className={item.finding === 'skipped' ? 'hs-gone' : undefined}>
            {when}
            {who !== undefined && ` · ${who}`}
          </Text>
          {choice !== undefined && choice.skip !== true && (
            <Text size="sm" c="dimmed">
              {t('series.insteadOf', { time: planned })}
            </Text>
          )}
          {clocks && <Text size="sm">{t('series.clocksChange')}</Text>}
        </div>
        <span className="hs-badge" data-tone={looks[lookOf(item)][1]}>
          <Icon size={14} aria-hidden />
          {t(conflict ? 'series.conflict' : item.finding === 'free' ? 'seriesFinding.free' : 'seriesFinding.skipped')}
        </span>
        {choice !== undefined && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-label={t('series.takeBackOf', { what: label })}
            onClick={() => choose(null)}
          >
            {t('series.takeBack')}
          </Button>
        )}
        {choice === undefined && !conflict && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={open}
            aria-label={t('series.changeOf', { what: label })}
            onClick={() => setOpen(!open)}
          >
            {t('wait.change')}
          </Button>
        )}
      </div>
      {conflict && <Text size="sm">{words(item.finding, item.data)}</Text>}
      {(conflict || (open && choice === undefined)) && (
        <OtherTimes
          item={item}
          zone={zone}
          practitionerId={choice?.practitionerId ?? props.practitionerId}
          practitioners={props.practitioners}
          onChoose={(next) => choose({ occurrence: item.occurrence, ...next })}
        />
      )}
    </>
  );
}

/** A wall-clock time as it stands in the rule: no zone is asked, because it may not exist in it. */
function plannedWords(local: string, language: string): string {
  return dateTimeOf(`${local}Z`, 'UTC', language);
}

/** What it comes to, and what can be done about all of them at once. */
export function Summary({
  items,
  rule,
  heading,
  onNearest,
  onSkip,
}: {
  readonly items: readonly ReportItem[];
  readonly rule: string;
  readonly heading: Ref<HTMLHeadingElement>;
  readonly onNearest: () => void;
  readonly onSkip: () => void;
}) {
  const { t } = useTranslation();
  const free = items.filter(({ finding }) => finding === 'free').length;
  const skipped = items.filter(({ finding }) => finding === 'skipped').length;
  const conflicts = items.filter(isConflict);
  const movable = conflicts.filter(({ alternatives }) => alternatives.length > 0).length;
  return (
    <div>
      <Title order={2} mb={4} ref={heading} tabIndex={-1} id="series-report">
        {t('series.report')}
      </Title>
      <Text size="sm" c="dimmed">
        {rule}
      </Text>
      <Text size="sm" role="status">
        {[
          t('series.free', { count: free }),
          ...(conflicts.length > 0 ? [t('series.conflicts', { count: conflicts.length })] : []),
          ...(skipped > 0 ? [t('series.skipped', { count: skipped })] : []),
        ].join(' · ')}
      </Text>
      {conflicts.length > 1 && (
        <Group gap="xs" mt={4}>
          {movable > 0 && (
            <Button variant="default" onClick={onNearest}>
              {t('series.nearestForAll', { count: movable })}
            </Button>
          )}
          <Button variant="default" onClick={onSkip}>
            {t('series.skipAll', { count: conflicts.length })}
          </Button>
        </Group>
      )}
    </div>
  );
}
