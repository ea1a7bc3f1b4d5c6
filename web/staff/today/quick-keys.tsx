/** Which single keys do something on the day, for whom they do. */
import { Kbd, Text } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { keyNeeds, keyOf } from '../case/forms.ts';
import { useWorkplace } from '../lib/session.ts';

export function QuickKeys() {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  return (
    <Text size="xs" c="dimmed" mt={6}>
      {Object.entries(keyOf).map(([key, action]) => {
        const needed = keyNeeds[key];
        return needed !== undefined && can(needed) ? (
          <Fragment key={key}>
            <Kbd size="xs">{key.toUpperCase()}</Kbd> {t(`action.${action}`)} ·{' '}
          </Fragment>
        ) : null;
      })}
      <Kbd size="xs">Enter</Kbd> {t('today.openKey')} · <Kbd size="xs">J</Kbd> <Kbd size="xs">K</Kbd>{' '}
      {t('today.nextKey')}
    </Text>
  );
}
