/** What must hold of wishes on the waitlist, whatever was done to them (I7, I12, I13, I16): a part of db/invariants.ts. */

const waiting = ['active', 'offered', 'paused'] as const;
const stays = (event: string): string[] => waiting.map((state) => `${event}: ${state} -> ${state}`);
const ends = (event: string, to: string): string[] => waiting.map((state) => `${event}: ${state} -> ${to}`);

/** Every edge there is. */
const edges: readonly string[] = [
  'join: none -> active',
  'offer: active -> offered',
  ...['decline', 'skip', 'withdraw-offer', 'supersede', 'silence'].map((event) => `${event}: offered -> active`),
  'silence: offered -> paused',
  'pause: active -> paused',
  'pause: offered -> paused',
  'resume: paused -> active',
  ...stays('change'),
  ...stays('expiry-notice'),
  ...stays('extend'),
  ...ends('promote', 'promoted'),
  ...ends('withdraw', 'withdrawn'),
  ...ends('expire', 'expired'),
];

const waits = `e.state IN (${waiting.map((state) => `'${state}'`).join(', ')})`;

export const entryChecks: readonly { readonly invariant: string; readonly problem: string; readonly sql: string }[] = [
  {
    invariant: 'I7',
    problem: 'a wish is offered a time without a live offer, or has one without saying so',
    sql: `SELECT e.id::text AS row FROM waitlist_entry e
          WHERE (e.state = 'offered')::int <> (SELECT count(*) FROM waitlist_offer f WHERE f.entry_id = e.id AND f.state = 'offered')`,
  },
  {
    invariant: 'I7',
    problem: 'a promoted wish without the patient’s visit',
    sql: `SELECT e.id::text AS row FROM waitlist_entry e WHERE e.state = 'promoted'
            AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = e.promoted_appointment_id AND a.patient_id = e.patient_id)`,
  },
  {
    invariant: 'I12',
    problem: 'the history of a wish has a gap or does not lead from state to state',
    sql: `SELECT aggregate_id || '#' || seq AS row FROM (
            SELECT aggregate_id, seq, from_state, lag(to_state) OVER w AS before, row_number() OVER w AS n
            FROM state_change WHERE aggregate = 'waitlist-entry' WINDOW w AS (PARTITION BY aggregate_id ORDER BY seq)) s
          WHERE n <> seq OR from_state IS DISTINCT FROM before`,
  },
  {
    invariant: 'I12',
    problem: 'the history of a wish does not end in its present state and version',
    sql: `SELECT e.id::text AS row FROM waitlist_entry e LEFT JOIN LATERAL (
            SELECT to_state, seq FROM state_change s WHERE s.aggregate = 'waitlist-entry' AND s.aggregate_id = e.id ORDER BY seq DESC LIMIT 1) last ON true
          WHERE last.to_state IS DISTINCT FROM e.state OR last.seq <> e.version + 1`,
  },
  {
    invariant: 'I12',
    problem: 'a change of a wish without its audit row',
    sql: `SELECT s.id::text AS row FROM state_change s WHERE s.aggregate = 'waitlist-entry' AND (s.actor = '' OR 1 <> (
            SELECT count(*) FROM audit_event e WHERE e.entity_type = 'waitlist-entry' AND e.entity_id = s.aggregate_id AND e.outcome = 'success' AND e.detail->>'seq' = s.seq::text))`,
  },
  {
    // Final states are in it too (I16): no edge leaves them.
    invariant: 'I13',
    problem: 'an edge of a wish outside the table',
    sql: `SELECT DISTINCT edge AS row FROM (SELECT event || ': ' || coalesce(from_state, 'none') || ' -> ' || to_state AS edge
            FROM state_change WHERE aggregate = 'waitlist-entry') x WHERE edge NOT IN (${edges.map((edge) => `'${edge}'`).join(', ')})`,
  },
  {
    invariant: 'one live wish',
    problem: 'a wish waits for nothing, or one that is over still takes a place',
    sql: `SELECT e.id::text AS row FROM waitlist_entry e
          WHERE ${waits} <> EXISTS (SELECT 1 FROM waitlist_entry_visit_type w WHERE w.entry_id = e.id AND w.live)`,
  },
  {
    invariant: 'one live wish',
    problem: 'a wish waits without an end, or one that is over has timers',
    sql: `SELECT e.id::text AS row FROM waitlist_entry e
          WHERE ${waits} <> EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'waitlist-entry' AND t.aggregate_id = e.id AND t.state = 'pending' AND t.name = 'expiry')
             OR (NOT ${waits} AND EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'waitlist-entry' AND t.aggregate_id = e.id AND t.state = 'pending'))`,
  },
];
