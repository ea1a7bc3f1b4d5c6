/** The addresses behind the door: every room hangs its own below `frameRoute`, in its `routes.ts`. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { ProblemError } from '../../shared/api-client.ts';
import { meQuery } from '../api/queries.ts';
import { rootRoute } from './root-route.ts';

/** Everything below asks for a person; without one it leads to the door and back. */
export const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  beforeLoad: async ({ context, location }) => {
    let mustEnrol = false;
    try {
      const me = await context.client.ensureQueryData(meQuery);
      mustEnrol = me.enrolmentOnly;
      if (me.kind === 'patient') window.location.assign('/portal');
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        throw redirect({ to: '/sign-in', search: { back: location.href }, replace: true });
      }
      throw error;
    }
    if (mustEnrol) throw redirect({ to: '/second-factor', replace: true });
  },
  component: lazyRouteComponent(() => import('./frame.tsx'), 'Frame'),
});

export const homeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const user = await context.client.ensureQueryData(meQuery);
    // Each role opens on its own work list.
    if (user.permissions.includes('schedule:read')) throw redirect({ to: '/today', search: {}, replace: true });
    if (user.permissions.includes('task:read')) throw redirect({ to: '/tasks', search: {}, replace: true });
    throw redirect({ to: '/admin/health', replace: true });
  },
});

/** A page behind the door whose address is its path alone; one with filters is declared with `createRoute`. */
export const page = <const P extends string, const C extends string>(
  path: P,
  load: () => Promise<Record<C, ComponentType>>,
  name: C,
) => createRoute({ getParentRoute: () => frameRoute, path, component: lazyRouteComponent(load, name) });
