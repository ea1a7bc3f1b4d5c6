import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { route } from '../route.ts';
import { id, listOf, text } from '../schemas.ts';
import { ownOffer, wonVisit } from '../waitlist-schemas.ts';

export const listOffers = route({
  method: 'GET',
  path: '/offers',
  summary: 'The offers that stand for a patient now; a patient sees their own, staff name the patient',
  query: z.strictObject({ patientId: id.optional() }),
  answer: listOf(ownOffer),
  policy: { action: ['waitlist:read', 'waitlist:manage'] },
  audit: { read: 'offer:list', entity: 'waitlist-offer' },
  handler: async () => {
    throw new DomainError('not-found');
  },
});

export const answerOffer = route({
  method: 'POST',
  path: '/offers/:token/:action',
  summary: 'Answer an offer by the link in its message; 410 offer-expired names what else is free',
  params: z.strictObject({ token: text(200), action: z.enum(['accept', 'decline', 'extend']) }),
  body: z.strictObject({ reason: text(300).optional() }),
  /** `visitPath`: the page of the visit that was accepted. */
  answer: z.object({ offer: ownOffer, appointment: wonVisit.nullable(), visitPath: z.string().nullable() }),
  policy: { public: 'the link is the key: an HMAC over offer and recipient' },
  audit: { change: 'offer:answer', entity: 'waitlist-offer' },
  withoutIdempotencyKey: 'the token and the action are the key: who presses twice gets the same answer',
  handler: async () => {
    throw new DomainError('token-invalid');
  },
});
