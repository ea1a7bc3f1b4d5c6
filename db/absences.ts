/**
 * Declaring an absence and looking after its list (features B20, B21). The closure and the list of every visit it falls upon
 * are one transaction: bookings under way hold a lock on the resource, so that they are waited for and listed, and who
 * comes later sees the closure.
 */
import { randomUUID } from 'node:crypto';
import { hasBegun, mayMove, nextOf, openCaseStates } from '../domain/absence.ts';
import type { CaseEvent, CaseFacts, CaseNext, CaseState, CaseStep } from '../domain/absence.ts';
import type { Actor } from '../domain/actor.ts';
import { systemActor } from '../domain/actor.ts';
import { parseInstant } from '../domain/calendar.ts';
import { DomainError } from '../domain/errors.ts';
import type { AbsenceStart, AbsenceView, OpenCase } from '../workflows/messages/absence.ts';
import { readAbsence, type AbsenceRow, type CaseRow } from './absence-view.ts';
import type { SchedulingPorts } from './appointments.ts';
import { recordStateChange } from './audit-trail.ts';
import type { Trx } from './connection.ts';
import { msOrNull } from './instants.ts';
import { insertRecord } from './schedule-administration.ts';
import { withOrganization, withTransaction } from './transaction.ts';
import { applyOpeningAction } from './opening-steps.ts';
import { openingOperationKey } from '../workflows/messages/opening.ts';

export interface AwayFor {
  readonly resourceId: string;
  readonly start: Date;
  readonly end: Date;
}

/** A visit that an absence falls upon, and who asks its patient already. */
export interface AffectedVisit {
  readonly id: string;
  readonly patient_id: string;
  readonly status: string;
  readonly start_at: Date;
  readonly awaiting_approval: boolean;
  readonly overbook_reason: string | null;
  /** The open case of another absence: of this visit, or of the one in whose place this time is held. */
  readonly joined_case_id: string | null;
}

/**
 * Visits to come, under way or held on the resource in the time, soonest first; and those that another absence is finding
 * another time for, which had the resource in the time too.
 */
export async function affectedVisits(trx: Trx, away: AwayFor): Promise<AffectedVisit[]> {
  const { rows } = await trx.raw<{ rows: AffectedVisit[] }>(
    `WITH touched AS (
       SELECT r.appointment_id AS id, bool_or(r.released_at IS NULL) AS stands FROM reservation r
       WHERE r.resource_id = :resourceId AND r.appointment_id IS NOT NULL AND r.starts_at < :end AND r.ends_at > :start
         AND r.starts_at > CAST(:start AS timestamptz) - interval '2 days'
       GROUP BY r.appointment_id)
     SELECT a.id, a.patient_id, a.status, a.start_at, a.awaiting_approval, a.overbook_reason, j.id AS joined_case_id
     FROM touched t JOIN appointment a ON a.id = t.id
     LEFT JOIN LATERAL (
       SELECT c.id FROM absence_case c WHERE c.state IN ('affected', 'offered', 'to-call')
         AND (c.appointment_id = a.id OR (a.status = 'pending' AND c.appointment_id = a.replaces_id)) LIMIT 1) j ON true
     WHERE a.start_at < :end AND a.end_at > :start
       AND (t.stands AND a.status IN ('pending', 'booked', 'arrived', 'checked-in') OR NOT t.stands AND j.id IS NOT NULL)
     ORDER BY a.start_at, a.id`,
    { resourceId: away.resourceId, start: away.start, end: away.end },
  );
  return rows;
}

export interface Resource {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
}

/** @throws DomainError `not-found`; `validation-failed` for a patient, a time that is over, or one of more than 400 days */
export async function awayOf(
  trx: Trx,
  asked: { readonly resourceId: string; readonly start: string; readonly end: string },
  at: Date,
): Promise<AwayFor & { readonly resource: Resource }> {
  const resource = await trx('resource')
    .where({ id: asked.resourceId, active: true })
    .whereNot({ kind: 'patient' })
    .first<Resource | undefined>('id', 'kind', 'name');
  if (resource === undefined) throw new DomainError('not-found');
  const [start, end] = [parseInstant(asked.start) ?? NaN, parseInstant(asked.end) ?? NaN];
  if (!(end > start) || end <= at.getTime() || end - start > 400 * 86_400_000) {
    throw new DomainError('validation-failed', {
      errors: [
        { path: '/body/end', code: 'not-a-span', message: 'End after the start, in the future, within 400 days.' },
      ],
    });
  }
  return { resource, resourceId: resource.id, start: new Date(start), end: new Date(end) };
}

/** The closure, the absence and its list; once for the operation key. @throws DomainError as `awayOf` */
export async function declareAbsence(ports: SchedulingPorts, start: AbsenceStart): Promise<AbsenceView> {
  const at = await ports.clock.now();
  const { organizationId, operation, actor } = start;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const away = await awayOf(trx, start, at);
    // Bookings lock their resources in this way too.
    await trx.raw(`SELECT id FROM resource WHERE id = ? FOR NO KEY UPDATE`, [away.resourceId]);
    const opKey = operation.key;
    const exceptionId = await insertRecord(trx, { organizationId, actor, at, opKey }, 'availability_exception', {
      resource_id: away.resourceId,
      starts_at: away.start,
      ends_at: away.end,
      kind: 'closed',
      reason: start.reason,
      created_by: actor.ref,
    });
    const kind = away.resource.kind === 'room' || away.resource.kind === 'equipment' ? 'outage' : 'absence';
    const [row] = await trx('absence')
      .insert({
        id: start.absenceId,
        organization_id: organizationId,
        resource_id: away.resourceId,
        kind,
        starts_at: away.start,
        ends_at: away.end,
        reason: start.reason,
        exception_id: exceptionId,
        created_by: actor.ref,
        declared_at: at,
      })
      .returning<AbsenceRow[]>('*');
    await recordStateChange(trx, {
      organizationId,
      aggregate: 'absence',
      aggregateId: start.absenceId,
      event: 'declare',
      from: null,
      to: 'running',
      actor,
      reason: start.reason,
      at,
      data: { kind, resourceId: away.resourceId, start: away.start.toISOString(), end: away.end.toISOString() },
      opKey,
    });
    await list(trx, row!, await affectedVisits(trx, away), { actor, at, opKey });
    return (await readAbsence(trx, start.absenceId))!;
  });
}

interface Change {
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey: string;
}

async function list(trx: Trx, absence: AbsenceRow, visits: readonly AffectedVisit[], change: Change): Promise<void> {
  for (const visit of visits) {
    const start = visit.start_at.getTime();
    const state: CaseState = hasBegun({ status: visit.status, start }, change.at.getTime())
      ? 'begun'
      : visit.joined_case_id === null
        ? 'affected'
        : 'joined';
    const id = randomUUID();
    await trx('absence_case').insert({
      id,
      organization_id: absence.organization_id,
      absence_id: absence.id,
      appointment_id: visit.id,
      patient_id: visit.patient_id,
      visit_start: visit.start_at,
      state,
      joined_case_id: state === 'joined' ? visit.joined_case_id : null,
      settled_at: openCaseStates.has(state) ? null : change.at,
    });
    await recordStateChange(trx, {
      organizationId: absence.organization_id,
      aggregate: 'absence-case',
      aggregateId: id,
      event: 'list',
      from: null,
      to: state,
      actor: change.actor,
      at: change.at,
      data: { absenceId: absence.id, appointmentId: visit.id, patientId: visit.patient_id, status: visit.status },
      opKey: change.opKey,
    });
  }
}

/** Writes one edge of the table on a locked row. A row that is over is moved by nobody. */
export async function moveCase(
  trx: Trx,
  row: CaseRow,
  move: {
    readonly event: CaseEvent;
    readonly to: CaseState;
    readonly columns?: Readonly<Record<string, unknown>> | undefined;
    readonly data?: Readonly<Record<string, unknown>> | undefined;
    readonly reason?: string | undefined;
  } & Change,
): Promise<CaseRow> {
  if (!mayMove(move.event, row.state, move.to)) throw new Error(`no edge ${row.state} -${move.event}-> ${move.to}`);
  const [changed] = await trx('absence_case')
    .where({ id: row.id })
    .update({
      state: move.to,
      settled_at: openCaseStates.has(move.to) ? null : move.at,
      ...(!openCaseStates.has(move.to) && { next_at: null }),
      ...move.columns,
      version: trx.raw('version + 1'),
    })
    .returning<CaseRow[]>('*');
  await recordStateChange(trx, {
    organizationId: row.organization_id,
    aggregate: 'absence-case',
    aggregateId: row.id,
    event: move.event,
    from: row.state,
    to: move.to,
    actor: move.actor,
    reason: move.reason,
    at: move.at,
    data: { absenceId: row.absence_id, appointmentId: row.appointment_id, patientId: row.patient_id, ...move.data },
    opKey: move.opKey,
  });
  return changed!;
}

/** What the process needs to know of one patient, as it is now. */
interface CaseWithFacts extends CaseRow {
  readonly status: string;
  readonly start_at: Date;
  readonly awaiting_approval: boolean;
  readonly hold_expires_at: Date | null;
  readonly stands: boolean;
  readonly live_holds: number;
  readonly found_id: string | null;
  readonly task_state: 'open' | 'done' | 'cancelled' | null;
  readonly task_outcome: string | null;
  readonly joined_state: CaseState | null;
  readonly joined_appointment_id: string | null;
  readonly joined_round: number | null;
  readonly resource_kind: string;
}

/**
 * Open cases with their facts. A visit counts as being in place of the cancelled one when it says so, or is of the same
 * type and was booked after the patient was asked.
 */
const factsSql = `
SELECT c.*, a.status, a.start_at, a.awaiting_approval, a.hold_expires_at, q.kind AS resource_kind,
  EXISTS (SELECT 1 FROM reservation r WHERE r.appointment_id = a.id AND r.released_at IS NULL AND r.resource_id = b.resource_id
          AND r.starts_at < b.ends_at AND r.ends_at > b.starts_at) AND a.start_at < b.ends_at AND a.end_at > b.starts_at AS stands,
  (SELECT count(*) FROM appointment h WHERE h.organization_id = c.organization_id AND h.patient_id = c.patient_id AND h.replaces_id = a.id
   AND h.status = 'pending' AND h.hold_expires_at > :at) AS live_holds,
  (SELECT n.id FROM appointment n WHERE n.organization_id = c.organization_id AND n.patient_id = c.patient_id AND n.id <> a.id
     AND n.status IN ('booked', 'arrived', 'checked-in', 'fulfilled')
     AND (n.replaces_id = a.id OR (c.asked_at IS NOT NULL AND n.visit_type_id = a.visit_type_id AND n.booked_at >= c.asked_at))
   ORDER BY (n.replaces_id = a.id) IS TRUE DESC, n.start_at LIMIT 1) AS found_id,
  t.state AS task_state, t.outcome AS task_outcome, j.state AS joined_state, j.appointment_id AS joined_appointment_id, j.round AS joined_round
FROM absence_case c JOIN absence b ON b.id = c.absence_id JOIN resource q ON q.id = b.resource_id JOIN appointment a ON a.id = c.appointment_id
LEFT JOIN staff_task t ON t.id = c.task_id LEFT JOIN absence_case j ON j.id = c.joined_case_id
WHERE c.absence_id = :absenceId AND c.settled_at IS NULL AND (CAST(:appointmentId AS uuid) IS NULL OR c.appointment_id = CAST(:appointmentId AS uuid))
ORDER BY c.visit_start, c.appointment_id FOR UPDATE OF c`;

export async function openCases(
  trx: Trx,
  absenceId: string,
  at: Date,
  appointmentId: string | null = null,
): Promise<CaseWithFacts[]> {
  const { rows } = await trx.raw<{ rows: CaseWithFacts[] }>(factsSql, { absenceId, appointmentId, at });
  return rows;
}

export function factsOf(row: CaseWithFacts): CaseFacts {
  return {
    state: row.state,
    paused: row.paused,
    round: row.round,
    remindAt: msOrNull(row.remind_at),
    reminded: row.reminded_at !== null,
    answerUntil: msOrNull(row.answer_until),
    askAgain: row.ask_again,
    visit: {
      status: row.status,
      start: row.start_at.getTime(),
      awaitingApproval: row.awaiting_approval,
      holdExpiresAt: msOrNull(row.hold_expires_at),
      stands: row.stands,
    },
    replaced: row.found_id !== null,
    liveHolds: row.live_holds,
    task: row.task_state === null ? null : { state: row.task_state, outcome: row.task_outcome },
    joined:
      row.joined_state === null
        ? null
        : { state: row.joined_state, sameVisit: row.joined_appointment_id === row.appointment_id },
    mayMoveResource: row.resource_kind !== 'provider',
  };
}

/** What a look at the list says: what came about is written down, what is to be done is named. */
export interface Look {
  readonly absence: AbsenceView;
  /** Soonest visit first. */
  readonly steps: readonly { readonly appointmentId: string; readonly step: CaseStep }[];
  readonly open: readonly OpenCase[];
  readonly nextAt: string | null;
  /** Other absences that wait for an outcome of this one. */
  readonly tell: readonly string[];
  /** Openings on the closed time that were being offered: nobody is offered it any more. */
  readonly closed: readonly string[];
}

/** Writes down what came about, lists what was booked all the same, and ends the absence when everybody is settled. */
export async function lookAtList(
  ports: SchedulingPorts,
  { organizationId, absenceId }: { readonly organizationId: string; readonly absenceId: string },
): Promise<Look> {
  const at = await ports.clock.now();
  const change: Change = { actor: systemActor('absence'), at, opKey: `absence:${absenceId}/look` };
  const closed = await closeOpenings(ports, organizationId, absenceId);
  const seen = await lookOnce(ports, organizationId, absenceId, change);
  return { ...seen, closed };
}

async function lookOnce(
  ports: SchedulingPorts,
  organizationId: string,
  absenceId: string,
  change: Change,
): Promise<Omit<Look, 'closed'>> {
  const { at } = change;
  return withTransaction(ports.db, { organizationId }, async (trx) => {
    const absence = await lockAbsence(trx, absenceId);
    if (absence.ended_at !== null) return look(trx, absence, [], [], new Set());
    await listLate(trx, absence, change);
    const settled = new Set<string>();
    const steps: Look['steps'][number][] = [];
    const open: OpenCase[] = [];
    let next: number | null = null;
    for (const row of await openCases(trx, absenceId, at)) {
      const { outcome, after } = await writeDown(trx, row, change, absence.state === 'paused');
      if (!openCaseStates.has(after.state)) {
        settled.add(row.id);
        continue;
      }
      open.push({ appointmentId: row.appointment_id, state: after.state, paused: row.paused, stands: row.stands });
      if (outcome.kind === 'work') steps.push({ appointmentId: row.appointment_id, step: outcome.step });
      const until = outcome.kind === 'wait' ? outcome.until : null;
      if (until !== null) next = Math.min(next ?? until, until);
      if (until !== msOrNull(after.next_at)) {
        await trx('absence_case')
          .where({ id: row.id })
          .update({ next_at: until === null ? null : new Date(until) });
      }
    }
    const ended = open.length > 0 ? absence : await changeAbsence(trx, absence, 'resolved', 'resolve', change);
    return look(trx, ended, steps, open, settled, next);
  });
}

async function look(
  trx: Trx,
  absence: AbsenceRow,
  steps: Look['steps'],
  open: readonly OpenCase[],
  settled: ReadonlySet<string>,
  next: number | null = null,
): Promise<Omit<Look, 'closed'>> {
  return {
    absence: (await readAbsence(trx, absence.id))!,
    steps,
    open,
    nextAt: next === null ? null : new Date(next).toISOString(),
    tell: await joinedTo(trx, [...settled]),
  };
}

/** A freed time of who is away is offered to nobody. Who accepted just before has a visit, and is on the list by that. */
async function closeOpenings(ports: SchedulingPorts, organizationId: string, absenceId: string): Promise<string[]> {
  const offered = await withOrganization(ports.db, organizationId, async (trx) => {
    const { rows } = await trx.raw<{ rows: { id: string }[] }>(
      `SELECT DISTINCT r.opening_id AS id FROM absence b JOIN reservation r ON r.resource_id = b.resource_id AND r.kind = 'offer'
         AND r.released_at IS NULL AND r.starts_at < b.ends_at AND r.ends_at > b.starts_at
       WHERE b.id = :absenceId AND b.ended_at IS NULL ORDER BY 1`,
      { absenceId },
    );
    return rows.map((row) => row.id);
  });
  const closed: string[] = [];
  for (const openingId of offered) {
    const operation = { key: openingOperationKey(openingId, `absence:${absenceId}`), inputHash: 'close' };
    const request = {
      action: 'close',
      input: { reason: 'absence' },
      actor: systemActor('absence'),
      operation,
    } as const;
    try {
      await applyOpeningAction(ports, { organizationId, openingId, request });
      closed.push(openingId);
    } catch (error) {
      // Filled or released meanwhile: the list or the closure has it.
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return closed;
}

/** Absences whose cases have joined one of these. */
export async function joinedTo(trx: Trx, caseIds: readonly string[]): Promise<string[]> {
  if (caseIds.length === 0) return [];
  const rows = await trx('absence_case')
    .whereIn('joined_case_id', [...caseIds])
    .whereNull('settled_at')
    .distinct<{ absence_id: string }[]>('absence_id');
  return rows.map((row) => row.absence_id);
}

/** Edge after edge, as far as the facts carry: what is taken over may have begun meanwhile. */
async function writeDown(
  trx: Trx,
  row: CaseWithFacts,
  change: Change,
  paused: boolean,
): Promise<{ outcome: CaseNext; after: CaseRow }> {
  let current = row;
  for (let edges = 0; ; edges += 1) {
    const outcome = nextOf(factsOf(current), change.at.getTime(), paused);
    if (outcome.kind !== 'settle' || edges > 5) return { outcome, after: current };
    const moved = await moveCase(trx, current, {
      ...change,
      event: outcome.event,
      to: outcome.to,
      columns: {
        ...(outcome.to === 'rebooked' && {
          replacement_id: current.found_id ?? (current.stands ? null : currentVisit(current)),
        }),
        ...(outcome.event === 'take-over' && { joined_case_id: null, round: current.joined_round ?? 0 }),
      },
      data: {
        ...(outcome.to === 'rebooked' && { replacementId: current.found_id ?? current.appointment_id }),
        ...(outcome.event === 'call-made' && { outcome: current.task_outcome }),
      },
    });
    current = { ...current, ...moved, ...(outcome.event === 'take-over' && { joined_state: null }) };
  }
}

/** A visit that was moved is its own replacement. */
const currentVisit = (row: CaseWithFacts): string | null => (row.status === 'booked' ? row.appointment_id : null);

/**
 * Booked on the closed time after the list was made: a hold that was confirmed, an offer of the waitlist that was accepted.
 * What staff put there with a reason was meant.
 */
async function listLate(trx: Trx, absence: AbsenceRow, change: Change): Promise<void> {
  const away = { resourceId: absence.resource_id, start: absence.starts_at, end: absence.ends_at };
  const known = await trx('absence_case')
    .where({ absence_id: absence.id })
    .select<{ appointment_id: string }[]>('appointment_id');
  const ids = new Set(known.map((row) => row.appointment_id));
  const late = (await affectedVisits(trx, away)).filter(
    (visit) => !ids.has(visit.id) && visit.overbook_reason === null && visit.status !== 'cancelled',
  );
  await list(trx, absence, late, change);
}

/** @throws DomainError `not-found` */
export async function lockAbsence(trx: Trx, id: string): Promise<AbsenceRow> {
  const row = await trx('absence').where({ id }).forUpdate().first<AbsenceRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

export async function changeAbsence(
  trx: Trx,
  absence: AbsenceRow,
  to: AbsenceRow['state'],
  event: string,
  change: Change & { readonly reason?: string | undefined },
): Promise<AbsenceRow> {
  const [changed] = await trx('absence')
    .where({ id: absence.id })
    .update({
      state: to,
      ended_at: to === 'resolved' || to === 'stopped' ? change.at : null,
      version: trx.raw('version + 1'),
    })
    .returning<AbsenceRow[]>('*');
  await recordStateChange(trx, {
    organizationId: absence.organization_id,
    aggregate: 'absence',
    aggregateId: absence.id,
    event,
    from: absence.state,
    to,
    actor: change.actor,
    reason: change.reason,
    at: change.at,
    opKey: change.opKey,
  });
  return changed!;
}

export type { Change as AbsenceChange };
