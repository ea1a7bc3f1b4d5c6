/** A recurring series as the API shows it, before it is booked (the report) and after. */
import { z } from 'zod';
import { readSeries, type OccurrenceReport } from '../../db/series/series-view.ts';
import type { Trx } from '../../db/connection.ts';
import { appointmentStatuses } from '../../domain/appointment/appointment-facts.ts';
import { DomainError } from '../../domain/errors.ts';
import { occurrenceFindings, seriesFrequencies, seriesModes, seriesStates } from '../../domain/schedule/series.ts';
import { seriesStepKinds } from '../../workflows/messages/series.ts';
import type { RequestContext } from '../context.ts';
import { id, visitMode } from '../schemas.ts';

export const occurrenceReport = z.object({
  occurrence: z.int(),
  /** What the rule says, local time of the place. */
  localStart: z.string(),
  start: z.string().nullable(),
  finding: z.enum(occurrenceFindings),
  /** More about why: `guard`, `resourceKind`, `nextValid`, `earlier`, `later` ... */
  data: z.record(z.string(), z.unknown()),
  /** Up to three other times that day or the next, nearest first. */
  alternatives: z.array(
    z.object({ start: z.string(), end: z.string(), practitionerId: id, locationId: id.nullable() }),
  ),
});

export const representReport = ({
  number: occurrence,
  local,
  ...rest
}: OccurrenceReport): z.output<typeof occurrenceReport> => ({
  occurrence,
  localStart: local,
  ...rest,
  alternatives: [...rest.alternatives],
});

const step = z.object({
  /** 0: the booking; then each change of what follows. */
  changeNo: z.int(),
  kind: z.enum(seriesStepKinds),
  outcome: z.enum(['planned', 'done', 'refused', 'skipped']),
  start: z.string().nullable(),
  /** Why not: a problem code, `skipped` or `not-tried`. */
  code: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  at: z.string().nullable(),
});

export const seriesRule = z.object({
  frequency: z.enum(seriesFrequencies),
  interval: z.int(),
  byDay: z.array(z.string()),
  count: z.int().nullable(),
  until: z.string().nullable(),
  /** Local time of the place, `YYYY-MM-DDTHH:MM`. */
  start: z.string(),
});

export const series = z.object({
  id,
  patientId: id,
  visitTypeId: id,
  practitionerId: id,
  locationId: id,
  mode: visitMode,
  onConflict: z.enum(seriesModes),
  rule: seriesRule,
  timeZone: z.string(),
  /** `booking`, `undoing` and `changing` are on their way; read it again. */
  state: z.enum(seriesStates),
  version: z.int(),
  occurrences: z.array(
    z.object({
      occurrence: z.int(),
      localStart: z.string(),
      appointmentId: id.nullable(),
      status: z.enum(appointmentStatuses).nullable(),
      start: z.string().nullable(),
      end: z.string().nullable(),
      practitioner: z.object({ id, name: z.string() }).nullable(),
      steps: z.array(step),
    }),
  ),
});

/** That another patient's series exists is nobody's to know. */
export async function representSeries(
  context: RequestContext,
  trx: Trx,
  seriesId: string,
): Promise<z.output<typeof series>> {
  const view = await readSeries(trx, seriesId);
  if (view === null || (context.user.kind === 'patient' && context.user.patientId !== view.patientId))
    throw new DomainError('not-found');
  context.concerns({ entityId: seriesId, patientId: view.patientId });
  const { startLocal, timeZone, ...rule } = view.rule;
  return {
    id: view.id,
    patientId: view.patientId,
    visitTypeId: view.visitTypeId,
    practitionerId: view.practitionerId,
    locationId: view.locationId,
    mode: view.visitMode,
    onConflict: view.mode,
    rule: { ...rule, byDay: [...rule.byDay], start: startLocal },
    timeZone,
    state: view.state,
    version: view.version,
    occurrences: view.occurrences.map(({ number: occurrence, local, steps, ...visit }) => ({
      occurrence,
      localStart: local,
      ...visit,
      status: visit.status as z.output<typeof series>['occurrences'][number]['status'],
      steps: [...steps],
    })),
  };
}
export type OccurrenceReportShown = z.output<typeof occurrenceReport>;
