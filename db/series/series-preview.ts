/**
 * What would become of each occurrence of a series if it were booked now (feature B13). Each is asked of the code that
 * books it, so that what is reported as free is what a booking would find.
 */
import type { Actor } from '../../domain/actor.ts';
import { endOfLocalDay, iso, parseInstant, startOfLocalDay } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { compatibleInstant } from '../../domain/calendar/zone.ts';
import { findingOf, planSeries, type PlannedOccurrence } from '../../domain/schedule/series.ts';
import type { SeriesCommand } from '../../workflows/messages/series.ts';
import { startProblemOf } from '../appointments/appointments.ts';
import { findAvailability, type AvailableTime } from '../schedule/availability.ts';
import type { Trx } from '../connection.ts';
import type { OccurrenceReport } from './series-view.ts';

const alternativesShown = 3;

/**
 * @throws DomainError `validation-failed` for the rule or a choice, and what refuses every occurrence alike: `not-found`,
 * `forbidden`
 */
export async function previewSeries(
  trx: Trx,
  command: SeriesCommand,
  asked: { readonly at: Date; readonly actor: Actor },
): Promise<OccurrenceReport[]> {
  const report: OccurrenceReport[] = [];
  for (const occurrence of planSeries(command.rule, command.choices)) {
    report.push(await reportOf(trx, command, occurrence, asked));
  }
  return report;
}

async function reportOf(
  trx: Trx,
  command: SeriesCommand,
  occurrence: PlannedOccurrence,
  { at, actor }: { readonly at: Date; readonly actor: Actor },
): Promise<OccurrenceReport> {
  const { number, local } = occurrence;
  const start = occurrence.start === null ? null : iso(occurrence.start);
  const practitionerId = occurrence.practitionerId ?? command.practitionerId;
  if (occurrence.skipped) return { number, local, start, finding: 'skipped', data: {}, alternatives: [] };
  const problem =
    start === null
      ? occurrence.problem
      : await startProblemOf(
          trx,
          {
            event: 'book',
            patientId: command.patientId,
            visitTypeId: command.visitTypeId,
            mode: command.visitMode,
            practitionerId,
            locationId: command.locationId,
            start,
          },
          at,
          actor,
        );
  if (problem === null) return { number, local, start, finding: 'free', data: {}, alternatives: [] };
  const finding = findingOf(problem);
  if (finding === null) throw new DomainError(problem.code, problem);
  const wanted = occurrence.start ?? compatibleInstant(command.rule.timeZone, Date.parse(`${local}Z`));
  return {
    number,
    local,
    start,
    finding,
    data: problem.data ?? {},
    alternatives:
      finding === 'not-eligible' ? [] : await nearby(trx, { ...command, practitionerId }, wanted, at, actor),
  };
}

/** That day or the next, nearest to the time that was wanted; with the same practitioner, else with anybody there. */
async function nearby(
  trx: Trx,
  { visitTypeId, patientId, practitionerId, locationId, rule }: SeriesCommand,
  wanted: number,
  at: Date,
  actor: Actor,
): Promise<OccurrenceReport['alternatives']> {
  const from = Math.max(startOfLocalDay(wanted, rule.timeZone), at.getTime());
  const request = {
    visitTypeId,
    patientId,
    locationId,
    from: new Date(from),
    to: new Date(endOfLocalDay(endOfLocalDay(wanted, rule.timeZone), rule.timeZone)),
    limit: 600,
    at,
    forPatientSelfService: actor.kind === 'patient',
  };
  const same = await findAvailability(trx, { ...request, practitionerId });
  const found = same.length > 0 ? same : await findAvailability(trx, request);
  const distance = (time: AvailableTime): number => Math.abs(parseInstant(time.start)! - wanted);
  return found
    .toSorted((a, b) => distance(a) - distance(b) || (a.start < b.start ? -1 : 1))
    .slice(0, alternativesShown)
    .map(({ start, end, practitionerId: with_, locationId: where }) => ({ start, end, practitionerId: with_, locationId: where })); // prettier-ignore
}
