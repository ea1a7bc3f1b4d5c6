/** Places, each with its own clock. */
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addLocation, changeLocation, locationsQuery } from '../../api/queries.ts';
import type { Location } from '../../api/types.ts';
import { Answered } from '../../parts/page.tsx';
import { ThingForm, Things } from './things.tsx';

export function Locations() {
  const { t } = useTranslation();
  const locations = useQuery(locationsQuery);
  return (
    <Answered query={locations}>
      {({ items }) => (
        <Things
          items={items}
          addWord={t('rooms.addLocation')}
          empty={t('rooms.locationsEmpty')}
          about={(one) => [one.timeZone, one.phone].filter(Boolean).join(' · ')}
          form={(one, close) => <LocationForm item={one} close={close} />}
        />
      )}
    </Answered>
  );
}

function LocationForm({ item, close }: { readonly item: Location | null; readonly close: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(item?.name ?? '');
  const [zone, setZone] = useState(item?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [phone, setPhone] = useState(item?.phone ?? '');
  const [active, setActive] = useState(item?.active ?? true);
  const zones = Intl.supportedValuesOf('timeZone');
  return (
    <ThingForm
      title={item?.name ?? t('rooms.addLocation')}
      complete={name.trim() !== '' && zone !== ''}
      save={() =>
        item === null
          ? addLocation({ name: name.trim(), timeZone: zone, phone: phone.trim() === '' ? undefined : phone.trim() })
          : changeLocation(
              item.id,
              { name: name.trim(), timeZone: zone, phone: phone.trim() === '' ? null : phone.trim(), active },
              item.version,
            )
      }
      close={close}
    >
      <TextInput
        label={t('patient.name')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('rooms.timeZone')}
        value={zone}
        onChange={(event) => setZone(event.currentTarget.value)}
        data={zones.includes(zone) ? zones : [zone, ...zones]}
      />
      <TextInput
        type="tel"
        label={t('patient.phone')}
        value={phone}
        onChange={(event) => setPhone(event.currentTarget.value)}
      />
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
