/** The addresses of duplicates and merges. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, oneOf } from '../lib/search-params.ts';

export interface IdentitySearch {
  readonly show?: 'new' | 'dismissed' | 'merges' | undefined;
}
const identity = createRoute({
  getParentRoute: () => frameRoute,
  path: '/identity',
  validateSearch: (raw: RawSearch): IdentitySearch => ({
    show: oneOf(raw['show'], ['new', 'dismissed', 'merges']),
  }),
  component: lazyRouteComponent(() => import('./queue-page.tsx'), 'IdentityPage'),
});
const identityMatch = page('/identity/$id', () => import('./review-page.tsx'), 'ReviewPage');
const patientMerge = page('/identity/merges/$id', () => import('./merge-page.tsx'), 'MergePage');

export const identityRoutes = [identity, identityMatch, patientMerge] as const;
