/** The same day as a list: what the grid says, in reading order; the view for narrow screens and for who prefers it. */
import { UnstyledButton } from '@mantine/core';
import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Appointment } from '../api/types.ts';
import { timeOf } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Badge, StateBadge } from '../parts/states.tsx';
import { besidesRoom } from './besides.ts';
import { waitingOf } from './waiting.ts';

export function DayList(props: {
  readonly visits: readonly Appointment[];
  readonly zone: string;
  readonly open: string | undefined;
  readonly onOpen: (visit: Appointment) => void;
  readonly onKey: (visit: Appointment, key: string) => boolean;
}) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const body = useRef<HTMLTableSectionElement>(null);
  const onKeyDown = (event: KeyboardEvent, visit: Appointment): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      const all = [...(body.current?.querySelectorAll<HTMLButtonElement>('[data-row]') ?? [])];
      all[all.indexOf(event.currentTarget as HTMLButtonElement) + step]?.focus();
      event.preventDefault();
    } else if (props.onKey(visit, event.key)) event.preventDefault();
  };
  return (
    <div className="hs-scroll">
      <table className="hs-table" data-cards>
        <thead>
          <tr>
            <th scope="col">{t('today.time')}</th>
            <th scope="col">{t('today.patient')}</th>
            <th scope="col">{t('today.visit')}</th>
            <th scope="col">{t('today.with')}</th>
            <th scope="col">{t('today.room')}</th>
            <th scope="col">{t('today.state')}</th>
            <th scope="col">{t('today.waiting')}</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {props.visits.map((visit) => {
            const waiting = waitingOf(visit, now);
            const room = visit.resources.find((one) => one.kind === 'room');
            const besides = besidesRoom(visit);
            return (
              <tr key={visit.id} data-open={visit.id === props.open ? true : undefined}>
                <td className="hs-num">{visit.start === null ? '' : timeOf(visit.start, props.zone, i18n.language)}</td>
                <td>
                  <UnstyledButton
                    data-row
                    fw={600}
                    fz="sm"
                    mih={24}
                    onClick={() => props.onOpen(visit)}
                    onKeyDown={(event) => onKeyDown(event, visit)}
                  >
                    {visit.patient.name}
                  </UnstyledButton>
                </td>
                <td>{visit.visitType.name}</td>
                <td>{visit.practitioner?.name}</td>
                <td>
                  {[room?.name, ...besides.names].filter(Boolean).join(' · ')}
                  {besides.lacksInterpreter && (
                    <>
                      {' '}
                      <Badge tone="warn">{t('interpreter.toFind')}</Badge>
                    </>
                  )}
                </td>
                <td>
                  <StateBadge visit={visit} />
                </td>
                <td className="hs-num">{waiting === null ? '' : t('today.waits', { minutes: waiting })}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
