/** Pools: of these, any will do. */
import { Checkbox, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addPool, changePool, poolsQuery, resourcesQuery } from '../../api/queries.ts';
import type { ResourcePool } from '../../api/types.ts';
import { languageName } from '../../parts/new-patient-form.tsx';
import { Answered } from '../../parts/page.tsx';
import { KindSelect } from './kind-select.tsx';
import { resourceKinds } from './resource-kinds.ts';
import type { ResourceKind } from './resource-kinds.ts';
import { ThingForm, Things } from './things.tsx';

export function Pools() {
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
  const { t, i18n } = useTranslation();
  const resources = useQuery(resourcesQuery);
  const [kind, setKind] = useState<ResourceKind>(resourceKinds.find((one) => one === item?.kind) ?? 'room');
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
      {item === null && <KindSelect value={kind} onChange={setKind} />}
      <TextInput
        label={t('patient.name')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group label={t('rooms.inPool')} value={members} onChange={setMembers}>
        <Stack gap={4} mt={4}>
          {fitting.map((one) => (
            <Checkbox
              key={one.id}
              value={one.id}
              label={[one.name, ...one.languages.map((code) => languageName(code, i18n.language))].join(' · ')}
            />
          ))}
        </Stack>
      </Checkbox.Group>
    </ThingForm>
  );
}
