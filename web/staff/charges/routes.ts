/** The addresses of charges. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame/frame-route.ts';
import { type RawSearch, oneOf } from '../lib/search-params.ts';

export interface ChargesSearch {
  readonly state?: 'waived' | 'posted' | 'void' | 'all' | undefined;
  readonly kind?: 'late-cancel' | 'no-show' | 'deposit' | undefined;
}
const charges = createRoute({
  getParentRoute: () => frameRoute,
  path: '/charges',
  validateSearch: (raw: RawSearch): ChargesSearch => ({
    state: oneOf(raw['state'], ['waived', 'posted', 'void', 'all']),
    kind: oneOf(raw['kind'], ['late-cancel', 'no-show', 'deposit']),
  }),
  component: lazyRouteComponent(() => import('./charges-page.tsx'), 'ChargesPage'),
});

export const chargeRoutes = [charges] as const;
