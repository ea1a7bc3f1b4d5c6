/** What the lists of a profile share: a heading, its rows, and a small form to add one. */
import { ActionIcon, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Patient } from '../api/types.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import type { useChange } from './use-change.ts';

export interface PartProps {
  readonly patient: Patient;
  readonly mayEdit: boolean;
}

export function Part<T extends { readonly id: string }>(props: {
  readonly title: string;
  readonly empty: string;
  readonly items: readonly T[];
  readonly line: (item: T) => ReactNode;
  readonly nameOf: (item: T) => string;
  readonly mayEdit: boolean;
  readonly removable?: (item: T) => boolean;
  readonly remove: ReturnType<typeof useChange<string>>;
  readonly form: (close: () => void) => ReactNode;
}) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  return (
    <section className="hs-card" aria-label={props.title}>
      <Group justify="space-between" mb={4}>
        <Title order={2}>{props.title}</Title>
        {props.mayEdit && !adding && (
          <Button
            variant="default"
            aria-label={t('patient.addTo', { part: props.title })}
            onClick={() => setAdding(true)}
          >
            {t('common.add')}
          </Button>
        )}
      </Group>
      {props.items.length === 0 && !adding && (
        <Text size="sm" c="dimmed">
          {props.empty}
        </Text>
      )}
      <ProblemAlert error={props.remove.error} />
      <ul className="hs-plain-list">
        {props.items.map((item) => (
          <li key={item.id}>
            <Group gap="xs" justify="space-between" wrap="nowrap">
              <Text size="sm">{props.line(item)}</Text>
              {props.mayEdit && props.removable?.(item) !== false && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('patient.remove', { what: props.nameOf(item) })}
                  disabled={props.remove.isPending}
                  onClick={() => props.remove.mutate(item.id)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {adding && props.form(() => setAdding(false))}
    </section>
  );
}

export function SmallForm(props: {
  readonly busy: boolean;
  readonly error: unknown;
  readonly verb: string;
  readonly disabled: boolean;
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!props.disabled) props.onSubmit();
      }}
    >
      <Stack gap="xs" mt="xs">
        <ProblemAlert error={props.error} />
        <div className="hs-fields">{props.children}</div>
        <FormActions verb={props.verb} busy={props.busy} disabled={props.disabled} cancel={props.onCancel} />
      </Stack>
    </form>
  );
}
