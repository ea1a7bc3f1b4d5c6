-- A whole place may be down (B21), and who is displaced waits with priority (D1).

ALTER TABLE absence
  ALTER COLUMN resource_id DROP NOT NULL,
  ADD COLUMN location_id uuid REFERENCES location,                     -- the whole place; then no single resource
  ADD CHECK ((resource_id IS NULL) <> (location_id IS NULL)),
  ADD CHECK (location_id IS NULL OR kind = 'outage');

ALTER TABLE absence_case
  ADD COLUMN waitlist_entry_id uuid REFERENCES waitlist_entry,         -- the wish of urgency displaced, while there is no new time
  ADD COLUMN wish_was text,                                            -- how urgent the patient's own wish was before; null: the wish is ours
  ADD COLUMN wish_closed_at timestamptz;
CREATE INDEX absence_case_task ON absence_case (task_id) WHERE settled_at IS NULL;
