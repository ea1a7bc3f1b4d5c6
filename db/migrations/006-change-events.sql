-- What changed, told at commit to every API process that listens (architecture.md section 5: live updates). Ids only.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('case_changed', json_build_object('organizationId', NEW.organization_id, 'kind', NEW.aggregate, 'id', NEW.aggregate_id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER announce_change AFTER INSERT ON state_change FOR EACH ROW EXECUTE FUNCTION announce_change();
