/** The person: language, light or dark, sign out. */
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery, setLocale, signOut } from '../api/queries.ts';
import type { Me } from '../api/types.ts';
import { languages, switchLanguage } from '../lib/i18n.ts';

const schemes = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon } as const;

export function PersonMenu({ me }: { readonly me: Me }) {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const speak = (code: string): void => {
    void switchLanguage(code);
    // The profile remembers it for the next computer; failing to is no reason to stay in the old language.
    setLocale(code, me.version)
      .then((changed) => client.setQueryData(meQuery.queryKey, changed))
      .catch(() => undefined);
    void client.invalidateQueries({ queryKey: ['visit-types'] });
  };
  const leave = async (): Promise<void> => {
    await signOut().catch(() => undefined);
    await navigate({ to: '/sign-in', search: {}, replace: true });
    client.clear();
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={t('person.menu', { name: me.displayName })}>
          <IconUserCircle size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.displayName}
          <br />
          {me.roles.map((role) => t(`role.${role}`)).join(', ')}
          <br />
          {me.organization.name}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('person.language')}</Menu.Label>
        {Object.entries(languages).map(([code, name]) => (
          <Menu.Item
            key={code}
            lang={code}
            role="menuitemradio"
            aria-checked={i18n.language === code}
            leftSection={
              i18n.language === code ? <IconCheck size={16} aria-hidden /> : <span className="hs-icon-gap" />
            }
            onClick={() => speak(code)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('person.theme')}</Menu.Label>
        {(Object.keys(schemes) as (keyof typeof schemes)[]).map((scheme) => {
          const Icon = schemes[scheme];
          return (
            <Menu.Item
              key={scheme}
              role="menuitemradio"
              aria-checked={colorScheme === scheme}
              leftSection={
                colorScheme === scheme ? <IconCheck size={16} aria-hidden /> : <Icon size={16} aria-hidden />
              }
              onClick={() => setColorScheme(scheme)}
            >
              {t(`theme.${scheme}`)}
            </Menu.Item>
          );
        })}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          {t('person.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
