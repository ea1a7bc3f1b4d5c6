-- What patients are asked, as versioned data (features.md A6). A version is written as a draft; published, its words never
-- change again: a case is pinned to a number, and reads the same questions until it ends. Numbers count per questionnaire.
-- What the product itself brings (domain/questionnaires/) is copied here when the first case is pinned to it, so that
-- neither a publication nor a new release reaches an open case.
CREATE TABLE questionnaire (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organization,
  code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{0,39}$'),         -- for an intake: the step
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (organization_id, code),
  UNIQUE (organization_id, id)
);

CREATE TABLE questionnaire_version (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  questionnaire_id uuid NOT NULL,
  number int NOT NULL CHECK (number >= 1),
  -- default: a copy of what the product brings; organization: written here.
  source text NOT NULL CHECK (source IN ('default', 'organization')),
  state text NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
  definition jsonb NOT NULL CHECK (jsonb_typeof(definition -> 'item') = 'array'),
  translations jsonb NOT NULL CHECK (jsonb_typeof(translations) = 'object'),
  -- Of definition and translations as they were given; tells one copy of the product's from the next.
  content_sha256 text NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
  based_on int CHECK (based_on < number),
  version int NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  published_at timestamptz,
  published_by text,
  retired_at timestamptz,
  FOREIGN KEY (organization_id, questionnaire_id) REFERENCES questionnaire (organization_id, id),
  UNIQUE (questionnaire_id, number),
  CHECK (source = 'organization' OR state = 'published'),
  CHECK ((state = 'draft') = (published_at IS NULL AND retired_at IS NULL)),
  CHECK ((published_at IS NULL) = (published_by IS NULL)),
  CHECK ((state = 'retired') = (retired_at IS NOT NULL))
);
-- One draft at a time, one version of its own for new cases, one copy of each edition of the product's.
CREATE UNIQUE INDEX questionnaire_version_draft ON questionnaire_version (questionnaire_id) WHERE state = 'draft';
CREATE UNIQUE INDEX questionnaire_version_present ON questionnaire_version (questionnaire_id) WHERE state = 'published' AND source = 'organization';
CREATE UNIQUE INDEX questionnaire_version_default ON questionnaire_version (questionnaire_id, content_sha256) WHERE source = 'default';

-- draft -> published -> retired, and a draft that nobody wants -> retired. Only a draft's words change.
CREATE FUNCTION keep_questionnaire_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(NEW.id, NEW.organization_id, NEW.questionnaire_id, NEW.number, NEW.source, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM ROW(OLD.id, OLD.organization_id, OLD.questionnaire_id, OLD.number, OLD.source, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'a version of a questionnaire stays what and whose it is' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state <> 'draft' AND ROW(NEW.definition, NEW.translations, NEW.content_sha256, NEW.published_at, NEW.published_by)
     IS DISTINCT FROM ROW(OLD.definition, OLD.translations, OLD.content_sha256, OLD.published_at, OLD.published_by) THEN
    RAISE EXCEPTION 'a version of a questionnaire that was published never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('draft', 'published'), ('draft', 'retired'), ('published', 'retired')) THEN
    RAISE EXCEPTION 'a version of a questionnaire does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_questionnaire_version BEFORE UPDATE ON questionnaire_version FOR EACH ROW EXECUTE FUNCTION keep_questionnaire_version();
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON questionnaire_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
