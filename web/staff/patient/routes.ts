/** The addresses of patients. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, text } from '../lib/search-params.ts';

const patients = createRoute({
  getParentRoute: () => frameRoute,
  path: '/patients',
  validateSearch: (raw: RawSearch): { q?: string | undefined } => ({ q: text(raw['q']) }),
  component: lazyRouteComponent(() => import('./patients-page.tsx'), 'PatientsPage'),
});
const newPatient = page('/patients/new', () => import('./new-patient-page.tsx'), 'NewPatientPage');
const patient = page('/patients/$id', () => import('./patient-page.tsx'), 'PatientPage');

export const patientRoutes = [patients, newPatient, patient] as const;
