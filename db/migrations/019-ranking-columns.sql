-- Ten thousand entries are ranked within 200 ms: the factors of each as columns, which Postgres reads and writes in half
-- the time that it takes to parse as many JSON objects (docs/benchmarks.md). Their meaning is that of domain/waitlist.ts.
ALTER TABLE waitlist_ranking
  ADD COLUMN urgency text,
  ADD COLUMN days_waiting int,
  ADD COLUMN named_provider boolean,
  ADD COLUMN preferred_day boolean,
  ADD COLUMN preferred_time boolean,
  ADD COLUMN days_gained int,
  ADD COLUMN km int,                                                   -- null: one end is not known
  ADD COLUMN no_responses int,
  ADD COLUMN tier smallint,
  ADD COLUMN score int;
UPDATE waitlist_ranking SET
  urgency = factors->>'urgency',
  days_waiting = (factors->>'daysWaiting')::int,
  named_provider = (factors->>'namedProvider')::boolean,
  preferred_day = (factors->>'preferredDay')::boolean,
  preferred_time = (factors->>'preferredTime')::boolean,
  days_gained = (factors->>'daysGained')::int,
  km = (factors->>'km')::int,
  no_responses = (factors->>'noResponses')::int,
  tier = (factors->>'tier')::smallint,
  score = (factors->>'score')::int;
ALTER TABLE waitlist_ranking
  ALTER COLUMN urgency SET NOT NULL,
  ALTER COLUMN days_waiting SET NOT NULL,
  ALTER COLUMN named_provider SET NOT NULL,
  ALTER COLUMN preferred_day SET NOT NULL,
  ALTER COLUMN preferred_time SET NOT NULL,
  ALTER COLUMN days_gained SET NOT NULL,
  ALTER COLUMN no_responses SET NOT NULL,
  ALTER COLUMN tier SET NOT NULL,
  ALTER COLUMN score SET NOT NULL,
  DROP COLUMN factors;
