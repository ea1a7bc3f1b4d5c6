import { z } from 'zod';
import {
  chooseSurvivor,
  countMoved,
  countRows,
  listMerges,
  mergeBlockersOf,
  readMerge,
} from '../../db/identity/patient-merge-view.ts';
import { undoneCounts } from '../../db/identity/patient-merges.ts';
import { survivingChart } from '../../db/charts/charts.ts';
import { blockers, chart, counts, mergeItem, presentMerges, readCharts } from '../patients/identity-representation.ts';
import { merge, undoMerge } from '../patients/merge-actions.ts';
import type { RequestContext } from '../context.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, instant, limit, listOf, text } from '../schemas.ts';

const detail = mergeItem.extend({
  /** What moved, by kind. */
  moved: counts,
  /** Values that undoing put back, and those it left, as somebody had changed or removed them since. */
  undone: z.object({ restored: z.int(), changedSince: z.int(), gone: z.int() }),
  /** The survivor has gone into another chart since: that merge is undone first. */
  inAnother: z.boolean(),
});

async function present(context: RequestContext, mergeId: string): Promise<z.output<typeof detail>> {
  return context.read(async (trx) => {
    const row = await readMerge(trx, mergeId);
    context.concerns({ patientId: row.survivor_id });
    const [shown] = await presentMerges(trx, [row]);
    const undone = await undoneCounts(trx, row.id);
    return {
      ...shown!,
      moved: await countMoved(trx, row.id),
      undone: { restored: undone.restored, changedSince: undone['changed-since'], gone: undone.gone },
      inAnother: (await survivingChart(trx, row.survivor_id)) !== row.survivor_id,
    };
  });
}

export const createPatientMerge = route({
  method: 'POST',
  path: '/patient-merges',
  summary: 'Two charts become one; 409 conflict with `blockers` when they may not as they stand',
  status: 201,
  body: z.strictObject({ survivorId: id, mergedId: id, reason: text(300) }),
  answer: detail,
  policy: { action: 'identity:merge' },
  audit: { change: 'patient-merge:merge', entity: 'patient-merge' },
  handler: async (context, { body }) => present(context, (await merge(context, { ...body, matchId: null })).id),
});

export const previewPatientMerge = route({
  method: 'GET',
  path: '/patient-merges/preview',
  summary: 'What a merge of two charts would move, and what stands against it',
  query: z.strictObject({ a: id, b: id, survivorId: id.optional() }),
  answer: z.object({ survivor: chart, merged: chart, moves: counts, blockers }),
  policy: { action: 'identity:merge' },
  audit: { read: 'patient-merge:preview', entity: 'patient-merge' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const chosen = await chooseSurvivor(trx, [query.a, query.b]);
      const pair =
        query.survivorId === chosen.mergedId ? { survivorId: chosen.mergedId, mergedId: chosen.survivorId } : chosen;
      context.concerns({ patientId: pair.survivorId });
      const charts = await readCharts(trx, [pair.survivorId, pair.mergedId]);
      return {
        survivor: charts.get(pair.survivorId)!,
        merged: charts.get(pair.mergedId)!,
        moves: await countRows(trx, pair.mergedId),
        blockers: await mergeBlockersOf(trx, pair, null),
      };
    }),
});

export const listPatientMerges = route({
  method: 'GET',
  path: '/patient-merges',
  summary: 'Merges, newest first, those made without a person among them',
  query: z.strictObject({ patientId: id.optional(), cursor, limit: limit(20, 50) }),
  answer: listOf(mergeItem),
  policy: { action: 'identity:review' },
  audit: { read: 'patient-merge:list', entity: 'patient-merge' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const after = decodeCursor(query.cursor, z.tuple([instant, id]));
      const rows = await listMerges(trx, {
        organizationId: context.organizationId,
        patientId: query.patientId,
        limit: query.limit,
        after: after === undefined ? undefined : { at: after[0], id: after[1] },
      });
      const shown = await presentMerges(trx, rows.slice(0, query.limit));
      context.concerns({ patientId: query.patientId, detail: { shown: shown.length } });
      const page = pageOf(rows, query.limit, (row) => row.id, (row) => [row.requested_at.toISOString(), row.id]); // prettier-ignore
      return { items: shown, nextCursor: page.nextCursor };
    }),
});

export const showPatientMerge = route({
  method: 'GET',
  path: '/patient-merges/:id',
  summary: 'One merge: both charts, what moved, and what undoing did',
  params: idParams,
  answer: detail,
  policy: { action: 'identity:review' },
  audit: { read: 'patient-merge:read', entity: 'patient-merge' },
  handler: (context, { params }) => present(context, params.id),
});

export const undoPatientMerge = route({
  method: 'POST',
  path: '/patient-merges/:id/unmerge',
  summary: 'These are two people after all: every row that moved goes back; what came later stays where it was written',
  params: idParams,
  body: z.strictObject({ reason: text(300) }),
  answer: detail,
  policy: { action: 'identity:merge' },
  audit: { change: 'patient-merge:unmerge', entity: 'patient-merge' },
  handler: async (context, { params, body }) =>
    present(context, (await undoMerge(context, { mergeId: params.id, reason: body.reason })).id),
});
