/** The addresses of the search for a free time. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame/frame-route.ts';
import { type RawSearch, oneOf, text } from '../lib/search-params.ts';

export interface FindSearch {
  readonly patient?: string | undefined;
  readonly type?: string | undefined;
  readonly practitioner?: string | undefined;
  readonly place?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly part?: 'morning' | 'afternoon' | 'evening' | undefined;
  readonly mode?: 'in-person' | 'video' | 'phone' | undefined;
  readonly replaces?: string | undefined;
  /** A time that is being held: kept in sight over a reload. */
  readonly hold?: string | undefined;
}
const find = createRoute({
  getParentRoute: () => frameRoute,
  path: '/find',
  validateSearch: (raw: RawSearch): FindSearch => ({
    patient: text(raw['patient']),
    type: text(raw['type']),
    practitioner: text(raw['practitioner']),
    place: text(raw['place']),
    from: text(raw['from']),
    to: text(raw['to']),
    part: oneOf(raw['part'], ['morning', 'afternoon', 'evening']),
    mode: oneOf(raw['mode'], ['in-person', 'video', 'phone']),
    replaces: text(raw['replaces']),
    hold: text(raw['hold']),
  }),
  component: lazyRouteComponent(() => import('./find-page.tsx'), 'FindPage'),
});

export const findRoutes = [find] as const;
