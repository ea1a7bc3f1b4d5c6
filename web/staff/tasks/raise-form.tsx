/** A task that somebody thinks of, with when it is due. */
import { NativeSelect, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { manualTaskKinds } from '../../../domain/staff-task.ts';
import { raiseTask } from '../api/queries.ts';
import { HOUR, instant } from '../lib/time.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

/** Later today is what "soon" means at a front desk. */
const dueIn = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const;

export function RaiseForm({ close }: { readonly close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [kind, setKind] = useState<(typeof manualTaskKinds)[number]>('call-patient');
  const [text, setText] = useState('');
  const [due, setDue] = useState<keyof typeof dueIn>('day');
  const raise = useMutation({
    mutationFn: () => raiseTask({ kind, text: text.trim(), dueAt: instant(Date.now() + dueIn[due]) }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['tasks'] });
      close();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') raise.mutate();
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={raise.error} />
        <NativeSelect
          label={t('tasks.kind')}
          value={kind}
          onChange={(event) => setKind(manualTaskKinds.find((one) => one === event.currentTarget.value) ?? 'other')}
          data={manualTaskKinds.map((value) => ({ value, label: t(`task.${value}`) }))}
        />
        <Textarea
          label={t('tasks.text')}
          autosize
          minRows={2}
          maxLength={1000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('tasks.due')}
          value={due}
          onChange={(event) => setDue(event.currentTarget.value as keyof typeof dueIn)}
          data={(['hour', 'day', 'week'] as const).map((value) => ({ value, label: t(`tasks.in.${value}`) }))}
        />
        <FormActions verb={t('tasks.raiseVerb')} busy={raise.isPending} disabled={text.trim() === ''} cancel={close} />
      </Stack>
    </form>
  );
}
