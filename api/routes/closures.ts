/**
 * The clinic cancels a practitioner's day (D1): one update for each visit, each patient with other times held. The list
 * is taken from Postgres, the work is spread over a few updates at a time; repeated with the same key it goes on where it
 * stopped, because each visit's update has an id that depends on the key and the visit only.
 */
import { z } from 'zod';
import { appointmentsOfDay } from '../../db/appointments/appointment-lists.ts';
import { toView, type AppointmentRow } from '../../db/appointments/appointment-view.ts';
import type { Trx } from '../../db/connection.ts';
import { DomainError, problemCodes, type ProblemCode } from '../../domain/errors.ts';
import { appointmentOperationKey, type AppointmentView } from '../../workflows/messages/appointment.ts';
import { actOnAppointment } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { uuidFrom } from '../idempotency.ts';
import { toDetail } from '../problem.ts';
import { route } from '../route.ts';
import { date, id, text } from '../schemas.ts';

/** Enough to keep the engine busy, few enough to leave room for everybody else (a run takes ten updates at once). */
const atOnce = 6;
/** Held alternatives come into being after the update was answered. */
const alternativesWithinMs = 3_000;

const alternative = z.object({
  appointmentId: id,
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
  practitionerId: id.nullable(),
  holdExpiresAt: z.string().nullable(),
});
const item = z.object({
  appointmentId: id,
  patientId: id,
  start: z.string().nullable(),
  /** `cancelled`, or the code of why not. */
  result: z.union([z.literal('cancelled'), z.enum(Object.keys(problemCodes) as [ProblemCode])]),
  alternatives: z.array(alternative),
});

export const cancelDay = route({
  method: 'POST',
  path: '/closures/cancel-day',
  summary: 'Cancel a practitioner’s local day on the clinic’s behalf, with other times held for each patient',
  status: 202,
  body: z.strictObject({ practitionerId: id, date, locationId: id.optional(), reason: text(300) }),
  answer: z.object({ items: z.array(item) }),
  policy: { action: 'appointment:cancel-by-clinic' },
  audit: { change: 'closure:cancel-day', entity: 'resource' },
  handler: async (context, { body }) => {
    const { organizationId } = context;
    context.concerns({ entityId: body.practitionerId, detail: { date: body.date } });
    const visits = await context.read(async (trx) => {
      const practitioner = await trx('resource')
        .where({ id: body.practitionerId, kind: 'provider' })
        .first<{ id: string } | undefined>('id');
      if (practitioner === undefined) throw new DomainError('not-found');
      return visitsToCancel(trx, context, body);
    });
    const results = await inParallel(visits, atOnce, (visit) => cancelOne(context, visit, body.reason));
    const held = await alternativesOf(context, results.filter(({ result }) => result === 'cancelled').map(({ visit }) => visit.id)); // prettier-ignore
    // One row for the whole; each visit's own row was written with its change, or with its refusal.
    await context.transaction((trx) =>
      context.audit(trx, {
        action: 'closure:cancel-day',
        entityId: body.practitionerId,
        detail: {
          date: body.date,
          visits: results.length,
          cancelled: results.filter(({ result }) => result === 'cancelled').length,
        },
      }),
    );
    return {
      items: results.map(({ visit, result }) => ({
        appointmentId: visit.id,
        patientId: visit.patientId,
        start: visit.start,
        result,
        alternatives: held.get(visit.id) ?? [],
      })),
    };

    async function cancelOne(
      on: RequestContext,
      visit: AppointmentView,
      reason: string,
    ): Promise<{ visit: AppointmentView; result: 'cancelled' | ProblemCode }> {
      try {
        await actOnAppointment(on, {
          appointmentId: visit.id,
          action: 'cancel-by-clinic',
          updateId: updateIdFor(on, visit.id),
          input: () => Promise.resolve({ reason }),
        });
        return { visit, result: 'cancelled' };
      } catch (error) {
        const { code } = toDetail(error);
        if (code === 'internal')
          on.ports.log.error({ error, appointmentId: visit.id }, 'a visit of a cancelled day could not be cancelled');
        if (code !== 'unavailable' && code !== 'outcome-unknown') {
          await on.transaction((trx) =>
            on.audit(trx, {
              action: 'appointment:act',
              entityType: 'appointment',
              entityId: visit.id,
              patientId: visit.patientId,
              outcome: code === 'internal' ? 'failed' : 'refused',
              code,
              detail: { action: 'cancel-by-clinic' },
            }),
          );
        }
        return { visit, result: code };
      } finally {
        on.concerns({ entityId: body.practitionerId, patientId: undefined });
      }
    }

    async function visitsToCancel(
      trx: Trx,
      on: RequestContext,
      day: { practitionerId: string; date: string; locationId?: string | undefined },
    ): Promise<AppointmentView[]> {
      const ofDay = await appointmentsOfDay(trx, {
        organizationId,
        date: day.date,
        practitionerId: day.practitionerId,
        locationId: day.locationId,
      });
      const cancelled = ofDay.filter(({ status }) => status === 'cancelled');
      // Those that an earlier try with this key cancelled are part of the answer.
      const before = await trx('operation').where({ organization_id: organizationId })
        .whereIn('op_key', cancelled.map(({ id: visit }) => appointmentOperationKey(visit, updateIdFor(on, visit)))).select<{ op_key: string }[]>('op_key'); // prettier-ignore
      const ours = new Set(before.map(({ op_key }) => op_key));
      return ofDay.filter(
        ({ id: visit, status }) =>
          status === 'booked' ||
          status === 'arrived' ||
          ours.has(appointmentOperationKey(visit, updateIdFor(on, visit))),
      );
    }
  },
});

const updateIdFor = (context: RequestContext, appointmentId: string): string =>
  uuidFrom([context.operationId, 'cancel-day', appointmentId]);

/** The times held for each cancelled visit; waits a little for those that are being made. */
async function alternativesOf(
  context: RequestContext,
  cancelled: readonly string[],
): Promise<Map<string, z.output<typeof alternative>[]>> {
  const held = new Map<string, z.output<typeof alternative>[]>();
  if (cancelled.length === 0) return held;
  const until = Date.now() + alternativesWithinMs;
  for (let seen = -1; ;) {
    const rows = await context.read(
      (trx) =>
      trx('appointment').where({ organization_id: context.organizationId, status: 'pending' }).whereIn('replaces_id', [...cancelled])
        .orderBy(['start_at', 'id']).select<AppointmentRow[]>(), // prettier-ignore
    );
    const settled = rows.length === seen && new Set(rows.map((row) => row.replaces_id)).size === cancelled.length;
    if (settled || Date.now() >= until) {
      for (const row of rows) {
        const { id: appointmentId, start, end, timeZone, practitionerId, holdExpiresAt, replacesId } = toView(row);
        if (replacesId === null || start === null || end === null || timeZone === null) continue;
        held.set(replacesId, [
          ...(held.get(replacesId) ?? []),
          { appointmentId, start, end, timeZone, practitionerId, holdExpiresAt },
        ]);
      }
      return held;
    }
    seen = rows.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
