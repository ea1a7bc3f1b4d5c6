/**
 * Provider by time, as an ARIA grid on a real table. One tab stop; arrows move by slot, Home and End along the row,
 * Ctrl+Home and Ctrl+End along the day, PageUp and PageDown by the hour, Enter opens a visit or books a free slot.
 */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Appointment } from '../api/types.ts';
import { HOUR, MINUTE, timeOf } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { StateIcon, shownState, toneOf } from '../parts/states.tsx';
import { STEP, rowsAnHour } from './layout.ts';
import type { Cell, Column, Day } from './layout.ts';
import { besidesRoom } from './besides.ts';
import { waitingOf } from './waiting.ts';

/** Matches `.hs-grid tbody tr` in app.css; the now-line is drawn with it. */
const rowHeight = 24;
const headHeight = 33;

export function DayGrid(props: {
  readonly day: Day;
  readonly zone: string;
  readonly label: string;
  readonly open: string | undefined;
  readonly onOpen: (visit: Appointment) => void;
  readonly onFree: ((column: Column, at: number) => void) | undefined;
  readonly onKey: (visit: Appointment, key: string) => boolean;
}) {
  const { t, i18n } = useTranslation();
  const { day, zone } = props;
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const startRow = day.rows[0] ?? 0;
  const nowRow = (now - startRow) / STEP;
  const showNow = nowRow >= 0 && nowRow < day.rows.length;
  const [at, setAt] = useState<{ readonly row: number; readonly column: number }>(() => ({
    row: showNow ? Math.floor(nowRow) : 0,
    column: 0,
  }));
  const row = Math.min(at.row, day.rows.length - 1);
  const column = Math.min(at.column, day.columns.length - 1);

  // The first look shows now, not the early morning.
  useEffect(() => {
    if (showNow && box.current !== null) box.current.scrollTop = Math.max(0, (nowRow - rowsAnHour * 2) * rowHeight);
    // Only when another day is shown: scrolling under somebody's hands would be rude.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [startRow]);

  // The visit that is open beside the grid stays in sight.
  useEffect(() => {
    table.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [props.open]);

  const heads = useMemo(() => day.columns.filter((one) => one.lane === 0), [day]);

  const go = (nextRow: number, nextColumn: number): void => {
    const toColumn = Math.max(0, Math.min(day.columns.length - 1, nextColumn));
    const toRow = Math.max(0, Math.min(day.rows.length - 1, nextRow));
    setAt({ row: toRow, column: toColumn });
    const cell = day.columns[toColumn]?.cells[toRow];
    if (cell === undefined) return;
    const target = table.current?.querySelector<HTMLElement>(`[data-cell="${cell.row}:${toColumn}"]`);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const cell = day.columns[column]?.cells[row];
    if (cell === undefined || event.altKey || event.metaKey) return;
    const rtl = document.documentElement.dir === 'rtl' ? -1 : 1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(cell.row + cell.span, column),
      ArrowUp: () => go(cell.row - 1, column),
      ArrowRight: () => go(row, column + rtl),
      ArrowLeft: () => go(row, column - rtl),
      PageDown: () => go(row + rowsAnHour, column),
      PageUp: () => go(row - rowsAnHour, column),
      Home: () => (event.ctrlKey ? go(0, column) : go(row, 0)),
      End: () => (event.ctrlKey ? go(day.rows.length - 1, column) : go(row, day.columns.length - 1)),
      Enter: () => choose(column, cell),
      ' ': () => choose(column, cell),
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      move();
    } else if (cell.visit !== null && !event.ctrlKey && props.onKey(cell.visit, event.key)) event.preventDefault();
  };

  const choose = (index: number, cell: Cell): void => {
    const chosen = day.columns[index];
    if (cell.visit !== null) props.onOpen(cell.visit);
    else if (chosen !== undefined) props.onFree?.(chosen, day.rows[cell.row] ?? startRow);
  };

  return (
    <div className="hs-day" ref={box}>
      <div className="hs-day-all">
        {showNow && (
          <div
            className="hs-now"
            aria-hidden
            ref={(line) => line?.style.setProperty('inset-block-start', `${headHeight + nowRow * rowHeight}px`)}
          />
        )}
        <table
          role="grid"
          className="hs-grid"
          ref={table}
          aria-label={props.label}
          aria-rowcount={day.rows.length + 1}
          onKeyDown={onKeyDown}
        >
          <thead>
            <tr>
              <th scope="col" className="hs-hour">
                {t('today.time')}
              </th>
              {heads.map((head) => (
                <th key={head.practitioner.id} scope="col" colSpan={head.lanes} title={head.practitioner.name}>
                  {head.practitioner.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {day.rows.map((start, index) => {
              const onTheHour = index % rowsAnHour === 0;
              const label = timeOf(start, zone, i18n.language);
              return (
                <tr key={start} data-hour={onTheHour ? true : undefined} aria-rowindex={index + 2}>
                  <th scope="row" className="hs-hour hs-num">
                    {onTheHour ? label : <VisuallyHidden>{label}</VisuallyHidden>}
                  </th>
                  {day.columns.map((one, columnIndex) => {
                    const cell = one.cells[index];
                    if (cell === undefined || cell.row !== index) return null;
                    const here = cell === day.columns[column]?.cells[row] && columnIndex === column;
                    return (
                      <td
                        key={`${one.practitioner.id}:${one.lane}`}
                        data-cell={`${index}:${columnIndex}`}
                        rowSpan={cell.span}
                        tabIndex={here ? 0 : -1}
                        data-closed={cell.closed ? true : undefined}
                        data-visit={cell.visit === null ? undefined : true}
                        aria-selected={cell.visit !== null && cell.visit.id === props.open}
                        aria-label={
                          cell.visit === null
                            ? t(cell.closed ? 'today.closedCell' : 'today.freeCell', {
                                time: label,
                                who: one.practitioner.name,
                              })
                            : undefined
                        }
                        // Focus may come from elsewhere: a screen reader's cursor, the case that was closed.
                        onFocus={() => {
                          if (!here) setAt({ row: index, column: columnIndex });
                        }}
                        onClick={() => {
                          setAt({ row: index, column: columnIndex });
                          choose(columnIndex, cell);
                        }}
                      >
                        {cell.visit !== null && <Visit visit={cell.visit} span={cell.span} zone={zone} now={now} />}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Visit({
  visit,
  span,
  zone,
  now,
}: {
  readonly visit: Appointment;
  readonly span: number;
  readonly zone: string;
  readonly now: number;
}) {
  const { t, i18n } = useTranslation();
  const state = shownState(visit);
  const waiting = waitingOf(visit, now);
  const late =
    visit.status === 'booked' &&
    visit.start !== null &&
    now - Date.parse(visit.start) > 10 * MINUTE &&
    now - Date.parse(visit.start) < 12 * HOUR;
  const time = visit.start === null ? '' : timeOf(visit.start, zone, i18n.language);
  const besides = besidesRoom(visit);
  const more = [
    t(`state.${state}`),
    waiting === null ? undefined : t('today.waits', { minutes: waiting }),
    late ? t('today.late') : undefined,
    visit.visitType.name,
    ...besides.names,
    besides.lacksInterpreter ? t('interpreter.toFind') : undefined,
  ].filter(Boolean);
  return (
    <div className="hs-visit" data-tone={late ? 'bad' : toneOf(state)}>
      <span>
        <StateIcon state={state} />
        <span className="hs-num" hidden={false} style={{ display: 'inline' }}>
          {time}
        </span>{' '}
        <b>{visit.patient.name}</b>
        {span === 1 && ` · ${more[0]}`}
      </span>
      {span > 1 && <span className="hs-visit-more">{more.join(' · ')}</span>}
    </div>
  );
}
