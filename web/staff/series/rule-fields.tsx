/** What is repeated, how often, from when, and until when. */
import { Chip, Group, Input, NativeSelect, NumberInput, Radio, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { practitionersQuery, visitTypesQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { weekdayName } from '../lib/time.ts';
import { weekdays } from '../waitlist/wish-draft.ts';
import { frequencies, mostOccurrences, weekdayRule } from './draft.ts';
import type { SeriesDraft, SeriesSearch } from './draft.ts';

export interface RuleProps {
  readonly draft: SeriesDraft;
  readonly set: (next: Partial<SeriesSearch>) => void;
  readonly zone: string;
}

export function WhatFields({ draft, set, zone, mode }: RuleProps & { readonly mode: string }) {
  const { t, i18n } = useTranslation();
  const { locations } = useWorkplace();
  const types = useQuery(visitTypesQuery(i18n.language));
  const practitioners = useQuery(
    practitionersQuery(draft.place === '' ? undefined : draft.place, draft.type === '' ? undefined : draft.type),
  );
  const modes = types.data?.items.find((one) => one.id === draft.type)?.modes ?? [];
  return (
    <div className="hs-fields">
      <NativeSelect
        label={t('find.type')}
        value={draft.type}
        onChange={(event) => set({ type: event.currentTarget.value, practitioner: undefined })}
        data={[
          { value: '', label: t('find.chooseType') },
          ...(types.data?.items ?? [])
            .filter((type) => type.active)
            .map((type) => ({
              value: type.id,
              label: t('find.typeLabel', { name: type.name, minutes: type.durationMinutes }),
            })),
        ]}
      />
      <NativeSelect
        label={t('find.who')}
        value={draft.practitioner}
        onChange={(event) => set({ practitioner: event.currentTarget.value })}
        data={[
          { value: '', label: t('find.chooseWho') },
          ...(practitioners.data?.items ?? [])
            .filter((one) => one.active)
            .map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      {locations.length > 1 && (
        <NativeSelect
          label={t('find.where')}
          description={zone}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={draft.place}
          onChange={(event) => set({ place: event.currentTarget.value, practitioner: undefined })}
          data={locations.map((one) => ({ value: one.id, label: one.name }))}
        />
      )}
      {modes.length > 1 && (
        <NativeSelect
          label={t('find.mode')}
          value={mode}
          onChange={(event) => set({ mode: modes.find((one) => one === event.currentTarget.value) })}
          data={modes.map((one) => ({ value: one, label: t(`mode.${one}`) }))}
        />
      )}
    </div>
  );
}

export function WhenFields({ draft, set, zone }: RuleProps) {
  const { t, i18n } = useTranslation();
  const dated = /^\d{4}-\d{2}-\d{2}$/.test(draft.date);
  const own = dated ? weekdays[weekdayRule(draft.date).day] : undefined;
  const { nth, day } = weekdayRule(dated ? draft.date : '2024-01-01');
  return (
    <>
      <div className="hs-fields">
        <TextInput
          type="date"
          label={t('series.first')}
          value={draft.date}
          onChange={(event) => set({ date: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label={t('find.time', { zone })}
          value={draft.time}
          onChange={(event) => set({ time: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('series.repeats')}
          value={draft.every}
          onChange={(event) =>
            set({ every: frequencies.find((one) => one === event.currentTarget.value), days: undefined })
          }
          data={frequencies.map((value) => ({ value, label: t(`series.frequency.${value}`) }))}
        />
        <NumberInput
          label={t(`series.interval.${draft.every}`)}
          min={1}
          max={99}
          allowDecimal={false}
          value={draft.interval}
          onChange={(value) => set({ interval: value === '' ? 0 : Number(value) })}
        />
      </div>
      {draft.every === 'weekly' && (
        <div>
          <Input.Label component="div" id="series-days">
            {t('wish.days')}
          </Input.Label>
          <Chip.Group
            multiple
            value={draft.days.length === 0 && own !== undefined ? [own] : [...draft.days]}
            onChange={(days) => set({ days: days.length === 0 ? undefined : days.join(',') })}
          >
            <Group gap={4} mt={4} role="group" aria-labelledby="series-days">
              {weekdays.map((code, index) => (
                <Chip key={code} value={code} size="sm" radius="sm">
                  {weekdayName(index, i18n.language, 'short')}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </div>
      )}
      {draft.every === 'monthly' && dated && (
        <Radio.Group
          label={t('series.monthly')}
          value={draft.by}
          onChange={(value) => set({ by: value === 'weekday' ? 'weekday' : undefined })}
        >
          <Group gap="md" mt={4}>
            <Radio value="date" label={t('series.dayOfMonth', { day: Number(draft.date.slice(8, 10)) })} />
            <Radio value="weekday" label={t(`series.nth.${nth}`, { day: weekdayName(day, i18n.language) })} />
          </Group>
        </Radio.Group>
      )}
      <Radio.Group
        label={t('series.ends')}
        value={draft.ends}
        onChange={(value) => set(value === 'count' ? { until: undefined } : { until: draft.date, count: undefined })}
      >
        <Group gap="md" mt={4}>
          <Radio value="count" label={t('series.endsCount')} />
          <Radio value="until" label={t('series.endsUntil')} />
        </Group>
      </Radio.Group>
      <div className="hs-fields">
        {draft.ends === 'count' ? (
          <NumberInput
            label={t('series.count')}
            description={t('series.most', { count: mostOccurrences })}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            min={1}
            max={mostOccurrences}
            allowDecimal={false}
            value={draft.count}
            onChange={(value) => set({ count: value === '' ? 0 : Number(value) })}
          />
        ) : (
          <TextInput
            type="date"
            label={t('series.until')}
            description={t('series.most', { count: mostOccurrences })}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            min={draft.date}
            value={draft.until}
            onChange={(event) => set({ until: event.currentTarget.value })}
          />
        )}
      </div>
    </>
  );
}
