-- Who comes without an appointment waits in a queue, in the order of triage (feature B26).

CREATE TABLE walk_in_queue (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  location_id uuid NOT NULL REFERENCES location,
  name jsonb NOT NULL CHECK (jsonb_typeof(name) = 'object' AND name <> '{}'),   -- {"en": "...", "es": "..."}
  visit_type_id uuid NOT NULL REFERENCES visit_type,  -- what a call becomes: its length, its rooms
  active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX walk_in_queue_location ON walk_in_queue (organization_id, location_id);
CREATE TABLE walk_in_queue_provider (
  organization_id uuid NOT NULL REFERENCES organization,
  queue_id uuid NOT NULL REFERENCES walk_in_queue,
  resource_id uuid NOT NULL REFERENCES resource,
  PRIMARY KEY (queue_id, resource_id)
);

CREATE TABLE walk_in (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  queue_id uuid NOT NULL REFERENCES walk_in_queue,
  location_id uuid NOT NULL REFERENCES location,
  patient_id uuid NOT NULL REFERENCES patient,
  local_day date NOT NULL,                            -- of arrival, at the place
  ticket int NOT NULL CHECK (ticket > 0),             -- what is called out in the waiting room instead of a name
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'called', 'in-room', 'done', 'left', 'transferred', 'cancelled')),
  level smallint CHECK (level BETWEEN 1 AND 5),       -- null: nobody has looked yet
  position timestamptz,                               -- the place among the arrivals that staff gave; null: their own
  reason text CHECK (char_length(reason) <= 300),     -- what the patient came for, in a few words
  identifiers text[] NOT NULL DEFAULT '{}',           -- what was compared at the desk
  arrived_at timestamptz NOT NULL,
  triaged_at timestamptz,
  called_at timestamptz,
  called_provider_id uuid REFERENCES resource,
  appointment_id uuid REFERENCES appointment,         -- the visit of the call
  seen_at timestamptz,
  ended_at timestamptz,
  ended_reason text,
  created_by text NOT NULL,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((level IS NULL) = (triaged_at IS NULL)),
  CHECK ((state IN ('called', 'in-room')) <= (appointment_id IS NOT NULL AND called_at IS NOT NULL AND called_provider_id IS NOT NULL)),
  CHECK (state <> 'waiting' OR (appointment_id IS NULL AND called_at IS NULL)),
  CHECK (state <> 'in-room' OR seen_at IS NOT NULL),
  CHECK ((state IN ('done', 'left', 'transferred', 'cancelled')) = (ended_at IS NOT NULL)),
  CHECK (state NOT IN ('transferred', 'cancelled') OR ended_reason IS NOT NULL),
  CONSTRAINT one_ticket UNIQUE (location_id, local_day, ticket)
);
-- Nobody waits twice.
CREATE UNIQUE INDEX one_live_walk_in ON walk_in (organization_id, patient_id) WHERE state IN ('waiting', 'called', 'in-room');
CREATE INDEX walk_in_live ON walk_in (organization_id, queue_id) WHERE state IN ('waiting', 'called', 'in-room');
CREATE INDEX walk_in_day ON walk_in (organization_id, queue_id, local_day);
CREATE UNIQUE INDEX walk_in_appointment ON walk_in (appointment_id) WHERE appointment_id IS NOT NULL;
