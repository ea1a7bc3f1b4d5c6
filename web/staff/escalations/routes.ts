/** The addresses of urgent items and of who is on call. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, flag } from '../lib/search-params.ts';

export interface EscalationsSearch {
  readonly over?: true | undefined;
}
const escalations = createRoute({
  getParentRoute: () => frameRoute,
  path: '/escalations',
  validateSearch: (raw: RawSearch): EscalationsSearch => ({ over: flag(raw['over']) }),
  component: lazyRouteComponent(() => import('./board-page.tsx'), 'EscalationsPage'),
});
const escalation = page('/escalations/$id', () => import('./escalation-page.tsx'), 'EscalationPage');
const onCall = page('/on-call', () => import('./roster-page.tsx'), 'RosterPage');

export const escalationRoutes = [escalations, escalation, onCall] as const;
