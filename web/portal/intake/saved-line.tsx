/** Whether what was said has arrived. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { clockTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import type { Work } from './step-store.ts';

export function SavedLine({ work }: { readonly work: Work }): ReactNode {
  const { t, language } = useSpeech();
  const online = useOnline();
  const trying = work.saving === 'trying' || (work.dirty && !online);
  const text = trying
    ? t('intake.notSaved')
    : work.saving === 'saving'
      ? t('intake.saving')
      : work.savedAt === null || work.dirty
        ? ''
        : t('intake.saved', { time: clockTime(work.savedAt, ownZone(), language) });
  return (
    <p role="status" className={trying ? 'saved trying' : 'saved'}>
      {trying && <span aria-hidden="true">⚠ </span>}
      {text}
    </p>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const change = (): void => setOnline(navigator.onLine);
    window.addEventListener('online', change);
    window.addEventListener('offline', change);
    return () => {
      window.removeEventListener('online', change);
      window.removeEventListener('offline', change);
    };
  }, []);
  return online;
}
