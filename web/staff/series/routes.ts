/** The addresses of series. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { SeriesSearch } from './draft.ts';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, count, oneOf, text, typed } from '../lib/search-params.ts';

const newSeries = createRoute({
  getParentRoute: () => frameRoute,
  path: '/series/new',
  validateSearch: (raw: RawSearch): SeriesSearch => ({
    patient: text(raw['patient']),
    type: text(raw['type']),
    practitioner: text(raw['practitioner']),
    place: text(raw['place']),
    mode: oneOf(raw['mode'], ['in-person', 'video', 'phone']),
    every: oneOf(raw['every'], ['weekly', 'daily', 'monthly']),
    interval: count(raw['interval']),
    days: text(raw['days']),
    by: oneOf(raw['by'], ['weekday']),
    date: typed(raw['date']),
    time: typed(raw['time']),
    count: count(raw['count']),
    until: typed(raw['until']),
  }),
  component: lazyRouteComponent(() => import('./editor-page.tsx'), 'SeriesEditorPage'),
});
const seriesCase = page('/cases/series/$id', () => import('./series-page.tsx'), 'SeriesPage');

export const seriesRoutes = [newSeries, seriesCase] as const;
