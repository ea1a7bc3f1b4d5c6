/** The addresses of freed times. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, oneOf, text } from '../lib/search-params.ts';

export interface OpeningsSearch {
  readonly state?: 'ended' | undefined;
  readonly place?: string | undefined;
}
const openings = createRoute({
  getParentRoute: () => frameRoute,
  path: '/openings',
  validateSearch: (raw: RawSearch): OpeningsSearch => ({
    state: oneOf(raw['state'], ['ended']),
    place: text(raw['place']),
  }),
  component: lazyRouteComponent(() => import('./openings-page.tsx'), 'OpeningsPage'),
});
const opening = page('/openings/$id', () => import('./opening-page.tsx'), 'OpeningPage');

export const waitlistRoutes = [openings, opening] as const;
