/** The questions and changes of duplicates and merges (the same rules as queries.ts). */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';

export type Match = Answer<'GET /identity-matches'>['items'][number];
export type MatchDetail = Answer<'GET /identity-matches/:id'>;
export type Chart = Match['patient'];
export type Merge = Answer<'GET /patient-merges'>['items'][number];
export type MergeDetail = Answer<'GET /patient-merges/:id'>;
export type MatchState = Match['state'];

export const matchesQuery = (state: MatchState) =>
  infiniteQueryOptions({
    queryKey: ['identity-matches', 'list', state],
    queryFn: ({ pageParam, signal }) => api('GET /identity-matches', { query: { state, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });

export const matchQuery = (id: string) =>
  queryOptions({
    queryKey: ['identity-matches', 'one', id],
    queryFn: ({ signal }) => api('GET /identity-matches/:id', { params: { id }, signal }),
  });

export const linkMatch = (id: string, body: { survivorId: string; reason?: string }) =>
  api('POST /identity-matches/:id/link', { params: { id }, body });
export const tellApart = (id: string, body: { reason?: string }) =>
  api('POST /identity-matches/:id/new', { params: { id }, body });
export const dismissMatch = (id: string, body: { reason?: string }) =>
  api('POST /identity-matches/:id/dismiss', { params: { id }, body });

export const mergesQuery = infiniteQueryOptions({
  queryKey: ['patient-merges', 'list'],
  queryFn: ({ pageParam, signal }) => api('GET /patient-merges', { query: { cursor: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.nextCursor ?? undefined,
});

export const mergeQuery = (id: string) =>
  queryOptions({
    queryKey: ['patient-merges', 'one', id],
    queryFn: ({ signal }) => api('GET /patient-merges/:id', { params: { id }, signal }),
  });

export const undoMerge = (id: string, reason: string) =>
  api('POST /patient-merges/:id/unmerge', { params: { id }, body: { reason } });
