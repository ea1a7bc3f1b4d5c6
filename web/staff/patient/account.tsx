/** Whether the patient can sign in, and the link with which they can. */
import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { claimCodeQuery, invitePatient } from '../api/queries.ts';
import type { Patient } from '../api/types.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { useChange } from './use-change.ts';

export function Account({ patient, mayInvite }: { readonly patient: Patient; readonly mayInvite: boolean }) {
  const { t } = useTranslation();
  const invite = useChange(patient.id, async () => {
    const sent = await invitePatient(patient.id);
    // Shown once: the link opens the account of whoever holds it and knows the rest.
    return sent;
  });
  const code = useQuery(claimCodeQuery(patient.id));
  const { state } = patient.account;
  const answer = invite.data as Awaited<ReturnType<typeof invitePatient>> | undefined;
  return (
    <section className="hs-card" aria-label={t('account.title')}>
      <Title order={2}>{t('account.title')}</Title>
      <Text size="sm">{t(`account.${state}`)}</Text>
      <ProblemAlert error={invite.error} />
      {answer !== undefined && (
        <Text size="sm" role="status">
          {answer.sent === 'mail' ? t('account.sent') : t('account.byHand')}{' '}
          {answer.link !== undefined && <code>{answer.link}</code>}
        </Text>
      )}
      {mayInvite && state !== 'active' && (
        <Group gap="xs" mt="xs">
          <Button variant="default" loading={invite.isPending} onClick={() => invite.mutate(undefined)}>
            {state === 'invited' ? t('account.again') : t('account.invite')}
          </Button>
          {state === 'invited' && patient.email === null && (
            <Button variant="default" loading={code.isFetching} onClick={() => void code.refetch()}>
              {t('account.readCode')}
            </Button>
          )}
        </Group>
      )}
      {code.data !== undefined && (
        <Text size="sm" role="status">
          {t('account.code', { code: code.data.code })}
        </Text>
      )}
      {code.error !== null && <Text size="sm">{t('account.noCode')}</Text>}
    </section>
  );
}
