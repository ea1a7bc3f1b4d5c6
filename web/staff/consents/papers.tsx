/** At the desk: what must be signed before this visit and is not; one press asks for it. Nothing where all is signed. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { askForVisitConsents, visitConsentsQuery } from '../api/consents.ts';
import { useWorkplace } from '../lib/session.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

export function Papers({ appointmentId }: { readonly appointmentId: string }) {
  const { t, i18n } = useTranslation();
  const { can } = useWorkplace();
  const client = useQueryClient();
  const papers = useQuery(visitConsentsQuery(appointmentId, i18n.language));
  const ask = useMutation({
    mutationFn: () => askForVisitConsents(appointmentId),
    onSettled: () => {
      for (const key of ['appointments', 'intakes', 'tasks']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  if (papers.data === undefined || papers.data.missing.length === 0) return null;
  const { missing, intake, canAsk } = papers.data;
  return (
    <section aria-label={t('papers.title')}>
      <Text size="sm" fw={600}>
        {t('papers.title')}
      </Text>
      <ul className="hs-plain-list">
        {missing.map(({ kind, title, reason }) => (
          <li key={kind}>
            <Group gap="xs">
              <Text size="sm">{title}</Text>
              <Badge tone="warn">{t(`consentGap.${reason}`)}</Badge>
            </Group>
          </li>
        ))}
      </ul>
      <ProblemAlert error={ask.error} />
      {ask.data !== undefined && (
        <Text size="sm" role="status">
          {t('papers.asked')}{' '}
          <LinkAnchor to="/intakes/$id" params={{ id: ask.data.intakeId }}>
            {t('papers.toIntake')}
          </LinkAnchor>
        </Text>
      )}
      {ask.data === undefined && canAsk && can('intake:manage') && (
        <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
          {intake === null ? t('papers.ask') : t('papers.askAgain')}
        </Button>
      )}
      {!canAsk && intake !== null && (
        <Text size="sm">
          {t('papers.withClinic')}{' '}
          <LinkAnchor to="/intakes/$id" params={{ id: intake.id }}>
            {t('papers.toIntake')}
          </LinkAnchor>
        </Text>
      )}
    </section>
  );
}
