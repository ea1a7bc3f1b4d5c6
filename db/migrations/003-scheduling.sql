-- Availability is implicit: rules and exceptions are rows, slots are computed (scheduling-intake.md C1).

CREATE TABLE resource (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  kind text NOT NULL CHECK (kind IN ('provider', 'room', 'equipment', 'patient', 'interpreter')),
  name text NOT NULL DEFAULT '',
  location_id uuid REFERENCES location,
  time_zone text,
  capacity int NOT NULL DEFAULT 1 CHECK (capacity >= 1),
  overbook_limit int NOT NULL DEFAULT 0 CHECK (overbook_limit >= 0),
  overbook_consent boolean NOT NULL DEFAULT false,   -- the provider's own word
  patient_id uuid REFERENCES patient,
  user_id uuid REFERENCES app_user,                  -- a provider's sign-in
  specialty text,
  languages text[] NOT NULL DEFAULT '{}',            -- an interpreter's, BCP-47
  active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((kind = 'patient') = (patient_id IS NOT NULL)),
  UNIQUE (patient_id)
);
CREATE INDEX resource_kind ON resource (organization_id, kind, location_id) WHERE active AND kind <> 'patient';

CREATE TABLE resource_pool (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('provider', 'room', 'equipment', 'interpreter')),
  version int NOT NULL DEFAULT 0,
  UNIQUE (organization_id, name)
);
CREATE TABLE resource_pool_member (
  organization_id uuid NOT NULL REFERENCES organization,
  pool_id uuid NOT NULL REFERENCES resource_pool,
  resource_id uuid NOT NULL REFERENCES resource,
  PRIMARY KEY (pool_id, resource_id)
);

CREATE TABLE visit_type (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  code text NOT NULL,
  name jsonb NOT NULL,                               -- {"en": "...", "es": "..."}
  duration_minutes int NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  buffer_before_minutes int NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 240),
  buffer_after_minutes int NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 240),
  align_minutes int NOT NULL DEFAULT 15 CHECK (align_minutes BETWEEN 5 AND 60),
  modes text[] NOT NULL DEFAULT '{in-person}' CHECK (modes <@ ARRAY['in-person', 'video', 'phone'] AND cardinality(modes) > 0),
  min_notice_minutes int NOT NULL DEFAULT 60 CHECK (min_notice_minutes >= 0),
  max_advance_days int NOT NULL DEFAULT 365 CHECK (max_advance_days BETWEEN 1 AND 1100),
  waitlist_min_lead_minutes int NOT NULL DEFAULT 120 CHECK (waitlist_min_lead_minutes >= 0),
  late_after_seconds int NOT NULL DEFAULT 600 CHECK (late_after_seconds >= 0),
  noshow_after_seconds int NOT NULL DEFAULT 1200 CHECK (noshow_after_seconds > 0),
  auto_noshow boolean NOT NULL DEFAULT false,
  cancel_notice_minutes int NOT NULL DEFAULT 1440 CHECK (cancel_notice_minutes >= 0),
  self_schedulable boolean NOT NULL DEFAULT true,
  needs_approval boolean NOT NULL DEFAULT false,
  needs_intake boolean NOT NULL DEFAULT false,
  new_patient boolean,
  age_min int, age_max int,
  active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, code)
);

CREATE TABLE visit_type_requirement (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  role text NOT NULL,                                -- 'provider', 'room', 'ultrasound' ...: unique in its visit type
  kind text NOT NULL CHECK (kind IN ('provider', 'room', 'equipment', 'interpreter')),  -- the patient is always required
  pool_id uuid REFERENCES resource_pool,
  resource_id uuid REFERENCES resource,
  count int NOT NULL DEFAULT 1 CHECK (count BETWEEN 1 AND 10),
  own_buffer_before_minutes int CHECK (own_buffer_before_minutes BETWEEN 0 AND 240),
  own_buffer_after_minutes int CHECK (own_buffer_after_minutes BETWEEN 0 AND 240),
  CHECK (pool_id IS NULL OR resource_id IS NULL),
  CHECK (kind = 'provider' OR pool_id IS NOT NULL OR resource_id IS NOT NULL),
  UNIQUE (visit_type_id, role)
);

-- Who may give a visit type (a provider requirement without pool: any of these).
CREATE TABLE visit_type_provider (
  organization_id uuid NOT NULL REFERENCES organization,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  resource_id uuid NOT NULL REFERENCES resource,
  PRIMARY KEY (visit_type_id, resource_id)
);

CREATE TABLE availability_rule (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  resource_id uuid NOT NULL REFERENCES resource,
  location_id uuid NOT NULL REFERENCES location,
  visit_type_id uuid REFERENCES visit_type,          -- null: all
  by_day text[] NOT NULL CHECK (by_day <@ ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] AND cardinality(by_day) > 0),
  start_local text NOT NULL CHECK (start_local ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  end_local text NOT NULL CHECK (end_local ~ '^([01]\d|2[0-3]):[0-5]\d$'),   -- <= start_local: next day
  time_zone text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE INDEX availability_rule_resource ON availability_rule (organization_id, resource_id);

CREATE TABLE availability_exception (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  resource_id uuid REFERENCES resource,              -- null with a location: everything there (a closure)
  location_id uuid REFERENCES location,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('open', 'closed')),
  reason text NOT NULL DEFAULT '',
  removed_at timestamptz,
  version int NOT NULL DEFAULT 0,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (ends_at > starts_at),
  CHECK ((resource_id IS NULL) <> (location_id IS NULL))
);
CREATE INDEX availability_exception_resource ON availability_exception (organization_id, resource_id, starts_at) WHERE removed_at IS NULL;
