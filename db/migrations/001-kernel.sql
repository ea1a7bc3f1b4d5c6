-- The kernel: organizations, idempotency, audit, sessions. Sources: architecture.md section 5, scheduling-intake.md B4, B8, C2.

CREATE TABLE organization (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (name <> ''),
  default_locale text NOT NULL DEFAULT 'en',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each state-changing request that took effect. The first statement of its transaction (B4).
CREATE TABLE operation (
  organization_id uuid NOT NULL REFERENCES organization,
  op_key text NOT NULL CHECK (length(op_key) BETWEEN 1 AND 300),
  input_hash text NOT NULL,
  result jsonb,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (organization_id, op_key)
);

-- What changed, in the transaction of the change. Append-only; hashes live in audit_seal so that writers are not serialized.
CREATE TABLE state_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  aggregate text NOT NULL,
  aggregate_id uuid NOT NULL,
  seq int NOT NULL CHECK (seq > 0),
  event text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  actor text NOT NULL CHECK (actor <> ''),
  on_behalf_of text,
  reason text,
  at timestamptz NOT NULL,
  data jsonb,
  op_key text,
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  UNIQUE (aggregate, aggregate_id, seq)
);

-- Who did, read or tried what. ASTM E2147 fields; refused attempts included (rejected Updates leave no history).
CREATE TABLE audit_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  principal text NOT NULL CHECK (principal <> ''),
  session_id uuid,
  action text NOT NULL,
  entity_type text,
  entity_id uuid,
  patient_id uuid,
  outcome text NOT NULL CHECK (outcome IN ('success', 'denied', 'refused', 'failed')),
  code text,
  purpose text,
  ip inet,
  request_id uuid,
  detail jsonb,
  txid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX audit_event_entity ON audit_event (organization_id, entity_type, entity_id, id);
CREATE INDEX audit_event_patient ON audit_event (organization_id, patient_id, id);
CREATE INDEX audit_event_unsealed ON audit_event (organization_id, txid, id);
CREATE INDEX state_change_unsealed ON state_change (organization_id, txid, id);

-- The chain: one link for each sealed row, in commit order, per organization.
CREATE TABLE audit_seal (
  organization_id uuid NOT NULL REFERENCES organization,
  n bigint NOT NULL CHECK (n > 0),
  source text NOT NULL CHECK (source IN ('state_change', 'audit_event')),
  row_id bigint NOT NULL,
  txid xid8 NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  prev_hash bytea NOT NULL CHECK (length(prev_hash) = 32),
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (organization_id, n),
  UNIQUE (source, row_id)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the table is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['state_change', 'audit_event', 'audit_seal'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
  END LOOP;
END $$;

-- Opaque reference sessions: only the SHA-256 of the token is stored (ASVS 7.2.3). Exempt from row-level security:
-- a session is looked up before the organization is known.
CREATE TABLE session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  organization_id uuid NOT NULL REFERENCES organization,
  user_id uuid NOT NULL,
  client text NOT NULL CHECK (client IN ('browser', 'token')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  idle_expires_at timestamptz NOT NULL,
  absolute_expires_at timestamptz NOT NULL,
  stepped_up_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  ip inet,
  user_agent text
);
CREATE INDEX session_by_user ON session (user_id) WHERE ended_at IS NULL;

-- rate-limiter-flexible's table shape.
CREATE TABLE rate_limit (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);
CREATE INDEX rate_limit_expire ON rate_limit (expire);

-- Dated policy rows: every deadline is data with an effective date, never code.
CREATE TABLE policy (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  location_id uuid,
  kind text NOT NULL,
  value jsonb NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (valid_to IS NULL OR valid_to > valid_from)
);
CREATE INDEX policy_kind ON policy (organization_id, kind, location_id, valid_from);
