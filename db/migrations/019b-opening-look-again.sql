-- When the next patient is asked about a freed time that nobody may be asked about now: the morning of who sleeps, or the
-- next row of the table of windows. The board says it; the process has its timer.
ALTER TABLE opening ADD COLUMN look_again_at timestamptz;
