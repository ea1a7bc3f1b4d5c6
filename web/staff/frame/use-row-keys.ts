import { useEffect } from 'react';
import type { RefObject } from 'react';
import { isTyping } from './is-typing.ts';

/** j and k move between the rows of a list (`data-row`), wherever the focus is. */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step === 0 || isTyping(event.target) || event.ctrlKey || event.metaKey) return;
      const all = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
      const at = all.indexOf(document.activeElement as HTMLElement);
      all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [list]);
}
