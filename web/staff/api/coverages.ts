/** The questions and changes of a patient's insurance (the same rules as queries.ts). */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type Coverage = Answer<'GET /patients/:id/coverages'>['items'][number];
export type CoverageFields = NonNullable<Request<'POST /patients/:id/coverages'>['body']>;

export const coveragesQuery = (patientId: string) =>
  queryOptions({
    queryKey: ['coverages', patientId],
    queryFn: ({ signal }) => api('GET /patients/:id/coverages', { params: { id: patientId }, signal }),
  });

export const fileCoverage = (patientId: string, body: CoverageFields) =>
  api('POST /patients/:id/coverages', { params: { id: patientId }, body });
export const askCoverageAgain = (id: string) => api('POST /coverages/:id/ask-again', { params: { id } });
export const endCoverage = (id: string, reason: string) =>
  api('POST /coverages/:id/cancel', { params: { id }, body: { reason } });

export const documentAddress = (id: string): string => `/api/v1/documents/${id}`;
