import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { readBoard, readQueues } from '../../db/walk-ins/walk-in-board.ts';
import { actorNames } from '../../db/cases/cases.ts';
import { walkInStory } from '../../db/walk-ins/walk-in-story.ts';
import { readWalkInRow, settleWalkIn, toWalkInView } from '../../db/walk-ins/walk-in-view.ts';
import type { Trx } from '../../db/connection.ts';
import { DomainError } from '../../domain/errors.ts';
import { walkInActions, walkInStates } from '../../domain/walk-in.ts';
import { walkInWorkflowId } from '../../workflows/messages/walk-in.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import type { RequestContext } from '../context.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { id, idParams, text } from '../schemas.ts';
import { actOnWalkIn as acts, arrive } from '../waitlist/walk-in-actions.ts';
import {
  boardQueue,
  representBoards,
  representWalkIns,
  triageLevel,
  walkIn,
} from '../waitlist/walk-in-representation.ts';

const identifiersVerified = z.array(text(40)).max(6);

/** One walk-in as it stands now, with its place and wait. */
async function present(context: RequestContext, trx: Trx, walkInId: string): Promise<z.output<typeof walkIn>> {
  const { queue_id: queueId } = await readWalkInRow(trx, walkInId);
  const [queue] = await readQueues(trx, { organizationId: context.organizationId, id: queueId });
  const board = await readBoard(trx, queue!, await databaseTime(trx));
  const { items } = await representBoards(context, trx, [board]);
  const shown = items.find((one) => one.id === walkInId);
  if (shown !== undefined) return shown;
  const [over] = await representWalkIns(context, trx, [toWalkInView(await readWalkInRow(trx, walkInId))]);
  return over!;
}

async function answer(context: RequestContext, walkInId: string) {
  const shown = await context.read((trx) => present(context, trx, walkInId));
  return new RouteAnswer(shown, {
    headers: { ETag: etag(shown.version), Location: `/api/v1/walk-ins/${shown.id}` },
  });
}

export const arriveWalkIn = route({
  method: 'POST',
  path: '/walk-ins',
  summary: 'A patient has come without an appointment; 409 already-in-queue when they wait already',
  status: 201,
  body: z.strictObject({
    queueId: id,
    patientId: id,
    /** Left out: nobody has looked yet. Without `walk-in:triage`, 1 or 2 only. */
    level: triageLevel.nullable().optional(),
    /** What the patient came for, in a few words. */
    reason: text(300).nullable().optional(),
    /** What was compared, such as `name` and `birth-date`; two are needed for the visit. */
    identifiersVerified: identifiersVerified.optional(),
  }),
  answer: walkIn,
  policy: { action: 'walk-in:manage' },
  audit: { change: 'walk-in:arrive', entity: 'walk-in' },
  handler: async (context, { body }) => {
    const arrived = await arrive(context, {
      queueId: body.queueId,
      patientId: body.patientId,
      level: body.level ?? null,
      reason: body.reason ?? null,
      identifiersVerified: body.identifiersVerified ?? [],
    });
    return answer(context, arrived.id);
  },
});

export const listWalkIns = route({
  method: 'GET',
  path: '/walk-ins',
  summary: 'The queues with who is in them: who waits in order, who is called or being seen, who left today',
  query: z.strictObject({ queueId: id.optional(), locationId: id.optional() }),
  answer: z.object({ queues: z.array(boardQueue), items: z.array(walkIn) }),
  policy: { action: 'walk-in:read' },
  audit: { read: 'walk-in:list', entity: 'walk-in' },
  handler: async (context, { query }) => {
    const board = await context.read(async (trx) => {
      const at = await databaseTime(trx);
      const queues = await readQueues(trx, {
        organizationId: context.organizationId,
        id: query.queueId,
        locationId: query.locationId,
        activeOnly: true,
      });
      if (queues.length === 0 && query.queueId !== undefined) throw new DomainError('not-found');
      const boards = [];
      for (const queue of queues) boards.push(await readBoard(trx, queue, at));
      return representBoards(context, trx, boards);
    });
    context.concerns({ detail: { shown: board.items.length } });
    return board;
  },
});

export const showWalkIn = route({
  method: 'GET',
  path: '/walk-ins/:id',
  summary: 'One walk-in, with its place in the queue and about how long it waits',
  params: idParams,
  answer: walkIn,
  policy: { action: 'walk-in:read' },
  audit: { read: 'walk-in:read', entity: 'walk-in' },
  handler: async (context, { params }) => {
    const shown = await context.read((trx) => present(context, trx, params.id));
    context.concerns({ patientId: shown.patientId });
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.version) } });
  },
});

export const actOnWalkIn = route({
  method: 'POST',
  path: '/walk-ins/:id/:action',
  summary: 'Triage, move, transfer, call, start, finish and end a walk-in, and take a call or a leaving back',
  params: z.strictObject({ id, action: z.enum(walkInActions) }),
  body: z.strictObject({
    /** triage. */
    level: triageLevel.optional(),
    /** move, with a reason: one place among those of the same level. */
    direction: z.enum(['up', 'down']).optional(),
    /** transfer: another queue of the same place. */
    queueId: id.optional(),
    /** call. */
    practitionerId: id.optional(),
    /** call: what was compared, when it was not done on arrival. */
    identifiersVerified: identifiersVerified.optional(),
    /** finish. */
    noNoteReason: text(300).optional(),
    /** Needed for move, transfer-out and entered-in-error. */
    reason: text(300).optional(),
  }),
  answer: walkIn,
  policy: { action: ['walk-in:manage', 'appointment:complete'] },
  audit: { change: 'walk-in:act', entity: 'walk-in' },
  handler: async (context, { params, body }) => {
    await acts(context, { walkInId: params.id, action: params.action, input: body });
    return answer(context, params.id);
  },
});

export const showWalkInCase = route({
  method: 'GET',
  path: '/cases/walk-in/:id',
  summary: 'A walk-in as a case: its timers, its visit, everything that happened',
  params: idParams,
  answer: z.object({
    id,
    kind: z.literal('walk-in'),
    state: z.enum(walkInStates),
    nextTimers: z.array(z.object({ name: z.string(), dueAt: z.string() })),
    /** Oldest first. */
    timeline: z.array(timelineEntry),
    appointmentId: id.nullable(),
    temporalWebUrl: z.string().nullable(),
  }),
  policy: { action: 'case:read' },
  audit: { read: 'case:read', entity: 'walk-in' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await readWalkInRow(trx, params.id);
      const { walkIn: view, timers } = await settleWalkIn(trx, row);
      context.concerns({ patientId: view.patientId });
      const timeline = await walkInStory(trx, view.id);
      const names = await actorNames(trx, timeline.map((entry) => entry.actor)); // prettier-ignore
      return {
        id: view.id,
        kind: 'walk-in' as const,
        state: view.state,
        nextTimers: timers.map(({ name, dueAt }) => ({ name, dueAt })),
        timeline: timeline.map((entry) => toTimelineEntry(entry, names)),
        appointmentId: view.appointmentId,
        temporalWebUrl: temporalWebUrl(context, walkInWorkflowId(view.id)),
      };
    }),
});
