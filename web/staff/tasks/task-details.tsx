/** What a task is about, and taking, giving back or finishing it. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { finishTask, releaseTask, takeTask } from '../api/queries.ts';
import type { StaffTask } from '../api/types.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { TaskLinks } from './task-links.tsx';

export function TaskDetails({
  task,
  mine,
  mayWork,
}: {
  readonly task: StaffTask;
  readonly mine: boolean;
  readonly mayWork: boolean;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [outcome, setOutcome] = useState('');
  const [note, setNote] = useState('');
  const change = useMutation({
    mutationFn: (act: 'take' | 'release' | 'finish') =>
      act === 'take'
        ? takeTask(task.id)
        : act === 'release'
          ? releaseTask(task.id)
          : finishTask(task.id, { outcome, note: note.trim() === '' ? undefined : note.trim() }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['tasks'] }),
  });
  const { text, about } = task.params;
  const hint = t(`taskHint.${task.kind}`, { defaultValue: '' });
  return (
    <Stack gap="xs" py="xs">
      <Text size="sm">
        {typeof text === 'string'
          ? text
          : typeof about === 'string'
            ? t(`taskAbout.${about}`, { defaultValue: hint })
            : hint}
      </Text>
      <TaskLinks task={task} />
      {task.outcome !== null && (
        <Text size="sm">
          {t(`outcome.${task.outcome}`, { defaultValue: task.outcome })}
          {task.note !== null && ` · ${task.note}`}
        </Text>
      )}
      <ProblemAlert error={change.error} />
      {mayWork && task.state === 'open' && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (outcome !== '') change.mutate('finish');
          }}
        >
          <div className="hs-fields">
            <NativeSelect
              label={t('tasks.outcome')}
              value={outcome}
              onChange={(event) => setOutcome(event.currentTarget.value)}
              data={[
                { value: '', label: t('find.chooseType') },
                ...task.allowedOutcomes.map((value) => ({
                  value,
                  label: t(`outcome.${value}`, { defaultValue: value }),
                })),
              ]}
            />
            <TextInput
              label={t('tasks.note')}
              value={note}
              maxLength={1000}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Group gap="xs">
              <Button type="submit" disabled={outcome === ''} loading={change.isPending}>
                {t('tasks.finish')}
              </Button>
              {mine ? (
                <Button variant="default" disabled={change.isPending} onClick={() => change.mutate('release')}>
                  {t('tasks.release')}
                </Button>
              ) : (
                <Button variant="default" disabled={change.isPending} onClick={() => change.mutate('take')}>
                  {t('tasks.take')}
                </Button>
              )}
            </Group>
          </div>
        </form>
      )}
    </Stack>
  );
}
