-- Whether whoever has an urgent item is still there (scheduling-intake.md D5, `presenceLost`): a fact that every API process
-- writes and every worker reads, so that all of them agree.
CREATE TABLE responder_presence (
  user_id uuid PRIMARY KEY REFERENCES app_user,
  organization_id uuid NOT NULL REFERENCES organization,
  seen_at timestamptz NOT NULL                        -- on a live stream, while they had an item; of no other time
);

-- Once for each item, whichever worker finds it: a telephone that locks must not ring everybody again and again.
CREATE TABLE escalation_presence_loss (
  escalation_id uuid PRIMARY KEY REFERENCES escalation,
  organization_id uuid NOT NULL REFERENCES organization,
  round int NOT NULL,
  seen_at timestamptz NOT NULL,                       -- the last sign of them
  lost_at timestamptz NOT NULL,
  signalled_at timestamptz                            -- null: the run has not been told yet
);
CREATE INDEX escalation_presence_loss_owed ON escalation_presence_loss (organization_id) WHERE signalled_at IS NULL;
CREATE INDEX escalation_held ON escalation (organization_id, acknowledged_by) WHERE state = 'acknowledged';
