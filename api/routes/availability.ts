import { z } from 'zod';
import { findAvailability as find } from '../../db/schedule/availability.ts';
import { databaseTime } from '../../db/clock.ts';
import { parseInstant } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { route } from '../route.ts';
import { id, instant, limit, listOf } from '../schemas.ts';

const day = 86_400_000;

export const findAvailability = route({
  method: 'GET',
  path: '/availability',
  summary: 'Times that can be booked, earliest first; at most 92 days at a time',
  query: z
    .strictObject({
      visitTypeId: id,
      from: instant,
      to: instant,
      practitionerId: id.optional(),
      locationId: id.optional(),
      /** Times at which this patient has a visit are left out. */
      patientId: id.optional(),
      limit: limit(100, 500),
    })
    .refine(({ from, to }) => parseInstant(to)! > parseInstant(from)!, {
      message: 'Ends before it begins',
      path: ['to'],
    })
    .refine(({ from, to }) => parseInstant(to)! - parseInstant(from)! <= 92 * day, {
      message: 'At most 92 days',
      path: ['to'],
    }),
  answer: listOf(
    z.object({
      start: z.string(),
      end: z.string(),
      timeZone: z.string(),
      practitionerId: id,
      locationId: id.nullable(),
    }),
  ),
  policy: { action: ['schedule:read', 'own-availability:read'] },
  audit: { none: 'free times name nobody' },
  handler: async (context, { query }) => {
    const self = !context.can('schedule:read');
    // Whether another patient has a visit at a time would show through the gaps.
    if (self && query.patientId !== undefined && query.patientId !== context.user.patientId)
      throw new DomainError('not-found');
    const items = await context.read(async (trx) =>
      find(trx, {
        visitTypeId: query.visitTypeId,
        from: new Date(parseInstant(query.from)!),
        to: new Date(parseInstant(query.to)!),
        practitionerId: query.practitionerId,
        locationId: query.locationId,
        patientId: self ? (context.user.patientId ?? undefined) : query.patientId,
        limit: query.limit,
        at: await databaseTime(trx),
        forPatientSelfService: self,
      }),
    );
    return { items, nextCursor: null };
  },
});
