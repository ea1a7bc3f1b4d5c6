-- A freed time is offered to whom it fits best, one after the other, until it is filled or too near (scheduling-intake.md D2).

-- Distances are great-circle, as far as both ends are known.
ALTER TABLE location ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
                     ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
                     ADD CHECK ((latitude IS NULL) = (longitude IS NULL));
ALTER TABLE patient ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
                    ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
                    ADD CHECK ((latitude IS NULL) = (longitude IS NULL));
-- What somebody must have done before the visit (fasting, an examination): no shorter notice is offered.
ALTER TABLE visit_type ADD COLUMN prep_lead_minutes int NOT NULL DEFAULT 0 CHECK (prep_lead_minutes >= 0),
                       ADD COLUMN waitlisted boolean NOT NULL DEFAULT true;

CREATE TABLE waitlist_entry (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  provider_ids uuid[] CHECK (cardinality(provider_ids) > 0),           -- null: anyone
  location_ids uuid[] NOT NULL DEFAULT '{}',                           -- empty: anywhere
  modes text[] NOT NULL DEFAULT '{in-person}' CHECK (modes <@ ARRAY['in-person', 'video', 'phone'] AND cardinality(modes) > 0),
  days text[] NOT NULL DEFAULT '{}' CHECK (days <@ ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']),  -- empty: any
  time_from text CHECK (time_from ~ '^([01]\d|2[0-3]):[0-5]\d$'),      -- of the start, on the place's clock
  time_to text CHECK (time_to ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  earliest date,                                                       -- days at the place, both inclusive
  latest date,
  urgency text NOT NULL DEFAULT 'routine' CHECK (urgency IN ('urgent', 'soon', 'routine', 'displaced')),
  current_appointment_id uuid REFERENCES appointment,
  min_gain_days int NOT NULL DEFAULT 2 CHECK (min_gain_days >= 0),
  max_travel_km int CHECK (max_travel_km > 0),
  notice_minutes int NOT NULL DEFAULT 240 CHECK (notice_minutes >= 0),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'offered', 'paused', 'promoted', 'withdrawn', 'expired')),
  paused_reason text,
  joined_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  expiry_notified_at timestamptz,
  declines int NOT NULL DEFAULT 0 CHECK (declines >= 0),
  no_responses int NOT NULL DEFAULT 0 CHECK (no_responses >= 0),       -- successive silences
  promoted_appointment_id uuid REFERENCES appointment,
  created_by text NOT NULL,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((time_from IS NULL) = (time_to IS NULL)),
  CHECK (latest >= earliest),
  CHECK (expires_at > joined_at),
  CHECK ((state = 'paused') = (paused_reason IS NOT NULL)),
  CHECK (state <> 'promoted' OR promoted_appointment_id IS NOT NULL)
);
CREATE INDEX waitlist_entry_patient ON waitlist_entry (organization_id, patient_id);
CREATE INDEX waitlist_entry_waiting ON waitlist_entry (organization_id, expires_at) WHERE state IN ('active', 'offered', 'paused');
-- Pages of the list, who waits longest first.
CREATE INDEX waitlist_entry_joined ON waitlist_entry (organization_id, joined_at, id);

-- One live wish a patient and visit type: whoever waits twice would be offered twice.
CREATE TABLE waitlist_entry_visit_type (
  organization_id uuid NOT NULL REFERENCES organization,
  entry_id uuid NOT NULL REFERENCES waitlist_entry,
  patient_id uuid NOT NULL REFERENCES patient,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  live boolean NOT NULL DEFAULT true,
  PRIMARY KEY (entry_id, visit_type_id)
);
CREATE UNIQUE INDEX one_live_wish ON waitlist_entry_visit_type (patient_id, visit_type_id) WHERE live;
CREATE INDEX waitlist_entry_visit_type_waiting ON waitlist_entry_visit_type (organization_id, visit_type_id) WHERE live;

ALTER TABLE opening
  ADD COLUMN mode text NOT NULL DEFAULT 'in-person' CHECK (mode IN ('in-person', 'video', 'phone')),
  ADD COLUMN paused boolean NOT NULL DEFAULT false,
  ADD COLUMN pinned_entry_id uuid REFERENCES waitlist_entry,
  ADD COLUMN chain_of uuid REFERENCES opening,                         -- whose acceptance freed this time
  ADD COLUMN resumes_id uuid REFERENCES opening,                       -- whose acceptor cancelled: its list goes on
  ADD COLUMN filled_appointment_id uuid REFERENCES appointment,
  ADD COLUMN filled_entry_id uuid REFERENCES waitlist_entry,
  ADD COLUMN closed_reason text,
  ADD COLUMN ended_at timestamptz,
  ADD COLUMN version int NOT NULL DEFAULT 0,
  ADD CHECK (state <> 'filled' OR filled_appointment_id IS NOT NULL),
  ADD CHECK (state NOT IN ('open', 'offering') OR release_at IS NOT NULL);
CREATE INDEX opening_live ON opening (organization_id, start_at) WHERE state IN ('open', 'offering');
CREATE INDEX opening_filled ON opening (filled_appointment_id) WHERE filled_appointment_id IS NOT NULL;
ALTER TABLE reservation ADD CHECK (kind <> 'offer' OR opening_id IS NOT NULL);
CREATE INDEX reservation_opening ON reservation (opening_id) WHERE opening_id IS NOT NULL;

CREATE TABLE waitlist_offer (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  opening_id uuid NOT NULL REFERENCES opening,
  entry_id uuid NOT NULL REFERENCES waitlist_entry,
  patient_id uuid NOT NULL REFERENCES patient,
  batch_no smallint NOT NULL DEFAULT 0 CHECK (batch_no BETWEEN 0 AND 2),
  rank int NOT NULL CHECK (rank >= 1),
  factors jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'expired', 'withdrawn', 'superseded')),
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'call')),
  offered_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > offered_at),
  extended boolean NOT NULL DEFAULT false,
  answered_at timestamptz,
  answered_via text CHECK (answered_via IN ('mail', 'portal', 'front-desk', 'system')),
  decline_reason text,
  op_key text NOT NULL,
  CHECK ((state = 'offered') = (answered_at IS NULL))
);
-- I7: at most one live offer a place in the batch, one acceptance ever, one live offer an entry, one question an entry.
CREATE UNIQUE INDEX one_live_offer ON waitlist_offer (opening_id, batch_no) WHERE state = 'offered';
CREATE UNIQUE INDEX one_acceptance ON waitlist_offer (opening_id) WHERE state = 'accepted';
CREATE UNIQUE INDEX one_offer_an_entry ON waitlist_offer (entry_id) WHERE state = 'offered';
CREATE UNIQUE INDEX asked_once ON waitlist_offer (opening_id, entry_id);
CREATE INDEX waitlist_offer_entry ON waitlist_offer (organization_id, entry_id, offered_at);
-- Nobody is asked more than a few times a day: one look at today's, not one at each entry's.
CREATE INDEX waitlist_offer_day ON waitlist_offer (organization_id, offered_at);

-- Every entry that was looked at, and why it was or was not asked. No foreign keys: ten thousand rows are written at once,
-- from what the same transaction has read, and nobody may delete what they point to.
CREATE TABLE waitlist_ranking (
  organization_id uuid NOT NULL,
  opening_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  rank int CHECK (rank >= 1),
  eligible boolean NOT NULL,
  reasons text[] NOT NULL DEFAULT '{}',
  factors jsonb NOT NULL,
  ranked_at timestamptz NOT NULL,
  PRIMARY KEY (opening_id, entry_id),
  CHECK (eligible = (rank IS NOT NULL)),
  CHECK (eligible OR cardinality(reasons) > 0)
);

ALTER TABLE notification DROP CONSTRAINT notification_aggregate_check;
ALTER TABLE notification ADD CONSTRAINT notification_aggregate_check
  CHECK (aggregate IN ('appointment', 'access-link', 'staff-task', 'user', 'waitlist-offer', 'waitlist-entry'));
