/** The questions and changes of group sessions, and of visits by video (the same rules as queries.ts). */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

const minute = 60_000;

export type GroupSession = Answer<'GET /group-sessions'>['items'][number];
export type GroupStory = Answer<'GET /group-sessions/:id'>;
export type Seat = GroupStory['seats'][number];
export type Telehealth = Answer<'GET /telehealth/:id'>;

export interface GroupFilter {
  /** RFC 3339 UTC. */
  readonly from: string;
  readonly to: string;
  readonly locationId?: string | undefined;
  readonly practitionerId?: string | undefined;
}
export const groupsQuery = (filter: GroupFilter) =>
  queryOptions({
    queryKey: ['groups', filter],
    queryFn: ({ signal }) => api('GET /group-sessions', { query: { ...filter }, signal }),
    refetchInterval: minute,
  });

export const groupQuery = (id: string) =>
  queryOptions({
    queryKey: ['groups', 'one', id],
    queryFn: ({ signal }) => api('GET /group-sessions/:id', { params: { id }, signal }),
    staleTime: 5_000,
    refetchInterval: minute,
  });

export type GroupBody = NonNullable<Request<'POST /group-sessions'>['body']>;
export const openGroup = (body: GroupBody) => api('POST /group-sessions', { body });
export const bookSeat = (id: string, patientId: string) =>
  api('POST /group-sessions/:id/seats', { params: { id }, body: { patientId } });
export const changeCapacity = (id: string, capacity: number) =>
  api('POST /group-sessions/:id/capacity', { params: { id }, body: { capacity } });
export const cancelGroup = (id: string, reason: string) =>
  api('POST /group-sessions/:id/cancel', { params: { id }, body: { reason } });

export const telehealthQuery = (id: string) =>
  queryOptions({
    queryKey: ['case', 'telehealth', id],
    queryFn: ({ signal }) => api('GET /telehealth/:id', { params: { id }, signal }),
    refetchInterval: minute,
  });
export const joinTelehealth = (id: string) => api('POST /telehealth/:id/link', { params: { id }, body: {} });
