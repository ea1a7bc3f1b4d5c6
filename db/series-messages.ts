import { systemActor } from '../domain/actor.ts';
import { tellPatient, type MessageKind } from './appointment-effects.ts';
import type { AppointmentRow } from './appointment-view.ts';
import type { Trx } from './connection.ts';
import { patientSql, type PatientFacts } from './scheduling-facts.ts';
import type { SeriesRow } from './series-view.ts';

/**
 * One message for all of them, about the first, when it is known what became of them: never fifty, and none of a visit that
 * is taken back a moment later.
 */
export async function tellOfVisits(trx: Trx, series: SeriesRow, at: Date, opKey: string): Promise<void> {
  const { rows: visits } = await trx.raw<{ rows: (AppointmentRow & { kind: string })[] }>(
    `SELECT a.*, p.kind FROM series_step p JOIN appointment a ON a.series_id = p.series_id AND a.occurrence = p.occurrence
     WHERE p.series_id = :id AND p.change_no = :changeNo AND p.outcome = 'done'
       AND a.status = CASE p.kind WHEN 'cancel' THEN 'cancelled' ELSE 'booked' END
     ORDER BY a.start_at`,
    { id: series.id, changeNo: series.change_no },
  );
  const [first, ...others] = visits;
  if (first === undefined) return;
  const { rows } = await trx.raw<{ rows: { patient: PatientFacts }[] }>(
    `SELECT ${patientSql('CAST(:id AS uuid)')} AS patient`,
    { id: series.patient_id, at },
  );
  const context = { organizationId: series.organization_id, actor: systemActor('series'), at, opKey };
  await tellPatient(trx, context, first, rows[0]!.patient, messageOf(first), { also: others.map(({ id }) => id) });
}

function messageOf({ kind, cancelled_by: by }: AppointmentRow & { readonly kind: string }): MessageKind {
  if (kind === 'cancel') return by === 'clinic' ? 'cancelled-by-clinic' : 'cancelled';
  return kind === 'move' ? 'rescheduled' : 'booked';
}
