/** The addresses of the work list. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame/frame-route.ts';
import { type RawSearch, oneOf, text } from '../lib/search-params.ts';

export interface TaskSearch {
  readonly state?: 'open' | 'done' | 'cancelled' | 'all' | undefined;
  readonly kind?: string | undefined;
  readonly owner?: 'me' | 'role' | 'all' | undefined;
  /** The task that is open beside the list. */
  readonly task?: string | undefined;
}
const tasks = createRoute({
  getParentRoute: () => frameRoute,
  path: '/tasks',
  validateSearch: (raw: RawSearch): TaskSearch => ({
    state: oneOf(raw['state'], ['open', 'done', 'cancelled', 'all']),
    kind: text(raw['kind']),
    owner: oneOf(raw['owner'], ['me', 'role', 'all']),
    task: text(raw['task']),
  }),
  component: lazyRouteComponent(() => import('./tasks-page.tsx'), 'TasksPage'),
});

export const taskRoutes = [tasks] as const;
