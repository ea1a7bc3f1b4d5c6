import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import { openingBoard, openingStory } from '../../db/waitlist/waitlist-board.ts';
import { DomainError } from '../../domain/errors.ts';
import { openingActions, openingWorkflowId } from '../../workflows/messages/opening.ts';
import { appointment, representAppointment } from '../appointments/appointment-representation.ts';
import { temporalWebUrl, toTimelineEntry } from '../cases/case-parts.ts';
import { withWhatElseIsFree } from '../waitlist/offer-link.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, id, idParams, limit, listOf, text } from '../schemas.ts';
import { actOnOpening as acts } from '../waitlist/waitlist-actions.ts';
import { allowedOnOpening } from '../waitlist/waitlist-allowed.ts';
import { namesOf, openingNames, representOpening, toOffer, toOpening } from '../waitlist/waitlist-representation.ts';
import { opening, openingDetail, openingItem } from '../waitlist/waitlist-schemas.ts';

const position = z.strictObject({ at: z.iso.datetime({ precision: 6 }), id });

export const listOpenings = route({
  method: 'GET',
  path: '/openings',
  summary: 'Freed times: live ones, soonest first, or those that ended, latest first',
  query: z.strictObject({
    state: z.enum(['live', 'ended', 'all']).default('live'),
    locationId: id.optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(openingItem),
  policy: { action: 'waitlist:read' },
  audit: { read: 'opening:list', entity: 'opening' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, position);
    const page = await context.read(async (trx) => {
      const rows = await openingBoard(trx, { organizationId: context.organizationId, ...query, after });
      const shown = pageOf(rows, query.limit, (row) => row, (row) => ({ at: row.position, id: row.opening.id })); // prettier-ignore
      const names = await namesOf(context, trx, {
        ...openingNames(shown.items.map((row) => row.opening)),
        patients: shown.items.flatMap((row) => row.offers.map((one) => one.patientId)),
      });
      const items = shown.items.map((row) => ({
        ...toOpening(row.opening, names),
        offers: row.offers.map((one) => toOffer(one, names)),
        asked: row.asked,
      }));
      return { items, nextCursor: shown.nextCursor };
    });
    context.concerns({ detail: { shown: page.items.length } });
    return page;
  },
});

export const showOpening = route({
  method: 'GET',
  path: '/openings/:id',
  summary: 'A freed time as a story: who was asked, why in this order, when, what they answered, and what came of it',
  params: idParams,
  answer: openingDetail,
  policy: { action: 'waitlist:read' },
  audit: { read: 'opening:read', entity: 'opening' },
  handler: async (context, { params }) => {
    const shown = await context.read(async (trx) => {
      const story = await openingStory(trx, params.id);
      if (story === null) throw new DomainError('not-found');
      const { history, ranking } = story;
      const names = await namesOf(context, trx, {
        ...openingNames([story.opening]),
        patients: [...history, ...ranking].map((one) => one.patientId),
      });
      const actors = await actorNames(trx, story.timeline.map((row) => row.actor)); // prettier-ignore
      context.concerns({ detail: { shown: ranking.length } });
      return {
        ...toOpening(story.opening, names),
        offers: story.offers.map((one) => toOffer(one, names)),
        asked: story.asked,
        history: history.map((one) => toOffer(one, names)),
        ranking: ranking.map(({ patientId, ...one }) => ({
          ...one,
          reasons: [...one.reasons],
          patient: names.patient(patientId),
        })),
        considered: story.considered,
        chain: [...story.chain],
        timeline: story.timeline.map((row) => toTimelineEntry(row, actors)),
        allowedActions: allowedOnOpening(story, {
          may: context.can('waitlist:manage'),
          at: (await databaseTime(trx)).getTime(),
        }),
        temporalWebUrl: temporalWebUrl(context, openingWorkflowId(params.id)),
      };
    });
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.version) } });
  },
});

export const actOnOpening = route({
  method: 'POST',
  path: '/openings/:id/:action',
  summary:
    'Answer an offer (accept, decline, extend) or steer the promotion (pause, resume, skip, pin, fill, close); 410 offer-expired for a late answer',
  params: z.strictObject({ id, action: z.enum(openingActions) }),
  body: z.strictObject({
    /** accept, decline, extend, skip: which offer is meant, so that a late word never answers the next one. */
    offerId: id.optional(),
    /** pin: who is asked next. */
    entryId: id.optional(),
    /** fill: whom the time is given to by telephone. */
    patientId: id.optional(),
    /** fill, for a patient without an entry. */
    visitTypeId: id.optional(),
    /** decline, skip, close. */
    reason: text(300).optional(),
  }),
  /** accept and fill: the visit that came of it. */
  answer: z.object({ opening, appointment: appointment.nullable() }),
  // A patient answers the own offer; steering is refused in the handler.
  policy: { action: 'waitlist:manage' },
  audit: { change: 'opening:act', entity: 'opening' },
  handler: async (context, { params, body }) => {
    const via = context.actor.kind === 'patient' ? 'portal' : 'front-desk';
    const { opening: after, appointment: visit } = await acts(context, {
      openingId: params.id,
      action: params.action,
      input: { ...body, via },
    }).catch((error: unknown) => withWhatElseIsFree(context, body.offerId, error));
    const shown = await context.read(async (trx) => ({
      opening: await representOpening(context, trx, after),
      appointment: visit === null ? null : await representAppointment(context, trx, visit),
    }));
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.opening.version) } });
  },
});
