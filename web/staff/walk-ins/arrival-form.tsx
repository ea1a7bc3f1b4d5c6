/** A patient has come: found or registered in a few fields, put in a queue; the level when somebody has looked. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TriageLevel } from '../../../domain/walk-in.ts';
import { patientQuery } from '../api/queries.ts';
import { arriveWalkIn } from '../api/walk-ins.ts';
import type { BoardQueue } from '../api/walk-ins.ts';
import { NewPatientForm } from '../parts/new-patient-form.tsx';
import { FormActions } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Identifiers, LevelSelect } from './action-form.tsx';
import { keysOfWalkIns } from './use-act.ts';
import type { Done } from './use-act.ts';
import { useWaitWords } from './words.tsx';

export function ArrivalForm(props: {
  readonly queues: readonly BoardQueue[];
  readonly queueId: string;
  readonly onDone: Done;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const { queues, onDone, onCancel } = props;
  const client = useQueryClient();
  const waits = useWaitWords();
  // One key per filled form: pressing twice registers once.
  const key = useRef(crypto.randomUUID());
  const [patientId, setPatientId] = useState<string | null>(null);
  const [registering, setRegistering] = useState(false);
  const [queueId, setQueueId] = useState(props.queueId);
  const [level, setLevel] = useState('');
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState<string[]>([]);
  const queue = queues.find((one) => one.id === queueId) ?? queues[0];
  const patient = useQuery({ ...patientQuery(patientId ?? ''), enabled: patientId !== null });
  const send = useMutation({
    mutationFn: () =>
      arriveWalkIn(
        {
          queueId: queue!.id,
          patientId: patientId!,
          level: level === '' ? null : (Number(level) as TriageLevel),
          reason: reason.trim() === '' ? null : reason.trim(),
          identifiersVerified: checked,
        },
        key.current,
      ),
    onSuccess: async (after) => {
      await client.invalidateQueries({ queryKey: ['walk-ins'] });
      onDone({ action: 'arrive', before: null, after });
    },
    onError: () => {
      key.current = crypto.randomUUID();
    },
    onSettled: () => {
      for (const one of keysOfWalkIns) void client.invalidateQueries({ queryKey: [one] });
    },
  });
  if (registering) {
    return (
      <NewPatientForm
        onCancel={() => setRegistering(false)}
        onDone={(id) => {
          setRegistering(false);
          setPatientId(id);
        }}
      />
    );
  }
  const name = patient.data === undefined ? '' : nameOf(patient.data.answer);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (patientId !== null && queue !== undefined) send.mutate();
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {patientId === null ? (
          <>
            <PatientPicker
              label={t('find.patient')}
              autoFocus
              onPick={(row) => setPatientId(row.id)}
              onNew={() => setRegistering(true)}
            />
            <div>
              <Button variant="default" size="compact-md" onClick={() => setRegistering(true)}>
                {t('walkIns.register')}
              </Button>
            </div>
          </>
        ) : (
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            <Button variant="default" size="compact-sm" onClick={() => setPatientId(null)}>
              {t('find.otherPatient')}
            </Button>
          </Group>
        )}
        <NativeSelect
          label={t('walkIns.queue')}
          value={queue?.id ?? ''}
          onChange={(event) => setQueueId(event.currentTarget.value)}
          data={queues.map((one) => ({ value: one.id, label: one.name }))}
        />
        {queue !== undefined && (
          <Text size="sm" className="hs-quiet">
            {t('walkIns.newcomer', { wait: waits(queue.nextWait) })}
          </Text>
        )}
        <TextInput
          label={t('walkIns.reason')}
          description={t('walkIns.reasonHint')}
          value={reason}
          maxLength={300}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <LevelSelect value={level} onChange={setLevel} scheme={queue?.scheme ?? 'esi'} none />
        <Identifiers value={checked} onChange={setChecked} />
        <FormActions
          verb={t('walkIns.putInQueue')}
          busy={send.isPending}
          disabled={patientId === null || queue === undefined}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}
