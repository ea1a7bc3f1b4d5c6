/** The addresses of the day. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame/frame-route.ts';
import { type RawSearch, oneOf, text } from '../lib/search-params.ts';

export interface TodaySearch {
  readonly date?: string | undefined;
  readonly view?: 'grid' | 'list' | undefined;
  readonly practitioner?: string | undefined;
  readonly state?: string | undefined;
  readonly open?: string | undefined;
}
const today = createRoute({
  getParentRoute: () => frameRoute,
  path: '/today',
  validateSearch: (raw: RawSearch): TodaySearch => ({
    date: text(raw['date']),
    view: oneOf(raw['view'], ['grid', 'list']),
    practitioner: text(raw['practitioner']),
    state: text(raw['state']),
    open: text(raw['open']),
  }),
  component: lazyRouteComponent(() => import('./today-page.tsx'), 'TodayPage'),
});

export const todayRoutes = [today] as const;
