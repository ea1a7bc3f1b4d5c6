/** D1, Fees: amounts for the clinic and by visit type, and what is waived by rule. */
import { Checkbox, Group, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { payerClasses } from '../../../../domain/appointment/charge.ts';
import type { FeeAmounts } from '../../../../domain/appointment/charge.ts';
import { visitTypesQuery } from '../../api/queries.ts';
import { decimalsOf, fromSmallest, moneyOf, toSmallest } from '../../lib/money.ts';
import type { FieldsProps } from './policy-fields.tsx';

const amounts = ['lateCancelCents', 'noShowCents', 'depositCents'] as const satisfies readonly (keyof FeeAmounts)[];
type Own = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function FeeFields({ value, onChange }: FieldsProps) {
  const { t, i18n } = useTranslation();
  const types = useQuery(visitTypesQuery(i18n.language));
  const currency = typeof value['currency'] === 'string' ? value['currency'] : 'USD';
  const own = (value['byVisitType'] ?? {}) as Own;
  const waived = Array.isArray(value['waivedPayerClasses']) ? value['waivedPayerClasses'].map(String) : [];
  const setOwn = (code: string, name: string, cents: number | undefined): void => {
    const { [name]: _before, ...others } = own[code] ?? {};
    const row = cents === undefined ? others : { ...others, [name]: cents };
    const { [code]: _row, ...rest } = own;
    onChange({ ...value, byVisitType: Object.keys(row).length === 0 ? rest : { ...rest, [code]: row } });
  };
  return (
    <Stack gap="sm">
      <div className="hs-fields">
        <TextInput
          label={t('policyField.currency')}
          description={t('policyForm.currencyHint')}
          value={currency}
          maxLength={3}
          onChange={(event) => onChange({ ...value, currency: event.currentTarget.value.toUpperCase() })}
        />
        {amounts.map((name) => (
          <Amount
            key={name}
            label={t(`policyField.${name}`)}
            hint={t('policyForm.amountHint')}
            currency={currency}
            cents={Number(value[name] ?? 0)}
            onChange={(cents) => onChange({ ...value, [name]: cents ?? 0 })}
          />
        ))}
      </div>
      <Checkbox
        label={t('policyField.waiveFirst')}
        checked={value['waiveFirst'] === true}
        onChange={(event) => onChange({ ...value, waiveFirst: event.currentTarget.checked })}
      />
      <Checkbox.Group
        label={t('policyField.waivedPayerClasses')}
        description={t('policyForm.payersHint')}
        value={waived}
        onChange={(next) => onChange({ ...value, waivedPayerClasses: next })}
      >
        <Group gap="md" mt={4}>
          {payerClasses.map((payer) => (
            <Checkbox key={payer} value={payer} label={t(`payerClass.${payer}`)} />
          ))}
        </Group>
      </Checkbox.Group>
      <Title order={3}>{t('policyField.byVisitType')}</Title>
      <Text size="sm" className="hs-quiet">
        {t('policyForm.byVisitTypeHint')}
      </Text>
      {(types.data?.items ?? []).map((type) => (
        <fieldset key={type.id} className="hs-fee-type">
          <legend>{type.name}</legend>
          {amounts.map((name) => {
            const cents = own[type.code]?.[name];
            return (
              <Amount
                key={name}
                label={t(`policyField.${name}`)}
                currency={currency}
                cents={typeof cents === 'number' ? cents : undefined}
                placeholder={moneyOf(Number(value[name] ?? 0), currency, i18n.language)}
                onChange={(next) => setOwn(type.code, name, next)}
              />
            );
          })}
        </fieldset>
      ))}
    </Stack>
  );
}

function Amount(props: {
  readonly label: string;
  readonly hint?: string;
  readonly currency: string;
  readonly cents: number | undefined;
  readonly placeholder?: string;
  readonly onChange: (cents: number | undefined) => void;
}) {
  return (
    <NumberInput
      label={props.label}
      description={props.hint}
      placeholder={props.placeholder ?? ''}
      min={0}
      max={10_000}
      allowNegative={false}
      decimalScale={decimalsOf(props.currency)}
      hideControls
      value={props.cents === undefined ? '' : fromSmallest(props.cents, props.currency)}
      onChange={(typed) => props.onChange(typed === '' ? undefined : toSmallest(Number(typed), props.currency))}
    />
  );
}
