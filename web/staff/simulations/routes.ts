/** The address of the simulated seasons. */
import { page } from '../frame/frame-route.ts';

export const simulationRoutes = [
  page('/admin/simulations', () => import('./simulations-page.tsx'), 'SimulationsPage'),
] as const;
