/** The questions and changes of the walk-in queues (the same rules as queries.ts). */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';
import type { WalkInAction } from '../../../domain/walk-in.ts';

const minute = 60_000;

export type WalkInBoard = Answer<'GET /walk-ins'>;
export type WalkIn = WalkInBoard['items'][number];
export type BoardQueue = WalkInBoard['queues'][number];
export type Queue = Answer<'GET /queues'>['items'][number];

export const walkInsQuery = (locationId: string, language: string) =>
  queryOptions({
    queryKey: ['walk-ins', locationId, language],
    queryFn: ({ signal }) => api('GET /walk-ins', { query: { locationId }, signal }),
    enabled: locationId !== '',
    // Waits move with the clock; what happens is told by the live connection.
    refetchInterval: minute,
  });

export type ArrivalBody = NonNullable<Request<'POST /walk-ins'>['body']>;
export const arriveWalkIn = (body: ArrivalBody, idempotencyKey: string) =>
  api('POST /walk-ins', { body, idempotencyKey });

export type WalkInBody = NonNullable<Request<'POST /walk-ins/:id/:action'>['body']>;
export const actOnWalkIn = (id: string, action: WalkInAction, body: WalkInBody) =>
  api('POST /walk-ins/:id/:action', { params: { id, action }, body });

export const walkInCaseQuery = (id: string) =>
  queryOptions({
    queryKey: ['walk-ins', 'case', id],
    queryFn: ({ signal }) => api('GET /cases/walk-in/:id', { params: { id }, signal }),
  });

export const queuesQuery = (language: string) =>
  queryOptions({
    queryKey: ['queues', language],
    queryFn: ({ signal }) => api('GET /queues', { signal }),
  });
export type QueueBody = NonNullable<Request<'POST /queues'>['body']>;
export const addQueue = (body: QueueBody) => api('POST /queues', { body });
export const changeQueue = (id: string, body: NonNullable<Request<'PATCH /queues/:id'>['body']>, version: number) =>
  api('PATCH /queues/:id', { params: { id }, body, ifMatch: `"${version}"` });

export const displayQuery = (id: string, language: string) =>
  queryOptions({
    queryKey: ['walk-ins', 'display', id, language],
    queryFn: ({ signal }) => api('GET /queues/:id/display', { params: { id }, signal }),
    refetchInterval: minute / 2,
  });
