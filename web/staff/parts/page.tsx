/** The parts that every page has: a heading, a waiting state, an empty state that teaches the next step. */
import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../lib/page-title.ts';
import { ProblemAlert } from './problem.tsx';

export function Page(props: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly narrow?: boolean;
  readonly children: ReactNode;
}) {
  usePageTitle(props.title);
  return (
    <div className="hs-page" data-narrow={props.narrow === true ? true : undefined}>
      <Group justify="space-between" gap="xs" className="hs-page-head">
        <Title order={1}>{props.title}</Title>
        <Group gap="xs">{props.actions}</Group>
      </Group>
      {props.children}
    </div>
  );
}

export function Loading({ rows = 6 }: { readonly rows?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={28} />
      ))}
    </Stack>
  );
}

export function Empty(props: { readonly title: string; readonly hint: string; readonly children?: ReactNode }) {
  return (
    <div className="hs-empty">
      <Text fw={600}>{props.title}</Text>
      <Text size="sm" c="dimmed">
        {props.hint}
      </Text>
      {props.children !== undefined && (
        <Group gap="xs" mt="xs">
          {props.children}
        </Group>
      )}
    </div>
  );
}

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

/** Waiting, refused or there; old data stays visible beside the refusal. */
export function Answered<T>({
  query,
  rows,
  children,
}: {
  readonly query: Asked<T>;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}) {
  return (
    <>
      {query.error !== null && <ProblemAlert error={query.error} retry={() => query.refetch()} />}
      {query.data !== undefined
        ? children(query.data)
        : query.error === null && <Loading {...(rows === undefined ? {} : { rows })} />}
    </>
  );
}

/** A form's last line: the verb first, then the way out. */
export function FormActions(props: {
  readonly verb: string;
  readonly busy: boolean;
  readonly disabled?: boolean;
  readonly cancel?: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <Button type="submit" loading={props.busy} disabled={props.disabled ?? false}>
        {props.verb}
      </Button>
      {props.cancel !== undefined && (
        <Button variant="default" onClick={props.cancel}>
          {t('common.cancel')}
        </Button>
      )}
    </Group>
  );
}
