/** Where, how and when the patient can come. */
import { Checkbox, Chip, Group, Input, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useWorkplace } from '../lib/session.ts';
import { durationWords, weekdayName } from '../lib/time.ts';
import { notices, weekdays } from './wish-draft.ts';
import type { FieldProps } from './wish-what.tsx';

/** Whole days where days make it: "2 days" and not "2,880 minutes". */
export const noticeWords = (minutes: number, language: string): string =>
  durationWords(
    minutes % 1_440 === 0 && minutes > 0
      ? `P${minutes / 1_440}D`
      : minutes % 60 === 0
        ? `PT${minutes / 60}H`
        : `PT${minutes}M`,
    language,
  );

export function WhenFields({ draft, set }: FieldProps) {
  const { t, i18n } = useTranslation();
  const { locations } = useWorkplace();
  const offered = [...new Set<number>([...notices, draft.noticeMinutes])].toSorted((a, b) => a - b);
  return (
    <>
      {locations.length > 1 && (
        <Checkbox.Group
          label={t('wish.where')}
          description={t('wish.anywhere')}
          value={[...draft.locationIds]}
          onChange={(locationIds) => set({ locationIds })}
        >
          <Group gap="sm" mt={4}>
            {locations.map((one) => (
              <Checkbox key={one.id} value={one.id} label={one.name} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      <Checkbox.Group label={t('wish.modes')} value={[...draft.modes]} onChange={(modes) => set({ modes })}>
        <Group gap="sm" mt={4}>
          {(['in-person', 'video', 'phone'] as const).map((mode) => (
            <Checkbox key={mode} value={mode} label={t(`mode.${mode}`)} />
          ))}
        </Group>
      </Checkbox.Group>
      <div>
        <Input.Label component="div" id="wish-days">
          {t('wish.days')}
        </Input.Label>
        <Input.Description id="wish-any-day">{t('wish.anyDay')}</Input.Description>
        <Chip.Group multiple value={[...draft.days]} onChange={(days) => set({ days })}>
          <Group gap={4} mt={4} role="group" aria-labelledby="wish-days" aria-describedby="wish-any-day">
            {weekdays.map((day, index) => (
              <Chip key={day} value={day} size="sm" radius="sm">
                {weekdayName(index, i18n.language)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </div>
      <div className="hs-fields" data-short>
        <TextInput
          type="time"
          label={t('wish.timeFrom')}
          value={draft.timeFrom}
          onChange={(event) => set({ timeFrom: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label={t('wish.timeTo')}
          value={draft.timeTo}
          onChange={(event) => set({ timeTo: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t('wish.earliest')}
          value={draft.earliest}
          onChange={(event) => set({ earliest: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t('wish.latest')}
          value={draft.latest}
          onChange={(event) => set({ latest: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('wish.notice')}
          value={String(draft.noticeMinutes)}
          onChange={(event) => set({ noticeMinutes: Number(event.currentTarget.value) })}
          data={offered.map((minutes) => ({ value: String(minutes), label: noticeWords(minutes, i18n.language) }))}
        />
        <NumberInput
          label={t('wish.travel')}
          placeholder={t('wish.noLimit')}
          min={1}
          max={20_000}
          allowDecimal={false}
          hideControls
          value={draft.maxTravelKm}
          onChange={(value) => set({ maxTravelKm: value === '' ? '' : Number(value) })}
        />
      </div>
    </>
  );
}
