/** The pages before the door: one small card, the language at hand. */
import { Anchor, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { languages, switchLanguage } from '../lib/i18n.ts';
import { usePageTitle } from '../lib/page-title.ts';

export function Door({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const { t, i18n } = useTranslation();
  usePageTitle(title);
  return (
    <main className="hs-door">
      <Text className="hs-brand">HealthSphere</Text>
      <div className="hs-card">
        <Title order={1} mb="sm">
          {title}
        </Title>
        {children}
      </div>
      <Group gap="md" component="nav" aria-label={t('person.language')}>
        {Object.entries(languages).map(([code, name]) => (
          <Anchor
            key={code}
            component="button"
            type="button"
            size="sm"
            lang={code}
            aria-current={i18n.language === code}
            onClick={() => void switchLanguage(code)}
          >
            {name}
          </Anchor>
        ))}
      </Group>
    </main>
  );
}
