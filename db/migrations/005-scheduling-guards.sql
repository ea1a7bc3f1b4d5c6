-- A patient is a resource too (B9): the row exists from the first moment, so that no booking has to make it.
CREATE FUNCTION add_patient_resource() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO resource (id, organization_id, kind, patient_id) VALUES (NEW.id, NEW.organization_id, 'patient', NEW.id)
  ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;
CREATE TRIGGER patient_is_resource AFTER INSERT ON patient FOR EACH ROW EXECUTE FUNCTION add_patient_resource();
INSERT INTO resource (id, organization_id, kind, patient_id)
SELECT id, organization_id, 'patient', id FROM patient ON CONFLICT DO NOTHING;

-- Reads look for what overlaps a window by a range on starts_at alone. That needs a longest reservation: a day's visit
-- (1440 minutes) with its widest buffers (240 on either side) stays below it.
ALTER TABLE reservation ADD CONSTRAINT reservation_length CHECK (upper(busy) - lower(busy) <= interval '2 days');

-- A pending hold is counted by its patient (security-reliability.md, slot hoarding).
CREATE INDEX appointment_holds ON appointment (organization_id, patient_id) WHERE status = 'pending';
