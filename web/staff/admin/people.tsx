/** People and roles: invite, give and take, stop a sign-in; and the matrix of what each role may do. */
import {
  Button,
  Checkbox,
  Group,
  NativeSelect,
  PasswordInput,
  Stack,
  Tabs,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roles as allRoles } from '../../../domain/access.ts';
import { ProblemError } from '../../shared/api-client.ts';
import {
  clearSecondFactor,
  giveRole,
  inviteStaff,
  invitationsQuery,
  revokeInvitation,
  rolesQuery,
  setSignIn,
  stepUp,
  takeRole,
  usersQuery,
} from '../api/queries.ts';
import type { StaffUser } from '../api/types.ts';
import { languages } from '../lib/i18n.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Answered, Empty, FormActions, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

type StaffRole = Exclude<(typeof allRoles)[number], 'patient'>;
const staffRoles = allRoles.filter((role): role is StaffRole => role !== 'patient');

export function PeoplePage() {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  return (
    <Page title={t('nav.people')}>
      <Tabs defaultValue="people" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="people">{t('people.people')}</Tabs.Tab>
          {can('staff:manage') && <Tabs.Tab value="invite">{t('people.invitations')}</Tabs.Tab>}
          <Tabs.Tab value="matrix">{t('people.matrix')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people" pt="sm">
          <People />
        </Tabs.Panel>
        <Tabs.Panel value="invite" pt="sm">
          <Invitations />
        </Tabs.Panel>
        <Tabs.Panel value="matrix" pt="sm">
          <Matrix />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function People() {
  const { t } = useTranslation();
  const users = useQuery(usersQuery);
  return (
    <Answered query={users}>
      {({ items }) => (
        <div className="hs-scroll">
          <table className="hs-table" data-cards>
            <thead>
              <tr>
                <th scope="col">{t('patient.name')}</th>
                <th scope="col">{t('people.roles')}</th>
                <th scope="col">{t('people.signIn')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((user) => (
                <PersonRow key={user.id} user={user} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answered>
  );
}

function PersonRow({ user }: { readonly user: StaffUser }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { can, me } = useWorkplace();
  // Nobody changes their own rights: a second pair of eyes.
  const mayChange = can('staff:manage') && user.id !== me.id;
  const again = { onSettled: () => void client.invalidateQueries({ queryKey: ['users'] }) };
  const role = useMutation({
    mutationFn: ({ name, give }: { name: StaffRole; give: boolean }) =>
      give ? giveRole(user.id, name) : takeRole(user.id, name),
    ...again,
  });
  const signIn = useMutation({ mutationFn: (enabled: boolean) => setSignIn(user.id, enabled), ...again });
  return (
    <tr>
      <td>
        <b>{user.displayName}</b>
        <br />
        <span className="hs-quiet">{user.email}</span>
      </td>
      <td>
        <Group gap="sm" role="group" aria-label={t('people.rolesOf', { name: user.displayName })}>
          {staffRoles.map((name) => (
            <Checkbox
              key={name}
              size="sm"
              label={t(`role.${name}`)}
              checked={user.roles.includes(name)}
              disabled={!mayChange || role.isPending}
              onChange={(event) => role.mutate({ name, give: event.currentTarget.checked })}
            />
          ))}
        </Group>
        {user.id === me.id && can('staff:manage') && <span className="hs-quiet">{t('people.notYourself')}</span>}
        <ProblemAlert error={role.error} />
      </td>
      <td>
        <Stack gap={4} align="start">
          <Badge tone={user.state === 'active' ? 'good' : 'neutral'}>{t(`people.${user.state}`)}</Badge>
          {mayChange && (
            <Button variant="default" loading={signIn.isPending} onClick={() => signIn.mutate(user.state !== 'active')}>
              {user.state === 'active' ? t('people.disable') : t('people.enable')}
            </Button>
          )}
          <ProblemAlert error={signIn.error} />
          {mayChange && user.secondFactor === 'on' && <ClearSecondFactor user={user} />}
        </Stack>
      </td>
    </tr>
  );
}

/** For who lost telephone and recovery codes. Asks who presses it to confirm who they are when that was a while ago. */
function ClearSecondFactor({ user }: { readonly user: StaffUser }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const close = (): void => {
    setOpened(false);
    setPassword('');
    setCode('');
    clear.reset();
    again.reset();
  };
  const clear = useMutation({
    mutationFn: () => clearSecondFactor(user.id),
    onSuccess: () => {
      close();
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const again = useMutation({
    mutationFn: () => stepUp({ password, ...(code.trim() !== '' && { code: code.trim() }) }),
    onSuccess: () => clear.mutate(),
  });
  const asksPassword = clear.error instanceof ProblemError && clear.error.code === 'step-up-required';
  return (
    <>
      <Button
        variant="default"
        aria-label={t('people.clearFactorOf', { name: user.displayName })}
        onClick={() => setOpened(true)}
      >
        {t('people.clearFactor')}
      </Button>
      <Dialog opened={opened} onClose={close} title={t('people.clearFactorOf', { name: user.displayName })}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (asksPassword) again.mutate();
            else clear.mutate();
          }}
        >
          <Stack gap="sm">
            <Text size="sm">{t('people.clearFactorHint')}</Text>
            {asksPassword ? (
              <>
                <Text size="sm">{t('problem.step-up-required')}</Text>
                <PasswordInput
                  label={t('signIn.password')}
                  autoComplete="current-password"
                  value={password}
                  visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
                  onChange={(event) => setPassword(event.currentTarget.value)}
                />
                <TextInput
                  label={t('people.ownCode')}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  value={code}
                  onChange={(event) => setCode(event.currentTarget.value)}
                />
                <ProblemAlert error={again.error} />
              </>
            ) : (
              <ProblemAlert error={clear.error} />
            )}
            <FormActions
              verb={t('people.clearFactor')}
              busy={clear.isPending || again.isPending}
              disabled={asksPassword && password === ''}
              cancel={close}
            />
          </Stack>
        </form>
      </Dialog>
    </>
  );
}

function Invitations() {
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

function Matrix() {
  const { t } = useTranslation();
  const roles = useQuery(rolesQuery);
  return (
    <Answered query={roles}>
      {({ actions, items }) => (
        <div className="hs-scroll" tabIndex={0} role="region" aria-label={t('people.matrix')}>
          <table className="hs-table hs-matrix">
            <thead>
              <tr>
                <th scope="col">{t('people.action')}</th>
                {items.map((item) => (
                  <th key={item.role} scope="col">
                    {t(`role.${item.role}`, { defaultValue: item.role })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {actions.map((action) => (
                <tr key={action.name}>
                  <th scope="row">{t(`permission.${action.name}`, { defaultValue: action.description })}</th>
                  {items.map((item) => {
                    const may = item.actions.includes(action.name);
                    return (
                      <td key={item.role}>
                        {may ? (
                          <IconCheck size={16} role="img" aria-label={t('people.may')} />
                        ) : (
                          <span aria-label={t('people.mayNot')} role="img">
                            –
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answered>
  );
}
