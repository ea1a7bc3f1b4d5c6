/** The questions and changes of the waitlist: wishes, freed times, offers (the same rules as queries.ts). */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Request } from '../../shared/api-client.ts';
import type { OpeningAction } from '../../../workflows/messages/opening.ts';
import type { WaitlistEntryAction } from '../../../workflows/messages/waitlist-entry.ts';

const minute = 60_000;

export interface OpeningFilter {
  readonly state: 'live' | 'ended';
  readonly locationId?: string | undefined;
}
export const openingsQuery = (filter: OpeningFilter) =>
  infiniteQueryOptions({
    queryKey: ['openings', filter.state, filter.locationId ?? ''],
    queryFn: ({ pageParam, signal }) =>
      api('GET /openings', {
        query: { ...filter, limit: filter.state === 'live' ? 200 : 30, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // The live connection makes it stale at once; this is the safety net when the connection is away.
    refetchInterval: minute,
  });

export const openingQuery = (id: string) =>
  queryOptions({
    queryKey: ['openings', 'one', id],
    queryFn: ({ signal }) => api('GET /openings/:id', { params: { id }, signal }),
    staleTime: 5_000,
    refetchInterval: minute,
  });

export type OpeningBody = NonNullable<Request<'POST /openings/:id/:action'>['body']>;
export const actOnOpening = (id: string, action: OpeningAction, body: OpeningBody) =>
  api('POST /openings/:id/:action', { params: { id, action }, body });

export const wishesQuery = (patientId: string) =>
  queryOptions({
    queryKey: ['waitlist', patientId],
    queryFn: ({ signal }) => api('GET /waitlist-entries', { query: { patientId, limit: 200 }, signal }),
    retry: false,
  });

export const wishQuery = (id: string) =>
  queryOptions({
    queryKey: ['waitlist', 'one', id],
    queryFn: ({ signal }) => api('GET /waitlist-entries/:id', { params: { id }, signal }),
    retry: false,
  });

export type WishBody = Request<'POST /waitlist-entries'>['body'];
export const joinWaitlist = (body: WishBody) => api('POST /waitlist-entries', { body });

export type WishActionBody = NonNullable<Request<'POST /waitlist-entries/:id/:action'>['body']>;
export const actOnWish = (id: string, action: WaitlistEntryAction, body: WishActionBody) =>
  api('POST /waitlist-entries/:id/:action', { params: { id, action }, body });
