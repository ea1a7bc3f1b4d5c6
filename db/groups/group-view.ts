/** Group sessions as lists and pages show them. */
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import { toView, type AppointmentRow } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';
import type { GroupSessionRow } from './group-sessions.ts';

export interface GroupSessionView {
  readonly row: GroupSessionRow;
  /** Seats that are taken. */
  readonly taken: number;
  readonly names: {
    readonly visitType: Record<string, string>;
    readonly practitioner: string;
    readonly location: string;
  };
  readonly visitTypeCode: string;
  readonly room: { readonly id: string; readonly name: string } | null;
  /** Of the patient who asks: the visit of the seat they have. */
  readonly ownAppointmentId: string | null;
}

export interface SessionsQuery {
  /** Starts in `[from, to)`. */
  readonly from: Date;
  readonly to: Date;
  readonly visitTypeId?: string | undefined;
  readonly practitionerId?: string | undefined;
  readonly locationId?: string | undefined;
  /** What a patient may book: open, self-schedulable, not begun. */
  readonly forPatientId?: string | undefined;
}

const selectSql = `
SELECT to_jsonb(g) AS row, v.code, v.name AS visit_type, r.name AS practitioner, l.name AS location,
  (SELECT count(*)::int FROM group_seat s WHERE s.session_id = g.id AND s.released_at IS NULL) AS taken,
  (SELECT jsonb_build_object('id', q.id, 'name', q.name) FROM reservation b JOIN resource q ON q.id = b.resource_id AND q.kind = 'room'
   WHERE b.group_session_id = g.id ORDER BY q.name LIMIT 1) AS room,
  (SELECT s.appointment_id FROM group_seat s WHERE s.session_id = g.id AND s.released_at IS NULL AND s.patient_id = CAST(:forPatientId AS uuid)) AS own
FROM group_session g JOIN visit_type v ON v.id = g.visit_type_id JOIN resource r ON r.id = g.practitioner_id JOIN location l ON l.id = g.location_id`;

interface ViewRow {
  readonly row: Omit<GroupSessionRow, 'start_at' | 'end_at' | 'created_at'> & { start_at: string; end_at: string; created_at: string }; // prettier-ignore
  readonly code: string;
  readonly visit_type: Record<string, string>;
  readonly practitioner: string;
  readonly location: string;
  readonly taken: number;
  readonly room: { id: string; name: string } | null;
  readonly own: string | null;
}

/** In order of time; at most 300. */
export async function listSessions(trx: Trx, query: SessionsQuery): Promise<GroupSessionView[]> {
  const { rows } = await trx.raw<{ rows: ViewRow[] }>(
    `${selectSql} WHERE g.start_at >= :from AND g.start_at < :to
       AND (CAST(:visitTypeId AS uuid) IS NULL OR g.visit_type_id = CAST(:visitTypeId AS uuid))
       AND (CAST(:practitionerId AS uuid) IS NULL OR g.practitioner_id = CAST(:practitionerId AS uuid))
       AND (CAST(:locationId AS uuid) IS NULL OR g.location_id = CAST(:locationId AS uuid))
       AND (CAST(:forPatientId AS uuid) IS NULL OR (g.state = 'open' AND v.self_schedulable AND v.active))
     ORDER BY g.start_at, g.id LIMIT 300`,
    {
      from: query.from,
      to: query.to,
      visitTypeId: query.visitTypeId ?? null,
      practitionerId: query.practitionerId ?? null,
      locationId: query.locationId ?? null,
      forPatientId: query.forPatientId ?? null,
    },
  );
  return rows.map(toSession);
}

export async function readSession(trx: Trx, id: string, forPatientId?: string): Promise<GroupSessionView | null> {
  const { rows } = await trx.raw<{ rows: ViewRow[] }>(`${selectSql} WHERE g.id = :id`, {
    id,
    forPatientId: forPatientId ?? null,
  });
  return rows[0] === undefined ? null : toSession(rows[0]);
}

const toSession = ({ row, ...view }: ViewRow): GroupSessionView => ({
  row: {
    ...row,
    start_at: new Date(row.start_at),
    end_at: new Date(row.end_at),
    created_at: new Date(row.created_at),
  },
  taken: view.taken,
  names: { visitType: view.visit_type, practitioner: view.practitioner, location: view.location },
  visitTypeCode: view.code,
  room: view.room,
  ownAppointmentId: view.own,
});

/** Every taking of a seat, those given back too: by number, the latest first. */
export async function seatsOf(
  trx: Trx,
  sessionId: string,
): Promise<{ seatNo: number; takenAt: Date; releasedAt: Date | null; appointment: AppointmentView }[]> {
  const rows = await trx('group_seat as s')
    .join('appointment as a', 'a.id', 's.appointment_id')
    .where({ 's.session_id': sessionId })
    .orderBy([{ column: 's.seat_no' }, { column: 's.taken_at', order: 'desc' }, { column: 's.id' }])
    .select<(AppointmentRow & { seat_no: number; taken_at: Date; seat_released_at: Date | null })[]>(
      'a.*',
      's.seat_no',
      's.taken_at',
      's.released_at as seat_released_at',
    );
  return rows.map((row) => ({
    seatNo: row.seat_no,
    takenAt: row.taken_at,
    releasedAt: row.seat_released_at,
    appointment: toView(row),
  }));
}
