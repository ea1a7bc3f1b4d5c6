/** Tasks that belong to visits of this day: late patients first, each one press from its case. */
import { Group, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { tasksQuery } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { LinkAnchor } from '../parts/links.tsx';

const most = 4;

export function DayTasks({
  visits,
  onOpen,
}: {
  readonly visits: readonly Appointment[];
  readonly onOpen: (visit: Appointment) => void;
}) {
  const { t } = useTranslation();
  const tasks = useQuery(tasksQuery({ state: 'open' }));
  const byId = new Map(visits.map((visit) => [visit.id, visit]));
  const own = (tasks.data?.items ?? []).flatMap((task) => {
    const visit = task.subject === null ? undefined : byId.get(task.subject.id);
    return visit === undefined ? [] : [{ task, visit }];
  });
  if (own.length === 0) return null;
  return (
    <Group gap="xs" role="region" aria-label={t('today.tasks')}>
      {own.slice(0, most).map(({ task, visit }) => (
        <UnstyledButton key={task.id} className="hs-badge" data-tone="warn" mih={24} onClick={() => onOpen(visit)}>
          <IconAlertTriangle size={14} aria-hidden />
          {t(`task.${task.kind}`, { defaultValue: task.kind })}: {visit.patient.name}
        </UnstyledButton>
      ))}
      <LinkAnchor to="/tasks" search={{}} size="sm">
        {t('today.allTasks', { count: own.length })}
      </LinkAnchor>
    </Group>
  );
}
