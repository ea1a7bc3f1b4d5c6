/** The queues with who waits in them, in order, and about how long (domain/walk-in.ts says how it is reckoned). */
import { subtract, type Interval } from '../../domain/calendar/interval.ts';
import { openFor } from '../../domain/schedule/schedule.ts';
import { policyAt } from '../../domain/policies.ts';
import {
  compareInQueue,
  estimateWaits,
  type ServingProvider,
  type TriageScheme,
  type WaitBand,
} from '../../domain/walk-in.ts';
import type { WalkInView } from '../../workflows/messages/walk-in.ts';
import type { Trx } from '../connection.ts';
import { loadPolicies } from '../policies.ts';
import { loadSchedulingFacts, resourceFactsAt } from '../schedule/scheduling-facts.ts';
import { placeInQueue, toWalkInView, type WalkInRow } from './walk-in-view.ts';

export interface QueueRow {
  readonly id: string;
  readonly location_id: string;
  readonly name: Readonly<Record<string, string>>;
  readonly visit_type_id: string;
  readonly duration_minutes: number;
  readonly active: boolean;
  readonly version: number;
  readonly provider_ids: readonly string[];
}

export async function readQueues(
  trx: Trx,
  of: {
    readonly organizationId: string;
    readonly id?: string | undefined;
    readonly locationId?: string | undefined;
    readonly activeOnly?: boolean;
  },
): Promise<QueueRow[]> {
  const rows = trx('walk_in_queue as q')
    .join('visit_type as v', 'v.id', 'q.visit_type_id')
    .where({ 'q.organization_id': of.organizationId })
    .orderBy(['q.created_at', 'q.id'])
    .select<QueueRow[]>(
      'q.id',
      'q.location_id',
      'q.name',
      'q.visit_type_id',
      'v.duration_minutes',
      'q.active',
      'q.version',
      trx.raw(
        `ARRAY(SELECT p.resource_id::text FROM walk_in_queue_provider p WHERE p.queue_id = q.id ORDER BY 1) AS provider_ids`,
      ),
    );
  if (of.id !== undefined) void rows.where({ 'q.id': of.id });
  if (of.locationId !== undefined) void rows.where({ 'q.location_id': of.locationId });
  if (of.activeOnly === true) void rows.where({ 'q.active': true });
  return rows;
}

export interface BoardWalkIn extends WalkInView {
  /** 1 is next; null when not waiting. */
  readonly place: number | null;
  /** null: not waiting, or nobody serves the queue. */
  readonly wait: WaitBand | null;
}

export interface QueueBoard {
  readonly queue: QueueRow;
  readonly scheme: TriageScheme;
  /** Who waits, in order, then who is called and being seen, then who left and may come back. */
  readonly walkIns: readonly BoardWalkIn[];
  /** For who would come now and is not urgent. */
  readonly nextWait: WaitBand | null;
}

/** How far ahead busy time is read; nobody is told of a longer wait than four hours. */
const lookAheadMs = 8 * 3_600_000;

/** @param at now, database time */
export async function readBoard(trx: Trx, queue: QueueRow, at: Date): Promise<QueueBoard> {
  const rows = await trx('walk_in as w')
    .where({ 'w.queue_id': queue.id })
    .whereRaw(
      `(w.state IN ('waiting', 'called', 'in-room') OR (w.state = 'left' AND EXISTS (
         SELECT 1 FROM case_timer t WHERE t.aggregate = 'walk-in' AND t.aggregate_id = w.id AND t.state = 'pending')))`,
    )
    .select<WalkInRow[]>('w.*');
  const waiting = rows
    .filter((row) => row.state === 'waiting')
    .toSorted((a, b) => compareInQueue(placeInQueue(a), placeInQueue(b)));
  const bands = estimateWaits({
    at: at.getTime(),
    providers: await servingProviders(trx, queue, at),
    visitMinutes: queue.duration_minutes,
    waiting: waiting.length + 1,
  });
  const others = rows
    .filter((row) => row.state !== 'waiting')
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || Number(a.called_at) - Number(b.called_at));
  const policy = policyAt(await loadPolicies(trx), 'walk-in', at.getTime(), queue.location_id);
  return {
    queue,
    scheme: policy.scheme,
    walkIns: [
      ...waiting.map((row, n) => ({ ...toWalkInView(row), place: n + 1, wait: bands[n] ?? null })),
      ...others.map((row) => ({ ...toWalkInView(row), place: null, wait: null })),
    ],
    nextWait: bands[waiting.length] ?? null,
  };
}

const order: readonly string[] = ['called', 'in-room', 'left'];

/** The practitioners of the queue: closed hours and reserved time, from now on, are busy. */
async function servingProviders(trx: Trx, queue: QueueRow, at: Date): Promise<ServingProvider[]> {
  if (queue.provider_ids.length === 0) return [];
  const window: Interval = { start: at.getTime(), end: at.getTime() + lookAheadMs };
  const facts = await loadSchedulingFacts(
    trx,
    { visitTypeId: queue.visit_type_id, locationId: queue.location_id, window, at: at.getTime() },
    { lock: false },
  );
  if (facts === null) return [];
  return queue.provider_ids.flatMap((id) => {
    const resource = facts.providerIds.includes(id) ? facts.resources.get(id) : undefined;
    if (resource === undefined) return [];
    const seen = resourceFactsAt(facts, resource, queue.location_id);
    const closed = subtract([window], openFor(seen, queue.visit_type_id, queue.location_id, window));
    return [{ busy: [...closed, ...(seen.busyByLane[0] ?? [])] }];
  });
}

/** A screen in the waiting room: numbers and rooms, nobody's name. */
export interface QueueDisplay {
  readonly called: readonly { readonly ticket: number; readonly room: string | null; readonly calledAt: string }[];
  readonly waiting: readonly number[];
  readonly nextWait: WaitBand | null;
}

export async function readDisplay(trx: Trx, queue: QueueRow, at: Date): Promise<QueueDisplay> {
  const board = await readBoard(trx, queue, at);
  const called = board.walkIns.filter((one) => one.state === 'called');
  const rooms = await trx('reservation as v')
    .join('resource as r', 'r.id', 'v.resource_id')
    .whereIn(
      'v.appointment_id',
      called.flatMap((one) => one.appointmentId ?? []),
    )
    .whereNull('v.released_at')
    .where({ 'r.kind': 'room' })
    .select<{ appointment_id: string; name: string }[]>('v.appointment_id', 'r.name');
  return {
    called: called
      .toSorted((a, b) => (a.calledAt! < b.calledAt! ? 1 : -1))
      .map((one) => ({
        ticket: one.ticket,
        room: rooms.find((room) => room.appointment_id === one.appointmentId)?.name ?? null,
        calledAt: one.calledAt!,
      })),
    waiting: board.walkIns.filter((one) => one.state === 'waiting').map((one) => one.ticket),
    nextWait: board.nextWait,
  };
}
