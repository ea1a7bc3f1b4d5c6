/** What holds of group sessions whatever any process does (scheduling-intake.md C2), as db/invariants.ts asks it. */
import { seatCanBeCancelled, seatTakenStatuses } from '../../domain/schedule/group-session.ts';
import type { Check } from '../audit/history-checks.ts';

const list = (words: Iterable<string>): string => [...words].map((word) => `'${word}'`).join(', ');

export const groupChecks: readonly Check[] = [
  {
    invariant: 'C2',
    problem: 'more seats are taken than a session has, or one beyond its last',
    sql: `SELECT g.id::text AS row FROM group_session g JOIN group_seat s ON s.session_id = g.id AND s.released_at IS NULL
          GROUP BY g.id, g.capacity HAVING count(*) > g.capacity OR max(s.seat_no) >= g.capacity`,
  },
  {
    invariant: 'C2',
    problem: 'a seat is taken without a live visit, or is not that visit’s',
    sql: `SELECT s.id::text AS row FROM group_seat s JOIN appointment a ON a.id = s.appointment_id WHERE s.released_at IS NULL
            AND (a.status NOT IN (${list(seatTakenStatuses)}) OR a.group_session_id IS DISTINCT FROM s.session_id OR a.patient_id <> s.patient_id)`,
  },
  {
    invariant: 'C2',
    problem: 'a visit of a group session without its seat',
    sql: `SELECT a.id::text AS row FROM appointment a WHERE a.group_session_id IS NOT NULL AND a.status IN (${list(seatTakenStatuses)})
            AND NOT EXISTS (SELECT FROM group_seat s WHERE s.appointment_id = a.id AND s.released_at IS NULL)`,
  },
  {
    invariant: 'C2',
    problem: 'a seat reserves more than its patient, or is not at its session’s time and place',
    sql: `SELECT a.id::text AS row FROM appointment a JOIN group_session g ON g.id = a.group_session_id
          WHERE a.start_at <> g.start_at OR a.end_at <> g.end_at OR a.practitioner_id <> g.practitioner_id OR a.location_id <> g.location_id
             OR EXISTS (SELECT FROM reservation v WHERE v.appointment_id = a.id AND v.resource_id <> (SELECT r.id FROM resource r WHERE r.patient_id = a.patient_id))`,
  },
  {
    invariant: 'C2',
    problem: 'a session does not own its practitioner’s time as it should',
    sql: `SELECT g.id::text AS row FROM group_session g LEFT JOIN reservation v ON v.group_session_id = g.id AND v.released_at IS NULL
          GROUP BY g.id HAVING CASE WHEN g.state IN ('open', 'cancelling')
            THEN count(*) FILTER (WHERE v.resource_id = g.practitioner_id AND v.starts_at <= g.start_at AND v.ends_at >= g.end_at) = 0
            ELSE count(v.id) > 0 END`,
  },
  {
    invariant: 'C2',
    problem: 'a cancelled session whose visits still stand',
    sql: `SELECT g.id::text AS row FROM group_session g JOIN appointment a ON a.group_session_id = g.id
          WHERE g.state = 'cancelled' AND a.status IN (${list(seatCanBeCancelled)})`,
  },
];
