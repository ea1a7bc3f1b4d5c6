-- What a minor may sign alone, texts that an organization publishes, and an intake of signatures alone: scheduling-intake.md
-- D3 "Consent"; features.md A11, A15.

-- The clinic's own rule, of its counsel: from which age, where, for which service. Laws differ; none is built in.
CREATE TABLE minor_consent_rule (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organization,
  visit_type_id uuid NOT NULL REFERENCES visit_type,
  jurisdiction text CHECK (jurisdiction ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),  -- ISO 3166-1 or -2; null: wherever the organization is
  from_age int NOT NULL CHECK (from_age BETWEEN 0 AND 25),
  guardian_access text NOT NULL CHECK (guardian_access IN ('none', 'shared')),
  basis text NOT NULL CHECK (basis <> ''),                                 -- what it rests on, in the owner's words
  owner text NOT NULL CHECK (owner <> ''),                                 -- who answers for it here
  valid_from timestamptz NOT NULL,
  valid_to timestamptz CHECK (valid_to >= valid_from),
  ended_by text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (ended_by IS NULL OR valid_to IS NOT NULL)
);
CREATE INDEX minor_consent_rule_service ON minor_consent_rule (organization_id, visit_type_id, valid_from);

-- A rule is ended, never rewritten: signatures name it.
CREATE FUNCTION refuse_rule_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may_change text[] := ARRAY['valid_to', 'ended_by'];
BEGIN
  IF OLD.ended_by IS NOT NULL OR (to_jsonb(OLD) - may_change) IS DISTINCT FROM (to_jsonb(NEW) - may_change)
     OR NEW.ended_by IS NULL OR NEW.valid_to > coalesce(OLD.valid_to, 'infinity') THEN
    RAISE EXCEPTION 'a rule on consent is ended, never rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ended_only BEFORE UPDATE ON minor_consent_rule FOR EACH ROW EXECUTE FUNCTION refuse_rule_rewrite();

-- The rule that was in force when it began holds for the whole intake. Confidential: no guardian gets a link, a prefill, a list.
ALTER TABLE intake ADD COLUMN minor_consent_rule_id uuid REFERENCES minor_consent_rule;
ALTER TABLE intake ADD COLUMN confidential boolean NOT NULL DEFAULT false;
ALTER TABLE intake ADD COLUMN private_contact jsonb;                       -- {email, phone}: where the minor says it is safe
ALTER TABLE intake ADD COLUMN about text NOT NULL DEFAULT 'whole' CHECK (about IN ('whole', 'consents'));
ALTER TABLE intake ADD CONSTRAINT intake_confidential_by_rule CHECK (NOT confidential OR minor_consent_rule_id IS NOT NULL);

-- What was signed under a rule counts for its service and no other.
ALTER TABLE consent_record ADD COLUMN visit_type_id uuid REFERENCES visit_type;
ALTER TABLE consent_record ADD COLUMN minor_consent_rule_id uuid REFERENCES minor_consent_rule;
ALTER TABLE consent_record ADD CONSTRAINT consent_record_scope CHECK ((visit_type_id IS NULL) = (minor_consent_rule_id IS NULL));
ALTER TABLE consent_record ADD CONSTRAINT consent_record_own_under_rule
  CHECK (minor_consent_rule_id IS NULL OR event <> 'signed' OR relationship = 'self');

-- A version that an organization published: in which languages, which are missing, and what is shown instead.
CREATE TABLE consent_publication (
  organization_id uuid NOT NULL REFERENCES organization,
  kind text NOT NULL,
  version text NOT NULL,
  locales text[] NOT NULL CHECK (cardinality(locales) > 0),
  missing text[] NOT NULL,
  fallback text NOT NULL CHECK (fallback = ANY (locales)),
  asked_again int NOT NULL CHECK (asked_again >= 0),                       -- signatures in force that it ended
  published_by text NOT NULL,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, kind, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent_publication FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON consent_publication FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nothing is added to a version that is published either: another language is another version.
CREATE FUNCTION refuse_late_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM consent_publication p WHERE p.organization_id = NEW.organization_id AND p.kind = NEW.kind AND p.version = NEW.version)
     AND NOT EXISTS (SELECT 1 FROM consent_document d WHERE d.organization_id = NEW.organization_id AND d.kind = NEW.kind
                       AND d.version = NEW.version AND d.locale = NEW.locale) THEN
    RAISE EXCEPTION 'the consent % % is published: another text is another version', NEW.kind, NEW.version USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER published_is_whole BEFORE INSERT ON consent_document FOR EACH ROW EXECUTE FUNCTION refuse_late_text();
