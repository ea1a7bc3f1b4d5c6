-- A recurring series (scheduling-intake.md C2): a rule on a wall clock, and one ordinary appointment for each occurrence.

CREATE TABLE series (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  practitioner_id uuid NOT NULL REFERENCES resource,
  location_id uuid NOT NULL REFERENCES location,
  visit_mode text NOT NULL CHECK (visit_mode IN ('in-person', 'video', 'phone')),
  mode text NOT NULL CHECK (mode IN ('all', 'skip-conflicts')),      -- when one of the times cannot be had
  freq text NOT NULL CHECK (freq IN ('daily', 'weekly', 'monthly')),
  "interval" int NOT NULL CHECK ("interval" BETWEEN 1 AND 99),
  by_day text[] NOT NULL DEFAULT '{}' CHECK (array_to_string(by_day, ',') ~ '^((-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU))*)?$'),
  count int CHECK (count BETWEEN 1 AND 52),
  until date,
  start_local timestamp NOT NULL,
  tz text NOT NULL,
  state text NOT NULL CHECK (state IN ('booking', 'undoing', 'refused', 'booked', 'changing', 'ended')),
  change_no int NOT NULL DEFAULT 0 CHECK (change_no >= 0),           -- 0: the booking; then each move or cancellation
  version int NOT NULL DEFAULT 0,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((count IS NULL) <> (until IS NULL))
);
CREATE INDEX series_patient ON series (organization_id, patient_id);

-- At most 52: a year of weeks.
CREATE TABLE series_occurrence (
  organization_id uuid NOT NULL REFERENCES organization,
  series_id uuid NOT NULL REFERENCES series,
  number int NOT NULL CHECK (number BETWEEN 1 AND 52),
  local_start timestamp NOT NULL,                                    -- what the rule says; moved with what follows
  appointment_id uuid NOT NULL UNIQUE,                               -- the id it is booked under, whether that works or not
  PRIMARY KEY (series_id, number)
);

-- What was tried for one occurrence and what became of it: the report of a booking, of its undoing, of a change.
CREATE TABLE series_step (
  organization_id uuid NOT NULL REFERENCES organization,
  series_id uuid NOT NULL,
  change_no int NOT NULL CHECK (change_no >= 0),
  kind text NOT NULL CHECK (kind IN ('book', 'undo', 'move', 'cancel')),
  occurrence int NOT NULL,
  position int NOT NULL,                                             -- the order in which steps are taken
  start_at timestamptz,                                              -- where to; null for what ends a visit
  practitioner_id uuid REFERENCES resource,
  location_id uuid REFERENCES location,
  outcome text NOT NULL CHECK (outcome IN ('planned', 'done', 'refused', 'skipped')),
  code text,                                                         -- why not
  detail jsonb NOT NULL DEFAULT '{}',
  at timestamptz,
  PRIMARY KEY (series_id, change_no, kind, occurrence),
  FOREIGN KEY (series_id, occurrence) REFERENCES series_occurrence (series_id, number),
  CHECK ((outcome = 'planned') = (at IS NULL)),
  CHECK ((outcome IN ('refused', 'skipped')) = (code IS NOT NULL))
);

ALTER TABLE appointment
  ADD COLUMN series_id uuid REFERENCES series,
  ADD COLUMN occurrence int CHECK (occurrence BETWEEN 1 AND 52),
  ADD CHECK ((series_id IS NULL) = (occurrence IS NULL));
CREATE UNIQUE INDEX one_visit_an_occurrence ON appointment (series_id, occurrence) WHERE series_id IS NOT NULL;
