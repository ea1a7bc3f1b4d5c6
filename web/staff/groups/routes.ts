/** The addresses of group sessions. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, oneOf, text } from '../lib/search-params.ts';

export interface GroupsSearch {
  readonly when?: 'past' | undefined;
  readonly place?: string | undefined;
  readonly practitioner?: string | undefined;
}
const groups = createRoute({
  getParentRoute: () => frameRoute,
  path: '/groups',
  validateSearch: (raw: RawSearch): GroupsSearch => ({
    when: oneOf(raw['when'], ['past']),
    place: text(raw['place']),
    practitioner: text(raw['practitioner']),
  }),
  component: lazyRouteComponent(() => import('./groups-page.tsx'), 'GroupsPage'),
});
const group = page('/groups/$id', () => import('./group-page.tsx'), 'GroupPage');

export const groupRoutes = [groups, group] as const;
