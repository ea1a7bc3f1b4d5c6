/** The questions and changes of absences and outages (the same rules as queries.ts). */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';
import type { AbsenceAction, CaseAction } from '../../../domain/schedule/absence.ts';

const minute = 60_000;

export type Absence = Answer<'GET /absences'>['items'][number];
export type AbsencePage = Answer<'GET /absences/:id'>;
export type AbsenceCase = AbsencePage['cases'][number];
export type PathEntry = AbsenceCase['path'][number];
export type Declaration = Omit<Request<'POST /absences'>['body'], 'dryRun'>;
export type Affected = Answer<'POST /absences'>['affected'][number];

export const absencesQuery = (state: 'open' | 'ended') =>
  infiniteQueryOptions({
    queryKey: ['absences', 'list', state],
    queryFn: ({ pageParam, signal }) =>
      api('GET /absences', { query: { state, limit: state === 'open' ? 200 : 30, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // The live connection makes it stale at once; this is the safety net when the connection is away.
    refetchInterval: minute,
  });

export const absenceQuery = (id: string) =>
  queryOptions({
    queryKey: ['absences', 'one', id],
    queryFn: ({ signal }) => api('GET /absences/:id', { params: { id }, signal }),
    staleTime: 2_000,
    refetchInterval: minute,
  });

export const previewAbsence = (body: Declaration) => api('POST /absences', { body: { ...body, dryRun: true } });
/** The key belongs to what was previewed: pressing again declares nothing twice. */
export const declareAbsence = (body: Declaration, idempotencyKey: string) =>
  api('POST /absences', { body, idempotencyKey });

export type AbsenceWord = NonNullable<Request<'POST /absences/:id/:action'>['body']>;
export const actOnAbsence = (id: string, action: AbsenceAction, body: AbsenceWord) =>
  api('POST /absences/:id/:action', { params: { id, action }, body });
export const actOnCase = (id: string, appointmentId: string, action: CaseAction, body: { reason?: string }) =>
  api('POST /absences/:id/cases/:appointmentId/:action', { params: { id, appointmentId, action }, body });
