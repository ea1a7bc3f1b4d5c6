/** Where a minor who signs alone says it is safe to write to: the chart's addresses may be a parent's. */
import { Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Address {
  readonly email: string;
  readonly phone: string;
}

export function SafeAddress(props: { readonly value: Address; readonly onChange: (value: Address) => void }) {
  const { t } = useTranslation();
  const { value, onChange } = props;
  return (
    <Stack gap="xs" component="fieldset" className="hs-plain-fieldset">
      <Text component="legend" size="sm" fw={600}>
        {t('intakes.safeAddress')}
      </Text>
      <Text size="sm">{t('intakes.safeAddressHint')}</Text>
      <TextInput
        label={t('intakes.safeEmail')}
        type="email"
        value={value.email}
        onChange={(event) => onChange({ ...value, email: event.currentTarget.value })}
      />
      <TextInput
        label={t('intakes.safePhone')}
        type="tel"
        value={value.phone}
        onChange={(event) => onChange({ ...value, phone: event.currentTarget.value })}
      />
    </Stack>
  );
}
