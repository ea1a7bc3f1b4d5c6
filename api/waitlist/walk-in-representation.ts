/** Walk-ins and queues as the API shows them. Codes and numbers; the pages have the words. */
import { z } from 'zod';
import type { QueueBoard, QueueRow } from '../../db/walk-ins/walk-in-board.ts';
import type { Trx } from '../../db/connection.ts';
import type { TriageScheme, WaitBand } from '../../domain/walk-in.ts';
import { triageSchemes, walkInActions, walkInProblem, walkInStates } from '../../domain/walk-in.ts';
import type { WalkInView } from '../../workflows/messages/walk-in.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import { id } from '../schemas.ts';
import { namesOf } from './waitlist-representation.ts';

export const triageLevel = z.literal([1, 2, 3, 4, 5]);

/** Minutes, about; `to` null: longer than anybody can say. */
export const waitBand = z.object({ from: z.int(), to: z.int().nullable() });

export const queue = z.object({
  id,
  locationId: id,
  /** In the language asked for. */
  name: z.string(),
  names: z.record(z.string(), z.string()),
  visitTypeId: id,
  /** Planned length of a visit, minutes. */
  visitMinutes: z.int(),
  /** Whose words the five triage levels carry here. */
  scheme: z.enum(triageSchemes),
  practitioners: z.array(z.object({ id, name: z.string() })),
  active: z.boolean(),
  version: z.int(),
});

export const walkIn = z.object({
  id,
  queueId: id,
  locationId: id,
  patientId: id,
  patient: z.object({ id, name: z.string(), mrn: z.string() }),
  /** What is called out in the waiting room. */
  ticket: z.int(),
  state: z.enum(walkInStates),
  /** null: nobody has looked yet; counts as 3. */
  level: triageLevel.nullable(),
  reason: z.string().nullable(),
  identifiersVerified: z.array(z.string()),
  arrivedAt: z.string(),
  triagedAt: z.string().nullable(),
  calledAt: z.string().nullable(),
  practitioner: z.object({ id, name: z.string() }).nullable(),
  /** The visit of the call. */
  appointmentId: id.nullable(),
  seenAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  endedReason: z.string().nullable(),
  /** Staff gave another place than arrival's. */
  moved: z.boolean(),
  /** 1 is next; null when not waiting. */
  place: z.int().nullable(),
  /** About how long still; null when not waiting, or nobody serves the queue. */
  wait: waitBand.nullable(),
  allowedActions: z.array(z.enum(walkInActions)),
  /** Moves with every change. */
  version: z.int(),
});
type WalkIn = z.output<typeof walkIn>;

export async function representWalkIns(
  context: RequestContext,
  trx: Trx,
  views: readonly (WalkInView & { readonly place?: number | null; readonly wait?: WaitBand | null })[],
): Promise<WalkIn[]> {
  if (views.length === 0) return [];
  const names = await namesOf(context, trx, {
    patients: views.map((view) => view.patientId),
    practitioners: views.map((view) => view.calledProviderId),
  });
  return views.map(({ calledProviderId, position, identifiersVerified, ...view }) => ({
    ...view,
    identifiersVerified: [...identifiersVerified],
    patient: names.patient(view.patientId),
    practitioner: calledProviderId === null ? null : (names.practitioners([calledProviderId])[0] ?? null),
    moved: position !== null,
    place: view.place ?? null,
    wait: view.wait ?? null,
    allowedActions: walkInActions.filter((action) => walkInProblem(action, view.state, context.actor) === null),
  }));
}

export async function representQueues(
  context: RequestContext,
  trx: Trx,
  rows: readonly { readonly queue: QueueRow; readonly scheme: TriageScheme }[],
): Promise<z.output<typeof queue>[]> {
  const names = await namesOf(context, trx, { practitioners: rows.flatMap(({ queue: row }) => row.provider_ids) });
  return rows.map(({ queue: row, scheme }) => ({
    id: row.id,
    locationId: row.location_id,
    name: localized(row.name, languagesOf(context)),
    names: row.name,
    visitTypeId: row.visit_type_id,
    visitMinutes: row.duration_minutes,
    scheme,
    practitioners: names.practitioners(row.provider_ids).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    active: row.active,
    version: row.version,
  }));
}

export const boardQueue = queue.extend({
  /** For who would come now and is not urgent. */
  nextWait: waitBand.nullable(),
});

export async function representBoards(context: RequestContext, trx: Trx, boards: readonly QueueBoard[]) {
  const queues = await representQueues(context, trx, boards);
  return {
    queues: queues.map((shown, n) => ({ ...shown, nextWait: boards[n]!.nextWait })),
    items: await representWalkIns(context, trx, boards.flatMap((board) => board.walkIns)), // prettier-ignore
  };
}
