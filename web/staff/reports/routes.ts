/** The addresses of reports. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame/frame-route.ts';
import { type RawSearch, text } from '../lib/search-params.ts';

const equity = createRoute({
  getParentRoute: () => frameRoute,
  path: '/reports/waitlist-equity',
  validateSearch: (raw: RawSearch): { month?: string | undefined } => ({ month: text(raw['month']) }),
  component: lazyRouteComponent(() => import('./equity-page.tsx'), 'EquityPage'),
});

export const reportRoutes = [equity] as const;
