/** A time that is not in the list: wall clock of the place; the server decides whether it exists and is offered. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { practitionersQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import type { Criteria } from './criteria.tsx';
import type { Place } from './place.ts';

export function TypedTime({
  criteria,
  onPick,
}: {
  readonly criteria: Criteria;
  readonly onPick: (place: Place) => void;
}) {
  const { t } = useTranslation();
  const { locations, location } = useWorkplace();
  const place = locations.find((one) => one.id === criteria.place) ?? location;
  const practitioners = useQuery(practitionersQuery(place?.id, criteria.type === '' ? undefined : criteria.type));
  const [who, setWho] = useState('');
  const [day, setDay] = useState(criteria.from);
  const [time, setTime] = useState('');
  const practitionerId = who !== '' ? who : criteria.practitioner;
  const ready = place !== undefined && practitionerId !== '' && day !== '' && time !== '';
  return (
    <details>
      <summary>{t('find.typed')}</summary>
      <form
        className="hs-fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          onPick({
            start: `${day}T${time}`,
            typed: true,
            timeZone: place.timeZone,
            practitionerId,
            locationId: place.id,
          });
        }}
      >
        <NativeSelect
          label={t('find.who')}
          value={practitionerId}
          onChange={(event) => setWho(event.currentTarget.value)}
          data={[
            { value: '', label: t('find.chooseWho') },
            ...(practitioners.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        <TextInput
          type="date"
          label={t('find.day')}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <TextInput
          type="time"
          label={t('find.time', { zone: place?.timeZone ?? '' })}
          value={time}
          onChange={(event) => setTime(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={!ready}>
          {t('find.take')}
        </Button>
      </form>
    </details>
  );
}
