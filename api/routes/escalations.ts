import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import { escalationOfCall, fileCall, planOfCall } from '../../db/escalations/escalation-calls.ts';
import { escalationStory, listedEscalation, listEscalations } from '../../db/escalations/escalation-lists.ts';
import { onCallAt, whoCanRespond } from '../../db/escalations/on-call.ts';
import { isoDurationToMs } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { callReasons, callSubjects } from '../../domain/escalation-call.ts';
import { escalationActions, escalationLevels, escalationOutcomes } from '../../domain/escalation.ts';
import { escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import type { RequestContext } from '../context.ts';
import { actOnEscalation as acts } from '../escalations/escalation-actions.ts';
import {
  escalation,
  escalationDetail,
  peopleOf,
  person,
  representEscalation,
  representEscalations,
  target,
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

const callBody = {
  subject: z.strictObject({ kind: z.enum(callSubjects), id }),
  level: z.enum(escalationLevels),
  /** Where help is needed; where the intake or today's visit is, unless told. */
  locationId: id.optional(),
};

export const previewEscalation = route({
  method: 'GET',
  path: '/escalations/preview',
  summary: 'Who would be told of an urgent item that one raises now, and after how long',
  query: z.strictObject({ subjectKind: z.enum(callSubjects), subjectId: id, level: z.enum(escalationLevels), locationId: id.optional() }),
  answer: z.object({
    locationId: id.nullable(),
    steps: z.array(
      z.object({
        /** Since it is raised, ISO-8601. */
        after: z.string(),
        targets: z.array(target),
        people: z.array(person),
      }),
    ),
    /** How long the person who raised it may take it back, ISO-8601. */
    cancelWithin: z.string(),
  }),
  policy: { action: 'escalation:raise' },
  audit: { none: 'who is on call, as the roster shows it' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const at = await databaseTime(trx);
      const asked = {
        subject: { kind: query.subjectKind, id: query.subjectId },
        level: query.level,
        locationId: query.locationId ?? null,
      };
      const { plan, locationId, assignedUserId } = await planOfCall(trx, asked, at);
      const steps = [];
      let after = 0;
      for (const step of plan.steps) {
        const ids: string[] = [];
        for (const one of step.targets) {
          if (one !== 'assigned') ids.push(...(await onCallAt(trx, one, locationId, new Date(at.getTime() + after))));
          else if (assignedUserId !== null) ids.push(...(await whoCanRespond(trx, [assignedUserId])));
        }
        const who = await peopleOf(trx, ids);
        steps.push({ after: `PT${after / 1000}S`, targets: [...step.targets], people: [...new Set(ids)].map(who) });
        after += isoDurationToMs(step.wait);
      }
      return { locationId, steps, cancelWithin: plan.cancelWithin };
    }),
}); // prettier-ignore

export const raiseEscalationRoute = route({
  method: 'POST',
  path: '/escalations',
  summary: 'Raise an urgent item by hand: somebody is told at once; null while no worker has taken it up',
  status: 201,
  body: z.strictObject({
    ...callBody,
    reasonCode: z.enum(callReasons),
    /** Shown on the item's page alone: it is in no message, no history and no log. */
    note: note(500).optional(),
  }),
  answer: z.object({
    callId: id,
    escalation: escalation.nullable(),
    /** One for the same reason was open already, and nobody had answered: this is that one. */
    joined: z.boolean(),
  }),
  policy: { action: 'escalation:raise' },
  audit: { change: 'escalation:raise', entity: 'escalation' },
  handler: async (context, { body }) => {
    const { organizationId, operationId: callId, actor } = context;
    const { subject, reasonCode, level } = body;
    // Filed before anything is asked of the engine: while that is away, a worker's round takes it up.
    const { patientId } = await context.transaction(
      async (trx) =>
        fileCall(trx, {
          id: callId,
          organizationId,
          subject,
          reasonCode,
          level,
          locationId: body.locationId ?? null,
          note: body.note === undefined || body.note.trim() === '' ? null : body.note.trim(),
          actor,
          at: await databaseTime(trx),
        }),
      { operation: true },
    );
    context.concerns({ entityId: callId, patientId, detail: { reasonCode, level } });
    if ((await context.read((trx) => escalationOfCall(trx, callId))) === null)
      await context.ports.temporal
        .raiseEscalation({ organizationId, escalationId: callId })
        .catch((error: unknown) => {
          if (!(error instanceof DomainError) || !waits.has(error.code)) throw error;
        });
    const escalationId = await context.read((trx) => escalationOfCall(trx, callId));
    const shown = escalationId === null ? null : await present(context, escalationId);
    return { callId, escalation: shown, joined: escalationId !== null && escalationId !== callId };
  },
}); // prettier-ignore

/** Nobody is told at this moment; the call stands, and a round takes it up. */
const waits: ReadonlySet<string> = new Set(['unavailable', 'outcome-unknown']);

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
  // Whoever raised it may take it back.
  policy: { action: ['emergency:ack', 'escalation:lead', 'escalation:raise'] },
  audit: { change: 'escalation:act', entity: 'escalation' },
  handler: async (context, { params, body }) => {
    await acts(context, { escalationId: params.id, action: params.action, input: body });
    const shown = await present(context, params.id);
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.version) } });
  },
});
