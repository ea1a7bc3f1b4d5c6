/** The work list: what is due first on top; j and k move, Enter opens, and the filters live in the address. */
import { Button, NativeSelect, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { staffTaskOutcomes } from '../../../domain/staff-task.ts';
import { tasksQuery } from '../api/queries.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { changedSearch } from '../lib/search-params.ts';
import { useWorkplace } from '../lib/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { RaiseForm } from './raise-form.tsx';
import type { TaskSearch } from './routes.ts';
import { TaskRow } from './task-row.tsx';

const route = getRouteApi('/frame/tasks');
const kinds = Object.keys(staffTaskOutcomes);

export function TasksPage() {
  const { t } = useTranslation();
  const { can, me } = useWorkplace();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [raising, setRaising] = useState(false);
  const list = useRef<HTMLTableSectionElement>(null);
  const tasks = useQuery({
    ...tasksQuery({ state: search.state ?? 'open', kind: search.kind, owner: search.owner ?? 'all' }),
    placeholderData: keepPreviousData,
  });
  const set = (next: Partial<TaskSearch>): void =>
    void navigate({
      replace: true,
      search: (before) => changedSearch(before, next),
    });

  useRowKeys(list);

  return (
    <Page
      title={t('nav.tasks')}
      actions={
        can('task:work') && (
          <Button variant="default" onClick={() => setRaising(true)}>
            {t('tasks.raise')}
          </Button>
        )
      }
    >
      <div className="hs-filters">
        <NativeSelect
          label={t('tasks.owner')}
          value={search.owner ?? 'all'}
          onChange={(event) =>
            set({ owner: event.currentTarget.value === 'all' ? undefined : (event.currentTarget.value as 'me') })
          }
          data={(['all', 'role', 'me'] as const).map((value) => ({ value, label: t(`tasks.owner.${value}`) }))}
        />
        <NativeSelect
          label={t('tasks.state')}
          value={search.state ?? 'open'}
          onChange={(event) =>
            set({ state: event.currentTarget.value === 'open' ? undefined : (event.currentTarget.value as 'done') })
          }
          data={(['open', 'done', 'cancelled', 'all'] as const).map((value) => ({
            value,
            label: t(`tasks.state.${value}`),
          }))}
        />
        <NativeSelect
          label={t('tasks.kind')}
          value={search.kind ?? ''}
          onChange={(event) => set({ kind: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
          data={[
            { value: '', label: t('tasks.everyKind') },
            ...kinds.map((value) => ({ value, label: t(`task.${value}`) })),
          ]}
        />
      </div>
      <Answered query={tasks}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title={(search.state ?? 'open') === 'open' ? t('tasks.emptyTitle') : t('tasks.noneTitle')}
              hint={
                search.owner === undefined && search.kind === undefined ? t('tasks.emptyHint') : t('tasks.noneHint')
              }
            />
          ) : (
            <table className="hs-table" data-cards>
              <thead>
                <tr>
                  <th scope="col">{t('tasks.due')}</th>
                  <th scope="col">{t('tasks.task')}</th>
                  <th scope="col">{t('today.patient')}</th>
                  <th scope="col">{t('tasks.who')}</th>
                </tr>
              </thead>
              <tbody ref={list}>
                {items.map((task) => (
                  <TaskRow
                    key={task.id}
                    task={task}
                    mine={task.owner?.id === me.id}
                    open={search.task === task.id}
                    mayWork={can('task:work')}
                    onToggle={() => set({ task: search.task === task.id ? undefined : task.id })}
                  />
                ))}
              </tbody>
            </table>
          )
        }
      </Answered>
      <Text size="xs" c="dimmed">
        {t('tasks.keys')}
      </Text>
      <Dialog opened={raising} onClose={() => setRaising(false)} title={t('tasks.raise')}>
        <RaiseForm close={() => setRaising(false)} />
      </Dialog>
    </Page>
  );
}
