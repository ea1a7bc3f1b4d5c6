-- An open intake serves every visit of its kind that is booked while it is open (decision 86). The visit that it was begun
-- for is intake.appointment_id; here are the others. A visit has one intake: its own, or the one that serves it.
CREATE TABLE intake_visit (
  organization_id uuid NOT NULL REFERENCES organization,
  appointment_id uuid PRIMARY KEY REFERENCES appointment,
  intake_id uuid NOT NULL REFERENCES intake,
  created_at timestamptz NOT NULL
);
CREATE INDEX intake_visit_intake ON intake_visit (intake_id);
