/** People and roles: invite, give and take, stop a sign-in; and the matrix of what each role may do. */
import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useWorkplace } from '../lib/session.ts';
import { Page } from '../parts/page.tsx';
import { Invitations } from './staff/invitations.tsx';
import { Matrix } from './staff/matrix.tsx';
import { People } from './staff/people.tsx';

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
