/**
 * A change of one occurrence of a series and all that follow (feature B13): filed here as steps, taken one by one by the
 * processes of the visits.
 */
import { localTimeProblem, resolveLocalTime } from '../../domain/calendar/calendar.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import { isChangeable, moveOrder, movedWith, type SeriesState } from '../../domain/schedule/series.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { SeriesChange, SeriesProgress } from '../../workflows/messages/series.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { changeState, insertSteps, requirePermission, type NewStep, type WhichSeries } from './series.ts';
import { progressOf, readSeriesRow, type SeriesRow } from './series-view.ts';
import { withTransaction } from '../transaction.ts';

/**
 * Files a change of one occurrence and all that follow, once for its operation key; its steps are taken afterwards, each by
 * the process of its visit.
 * @throws DomainError `not-found`, `forbidden`, `invalid-transition` (something is under way, or nothing is left to change),
 * `validation-failed`
 */
export async function beginSeriesChange(
  ports: SchedulingPorts,
  asked: WhichSeries & { readonly change: SeriesChange; readonly operation: Operation },
): Promise<{ readonly changeNo: number; readonly progress: SeriesProgress }> {
  const at = await ports.clock.now();
  const { organizationId, seriesId, change, operation } = asked;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await readSeriesRow(trx, seriesId, true);
    if (row === null) throw new DomainError('not-found');
    requirePermission(change.actor, permissionFor(change));
    if (row.state !== 'booked') throw notNow(row.state, change.kind);
    const series = { ...row, change_no: row.change_no + 1 };
    const steps = await stepsOf(trx, series, change);
    if (steps.every(({ problem }) => problem !== undefined)) throw notNow(row.state, change.kind);
    await insertSteps(trx, series, change.kind, steps, at);
    await changeState(trx, series, {
      to: 'changing',
      event: change.kind,
      actor: change.actor,
      at,
      opKey: operation.key,
      reason: change.reason,
      columns: { change_no: series.change_no },
      data: { from: change.from, toLocal: change.toLocal ?? null, visits: steps.length },
    });
    return { changeNo: series.change_no, progress: await progressOf(trx, { id: seriesId, state: 'changing' }) };
  });
}

export function permissionFor(
  change: Pick<SeriesChange, 'kind' | 'byClinic'>,
): 'appointment:reschedule' | 'appointment:cancel' | 'appointment:cancel-by-clinic' {
  if (change.kind === 'move') return 'appointment:reschedule';
  return change.byClinic === true ? 'appointment:cancel-by-clinic' : 'appointment:cancel';
}

const notNow = (from: SeriesState, event: string): DomainError =>
  new DomainError('invalid-transition', { allowed: [], data: { from, event } });

interface Following {
  readonly number: number;
  readonly local: string;
  readonly status: string;
  readonly practitioner_id: string | null;
  readonly location_id: string | null;
}

async function stepsOf(trx: Trx, series: SeriesRow, change: SeriesChange): Promise<NewStep[]> {
  const { rows } = await trx.raw<{ rows: Following[] }>(
    `SELECT o.number, to_char(o.local_start, 'YYYY-MM-DD"T"HH24:MI') AS local, a.status, a.practitioner_id, a.location_id
     FROM series_occurrence o JOIN appointment a ON a.series_id = o.series_id AND a.occurrence = o.number
     WHERE o.series_id = :id AND o.number >= :from ORDER BY o.number`,
    { id: series.id, from: change.from },
  );
  const first = rows.find(({ number }) => number === change.from);
  if (first === undefined) throw invalid('/from', 'no-such-occurrence', 'There is no visit for this occurrence.');
  const over = ({ status }: Following): ProblemDetail | null =>
    isChangeable(change.kind, status)
      ? null
      : { code: 'invalid-transition', data: { from: status, event: change.kind } };
  if (change.kind === 'cancel') {
    return rows.map((row) => ({
      occurrence: row.number,
      ...(over(row) !== null && { problem: over(row)!, skipped: true as const }),
    }));
  }
  const toLocal = change.toLocal ?? '';
  const target = resolveLocalTime(toLocal, series.tz, 'earlier');
  if (!target.ok && target.code === 'validation-failed')
    throw invalid('/start', 'not-a-time', 'Send a local time YYYY-MM-DDTHH:MM.');
  await requireNewPlace(trx, series, change);
  return moveOrder(rows, first.local, toLocal).map((row) => {
    const done = over(row);
    if (done !== null) return { occurrence: row.number, problem: done, skipped: true as const };
    const place = {
      occurrence: row.number,
      practitionerId: change.practitionerId ?? row.practitioner_id,
      locationId: change.locationId ?? row.location_id,
    };
    const resolved = resolveLocalTime(movedWith(row.local, first.local, toLocal), series.tz);
    return resolved.ok
      ? { ...place, start: resolved.instant }
      : { ...place, problem: localTimeProblem(resolved, series.tz) };
  });
}

async function requireNewPlace(
  trx: Trx,
  series: SeriesRow,
  { practitionerId, locationId }: SeriesChange,
): Promise<void> {
  if (practitionerId !== undefined) {
    const found = await trx('resource')
      .where({ id: practitionerId, kind: 'provider' })
      .first<{ id: string } | undefined>('id');
    if (found === undefined) throw invalid('/practitionerId', 'unknown', 'There is no such practitioner.');
  }
  if (locationId !== undefined) {
    const found = await trx('location')
      .where({ id: locationId, time_zone: series.tz })
      .first<{ id: string } | undefined>('id');
    if (found === undefined) throw invalid('/locationId', 'unknown', 'There is no such place on the same clock.');
  }
}

function invalid(path: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', { errors: [{ path: `/body${path}`, code, message }] });
}
