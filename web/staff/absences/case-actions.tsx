/** A person's word about one patient, with its reason: ask again, call, cancel for good, keep, leave out, take up again. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CaseAction } from '../../../domain/schedule/absence.ts';
import { actOnCase } from '../api/absences.ts';
import type { AbsenceCase } from '../api/absences.ts';
import { useWorkplace } from '../lib/session.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { useAbsenceAct } from './use-act.ts';

/** The word comes from nobody but a person, so why is kept with it. */
const needReason: ReadonlySet<CaseAction> = new Set(['cancel', 'keep']);
const order: readonly CaseAction[] = ['retry', 'call', 'keep', 'cancel', 'pause', 'resume'];

interface Props {
  readonly absenceId: string;
  readonly one: AbsenceCase;
  readonly onDone: (words: string) => void;
}

export function CaseActions(props: Props) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const { one } = props;
  const { name } = one.appointment.patient;
  const [asks, setAsks] = useState<CaseAction | null>(null);
  const may = order.filter((action) => one.allowedActions.includes(action));
  if (!can('appointment:cancel-by-clinic') || may.length === 0) return null;
  // What was settled meanwhile asks nothing any more.
  if (asks !== null && may.includes(asks))
    return (
      <Sure
        {...props}
        key={asks}
        action={asks}
        onCancel={() => setAsks(null)}
        onDone={() => {
          setAsks(null);
          props.onDone(t(`absenceCaseDone.${asks}`, { name }));
        }}
      />
    );
  return (
    <Group gap={6} mt={8} role="group" aria-label={t('absence.actionsFor', { name })}>
      {may.map((action) => (
        <Button
          key={action}
          variant="default"
          size="compact-sm"
          aria-label={t('absence.actionFor', { action: t(`absenceCaseAction.${action}`), name })}
          onClick={() => setAsks(action)}
        >
          {t(`absenceCaseAction.${action}`)}
        </Button>
      ))}
    </Group>
  );
}

function Sure(
  props: Omit<Props, 'onDone'> & {
    readonly action: CaseAction;
    readonly onCancel: () => void;
    readonly onDone: () => void;
  },
) {
  const { t } = useTranslation();
  const { absenceId, one, action } = props;
  const [reason, setReason] = useState('');
  const words = reason.trim();
  const wanted = needReason.has(action);
  const send = useAbsenceAct(
    (said: { reason?: string }) => actOnCase(absenceId, one.appointmentId, action, said),
    props.onDone,
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!wanted || words !== '') send.mutate(words === '' ? {} : { reason: words });
      }}
    >
      <Stack gap="xs" mt={8}>
        <ProblemAlert error={send.error} />
        <Text size="sm">{t(`absenceCaseHint.${action}`)}</Text>
        <TextInput
          label={wanted ? t('case.reason') : t('absence.reason')}
          description={t('case.reasonHint')}
          autoFocus
          required={wanted}
          maxLength={300}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <FormActions
          verb={t(`absenceCaseAction.${action}`)}
          busy={send.isPending}
          disabled={wanted && words === ''}
          cancel={props.onCancel}
        />
      </Stack>
    </form>
  );
}
