/** Rooms, equipment and interpreters. */
import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addResource, changeResource, resourcesQuery } from '../../api/queries.ts';
import type { Resource } from '../../api/types.ts';
import { useWorkplace } from '../../lib/session.ts';
import { languageName } from '../../parts/new-patient-form.tsx';
import { Answered } from '../../parts/page.tsx';
import { KindSelect } from './kind-select.tsx';
import type { ResourceKind } from './resource-kinds.ts';
import { PlaceSelect, ThingForm, Things } from './things.tsx';

const languageWords = (codes: readonly string[], language: string): string =>
  codes.map((code) => languageName(code, language)).join(', ');

export function Resources() {
  const { t, i18n } = useTranslation();
  const { locations } = useWorkplace();
  const resources = useQuery(resourcesQuery);
  return (
    <Answered query={resources}>
      {({ items }) => (
        <Things
          items={items}
          addWord={t('rooms.addResource')}
          empty={t('rooms.resourcesEmpty')}
          about={(one) =>
            [
              t(`resource.${one.kind}`),
              locations.find((place) => place.id === one.locationId)?.name,
              one.kind === 'interpreter' ? languageWords(one.languages, i18n.language) : undefined,
              one.capacity > 1 ? t('rooms.places', { count: one.capacity }) : undefined,
            ]
              .filter(Boolean)
              .join(' · ')
          }
          form={(one, close) => <ResourceForm item={one} close={close} />}
        />
      )}
    </Answered>
  );
}

function ResourceForm({ item, close }: { readonly item: Resource | null; readonly close: () => void }) {
  const { t, i18n } = useTranslation();
  const { location } = useWorkplace();
  const [kind, setKind] = useState<ResourceKind>(item?.kind ?? 'room');
  const [name, setName] = useState(item?.name ?? '');
  const [capacity, setCapacity] = useState(item?.capacity ?? 1);
  const [place, setPlace] = useState(item === null ? (location?.id ?? '') : (item.locationId ?? ''));
  const [active, setActive] = useState(item?.active ?? true);
  const [typed, setTyped] = useState((item?.languages ?? []).join(', '));
  const languages = typed.split(/[\s,;]+/).filter(Boolean);
  const interprets = kind === 'interpreter';
  const body = {
    name: name.trim(),
    capacity,
    locationId: place === '' ? null : place,
    ...(interprets && { languages }),
  };
  return (
    <ThingForm
      title={item?.name ?? t('rooms.addResource')}
      complete={name.trim() !== '' && (!interprets || languages.length > 0)}
      save={() =>
        item === null ? addResource({ ...body, kind }) : changeResource(item.id, { ...body, active }, item.version)
      }
      close={close}
    >
      {item === null && <KindSelect value={kind} onChange={setKind} />}
      <TextInput
        label={t('patient.name')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NumberInput
        label={t('rooms.capacity')}
        min={item?.capacity ?? 1}
        max={100}
        allowDecimal={false}
        hideControls
        value={capacity}
        onChange={(value) => setCapacity(Number(value))}
      />
      {interprets && (
        <TextInput
          label={t('interpreter.languages')}
          description={
            languages.length === 0 ? t('interpreter.languagesHint') : languageWords(languages, i18n.language)
          }
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <PlaceSelect value={place} onChange={setPlace} />
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
