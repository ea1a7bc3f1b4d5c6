/** The invariants of openings, offers and wishes (scheduling-intake.md G: I6, I7, I8, I12, I16), as SQL (invariants.ts). */
import type { Check } from '../audit/history-checks.ts';

const live = `('open', 'offering')`;
const waiting = `('active', 'offered', 'paused')`;
const aggregates = `('opening', 'waitlist-offer', 'waitlist-entry')`;

export const waitlistChecks: readonly Check[] = [
  {
    invariant: 'I6',
    problem: 'an offer was answered at or after its expiry',
    sql: `SELECT id::text AS row FROM waitlist_offer WHERE state IN ('accepted', 'declined') AND answered_at >= expires_at`,
  },
  {
    invariant: 'I6',
    problem: 'an offer that lapsed did not end at its expiry',
    sql: `SELECT id::text AS row FROM waitlist_offer WHERE state = 'expired' AND answered_at <> expires_at`,
  },
  {
    invariant: 'I6',
    problem: 'an offer stands beyond the release of its time',
    sql: `SELECT f.id::text AS row FROM waitlist_offer f JOIN opening o ON o.id = f.opening_id WHERE f.expires_at > o.release_at`,
  },
  {
    invariant: 'I7',
    problem: 'two live offers for one place of an opening, or more than three at once',
    sql: `SELECT opening_id::text AS row FROM waitlist_offer WHERE state = 'offered' GROUP BY opening_id HAVING count(*) > count(DISTINCT batch_no) OR count(*) > 3`,
  },
  {
    invariant: 'I7',
    problem: 'two acceptances of one opening',
    sql: `SELECT opening_id::text AS row FROM waitlist_offer WHERE state = 'accepted' GROUP BY opening_id HAVING count(*) > 1`,
  },
  {
    invariant: 'I7',
    problem: 'two live offers to one entry',
    sql: `SELECT entry_id::text AS row FROM waitlist_offer WHERE state = 'offered' GROUP BY entry_id HAVING count(*) > 1`,
  },
  {
    invariant: 'I7',
    problem: 'an entry is marked as asked and is not, or the other way round',
    sql: `SELECT e.id::text AS row FROM waitlist_entry e
          WHERE (e.state = 'offered') <> EXISTS (SELECT 1 FROM waitlist_offer f WHERE f.entry_id = e.id AND f.state = 'offered')`,
  },
  {
    invariant: 'I7',
    problem: 'an acceptance without its visit',
    sql: `SELECT f.id::text AS row FROM waitlist_offer f JOIN opening o ON o.id = f.opening_id JOIN waitlist_entry e ON e.id = f.entry_id
          WHERE f.state = 'accepted' AND (o.state <> 'filled' OR o.filled_entry_id <> f.entry_id OR e.state <> 'promoted')`,
  },
  {
    invariant: 'I8',
    problem: 'a live opening whose time is not kept',
    sql: `SELECT o.id::text AS row FROM opening o WHERE o.state IN ${live} AND NOT EXISTS (
            SELECT 1 FROM reservation v WHERE v.opening_id = o.id AND v.kind = 'offer' AND v.released_at IS NULL AND v.resource_id = o.practitioner_id
              AND v.starts_at <= o.start_at AND v.ends_at >= o.end_at AND v.expires_at = o.release_at)`,
  },
  {
    invariant: 'I8',
    problem: 'only some of what a live opening keeps is kept still',
    sql: `SELECT v.id::text AS row FROM opening o JOIN reservation v ON v.opening_id = o.id AND v.kind = 'offer' WHERE o.state IN ${live} AND v.released_at IS NOT NULL`,
  },
  {
    invariant: 'I8',
    problem: 'time is kept for an opening that has ended',
    sql: `SELECT v.id::text AS row FROM reservation v LEFT JOIN opening o ON o.id = v.opening_id
          WHERE v.kind = 'offer' AND v.released_at IS NULL AND (o.id IS NULL OR o.state NOT IN ${live})`,
  },
  {
    invariant: 'I8',
    problem: 'an opening that has ended is offered',
    sql: `SELECT f.id::text AS row FROM waitlist_offer f JOIN opening o ON o.id = f.opening_id
          WHERE (f.state = 'offered' AND o.state <> 'offering') OR f.offered_at > o.ended_at`,
  },
  {
    invariant: 'I8',
    problem: 'a filled opening whose visit was never there',
    sql: `SELECT o.id::text AS row FROM opening o WHERE o.state = 'filled' AND NOT EXISTS (
            SELECT 1 FROM reservation v WHERE v.opening_id = o.id AND v.kind = 'appointment' AND v.appointment_id = o.filled_appointment_id AND v.resource_id = o.practitioner_id)`,
  },
  {
    invariant: 'I12',
    problem: 'the history of a freed time, an offer or a wish has a gap or does not lead from state to state',
    sql: `SELECT aggregate_id || '#' || seq AS row FROM (
            SELECT aggregate_id, seq, from_state, lag(to_state) OVER w AS before, row_number() OVER w AS n
            FROM state_change WHERE aggregate IN ${aggregates} WINDOW w AS (PARTITION BY aggregate, aggregate_id ORDER BY seq)) s
          WHERE n <> seq OR from_state IS DISTINCT FROM before`,
  },
  {
    // An opening from before there was a waitlist has no history of its own.
    invariant: 'I12',
    problem: 'the history of a freed time, an offer or a wish does not end in the present state',
    sql: `SELECT x.id::text AS row FROM (
            SELECT 'opening' AS aggregate, id, state FROM opening UNION ALL SELECT 'waitlist-offer', id, state FROM waitlist_offer
            UNION ALL SELECT 'waitlist-entry', id, state FROM waitlist_entry) x
          JOIN LATERAL (SELECT to_state FROM state_change s WHERE s.aggregate = x.aggregate AND s.aggregate_id = x.id ORDER BY seq DESC LIMIT 1) last ON true
          WHERE last.to_state <> x.state`,
  },
  {
    invariant: 'I16',
    problem: 'a freed time, an offer or a wish that had ended changed',
    sql: `SELECT aggregate_id::text AS row FROM state_change WHERE (aggregate = 'opening' AND from_state NOT IN ${live})
            OR (aggregate = 'waitlist-offer' AND from_state <> 'offered') OR (aggregate = 'waitlist-entry' AND from_state NOT IN ${waiting})`,
  },
];
