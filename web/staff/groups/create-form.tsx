/** A new session: what, with whom, where, when, how many seats. The server decides whether the time is free. */
import { NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openGroup } from '../api/groups.ts';
import { practitionersQuery, poolsQuery, resourcesQuery, visitTypesQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { useToday } from '../lib/use-now.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

export function CreateForm({
  onDone,
  onCancel,
}: {
  readonly onDone: (id: string) => void;
  readonly onCancel: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { can, locations, location, zone } = useWorkplace();
  const client = useQueryClient();
  const today = useToday(zone);
  const types = useQuery(visitTypesQuery(i18n.language));
  const groups = (types.data?.items ?? []).filter((type) => type.active && type.groupCapacity !== null);
  const [typeId, setType] = useState('');
  const type = groups.find((one) => one.id === typeId) ?? (groups.length === 1 ? groups[0] : undefined);
  const [placeId, setPlace] = useState(location?.id ?? '');
  const place = locations.find((one) => one.id === placeId) ?? location;
  const practitioners = useQuery(practitionersQuery(place?.id, type?.id));
  const [who, setWho] = useState('');
  const [roomId, setRoom] = useState('');
  const [mode, setMode] = useState('');
  const [day, setDay] = useState(today);
  const [time, setTime] = useState('');
  const [seats, setSeats] = useState<number | null>(null);
  const pools = useQuery(poolsQuery);
  const resources = useQuery(resourcesQuery);
  const poolIds = new Set(type?.requirements.map(({ poolId }) => poolId));
  const members = new Set((pools.data?.items ?? []).filter(({ id }) => poolIds.has(id)).flatMap((pool) => pool.resourceIds)); // prettier-ignore
  const rooms = (resources.data?.items ?? []).filter((one) => one.kind === 'room' && one.active && members.has(one.id) && one.locationId === place?.id); // prettier-ignore
  const capacity = seats ?? type?.groupCapacity ?? 1;
  const way = type?.modes.find((one) => one === mode) ?? type?.modes[0] ?? 'in-person';
  const send = useMutation({
    mutationFn: () =>
      openGroup({
        visitTypeId: type!.id,
        practitionerId: who,
        locationId: place!.id,
        ...(roomId !== '' && { roomId }),
        mode: way,
        start: `${day}T${time}`,
        capacity,
      }),
    onSuccess: async ({ id }) => {
      for (const key of ['groups', 'availability', 'appointments']) void client.invalidateQueries({ queryKey: [key] });
      onDone(id);
    },
  });
  const ready = type !== undefined && place !== undefined && who !== '' && day !== '' && time !== '' && capacity >= 1;
  if (types.data !== undefined && groups.length === 0)
    return <Text size="sm">{t(can('schedule:manage') ? 'group.noTypesAdmin' : 'group.noTypes')}</Text>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send.mutate();
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <NativeSelect
          label={t('find.type')}
          data-autofocus
          value={type?.id ?? ''}
          onChange={(event) => {
            setType(event.currentTarget.value);
            setWho('');
            setSeats(null);
          }}
          data={[
            { value: '', label: t('find.chooseType') },
            ...groups.map((one) => ({
              value: one.id,
              label: t('find.typeLabel', { name: one.name, minutes: one.durationMinutes }),
            })),
          ]}
        />
        {locations.length > 1 && (
          <NativeSelect
            label={t('find.where')}
            value={place?.id ?? ''}
            onChange={(event) => {
              setPlace(event.currentTarget.value);
              setWho('');
              setRoom('');
            }}
            data={locations.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
        <div className="hs-fields" data-short>
          <NativeSelect
            label={t('find.who')}
            value={who}
            onChange={(event) => setWho(event.currentTarget.value)}
            data={[
              { value: '', label: t('find.chooseWho') },
              ...(practitioners.data?.items ?? [])
                .filter((one) => one.active && (type?.practitionerIds.includes(one.id) ?? true))
                .map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
          {rooms.length > 0 && (
            <NativeSelect
              label={t('group.room')}
              value={roomId}
              onChange={(event) => setRoom(event.currentTarget.value)}
              data={[
                { value: '', label: t('group.anyRoom') },
                ...rooms.map((one) => ({ value: one.id, label: one.name })),
              ]}
            />
          )}
          {(type?.modes.length ?? 0) > 1 && (
            <NativeSelect
              label={t('visitType.modes')}
              value={way}
              onChange={(event) => setMode(event.currentTarget.value)}
              data={type!.modes.map((one) => ({ value: one, label: t(`mode.${one}`) }))}
            />
          )}
          <TextInput
            type="date"
            label={t('find.day')}
            min={today}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <TextInput
            type="time"
            label={t('find.time', { zone: place?.timeZone ?? '' })}
            value={time}
            onChange={(event) => setTime(event.currentTarget.value)}
          />
          <NumberInput
            label={t('group.capacity')}
            min={1}
            max={200}
            allowDecimal={false}
            hideControls
            value={capacity}
            onChange={(value) => setSeats(Number(value))}
          />
        </div>
        <FormActions verb={t('group.open')} busy={send.isPending} disabled={!ready} cancel={onCancel} />
      </Stack>
    </form>
  );
}
