/** Addresses and history, and nothing else: the browser does the rest. */
import { useSyncExternalStore } from 'react';
import type { MouseEvent, ReactNode } from 'react';

export const base = '/portal';
const moved = 'portal:moved';

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener);
  window.addEventListener(moved, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(moved, listener);
  };
};

export interface Place {
  /** Below /portal, such as `/book/day`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const url = new URL(href, 'http://portal');
  return { path: url.pathname.slice(base.length) || '/', query: url.searchParams };
}

export type Query = Readonly<Record<string, string | undefined>>;

export function hrefOf(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  const text = new URLSearchParams(pairs).toString();
  return `${base}${path === '/' ? '' : path}${text === '' ? '' : `?${text}`}`;
}

export function navigate(path: string, query: Query = {}, options: { readonly replace?: boolean } = {}): void {
  window.history[options.replace === true ? 'replaceState' : 'pushState'](null, '', hrefOf(path, query));
  window.dispatchEvent(new Event(moved));
}

/**
 * To the next page of a chain of questions. The answer is written into the address of this page first, so that going
 * back finds it again.
 */
export function goOn(here: string, answers: Query, next: string): void {
  window.history.replaceState(null, '', hrefOf(here, answers));
  navigate(next, answers);
}

export function Link(props: {
  readonly to: string;
  readonly query?: Query | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  const { to, query, className, children } = props;
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to, query);
  };
  return (
    <a href={hrefOf(to, query)} className={className} onClick={onClick}>
      {children}
    </a>
  );
}
