/** Which kind of thing a new room or pool is; it cannot change afterwards. */
import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { resourceKinds } from './resource-kinds.ts';
import type { ResourceKind } from './resource-kinds.ts';

export function KindSelect(props: { readonly value: ResourceKind; readonly onChange: (kind: ResourceKind) => void }) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      label={t('tasks.kind')}
      value={props.value}
      onChange={(event) => props.onChange(resourceKinds.find((one) => one === event.currentTarget.value) ?? 'room')}
      data={resourceKinds.map((value) => ({ value, label: t(`resource.${value}`) }))}
    />
  );
}
