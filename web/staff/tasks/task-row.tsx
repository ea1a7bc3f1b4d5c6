/** A task in the list; open, it shows its details below itself. */
import { useTranslation } from 'react-i18next';
import type { StaffTask } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Badge } from '../parts/states.tsx';
import { TaskDetails } from './task-details.tsx';

export function TaskRow(props: {
  readonly task: StaffTask;
  readonly mine: boolean;
  readonly open: boolean;
  readonly mayWork: boolean;
  readonly onToggle: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const now = useNow();
  const { task } = props;
  const overdue = task.state === 'open' && Date.parse(task.dueAt) < now;
  return (
    <>
      <tr data-open={props.open ? true : undefined}>
        <td className="hs-num">
          {task.state === 'open' ? (
            <Deadline at={task.dueAt} zone={zone} />
          ) : (
            dateTimeOf(task.doneAt ?? task.dueAt, zone, i18n.language)
          )}{' '}
          {overdue && <Badge tone="bad">{t('tasks.overdue')}</Badge>}
        </td>
        <td>
          <button type="button" className="hs-row-button" data-row aria-expanded={props.open} onClick={props.onToggle}>
            {t(`task.${task.kind}`, { defaultValue: task.kind })}
          </button>{' '}
          {task.priority !== 'routine' && (
            <Badge tone={task.priority === 'stat' ? 'bad' : 'warn'}>{t(`priority.${task.priority}`)}</Badge>
          )}
        </td>
        <td>
          {task.patient !== null && (
            <LinkAnchor to="/patients/$id" params={{ id: task.patient.id }} size="sm">
              {task.patient.name}
            </LinkAnchor>
          )}
        </td>
        <td>
          {task.owner === null
            ? task.ownerRole === null
              ? t('tasks.anyone')
              : t(`role.${task.ownerRole}`, { defaultValue: task.ownerRole })
            : props.mine
              ? t('tasks.you')
              : task.owner.name}
        </td>
      </tr>
      {props.open && (
        <tr data-open>
          <td colSpan={4}>
            <TaskDetails task={task} mine={props.mine} mayWork={props.mayWork} />
          </td>
        </tr>
      )}
    </>
  );
}
