/** The addresses of walk-ins. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { meQuery } from '../api/queries.ts';
import { frameRoute } from '../frame/frame-route.ts';
import { rootRoute } from '../frame/root-route.ts';
import { type RawSearch, text } from '../lib/search-params.ts';

export interface WalkInsSearch {
  readonly queue?: string | undefined;
}
const walkIns = createRoute({
  getParentRoute: () => frameRoute,
  path: '/walk-ins',
  validateSearch: (raw: RawSearch): WalkInsSearch => ({ queue: text(raw['queue']) }),
  component: lazyRouteComponent(() => import('./board-page.tsx'), 'WalkInsPage'),
});
/** Hangs on a wall: without the frame, and without anybody's name. */
export const waitingRoomRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/waiting-room/$queueId',
  beforeLoad: async ({ context, location }) => {
    await context.client.ensureQueryData(meQuery).catch(() => {
      throw redirect({ to: '/sign-in', search: { back: location.href }, replace: true });
    });
  },
  component: lazyRouteComponent(() => import('./waiting-room-page.tsx'), 'WaitingRoomPage'),
});

export const walkInRoutes = [walkIns] as const;
