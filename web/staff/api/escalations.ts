/** The questions and changes of urgent items and of the roster (the same rules as queries.ts). */
import { queryOptions } from '@tanstack/react-query';
import type { EscalationAction } from '../../../domain/escalation.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type Escalation = Answer<'GET /escalations'>['items'][number];
export type EscalationDetail = Answer<'GET /escalations/:id'>;
export type Scope = 'open' | 'mine' | 'ended';

const minute = 60_000;

export const escalationsQuery = (scope: Scope) =>
  queryOptions({
    queryKey: ['escalations', 'list', scope],
    queryFn: ({ signal }) => api('GET /escalations', { query: { scope }, signal }),
    // News comes by the live connection; this is for when it is away.
    refetchInterval: minute,
  });

export const escalationQuery = (id: string) =>
  queryOptions({
    queryKey: ['escalations', 'one', id],
    queryFn: ({ signal }) => api('GET /escalations/:id', { params: { id }, signal }),
    refetchInterval: minute,
  });

export type RaiseBody = NonNullable<Request<'POST /escalations'>['body']>;
export const raiseEscalation = (body: RaiseBody) => api('POST /escalations', { body });

export type RaisePreview = Answer<'GET /escalations/preview'>;
export const raisePreviewQuery = (asked: Pick<RaiseBody, 'subject' | 'level' | 'locationId'>) =>
  queryOptions({
    queryKey: ['escalations', 'preview', asked],
    queryFn: ({ signal }) =>
      api('GET /escalations/preview', {
        query: {
          subjectKind: asked.subject.kind,
          subjectId: asked.subject.id,
          level: asked.level,
          ...(asked.locationId !== undefined && { locationId: asked.locationId }),
        },
        signal,
      }),
    staleTime: 0,
  });

export type EscalationBody = NonNullable<Request<'POST /escalations/:id/:action'>['body']>;
export const actOnEscalation = (id: string, action: EscalationAction, body: EscalationBody) =>
  api('POST /escalations/:id/:action', { params: { id, action }, body });

export type Shift = Answer<'GET /on-call/shifts'>['items'][number];
export type Reach = Answer<'GET /on-call/people'>['items'][number];

export const shiftsQuery = (from: string, until: string) =>
  queryOptions({
    queryKey: ['on-call', 'shifts', from, until],
    queryFn: ({ signal }) => api('GET /on-call/shifts', { query: { from, until }, signal }),
  });

export const onCallNowQuery = (locationId: string) =>
  queryOptions({
    queryKey: ['on-call', 'now', locationId],
    queryFn: ({ signal }) => api('GET /on-call/now', { query: locationId === '' ? {} : { locationId }, signal }),
    refetchInterval: minute,
  });

export const onCallPeopleQuery = queryOptions({
  queryKey: ['on-call', 'people'],
  queryFn: ({ signal }) => api('GET /on-call/people', { signal }),
});

export const addShift = (body: NonNullable<Request<'POST /on-call/shifts'>['body']>) =>
  api('POST /on-call/shifts', { body });
export const removeShift = (id: string) => api('DELETE /on-call/shifts/:id', { params: { id } });
export const setReach = (id: string, body: NonNullable<Request<'PUT /on-call/people/:id'>['body']>) =>
  api('PUT /on-call/people/:id', { params: { id }, body });
