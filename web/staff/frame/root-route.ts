/** The root of all addresses: what every page of the staff application may ask for, and what is shown where there is none. */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext } from '@tanstack/react-router';
import { NotFound, RouteError } from './route-error.tsx';

export const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});
