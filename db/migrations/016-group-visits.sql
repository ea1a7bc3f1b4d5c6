-- Group visits (scheduling-intake.md C2): a session owns the practitioner's and the room's time once, its seats are ordinary
-- appointments that reserve the patient alone. And what a visit by video needs (D1, Telehealth).

ALTER TABLE visit_type ADD COLUMN group_capacity int CHECK (group_capacity BETWEEN 1 AND 200);

CREATE TABLE group_session (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  practitioner_id uuid NOT NULL REFERENCES resource,
  location_id uuid NOT NULL REFERENCES location,
  mode text NOT NULL CHECK (mode IN ('in-person', 'video', 'phone')),
  start_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL,
  local_start timestamp NOT NULL,
  tz text NOT NULL,
  capacity int NOT NULL CHECK (capacity BETWEEN 1 AND 200),
  state text NOT NULL CHECK (state IN ('open', 'cancelling', 'cancelled', 'over')),
  cancel_reason text,
  overbook_reason text,
  version int NOT NULL DEFAULT 0,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  CHECK (end_at > start_at),
  CHECK ((state IN ('cancelling', 'cancelled')) = (cancel_reason IS NOT NULL)),
  CHECK ((state IN ('cancelled', 'over')) = (ended_at IS NOT NULL))
);
CREATE INDEX group_session_time ON group_session (organization_id, start_at, id);

ALTER TABLE appointment ADD COLUMN group_session_id uuid REFERENCES group_session;
CREATE INDEX appointment_group ON appointment (group_session_id) WHERE group_session_id IS NOT NULL;

ALTER TABLE reservation
  ADD COLUMN group_session_id uuid REFERENCES group_session,
  ADD CHECK (group_session_id IS NULL OR (kind = 'block' AND appointment_id IS NULL));
CREATE INDEX reservation_group ON reservation (group_session_id) WHERE group_session_id IS NOT NULL;

-- A row for each taking: a seat that was given back stays on record, and its number is free again.
CREATE TABLE group_seat (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  session_id uuid NOT NULL REFERENCES group_session,
  seat_no int NOT NULL CHECK (seat_no >= 0),
  appointment_id uuid NOT NULL REFERENCES appointment,
  patient_id uuid NOT NULL REFERENCES patient,
  taken_at timestamptz NOT NULL,
  released_at timestamptz
);
CREATE UNIQUE INDEX one_patient_a_seat ON group_seat (session_id, seat_no) WHERE released_at IS NULL;
CREATE UNIQUE INDEX one_seat_a_patient ON group_seat (session_id, patient_id) WHERE released_at IS NULL;
CREATE UNIQUE INDEX one_seat_a_visit ON group_seat (appointment_id) WHERE released_at IS NULL;

-- Shared lock: a capacity that is being lowered waits for who takes a seat, and the other way round.
CREATE FUNCTION check_seat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE seats int;
BEGIN
  SELECT capacity INTO seats FROM group_session WHERE id = NEW.session_id FOR SHARE;
  IF NEW.released_at IS NULL AND NEW.seat_no >= seats THEN
    RAISE EXCEPTION 'seat % is beyond the capacity of session %', NEW.seat_no, NEW.session_id USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_within_capacity';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_seat BEFORE INSERT OR UPDATE OF seat_no, session_id ON group_seat FOR EACH ROW EXECUTE FUNCTION check_seat();

CREATE FUNCTION check_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM group_seat s WHERE s.session_id = NEW.id AND s.released_at IS NULL AND s.seat_no >= NEW.capacity) THEN
    RAISE EXCEPTION 'seats of session % are taken beyond that capacity', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_within_capacity';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_capacity BEFORE UPDATE OF capacity ON group_session FOR EACH ROW EXECUTE FUNCTION check_capacity();

-- Whatever ends a visit that has not taken place gives back its seat in the same statement, so that no writer can forget it.
CREATE FUNCTION release_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE group_seat SET released_at = coalesce(CASE NEW.status WHEN 'cancelled' THEN NEW.cancelled_at WHEN 'noshow' THEN NEW.noshow_at END, clock_timestamp())
  WHERE appointment_id = NEW.id AND released_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER release_seat AFTER UPDATE OF status ON appointment FOR EACH ROW
  WHEN (NEW.group_session_id IS NOT NULL AND NEW.status IN ('cancelled', 'noshow', 'entered-in-error') AND OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION release_seat();

-- Where a practitioner is licensed, as USPS codes; empty when nobody has entered it, and then nothing is compared.
ALTER TABLE resource ADD COLUMN licensed_states text[] NOT NULL DEFAULT '{}';

-- The picture failed and the visit goes on by telephone: nobody is missed by then, and nobody pays (D1, Telehealth).
ALTER TABLE appointment ADD COLUMN phone_fallback_at timestamptz;

-- One-time links into the video room: computed from the row's id (activities/telehealth-link.ts), stored only as a hash.
CREATE TABLE telehealth_link (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  appointment_id uuid NOT NULL REFERENCES appointment,
  appointment_version int NOT NULL,
  participant text NOT NULL CHECK (participant IN ('patient', 'provider')),
  made_by text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  replaced_at timestamptz,
  CHECK (expires_at > created_at)
);
-- A fresh link ends the one before it.
CREATE UNIQUE INDEX one_open_link ON telehealth_link (appointment_id, participant) WHERE used_at IS NULL AND replaced_at IS NULL;

-- Where the patient said to be, and what was said to that. Append-only: licensure is asked each time.
CREATE TABLE telehealth_location (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  appointment_id uuid NOT NULL REFERENCES appointment,
  us_state text NOT NULL CHECK (us_state ~ '^[A-Z]{2}$'),     -- USPS; 'XX' outside the United States
  licensed boolean,                                           -- null: the clinic has not entered where the practitioner is licensed
  at timestamptz NOT NULL
);
CREATE INDEX telehealth_location_visit ON telehealth_location (appointment_id, at);
