/** What may be said about the whole absence: pause it, let it go on, stop it. */
import { Button, Checkbox, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AbsenceAction } from '../../../domain/schedule/absence.ts';
import { actOnAbsence } from '../api/absences.ts';
import type { Absence, AbsenceWord } from '../api/absences.ts';
import { useWorkplace } from '../lib/session.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { useAbsenceAct } from './use-act.ts';

interface Props {
  readonly absence: Absence;
  readonly onDone: (words: string) => void;
}

export function Steering({ absence, onDone }: Props) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const [asks, setAsks] = useState<AbsenceAction | null>(null);
  if (!can('appointment:cancel-by-clinic') || absence.allowedActions.length === 0) return null;
  return (
    <section aria-label={t('case.actions')}>
      {asks === null ? (
        <Group gap={6}>
          {absence.allowedActions.map((action) => (
            <Button key={action} variant="default" size="compact-md" onClick={() => setAsks(action)}>
              {t(`absenceAction.${action}`)}
            </Button>
          ))}
        </Group>
      ) : (
        <div className="hs-card">
          <Title order={2} mb="xs">
            {t(`absenceAction.${asks}`)}
          </Title>
          <Sure
            absence={absence}
            action={asks}
            onCancel={() => setAsks(null)}
            onDone={() => {
              setAsks(null);
              onDone(t(`absenceDone.${asks}`));
            }}
          />
        </div>
      )}
    </section>
  );
}

function Sure(props: {
  readonly absence: Absence;
  readonly action: AbsenceAction;
  readonly onCancel: () => void;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const { absence, action } = props;
  const [reason, setReason] = useState('');
  const [reopen, setReopen] = useState(false);
  const send = useAbsenceAct((said: AbsenceWord) => actOnAbsence(absence.id, action, said), props.onDone);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const words = reason.trim();
        send.mutate({ ...(words !== '' && { reason: words }), ...(action === 'stop' && { reopen }) });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Text size="sm">{t(`absenceHint.${action}`)}</Text>
        {action === 'stop' && (
          <Checkbox
            label={t('absence.reopen')}
            description={t('absence.reopenHint')}
            checked={reopen}
            onChange={(event) => setReopen(event.currentTarget.checked)}
          />
        )}
        <TextInput
          label={t('absence.reason')}
          description={t('case.reasonHint')}
          autoFocus
          maxLength={300}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <FormActions verb={t(`absenceAction.${action}`)} busy={send.isPending} cancel={props.onCancel} />
      </Stack>
    </form>
  );
}
