/** What, who, where, when: the questions of "find a time", as native fields in one line of thought. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { practitionersQuery, visitTypesQuery } from '../api/queries.ts';
import type { Slot } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { HOUR, addDays, instant, localMinutes, startOfDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';

export interface Criteria {
  readonly type: string;
  readonly practitioner: string;
  readonly place: string;
  readonly from: string;
  readonly to: string;
  readonly part: '' | 'morning' | 'afternoon' | 'evening';
}

export const parts = { morning: [0, 12], afternoon: [12, 17], evening: [17, 24] } as const;

export const inPart = (slot: Slot, part: Criteria['part']): boolean => {
  if (part === '') return true;
  const minutes = localMinutes(slot.start, slot.timeZone);
  const [from, to] = parts[part];
  return minutes >= from * 60 && minutes < to * 60;
};

/** Two weeks are asked for unless somebody says otherwise: enough to choose, quick to read. */
export const defaultDays = 13;

/** The days of the criteria as instants of the place; never before now. */
export function searchOf(criteria: Criteria, zone: string, patientId?: string) {
  const from = Math.max(startOfDay(criteria.from, zone), Date.now() - (Date.now() % (HOUR / 12)));
  return {
    visitTypeId: criteria.type,
    from: instant(from),
    to: instant(Math.max(startOfDay(addDays(criteria.to, 1), zone), from + HOUR)),
    practitionerId: criteria.practitioner === '' ? undefined : criteria.practitioner,
    locationId: criteria.place === '' ? undefined : criteria.place,
    patientId,
  };
}

export function CriteriaFields(props: {
  readonly value: Criteria;
  readonly onChange: (next: Partial<Criteria>) => void;
  readonly fixedType?: boolean;
  /** One more question in the same grid. */
  readonly children?: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const { locations, zone } = useWorkplace();
  const types = useQuery(visitTypesQuery(i18n.language));
  const { value } = props;
  const practitioners = useQuery(
    practitionersQuery(value.place === '' ? undefined : value.place, value.type === '' ? undefined : value.type),
  );
  const today = useToday(zone);
  return (
    <div className="hs-fields" data-short>
      {props.fixedType !== true && (
        <NativeSelect
          label={t('find.type')}
          value={value.type}
          onChange={(event) => props.onChange({ type: event.currentTarget.value, practitioner: '' })}
          data={[
            { value: '', label: t('find.chooseType') },
            ...(types.data?.items ?? [])
              // What is given in groups is booked as a seat of a session.
              .filter((type) => type.active !== false && type.groupCapacity === null)
              .map((type) => ({
                value: type.id,
                label: t('find.typeLabel', { name: type.name, minutes: type.durationMinutes }),
              })),
          ]}
        />
      )}
      <NativeSelect
        label={t('find.who')}
        value={value.practitioner}
        onChange={(event) => props.onChange({ practitioner: event.currentTarget.value })}
        data={[
          { value: '', label: t('find.anyone') },
          ...(practitioners.data?.items ?? [])
            .filter((one) => one.active)
            .map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      {locations.length > 1 && (
        <NativeSelect
          label={t('find.where')}
          value={value.place}
          onChange={(event) => props.onChange({ place: event.currentTarget.value })}
          data={[
            { value: '', label: t('find.anywhere') },
            ...locations.map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
      )}
      <TextInput
        type="date"
        label={t('find.from')}
        min={today}
        value={value.from}
        onChange={(event) => {
          const from = event.currentTarget.value;
          if (from !== '') props.onChange({ from, to: value.to < from ? addDays(from, defaultDays) : value.to });
        }}
      />
      <TextInput
        type="date"
        label={t('find.to')}
        min={value.from}
        value={value.to}
        onChange={(event) => event.currentTarget.value !== '' && props.onChange({ to: event.currentTarget.value })}
      />
      <NativeSelect
        label={t('find.part')}
        value={value.part}
        onChange={(event) => props.onChange({ part: event.currentTarget.value as Criteria['part'] })}
        data={[
          { value: '', label: t('find.wholeDay') },
          { value: 'morning', label: t('find.morning') },
          { value: 'afternoon', label: t('find.afternoon') },
          { value: 'evening', label: t('find.evening') },
        ]}
      />
      {props.children}
    </div>
  );
}
