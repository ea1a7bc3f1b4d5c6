/** B17: what becomes of a visit that nobody has confirmed. */
import { Radio, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { confirmationChoices } from '../../../../domain/appointment/confirmation.ts';
import { durationWords } from '../../lib/time.ts';
import { DurationField } from './duration-field.tsx';
import type { FieldsProps } from './policy-fields.tsx';

export function ConfirmationFields({ value, onChange }: FieldsProps) {
  const { t, i18n } = useTranslation();
  const otherwise = confirmationChoices.find((one) => one === value['otherwise']) ?? 'keep';
  const set = (name: string) => (next: string) => onChange({ ...value, [name]: next });
  const words = (name: string): string => durationWords(String(value[name] ?? ''), i18n.language);
  return (
    <Stack gap="sm">
      <Radio.Group label={t('policyField.otherwise')} value={otherwise} onChange={set('otherwise')}>
        <Stack gap={6} mt={4}>
          {confirmationChoices.map((choice) => (
            <Radio
              key={choice}
              value={choice}
              label={t(`confirmationThen.${choice}`)}
              description={t(`policyForm.then.${choice}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {otherwise !== 'keep' && (
        <div className="hs-fields">
          <DurationField
            label={t('policyField.deadline')}
            hint={t('policyForm.deadlineHint')}
            value={value['deadline']}
            onChange={set('deadline')}
          />
          <DurationField
            label={t('policyForm.margin')}
            hint={t('policyForm.marginHint')}
            value={value['margin']}
            onChange={set('margin')}
          />
          <DurationField
            label={t('policyField.callWithin')}
            hint={t('policyForm.callWithinHint')}
            value={value['callWithin']}
            onChange={set('callWithin')}
          />
        </div>
      )}
      <Text size="sm" role="status">
        {t(`policyForm.says.${otherwise}`, { deadline: words('deadline'), callWithin: words('callWithin') })}
      </Text>
    </Stack>
  );
}
