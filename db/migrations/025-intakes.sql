-- The guided intake (scheduling-intake.md D3): a process of weeks, its steps with every version of what was answered,
-- what could not wait, and what was counted from it.

-- A chart that a process is still making: complete once the intake stands that it was made for (features.md A14).
ALTER TABLE patient ADD COLUMN incomplete_since timestamptz;

CREATE TABLE intake (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  appointment_id uuid REFERENCES appointment,
  visit_type_id uuid REFERENCES visit_type,
  location_id uuid REFERENCES location,
  state text NOT NULL CHECK (state IN ('created', 'invited', 'in-progress', 'submitted', 'in-review', 'returned', 'completed', 'expired', 'cancelled')),
  language text NOT NULL,                                              -- BCP 47, as the person wishes
  identity text NOT NULL DEFAULT 'unverified' CHECK (identity IN ('unverified', 'verified', 'possible-duplicate', 'conflict')),
  escalation text NOT NULL DEFAULT 'none' CHECK (escalation IN ('none', 'open', 'acknowledged', 'closed')),
  insurance text NOT NULL DEFAULT 'missing' CHECK (insurance IN ('missing', 'captured', 'eligible', 'inactive', 'error')),
  guardian jsonb,                                                      -- as named at the beginning; who may act is in db/guardians.ts
  invited_at timestamptz,
  submitted_at timestamptz,
  assigned_to uuid REFERENCES app_user,
  review_due_at timestamptz,
  review_escalated_at timestamptz,
  completed_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz NOT NULL,
  reopen_until timestamptz,
  reopened_at timestamptz,
  retain_until timestamptz,                                            -- answers that never reached the chart go then (A16)
  end_reason text,
  created_by text NOT NULL,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,                                     -- the Clock port's: its clocks run from here
  CHECK ((state = 'completed') = (completed_at IS NOT NULL)),
  CHECK ((state IN ('completed', 'expired', 'cancelled')) = (ended_at IS NOT NULL)),
  CHECK (state NOT IN ('submitted', 'in-review') OR (submitted_at IS NOT NULL AND review_due_at IS NOT NULL)),
  -- I17: nobody approves over an alarm that nobody has answered.
  CHECK (state <> 'completed' OR escalation <> 'open')
);
CREATE UNIQUE INDEX one_open_intake ON intake (appointment_id) WHERE state IN ('created', 'invited', 'in-progress', 'submitted', 'in-review', 'returned');
CREATE INDEX intake_patient ON intake (organization_id, patient_id, created_at);
CREATE INDEX intake_state ON intake (organization_id, state, created_at, id);
CREATE INDEX intake_appointment ON intake (appointment_id) WHERE appointment_id IS NOT NULL;

-- One row for each of the twelve steps, from the beginning: which version of its questionnaire this case is on (A6).
CREATE TABLE intake_step (
  organization_id uuid NOT NULL REFERENCES organization,
  intake_id uuid NOT NULL REFERENCES intake,
  step text NOT NULL,
  questionnaire_version int NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'started', 'answered', 'returned', 'waived')),
  version int NOT NULL DEFAULT 0 CHECK (version >= 0),
  answers jsonb NOT NULL DEFAULT '{}',
  saved_at timestamptz,
  accepted_at timestamptz,                                             -- reached the chart; kept when drafts are erased
  note text,
  PRIMARY KEY (intake_id, step),
  CHECK (state NOT IN ('returned', 'waived') OR note IS NOT NULL)
);

-- Everything that was ever saved. Drafts that never reached the chart may be erased when the retention says so.
CREATE TABLE intake_answer (
  organization_id uuid NOT NULL REFERENCES organization,
  intake_id uuid NOT NULL REFERENCES intake,
  step text NOT NULL,
  version int NOT NULL CHECK (version > 0),
  answers jsonb NOT NULL,
  complete boolean NOT NULL,
  language text,
  saved_by text NOT NULL,
  saved_at timestamptz NOT NULL,
  op_key text NOT NULL,
  PRIMARY KEY (intake_id, step, version)
);
CREATE TRIGGER unchanged BEFORE UPDATE ON intake_answer FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- An answer that could not wait. It stays whatever the answer becomes.
CREATE TABLE intake_flag (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  intake_id uuid NOT NULL REFERENCES intake,
  step text NOT NULL,
  link_id text NOT NULL,
  rule text NOT NULL,
  step_version int NOT NULL,
  escalation_id uuid NOT NULL,
  raised_at timestamptz NOT NULL,
  answer_changed_at timestamptz
);
CREATE INDEX intake_flag_intake ON intake_flag (intake_id, rule);
CREATE INDEX intake_flag_escalation ON intake_flag (escalation_id);

-- Counted again at each save of the screens; the last of a tool is in force. Inputs beside it, so that anyone can count again.
CREATE TABLE intake_score (
  organization_id uuid NOT NULL REFERENCES organization,
  intake_id uuid NOT NULL REFERENCES intake,
  tool text NOT NULL,
  step_version int NOT NULL,
  tool_version text NOT NULL,
  inputs jsonb NOT NULL,
  score int,
  band text,
  positive boolean,
  prorated boolean NOT NULL DEFAULT false,
  notes text[] NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL,
  PRIMARY KEY (intake_id, tool, step_version)
);
CREATE TRIGGER unchanged BEFORE UPDATE ON intake_score FOR EACH ROW EXECUTE FUNCTION refuse_change();
