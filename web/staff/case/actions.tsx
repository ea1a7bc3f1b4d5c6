/** What the server accepts from this person now; what it would not, with its reason. */
import { Button, Group, Stack, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import type { AllowedAction, Appointment } from '../api/types.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { useRefusalReason } from '../parts/refusal.ts';
import { useAct } from './action-form.tsx';
import { asks, endings, order } from './forms.ts';

export function Actions(props: {
  readonly visit: Appointment;
  readonly allowed: readonly AllowedAction[];
  readonly onOpen: (action: AppointmentAction) => void;
  readonly onDone: (visit: Appointment, action: AppointmentAction) => void;
}) {
  const { t } = useTranslation();
  const sorted = props.allowed.toSorted((a, b) => order.indexOf(a.action) - order.indexOf(b.action));
  if (sorted.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('case.nothingToDo')}
      </Text>
    );
  }
  const lead = sorted.find((one) => one.possible && !endings.has(one.action))?.action;
  // What ends the visit stands apart, below and smaller.
  const rows = [sorted.filter((one) => !endings.has(one.action)), sorted.filter((one) => endings.has(one.action))];
  return (
    <section aria-label={t('case.actions')}>
      <Stack gap="xs">
        {rows
          .filter((row) => row.length > 0)
          .map((row) => (
            <Group key={row[0]?.action} gap={6}>
              {row.map((one) => (
                <ActionButton key={one.action} one={one} leads={one.action === lead} {...props} />
              ))}
            </Group>
          ))}
      </Stack>
    </section>
  );
}

function ActionButton(props: {
  readonly one: AllowedAction;
  readonly leads: boolean;
  readonly visit: Appointment;
  readonly onOpen: (action: AppointmentAction) => void;
  readonly onDone: (visit: Appointment, action: AppointmentAction) => void;
}) {
  const { t } = useTranslation();
  const reasonOf = useRefusalReason();
  const { action, possible, reason } = props.one;
  const why = (reason && reasonOf(reason)) ?? t(`problem.${reason?.code ?? 'guard-failed'}`, { defaultValue: '' });
  const send = useAct(props.visit, action, props.onDone);
  const press = (): void => {
    if (!possible) return;
    if (asks[action] === 'nothing') send.mutate({});
    else props.onOpen(action);
  };
  const button = (
    <Button
      variant={props.leads ? 'filled' : 'default'}
      size={endings.has(action) ? 'compact-sm' : 'compact-md'}
      loading={send.isPending}
      onClick={press}
      // Stays focusable, so that its reason can be read with the keyboard too.
      {...(possible ? {} : { 'data-disabled': true, 'aria-disabled': true, 'aria-describedby': `why-${action}` })}
    >
      {t(`action.${action}`)}
    </Button>
  );
  return (
    <div>
      {possible ? (
        button
      ) : (
        <Tooltip label={why} multiline maw={280}>
          {button}
        </Tooltip>
      )}
      {!possible && (
        <span id={`why-${action}`} hidden>
          {why}
        </span>
      )}
      <ProblemAlert error={send.error} />
    </div>
  );
}
