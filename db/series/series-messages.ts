import { systemActor } from '../../domain/actor.ts';
import { tellPatient, type MessageKind } from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';
import { patientSql, type PatientFacts } from '../schedule/scheduling-facts.ts';
import type { SeriesRow } from './series-view.ts';

/**
 * One message for all of them, about the first, when it is known what became of them: never fifty, and none of a visit that
 * is taken back a moment later. Two only where some still wait for approval, and others do not.
 */
export async function tellOfVisits(trx: Trx, series: SeriesRow, at: Date, opKey: string): Promise<void> {
  const { rows: visits } = await trx.raw<{ rows: (AppointmentRow & { kind: string })[] }>(
    `SELECT a.*, p.kind FROM series_step p JOIN appointment a ON a.series_id = p.series_id AND a.occurrence = p.occurrence
     WHERE p.series_id = :id AND p.change_no = :changeNo AND p.outcome = 'done'
       AND a.status = ANY (CASE p.kind WHEN 'cancel' THEN ARRAY['cancelled'] WHEN 'book' THEN ARRAY['booked', 'pending'] ELSE ARRAY['booked'] END)
     ORDER BY a.start_at`,
    { id: series.id, changeNo: series.change_no },
  );
  if (visits.length === 0) return;
  const { rows } = await trx.raw<{ rows: { patient: PatientFacts }[] }>(
    `SELECT ${patientSql('CAST(:id AS uuid)')} AS patient`,
    { id: series.patient_id, at },
  );
  const context = { organizationId: series.organization_id, actor: systemActor('series'), at, opKey };
  for (const kind of new Set(visits.map(messageOf))) {
    const [first, ...others] = visits.filter((visit) => messageOf(visit) === kind);
    await tellPatient(trx, context, first!, rows[0]!.patient, kind, { also: others.map(({ id }) => id) });
  }
}

function messageOf(visit: AppointmentRow & { readonly kind: string }): MessageKind {
  const { kind, status, cancelled_by: by, cancel_reason: reason } = visit;
  // What was taken back before it was approved: the patient knows of a wish that ends, not of a clinic that refuses.
  if (kind === 'cancel') return by === 'clinic' && reason !== 'refused' ? 'cancelled-by-clinic' : 'cancelled';
  if (status === 'pending') return 'awaiting-approval';
  return kind === 'move' ? 'rescheduled' : 'booked';
}
