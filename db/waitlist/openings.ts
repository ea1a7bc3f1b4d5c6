import { interpreterPool } from '../../domain/appointment/interpreter.ts';
import type { Interval } from '../../domain/calendar/interval.ts';
import { subtract } from '../../domain/calendar/interval.ts';
import { releaseAt } from '../../domain/waitlist/offer-window.ts';
import { policyAt, type PolicyRow } from '../../domain/policies.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { tellStaffUnfilled } from './opening-changes.ts';
import type { OpeningRow } from './opening-view.ts';
import { policiesSql } from '../policies.ts';
import type { ReleasedLane } from '../schedule/reservations.ts';

/** A chain is followed so far; what the acceptor at its end frees is everybody's at once (D2, S13). */
const deepest = 5;

export interface FreedTime {
  /** As it was before its time was freed. */
  readonly row: AppointmentRow;
  /** What this transaction released, the patient's own lane among it. */
  readonly released: readonly ReleasedLane[];
  readonly usedAgain?: Interval | undefined;
  /** The acceptance that moved the visit away from this time. */
  readonly chain?: { readonly openingId: string; readonly depth: number } | undefined;
}

/** Why nobody is asked about a freed time. */
export type NotOffered =
  'partial' | 'depth' | 'overbooked' | 'not-waitlisted' | 'not-open' | 'too-close' | 'nobody-waits';

/**
 * Freed time, in the transaction that frees it (D1, D2). When somebody may be asked about it, its resources are reserved
 * for whom it will be offered to, so that nobody else can take it meanwhile; else it is `released` at once, which is what
 * the public sees. Only time that lies ahead and is not used again is freed.
 * @returns the openings that are `open`: each is a process of its own
 */
export async function recordOpenings(trx: Trx, context: ChangeContext, freed: FreedTime): Promise<string[]> {
  const { row, usedAgain, chain } = freed;
  const at = context.at.getTime();
  if (row.start_at === null || row.end_at === null || row.tz === null) return [];
  // A seat of a group session is free at once, for everybody: its practitioner and room stay reserved (docs/decisions.md).
  if (row.group_session_id !== null) return [];
  const start = Math.max(row.start_at.getTime(), at);
  const end = row.end_at.getTime();
  if (start >= end) return [];
  const pieces = subtract([{ start, end }], usedAgain === undefined ? [] : [usedAgain]);
  if (pieces.length === 0) return [];
  const facts = await readFacts(trx, freed);
  const opened: string[] = [];
  for (const piece of pieces) {
    const whole = piece.start === row.start_at.getTime() && piece.end === end;
    const publicAt = releaseAt(
      policyAt(facts.policies, 'waitlist', at, row.location_id),
      facts.min_lead,
      piece.start,
      at,
    );
    const depth = chain === undefined ? 0 : chain.depth + 1;
    const reason = whyNot({ whole, depth, publicAt, at, row, facts });
    const [opening] = await trx('opening')
      .insert({
        organization_id: row.organization_id,
        source_appointment_id: row.id,
        start_at: new Date(piece.start),
        end_at: new Date(piece.end),
        tz: row.tz,
        practitioner_id: row.practitioner_id,
        location_id: row.location_id,
        visit_type_ids: [row.visit_type_id],
        mode: row.mode,
        state: reason === null ? 'open' : 'released',
        cascade_depth: Math.min(depth, deepest),
        chain_of: chain?.openingId ?? null,
        resumes_id: whole ? facts.resumes_id : null,
        release_at: reason === null ? new Date(publicAt) : context.at,
        closed_reason: reason,
        ended_at: reason === null ? null : context.at,
        op_key: context.opKey,
      })
      .returning<OpeningRow[]>('*');
    if (opening === undefined) throw new Error('the opening was not written');
    await recordStateChange(trx, {
      organizationId: context.organizationId,
      aggregate: 'opening',
      aggregateId: opening.id,
      event: 'open',
      from: null,
      to: opening.state,
      actor: context.actor,
      reason: reason ?? undefined,
      at: context.at,
      data: { version: 0, appointmentId: row.id, start: opening.start_at.toISOString(), depth },
      opKey: context.opKey,
    });
    if (reason === null) {
      await reserveForOffers(trx, opening, freed.released);
      opened.push(opening.id);
    } else if (reason === 'too-close' && facts.waits) await tellStaffUnfilled(trx, context, opening);
  }
  return opened;
}

interface Facts {
  readonly waitlisted: boolean;
  readonly min_lead: number;
  readonly policies: readonly PolicyRow[];
  readonly waits: boolean;
  /** Something of it is taken again, closed or out of use. */
  readonly unusable: boolean;
  readonly taken: boolean;
  readonly resumes_id: string | null;
}

function whyNot(of: {
  readonly whole: boolean;
  readonly depth: number;
  readonly publicAt: number;
  readonly at: number;
  readonly row: AppointmentRow;
  readonly facts: Facts;
}): NotOffered | null {
  const { facts, row } = of;
  if (!of.whole || facts.taken) return 'partial';
  if (of.depth > deepest) return 'depth';
  // Lanes beyond capacity and times outside the hours were one person's decision, never the waitlist's (C3).
  if (row.overbook_reason !== null) return 'overbooked';
  if (!facts.waitlisted) return 'not-waitlisted';
  if (facts.unusable) return 'not-open';
  if (of.publicAt <= of.at) return 'too-close';
  return facts.waits ? null : 'nobody-waits';
}

/** One statement. Reservations are filtered on starts_at and ends_at, never with && (migration 004). */
async function readFacts(trx: Trx, { row, released }: FreedTime): Promise<Facts> {
  const { rows } = await trx.raw<{ rows: Facts[] }>(
    `WITH lane AS (SELECT * FROM jsonb_to_recordset(CAST(:lanes AS jsonb)) AS l(resource_id uuid, lane smallint, starts timestamptz, ends timestamptz))
     SELECT v.waitlisted AND v.active AS waitlisted, v.waitlist_min_lead_minutes AS min_lead, ${policiesSql} AS policies,
       EXISTS (SELECT FROM waitlist_entry_visit_type w WHERE w.visit_type_id = v.id AND w.live) AS waits,
       EXISTS (SELECT FROM lane l JOIN reservation r ON r.resource_id = l.resource_id AND r.lane = l.lane AND r.released_at IS NULL AND r.starts_at < l.ends AND r.ends_at > l.starts)
         AS taken,
       NOT EXISTS (SELECT FROM lane)
         OR EXISTS (SELECT FROM resource r WHERE r.id IN (SELECT resource_id FROM lane) AND NOT r.active)
         OR EXISTS (SELECT FROM availability_exception e WHERE e.removed_at IS NULL AND e.kind = 'closed' AND e.starts_at < :end AND e.ends_at > :start
              AND (e.resource_id IN (SELECT resource_id FROM lane) OR e.location_id = :locationId)) AS unusable,
       (SELECT o.id FROM opening o WHERE o.filled_appointment_id = :id AND o.start_at = :start AND o.practitioner_id = :practitionerId
        ORDER BY o.ended_at DESC, o.id LIMIT 1) AS resumes_id
     FROM visit_type v WHERE v.id = :visitTypeId`,
    {
      id: row.id,
      visitTypeId: row.visit_type_id,
      practitionerId: row.practitioner_id,
      locationId: row.location_id,
      start: row.start_at,
      end: row.end_at,
      lanes: JSON.stringify(
        offeredLanes(released).map((l) => ({
          resource_id: l.resource_id,
          lane: l.lane,
          starts: l.starts_at,
          ends: l.ends_at,
        })),
      ),
    },
  );
  return rows[0]!;
}

/** All but the patient's own, and the interpreter who came for that patient alone (D3). */
const offeredLanes = (released: readonly ReleasedLane[]): ReleasedLane[] =>
  released.filter((l) => l.role !== 'patient' && l.role !== interpreterPool);

/** Kept for whom it is offered to: the same resources and lanes, until the time goes public. */
async function reserveForOffers(trx: Trx, opening: OpeningRow, released: readonly ReleasedLane[]): Promise<void> {
  await trx.raw(
    `INSERT INTO reservation (organization_id, resource_id, lane, busy, kind, role, opening_id, expires_at, op_key)
     SELECT :organizationId, resource_id, lane, busy, 'offer', role, :openingId, :expiresAt, :opKey
     FROM reservation WHERE id = ANY(:ids) ORDER BY resource_id, lane`,
    {
      organizationId: opening.organization_id,
      openingId: opening.id,
      expiresAt: opening.release_at,
      opKey: openingReservations(opening.id),
      ids: offeredLanes(released).map((l) => l.id),
    },
  );
}

/** The operation key of all reservations of one opening, also once they are a visit's (I3). */
export const openingReservations = (openingId: string): string => `opening:${openingId}`;
