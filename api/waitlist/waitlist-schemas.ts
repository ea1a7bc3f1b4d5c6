/** The waitlist as the API shows it: wishes, freed times, offers. Codes only; the pages have the words. */
import { z } from 'zod';
import { waitlistReasons } from '../../domain/waitlist/waitlist-eligibility.ts';
import { offerStates, openingStates, urgencies, waitlistStates } from '../../domain/waitlist/waitlist.ts';
import { openingActions } from '../../workflows/messages/opening.ts';
import { waitlistEntryActions } from '../../workflows/messages/waitlist-entry.ts';
import { timelineEntry } from '../cases/case-parts.ts';
import { date, id, localTime, visitMode } from '../schemas.ts';

export const weekday = z.enum(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']);

const named = z.object({ id, name: z.string() });
const patientName = z.object({ id, name: z.string(), mrn: z.string() });
const visitTypeName = z.object({ id, code: z.string(), name: z.string() });
const place = z.object({ id, name: z.string(), timeZone: z.string() });

/** What the order was made of; the same numbers give the same order (I14). */
export const rankingFactors = z.object({
  urgency: z.enum(urgencies),
  daysWaiting: z.int(),
  namedProvider: z.boolean(),
  preferredDay: z.boolean(),
  preferredTime: z.boolean(),
  daysGained: z.int(),
  /** null: one end is not known, which costs nothing. */
  km: z.int().nullable(),
  noResponses: z.int(),
  tier: z.int(),
  score: z.int(),
});

export const waitlistEntry = z.object({
  id,
  patientId: id,
  visitTypeIds: z.array(id),
  /** null: anyone. */
  providerIds: z.array(id).nullable(),
  /** Empty: anywhere. */
  locationIds: z.array(id),
  modes: z.array(visitMode),
  /** Empty: any day. */
  days: z.array(weekday),
  timeFrom: localTime.nullable(),
  timeTo: localTime.nullable(),
  earliest: date.nullable(),
  latest: date.nullable(),
  urgency: z.enum(urgencies),
  currentAppointmentId: id.nullable(),
  minGainDays: z.int(),
  maxTravelKm: z.int().nullable(),
  noticeMinutes: z.int(),
  state: z.enum(waitlistStates),
  pausedReason: z.string().nullable(),
  joinedAt: z.string(),
  expiresAt: z.string(),
  declines: z.int(),
  /** Offers in a row without an answer. */
  noResponses: z.int(),
  promotedAppointmentId: id.nullable(),
  /** Moves with every change: the ETag. */
  version: z.int(),
  patient: patientName,
  visitTypes: z.array(visitTypeName),
  practitioners: z.array(named),
  locations: z.array(place),
});
export type WaitlistEntry = z.output<typeof waitlistEntry>;

/** An offer as staff see it, with why it was this patient's turn. */
export const offer = z.object({
  id,
  openingId: id,
  entryId: id,
  patientId: id,
  patient: patientName,
  rank: z.int(),
  state: z.enum(offerStates),
  channel: z.string(),
  offeredAt: z.string(),
  expiresAt: z.string(),
  /** The five more minutes were given already. */
  extended: z.boolean(),
  answeredAt: z.string().nullable(),
  answeredVia: z.string().nullable(),
  declineReason: z.string().nullable(),
  factors: rankingFactors,
});
export type Offer = z.output<typeof offer>;

/** An offer as its patient sees it: what is offered and until when, nothing about anybody else. */
export const ownOffer = z.object({
  id,
  openingId: id,
  entryId: id,
  state: z.enum(offerStates),
  offeredAt: z.string(),
  expiresAt: z.string(),
  extended: z.boolean(),
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
  /** Wall-clock time at the place, `YYYY-MM-DDTHH:MM:SS`. */
  localStart: z.string(),
  mode: visitMode,
  practitioner: named.nullable(),
  location: place.nullable(),
  visitTypes: z.array(visitTypeName),
  /** The visit that would be moved to this time. */
  currentAppointmentId: id.nullable(),
});
export type OwnOffer = z.output<typeof ownOffer>;

export const positionBands = ['next', 'near', 'later'] as const;

export const waitlistEntryDetail = waitlistEntry.extend({
  /** null once it does not wait any more. */
  positionBand: z.enum(positionBands).nullable(),
  /** Of this entry, newest first. */
  offers: z.array(ownOffer),
  allowedActions: z.array(z.object({ action: z.enum(waitlistEntryActions), possible: z.boolean() })),
});

export const opening = z.object({
  id,
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
  localStart: z.string(),
  practitionerId: id.nullable(),
  locationId: id.nullable(),
  visitTypeIds: z.array(id),
  mode: visitMode,
  state: z.enum(openingStates),
  paused: z.boolean(),
  /** Who is asked next, by staff's word. */
  pinnedEntryId: id.nullable(),
  /** When the next is asked, where nobody may be now: in the morning of who sleeps, or in the next row of windows. */
  lookAgainAt: z.string().nullable(),
  /** When the time goes back to everybody. */
  releaseAt: z.string().nullable(),
  cascadeDepth: z.int(),
  chainOf: id.nullable(),
  resumesId: id.nullable(),
  sourceAppointmentId: id.nullable(),
  filledAppointmentId: id.nullable(),
  closedReason: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Moves with every change: the ETag. */
  version: z.int(),
  practitioner: named.nullable(),
  location: place.nullable(),
  visitTypes: z.array(visitTypeName),
});
export type Opening = z.output<typeof opening>;

export const openingItem = opening.extend({
  /** The offers that stand now. */
  offers: z.array(offer),
  /** How many were asked so far. */
  asked: z.int(),
});

export const rankedEntry = z.object({
  entryId: id,
  patient: patientName,
  rank: z.int().nullable(),
  eligible: z.boolean(),
  /** Every reason why it is not asked. */
  reasons: z.array(z.enum(waitlistReasons).or(z.string())),
  factors: rankingFactors,
  rankedAt: z.string(),
});

/** Another freed time of the same story. */
export const openingLink = z.object({
  id,
  /** `parent`: its acceptance freed this one. `child`: freed by an acceptance here. `resumes`, `resumed-by`: C10. */
  relation: z.enum(['parent', 'child', 'resumes', 'resumed-by']),
  start: z.string(),
  timeZone: z.string(),
  state: z.enum(openingStates),
  cascadeDepth: z.int(),
});

export const openingDetail = openingItem.extend({
  /** Everyone who was asked, in order. */
  history: z.array(offer),
  /** Who may be asked by rank, then who may not; a long list is cut. */
  ranking: z.array(rankedEntry),
  /** How many were looked at, shown or not. */
  considered: z.int(),
  chain: z.array(openingLink),
  /** Oldest first. */
  timeline: z.array(timelineEntry),
  allowedActions: z.array(z.object({ action: z.enum(openingActions), possible: z.boolean() })),
  temporalWebUrl: z.string().nullable(),
});

/** The visit that came of an acceptance, as much of it as a link may show. */
export const wonVisit = z.object({
  id,
  status: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  timeZone: z.string().nullable(),
});
