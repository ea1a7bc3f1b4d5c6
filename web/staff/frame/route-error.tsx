import { Container, Title } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../lib/page-title.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { LinkAnchor } from '../parts/links.tsx';

export function NotFound() {
  const { t } = useTranslation();
  usePageTitle(t('notFound.title'));
  return (
    <Container component="main" size="xs" py="xl">
      <Title order={1}>{t('notFound.title')}</Title>
      <p>{t('notFound.hint')}</p>
      <LinkAnchor to="/">{t('notFound.home')}</LinkAnchor>
    </Container>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  usePageTitle(t('notFound.broken'));
  return (
    <Container component="main" size="xs" py="xl">
      <Title order={1} mb="sm">
        {t('notFound.broken')}
      </Title>
      <ProblemAlert error={error} retry={reset} />
    </Container>
  );
}
