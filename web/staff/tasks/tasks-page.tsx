/** The work list: what is due first on top; j and k move, Enter opens, and the filters live in the address. */
import { Button, Group, NativeSelect, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { manualTaskKinds, staffTaskOutcomes } from '../../../domain/staff-task.ts';
import { finishTask, raiseTask, releaseTask, takeTask, tasksQuery } from '../api/queries.ts';
import type { StaffTask } from '../api/types.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { useWorkplace } from '../lib/session.ts';
import { HOUR, dateTimeOf, instant } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Answered, Empty, FormActions, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import type { TaskSearch } from './routes.ts';

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
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...next }).filter(([, value]) => value !== undefined)),
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
                  <Row
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

function Row(props: {
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
            <Details task={task} mine={props.mine} mayWork={props.mayWork} />
          </td>
        </tr>
      )}
    </>
  );
}

function Details({
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
  const text = task.params['text'];
  const { about, openingId: named, absenceId, queueId } = task.params;
  const openingId = task.subject?.type === 'opening' ? task.subject.id : typeof named === 'string' ? named : undefined;
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

/** Later today is what "soon" means at a front desk. */
const dueIn = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const;

function RaiseForm({ close }: { readonly close: () => void }) {
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
