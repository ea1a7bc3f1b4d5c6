/** One walk-in: number, level, who, how long already and about how long still, and what can be done now. */
import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WalkInAction } from '../../../domain/walk-in.ts';
import type { BoardQueue, WalkIn } from '../api/walk-ins.ts';
import { useWorkplace } from '../lib/session.ts';
import { MINUTE, timeOf } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Badge } from '../parts/states.tsx';
import { AtOnce } from './action-form.tsx';
import type { Done } from './use-act.ts';
import { Level, useWaitWords } from './words.tsx';

export interface Asked {
  readonly walkIn: WalkIn;
  readonly action: WalkInAction;
  readonly direction?: 'up' | 'down' | undefined;
}

const leading: readonly WalkInAction[] = ['call', 'start', 'finish', 'return'];
const atOnce: ReadonlySet<WalkInAction> = new Set(['start', 'return', 'undo-call']);
const following: readonly WalkInAction[] = [
  'triage',
  'finish',
  'undo-call',
  'transfer',
  'transfer-out',
  'leave',
  'entered-in-error',
];

export function WalkInCard(props: {
  readonly walkIn: WalkIn;
  readonly queue: BoardQueue;
  readonly moves: readonly ('up' | 'down')[];
  readonly onAsk: (asked: Asked) => void;
  readonly onHistory: (walkIn: WalkIn) => void;
  readonly onDone: Done;
}) {
  const { t, i18n } = useTranslation();
  const { can, zone } = useWorkplace();
  const { walkIn, queue, moves, onAsk, onHistory, onDone } = props;
  const [more, setMore] = useState(false);
  const moreId = useId();
  const waits = useWaitWords();
  const may = (action: WalkInAction): boolean => walkIn.allowedActions.includes(action);
  const first = leading.find(may);
  // Nobody has looked yet: that comes before everything else.
  const unseen = walkIn.level === null && may('triage');
  const rest = following.filter((action) => may(action) && action !== first && !(unseen && action === 'triage'));
  const named = (word: string): string => t('walkIns.actionFor', { action: word, ticket: walkIn.ticket });
  const next = walkIn.place === 1;
  return (
    <article
      className="hs-card hs-walk-in"
      data-next={next ? true : undefined}
      aria-label={t('walkIns.number', { ticket: walkIn.ticket })}
    >
      <div className="hs-walk-in-head">
        <span className="hs-walk-in-ticket hs-num" aria-hidden>
          {walkIn.ticket}
        </span>
        <LinkAnchor to="/patients/$id" params={{ id: walkIn.patientId }} fw={600} data-row>
          {walkIn.patient.name}
        </LinkAnchor>
        {next && <Badge tone="good">{t('walkIns.next')}</Badge>}
        <Level level={walkIn.level} scheme={queue.scheme} />
      </div>
      {walkIn.reason !== null && <Text size="sm">{walkIn.reason}</Text>}
      <div className="hs-quiet hs-walk-in-more">
        <Since walkIn={walkIn} />
        {walkIn.state === 'waiting' && <span>{t('walkIns.still', { wait: waits(walkIn.wait) })}</span>}
        {walkIn.moved && <span>{t('walkIns.moved')}</span>}
        {walkIn.practitioner !== null && <span>{walkIn.practitioner.name}</span>}
        {walkIn.calledAt !== null && (
          <span>{t('walkIns.calledAt', { time: timeOf(walkIn.calledAt, zone, i18n.language) })}</span>
        )}
        {walkIn.appointmentId !== null && (
          <LinkAnchor to="/cases/appointment/$id" params={{ id: walkIn.appointmentId }} size="sm">
            {t('walkIns.visit')}
          </LinkAnchor>
        )}
      </div>
      <Group gap={6}>
        {first !== undefined &&
          (atOnce.has(first) ? (
            <AtOnce walkIn={walkIn} action={first} leads={first !== 'return'} onDone={onDone} />
          ) : (
            <Button
              size="compact-md"
              variant={next || walkIn.state !== 'waiting' ? 'filled' : 'default'}
              onClick={() => onAsk({ walkIn, action: first })}
              aria-label={named(t(`walkInAction.${first}`))}
            >
              {t(`walkInAction.${first}`)}
            </Button>
          ))}
        {unseen && (
          <Button
            size="compact-md"
            variant="default"
            onClick={() => onAsk({ walkIn, action: 'triage' })}
            aria-label={named(t('walkInAction.triage'))}
          >
            {t('walkInAction.triage')}
          </Button>
        )}
        {may('move') &&
          moves.map((direction) => (
            <ActionIcon
              key={direction}
              variant="default"
              size={28}
              aria-label={named(t(`walkInAction.move-${direction}`))}
              onClick={() => onAsk({ walkIn, action: 'move', direction })}
            >
              {direction === 'up' ? <IconArrowUp size={16} aria-hidden /> : <IconArrowDown size={16} aria-hidden />}
            </ActionIcon>
          ))}
        {(rest.length > 0 || can('case:read')) && (
          <Button
            size="compact-md"
            variant="default"
            aria-expanded={more}
            aria-controls={moreId}
            aria-label={named(t('walkIns.more'))}
            onClick={() => setMore(!more)}
          >
            {t('walkIns.more')}
          </Button>
        )}
      </Group>
      <Group gap={6} id={moreId} hidden={!more} className="hs-walk-in-rest">
        {more &&
          rest.map((action) =>
            atOnce.has(action) ? (
              <AtOnce key={action} walkIn={walkIn} action={action} onDone={onDone} />
            ) : (
              <Button
                key={action}
                size="compact-md"
                variant="default"
                aria-label={named(t(`walkInAction.${action}`))}
                onClick={() => onAsk({ walkIn, action })}
              >
                {t(`walkInAction.${action}`)}
              </Button>
            ),
          )}
        {more && can('case:read') && (
          <Button
            size="compact-md"
            variant="default"
            aria-label={named(t('walkIns.history'))}
            onClick={() => onHistory(walkIn)}
          >
            {t('walkIns.history')}
          </Button>
        )}
      </Group>
    </article>
  );
}

/** Counts on its own: the page is not drawn again for it. */
function Since({ walkIn }: { readonly walkIn: WalkIn }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const now = useNow(5_000);
  const until = walkIn.calledAt ?? walkIn.endedAt;
  const minutes = Math.max(
    0,
    Math.floor(((until === null ? now : Date.parse(until)) - Date.parse(walkIn.arrivedAt)) / MINUTE),
  );
  return (
    <span>
      {t('walkIns.since', { time: timeOf(walkIn.arrivedAt, zone, i18n.language) })}
      {' · '}
      <span className="hs-num">{t('walkIns.waited', { count: minutes })}</span>
    </span>
  );
}
