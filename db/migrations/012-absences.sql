-- A practitioner who is away, or a room or machine that is down: every affected visit is brought to a resolution (B20, B21).

CREATE TABLE absence (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  resource_id uuid NOT NULL REFERENCES resource,
  kind text NOT NULL CHECK (kind IN ('absence', 'outage')),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  reason text NOT NULL,
  exception_id uuid NOT NULL REFERENCES availability_exception,        -- the closure, declared in the same transaction
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'resolved', 'stopped')),
  created_by text NOT NULL,
  declared_at timestamptz NOT NULL,
  ended_at timestamptz,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (ends_at > starts_at),
  CHECK ((state IN ('resolved', 'stopped')) = (ended_at IS NOT NULL))
);
CREATE INDEX absence_state ON absence (organization_id, state, starts_at, id);
CREATE INDEX absence_resource ON absence (organization_id, resource_id, starts_at) WHERE ended_at IS NULL;

-- One affected visit. Its path is in state_change, aggregate 'absence-case'.
CREATE TABLE absence_case (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  absence_id uuid NOT NULL REFERENCES absence,
  appointment_id uuid NOT NULL REFERENCES appointment,
  patient_id uuid NOT NULL REFERENCES patient,
  visit_start timestamptz NOT NULL,                                    -- as it was when it was listed: the order of asking
  state text NOT NULL CHECK (state IN ('affected', 'offered', 'to-call', 'joined', 'rebooked', 'cancelled', 'kept', 'moved-resource', 'called', 'begun', 'stopped')),
  paused boolean NOT NULL DEFAULT false,
  override text CHECK (override IN ('keep', 'cancel', 'call', 'retry')),  -- the last word of a person
  joined_case_id uuid REFERENCES absence_case,                         -- whose process asks
  round int NOT NULL DEFAULT 0 CHECK (round >= 0),
  ask_again boolean NOT NULL DEFAULT false,
  asked_at timestamptz,
  remind_at timestamptz,
  reminded_at timestamptz,
  answer_until timestamptz,
  task_id uuid REFERENCES staff_task,
  replacement_id uuid REFERENCES appointment,
  next_at timestamptz,
  settled_at timestamptz,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (absence_id, appointment_id),
  CHECK ((state = 'joined') <= (joined_case_id IS NOT NULL)),
  CHECK (state <> 'offered' OR answer_until IS NOT NULL),
  CHECK ((state IN ('affected', 'offered', 'to-call', 'joined')) = (settled_at IS NULL))
);
-- Whoever is on two lists is asked by one process.
CREATE UNIQUE INDEX one_process_asks ON absence_case (appointment_id) WHERE state IN ('affected', 'offered', 'to-call');
CREATE INDEX absence_case_open ON absence_case (organization_id, patient_id) WHERE settled_at IS NULL;
