-- Urgent items that a person of the clinic raises (scheduling-intake.md D5). What was said is filed here first, by the
-- request itself, so that nothing is lost while the engine is away; a worker makes the escalation of it, once.
CREATE TABLE escalation_call (
  id uuid PRIMARY KEY,                                -- the escalation's own id, unless one like it was open already
  organization_id uuid NOT NULL REFERENCES organization,
  subject_kind text NOT NULL CHECK (subject_kind IN ('intake', 'patient')),
  subject_id uuid NOT NULL,
  patient_id uuid NOT NULL REFERENCES patient,
  location_id uuid REFERENCES location,
  reason_code text NOT NULL CHECK (reason_code ~ '^[a-z0-9-]{1,60}$'),
  level text NOT NULL CHECK (level IN ('urgent', 'code')),
  note text CHECK (char_length(note) BETWEEN 1 AND 500),  -- read on the page alone: in no message, history or log
  raised_by text NOT NULL,
  called_at timestamptz NOT NULL,
  escalation_id uuid REFERENCES escalation,           -- what it led to
  taken_up_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((escalation_id IS NULL) = (taken_up_at IS NULL))
);
CREATE INDEX escalation_call_waiting ON escalation_call (organization_id, called_at) WHERE taken_up_at IS NULL;
CREATE INDEX escalation_call_escalation ON escalation_call (escalation_id) WHERE escalation_id IS NOT NULL;
CREATE INDEX escalation_call_patient ON escalation_call (patient_id);

-- What was said stays as it was said.
CREATE FUNCTION keep_escalation_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'escalation_id' - 'taken_up_at' - 'patient_id' - 'subject_id') IS DISTINCT FROM (to_jsonb(OLD) - 'escalation_id' - 'taken_up_at' - 'patient_id' - 'subject_id') THEN
    RAISE EXCEPTION 'what was said when an alarm was raised stays as it was' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_escalation_call BEFORE UPDATE ON escalation_call FOR EACH ROW EXECUTE FUNCTION keep_escalation_call();
