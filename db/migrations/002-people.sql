-- People: staff and patients, how they sign in, how they are reached. FHIR Patient and Practitioner names.

CREATE TABLE location (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  name text NOT NULL CHECK (name <> ''),
  time_zone text NOT NULL,
  address jsonb NOT NULL DEFAULT '{}',
  phone text,
  active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, name)
);

CREATE TABLE patient (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  mrn text NOT NULL,
  family text,
  given text[] NOT NULL DEFAULT '{}',
  chosen_name text,
  birth_date text CHECK (birth_date ~ '^\d{4}(-\d{2}(-\d{2})?)?$'),  -- FHIR date: may be partial, may be missing
  sex text NOT NULL DEFAULT 'unknown' CHECK (sex IN ('female', 'male', 'other', 'unknown')),
  language text NOT NULL DEFAULT 'en',         -- BCP-47, as stated
  time_zone text,
  deceased boolean NOT NULL DEFAULT false,
  deceased_at timestamptz,
  email text,
  phone text,                                  -- E.164 where it could be read, else as given
  address jsonb NOT NULL DEFAULT '{}',
  interpreter_needed boolean NOT NULL DEFAULT false,
  high_risk boolean NOT NULL DEFAULT false,
  active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, mrn),
  UNIQUE (organization_id, id)
);

-- Every name a person goes or went by is a row (FHIR HumanName.use).
CREATE TABLE patient_name (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  use text NOT NULL CHECK (use IN ('usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden')),
  family text,
  given text[] NOT NULL DEFAULT '{}',
  prefix text[] NOT NULL DEFAULT '{}',
  suffix text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX patient_name_patient ON patient_name (organization_id, patient_id);

CREATE TABLE patient_identifier (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  system text NOT NULL,
  value text NOT NULL CHECK (value <> ''),
  type text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, system, value)
);
CREATE INDEX patient_identifier_patient ON patient_identifier (organization_id, patient_id);

-- FHIR Patient.contact: guardians, next of kin, emergency contacts.
CREATE TABLE patient_contact (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  relationship text NOT NULL,
  name text NOT NULL,
  phone text,
  email text,
  emergency boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX patient_contact_patient ON patient_contact (organization_id, patient_id);

-- Consent to be contacted, by channel and category. The newest row of a pair is in force; rows are never changed.
CREATE TABLE contact_consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  patient_id uuid NOT NULL REFERENCES patient,
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'phone', 'post')),
  category text NOT NULL CHECK (category IN ('appointment', 'account', 'marketing')),
  permitted boolean NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX contact_consent_patient ON contact_consent (organization_id, patient_id, channel, category, id DESC);

-- Words a patient is found by: folded name parts, MRN, identifiers, telephone digits, birth date. Prefix search is a
-- range on token, which stays leakproof under row-level security where LIKE and trigrams do not.
CREATE TABLE patient_search (
  organization_id uuid NOT NULL REFERENCES organization,
  token text COLLATE "C" NOT NULL,
  patient_id uuid NOT NULL REFERENCES patient,
  PRIMARY KEY (organization_id, token, patient_id)
);
CREATE INDEX patient_search_patient ON patient_search (organization_id, patient_id);

CREATE TABLE app_user (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  kind text NOT NULL CHECK (kind IN ('staff', 'patient')),
  email text NOT NULL CHECK (email = lower(email)),
  display_name text NOT NULL,
  locale text NOT NULL DEFAULT 'en',
  patient_id uuid REFERENCES patient,
  demo boolean NOT NULL DEFAULT false,
  disabled_at timestamptz,
  version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((kind = 'patient') = (patient_id IS NOT NULL)),
  UNIQUE (email),
  UNIQUE (patient_id)
);

CREATE TABLE user_role (
  organization_id uuid NOT NULL REFERENCES organization,
  user_id uuid NOT NULL REFERENCES app_user,
  role text NOT NULL CHECK (role IN ('administrator', 'front-desk', 'doctor', 'nurse', 'biller', 'privacy-officer', 'support', 'patient')),
  granted_by text NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, role)
);

-- Secrets of sign-in, apart from the person so that no list of people can carry them.
CREATE TABLE credential (
  user_id uuid PRIMARY KEY REFERENCES app_user,
  organization_id uuid NOT NULL REFERENCES organization,
  password_hash text,
  totp_secret text,                 -- encrypted with the field key
  totp_confirmed_at timestamptz,
  last_totp_step bigint,
  recovery_hashes text[] NOT NULL DEFAULT '{}',
  password_changed_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One-time links: staff invitation, password reset, a patient claiming an account. The token is an HMAC over the row,
-- never stored; only its hash is, so that a dump opens nothing.
CREATE TABLE access_link (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  kind text NOT NULL CHECK (kind IN ('staff-invitation', 'password-reset', 'account-claim')),
  user_id uuid REFERENCES app_user,
  patient_id uuid REFERENCES patient,
  email text,
  roles text[] NOT NULL DEFAULT '{}',
  display_name text,
  token_hash bytea NOT NULL UNIQUE,
  code_hash bytea,                  -- step-up code of an account claim
  code_expires_at timestamptz,
  failed_attempts int NOT NULL DEFAULT 0,
  locked_until timestamptz,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Everything that says "task" is a row here and shows on one page.
CREATE TABLE staff_task (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  location_id uuid REFERENCES location,
  kind text NOT NULL,
  subject_type text,
  subject_id uuid,
  patient_id uuid REFERENCES patient,
  params jsonb NOT NULL DEFAULT '{}',       -- codes, counts and instants that the page turns into words
  priority text NOT NULL DEFAULT 'routine' CHECK (priority IN ('routine', 'urgent', 'stat')),
  due_at timestamptz NOT NULL,
  owner_role text,
  owner_user_id uuid REFERENCES app_user,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'cancelled')),
  outcome text,
  note text,
  done_by text,
  done_at timestamptz,
  dedupe_key text NOT NULL,
  version int NOT NULL DEFAULT 0,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, dedupe_key),
  CHECK ((state = 'open') = (done_at IS NULL)),
  CHECK (state <> 'done' OR outcome IS NOT NULL)
);
CREATE INDEX staff_task_open ON staff_task (organization_id, due_at, id) WHERE state = 'open';
CREATE INDEX staff_task_subject ON staff_task (organization_id, subject_type, subject_id);

-- Imports: restart-safe progress and the refusals with line and reason.
CREATE TABLE import_run (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  file_name text NOT NULL,
  content_sha256 text NOT NULL,
  format text NOT NULL,
  lines_done bigint NOT NULL DEFAULT 0,
  accepted bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished')),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  UNIQUE (organization_id, content_sha256)
);
CREATE TABLE import_row (
  organization_id uuid NOT NULL REFERENCES organization,
  import_run_id uuid NOT NULL REFERENCES import_run,
  line bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused')),
  patient_id uuid,
  code text,
  message text,
  warnings jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (import_run_id, line)
);

-- Sign-in happens before the organization is known: these run as the owner and give only what sign-in needs.
CREATE FUNCTION find_sign_in(p_email text)
RETURNS TABLE (user_id uuid, organization_id uuid, kind text, display_name text, locale text, patient_id uuid, demo boolean,
               disabled boolean, password_hash text, totp_secret text, totp_confirmed boolean, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.id, u.organization_id, u.kind, u.display_name, u.locale, u.patient_id, u.demo, u.disabled_at IS NOT NULL,
         c.password_hash, c.totp_secret, c.totp_confirmed_at IS NOT NULL,
         ARRAY(SELECT r.role FROM public.user_role r WHERE r.user_id = u.id ORDER BY r.role)
  FROM public.app_user u LEFT JOIN public.credential c ON c.user_id = u.id
  WHERE u.email = lower(p_email)
$$;

-- A live session with its person and roles, moved forward in the same statement. Database time decides expiry.
CREATE FUNCTION touch_session(p_token_hash bytea, p_staff_idle interval, p_patient_idle interval)
RETURNS TABLE (session_id uuid, organization_id uuid, user_id uuid, client text, kind text, display_name text, email text,
               locale text, patient_id uuid, demo boolean, stepped_up_at timestamptz, expires_at timestamptz, roles text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE s public.session%ROWTYPE; u public.app_user%ROWTYPE; t timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO s FROM public.session x WHERE x.token_hash = p_token_hash AND x.ended_at IS NULL
    AND x.idle_expires_at > t AND x.absolute_expires_at > t;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO u FROM public.app_user x WHERE x.id = s.user_id AND x.disabled_at IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  -- Written at most every 30 s: a write for each request would make every read a transaction with a commit.
  IF s.last_seen_at < t - interval '30 seconds' THEN
    UPDATE public.session x SET last_seen_at = t,
      idle_expires_at = least(t + CASE WHEN u.kind = 'staff' THEN p_staff_idle ELSE p_patient_idle END, x.absolute_expires_at)
      WHERE x.id = s.id AND x.ended_at IS NULL RETURNING * INTO s;
  END IF;
  RETURN QUERY SELECT s.id, s.organization_id, s.user_id, s.client, u.kind, u.display_name, u.email, u.locale, u.patient_id,
    u.demo, s.stepped_up_at, least(s.idle_expires_at, s.absolute_expires_at),
    ARRAY(SELECT r.role FROM public.user_role r WHERE r.user_id = u.id ORDER BY r.role);
END $$;

-- A one-time link names its organization only through its hash.
CREATE FUNCTION find_access_link(p_token_hash bytea) RETURNS TABLE (link_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT id, organization_id FROM public.access_link WHERE token_hash = p_token_hash
$$;

-- Jobs over all organizations go through them one by one; this is the list they go through.
CREATE FUNCTION organization_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$ SELECT id FROM public.organization ORDER BY id $$;
