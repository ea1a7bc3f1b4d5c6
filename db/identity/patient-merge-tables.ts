/**
 * Every table that names a patient, and what a merge does with it. test/db/patient-merges.test.ts compares this with the
 * catalogue: a table with a `patient_id` that is not here fails it, so that no new one can be forgotten.
 */

/** What a table's rows are counted as before somebody agrees to a merge. */
export const mergeKinds = ['person', 'account', 'visits', 'waiting', 'intakes', 'chart', 'work', 'messages'] as const;
export type MergeKind = (typeof mergeKinds)[number];

/** The steps of a merge, each one transaction, in this order. */
export const mergeSteps = ['person', 'visits', 'cases', 'chart', 'sweep'] as const;
export type MergeStep = (typeof mergeSteps)[number];

interface Moves {
  readonly rule: 'moves';
  readonly kind: MergeKind;
  readonly step: Exclude<MergeStep, 'sweep'>;
  /** Columns of the primary key. */
  readonly key: readonly string[];
}
interface Stays {
  readonly rule: 'stays' | 'derived';
  readonly because: string;
}

const moves = (kind: MergeKind, step: Moves['step'], ...key: string[]): Moves => ({
  rule: 'moves',
  kind,
  step,
  key: key.length === 0 ? ['id'] : key,
});
const stays = (because: string): Stays => ({ rule: 'stays', because });

export const patientTables: Readonly<Record<string, Moves | Stays>> = {
  patient_name: moves('person', 'person'),
  patient_identifier: moves('person', 'person'),
  patient_contact: moves('person', 'person'),
  patient_guardian: moves('person', 'person'),
  app_user: moves('account', 'person'),
  access_link: moves('account', 'person'),

  appointment: moves('visits', 'visits'),
  series: moves('visits', 'visits'),
  absence_case: moves('visits', 'visits'),
  group_seat: moves('visits', 'visits'),
  walk_in: moves('visits', 'visits'),
  waitlist_entry: moves('waiting', 'cases'),
  waitlist_entry_visit_type: moves('waiting', 'cases', 'entry_id', 'visit_type_id'),
  waitlist_offer: moves('waiting', 'cases'),
  intake: moves('intakes', 'cases'),
  intake_link: moves('intakes', 'cases'),
  escalation: moves('work', 'cases'),
  escalation_call: moves('work', 'cases'),
  staff_task: moves('work', 'cases'),
  notification: moves('messages', 'cases'),

  document: moves('chart', 'chart'),
  coverage: moves('chart', 'chart'),
  patient_demographics: moves('chart', 'chart'),
  patient_address: moves('chart', 'chart'),
  allergy_intolerance: moves('chart', 'chart'),
  medication_statement: moves('chart', 'chart'),
  history_statement: moves('chart', 'chart'),

  // Written once, never changed. Who reads them for a chart reads them for the charts that went into it (chartsOf).
  contact_consent: stays('append-only: a refusal of the merged chart is filed for the survivor anew'),
  consent_record: stays('append-only: signed as it stands'),
  audit_event: stays('append-only: it says what was done to which chart'),
  import_row: stays('append-only: it says what became of a line'),
  identity_match: stays('the question is about these two charts'),
  resource: stays('a chart and its place in the calendar are one; its reservations move'),
  patient_search: { rule: 'derived', because: 'made anew from the rows above' },
};

export const movingTables = (step: MergeStep): readonly (readonly [table: string, rule: Moves])[] =>
  Object.entries(patientTables).flatMap(([table, rule]) =>
    rule.rule === 'moves' && (step === 'sweep' || rule.step === step) ? [[table, rule] as const] : [],
  );

/** The types of the columns that a merge changes, to write them back from text. */
export const columnTypes: Readonly<Record<string, string>> = {
  patient_id: 'uuid',
  resource_id: 'uuid',
  hold_owner: 'text',
  to_ref: 'text',
  use: 'text',
  active: 'boolean',
  merged_into: 'uuid',
  merged_by: 'uuid',
  replaced_by: 'uuid',
};
