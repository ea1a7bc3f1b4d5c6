import { useEffect, useState } from 'react';
import { localDay } from './time.ts';

/** The computer's clock as a value that moves; the interval in milliseconds decides how often a page is drawn again. */
export function useNow(interval = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}

/** The day it is at a place (`YYYY-MM-DD`); a page left open overnight moves on with it. */
export function useToday(zone: string): string {
  return localDay(useNow(), zone);
}
