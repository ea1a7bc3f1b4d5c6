/** What must hold of wishes on the waitlist, whatever was done to them (I7, I12, I13, I16): a part of db/invariants.ts. */
import { historyChecks, type Check } from '../audit/history-checks.ts';

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

export const entryChecks: readonly Check[] = [
  ...historyChecks({ aggregate: 'waitlist-entry', table: 'waitlist_entry', called: 'a wish', edges }),
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
