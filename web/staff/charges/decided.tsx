/** What was just decided, and the way back from it. */
import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ChargeAction } from '../../../domain/appointment/charge.ts';
import type { Charge } from '../api/charges.ts';
import { moneyOf } from '../lib/money.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { useDecide } from './use-decide.ts';
import type { Done } from './use-decide.ts';

const undo: Partial<Record<ChargeAction, 'undo-waive' | 'undo-post'>> = { waive: 'undo-waive', post: 'undo-post' };

export function Decided(props: { readonly charge: Charge; readonly action: ChargeAction; readonly onDone: Done }) {
  const { t, i18n } = useTranslation();
  const { charge, action, onDone } = props;
  const decide = useDecide(charge, onDone);
  const back = undo[action];
  return (
    <>
      <Group gap="xs">
        <Text size="sm">
          {t(`charges.done.${action}`, {
            name: charge.patient.name,
            amount: moneyOf(charge.amountCents, charge.currency, i18n.language),
          })}
        </Text>
        {back !== undefined && charge.allowedActions.includes(back) && (
          <Button
            variant="default"
            size="compact-sm"
            loading={decide.isPending}
            onClick={() => decide.mutate({ action: back })}
          >
            {t('charges.undo')}
          </Button>
        )}
      </Group>
      <ProblemAlert error={decide.error} />
    </>
  );
}
