/** What else could become of one occurrence: a free time near it, one that is typed, the earlier or later of two, or nothing. */
import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportItem, SeriesChoice } from '../api/series.ts';
import type { Practitioner } from '../api/types.ts';
import { dayOf, localDay, timeOf } from '../lib/time.ts';

type Choice = Omit<SeriesChoice, 'occurrence'>;

export function OtherTimes(props: {
  readonly item: ReportItem;
  readonly zone: string;
  readonly practitionerId: string;
  readonly practitioners: readonly Practitioner[];
  readonly onChoose: (choice: Choice) => void;
}) {
  const { t, i18n } = useTranslation();
  const { item, zone, onChoose } = props;
  const [typing, setTyping] = useState(false);
  const label = t('series.number', { number: item.occurrence });
  const { nextValid } = item.data;
  const day = item.localStart.slice(0, 10);
  const nameOf = (id: string): string =>
    id === props.practitionerId ? '' : ` · ${props.practitioners.find((one) => one.id === id)?.name ?? ''}`;
  const whenOf = (start: string): string =>
    (localDay(start, zone) === day ? '' : `${dayOf(start, zone, i18n.language)} `) + timeOf(start, zone, i18n.language);
  return (
    <>
      <Group gap={4} role="group" aria-label={t('series.choicesOf', { what: label })}>
        {item.finding === 'ambiguous' &&
          (['earlier', 'later'] as const).map((fold) => (
            <Button key={fold} variant="default" onClick={() => onChoose({ fold })}>
              {t(fold === 'earlier' ? 'find.earlier' : 'find.laterFold')}
            </Button>
          ))}
        {typeof nextValid === 'string' && (
          <Button variant="default" onClick={() => onChoose({ start: nextValid })}>
            {t('find.nextValid', { time: nextValid.slice(0, 16).replace('T', ' ') })}
          </Button>
        )}
        {item.alternatives.map((one) => (
          <Button
            key={one.start + one.practitionerId}
            variant="default"
            className="hs-num"
            onClick={() =>
              onChoose({
                start: one.start,
                ...(one.practitionerId !== props.practitionerId && { practitionerId: one.practitionerId }),
              })
            }
          >
            {whenOf(one.start)}
            {nameOf(one.practitionerId)}
          </Button>
        ))}
        <Button variant="default" aria-expanded={typing} onClick={() => setTyping(!typing)}>
          {t('series.anotherTime')}
        </Button>
        <Button variant="default" onClick={() => onChoose({ skip: true })}>
          {t('series.leaveOut')}
        </Button>
      </Group>
      {typing && <Typed item={item} zone={zone} onChoose={onChoose} />}
    </>
  );
}

function Typed({
  item,
  zone,
  onChoose,
}: {
  readonly item: ReportItem;
  readonly zone: string;
  readonly onChoose: (choice: Choice) => void;
}) {
  const { t } = useTranslation();
  const [day, setDay] = useState(item.localStart.slice(0, 10));
  const [time, setTime] = useState(item.localStart.slice(11, 16));
  return (
    <form
      className="hs-fields"
      onSubmit={(event) => {
        event.preventDefault();
        if (day !== '' && time !== '') onChoose({ start: `${day}T${time}` });
      }}
    >
      <TextInput
        type="date"
        label={t('find.day')}
        autoFocus
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <TextInput
        type="time"
        label={t('find.time', { zone })}
        value={time}
        onChange={(event) => setTime(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={day === '' || time === ''}>
        {t('find.take')}
      </Button>
    </form>
  );
}
