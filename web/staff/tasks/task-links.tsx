/** Where what a task is about is to be found. */
import { useTranslation } from 'react-i18next';
import type { StaffTask } from '../api/types.ts';
import { LinkAnchor } from '../parts/links.tsx';

export function TaskLinks({ task }: { readonly task: StaffTask }) {
  const { t } = useTranslation();
  const { openingId: named, absenceId, queueId } = task.params;
  const openingId = task.subject?.type === 'opening' ? task.subject.id : typeof named === 'string' ? named : undefined;
  return (
    <>
      {openingId !== undefined && (
        <div>
          <LinkAnchor to="/openings/$id" params={{ id: openingId }} size="sm">
            {t('tasks.openOpening')}
          </LinkAnchor>
        </div>
      )}
      {typeof absenceId === 'string' && (
        <div>
          <LinkAnchor to="/absences/$id" params={{ id: absenceId }} size="sm">
            {t('tasks.openAbsence')}
          </LinkAnchor>
        </div>
      )}
      {task.subject?.type === 'walk-in' && typeof queueId === 'string' && (
        <div>
          <LinkAnchor to="/walk-ins" search={{ queue: queueId }} size="sm">
            {t('tasks.openQueue')}
          </LinkAnchor>
        </div>
      )}
      {task.subject?.type === 'appointment' && (
        <div>
          <LinkAnchor to="/cases/appointment/$id" params={{ id: task.subject.id }} size="sm">
            {t('tasks.openCase')}
          </LinkAnchor>
        </div>
      )}
    </>
  );
}
