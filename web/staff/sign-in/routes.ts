/** The addresses before the door: signing in, a forgotten or first password, the second factor. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../frame/root-route.ts';
import { type RawSearch, flag, text } from '../lib/search-params.ts';

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (raw: RawSearch): { back?: string | undefined; ended?: true | undefined } => ({
    back: text(raw['back']),
    ended: flag(raw['ended']),
  }),
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
});
const forgot = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'ForgotPage'),
});
const reset = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset/$token',
  component: lazyRouteComponent(() => import('./set-password-page.tsx'), 'ResetPage'),
});
const invitation = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation/$token',
  component: lazyRouteComponent(() => import('./set-password-page.tsx'), 'InvitationPage'),
});

const secondFactor = createRoute({
  getParentRoute: () => rootRoute,
  path: '/second-factor',
  component: lazyRouteComponent(() => import('./second-factor-page.tsx'), 'SecondFactorPage'),
});

export const signInRoutes = [signIn, forgot, reset, invitation, secondFactor] as const;
