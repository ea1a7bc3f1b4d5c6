/**
 * Declaring an absence and looking after its list (features B20, B21). The closure and the list of every visit it falls upon
 * are one transaction: bookings under way hold a lock on the resource, so that they are waited for and listed, and who
 * comes later sees the closure.
 */
import { nextOf, openCaseStates } from '../../domain/schedule/absence.ts';
import type { CaseNext, CaseStep } from '../../domain/schedule/absence.ts';
import { systemActor } from '../../domain/actor.ts';
import { parseInstant } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AbsenceStart, AbsenceView, OpenCase } from '../../workflows/messages/absence.ts';
import { openingOperationKey } from '../../workflows/messages/opening.ts';
import {
  affectedVisits,
  changeAbsence,
  factsOf,
  joinedTo,
  list,
  lockAbsence,
  moveCase,
  openCases,
  type AbsenceChange,
  type AwayFor,
  type CaseWithFacts,
} from './absence-list.ts';
import { readAbsence, type AbsenceRow, type CaseRow } from './absence-view.ts';
import { closeWishes, giveBackTimes } from './absence-wishes.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { msOrNull } from '../instants.ts';
import { applyOpeningAction } from '../waitlist/opening-steps.ts';
import { insertRecord } from '../schedule/schedule-administration.ts';
import { withOrganization, withTransaction } from '../transaction.ts';

export interface Resource {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * @returns the resource, null for a whole place
 * @throws DomainError `not-found`, for a patient too; `validation-failed` for a time that is over, or one of more than 400
 * days, or when neither or both are named
 */
export async function awayOf(
  trx: Trx,
  asked: Pick<AbsenceStart, 'resourceId' | 'locationId' | 'start' | 'end'>,
  at: Date,
): Promise<AwayFor & { readonly resource: Resource | null }> {
  if ((asked.resourceId === undefined) === (asked.locationId === undefined)) {
    throw new DomainError('validation-failed', {
      errors: [{ path: '/body/resourceId', code: 'required', message: 'Say who or what is away, or which place.' }],
    });
  }
  const resource =
    asked.resourceId === undefined
      ? null
      : await trx('resource')
          .where({ id: asked.resourceId, active: true })
          .whereNot({ kind: 'patient' })
          .first<Resource | undefined>('id', 'kind', 'name');
  const place =
    asked.locationId === undefined
      ? null
      : await trx('location').where({ id: asked.locationId, active: true }).first<{ id: string } | undefined>('id');
  if (resource === undefined || place === undefined) throw new DomainError('not-found');
  const [start, end] = [parseInstant(asked.start) ?? NaN, parseInstant(asked.end) ?? NaN];
  if (!(end > start) || end <= at.getTime() || end - start > 400 * 86_400_000) {
    throw new DomainError('validation-failed', {
      errors: [
        { path: '/body/end', code: 'not-a-span', message: 'End after the start, in the future, within 400 days.' },
      ],
    });
  }
  return {
    resource,
    resourceId: resource?.id ?? null,
    locationId: place?.id ?? null,
    start: new Date(start),
    end: new Date(end),
  };
}

/** The closure, the absence and its list; once for the operation key. @throws DomainError as `awayOf` */
export async function declareAbsence(ports: SchedulingPorts, start: AbsenceStart): Promise<AbsenceView> {
  const at = await ports.clock.now();
  const { organizationId, operation, actor } = start;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const away = await awayOf(trx, start, at);
    // Bookings lock their resources in this way too; every booking of a place locks a practitioner.
    await trx.raw(
      `SELECT id FROM resource WHERE id = CAST(:resourceId AS uuid) OR (CAST(:locationId AS uuid) IS NOT NULL AND kind = 'provider')
       ORDER BY id FOR NO KEY UPDATE`,
      { resourceId: away.resourceId, locationId: away.locationId },
    );
    const opKey = operation.key;
    const exceptionId = await insertRecord(trx, { organizationId, actor, at, opKey }, 'availability_exception', {
      resource_id: away.resourceId,
      location_id: away.locationId,
      starts_at: away.start,
      ends_at: away.end,
      kind: 'closed',
      reason: start.reason,
      created_by: actor.ref,
    });
    const down = away.resource === null || away.resource.kind === 'room' || away.resource.kind === 'equipment';
    const kind = down ? 'outage' : 'absence';
    const [row] = await trx('absence')
      .insert({
        id: start.absenceId,
        organization_id: organizationId,
        resource_id: away.resourceId,
        location_id: away.locationId,
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
      data: {
        kind,
        resourceId: away.resourceId,
        locationId: away.locationId,
        start: away.start.toISOString(),
        end: away.end.toISOString(),
      },
      opKey,
    });
    await list(trx, row!, await affectedVisits(trx, away), { actor, at, opKey });
    return (await readAbsence(trx, start.absenceId))!;
  });
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
  /** Wishes of displaced patients that are over: their runs, and those of the offers they held. */
  readonly wishes: readonly string[];
  /** Held times that were let go, because there is a new one: their runs. */
  readonly visits: readonly string[];
}

/** Writes down what came about, lists what was booked all the same, and ends the absence when everybody is settled. */
export async function lookAtList(
  ports: SchedulingPorts,
  { organizationId, absenceId }: { readonly organizationId: string; readonly absenceId: string },
): Promise<Look> {
  const at = await ports.clock.now();
  const change: AbsenceChange = { actor: systemActor('absence'), at, opKey: `absence:${absenceId}/look` };
  const closed = await closeOpenings(ports, organizationId, absenceId);
  const seen = await lookOnce(ports, organizationId, absenceId, change);
  const over = await closeWishes(ports, { organizationId, absenceId });
  const visits = await giveBackTimes(ports, { organizationId, absenceId });
  return { ...seen, closed: [...closed, ...over.openings], wishes: over.wishes, visits };
}

async function lookOnce(
  ports: SchedulingPorts,
  organizationId: string,
  absenceId: string,
  change: AbsenceChange,
): Promise<Omit<Look, 'closed' | 'wishes' | 'visits'>> {
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
): Promise<Omit<Look, 'closed' | 'wishes' | 'visits'>> {
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
      `SELECT DISTINCT r.opening_id AS id FROM absence b JOIN reservation r ON r.kind = 'offer'
         AND r.released_at IS NULL AND r.starts_at < b.ends_at AND r.ends_at > b.starts_at
         AND (r.resource_id = b.resource_id OR EXISTS (SELECT 1 FROM opening o WHERE o.id = r.opening_id AND o.location_id = b.location_id))
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

/** Edge after edge, as far as the facts carry: what is taken over may have begun meanwhile. */
async function writeDown(
  trx: Trx,
  row: CaseWithFacts,
  change: AbsenceChange,
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
async function listLate(trx: Trx, absence: AbsenceRow, change: AbsenceChange): Promise<void> {
  const away = {
    resourceId: absence.resource_id,
    locationId: absence.location_id,
    start: absence.starts_at,
    end: absence.ends_at,
  };
  const known = await trx('absence_case')
    .where({ absence_id: absence.id })
    .select<{ appointment_id: string }[]>('appointment_id');
  const ids = new Set(known.map((row) => row.appointment_id));
  const late = (await affectedVisits(trx, away)).filter(
    (visit) => !ids.has(visit.id) && visit.overbook_reason === null && visit.status !== 'cancelled',
  );
  await list(trx, absence, late, change);
}
