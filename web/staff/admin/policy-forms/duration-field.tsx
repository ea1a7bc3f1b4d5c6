/** A number and its unit for an ISO-8601 duration of one part, such as PT6H, PT90M or P3D. */
import { Group, Input, NativeSelect, NumberInput } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';

const units = ['minutes', 'hours', 'days'] as const;
type Unit = (typeof units)[number];
const write: Readonly<Record<Unit, (amount: number) => string>> = {
  minutes: (amount) => `PT${amount}M`,
  hours: (amount) => `PT${amount}H`,
  days: (amount) => `P${amount}D`,
};

export function readDuration(iso: unknown): { readonly amount: number; readonly unit: Unit } | null {
  const [, days, hours, minutes] = /^P(?:(\d+)D|T(\d+)H|T(\d+)M)$/.exec(typeof iso === 'string' ? iso : '') ?? [];
  if (days !== undefined) return { amount: Number(days), unit: 'days' };
  if (hours !== undefined) return { amount: Number(hours), unit: 'hours' };
  return minutes === undefined ? null : { amount: Number(minutes), unit: 'minutes' };
}

export function DurationField(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: unknown;
  readonly onChange: (iso: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const { amount, unit } = readDuration(props.value) ?? { amount: 0, unit: 'hours' as const };
  return (
    <Input.Wrapper id={id} label={props.label} description={props.hint}>
      <Group gap="xs" wrap="nowrap" mt={4}>
        <NumberInput
          id={id}
          min={0}
          max={9999}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          w={96}
          value={amount}
          onChange={(value) => props.onChange(write[unit](Number(value)))}
        />
        <NativeSelect
          aria-label={t('policyForm.unit', { field: props.label })}
          value={unit}
          onChange={(event) =>
            props.onChange(write[units.find((one) => one === event.currentTarget.value) ?? unit](amount))
          }
          data={units.map((value) => ({ value, label: t(`policyForm.${value}`) }))}
        />
      </Group>
    </Input.Wrapper>
  );
}
