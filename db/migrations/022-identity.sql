-- Which charts may be one person's (scheduling-intake.md D3 "Duplicates"), and how two become one and two again (F9).

-- One question a pair, for ever: who was told apart once is not asked about again.
CREATE TABLE identity_match (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,        -- the chart that was looked at, the later of the two
  other_patient_id uuid NOT NULL REFERENCES patient,
  score numeric(6, 1) NOT NULL,                       -- bits
  grade text NOT NULL CHECK (grade IN ('certain', 'probable', 'possible')),
  weights jsonb NOT NULL,                             -- field -> {level, bits}, as they were when it was found
  automatic boolean NOT NULL DEFAULT false,           -- nothing stood against a link without a person
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'linked', 'new', 'dismissed')),
  intake_id uuid,                                     -- whose step gave the identity; no foreign key: a later migration's
  merge_id uuid,
  found_at timestamptz NOT NULL,
  resolved_by text,
  resolved_at timestamptz,
  reason text,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (patient_id <> other_patient_id),
  CHECK ((state = 'open') = (resolved_at IS NULL) AND (state = 'open') = (resolved_by IS NULL))
);
CREATE UNIQUE INDEX identity_match_pair ON identity_match (organization_id, least(patient_id, other_patient_id), greatest(patient_id, other_patient_id));
CREATE INDEX identity_match_open ON identity_match (organization_id, found_at, id) WHERE state = 'open';
CREATE INDEX identity_match_patient ON identity_match (patient_id);
CREATE INDEX identity_match_other ON identity_match (other_patient_id);

CREATE TABLE patient_merge (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  survivor_id uuid NOT NULL REFERENCES patient,
  merged_id uuid NOT NULL REFERENCES patient,
  match_id uuid REFERENCES identity_match,
  automatic boolean NOT NULL DEFAULT false,
  reason text,
  state text NOT NULL CHECK (state IN ('merging', 'merged', 'failed', 'unmerged')),
  problem text,                                       -- why it failed: a problem code
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  merged_at timestamptz,
  unmerged_at timestamptz,
  unmerged_by text,
  unmerge_reason text,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (survivor_id <> merged_id),
  CHECK (state <> 'merged' OR merged_at IS NOT NULL),
  CHECK ((state = 'failed') = (problem IS NOT NULL)),
  CHECK ((state = 'unmerged') = (unmerged_at IS NOT NULL AND unmerged_by IS NOT NULL AND unmerge_reason IS NOT NULL))
);
-- A chart goes into one other, and into none while another merge is about it.
CREATE UNIQUE INDEX merged_once ON patient_merge (merged_id) WHERE state IN ('merging', 'merged');
CREATE INDEX patient_merge_survivor ON patient_merge (organization_id, survivor_id);
CREATE INDEX patient_merge_list ON patient_merge (organization_id, requested_at DESC, id);

-- Every value that a merge changed, so that all of it can be changed back. `to_value` is what undoing expects to find.
CREATE TABLE patient_merge_row (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  merge_id uuid NOT NULL REFERENCES patient_merge,
  step text NOT NULL,
  table_name text NOT NULL,
  row_key jsonb NOT NULL,                             -- the primary key's columns
  column_name text NOT NULL,
  from_value text,                                    -- null: the value was null, or the row was not there
  to_value text,
  added boolean NOT NULL DEFAULT false,               -- the merge wrote the row itself
  restored_at timestamptz,
  outcome text CHECK (outcome IN ('restored', 'changed-since', 'gone'))
);
CREATE INDEX patient_merge_row_merge ON patient_merge_row (merge_id, id);

-- A merged chart leads to the one that stays.
ALTER TABLE patient ADD COLUMN merged_into uuid REFERENCES patient;
CREATE INDEX patient_merged_into ON patient (merged_into) WHERE merged_into IS NOT NULL;

-- One account a chart, but for those that a merge brought along: either of a person's two sign-ins leads to the one chart.
ALTER TABLE app_user ADD COLUMN merged_by uuid REFERENCES patient_merge;
ALTER TABLE app_user DROP CONSTRAINT app_user_patient_id_key;
CREATE UNIQUE INDEX app_user_patient_id_key ON app_user (patient_id) WHERE merged_by IS NULL;
