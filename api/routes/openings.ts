import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { openingActions } from '../../workflows/messages/opening.ts';
import { appointment } from '../appointment-representation.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, limit, listOf, text } from '../schemas.ts';
import { opening, openingDetail, openingItem } from '../waitlist-schemas.ts';

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
  handler: async () => {
    throw new DomainError('not-found');
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
  handler: async () => {
    throw new DomainError('not-found');
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
  handler: async () => {
    throw new DomainError('not-found');
  },
});
