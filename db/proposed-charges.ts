import type { AppointmentRow } from './appointment-view.ts';
import type { Trx } from './connection.ts';

export type ChargeKind = 'late-cancel' | 'no-show';

/** A fee is proposed, never posted (D1, Fees): waived by the one who acts, and for the patient's first occurrence. */
export async function proposeCharge(trx: Trx, row: AppointmentRow, kind: ChargeKind, waived: boolean): Promise<void> {
  await trx.raw(
    `INSERT INTO proposed_charge AS c (organization_id, appointment_id, kind, state, waived_reason)
     SELECT :organizationId, :id, :kind, CASE WHEN reason IS NULL THEN 'proposed' ELSE 'waived' END, reason
     FROM (SELECT CASE WHEN :waived THEN 'staff-decision'
                       WHEN NOT EXISTS (SELECT 1 FROM proposed_charge p JOIN appointment a ON a.id = p.appointment_id
                                        WHERE a.patient_id = :patientId AND a.id <> :id AND p.waived_reason IS DISTINCT FROM 'undone') THEN 'first-occurrence' END AS reason) w
     ON CONFLICT (appointment_id, kind) DO UPDATE SET state = excluded.state, waived_reason = excluded.waived_reason`,
    { organizationId: row.organization_id, id: row.id, patientId: row.patient_id, kind, waived },
  );
}

export async function waiveCharge(trx: Trx, row: AppointmentRow, kind: ChargeKind, reason: string): Promise<void> {
  await trx('proposed_charge')
    .where({ appointment_id: row.id, kind })
    .update({ state: 'waived', waived_reason: reason });
}
