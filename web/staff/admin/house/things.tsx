/** What the four tabs of the house share: a list in which one thing at a time is open, and its form. */
import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useWorkplace } from '../../lib/session.ts';
import { Empty, FormActions } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Badge } from '../../parts/states.tsx';

/** A list in which one thing at a time is open for change, and a new one can be added. */
export function Things<T extends { readonly id: string; readonly name: string; readonly active?: boolean }>(props: {
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

export function ThingForm(props: {
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

export function PlaceSelect({ value, onChange }: { readonly value: string; readonly onChange: (id: string) => void }) {
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
