/** Invitations that are under way, and a new one. */
import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invitationsQuery, inviteStaff, revokeInvitation } from '../../api/queries.ts';
import { languages } from '../../lib/i18n.ts';
import { useWorkplace } from '../../lib/session.ts';
import { dateTimeOf } from '../../lib/time.ts';
import { Answered, Empty, FormActions } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { staffRoles } from './roles.ts';

export function Invitations() {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const client = useQueryClient();
  const invitations = useQuery(invitationsQuery);
  const [email, setEmail] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [locale, setLocale] = useState(i18n.language);
  const [chosen, setChosen] = useState<string[]>(['front-desk']);
  const again = (): void => void client.invalidateQueries({ queryKey: ['invitations'] });
  const invite = useMutation({
    mutationFn: () =>
      inviteStaff({
        email: email.trim(),
        displayName: displayName.trim() === '' ? undefined : displayName.trim(),
        roles: staffRoles.filter((role) => chosen.includes(role)),
        locale,
      }),
    onSuccess: () => {
      setEmail('');
      setDisplayName('');
      again();
    },
  });
  const revoke = useMutation({ mutationFn: revokeInvitation, onSettled: again });
  const complete = email.includes('@') && chosen.length > 0;
  return (
    <Stack gap="md">
      <form
        className="hs-card"
        onSubmit={(event) => {
          event.preventDefault();
          if (complete) invite.mutate();
        }}
      >
        <Stack gap="sm">
          <Title order={2}>{t('people.invite')}</Title>
          <ProblemAlert error={invite.error} />
          {invite.isSuccess && (
            <Text size="sm" role="status">
              {t('people.invited', { email: invite.data.email })}
            </Text>
          )}
          <div className="hs-fields">
            <TextInput
              type="email"
              label={t('signIn.email')}
              value={email}
              autoComplete="off"
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <TextInput
              label={t('patient.name')}
              value={displayName}
              autoComplete="off"
              maxLength={120}
              onChange={(event) => setDisplayName(event.currentTarget.value)}
            />
            <NativeSelect
              label={t('person.language')}
              value={locale}
              onChange={(event) => setLocale(event.currentTarget.value)}
              data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
            />
          </div>
          <Checkbox.Group label={t('people.roles')} value={chosen} onChange={setChosen}>
            <Group gap="sm" mt={4}>
              {staffRoles.map((role) => (
                <Checkbox key={role} value={role} label={t(`role.${role}`)} />
              ))}
            </Group>
          </Checkbox.Group>
          <FormActions verb={t('people.send')} busy={invite.isPending} disabled={!complete} />
        </Stack>
      </form>
      <section>
        <Title order={2} mb={4}>
          {t('people.open')}
        </Title>
        <ProblemAlert error={revoke.error} />
        <Answered query={invitations} rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('people.noInvitations')} hint={t('people.noInvitationsHint')} />
            ) : (
              <ul className="hs-plain-list">
                {items.map((one) => (
                  <li key={one.id}>
                    <Group gap="xs" justify="space-between" wrap="nowrap" py={4}>
                      <Text size="sm">
                        {one.email}{' '}
                        <span className="hs-quiet">
                          {one.roles.map((role) => t(`role.${role}`, { defaultValue: role })).join(', ')} ·{' '}
                          {t('people.until', { date: dateTimeOf(one.expiresAt, zone, i18n.language) })}
                        </span>
                      </Text>
                      <Button variant="default" disabled={revoke.isPending} onClick={() => revoke.mutate(one.id)}>
                        {t('people.revoke')}
                      </Button>
                    </Group>
                  </li>
                ))}
              </ul>
            )
          }
        </Answered>
      </section>
    </Stack>
  );
}
