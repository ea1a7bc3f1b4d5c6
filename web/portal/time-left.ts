/** How long something stands still: for the eye each second, for the ear only at steps that matter. */
import { useEffect, useState } from 'react';
import type { Language } from './words.tsx';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Milliseconds until an instant, by this device's clock, once a second; Infinity while there is none. */
export function useTimeLeft(until: string | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), second);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? Infinity : Date.parse(until) - now;
}

/** "3 hours 20 minutes", "12 minutes", "45 seconds". */
export function leftWords(milliseconds: number, language: Language): string {
  const say = (value: number, unit: 'hour' | 'minute' | 'second'): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  const left = Math.max(0, milliseconds);
  if (left < minute) return say(Math.ceil(left / second), 'second');
  const minutes = Math.floor(left / minute);
  if (minutes < 60) return say(minutes, 'minute');
  const rest = minutes % 60;
  return [say(Math.floor(minutes / 60), 'hour'), ...(rest === 0 ? [] : [say(rest, 'minute')])].join(' ');
}

/**
 * What is left, rounded up to the step at which it is said aloud: hours, then five minutes, minutes, and ten seconds in
 * the last one. Whoever listens hears it again when a step is passed, never each second.
 */
export function spokenLeft(milliseconds: number): number {
  const left = Math.max(0, milliseconds);
  const step = left > hour ? hour : left > 10 * minute ? 5 * minute : left > minute ? minute : 10 * second;
  return Math.ceil(left / step) * step;
}
