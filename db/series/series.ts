/**
 * The facts of a recurring series (scheduling-intake.md C2, feature B13), one transaction each: it is filed, its steps are
 * recorded, it is settled, a change is filed. The visits themselves are booked, moved and cancelled by their own processes.
 *
 * A little longer than most: the states of a series and the steps that lead from one to the next are read together.
 */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { systemActor } from '../../domain/actor.ts';
import { localOf, parseInstant } from '../../domain/calendar/calendar.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import {
  findingOf,
  maxOccurrences,
  planSeries,
  type PlannedOccurrence,
  type SeriesState,
} from '../../domain/schedule/series.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { SeriesProgress, SeriesStart, SeriesStep } from '../../workflows/messages/series.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { tellOfVisits } from './series-messages.ts';
import { progressOf, readSeriesRow, type SeriesRow } from './series-view.ts';
import { withOrganization, withTransaction } from '../transaction.ts';

export interface WhichSeries {
  readonly organizationId: string;
  readonly seriesId: string;
}

/**
 * Files a series and what is to be booked for it, once for its operation key.
 * @throws DomainError `validation-failed`, `not-found`, `forbidden`, `conflict` (mode `all`, and a time that cannot be said),
 * `idempotency-key-reused`
 */
export async function openSeries(ports: SchedulingPorts, start: SeriesStart): Promise<SeriesProgress> {
  const at = await ports.clock.now();
  const { organizationId, operation } = start;
  return withTransaction(ports.db, { organizationId, operation }, (trx) => fileSeries(trx, start, at));
}

async function fileSeries(trx: Trx, start: SeriesStart, at: Date): Promise<SeriesProgress> {
  const { organizationId, seriesId, command, actor, operation } = start;
  requirePermission(actor, 'appointment:book');
  const { rule } = command;
  await requireParties(trx, start);
  const plan = planSeries(rule, command.choices);
  const unsayable = plan.filter(({ problem }) => problem !== null);
  const none = plan.every(({ start: at_ }) => at_ === null);
  if (none || (command.mode === 'all' && unsayable.length > 0)) throw seriesConflict(unsayable);
  await trx('series').insert({
    id: seriesId,
    organization_id: organizationId,
    patient_id: command.patientId,
    visit_type_id: command.visitTypeId,
    practitioner_id: command.practitionerId,
    location_id: command.locationId,
    visit_mode: command.visitMode,
    mode: command.mode,
    freq: rule.frequency,
    interval: rule.interval,
    by_day: [...rule.byDay],
    count: rule.count,
    until: rule.until,
    start_local: rule.startLocal,
    tz: rule.timeZone,
    state: 'booking',
    created_by: actor.ref,
  });
  await trx('series_occurrence').insert(
    plan.map(({ number, local }) => ({
      organization_id: organizationId,
      series_id: seriesId,
      number,
      local_start: local,
      appointment_id: randomUUID(),
    })),
  );
  await trx('series_step').insert(
    plan.map((occurrence) => ({
      organization_id: organizationId,
      series_id: seriesId,
      change_no: 0,
      kind: 'book',
      occurrence: occurrence.number,
      position: occurrence.number,
      start_at: occurrence.start === null ? null : new Date(occurrence.start),
      practitioner_id: occurrence.practitionerId,
      ...(occurrence.start === null
        ? {
            outcome: 'skipped',
            code: occurrence.problem?.code ?? 'skipped',
            detail: JSON.stringify(occurrence.problem?.data ?? {}),
            at,
          }
        : { outcome: 'planned' }),
    })),
  );
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'series',
    aggregateId: seriesId,
    event: 'book',
    from: null,
    to: 'booking',
    actor,
    at,
    data: { patientId: command.patientId, occurrences: plan.length, mode: command.mode },
    opKey: operation.key,
  });
  return progressOf(trx, { id: seriesId, state: 'booking' });
}

/** Refused as a whole, with what is wrong with each: ids, codes and times. */
function seriesConflict(occurrences: readonly PlannedOccurrence[]): DomainError {
  return new DomainError('conflict', {
    data: {
      reason: 'series',
      occurrences: occurrences.map(({ number, local, problem }) => ({
        number,
        local,
        finding: problem === null ? 'skipped' : findingOf(problem),
      })),
    },
  });
}

/** A foreign key would say the same as a fault of ours. */
async function requireParties(trx: Trx, { command }: SeriesStart): Promise<void> {
  const missing = async (table: string, where: Record<string, unknown>, path: string): Promise<void> => {
    const row = await trx(table).where(where).first<{ id: string } | undefined>('id');
    if (row === undefined)
      throw new DomainError('not-found', {
        errors: [{ path: `/body/${path}`, code: 'unknown', message: 'There is none.' }],
      });
  };
  await missing('patient', { id: command.patientId }, 'patientId');
  await missing('visit_type', { id: command.visitTypeId, active: true }, 'visitTypeId');
  const practitioners = new Set([
    command.practitionerId,
    ...command.choices.flatMap((one) => one.practitionerId ?? []),
  ]);
  for (const id of practitioners) await missing('resource', { id, kind: 'provider' }, 'practitionerId');
  await missing('location', { id: command.locationId, time_zone: command.rule.timeZone }, 'locationId');
}

/** Staff only: fifty visits at once are not for a form on the internet. */
export function requirePermission(actor: Actor, permission: string): void {
  if (actor.kind !== 'staff' || !actor.permissions.includes(permission)) throw new DomainError('forbidden');
}

/** What is still to be done, as Postgres knows it. @throws DomainError `not-found` */
export async function readSeriesProgress(
  ports: SchedulingPorts,
  { organizationId, seriesId }: WhichSeries,
): Promise<SeriesProgress> {
  return withOrganization(ports.db, organizationId, async (trx) => {
    const series = await readSeriesRow(trx, seriesId);
    if (series === null) throw new DomainError('not-found');
    return progressOf(trx, series);
  });
}

/** What became of a step; a repeat changes nothing. */
export async function recordSeriesStep(
  ports: SchedulingPorts,
  {
    organizationId,
    seriesId,
    step,
    problem,
  }: WhichSeries & { readonly step: SeriesStep; readonly problem: ProblemDetail | null },
): Promise<void> {
  const at = await ports.clock.now();
  await withTransaction(ports.db, { organizationId }, async (trx) => {
    const recorded = await trx('series_step')
      .where({
        series_id: seriesId,
        change_no: step.changeNo,
        kind: step.kind,
        occurrence: step.occurrence,
        outcome: 'planned',
      })
      .update({
        outcome: problem === null ? 'done' : 'refused',
        code: problem?.code ?? null,
        detail: JSON.stringify(problem?.data ?? {}),
        at,
      });
    const start = step.start === null ? null : parseInstant(step.start);
    if (recorded === 0 || problem !== null || step.kind !== 'move' || start === null) return;
    const { tz } = (await readSeriesRow(trx, seriesId))!;
    await trx('series_occurrence')
      .where({ series_id: seriesId, number: step.occurrence })
      .update({ local_start: localOf(start, tz) });
  });
}

/**
 * Goes on to where the recorded steps lead: from booking to booked, or to undoing and refused; from a change back to booked;
 * to ended when no visit lies ahead. What is still planned keeps it where it is, unless it is booked all or nothing.
 */
export async function settleSeries(
  ports: SchedulingPorts,
  { organizationId, seriesId, operation }: WhichSeries & { readonly operation: Operation },
): Promise<SeriesProgress> {
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId }, async (trx) => {
    const series = await readSeriesRow(trx, seriesId, true);
    if (series === null) throw new DomainError('not-found');
    const to = await nextState(trx, series, at);
    if (to !== series.state) {
      await changeState(trx, series, {
        to,
        event: eventOf[to],
        actor: systemActor('series'),
        at,
        opKey: operation.key,
      });
      if (series.state !== 'booked' && to !== 'undoing' && to !== 'refused')
        await tellOfVisits(trx, series, at, operation.key);
    }
    return progressOf(trx, { id: seriesId, state: to });
  });
}

const eventOf: Readonly<Record<SeriesState, string>> = {
  booking: 'book',
  undoing: 'undo',
  refused: 'refuse',
  booked: 'settle',
  changing: 'change',
  ended: 'end',
};

async function nextState(trx: Trx, series: SeriesRow, at: Date): Promise<SeriesState> {
  const steps = await trx('series_step')
    .where({ series_id: series.id, change_no: series.change_no })
    .select<{ kind: string; outcome: string; occurrence: number }[]>('kind', 'outcome', 'occurrence');
  const planned = steps.some(({ outcome }) => outcome === 'planned');
  const anyRefused = steps.some(({ kind, outcome }) => kind === 'book' && outcome === 'refused');
  if (series.state === 'booking' && series.mode === 'all' && anyRefused) {
    await trx('series_step')
      .where({ series_id: series.id, outcome: 'planned' })
      .update({ outcome: 'skipped', code: 'not-tried', at });
    const booked = steps.filter(({ kind, outcome }) => kind === 'book' && outcome === 'done');
    if (booked.length === 0) return 'refused';
    await insertSteps(trx, series, 'undo', booked.toSorted((a, b) => b.occurrence - a.occurrence).map(({ occurrence }) => ({ occurrence }))); // prettier-ignore
    return 'undoing';
  }
  if (planned) return series.state;
  const { endsAt } = await progressOf(trx, series);
  const live = endsAt !== null && parseInstant(endsAt)! > at.getTime();
  // A visit that could not be taken back stands, and its series with it.
  if (live) return 'booked';
  return series.state === 'booking' || series.state === 'undoing' ? 'refused' : 'ended';
}

export interface NewStep {
  readonly occurrence: number;
  readonly start?: number | null | undefined;
  readonly practitionerId?: string | null | undefined;
  readonly locationId?: string | null | undefined;
  /** Known before it was tried. */
  readonly problem?: ProblemDetail | undefined;
  readonly skipped?: true | undefined;
}

export async function insertSteps(
  trx: Trx,
  series: Pick<SeriesRow, 'id' | 'organization_id' | 'change_no'>,
  kind: SeriesStep['kind'],
  steps: readonly NewStep[],
  at?: Date,
): Promise<void> {
  await trx('series_step').insert(
    steps.map((step, position) => ({
      organization_id: series.organization_id,
      series_id: series.id,
      change_no: series.change_no,
      kind,
      occurrence: step.occurrence,
      // What is taken back comes after what was booked.
      position: kind === 'undo' ? maxOccurrences + 1 + position : position,
      start_at: step.start === undefined || step.start === null ? null : new Date(step.start),
      practitioner_id: step.practitionerId ?? null,
      location_id: step.locationId ?? null,
      ...(step.problem === undefined
        ? { outcome: 'planned' }
        : {
            outcome: step.skipped === true ? 'skipped' : 'refused',
            code: step.problem.code,
            detail: JSON.stringify(step.problem.data ?? {}),
            at,
          }),
    })),
  );
}

export async function changeState(
  trx: Trx,
  series: SeriesRow,
  change: {
    readonly to: SeriesState;
    readonly event: string;
    readonly actor: Actor;
    readonly at: Date;
    readonly opKey: string;
    readonly reason?: string | undefined;
    readonly columns?: Readonly<Record<string, unknown>> | undefined;
    readonly data?: Readonly<Record<string, unknown>> | undefined;
  },
): Promise<void> {
  await trx('series')
    .where({ id: series.id })
    .update({ state: change.to, version: trx.raw('version + 1'), ...change.columns });
  await recordStateChange(trx, {
    organizationId: series.organization_id,
    aggregate: 'series',
    aggregateId: series.id,
    event: change.event,
    from: series.state,
    to: change.to,
    actor: change.actor,
    reason: change.reason,
    at: change.at,
    data: { patientId: series.patient_id, changeNo: series.change_no, ...change.data },
    opKey: change.opKey,
  });
}
