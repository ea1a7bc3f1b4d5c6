/** The questions and changes of recurring series (the same rules as queries.ts). */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

const minute = 60_000;
const underWay: ReadonlySet<string> = new Set(['booking', 'undoing', 'changing']);

export type SeriesCase = Answer<'GET /cases/series/:id'>;
export type Series = SeriesCase['series'];
export type Occurrence = Series['occurrences'][number];
export type SeriesItem = Answer<'GET /series'>['items'][number];
export type ReportItem = Answer<'POST /series/preview'>['items'][number];
export type SeriesBody = Request<'POST /series'>['body'];
export type SeriesChoice = NonNullable<SeriesBody['choices']>[number];

export const isUnderWay = (state: string): boolean => underWay.has(state);

export const seriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['series', 'one', id],
    queryFn: ({ signal }) => api('GET /cases/series/:id', { params: { id }, signal }),
    // The live connection tells of each visit; a step that was refused changes nothing that would be told.
    refetchInterval: ({ state }) => (isUnderWay(state.data?.state ?? '') ? 2_000 : minute),
  });

export const patientSeriesQuery = (patientId: string) =>
  queryOptions({
    queryKey: ['series', 'patient', patientId],
    queryFn: ({ signal }) => api('GET /series', { query: { patientId, limit: 200 }, signal }),
    retry: false,
  });

/** Asked when somebody asks: live news does not make fifty looks at the calendar each time. */
export const previewQuery = (body: SeriesBody | null) =>
  queryOptions({
    queryKey: ['series-preview', body],
    queryFn: ({ signal }) => api('POST /series/preview', { body: body!, signal }),
    enabled: body !== null,
    placeholderData: keepPreviousData,
    staleTime: minute,
    gcTime: minute,
    retry: false,
  });

export const bookSeries = (body: SeriesBody, idempotencyKey: string) => api('POST /series', { body, idempotencyKey });

export type SeriesMove = Request<'POST /series/:id/change'>['body'];
export const moveSeries = (id: string, body: SeriesMove, idempotencyKey: string) =>
  api('POST /series/:id/change', { params: { id }, body, idempotencyKey });

export type SeriesCancel = Request<'POST /series/:id/cancel'>['body'];
export const cancelSeries = (id: string, body: SeriesCancel, idempotencyKey: string) =>
  api('POST /series/:id/cancel', { params: { id }, body, idempotencyKey });
