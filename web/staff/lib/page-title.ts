import { useEffect } from 'react';

/** The page's name in the window title; no personal data, because titles reach the history of the browser. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · HealthSphere`;
  }, [title]);
}
