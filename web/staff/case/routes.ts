/** The addresses of a visit. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame/frame-route.ts';
import { type RawSearch, oneOf } from '../lib/search-params.ts';

const appointmentCase = createRoute({
  getParentRoute: () => frameRoute,
  path: '/cases/appointment/$id',
  /** An action whose form is open at once. */
  validateSearch: (raw: RawSearch): { begin?: 'check-in' | undefined } => ({
    begin: oneOf(raw['begin'], ['check-in']),
  }),
  component: lazyRouteComponent(() => import('./case-page.tsx'), 'CasePage'),
});

export const caseRoutes = [appointmentCase] as const;
