/** What intakes left in a chart. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type ChartFact = Answer<'GET /patients/:id/chart-facts'>['items'][number];
export type Verdict = Request<'POST /patients/:id/chart-facts/:factId/verify'>['body'];

/** Below the patient's key: a change of the chart reads it again. */
export const chartFactsQuery = (id: string, language: string) =>
  queryOptions({
    queryKey: ['patient', id, 'chart-facts', language],
    queryFn: ({ signal }) => api('GET /patients/:id/chart-facts', { params: { id }, query: { language }, signal }),
  });
export const verifyChartFact = (id: string, factId: string, body: Verdict) =>
  api('POST /patients/:id/chart-facts/:factId/verify', { params: { id, factId }, body });
