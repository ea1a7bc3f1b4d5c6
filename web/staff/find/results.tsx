/** The times that fit the criteria; asks again by itself when something was booked elsewhere. */
import { Button, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { mostSlots, patientQuery, practitionersQuery, slotsQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { addDays } from '../lib/time.ts';
import { languageName } from '../parts/new-patient-form.tsx';
import { Empty, Loading } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { defaultDays, inPart, searchOf } from './criteria.tsx';
import type { Criteria } from './criteria.tsx';
import { placeOf } from './place.ts';
import type { Place } from './place.ts';
import { SlotList } from './slot-list.tsx';

export function Results(props: {
  readonly criteria: Criteria;
  readonly patientId?: string | undefined;
  readonly picked: Place | null;
  readonly onPick: (place: Place) => void;
  readonly onChange: (next: Partial<Criteria>) => void;
}) {
  const { t, i18n } = useTranslation();
  const { locations, zone } = useWorkplace();
  const { criteria } = props;
  const placeZone = locations.find((one) => one.id === criteria.place)?.timeZone ?? zone;
  const search = searchOf(criteria, placeZone, props.patientId);
  const slots = useQuery({ ...slotsQuery(search), placeholderData: keepPreviousData });
  const practitioners = useQuery(practitionersQuery());
  const patient = useQuery({ ...patientQuery(props.patientId ?? ''), enabled: props.patientId !== undefined });
  const needs = patient.data?.answer.interpreterNeeded === true ? patient.data.answer.language : undefined;
  if (criteria.type === '') return <Empty title={t('find.startTitle')} hint={t('find.startHint')} />;
  if (slots.error !== null) return <ProblemAlert error={slots.error} retry={() => void slots.refetch()} />;
  if (slots.data === undefined) return <Loading />;
  const fitting = slots.data.items.filter((slot) => inPart(slot, criteria.part));
  const later = (): void =>
    props.onChange({ from: addDays(criteria.to, 1), to: addDays(criteria.to, 1 + defaultDays) });
  const interpreted =
    needs === undefined ? undefined : t('find.interpreter', { language: languageName(needs, i18n.language) });
  if (fitting.length === 0) {
    return (
      <Empty title={t('find.noneTitle')} hint={[interpreted, t('find.noneHint')].filter(Boolean).join(' ')}>
        <Button onClick={later}>{t('find.later')}</Button>
        {criteria.practitioner !== '' && (
          <Button variant="default" onClick={() => props.onChange({ practitioner: '' })}>
            {t('find.withAnyone')}
          </Button>
        )}
        {criteria.place !== '' && locations.length > 1 && (
          <Button variant="default" onClick={() => props.onChange({ place: '', practitioner: '' })}>
            {t('find.everywhere')}
          </Button>
        )}
        {criteria.part !== '' && (
          <Button variant="default" onClick={() => props.onChange({ part: '' })}>
            {t('find.atAnyTime')}
          </Button>
        )}
      </Empty>
    );
  }
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {t(slots.data.items.length < mostSlots ? 'find.count' : 'find.countFirst', { count: fitting.length })}
      </Text>
      {interpreted !== undefined && <Text size="sm">{interpreted}</Text>}
      <SlotList
        slots={fitting}
        practitioners={practitioners.data?.items ?? []}
        picked={props.picked}
        onPick={(slot) => props.onPick(placeOf(slot))}
        label={t('find.results')}
      />
      <div>
        <Button variant="default" onClick={later}>
          {t('find.later')}
        </Button>
      </div>
    </>
  );
}
