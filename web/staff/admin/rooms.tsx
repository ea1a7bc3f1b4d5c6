/** The house: places, practitioners, rooms and equipment, and the pools from which a room is chosen. */
import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Page } from '../parts/page.tsx';
import { Locations } from './house/locations.tsx';
import { Pools } from './house/pools.tsx';
import { Practitioners } from './house/practitioners.tsx';
import { Resources } from './house/resources.tsx';

const tabs = ['resources', 'pools', 'practitioners', 'locations'] as const;

export function RoomsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.rooms')} narrow>
      <Tabs defaultValue="resources" keepMounted={false}>
        <Tabs.List>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`rooms.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="resources" pt="sm">
          <Resources />
        </Tabs.Panel>
        <Tabs.Panel value="pools" pt="sm">
          <Pools />
        </Tabs.Panel>
        <Tabs.Panel value="practitioners" pt="sm">
          <Practitioners />
        </Tabs.Panel>
        <Tabs.Panel value="locations" pt="sm">
          <Locations />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
