/** After an action: what changed, what happens next, and the way back where there is one. */
import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import type { Appointment, CaseView } from '../api/types.ts';
import { Deadline } from '../parts/countdown.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { useAct } from './action-form.tsx';
import { undoOf } from './forms.ts';
import { useTimerName } from './timer-name.ts';

export function WhatNext(props: {
  readonly action: AppointmentAction;
  readonly visit: Appointment;
  readonly view: CaseView;
  readonly zone: string;
  readonly onDone: (visit: Appointment, action: AppointmentAction) => void;
}) {
  const { t } = useTranslation();
  const undo = undoOf[props.action];
  const mayUndo = undo !== undefined && props.view.allowedActions.some((one) => one.action === undo && one.possible);
  const back = useAct(props.visit, undo ?? props.action, props.onDone);
  const timerName = useTimerName();
  const next = props.view.nextTimers[0];
  return (
    <Outcome title={t(`done.${props.action}`)}>
      <Stack gap={4} align="start">
        <Text size="sm">
          {props.view.waitingFor !== null
            ? t('case.nextWaiting', {
                what: t(`waiting.${props.view.waitingFor.what}`, { defaultValue: props.view.waitingFor.what }),
                who: t(`party.${props.view.waitingFor.who}`, { defaultValue: props.view.waitingFor.who }),
              })
            : next === undefined
              ? t('case.nextNothing')
              : t('case.nextTimer', {
                  what: timerName(next.name),
                })}{' '}
          {next !== undefined && <Deadline at={next.dueAt} zone={props.zone} />}
        </Text>
        {mayUndo && (
          <Button variant="default" loading={back.isPending} onClick={() => back.mutate({})}>
            {t('case.undo')}
          </Button>
        )}
        <ProblemAlert error={back.error} />
      </Stack>
    </Outcome>
  );
}
