-- Uploaded documents, insurance coverage and what payers said about it (scheduling-intake.md D3; features A10).

-- What lies in the document store: the row knows the key (wrapped by the key ring), the store only ciphertext under a random
-- name. The API files it; only a worker, after a scan, lets it out of quarantine.
CREATE TABLE document (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  intake_id uuid,
  kind text NOT NULL CHECK (kind IN ('insurance-front', 'insurance-back', 'other')),
  state text NOT NULL DEFAULT 'quarantined' CHECK (state IN ('quarantined', 'clean', 'refused')),
  content_type text NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png', 'application/pdf')),
  bytes int NOT NULL CHECK (bytes > 0),
  -- Of the content as it is served, and of what was sent: the same file sent twice is recognized.
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  sent_sha256 text NOT NULL CHECK (sent_sha256 ~ '^[0-9a-f]{64}$'),
  -- For people to read, never a path.
  display_name text CHECK (length(display_name) BETWEEN 1 AND 120),
  storage_name text NOT NULL UNIQUE CHECK (storage_name ~ '^[0-9a-f]{32}$'),
  wrapped_key text NOT NULL CHECK (wrapped_key <> ''),
  uploaded_by text NOT NULL CHECK (uploaded_by <> ''),
  created_at timestamptz NOT NULL,
  -- The scan: whoever holds the lease looks at it.
  scan_tries int NOT NULL DEFAULT 0,
  scan_after timestamptz NOT NULL,
  scanned_at timestamptz,
  scanner text,
  finding text,
  version int NOT NULL DEFAULT 0,
  CONSTRAINT document_decided_after_scan CHECK (state = 'quarantined' OR (scanned_at IS NOT NULL AND scanner IS NOT NULL)),
  CONSTRAINT document_refused_says_why CHECK ((state = 'refused') = (finding IS NOT NULL))
);
CREATE INDEX document_intake ON document (organization_id, intake_id);
CREATE INDEX document_patient ON document (organization_id, patient_id, created_at);
CREATE INDEX document_to_scan ON document (organization_id, scan_after) WHERE state = 'quarantined';

-- Insurance as the patient or staff gave it (FHIR Coverage). Other facts are another row; the earlier one stays, replaced.
CREATE TABLE coverage (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  intake_id uuid,
  position text NOT NULL CHECK (position IN ('primary', 'secondary')),
  payer_name text NOT NULL CHECK (payer_name <> ''),
  payer_id uuid,
  -- Sealed (db/field-secrets.ts); the digest finds an equal one, and says nothing without its key.
  member_id_sealed text NOT NULL,
  member_id_digest text NOT NULL,
  group_number text,
  plan_name text,
  relation text NOT NULL CHECK (relation IN ('self', 'spouse', 'child', 'other')),
  subscriber_name text,
  subscriber_birth_date text CHECK (subscriber_birth_date ~ '^\d{4}-\d{2}-\d{2}$'),
  starts_on date,
  ends_on date CHECK (ends_on >= starts_on),
  status text NOT NULL CHECK (status IN ('captured', 'verified', 'inactive', 'cancelled')),
  front_document_id uuid,
  back_document_id uuid,
  captured_by text NOT NULL,
  captured_at timestamptz NOT NULL,
  replaced_by uuid REFERENCES coverage DEFERRABLE INITIALLY DEFERRED,
  ended_reason text,
  -- The word that counts now; its history is eligibility_check. pending: asked and not answered yet.
  eligibility text NOT NULL DEFAULT 'pending' CHECK (eligibility IN ('pending', 'eligible', 'inactive', 'error', 'not-asked')),
  eligibility_code text,
  eligibility_at timestamptz,
  -- How often it was wanted, and how often a process took that up: the difference is owed.
  asks_wanted int NOT NULL DEFAULT 1,
  asks_taken int NOT NULL DEFAULT 0 CHECK (asks_taken <= asks_wanted),
  version int NOT NULL DEFAULT 0
);
-- One in each position, as filed; two for a while where two charts became one (the newer counts, the next filing replaces both).
CREATE INDEX coverage_current ON coverage (organization_id, patient_id, position) WHERE replaced_by IS NULL AND status <> 'cancelled';
CREATE INDEX coverage_member ON coverage (organization_id, member_id_digest);
CREATE INDEX coverage_intake ON coverage (organization_id, intake_id);
CREATE INDEX coverage_owed ON coverage (organization_id) WHERE asks_wanted > asks_taken;

-- Every time a payer was asked, and what came of it (X12 270/271 005010X279A1). Never changed.
CREATE TABLE eligibility_check (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  coverage_id uuid NOT NULL REFERENCES coverage,
  seq int NOT NULL CHECK (seq > 0),
  asked_at timestamptz NOT NULL,
  answered_at timestamptz NOT NULL,
  -- unanswered: nothing that could be used came back, and it is asked again.
  outcome text NOT NULL CHECK (outcome IN ('eligible', 'inactive', 'rejected', 'unanswered', 'given-up')),
  -- EB01 of what counts, AAA03 of a rejection, or what was wrong with the answer.
  code text NOT NULL CHECK (code <> ''),
  trace text NOT NULL,
  plan_name text,
  starts_on date,
  ends_on date,
  -- EB segments as data: copays, deductibles; amounts in cents.
  benefits jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(benefits) = 'array'),
  op_key text NOT NULL,
  UNIQUE (coverage_id, seq),
  UNIQUE (organization_id, op_key)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON eligibility_check FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON eligibility_check FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
