/** News from the server (SSE): what changed is asked again; nothing is drawn from the news itself. */
import { useEffect, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';

export type Live = 'connecting' | 'live' | 'away';

/** Bursts (a day cancelled, an import) become one refresh. */
const gather = 300;

export function useLive(): Live {
  const client = useQueryClient();
  const [state, setState] = useState<Live>('connecting');
  useEffect(() => {
    const source = new EventSource('/api/v1/events', { withCredentials: true });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = (): void => {
      timer = undefined;
      for (const key of [
        'appointments',
        'case',
        'tasks',
        'availability',
        'notifications',
        'openings',
        'waitlist',
        'absences',
        'walk-ins',
        'charges',
        'coverages',
        'series',
        'groups',
        'escalations',
        'on-call',
      ]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    };
    const soon = (): void => {
      timer ??= setTimeout(refresh, gather);
    };
    let wasAway = false;
    source.addEventListener('open', () => {
      setState('live');
      // What happened while the line was down was not told.
      if (wasAway) soon();
      // What is urgent must not fall between the first answer and the first news.
      else void client.invalidateQueries({ queryKey: ['escalations'] });
    });
    source.addEventListener('error', () => {
      wasAway = true;
      setState('away');
    });
    source.addEventListener('case_changed', soon);
    source.addEventListener('message', soon);
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [client]);
  return state;
}
