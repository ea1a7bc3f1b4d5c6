import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { listMatches, readMatch, resolveMatch } from '../../db/identity/identity-matches.ts';
import { countRows, mergeBlockersOf } from '../../db/identity/patient-merge-view.ts';
import { DomainError } from '../../domain/errors.ts';
import { matchStates } from '../../domain/identity/patient-merge.ts';
import {
  blockers,
  counts,
  match,
  mergeItem,
  presentMatches,
  presentMerges,
} from '../patients/identity-representation.ts';
import { merge } from '../patients/merge-actions.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, limit, listOf, text } from '../schemas.ts';
import { readMerge } from '../../db/identity/patient-merge-view.ts';

const position = z.tuple([z.string().regex(/^-?\d{1,5}\.\d$/), id]);

export const listIdentityMatches = route({
  method: 'GET',
  path: '/identity-matches',
  summary: 'Charts that may be one person’s, the surest first',
  query: z.strictObject({ state: z.enum(matchStates).default('open'), cursor, limit: limit(20, 50) }),
  answer: listOf(match),
  policy: { action: 'identity:review' },
  audit: { read: 'identity-match:list', entity: 'identity-match' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const after = decodeCursor(query.cursor, position);
      const rows = await listMatches(trx, {
        organizationId: context.organizationId,
        state: query.state,
        limit: query.limit,
        after: after === undefined ? undefined : { score: after[0], id: after[1] },
      });
      const shown = await presentMatches(trx, rows.slice(0, query.limit));
      context.concerns({ detail: { shown: shown.length } });
      const page = pageOf(rows, query.limit, (row) => row.id, (row) => [row.score, row.id]); // prettier-ignore
      return { items: shown, nextCursor: page.nextCursor };
    }),
});

export const showIdentityMatch = route({
  method: 'GET',
  path: '/identity-matches/:id',
  summary: 'Both charts side by side, with the weight of each field, and what a link would move',
  params: idParams,
  answer: match.extend({ moves: counts, blockers }),
  policy: { action: 'identity:review' },
  audit: { read: 'identity-match:read', entity: 'identity-match' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await readMatch(trx, context.organizationId, params.id);
      context.concerns({ patientId: row.patient_id });
      const [shown] = await presentMatches(trx, [row]);
      const pair = { survivorId: row.other_patient_id, mergedId: row.patient_id };
      return {
        ...shown!,
        moves: await countRows(trx, row.patient_id),
        blockers: row.state === 'open' ? await mergeBlockersOf(trx, pair, null) : [],
      };
    }),
});

export const linkIdentityMatch = route({
  method: 'POST',
  path: '/identity-matches/:id/link',
  summary:
    'These are one person: the charts are merged; 409 conflict with `blockers` when they may not be as they stand',
  status: 201,
  params: idParams,
  body: z.strictObject({
    /** Which of the two stays; the one on file for longer unless told. */
    survivorId: id.optional(),
    reason: text(300).optional(),
  }),
  answer: mergeItem,
  policy: { action: 'identity:merge' },
  audit: { change: 'identity-match:link', entity: 'identity-match' },
  handler: async (context, { params, body }) => {
    const row = await context.read((trx) => readMatch(trx, context.organizationId, params.id));
    const ids = [row.other_patient_id, row.patient_id];
    const survivorId = body.survivorId ?? row.other_patient_id;
    if (!ids.includes(survivorId))
      throw new DomainError('validation-failed', {
        errors: [{ path: '/body/survivorId', code: 'not-of-the-pair', message: 'One of the two charts.' }],
      });
    const mergedId = ids.find((one) => one !== survivorId)!;
    const merged = await merge(context, { survivorId, mergedId, matchId: row.id, reason: body.reason ?? null });
    return context.read(async (trx) => (await presentMerges(trx, [await readMerge(trx, merged.id)]))[0]!);
  },
});

const decision = <Path extends 'new' | 'dismiss'>(path: Path, summary: string) =>
  route({
    method: 'POST',
    path: `/identity-matches/:id/${path}` as const,
    summary,
    params: idParams,
    body: z.strictObject({ reason: text(300).optional() }),
    answer: match,
    policy: { action: 'identity:review' },
    audit: { change: `identity-match:${path}`, entity: 'identity-match' },
    handler: (context, { params, body }) =>
      context.transaction(
        async (trx) => {
          const { organizationId, actor } = context;
          const at = await databaseTime(trx);
          await resolveMatch(trx, {
            organizationId,
            matchId: params.id,
            decision: path,
            reason: body.reason,
            actor,
            at,
          });
          const row = await readMatch(trx, organizationId, params.id);
          context.concerns({ patientId: row.patient_id });
          return (await presentMatches(trx, [row]))[0]!;
        },
        { operation: true },
      ),
  });

export const markIdentityMatchNew = decision('new', 'These are two people: nobody is asked about this pair again');
export const dismissIdentityMatch = decision('dismiss', 'Nothing can be said about these two: taken off the list');
