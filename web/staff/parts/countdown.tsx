/** A deadline and the time left, to the second in the last two hours; said aloud only at a few marks. */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HOUR, MINUTE, clock, dateTimeOf, localDay, relative, timeOf, timeToTheSecond } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';

export function Deadline({ at, zone }: { readonly at: string; readonly zone: string }) {
  const { i18n } = useTranslation();
  const now = useNow(1000);
  const left = Date.parse(at) - now;
  const near = Math.abs(left) < 2 * HOUR;
  const today = localDay(at, zone) === localDay(now, zone);
  const show = near ? timeToTheSecond : today ? timeOf : dateTimeOf;
  return (
    <time dateTime={at} className="hs-num">
      <span className="hs-num">{show(at, zone, i18n.language)}</span>
      {' · '}
      <span className="hs-num">{left > 0 && near ? clock(left) : relative(at, now, i18n.language)}</span>
    </time>
  );
}

const marks = [5 * MINUTE, 2 * MINUTE, MINUTE, 30_000];

/** The end of a hold: visible each second, announced politely at 5, 2, 1 and half a minute. */
export function Countdown({
  until,
  onEnd,
  over,
}: {
  readonly until: string;
  readonly onEnd?: (() => void) | undefined;
  /** Said when it is over; of a hold unless told. */
  readonly over?: string | undefined;
}) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const left = Date.parse(until) - now;
  const [said, setSaid] = useState('');
  const last = useRef(Number.POSITIVE_INFINITY);
  const ended = useRef(false);
  useEffect(() => {
    const mark = marks.find((value) => left <= value && last.current > value);
    if (mark !== undefined && left > 0) setSaid(t('hold.left', { time: clock(left) }));
    last.current = left;
    if (left <= 0 && !ended.current) {
      ended.current = true;
      setSaid(over ?? t('hold.ended'));
      onEnd?.();
    }
  }, [left, onEnd, over, t]);
  return (
    <>
      <span className="hs-num" role="timer" aria-live="off">
        {left > 0 ? clock(left) : (over ?? t('hold.ended'))}
      </span>
      <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
    </>
  );
}
