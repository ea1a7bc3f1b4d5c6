import { subtract, type Interval } from '../domain/interval.ts';
import type { AppointmentRow } from './appointment-view.ts';
import type { Trx } from './connection.ts';

/**
 * Freed time, in the transaction that frees it (D1). Until the waitlist exists nobody is offered it: it is `released` at
 * once, which is what the public sees. Only time that lies ahead and is not used again is freed.
 */
export async function recordOpenings(
  trx: Trx,
  freed: {
    readonly row: AppointmentRow;
    readonly at: number;
    readonly usedAgain?: Interval | undefined;
    readonly opKey: string;
  },
): Promise<void> {
  const { row, at, usedAgain, opKey } = freed;
  if (row.start_at === null || row.end_at === null || row.tz === null) return;
  const start = Math.max(row.start_at.getTime(), at);
  const end = row.end_at.getTime();
  if (start >= end) return;
  const pieces = subtract([{ start, end }], usedAgain === undefined ? [] : [usedAgain]);
  if (pieces.length === 0) return;
  await trx('opening').insert(
    pieces.map((piece) => ({
      organization_id: row.organization_id,
      source_appointment_id: row.id,
      start_at: new Date(piece.start),
      end_at: new Date(piece.end),
      tz: row.tz,
      practitioner_id: row.practitioner_id,
      location_id: row.location_id,
      visit_type_ids: [row.visit_type_id],
      state: 'released',
      release_at: new Date(at),
      op_key: opKey,
    })),
  );
}
