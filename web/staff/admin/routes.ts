/** The addresses of what administrators keep. */
import { page } from '../frame/frame-route.ts';

export const adminRoutes = [
  page('/admin/availability', () => import('./availability.tsx'), 'AvailabilityPage'),
  page('/admin/closures', () => import('./closures.tsx'), 'ClosuresPage'),
  page('/admin/cancel-day', () => import('./cancel-day.tsx'), 'CancelDayPage'),
  page('/admin/visit-types', () => import('./visit-types.tsx'), 'VisitTypesPage'),
  page('/admin/rooms', () => import('./rooms.tsx'), 'RoomsPage'),
  page('/admin/queues', () => import('./queues.tsx'), 'QueuesPage'),
  page('/admin/people', () => import('./people.tsx'), 'PeoplePage'),
  page('/admin/policies', () => import('./policies.tsx'), 'PoliciesPage'),
  page('/admin/health', () => import('./health.tsx'), 'HealthPage'),
] as const;
