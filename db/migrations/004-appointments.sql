-- Reservations hold a resource's time; the exclusion constraint is the authority on double booking (A2, C2).

CREATE TABLE appointment (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  practitioner_id uuid REFERENCES resource,
  location_id uuid REFERENCES location,
  mode text NOT NULL CHECK (mode IN ('in-person', 'video', 'phone')),
  status text NOT NULL CHECK (status IN ('proposed', 'pending', 'waitlist', 'booked', 'arrived', 'checked-in', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error')),
  start_at timestamptz,
  end_at timestamptz,
  local_start timestamp,
  tz text,
  version int NOT NULL DEFAULT 0,                    -- moves with the place in time only: links and reminders are bound to it
  revision int NOT NULL DEFAULT 0,                   -- moves with every change: the ETag
  hold_expires_at timestamptz,
  hold_owner text,
  hold_extended boolean NOT NULL DEFAULT false,
  awaiting_approval boolean NOT NULL DEFAULT false,
  approval_due_at timestamptz,
  confirmed_at timestamptz,
  arrived_at timestamptz,
  checked_in_at timestamptz,
  seen_at timestamptz,
  completed_at timestamptz,
  noshow_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  cancelled_by text,
  late_cancel boolean,
  reschedule_count int NOT NULL DEFAULT 0,
  overbook_reason text,
  intake_waived_reason text,
  no_note_reason text,
  telehealth_ref text,
  replaces_id uuid REFERENCES appointment,
  booked_by text,
  booked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((start_at IS NULL) = (end_at IS NULL)),
  CHECK (end_at > start_at),
  CHECK ((start_at IS NULL) = (local_start IS NULL) AND (start_at IS NULL) = (tz IS NULL)),
  CHECK (status IN ('proposed', 'waitlist', 'cancelled', 'entered-in-error') OR start_at IS NOT NULL),
  CHECK (status <> 'cancelled' OR cancel_reason IS NOT NULL),
  CHECK (status <> 'pending' OR hold_expires_at IS NOT NULL)
);
CREATE INDEX appointment_patient ON appointment (organization_id, patient_id, start_at);
CREATE INDEX appointment_day ON appointment (organization_id, location_id, start_at);
CREATE INDEX appointment_practitioner ON appointment (organization_id, practitioner_id, start_at);
CREATE INDEX appointment_status ON appointment (organization_id, status, start_at, id);

CREATE TABLE opening (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  source_appointment_id uuid REFERENCES appointment,
  start_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL,
  tz text NOT NULL,
  practitioner_id uuid REFERENCES resource,
  location_id uuid REFERENCES location,
  visit_type_ids uuid[] NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'offering', 'filled', 'released', 'closed')),
  cascade_depth int NOT NULL DEFAULT 0 CHECK (cascade_depth BETWEEN 0 AND 5),
  release_at timestamptz,
  op_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (end_at > start_at)
);
CREATE INDEX opening_time ON opening (organization_id, start_at);

CREATE TABLE reservation (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  resource_id uuid NOT NULL REFERENCES resource,
  lane smallint NOT NULL DEFAULT 0 CHECK (lane >= 0),
  busy tstzrange NOT NULL CHECK (NOT isempty(busy) AND lower_inc(busy) AND NOT upper_inc(busy) AND NOT lower_inf(busy) AND NOT upper_inf(busy)),
  kind text NOT NULL CHECK (kind IN ('hold', 'offer', 'appointment', 'block')),
  role text NOT NULL,                                -- which requirement this row fulfils; 'patient' for the patient
  appointment_id uuid REFERENCES appointment,
  opening_id uuid REFERENCES opening,
  overbook_reason text,
  expires_at timestamptz,
  released_at timestamptz,
  op_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Reads filter on these, never on &&: under row-level security range_overlaps is not leakproof (72 ms against 13).
  starts_at timestamptz GENERATED ALWAYS AS (lower(busy)) STORED,
  ends_at timestamptz GENERATED ALWAYS AS (upper(busy)) STORED,
  CHECK ((kind IN ('hold', 'offer')) = (expires_at IS NOT NULL)),
  CHECK (kind NOT IN ('appointment', 'hold') OR appointment_id IS NOT NULL),
  UNIQUE (op_key, resource_id, lane),
  CONSTRAINT no_overlap EXCLUDE USING gist (resource_id WITH =, lane WITH =, busy WITH &&) WHERE (released_at IS NULL)
);
CREATE INDEX reservation_live ON reservation (organization_id, resource_id, starts_at, ends_at) INCLUDE (lane, kind, expires_at) WHERE released_at IS NULL;
CREATE INDEX reservation_live_time ON reservation (organization_id, starts_at, ends_at) INCLUDE (resource_id, lane, kind, expires_at) WHERE released_at IS NULL;
CREATE INDEX reservation_appointment ON reservation (appointment_id);

-- A lane at or above the capacity is overbooking and must say why (I2); no resource has lanes beyond its limit.
CREATE FUNCTION check_lane() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r resource%ROWTYPE;
BEGIN
  SELECT * INTO r FROM resource WHERE id = NEW.resource_id;
  IF NEW.lane >= r.capacity + r.overbook_limit THEN
    RAISE EXCEPTION 'lane % is beyond the limit of resource %', NEW.lane, NEW.resource_id USING ERRCODE = 'check_violation', CONSTRAINT = 'lane_within_limit';
  END IF;
  IF NEW.lane >= r.capacity AND (NEW.overbook_reason IS NULL OR NEW.overbook_reason = '') THEN
    RAISE EXCEPTION 'lane % of resource % is overbooking and needs a reason', NEW.lane, NEW.resource_id USING ERRCODE = 'check_violation', CONSTRAINT = 'overbook_reason_given';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_lane BEFORE INSERT OR UPDATE OF lane, resource_id ON reservation FOR EACH ROW EXECUTE FUNCTION check_lane();

-- The outbox. Bodies are rendered at send time from ids; nothing readable waits here (C2, architecture.md 5).
CREATE TABLE notification (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  dedupe_key text NOT NULL UNIQUE,
  aggregate text NOT NULL CHECK (aggregate IN ('appointment', 'access-link', 'staff-task', 'user')),
  aggregate_id uuid NOT NULL,
  aggregate_version int,
  kind text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  to_ref text NOT NULL,                              -- 'patient:<id>', 'user:<id>', 'access-link:<id>'
  patient_id uuid REFERENCES patient,
  locale_asked text,
  locale text,                                       -- what it was written in; differs from locale_asked after a fallback
  template_version text,
  params jsonb NOT NULL DEFAULT '{}',
  due_at timestamptz NOT NULL,
  useful_until timestamptz,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'suppressed')),
  suppressed_reason text,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz,
  message_id text,
  sent_at timestamptz,
  error text,                                        -- a code, never the server's words
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (state <> 'suppressed' OR suppressed_reason IS NOT NULL),
  CHECK (state <> 'sent' OR sent_at IS NOT NULL)
);
CREATE INDEX notification_due ON notification (organization_id, next_attempt_at) WHERE state IN ('queued', 'sending');
CREATE INDEX notification_aggregate ON notification (organization_id, aggregate, aggregate_id);

-- What the appointment workflow waits for, recorded so that lists and closed runs can say it. Written with the change.
CREATE TABLE case_timer (
  organization_id uuid NOT NULL REFERENCES organization,
  aggregate text NOT NULL,
  aggregate_id uuid NOT NULL,
  version int NOT NULL,
  name text NOT NULL,                                -- 'hold', 'approval', 'reminder:P7D:email', 'late', 'no-show', 'day-end'
  due_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'fired', 'cancelled', 'skipped')),
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (aggregate, aggregate_id, version, name)
);
CREATE INDEX case_timer_pending ON case_timer (organization_id, due_at) WHERE state = 'pending';

-- A fee is proposed by a process and posted by a person (D1, Fees).
CREATE TABLE proposed_charge (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  appointment_id uuid NOT NULL REFERENCES appointment,
  kind text NOT NULL CHECK (kind IN ('late-cancel', 'no-show')),
  state text NOT NULL CHECK (state IN ('proposed', 'waived')),
  waived_reason text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (appointment_id, kind)
);
