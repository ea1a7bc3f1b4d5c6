/** The house: places, practitioners, rooms and equipment, and the pools from which a room is chosen. */
import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, Tabs, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addLocation,
  addPool,
  addPractitioner,
  addResource,
  changeLocation,
  changePool,
  changePractitioner,
  changeResource,
  locationsQuery,
  poolsQuery,
  practitionersQuery,
  resourcesQuery,
} from '../api/queries.ts';
import type { Location, Practitioner, Resource, ResourcePool } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { Answered, Empty, FormActions, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

const tabs = ['resources', 'pools', 'practitioners', 'locations'] as const;

export function RoomsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.rooms')} narrow>
      <Tabs defaultValue="resources" keepMounted={false}>
        <Tabs.List>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`rooms.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="resources" pt="sm">
          <Resources />
        </Tabs.Panel>
        <Tabs.Panel value="pools" pt="sm">
          <Pools />
        </Tabs.Panel>
        <Tabs.Panel value="practitioners" pt="sm">
          <Practitioners />
        </Tabs.Panel>
        <Tabs.Panel value="locations" pt="sm">
          <Locations />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** A list in which one thing at a time is open for change, and a new one can be added. */
function Things<T extends { readonly id: string; readonly name: string; readonly active?: boolean }>(props: {
  readonly items: readonly T[];
  readonly about: (item: T) => string;
  readonly form: (item: T | null, close: () => void) => ReactNode;
  readonly addWord: string;
  readonly empty: string;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const close = (): void => setOpen(null);
  return (
    <Stack gap="xs">
      <div>
        <Button variant="default" onClick={() => setOpen('new')}>
          {props.addWord}
        </Button>
      </div>
      {open === 'new' && props.form(null, close)}
      {props.items.length === 0 && open !== 'new' && <Empty title={t('rooms.none')} hint={props.empty} />}
      <ul className="hs-plain-list">
        {props.items.map((item) => (
          <li key={item.id}>
            <Group gap="xs" py={2}>
              <button
                type="button"
                className="hs-row-button"
                aria-expanded={open === item.id}
                onClick={() => setOpen(open === item.id ? null : item.id)}
              >
                {item.name}
              </button>
              <Text size="sm" c="dimmed">
                {props.about(item)}
              </Text>
              {item.active === false && <Badge tone="neutral">{t('patient.inactive')}</Badge>}
            </Group>
            {open === item.id && props.form(item, close)}
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function ThingForm(props: {
  readonly title: string;
  readonly complete: boolean;
  readonly save: () => Promise<unknown>;
  readonly close: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: props.save,
    onSuccess: () => {
      for (const key of ['resources', 'resource-pools', 'practitioners', 'locations', 'availability'])
        void client.invalidateQueries({ queryKey: [key] });
      props.close();
    },
  });
  return (
    <form
      className="hs-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (props.complete) save.mutate();
      }}
    >
      <Stack gap="sm">
        <Title order={2}>{props.title}</Title>
        <ProblemAlert error={save.error} />
        <div className="hs-fields">{props.children}</div>
        <FormActions verb={t('common.save')} busy={save.isPending} disabled={!props.complete} cancel={props.close} />
      </Stack>
    </form>
  );
}

const kinds = ['room', 'equipment', 'interpreter'] as const;

function Resources() {
  const { t } = useTranslation();
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
  const { t } = useTranslation();
  const { location } = useWorkplace();
  const [kind, setKind] = useState<(typeof kinds)[number]>(item?.kind ?? 'room');
  const [name, setName] = useState(item?.name ?? '');
  const [capacity, setCapacity] = useState(item?.capacity ?? 1);
  const [place, setPlace] = useState(item === null ? (location?.id ?? '') : (item.locationId ?? ''));
  const [active, setActive] = useState(item?.active ?? true);
  const body = { name: name.trim(), capacity, locationId: place === '' ? null : place };
  return (
    <ThingForm
      title={item?.name ?? t('rooms.addResource')}
      complete={name.trim() !== ''}
      save={() =>
        item === null ? addResource({ ...body, kind }) : changeResource(item.id, { ...body, active }, item.version)
      }
      close={close}
    >
      {item === null && (
        <NativeSelect
          label={t('tasks.kind')}
          value={kind}
          onChange={(event) => setKind(kinds.find((one) => one === event.currentTarget.value) ?? 'room')}
          data={kinds.map((value) => ({ value, label: t(`resource.${value}`) }))}
        />
      )}
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

function PlaceSelect({ value, onChange }: { readonly value: string; readonly onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const { locations } = useWorkplace();
  return (
    <NativeSelect
      label={t('frame.location')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: '', label: t('common.none') }, ...locations.map((one) => ({ value: one.id, label: one.name }))]}
    />
  );
}

function Pools() {
  const { t } = useTranslation();
  const pools = useQuery(poolsQuery);
  return (
    <Answered query={pools}>
      {({ items }) => (
        <Things
          items={items}
          addWord={t('rooms.addPool')}
          empty={t('rooms.poolsEmpty')}
          about={(one) =>
            [t(`resource.${one.kind}`), t('rooms.members', { count: one.resourceIds.length })].join(' · ')
          }
          form={(one, close) => <PoolForm item={one} close={close} />}
        />
      )}
    </Answered>
  );
}

function PoolForm({ item, close }: { readonly item: ResourcePool | null; readonly close: () => void }) {
  const { t } = useTranslation();
  const resources = useQuery(resourcesQuery);
  const [kind, setKind] = useState<(typeof kinds)[number]>(kinds.find((one) => one === item?.kind) ?? 'room');
  const [name, setName] = useState(item?.name ?? '');
  const [members, setMembers] = useState<string[]>([...(item?.resourceIds ?? [])]);
  const fitting = (resources.data?.items ?? []).filter((one) => one.kind === kind);
  const chosen = members.filter((id) => fitting.some((one) => one.id === id));
  return (
    <ThingForm
      title={item?.name ?? t('rooms.addPool')}
      complete={name.trim() !== ''}
      save={() =>
        item === null
          ? addPool({ name: name.trim(), kind, resourceIds: chosen })
          : changePool(item.id, { name: name.trim(), resourceIds: chosen }, item.version)
      }
      close={close}
    >
      {item === null && (
        <NativeSelect
          label={t('tasks.kind')}
          value={kind}
          onChange={(event) => setKind(kinds.find((one) => one === event.currentTarget.value) ?? 'room')}
          data={kinds.map((value) => ({ value, label: t(`resource.${value}`) }))}
        />
      )}
      <TextInput
        label={t('patient.name')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group label={t('rooms.inPool')} value={members} onChange={setMembers}>
        <Stack gap={4} mt={4}>
          {fitting.map((one) => (
            <Checkbox key={one.id} value={one.id} label={one.name} />
          ))}
        </Stack>
      </Checkbox.Group>
    </ThingForm>
  );
}

function Practitioners() {
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
  const body = {
    name: name.trim(),
    specialty: specialty.trim() === '' ? null : specialty.trim(),
    locationId: place === '' ? null : place,
    overbookConsent: consent,
    overbookLimit: consent ? limit : 0,
  };
  return (
    <ThingForm
      title={item?.name ?? t('rooms.addPractitioner')}
      complete={name.trim() !== ''}
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

function Locations() {
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
