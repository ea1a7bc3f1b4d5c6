/** The walk-in queues: who is next, who is called and being seen; one column a queue, one queue at a time on a telephone. */
import './walk-ins.css';
import { Button, NativeSelect, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { levelUntilTriaged } from '../../../domain/walk-in.ts';
import { walkInsQuery } from '../api/walk-ins.ts';
import type { BoardQueue, WalkIn, WalkInBoard } from '../api/walk-ins.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { useWorkplace } from '../lib/session.ts';
import { Dialog, SideDialog } from '../parts/dialog.tsx';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { useStill } from '../waitlist/use-still.ts';
import { WalkInForm } from './action-form.tsx';
import { ArrivalForm } from './arrival-form.tsx';
import { DoneLine } from './done-line.tsx';
import { History } from './history.tsx';
import type { Step } from './use-act.ts';
import { WalkInCard } from './walk-in-card.tsx';
import type { Asked } from './walk-in-card.tsx';
import { useWaitWords } from './words.tsx';

const route = getRouteApi('/frame/walk-ins');

export function WalkInsPage() {
  const { t, i18n } = useTranslation();
  const { can, location } = useWorkplace();
  const board = useQuery(walkInsQuery(location?.id ?? '', i18n.language));
  const [arriving, setArriving] = useState(false);
  const { queue: wanted } = route.useSearch();
  const queues = board.data?.queues ?? [];
  const [last, setLast] = useState<Step | null>(null);
  return (
    <Page
      title={t('nav.walkIns')}
      actions={
        can('walk-in:manage') &&
        queues.length > 0 && <Button onClick={() => setArriving(true)}>{t('walkIns.arrive')}</Button>
      }
    >
      <DoneLine step={last} queues={queues} onDone={setLast} />
      <Answered query={board}>
        {(data) =>
          data.queues.length === 0 ? (
            <Empty
              title={t('walkIns.noQueues')}
              hint={can('schedule:manage') ? t('walkIns.noQueuesAdmin') : t('walkIns.noQueuesHint')}
            >
              {can('schedule:manage') && (
                <LinkButton to="/admin/queues" variant="default">
                  {t('queues.add')}
                </LinkButton>
              )}
            </Empty>
          ) : (
            <Board board={data} wanted={wanted} onDone={setLast} />
          )
        }
      </Answered>
      <SideDialog opened={arriving} onClose={() => setArriving(false)} title={t('walkIns.arrive')}>
        <ArrivalForm
          queues={queues}
          queueId={wanted ?? queues[0]?.id ?? ''}
          onCancel={() => setArriving(false)}
          onDone={(step) => {
            setArriving(false);
            setLast(step);
          }}
        />
      </SideDialog>
    </Page>
  );
}

function Board(props: {
  readonly board: WalkInBoard;
  readonly wanted: string | undefined;
  readonly onDone: (step: Step) => void;
}) {
  const { t } = useTranslation();
  const { queues, items } = props.board;
  const navigate = route.useNavigate();
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const [asked, setAsked] = useState<Asked | null>(null);
  const [told, setTold] = useState<WalkIn | null>(null);
  const [pointed, setPointed] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  useRowKeys(list);
  const ids = useMemo(() => queues.map((queue) => queue.id), [queues]);
  const { placed, waiting } = useStill(items, ids, (one) => one.queueId, pointed);
  const chosen = queues.find((queue) => queue.id === props.wanted);
  const shown = chosen !== undefined ? [chosen] : narrow ? queues.slice(0, 1) : queues;
  const done = (step: Step): void => {
    setAsked(null);
    props.onDone(step);
  };
  return (
    <>
      {queues.length > 1 && (
        <div className="hs-filters">
          <NativeSelect
            label={t('walkIns.queue')}
            value={chosen?.id ?? (narrow ? (queues[0]?.id ?? '') : '')}
            onChange={(event) => {
              const { value } = event.currentTarget;
              void navigate({ replace: true, search: value === '' ? {} : { queue: value } });
            }}
            data={[
              ...(narrow ? [] : [{ value: '', label: t('walkIns.everyQueue') }]),
              ...queues.map((queue) => ({ value: queue.id, label: queue.name })),
            ]}
          />
        </div>
      )}
      <div
        ref={list}
        className="hs-walk-in-board"
        onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')}
        onPointerLeave={() => setPointed(false)}
      >
        {shown.map((queue) => (
          <Column
            key={queue.id}
            queue={queue}
            items={placed[queue.id] ?? []}
            onAsk={setAsked}
            onHistory={setTold}
            onDone={done}
          />
        ))}
      </div>
      <Text size="xs" className="hs-quiet" role="status">
        {waiting ? t('openings.held') : ''}
      </Text>
      <details className="hs-quiet">
        <summary>{t('walkIns.howTitle')}</summary>
        <Text size="sm">{t('walkIns.how')}</Text>
      </details>
      <Dialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={
          asked === null
            ? ''
            : t('walkIns.actionFor', {
                action: t(`walkInAction.${asked.action === 'move' ? `move-${asked.direction ?? 'up'}` : asked.action}`),
                ticket: asked.walkIn.ticket,
              })
        }
      >
        {asked !== null && <WalkInForm {...asked} queues={queues} onDone={done} onCancel={() => setAsked(null)} />}
      </Dialog>
      <SideDialog
        opened={told !== null}
        onClose={() => setTold(null)}
        title={told === null ? '' : t('walkIns.actionFor', { action: t('walkIns.history'), ticket: told.ticket })}
      >
        {told !== null && <History id={told.id} />}
      </SideDialog>
    </>
  );
}

/** Places are exchanged with a neighbour of the same level. */
function movesOf(waiting: readonly WalkIn[], walkIn: WalkIn): readonly ('up' | 'down')[] {
  const at = waiting.indexOf(walkIn);
  const level = (one: WalkIn | undefined): number | undefined => one && (one.level ?? levelUntilTriaged);
  if (at < 0) return [];
  return (['up', 'down'] as const).filter(
    (direction) => level(waiting[direction === 'up' ? at - 1 : at + 1]) === level(walkIn),
  );
}

const sections = ['called', 'in-room', 'left'] as const;

function Column(props: {
  readonly queue: BoardQueue;
  readonly items: readonly WalkIn[];
  readonly onAsk: (asked: Asked) => void;
  readonly onHistory: (walkIn: WalkIn) => void;
  readonly onDone: (step: Step) => void;
}) {
  const { t } = useTranslation();
  const { queue, items, onAsk, onHistory, onDone } = props;
  const waits = useWaitWords();
  const waiting = items.filter((one) => one.state === 'waiting');
  const card = (walkIn: WalkIn) => (
    <li key={walkIn.id}>
      <WalkInCard
        walkIn={walkIn}
        queue={queue}
        moves={movesOf(waiting, walkIn)}
        onAsk={onAsk}
        onHistory={onHistory}
        onDone={onDone}
      />
    </li>
  );
  return (
    <section aria-labelledby={`queue-${queue.id}`} className="hs-walk-in-column">
      <Title order={2} id={`queue-${queue.id}`}>
        {queue.name} <span className="hs-quiet hs-num">{waiting.length}</span>
      </Title>
      <Text size="sm" className="hs-quiet">
        {t('walkIns.newcomer', { wait: waits(queue.nextWait) })}{' '}
        <LinkAnchor to="/waiting-room/$queueId" params={{ queueId: queue.id }} target="_blank" size="sm">
          {t('walkIns.screen')}
        </LinkAnchor>
      </Text>
      {waiting.length === 0 ? (
        <Text size="sm">{t('walkIns.nobodyWaits')}</Text>
      ) : (
        <ol className="hs-plain-list hs-walk-in-list">{waiting.map(card)}</ol>
      )}
      {sections.map((state) => {
        const some = items.filter((one) => one.state === state);
        if (some.length === 0) return null;
        return (
          <div key={state}>
            <Title order={3}>
              {t(`walkIns.section.${state}`)} <span className="hs-quiet hs-num">{some.length}</span>
            </Title>
            <ul className="hs-plain-list hs-walk-in-list">{some.map(card)}</ul>
          </div>
        );
      })}
    </section>
  );
}
