-- What simulated seasons said about waitlist policies (npm run simulate): one row a policy, the rows of a run together.
-- Synthetic figures; their shape is domain/simulation.ts. Never changed: another run is other rows.
CREATE TABLE simulation_run (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  run_id uuid NOT NULL,
  position smallint NOT NULL CHECK (position >= 0),
  kind text NOT NULL CHECK (kind IN ('waitlist')),
  seed bigint NOT NULL CHECK (seed >= 0),
  parameters jsonb NOT NULL CHECK (jsonb_typeof(parameters) = 'object'),
  policy_name text NOT NULL CHECK (length(policy_name) BETWEEN 1 AND 40),
  policy jsonb NOT NULL CHECK (jsonb_typeof(policy) = 'object'),
  figures jsonb NOT NULL CHECK (jsonb_typeof(figures -> 'openings') = 'number' AND jsonb_typeof(figures -> 'equity') = 'array'),
  ran_at timestamptz NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kept_by text NOT NULL,
  op_key text NOT NULL,
  UNIQUE (run_id, position)
);
CREATE INDEX simulation_run_latest ON simulation_run (organization_id, seq);
