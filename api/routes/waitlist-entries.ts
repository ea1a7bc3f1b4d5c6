import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { urgencies, waitlistStates } from '../../domain/waitlist.ts';
import { waitlistEntryActions } from '../../workflows/messages/waitlist-entry.ts';
import { route } from '../route.ts';
import { cursor, date, id, idParams, limit, listOf, localTime, text, visitMode } from '../schemas.ts';
import { waitlistEntry, waitlistEntryDetail, weekday } from '../waitlist-schemas.ts';

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
  handler: async () => {
    throw new DomainError('not-found');
  },
});

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
  handler: async () => {
    throw new DomainError('not-found');
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
  handler: async () => {
    throw new DomainError('not-found');
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
  handler: async () => {
    throw new DomainError('not-found');
  },
});
