/** The staff application's addresses put together; each room declares its own in its `routes.ts`. */
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { absenceRoutes } from './absences/routes.ts';
import { adminRoutes } from './admin/routes.ts';
import { caseRoutes } from './case/routes.ts';
import { chargeRoutes } from './charges/routes.ts';
import { consentRoutes } from './consents/routes.ts';
import { escalationRoutes } from './escalations/routes.ts';
import { findRoutes } from './find/routes.ts';
import { frameRoute, homeRoute } from './frame/frame-route.ts';
import { rootRoute } from './frame/root-route.ts';
import { groupRoutes } from './groups/routes.ts';
import { identityRoutes } from './identity/routes.ts';
import { intakeRoutes } from './intakes/routes.ts';
import { patientRoutes } from './patient/routes.ts';
import { questionnaireRoutes } from './questionnaires/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { seriesRoutes } from './series/routes.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { simulationRoutes } from './simulations/routes.ts';
import { taskRoutes } from './tasks/routes.ts';
import { todayRoutes } from './today/routes.ts';
import { waitlistRoutes } from './waitlist/routes.ts';
import { waitingRoomRoute, walkInRoutes } from './walk-ins/routes.ts';

const tree = rootRoute.addChildren([
  ...signInRoutes,
  waitingRoomRoute,
  frameRoute.addChildren([
    homeRoute,
    ...todayRoutes,
    ...findRoutes,
    ...caseRoutes,
    ...seriesRoutes,
    ...patientRoutes,
    ...walkInRoutes,
    ...waitlistRoutes,
    ...groupRoutes,
    ...escalationRoutes,
    ...absenceRoutes,
    ...identityRoutes,
    ...intakeRoutes,
    ...questionnaireRoutes,
    ...consentRoutes,
    ...taskRoutes,
    ...chargeRoutes,
    ...reportRoutes,
    ...simulationRoutes,
    ...adminRoutes,
  ]),
]);

export const makeRouter = (client: QueryClient) =>
  createRouter({ routeTree: tree, context: { client }, defaultPreload: 'intent', defaultPendingMinMs: 0 });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
