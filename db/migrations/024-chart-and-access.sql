-- What an intake leaves in the chart, consents, guardians, and the way in: scheduling-intake.md D3; features.md A3, A9, A11,
-- A15, A16. An intake's own tables are of a later migration: source_intake_id and intake_id are plain ids here.

-- A fact is never rewritten: it is superseded by a newer one, or said to be wrong. Its patient moves when charts are merged.
CREATE FUNCTION refuse_fact_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may_change text[] := ARRAY['superseded_at', 'superseded_by', 'superseded_because', 'verification', 'verified_by', 'verified_at', 'patient_id'];
BEGIN
  IF (to_jsonb(OLD) - may_change) IS DISTINCT FROM (to_jsonb(NEW) - may_change)
     OR (OLD.superseded_at IS NOT NULL AND (NEW.superseded_at, NEW.superseded_by, NEW.superseded_because) IS DISTINCT FROM (OLD.superseded_at, OLD.superseded_by, OLD.superseded_because)) THEN
    RAISE EXCEPTION 'a fact on % is superseded, never rewritten', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- USCDI v3 demographics as one statement at a time. 'asked-declined' is an answer; null is: nobody knows.
CREATE TABLE patient_demographics (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  source_intake_id uuid,
  sex text,
  sex_for_clinical_use text,
  gender_identity text,
  sexual_orientation text,
  pronouns text,
  languages text[] NOT NULL DEFAULT '{}',
  race_ethnicity text[] NOT NULL DEFAULT '{}',    -- codes of the one question of OMB SPD-15 (2024), raw
  race_ethnicity_details text[] NOT NULL DEFAULT '{}',
  race_ethnicity_words text,
  tribal_affiliation text,
  answer jsonb NOT NULL DEFAULT '{}',             -- the section as answered
  verification text NOT NULL DEFAULT 'unconfirmed' CHECK (verification IN ('unconfirmed', 'confirmed', 'refuted', 'entered-in-error')),
  verified_by text,
  verified_at timestamptz,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  superseded_by uuid REFERENCES patient_demographics DEFERRABLE INITIALLY DEFERRED,
  superseded_because text
);

CREATE TABLE patient_address (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  source_intake_id uuid,
  fact_key text NOT NULL,
  use text NOT NULL DEFAULT 'home' CHECK (use IN ('home', 'old', 'temp', 'billing')),
  address jsonb NOT NULL,
  valid_from text,                                -- FHIR date, as far as it is known
  valid_to text,
  answer jsonb NOT NULL DEFAULT '{}',
  verification text NOT NULL DEFAULT 'unconfirmed' CHECK (verification IN ('unconfirmed', 'confirmed', 'refuted', 'entered-in-error')),
  verified_by text,
  verified_at timestamptz,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  superseded_by uuid REFERENCES patient_address DEFERRABLE INITIALLY DEFERRED,
  superseded_because text
);

-- FHIR AllergyIntolerance. "No known allergies" is a row: an empty list says nothing.
CREATE TABLE allergy_intolerance (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  source_intake_id uuid,
  fact_key text NOT NULL,                         -- what it is about, folded: the same substance is the same fact
  none_known boolean NOT NULL DEFAULT false,
  substance text,
  category text,
  reactions text[] NOT NULL DEFAULT '{}',
  severity text,
  answer jsonb NOT NULL DEFAULT '{}',
  verification text NOT NULL DEFAULT 'unconfirmed' CHECK (verification IN ('unconfirmed', 'confirmed', 'refuted', 'entered-in-error')),
  verified_by text,
  verified_at timestamptz,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  superseded_by uuid REFERENCES allergy_intolerance DEFERRABLE INITIALLY DEFERRED,
  superseded_because text,
  CHECK (none_known = (substance IS NULL))
);

-- FHIR MedicationStatement: what the person says they take.
CREATE TABLE medication_statement (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  source_intake_id uuid,
  fact_key text NOT NULL,
  none_known boolean NOT NULL DEFAULT false,
  medication text,
  dose text,
  frequency text,
  reason text,
  answer jsonb NOT NULL DEFAULT '{}',
  verification text NOT NULL DEFAULT 'unconfirmed' CHECK (verification IN ('unconfirmed', 'confirmed', 'refuted', 'entered-in-error')),
  verified_by text,
  verified_at timestamptz,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  superseded_by uuid REFERENCES medication_statement DEFERRABLE INITIALLY DEFERRED,
  superseded_because text,
  CHECK (none_known = (medication IS NULL))
);

-- Problems, operations, family and social history: one table each of FHIR's names would hold the same columns.
CREATE TABLE history_statement (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  source_intake_id uuid,
  fact_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('condition', 'procedure', 'family-member', 'social')),
  none_known boolean NOT NULL DEFAULT false,
  code text,
  display text,
  relationship text,                              -- of a family member
  onset text,                                     -- a year or FHIR date
  answer jsonb NOT NULL DEFAULT '{}',
  verification text NOT NULL DEFAULT 'unconfirmed' CHECK (verification IN ('unconfirmed', 'confirmed', 'refuted', 'entered-in-error')),
  verified_by text,
  verified_at timestamptz,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  superseded_by uuid REFERENCES history_statement DEFERRABLE INITIALLY DEFERRED,
  superseded_because text,
  CHECK (none_known = (code IS NULL AND display IS NULL))
);

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['patient_demographics', 'patient_address', 'allergy_intolerance', 'medication_statement', 'history_statement'] LOOP
    EXECUTE format('CREATE TRIGGER superseded_never_rewritten BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_fact_rewrite()', t);
    EXECUTE format('CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    EXECUTE format('CREATE INDEX %I ON %I (organization_id, patient_id, recorded_at)', t || '_patient', t);
    -- Not unique: two charts that become one bring both their statements, until a person looks at them.
    EXECUTE format('CREATE INDEX %I ON %I (patient_id) WHERE superseded_at IS NULL', t || '_current', t);
  END LOOP;
END $$;

-- What people are asked to sign, word by word. A document is named by its hash; none is ever changed.
CREATE TABLE consent_document (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]{1,60}$'),
  version text NOT NULL CHECK (version <> ''),
  locale text NOT NULL,
  title text NOT NULL,
  body text NOT NULL CHECK (body <> ''),
  content_sha256 text NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
  required boolean NOT NULL DEFAULT true,
  filed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, kind, version, locale),
  UNIQUE (organization_id, id)
);

-- Signing is a row, revoking is another one that names it (A11).
CREATE TABLE consent_record (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  document_id uuid NOT NULL REFERENCES consent_document,
  kind text NOT NULL,
  version text NOT NULL,
  locale text NOT NULL,
  content_sha256 text NOT NULL,
  event text NOT NULL CHECK (event IN ('signed', 'declined', 'revoked')),
  signer text NOT NULL,                           -- principal: 'user:…', 'patient:…', 'guardian:…'
  relationship text NOT NULL,                     -- 'self', or what the guardian is to the patient
  typed_name text,
  intent_checked boolean NOT NULL DEFAULT false,
  signed_at timestamptz,
  revoked_at timestamptz,
  revokes uuid UNIQUE REFERENCES consent_record,
  reason text,
  source_intake_id uuid,
  ip_hash text,
  recorded_at timestamptz NOT NULL,
  n bigint GENERATED ALWAYS AS IDENTITY,
  CHECK (event <> 'signed' OR (signed_at IS NOT NULL AND typed_name IS NOT NULL AND intent_checked AND revokes IS NULL)),
  CHECK ((event = 'revoked') = (revoked_at IS NOT NULL AND revokes IS NOT NULL))
);
CREATE INDEX consent_record_patient ON consent_record (organization_id, patient_id, kind, n DESC);

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['consent_document', 'consent_record'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
  END LOOP;
END $$;

-- Who acts for somebody who cannot act alone (A15): on whose word, and until when.
CREATE TABLE patient_guardian (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  name text NOT NULL CHECK (name <> ''),
  relationship text NOT NULL,
  authority text NOT NULL,                        -- what it rests on: 'parent', 'court-order', …
  evidence text,                                  -- what was looked at
  email text,
  phone text,
  language text,
  recorded_by text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz,                        -- the day of majority; null: no end is known (no whole birth date)
  revoked_at timestamptz,
  revoked_by text,
  revoked_because text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (valid_until IS NULL OR valid_until > valid_from),
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX patient_guardian_patient ON patient_guardian (organization_id, patient_id, created_at);

-- The way into an intake. The token is an HMAC over the row's id: nothing here opens anything.
CREATE TABLE intake_link (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  intake_id uuid NOT NULL,
  patient_id uuid NOT NULL REFERENCES patient,
  guardian_id uuid REFERENCES patient_guardian,
  language text NOT NULL DEFAULT 'en',
  code_hash bytea,
  code_expires_at timestamptz,
  codes_sent int NOT NULL DEFAULT 0,
  failed_attempts int NOT NULL DEFAULT 0,
  locked_until timestamptz,
  first_opened_at timestamptz,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_because text CHECK (ended_because IN ('replaced', 'closed', 'withdrawn')),
  sessions_ended_at timestamptz,                  -- from then on no session that it opened lives
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE UNIQUE INDEX intake_link_one ON intake_link (intake_id) WHERE ended_at IS NULL;
CREATE INDEX intake_link_intake ON intake_link (organization_id, intake_id, created_at);
CREATE INDEX intake_link_patient ON intake_link (patient_id);

CREATE FUNCTION find_intake_link(p_id uuid) RETURNS TABLE (organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT organization_id FROM public.intake_link WHERE id = p_id
$$;

-- A session is of a person who signed in, or of a link: then it may do nothing but that intake.
ALTER TABLE session ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE session ADD COLUMN intake_link_id uuid REFERENCES intake_link;
ALTER TABLE session ADD CONSTRAINT session_of_one CHECK ((user_id IS NULL) <> (intake_link_id IS NULL));
ALTER TABLE session ADD CONSTRAINT session_of_a_link_is_a_browsers CHECK (intake_link_id IS NULL OR (client = 'browser' AND NOT enrolment_only));

-- As in 008 for who signed in: a page that asks by itself gives no intervals, and the session is not moved forward.
DROP FUNCTION touch_session(bytea, interval, interval);
CREATE FUNCTION touch_session(p_token_hash bytea, p_staff_idle interval, p_patient_idle interval)
RETURNS TABLE (session_id uuid, organization_id uuid, user_id uuid, client text, kind text, display_name text, email text,
               locale text, patient_id uuid, demo boolean, stepped_up_at timestamptz, stepped_up boolean, enrolment_only boolean,
               expires_at timestamptz, roles text[], intake_id uuid, guardian_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE s public.session%ROWTYPE; u public.app_user%ROWTYPE; l public.intake_link%ROWTYPE; t timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO s FROM public.session x WHERE x.token_hash = p_token_hash AND x.ended_at IS NULL
    AND x.idle_expires_at > t AND x.absolute_expires_at > t;
  IF NOT FOUND THEN RETURN; END IF;
  IF s.intake_link_id IS NOT NULL THEN
    -- The authority of a guardian ends at its instant, whatever any timer did.
    SELECT * INTO l FROM public.intake_link x WHERE x.id = s.intake_link_id AND x.sessions_ended_at IS NULL
      AND (x.guardian_id IS NULL OR EXISTS (SELECT 1 FROM public.patient_guardian g WHERE g.id = x.guardian_id
             AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > t)));
    IF NOT FOUND THEN RETURN; END IF;
  ELSE
    SELECT * INTO u FROM public.app_user x WHERE x.id = s.user_id AND x.disabled_at IS NULL;
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  -- Written at most every 30 s: a write for each request would make every read a transaction with a commit.
  IF p_staff_idle IS NOT NULL AND p_patient_idle IS NOT NULL AND s.last_seen_at < t - interval '30 seconds' THEN
    UPDATE public.session x SET last_seen_at = t,
      idle_expires_at = least(t + CASE WHEN u.kind = 'staff' THEN p_staff_idle ELSE p_patient_idle END, x.absolute_expires_at)
      WHERE x.id = s.id AND x.ended_at IS NULL RETURNING * INTO s;
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  IF s.intake_link_id IS NOT NULL THEN
    RETURN QUERY SELECT s.id, s.organization_id, l.id, s.client, 'patient'::text, ''::text, ''::text, l.language, l.patient_id,
      false, s.stepped_up_at, false, false, least(s.idle_expires_at, s.absolute_expires_at), '{}'::text[], l.intake_id, l.guardian_id;
    RETURN;
  END IF;
  RETURN QUERY SELECT s.id, s.organization_id, s.user_id, s.client, u.kind, u.display_name, u.email, u.locale, u.patient_id,
    u.demo, s.stepped_up_at, coalesce(s.stepped_up_at > t - interval '10 minutes', false), s.enrolment_only,
    least(s.idle_expires_at, s.absolute_expires_at),
    ARRAY(SELECT r.role FROM public.user_role r WHERE r.user_id = u.id ORDER BY r.role), NULL::uuid, NULL::uuid;
END $$;

-- Which language was asked for and which was used are on file already; beside them, what was tried between the two.
ALTER TABLE notification ADD COLUMN locale_tried text[];

-- Messages about an intake and its links. Other issues' kinds may have come before: the list is added to, not replaced.
DO $$ DECLARE before text; BEGIN
  SELECT pg_get_constraintdef(oid) INTO before FROM pg_constraint WHERE conname = 'notification_aggregate_check';
  ALTER TABLE notification DROP CONSTRAINT notification_aggregate_check;
  EXECUTE 'ALTER TABLE notification ADD CONSTRAINT notification_aggregate_check ' ||
    regexp_replace(before, '^CHECK \((.*)\)$', 'CHECK ((\1) OR aggregate IN (''intake'', ''intake-link''))');
END $$;
