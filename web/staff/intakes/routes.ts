/** The addresses of intakes. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { intakeStates, type IntakeState } from '../../../domain/intake/intake.ts';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, oneOf } from '../lib/search-params.ts';

const intakes = createRoute({
  getParentRoute: () => frameRoute,
  path: '/intakes',
  validateSearch: (raw: RawSearch): { state?: IntakeState | undefined } => ({
    state: oneOf(raw['state'], intakeStates),
  }),
  component: lazyRouteComponent(() => import('./board-page.tsx'), 'IntakesPage'),
});
const intake = page('/intakes/$id', () => import('./intake-page.tsx'), 'IntakePage');

export const intakeRoutes = [intakes, intake] as const;
