/** What must hold of the history of any aggregate that keeps every step of itself (I12, I13): a part of db/invariants.ts. */

export interface Check {
  readonly invariant: string;
  readonly problem: string;
  /** Selects one text column `row` for each violation. */
  readonly sql: string;
}

export interface History {
  /** As in `state_change`. */
  readonly aggregate: string;
  /** Where its present state and version stand. */
  readonly table: string;
  /** For a person, such as "a walk-in". */
  readonly called: string;
  /** Every edge there is, as `event: from -> to`; `none` before the first. */
  readonly edges: readonly string[];
}

export function historyChecks({ aggregate, table, called, edges }: History): readonly Check[] {
  return [
    {
      invariant: 'I12',
      problem: `the history of ${called} has a gap or does not lead from state to state`,
      sql: `SELECT aggregate_id || '#' || seq AS row FROM (
              SELECT aggregate_id, seq, from_state, lag(to_state) OVER w AS before, row_number() OVER w AS n
              FROM state_change WHERE aggregate = '${aggregate}' WINDOW w AS (PARTITION BY aggregate_id ORDER BY seq)) s
            WHERE n <> seq OR from_state IS DISTINCT FROM before`,
    },
    {
      invariant: 'I12',
      problem: `the history of ${called} does not end in its present state and version`,
      sql: `SELECT e.id::text AS row FROM ${table} e LEFT JOIN LATERAL (
              SELECT to_state, seq FROM state_change s WHERE s.aggregate = '${aggregate}' AND s.aggregate_id = e.id ORDER BY seq DESC LIMIT 1) last ON true
            WHERE last.to_state IS DISTINCT FROM e.state OR last.seq <> e.version + 1`,
    },
    {
      invariant: 'I12',
      problem: `a change of ${called} without its audit row`,
      sql: `SELECT s.id::text AS row FROM state_change s WHERE s.aggregate = '${aggregate}' AND (s.actor = '' OR 1 <> (
              SELECT count(*) FROM audit_event e WHERE e.entity_type = '${aggregate}' AND e.entity_id = s.aggregate_id AND e.outcome = 'success' AND e.detail->>'seq' = s.seq::text))`,
    },
    {
      // Final states are in it too (I16): no edge leaves them.
      invariant: 'I13',
      problem: `an edge of ${called} outside the table`,
      sql: `SELECT DISTINCT edge AS row FROM (SELECT event || ': ' || coalesce(from_state, 'none') || ' -> ' || to_state AS edge
              FROM state_change WHERE aggregate = '${aggregate}') x WHERE edge NOT IN (${edges.map((edge) => `'${edge}'`).join(', ')})`,
    },
  ];
}
