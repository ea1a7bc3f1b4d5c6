/** The questions and changes of proposed charges (the same rules as queries.ts). */
import { infiniteQueryOptions } from '@tanstack/react-query';
import type { ChargeAction, ChargeKind, ChargeState } from '../../../domain/appointment/charge.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type Charge = Answer<'GET /charges'>['items'][number];

export const chargesQuery = (filter: { readonly state: ChargeState | 'all'; readonly kind?: ChargeKind | undefined }) =>
  infiniteQueryOptions({
    queryKey: ['charges', filter.state, filter.kind ?? ''],
    queryFn: ({ pageParam, signal }) =>
      api('GET /charges', { query: { ...filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });

export type Waiver = Omit<NonNullable<Request<'POST /charges/:id/waive'>['body']>, 'version'>;

export function decideCharge({ id, version }: Pick<Charge, 'id' | 'version'>, action: ChargeAction, waiver?: Waiver) {
  const params = { id };
  const body = { version };
  switch (action) {
    case 'waive':
      return api('POST /charges/:id/waive', { params, body: { ...body, reason: 'other', ...waiver } });
    case 'undo-waive':
      return api('POST /charges/:id/undo-waive', { params, body });
    case 'post':
      return api('POST /charges/:id/post', { params, body });
    case 'undo-post':
      return api('POST /charges/:id/undo-post', { params, body });
  }
}
