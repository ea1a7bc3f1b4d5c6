import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import { escalationStory, listedEscalation, listEscalations } from '../../db/escalations/escalation-lists.ts';
import { DomainError } from '../../domain/errors.ts';
import { escalationActions, escalationOutcomes } from '../../domain/escalation.ts';
import { escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import type { RequestContext } from '../context.ts';
import { actOnEscalation as acts } from '../escalations/escalation-actions.ts';
import {
  escalation,
  escalationDetail,
  representEscalation,
  representEscalations,
} from '../escalations/escalation-representation.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, id, idParams, limit, listOf, note, text } from '../schemas.ts';

const position = z.strictObject({ at: z.iso.datetime({ precision: 6 }), id });

export const listEscalationsRoute = route({
  method: 'GET',
  path: '/escalations',
  summary: 'Urgent items: open ones, those that concern oneself, or ended ones (latest first)',
  query: z.strictObject({
    /** `mine`: what one was told of and nobody has answered, what one has, and what nobody answers if one leads. */
    scope: z.enum(['open', 'mine', 'ended']).default('open'),
    limit: limit(100, 200),
    cursor,
  }),
  answer: listOf(escalation),
  policy: { action: 'escalation:read' },
  audit: { read: 'escalation:list', entity: 'escalation' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const rows = await listEscalations(trx, {
        organizationId: context.organizationId,
        scope: query.scope,
        userId: context.user.userId,
        leads: context.can('escalation:lead'),
        limit: query.limit,
        after: decodeCursor(query.cursor, position),
      });
      const page = pageOf(rows, query.limit, (row) => row, (row) => ({ at: row.position, id: row.id })); // prettier-ignore
      context.concerns({ detail: { shown: page.items.length } });
      return { items: await representEscalations(context, trx, page.items), nextCursor: page.nextCursor };
    }),
});

export const showEscalation = route({
  method: 'GET',
  path: '/escalations/:id',
  summary: 'One urgent item: who was told, who comes next and when, who has it, everything that happened',
  params: idParams,
  answer: escalationDetail.extend({
    /** Oldest first. */
    timeline: z.array(timelineEntry),
    temporalWebUrl: z.string().nullable(),
  }),
  policy: { action: 'escalation:read' },
  audit: { read: 'escalation:read', entity: 'escalation' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await listedEscalation(trx, params.id);
      if (row === undefined) throw new DomainError('not-found');
      context.concerns({ patientId: row.patient_id });
      const story = await escalationStory(trx, row.id);
      const names = await actorNames(trx, story.map((entry) => entry.actor)); // prettier-ignore
      const shown = await representEscalation(context, trx, row);
      const body = {
        ...shown,
        timeline: story.map((entry) => toTimelineEntry(withoutReason(entry, shown.reasonCode !== null), names)),
        temporalWebUrl: temporalWebUrl(context, escalationWorkflowId(row.id)),
      };
      return new RouteAnswer(body, { headers: { ETag: etag(row.version) } });
    }),
});

/** The code of the reason stands in the history as well. */
function withoutReason<T extends { readonly data: Record<string, unknown> | null }>(entry: T, seesWhy: boolean): T {
  if (seesWhy || entry.data === null) return entry;
  const { reasonCode: _reasonCode, ...data } = entry.data;
  return { ...entry, data };
}

async function present(context: RequestContext, escalationId: string): Promise<z.output<typeof escalation>> {
  return context.read(async (trx) => {
    const row = await listedEscalation(trx, escalationId);
    if (row === undefined) throw new DomainError('not-found');
    const [shown] = await representEscalations(context, trx, [row]);
    return shown!;
  });
}

export const actOnEscalation = route({
  method: 'POST',
  path: '/escalations/:id/:action',
  summary: 'Acknowledge an urgent item one was told of, ask for more time, say what came of it, or take it back',
  params: z.strictObject({ id, action: z.enum(escalationActions) }),
  body: z.strictObject({
    /** ack: in how many minutes one can see to it. */
    etaMinutes: z.int().min(0).max(720).optional(),
    /** extend, cancel: needed. */
    reason: text(300).optional(),
    /** resolve: needed. */
    outcome: z.enum(escalationOutcomes).optional(),
    /** resolve. */
    note: note(500).optional(),
  }),
  answer: escalation,
  policy: { action: ['emergency:ack', 'escalation:lead'] },
  audit: { change: 'escalation:act', entity: 'escalation' },
  handler: async (context, { params, body }) => {
    await acts(context, { escalationId: params.id, action: params.action, input: body });
    const shown = await present(context, params.id);
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.version) } });
  },
});
