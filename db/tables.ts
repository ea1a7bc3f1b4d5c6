/**
 * Every table, once, with the class that decides who may write it. db/grants.ts turns this into privileges and policies,
 * and test/db/grants.test.ts compares both with the catalogue: a table that is missing here fails the migration.
 *
 * - process: written only by activities (role worker). "Thin API" is a grant, not a habit.
 * - record: facts that a request files in one transaction (roles api and worker).
 * - access: who is signed in, what may be tried (role api).
 * - audit: append-only for everyone who may write it.
 * - infrastructure: what the platform itself needs.
 */
export type TableClass = 'process' | 'record' | 'access' | 'audit' | 'infrastructure';
export type RuntimeRole = 'worker' | 'api' | 'auditor' | 'sealer' | 'backup';
export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

export interface TableDeclaration {
  readonly class: TableClass;
  /** False only for the exempt tables of architecture.md section 5, which are read before the organization is known. */
  readonly rowSecurity: boolean;
  readonly grants: Readonly<Partial<Record<RuntimeRole, readonly Privilege[]>>>;
  /** Rows the API may insert although the class is not its own, as an SQL condition. */
  readonly apiInsertOnlyWhere?: string;
}

const read = ['SELECT'] as const;
const write = ['SELECT', 'INSERT', 'UPDATE'] as const;
const writeAndDelete = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
const append = ['SELECT', 'INSERT'] as const;

const process: TableDeclaration = {
  class: 'process',
  rowSecurity: true,
  grants: { worker: write, api: read, backup: read },
};
const record: TableDeclaration = {
  class: 'record',
  rowSecurity: true,
  grants: { worker: write, api: write, backup: read },
};
const removableRecord: TableDeclaration = {
  class: 'record',
  rowSecurity: true,
  grants: { worker: write, api: writeAndDelete, backup: read },
};

export const tables: Readonly<Record<string, TableDeclaration>> = {
  organization: {
    class: 'infrastructure',
    rowSecurity: true,
    grants: { worker: read, api: read, auditor: read, sealer: read, backup: read },
  },
  // An idempotency row is written in the transaction of whoever writes the fact.
  operation: { class: 'infrastructure', rowSecurity: true, grants: { worker: write, api: write, backup: read } },
  policy: record,

  state_change: {
    class: 'audit',
    rowSecurity: true,
    grants: { worker: append, api: append, auditor: read, sealer: read, backup: read },
    // The API files facts; the history of a process is the worker's to write.
    apiInsertOnlyWhere: `aggregate IN ('patient', 'app-user', 'access-link', 'staff-task', 'location', 'resource', 'resource-pool', 'visit-type', 'availability-rule', 'availability-exception', 'walk-in-queue', 'policy', 'charge', 'contact-consent', 'intake-link', 'questionnaire-version', 'simulation-run', 'on-call-shift', 'staff-contact', 'document', 'coverage', 'identity-match', 'minor-consent-rule', 'consent-document')`,
  },
  audit_event: {
    class: 'audit',
    rowSecurity: true,
    grants: { worker: append, api: append, auditor: read, sealer: read, backup: read },
  },
  audit_seal: { class: 'audit', rowSecurity: true, grants: { sealer: append, auditor: read, backup: read } },

  session: { class: 'access', rowSecurity: false, grants: { api: write, backup: read } },
  rate_limit: {
    class: 'access',
    rowSecurity: false,
    grants: { api: writeAndDelete, worker: writeAndDelete, backup: read },
  },
  credential: { class: 'access', rowSecurity: true, grants: { api: write, backup: read } },
  // A merge takes a claim that is under way along.
  access_link: {
    class: 'access',
    rowSecurity: true,
    grants: { api: write, worker: ['SELECT', 'UPDATE'], backup: read },
  },

  app_user: record,
  user_role: removableRecord,
  location: record,
  patient: record,
  patient_name: removableRecord,
  // Undoing a merge takes back the record number that it filed.
  patient_identifier: { ...removableRecord, grants: { ...removableRecord.grants, worker: writeAndDelete } },
  patient_contact: removableRecord,
  contact_consent: { class: 'record', rowSecurity: true, grants: { worker: append, api: append, backup: read } },
  patient_search: {
    class: 'record',
    rowSecurity: true,
    grants: { worker: writeAndDelete, api: writeAndDelete, backup: read },
  },
  // What an intake leaves in the chart: superseded, never rewritten (a trigger), never deleted.
  patient_demographics: record,
  patient_address: record,
  allergy_intolerance: record,
  medication_statement: record,
  history_statement: record,
  patient_guardian: record,
  consent_document: { class: 'record', rowSecurity: true, grants: { worker: append, api: append, backup: read } },
  consent_record: { class: 'record', rowSecurity: true, grants: { worker: append, api: append, backup: read } },
  // A process invites and reminds, a person asks for a code or another link.
  intake_visit: process,
  intake_link: { class: 'access', rowSecurity: true, grants: { api: write, worker: write, backup: read } },
  // Ended, never rewritten (a trigger): signatures name the rule that allowed them.
  minor_consent_rule: record,
  consent_publication: { class: 'record', rowSecurity: true, grants: { worker: append, api: append, backup: read } },
  staff_task: record,
  // Found by a process, decided by a person; what follows from `same` is the process of a merge.
  identity_match: record,
  patient_merge: process,
  patient_merge_row: process,
  // What patients are asked; a published version never changes (migration 020).
  questionnaire: record,
  questionnaire_version: record,
  // Kept once, never changed.
  simulation_run: { class: 'record', rowSecurity: true, grants: { worker: read, api: append, backup: read } },
  // Whoever holds the visit's link, or sees to it, asks for a way into the room: no process waits for that.
  telehealth_link: record,
  telehealth_location: { class: 'record', rowSecurity: true, grants: { worker: append, api: append, backup: read } },
  import_run: record,
  import_row: { class: 'record', rowSecurity: true, grants: { worker: append, api: append, backup: read } },

  on_call_shift: record,
  staff_contact: record,

  resource: record,
  resource_pool: record,
  resource_pool_member: removableRecord,
  visit_type: record,
  visit_type_requirement: removableRecord,
  visit_type_provider: removableRecord,
  availability_rule: removableRecord,
  availability_exception: record,
  walk_in_queue: record,
  walk_in_queue_provider: removableRecord,

  appointment: process,
  series: process,
  group_session: process,
  group_seat: process,
  series_occurrence: process,
  series_step: process,
  opening: process,
  waitlist_entry: process,
  // What a wish does not name any more is not of it; its history is in state_change.
  waitlist_entry_visit_type: { ...process, grants: { ...process.grants, worker: writeAndDelete } },
  waitlist_offer: process,
  waitlist_ranking: process,
  walk_in: process,
  absence: process,
  absence_case: process,
  escalation: process,
  escalation_notice: process,
  escalation_responder: process,
  // Written by whoever's page is connected, read by the rounds that look for who is not there any more.
  responder_presence: {
    class: 'record',
    rowSecurity: true,
    grants: { worker: read, api: write, backup: read },
  },
  escalation_presence_loss: process,
  // Said by a person, in a request; the escalation of it is the worker's to make.
  escalation_call: {
    class: 'record',
    rowSecurity: true,
    grants: { worker: ['SELECT', 'UPDATE'], api: append, backup: read },
  },
  intake: process,
  intake_step: process,
  // Kept as they were; drafts alone may be erased, when a withdrawal's retention says so.
  intake_answer: { ...process, grants: { ...process.grants, worker: ['SELECT', 'INSERT', 'DELETE'] } },
  intake_flag: process,
  intake_score: { ...process, grants: { ...process.grants, worker: ['SELECT', 'INSERT', 'DELETE'] } },
  reservation: process,
  case_timer: process,
  // Filed by the process of a visit alone; a person's word on it is a fact that a request files.
  proposed_charge: {
    class: 'record',
    rowSecurity: true,
    grants: { worker: write, api: ['SELECT', 'UPDATE'], backup: read },
  },
  // Filed with the upload; let out of quarantine, or refused, after a scan: by a worker alone.
  document: {
    class: 'record',
    rowSecurity: true,
    grants: { worker: write, api: append, backup: read },
  },
  coverage: record,
  eligibility_check: { class: 'process', rowSecurity: true, grants: { worker: append, api: read, backup: read } },
  // The outbox of accounts (invitations, resets, claims) is filled by the API in the transaction that files the link.
  notification: {
    class: 'process',
    rowSecurity: true,
    grants: { worker: write, api: append, backup: read },
    apiInsertOnlyWhere: `aggregate IN ('access-link', 'user', 'intake-link')`,
  },
};

/** knex's own bookkeeping; never granted to a runtime role. */
export const migrationTables: ReadonlySet<string> = new Set(['knex_migrations', 'knex_migrations_lock']);
