-- Fees and deposits (D1, Fees; B24): proposed by the process of a visit, decided by a person. Nothing here moves money.
ALTER TABLE proposed_charge
  ADD COLUMN amount_cents int NOT NULL DEFAULT 0,
  ADD COLUMN currency text NOT NULL DEFAULT 'USD',
  ADD COLUMN note text,
  ADD COLUMN void_reason text,
  ADD COLUMN decided_by text,
  ADD COLUMN decided_at timestamptz,
  ADD COLUMN posted_at timestamptz,
  ADD COLUMN version int NOT NULL DEFAULT 0;

-- A no-show that was undone had no fee at all; until now it was called a waiver.
ALTER TABLE proposed_charge DROP CONSTRAINT proposed_charge_state_check;
UPDATE proposed_charge SET state = 'void', void_reason = 'undone', waived_reason = NULL WHERE waived_reason = 'undone';
UPDATE proposed_charge SET waived_reason = 'staff-decision' WHERE state = 'waived' AND waived_reason IS NULL;

ALTER TABLE proposed_charge
  DROP CONSTRAINT proposed_charge_kind_check,
  DROP CONSTRAINT proposed_charge_appointment_id_kind_key,
  ADD CONSTRAINT charge_kind CHECK (kind IN ('late-cancel', 'no-show', 'deposit')),
  ADD CONSTRAINT charge_state CHECK (state IN ('proposed', 'waived', 'posted', 'void')),
  ADD CONSTRAINT charge_amount CHECK (amount_cents >= 0),
  ADD CONSTRAINT charge_currency CHECK (currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT charge_waived_says_why CHECK ((state = 'waived') = (waived_reason IS NOT NULL)),
  ADD CONSTRAINT charge_void_says_why CHECK ((state = 'void') = (void_reason IS NOT NULL)),
  ADD CONSTRAINT charge_posted_by_somebody CHECK (state <> 'posted' OR (posted_at IS NOT NULL AND decided_by IS NOT NULL));

-- One that is void has been given up, and another may take its place; any other is the only one of its kind.
CREATE UNIQUE INDEX charge_once ON proposed_charge (appointment_id, kind) WHERE state <> 'void';
CREATE INDEX charge_worklist ON proposed_charge (organization_id, state, created_at, id);

-- Some payers forbid fees for missed visits (Medicaid does): until coverage is kept, the class is what is known.
ALTER TABLE patient ADD COLUMN payer_class text
  CONSTRAINT payer_class_known CHECK (payer_class IN ('commercial', 'medicare', 'medicaid', 'self-pay', 'other'));

-- An interpreter comes for whom it was needed when the place was taken (D3): role 'interpreter', beside what the visit
-- type asks for. The length of the visit says it too.
ALTER TABLE appointment ADD COLUMN interpreter_language text;
CREATE INDEX resource_interpreter ON resource (organization_id) WHERE kind = 'interpreter' AND active;
