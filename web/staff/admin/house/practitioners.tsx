/** Practitioners: where they work, and how far they may be overbooked. */
import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { usStates } from '../../../../domain/appointment/telehealth.ts';
import { useTranslation } from 'react-i18next';
import { addPractitioner, changePractitioner, practitionersQuery } from '../../api/queries.ts';
import type { Practitioner } from '../../api/types.ts';
import { useWorkplace } from '../../lib/session.ts';
import { Answered } from '../../parts/page.tsx';
import { PlaceSelect, ThingForm, Things } from './things.tsx';

export function Practitioners() {
  const { t } = useTranslation();
  const { locations } = useWorkplace();
  const practitioners = useQuery(practitionersQuery());
  return (
    <Answered query={practitioners}>
      {({ items }) => (
        <Things
          items={items}
          addWord={t('rooms.addPractitioner')}
          empty={t('rooms.practitionersEmpty')}
          about={(one) =>
            [
              one.specialty,
              locations.find((place) => place.id === one.locationId)?.name,
              one.overbookConsent ? t('rooms.overbookUpTo', { count: one.overbookLimit }) : undefined,
            ]
              .filter(Boolean)
              .join(' · ')
          }
          form={(one, close) => <PractitionerForm item={one} close={close} />}
        />
      )}
    </Answered>
  );
}

function PractitionerForm({ item, close }: { readonly item: Practitioner | null; readonly close: () => void }) {
  const { t } = useTranslation();
  const { location } = useWorkplace();
  const [name, setName] = useState(item?.name ?? '');
  const [specialty, setSpecialty] = useState(item?.specialty ?? '');
  const [place, setPlace] = useState(item === null ? (location?.id ?? '') : (item.locationId ?? ''));
  const [consent, setConsent] = useState(item?.overbookConsent ?? false);
  const [limit, setLimit] = useState(item?.overbookLimit ?? 0);
  const [active, setActive] = useState(item?.active ?? true);
  const [licensed, setLicensed] = useState(item?.licensedStates.join(', ') ?? '');
  const codes = licensed.toUpperCase().split(/[\s,;]+/).filter((code) => code !== ''); // prettier-ignore
  const unknown = codes.filter((code) => !usStates.includes(code));
  const body = {
    licensedStates: [...new Set(codes)],
    name: name.trim(),
    specialty: specialty.trim() === '' ? null : specialty.trim(),
    locationId: place === '' ? null : place,
    overbookConsent: consent,
    overbookLimit: consent ? limit : 0,
  };
  return (
    <ThingForm
      title={item?.name ?? t('rooms.addPractitioner')}
      complete={name.trim() !== '' && unknown.length === 0}
      save={() =>
        item === null ? addPractitioner(body) : changePractitioner(item.id, { ...body, active }, item.version)
      }
      close={close}
    >
      <TextInput
        label={t('patient.name')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('rooms.specialty')}
        value={specialty}
        maxLength={120}
        onChange={(event) => setSpecialty(event.currentTarget.value)}
      />
      <PlaceSelect value={place} onChange={setPlace} />
      <TextInput
        label={t('rooms.licensedStates')}
        description={t('rooms.licensedHint')}
        error={unknown.length === 0 ? undefined : t('rooms.licensedUnknown', { codes: unknown.join(', ') })}
        value={licensed}
        maxLength={300}
        onChange={(event) => setLicensed(event.currentTarget.value)}
      />
      <Checkbox
        label={t('rooms.overbookConsent')}
        checked={consent}
        onChange={(event) => setConsent(event.currentTarget.checked)}
      />
      {consent && (
        <NumberInput
          label={t('rooms.overbookLimit')}
          min={0}
          max={10}
          allowDecimal={false}
          hideControls
          value={limit}
          onChange={(value) => setLimit(Number(value))}
        />
      )}
      {item !== null && (
        <Checkbox
          label={t('visitType.active')}
          checked={active}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
      )}
    </ThingForm>
  );
}
