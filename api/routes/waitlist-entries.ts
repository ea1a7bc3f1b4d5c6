import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { readEntryRow, toEntryView } from '../../db/waitlist/waitlist-entry-view.ts';
import { listEntries, offersOfEntry, positionBandOf } from '../../db/waitlist/waitlist-lists.ts';
import { DomainError } from '../../domain/errors.ts';
import { urgencies, waitlistStates } from '../../domain/waitlist/waitlist.ts';
import { waitlistEntryActions } from '../../workflows/messages/waitlist-entry.ts';
import type { Wish } from '../../workflows/messages/waitlist-entry.ts';
import { onlyChart, requireChart } from '../patients/own-chart.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, date, id, idParams, limit, listOf, localTime, text, visitMode } from '../schemas.ts';
import { actOnEntry as acts, isForeignWish, joinWaitlist as joins } from '../waitlist/waitlist-actions.ts';
import { allowedOnEntry } from '../waitlist/waitlist-allowed.ts';
import { representEntries, representEntry, representOwnOffers } from '../waitlist/waitlist-representation.ts';
import { waitlistEntry, waitlistEntryDetail, weekday } from '../waitlist/waitlist-schemas.ts';

/** What is left out fits everything; what is named is a limit. */
const wish = {
  visitTypeIds: z.array(id).min(1).max(10),
  providerIds: z.array(id).min(1).max(50).nullable().optional(),
  locationIds: z.array(id).max(50).optional(),
  modes: z.array(visitMode).min(1).max(3).optional(),
  days: z.array(weekday).max(7).optional(),
  /** Of the start, on the place's clock, both inclusive; both or neither. */
  timeFrom: localTime.nullable().optional(),
  timeTo: localTime.nullable().optional(),
  /** Days at the place, inclusive. */
  earliest: date.nullable().optional(),
  latest: date.nullable().optional(),
  urgency: z.enum(urgencies).optional(),
  /** The visit that an earlier one replaces. */
  currentAppointmentId: id.nullable().optional(),
  minGainDays: z.int().min(0).max(365).optional(),
  maxTravelKm: z.int().min(1).max(20_000).nullable().optional(),
  noticeMinutes: z
    .int()
    .min(0)
    .max(30 * 1_440)
    .optional(),
};

interface Spans {
  readonly timeFrom?: string | null | undefined;
  readonly timeTo?: string | null | undefined;
  readonly earliest?: string | null | undefined;
  readonly latest?: string | null | undefined;
}
const bothTimes = ({ timeFrom, timeTo }: Spans): boolean =>
  ((timeFrom ?? null) === null) === ((timeTo ?? null) === null);
const timesInOrder = ({ timeFrom, timeTo }: Spans): boolean => !timeFrom || !timeTo || timeFrom <= timeTo;
const daysInOrder = ({ earliest, latest }: Spans): boolean => !earliest || !latest || earliest <= latest;
const bothTimesError = { message: 'Send both times, or neither', path: ['timeTo'] };
const timesError = { message: 'Ends before it begins', path: ['timeTo'] };
const daysError = { message: 'Ends before it begins', path: ['latest'] };

/** What a wish is that names nothing but a kind of visit. */
const openWish: Omit<Wish, 'visitTypeIds'> = {
  providerIds: null,
  locationIds: [],
  modes: ['in-person'],
  days: [],
  timeFrom: null,
  timeTo: null,
  earliest: null,
  latest: null,
  urgency: 'routine',
  currentAppointmentId: null,
  minGainDays: 2,
  maxTravelKm: null,
  noticeMinutes: 240,
};

/** JSON has no undefined: a field is there, or it is not. */
const said = <T extends object>(value: T) => value as { [K in keyof T]: Exclude<T[K], undefined> };

export const joinWaitlist = route({
  method: 'POST',
  path: '/waitlist-entries',
  summary: 'Wait for an earlier or a first visit; 409 already-waiting when the patient waits for this kind already',
  status: 201,
  body: z
    .strictObject({ patientId: id, ...wish })
    .refine(bothTimes, bothTimesError)
    .refine(timesInOrder, timesError)
    .refine(daysInOrder, daysError),
  answer: waitlistEntry,
  policy: { action: 'waitlist:manage' },
  audit: { change: 'waitlist:join', entity: 'waitlist-entry' },
  handler: async (context, { body }) => {
    const { patientId, ...given } = body;
    requireChart(context, 'waitlist:manage', patientId);
    const joined = await joins(context, { patientId, wish: { ...openWish, ...said(given) } });
    const shown = await context.read((trx) => representEntry(context, trx, joined));
    return new RouteAnswer(shown, {
      headers: { ETag: etag(shown.version), Location: `/api/v1/waitlist-entries/${shown.id}` },
    });
  },
});

const position = z.strictObject({ at: z.iso.datetime({ precision: 6 }), id });

export const listWaitlistEntries = route({
  method: 'GET',
  path: '/waitlist-entries',
  summary: 'Who waits for what, who joined first on top; a patient sees their own',
  query: z.strictObject({
    patientId: id.optional(),
    visitTypeId: id.optional(),
    /** `waiting`: active, offered or paused. */
    state: z.enum([...waitlistStates, 'waiting', 'any']).default('any'),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(waitlistEntry),
  policy: { action: ['waitlist:read', 'waitlist:manage'] },
  audit: { read: 'waitlist-entry:list', entity: 'waitlist-entry' },
  handler: async (context, { query }) => {
    const own = onlyChart(context, 'waitlist:read');
    if (own !== undefined && query.patientId !== undefined && query.patientId !== own)
      throw new DomainError('not-found');
    const after = decodeCursor(query.cursor, position);
    const patientId = own ?? query.patientId;
    const page = await context.read(async (trx) => {
      const rows = await listEntries(trx, {
        organizationId: context.organizationId,
        patientId,
        visitTypeId: query.visitTypeId,
        state: query.state === 'any' ? undefined : query.state,
        limit: query.limit,
        after,
      });
      const { items, nextCursor } = pageOf(rows, query.limit, (row) => row, (row) => ({ at: row.position, id: row.id })); // prettier-ignore
      return { items: await representEntries(context, trx, items), nextCursor };
    });
    context.concerns({ patientId, detail: { shown: page.items.length } });
    return page;
  },
});

export const showWaitlistEntry = route({
  method: 'GET',
  path: '/waitlist-entries/:id',
  summary: 'A wish, about how near its turn is, and what it was offered',
  params: idParams,
  answer: waitlistEntryDetail,
  policy: { action: ['waitlist:read', 'waitlist:manage'] },
  audit: { read: 'waitlist-entry:read', entity: 'waitlist-entry' },
  handler: async (context, { params }) => {
    const shown = await context.read(async (trx) => {
      const view = toEntryView(await readEntryRow(trx, params.id));
      if (isForeignWish(context.actor, view.patientId)) throw new DomainError('not-found');
      context.concerns({ patientId: view.patientId });
      const mayAct = context.can('waitlist:manage') || context.can('own-waitlist:manage');
      return {
        ...(await representEntry(context, trx, view)),
        positionBand: await positionBandOf(trx, view, await databaseTime(trx)),
        offers: await representOwnOffers(context, trx, await offersOfEntry(trx, view.id)),
        allowedActions: allowedOnEntry(view, mayAct),
      };
    });
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.version) } });
  },
});

export const actOnEntry = route({
  method: 'POST',
  path: '/waitlist-entries/:id/:action',
  summary: 'Change, pause, resume or withdraw a wish',
  params: z.strictObject({ id, action: z.enum(waitlistEntryActions) }),
  body: z.strictObject({
    /** change: what is given replaces what was. */
    wish: z
      .strictObject({ ...wish, visitTypeIds: wish.visitTypeIds.optional() })
      .refine(bothTimes, bothTimesError)
      .refine(timesInOrder, timesError)
      .refine(daysInOrder, daysError)
      .optional(),
    reason: text(300).optional(),
  }),
  answer: waitlistEntry,
  policy: { action: 'waitlist:manage' },
  audit: { change: 'waitlist:act', entity: 'waitlist-entry' },
  handler: async (context, { params, body }) => {
    if (params.action === 'change' && body.wish === undefined) {
      throw new DomainError('validation-failed', {
        errors: [{ path: '/body/wish', code: 'required', message: 'Say what changes.' }],
      });
    }
    const { wish: change, reason } = body;
    const input = { ...(change !== undefined && { wish: said(change) }), ...(reason !== undefined && { reason }) };
    const changed = await acts(context, { entryId: params.id, action: params.action, input });
    const shown = await context.read((trx) => representEntry(context, trx, changed));
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.version) } });
  },
});
