/** The addresses of absences. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, oneOf, text } from '../lib/search-params.ts';

export interface AbsencesSearch {
  readonly state?: 'ended' | undefined;
}
const absences = createRoute({
  getParentRoute: () => frameRoute,
  path: '/absences',
  validateSearch: (raw: RawSearch): AbsencesSearch => ({ state: oneOf(raw['state'], ['ended']) }),
  component: lazyRouteComponent(() => import('./absences-page.tsx'), 'AbsencesPage'),
});
const declareAbsence = createRoute({
  getParentRoute: () => frameRoute,
  path: '/absences/new',
  /** Who or what is away (`r:<id>`, or `l:<id>` of a place) and the first day, where one comes from a page that knows. */
  validateSearch: (raw: RawSearch): { what?: string | undefined; date?: string | undefined } => ({
    what: text(raw['what']),
    date: text(raw['date']),
  }),
  component: lazyRouteComponent(() => import('./declare-page.tsx'), 'DeclareAbsencePage'),
});
const absence = page('/absences/$id', () => import('./absence-page.tsx'), 'AbsencePage');

export const absenceRoutes = [absences, declareAbsence, absence] as const;
