import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { liveOffersOf } from '../../db/waitlist/waitlist-lists.ts';
import { DomainError } from '../../domain/errors.ts';
import { answerByLink, openOffer, withWhatElseIsFree } from '../waitlist/offer-link.ts';
import { onlyChart } from '../patients/own-chart.ts';
import { route } from '../route.ts';
import { id, listOf, text } from '../schemas.ts';
import { representOwnOffers } from '../waitlist/waitlist-representation.ts';
import { ownOffer, wonVisit } from '../waitlist/waitlist-schemas.ts';

export const listOffers = route({
  method: 'GET',
  path: '/offers',
  summary: 'The offers that stand for a patient now; a patient sees their own, staff name the patient',
  query: z.strictObject({ patientId: id.optional() }),
  answer: listOf(ownOffer),
  policy: { action: ['waitlist:read', 'waitlist:manage'] },
  audit: { read: 'offer:list', entity: 'waitlist-offer' },
  handler: async (context, { query }) => {
    const own = onlyChart(context, 'waitlist:read');
    if (own !== undefined && query.patientId !== undefined && query.patientId !== own)
      throw new DomainError('not-found');
    const patientId = own ?? query.patientId;
    if (patientId === undefined) {
      throw new DomainError('validation-failed', {
        errors: [{ path: '/query/patientId', code: 'required', message: 'Say whose.' }],
      });
    }
    context.concerns({ patientId });
    const items = await context.read(async (trx) =>
      representOwnOffers(context, trx, await liveOffersOf(trx, patientId, await databaseTime(trx))),
    );
    return { items, nextCursor: null };
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
  audit: { change: 'offer:answer', entity: 'opening' },
  withoutIdempotencyKey: 'the token and the action are the key: who presses twice gets the same answer',
  handler: async (context, { params, body }) => {
    const linked = await openOffer(context, params.token);
    context.concerns({ entityId: linked.opening.id, detail: { offerId: linked.offer.id } });
    const { appointment } = await answerByLink(context, linked, params.action, body.reason).catch((error: unknown) =>
      withWhatElseIsFree(context, linked.offer.id, error),
    );
    // What it is now, not what it was when the link was opened; the visit's own link has its present version.
    const now = await openOffer(context, params.token);
    context.concerns({ entityId: now.opening.id });
    const [offer] = await context.read((trx) =>
      representOwnOffers(context, trx, [{ ...now, currentAppointmentId: now.current?.id ?? null }]),
    );
    return { offer: offer!, appointment: params.action === 'accept' ? appointment : null, visitPath: now.visitPath };
  },
});
