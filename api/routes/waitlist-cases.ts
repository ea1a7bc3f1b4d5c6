import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import { entryStory } from '../../db/waitlist/entry-story.ts';
import { openingStory } from '../../db/waitlist/waitlist-board.ts';
import { settleEntry } from '../../db/waitlist/waitlist-entry-timers.ts';
import { readEntryRow } from '../../db/waitlist/waitlist-entry-view.ts';
import { offersOfEntry } from '../../db/waitlist/waitlist-lists.ts';
import { DomainError } from '../../domain/errors.ts';
import { liveOpeningStates, openingStates, waitlistStates } from '../../domain/waitlist/waitlist.ts';
import { openingActions, openingWorkflowId } from '../../workflows/messages/opening.ts';
import { waitlistEntryActions, waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import { openingWaitsFor, waitingFor, wishWaitsFor } from '../cases/case-state.ts';
import { route } from '../route.ts';
import { id, idParams } from '../schemas.ts';
import { allowedOnEntry, allowedOnOpening } from '../waitlist/waitlist-allowed.ts';

const caseParts = {
  id,
  waitingFor: waitingFor.nullable(),
  nextTimers: z.array(z.object({ name: z.string(), dueAt: z.string() })),
  /** Oldest first. */
  timeline: z.array(timelineEntry),
  related: z.array(
    z.object({ kind: z.enum(['appointment', 'opening', 'waitlist-entry']), relation: z.string(), id, state: z.string().nullable(), at: z.string().nullable() }),
  ), // prettier-ignore
  temporalWebUrl: z.string().nullable(),
};
const allowed = <Action extends string>(actions: readonly [Action, ...Action[]]) =>
  z.array(z.object({ action: z.enum(actions), possible: z.boolean() }));

export const showOpeningCase = route({
  method: 'GET',
  path: '/cases/opening/:id',
  summary:
    'A freed time as a case: what it waits for, its timers, everything that happened; GET /openings/{id} has more',
  params: idParams,
  answer: z.object({
    ...caseParts,
    kind: z.literal('opening'),
    state: z.enum(openingStates),
    allowedActions: allowed(openingActions),
  }),
  policy: { action: 'case:read' },
  audit: { read: 'case:read', entity: 'opening' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const story = await openingStory(trx, params.id, { rankingLimit: 0 });
      if (story === null) throw new DomainError('not-found');
      const { opening, offers, timeline } = story;
      const isLive = liveOpeningStates.has(opening.state);
      const names = await actorNames(trx, timeline.map((row) => row.actor)); // prettier-ignore
      const visit = (relation: string, appointmentId: string | null) =>
        appointmentId === null ? [] : [{ kind: 'appointment' as const, relation, id: appointmentId, state: null, at: null }]; // prettier-ignore
      return {
        id: opening.id,
        kind: 'opening' as const,
        state: opening.state,
        waitingFor: openingWaitsFor({
          state: opening.state,
          paused: opening.paused,
          answerUntil: offers[0]?.expiresAt ?? null,
          release: opening.releaseAt,
        }),
        nextTimers: [
          ...offers.map((offer) => ({ name: 'offer', dueAt: offer.expiresAt })),
          ...(isLive && opening.releaseAt !== null ? [{ name: 'release', dueAt: opening.releaseAt }] : []),
        ],
        allowedActions: allowedOnOpening(story, {
          may: context.can('waitlist:manage'),
          at: (await databaseTime(trx)).getTime(),
        }),
        timeline: timeline.map((row) => toTimelineEntry(row, names)),
        related: [
          ...visit('source', opening.sourceAppointmentId),
          ...visit('filled-by', opening.filledAppointmentId),
          ...story.chain.map(({ relation, id: other, state, start }) => ({
            kind: 'opening' as const,
            relation,
            id: other,
            state,
            at: start,
          })),
        ],
        temporalWebUrl: temporalWebUrl(context, openingWorkflowId(opening.id)),
      };
    }),
});

export const showEntryCase = route({
  method: 'GET',
  path: '/cases/waitlist-entry/:id',
  summary: 'A wish as a case: what it waits for, its timers, everything that happened',
  params: idParams,
  answer: z.object({
    ...caseParts,
    kind: z.literal('waitlist-entry'),
    state: z.enum(waitlistStates),
    allowedActions: allowed(waitlistEntryActions),
  }),
  policy: { action: 'case:read' },
  audit: { read: 'case:read', entity: 'waitlist-entry' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const { entry, timers } = await settleEntry(trx, await readEntryRow(trx, params.id));
      context.concerns({ patientId: entry.patientId });
      const [timeline, offers] = [await entryStory(trx, entry.id), await offersOfEntry(trx, entry.id)];
      const names = await actorNames(trx, timeline.map((row) => row.actor)); // prettier-ignore
      const visits = [
        ['current', entry.currentAppointmentId],
        ['promoted', entry.promotedAppointmentId],
      ] as const;
      return {
        id: entry.id,
        kind: 'waitlist-entry' as const,
        state: entry.state,
        waitingFor: wishWaitsFor({
          state: entry.state,
          answerUntil: offers.find(({ offer }) => offer.state === 'offered')?.offer.expiresAt ?? null,
          until: entry.expiresAt,
        }),
        nextTimers: timers.map(({ name, dueAt }) => ({ name, dueAt })),
        allowedActions: allowedOnEntry(entry, context.can('waitlist:manage')),
        timeline: timeline.map((row) => toTimelineEntry(row, names)),
        related: [
          ...visits.flatMap(([relation, other]) =>
            other === null ? [] : [{ kind: 'appointment' as const, relation, id: other, state: null, at: null }],
          ),
          ...offers.map(({ offer, opening }) => ({
            kind: 'opening' as const,
            relation: `offer:${offer.state}`,
            id: opening.id,
            state: opening.state,
            at: opening.start,
          })),
        ],
        temporalWebUrl: temporalWebUrl(context, waitlistEntryWorkflowId(entry.id)),
      };
    }),
});
