-- Urgent items, who was told of them, and who is on call (scheduling-intake.md D5).

CREATE TABLE escalation (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  subject_kind text NOT NULL CHECK (subject_kind IN ('intake', 'lab-result', 'appointment', 'walk-in', 'patient')),
  subject_id uuid NOT NULL,
  patient_id uuid NOT NULL REFERENCES patient,
  location_id uuid REFERENCES location,
  reason_code text NOT NULL CHECK (reason_code ~ '^[a-z0-9-]{1,60}$'),
  level text NOT NULL CHECK (level IN ('urgent', 'code')),
  state text NOT NULL CHECK (state IN ('raised', 'notifying', 'exhausted', 'acknowledged', 'resolved', 'cancelled')),
  assigned_user_id uuid REFERENCES app_user,
  plan jsonb NOT NULL,                                -- the ladder as the policy had it when this was raised
  round int NOT NULL DEFAULT 1,                       -- counts up each time it begins anew
  cycle int NOT NULL DEFAULT 1,
  step int NOT NULL DEFAULT 0,                        -- of the cycle; 0: before the first
  sends int NOT NULL DEFAULT 0,                       -- how many times anybody was told, over all rounds
  since timestamptz NOT NULL,                         -- of the last step, repeat, acknowledgement or extension
  changed_at timestamptz NOT NULL,                    -- never goes back: a notice and an acknowledgement are in order
  raised_by text NOT NULL,
  raised_at timestamptz NOT NULL,
  ack_due_at timestamptz NOT NULL,
  first_ack_at timestamptz,
  acknowledged_by uuid REFERENCES app_user,           -- who has it now
  acknowledged_at timestamptz,
  eta_at timestamptz,
  outcome text,
  outcome_note text CHECK (char_length(outcome_note) <= 500),
  ended_at timestamptz,
  operation_key text NOT NULL,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, operation_key),
  CHECK ((state = 'acknowledged') <= (acknowledged_by IS NOT NULL AND acknowledged_at IS NOT NULL)),
  CHECK (state NOT IN ('raised', 'notifying', 'exhausted') OR acknowledged_by IS NULL),
  CHECK ((state IN ('resolved', 'cancelled')) = (ended_at IS NOT NULL)),
  CHECK ((state = 'resolved') <= (outcome IS NOT NULL))
);
-- The same reason for the same subject is one escalation while nobody has answered it. One that begins anew, because
-- whoever took it said nothing more, may meet a younger one: both go on, and neither is held up by the other.
CREATE UNIQUE INDEX one_unanswered_escalation ON escalation (organization_id, subject_kind, subject_id, reason_code)
  WHERE state IN ('raised', 'notifying', 'exhausted') AND round = 1;
CREATE INDEX escalation_open ON escalation (organization_id, state) WHERE ended_at IS NULL;
CREATE INDEX escalation_subject ON escalation (organization_id, subject_kind, subject_id);
CREATE INDEX escalation_ended ON escalation (organization_id, ended_at, id) WHERE ended_at IS NOT NULL;

-- Who was told, by what, when, and what became of it.
CREATE TABLE escalation_notice (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  escalation_id uuid NOT NULL REFERENCES escalation,
  round int NOT NULL,
  send int NOT NULL,
  cycle int NOT NULL,
  step int NOT NULL,
  target text NOT NULL,                               -- 'assigned', a role on call, 'administrator' (the banner)
  user_id uuid REFERENCES app_user,                   -- null: nobody was on call as this
  channel text NOT NULL CHECK (channel IN ('push', 'sms', 'email', 'voice-task', 'banner', 'none')),
  at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'not-sent', 'nobody')),
  error text,                                         -- a code
  instead_of text,                                    -- the channel that failed and has led to this one
  ended_at timestamptz,
  CHECK ((user_id IS NULL) = (channel = 'none')),
  CHECK ((state = 'nobody') = (channel = 'none'))
);
CREATE UNIQUE INDEX escalation_notice_once ON escalation_notice (escalation_id, send, target, channel, coalesce(user_id, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX escalation_notice_user ON escalation_notice (organization_id, user_id, escalation_id) WHERE user_id IS NOT NULL;

-- A message to a later step is impossible once somebody has it (I22), whatever a timer does: the row that files it needs
-- an escalation that is still looking for somebody, and keeps it so until its own commit.
CREATE FUNCTION notice_while_notifying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM escalation WHERE id = NEW.escalation_id AND state IN ('notifying', 'exhausted') AND round = NEW.round FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nobody is told of an escalation that is answered' USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_while_notifying';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notice_while_notifying BEFORE INSERT ON escalation_notice FOR EACH ROW EXECUTE FUNCTION notice_while_notifying();

-- Who has acknowledged it: one first in each round, the others joined.
CREATE TABLE escalation_responder (
  organization_id uuid NOT NULL REFERENCES organization,
  escalation_id uuid NOT NULL REFERENCES escalation,
  round int NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user,
  is_first boolean NOT NULL,
  at timestamptz NOT NULL,
  eta_at timestamptz,
  PRIMARY KEY (escalation_id, round, user_id)
);
CREATE UNIQUE INDEX first_responder ON escalation_responder (escalation_id, round) WHERE is_first;

CREATE TABLE on_call_shift (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  role text NOT NULL CHECK (role IN ('on-call-clinician', 'charge-nurse', 'unit-lead', 'medical-director')),
  user_id uuid NOT NULL REFERENCES app_user,
  location_id uuid REFERENCES location,               -- null: for every place
  from_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL,
  is_primary boolean NOT NULL DEFAULT true,           -- the others are told when there is no primary
  removed_at timestamptz,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version int NOT NULL DEFAULT 0,
  CHECK (from_at < until_at),
  CONSTRAINT one_primary_on_call EXCLUDE USING gist (
    organization_id WITH =, role WITH =,
    (coalesce(location_id, '00000000-0000-0000-0000-000000000000'::uuid)) WITH =,
    tstzrange(from_at, until_at) WITH &&
  ) WHERE (is_primary AND removed_at IS NULL)
);
CREATE INDEX on_call_shift_time ON on_call_shift (organization_id, until_at) WHERE removed_at IS NULL;

-- How a person of the staff is reached beside their mail.
CREATE TABLE staff_contact (
  user_id uuid PRIMARY KEY REFERENCES app_user,
  organization_id uuid NOT NULL REFERENCES organization,
  telephone text CHECK (telephone ~ '^\+?[0-9][0-9 ().-]{5,24}$'),
  push_device text CHECK (char_length(push_device) BETWEEN 1 AND 200),
  version int NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE notification DROP CONSTRAINT notification_aggregate_check;
ALTER TABLE notification ADD CONSTRAINT notification_aggregate_check
  CHECK (aggregate IN ('appointment', 'access-link', 'staff-task', 'user', 'waitlist-offer', 'waitlist-entry', 'escalation', 'intake'));
-- What is urgent goes before everything else, and while the mail server is away.
CREATE INDEX notification_urgent ON notification (organization_id, next_attempt_at) WHERE aggregate = 'escalation' AND state IN ('queued', 'sending');
