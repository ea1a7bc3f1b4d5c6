/** Who works here: roles given and taken, a sign-in stopped. */
import { Button, Checkbox, Group, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { giveRole, setSignIn, takeRole, usersQuery } from '../../api/queries.ts';
import type { StaffUser } from '../../api/types.ts';
import { useWorkplace } from '../../lib/session.ts';
import { Answered } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Badge } from '../../parts/states.tsx';
import { ClearSecondFactor } from './clear-second-factor.tsx';
import { staffRoles } from './roles.ts';
import type { StaffRole } from './roles.ts';

export function People() {
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
