/** Which day is shown, and what of it. */
import { ActionIcon, Button, Group, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Practitioner } from '../api/types.ts';
import { addDays } from '../lib/time.ts';
import type { TodaySearch } from './routes.ts';

const listed = [
  'pending',
  'booked',
  'confirmed',
  'arrived',
  'checked-in',
  'in-visit',
  'fulfilled',
  'noshow',
  'cancelled',
] as const;

export function DayFilters(props: {
  readonly search: TodaySearch;
  /** Local days, `YYYY-MM-DD`. */
  readonly date: string;
  readonly today: string;
  readonly view: 'grid' | 'list';
  /** Where there is no room for a grid, there is nothing to choose. */
  readonly narrow: boolean;
  readonly practitioners: readonly Practitioner[];
  readonly set: (next: Partial<TodaySearch>) => void;
}) {
  const { t } = useTranslation();
  const { search, date, today, set } = props;
  return (
    <div className="hs-filters">
      <Group gap={4} wrap="nowrap" align="end">
        <ActionIcon
          variant="default"
          size={36}
          aria-label={t('today.previous')}
          onClick={() => set({ date: addDays(date, -1), open: undefined })}
        >
          <IconChevronLeft size={18} aria-hidden className="hs-flip" />
        </ActionIcon>
        <TextInput
          type="date"
          aria-label={t('today.date')}
          value={date}
          onChange={(event) =>
            event.currentTarget.value !== '' && set({ date: event.currentTarget.value, open: undefined })
          }
        />
        <ActionIcon
          variant="default"
          size={36}
          aria-label={t('today.next')}
          onClick={() => set({ date: addDays(date, 1), open: undefined })}
        >
          <IconChevronRight size={18} aria-hidden className="hs-flip" />
        </ActionIcon>
        {date !== today && (
          <Button variant="default" h={36} onClick={() => set({ date: undefined, open: undefined })}>
            {t('today.backToToday')}
          </Button>
        )}
      </Group>
      <NativeSelect
        aria-label={t('today.practitioner')}
        value={search.practitioner ?? ''}
        onChange={(event) =>
          set({ practitioner: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
        }
        data={[
          { value: '', label: t('today.everybody') },
          ...props.practitioners.filter((one) => one.active).map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      <NativeSelect
        aria-label={t('today.state')}
        value={search.state ?? ''}
        onChange={(event) => set({ state: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
        data={[
          { value: '', label: t('today.everyState') },
          ...listed.map((state) => ({ value: state, label: t(`state.${state}`) })),
        ]}
      />
      {!props.narrow && (
        <SegmentedControl
          aria-label={t('today.view')}
          value={props.view}
          onChange={(value) => set({ view: value === 'list' ? 'list' : undefined })}
          data={[
            { value: 'grid', label: t('today.grid') },
            { value: 'list', label: t('today.list') },
          ]}
        />
      )}
    </div>
  );
}
