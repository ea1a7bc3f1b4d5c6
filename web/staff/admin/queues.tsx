/** Walk-in queues: what they are called, where, what a call becomes, and who serves them. */
import { Checkbox, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { practitionersQuery, visitTypesQuery } from '../api/queries.ts';
import { addQueue, changeQueue, queuesQuery } from '../api/walk-ins.ts';
import type { Queue } from '../api/walk-ins.ts';
import { useWorkplace } from '../lib/session.ts';
import { Answered, Page } from '../parts/page.tsx';
import { PlaceSelect, ThingForm, Things } from './house/things.tsx';

export function QueuesPage() {
  const { t, i18n } = useTranslation();
  const { locations } = useWorkplace();
  const queues = useQuery(queuesQuery(i18n.language));
  return (
    <Page title={t('nav.queues')} narrow>
      <Answered query={queues}>
        {({ items }) => (
          <Things
            items={items}
            addWord={t('queues.add')}
            empty={t('queues.empty')}
            about={(one) =>
              [
                locations.find((place) => place.id === one.locationId)?.name,
                t('visitType.minutes', { minutes: one.visitMinutes }),
                one.practitioners.map((who) => who.name).join(', ') || t('walkIns.nobodyServes'),
              ]
                .filter(Boolean)
                .join(' · ')
            }
            form={(one, close) => <QueueForm item={one} close={close} />}
          />
        )}
      </Answered>
    </Page>
  );
}

function QueueForm({ item, close }: { readonly item: Queue | null; readonly close: () => void }) {
  const { t, i18n } = useTranslation();
  const { location } = useWorkplace();
  const client = useQueryClient();
  const types = useQuery(visitTypesQuery(i18n.language));
  const [en, setEn] = useState(item?.names['en'] ?? '');
  const [es, setEs] = useState(item?.names['es'] ?? '');
  const [place, setPlace] = useState(item?.locationId ?? location?.id ?? '');
  const [type, setType] = useState(item?.visitTypeId ?? '');
  const [who, setWho] = useState<string[]>(item?.practitioners.map((one) => one.id) ?? []);
  const [active, setActive] = useState(item?.active ?? true);
  const able = useQuery({ ...practitionersQuery(undefined, type === '' ? undefined : type), enabled: type !== '' });
  const fitting = able.data?.items ?? [];
  const names = { ...item?.names, en: en.trim(), ...(es.trim() === '' ? {} : { es: es.trim() }) };
  const practitionerIds = who.filter((id) => fitting.some((one) => one.id === id));
  const save = useMutation({
    mutationFn: () =>
      item === null
        ? addQueue({ names, locationId: place, visitTypeId: type, practitionerIds })
        : changeQueue(item.id, { names, visitTypeId: type, practitionerIds, active }, item.version),
    onSuccess: () => {
      for (const key of ['queues', 'walk-ins']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <ThingForm
      title={item?.name ?? t('queues.add')}
      complete={en.trim() !== '' && place !== '' && type !== '' && able.data !== undefined}
      save={() => save.mutateAsync()}
      close={close}
    >
      <TextInput
        label={t('queues.nameEn')}
        value={en}
        maxLength={120}
        onChange={(event) => setEn(event.currentTarget.value)}
      />
      <TextInput
        label={t('queues.nameEs')}
        value={es}
        maxLength={120}
        onChange={(event) => setEs(event.currentTarget.value)}
      />
      {item === null && <PlaceSelect value={place} onChange={setPlace} />}
      <NativeSelect
        label={t('queues.visitType')}
        description={t('queues.visitTypeHint')}
        value={type}
        onChange={(event) => setType(event.currentTarget.value)}
        data={[
          { value: '', label: t('find.chooseType') },
          ...(types.data?.items ?? [])
            .filter((one) => one.active || one.id === item?.visitTypeId)
            .map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      <Checkbox.Group label={t('queues.servedBy')} value={who} onChange={setWho}>
        <Stack gap={4} mt={4}>
          {fitting.map((one) => (
            <Checkbox key={one.id} value={one.id} label={one.name} />
          ))}
        </Stack>
      </Checkbox.Group>
      {item !== null && (
        <Checkbox
          label={t('queues.open')}
          description={t('queues.openHint')}
          checked={active}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
      )}
    </ThingForm>
  );
}
