/** The questions and changes of reports and simulated seasons (the same rules as queries.ts). */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type SimulationRun = Answer<'GET /simulations'>['items'][number];
export type SimulationResult = SimulationRun['results'][number];
export type EquityReport = Answer<'GET /reports/waitlist-equity'>;
export type EquityRow = EquityReport['groups'][number];

export const simulationsQuery = infiniteQueryOptions({
  queryKey: ['simulations'],
  queryFn: ({ pageParam, signal }) => api('GET /simulations', { query: { limit: 10, cursor: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.nextCursor ?? undefined,
});

export type SimulationBody = Request<'POST /simulations'>['body'];
export const keepSimulation = (body: SimulationBody) => api('POST /simulations', { body });

/** @param month `YYYY-MM`; the latest that is over when it is left out */
export const equityQuery = (month: string | undefined) =>
  queryOptions({
    queryKey: ['reports', 'waitlist-equity', month ?? ''],
    queryFn: ({ signal }) =>
      api('GET /reports/waitlist-equity', { query: month === undefined ? {} : { month }, signal }),
    retry: false,
  });
