/** What the doctor can find, each with its cause and what a person does about it. */
export const explanations = {
  'no-workflow': {
    cause: 'The visit is open in the database and no workflow watches over it: nothing will remind, expire or end it',
    remedy: 'npm run doctor -- --repair starts its workflow again from what the database says',
  },
  'workflow-without-visit': {
    cause: 'A workflow runs for a visit that the database does not know: the database is older than the engine',
    remedy: 'Restore database and engine from the same backup (npm run restore), or end the run in Temporal Web',
  },
  'workflow-outlives-visit': {
    cause: 'The visit is over in the database and its workflow still runs',
    remedy: 'npm run doctor -- --repair lets it read the database again; then it ends by itself',
  },
  'two-workflows': {
    cause: 'The engine lists more than one running workflow for one visit',
    remedy: 'Run npm run doctor again; if it stays, end the older run in Temporal Web',
  },
  'state-differs': {
    cause: 'Workflow and database disagree about the visit',
    remedy: 'npm run doctor -- --repair lets the workflow read the database again',
  },
  'process-unattended': {
    cause:
      'A freed time, a wish on the waitlist, an absence or a series is open in the database, and no workflow watches over it',
    remedy:
      'npm run doctor -- --repair starts the workflow of a freed time again; a wish can be withdrawn and made anew, an absence declared anew; the visits of a series stand, each with a workflow of its own: cancel those that are ahead one by one, and what is missing is booked as a new series',
  },
  'no-worker': {
    cause: 'No worker answers for this workflow',
    remedy: 'See that a worker runs (npm start, or the service worker), and read its log',
  },
  'timer-overdue': {
    cause: 'A deadline passed more than a minute ago and nothing happened',
    remedy: 'See that a worker runs; open the case page, which shows the workflow in Temporal Web with its failures',
  },
  'message-stuck': {
    cause: 'Messages are due and are not being sent',
    remedy:
      'See that the mail server answers and a worker runs; they go out by themselves then (docs/operations.md, mail)',
  },
  'audit-unsealed': {
    cause: 'Audit rows older than a minute are not sealed',
    remedy: 'See that a worker runs (it seals) and that HEALTHSPHERE_KEY_FILE is readable to it',
  },
  'invariant-broken': {
    cause: 'What must always hold does not',
    remedy: 'A fault of ours: keep the database as it is, take a backup, and report the invariant and the ids',
  },
} as const;
export type FindingKind = keyof typeof explanations;

export interface Finding {
  readonly kind: FindingKind;
  /** An id (or several, or a count): nothing readable about a person. */
  readonly subject: string;
  /** What differs, in codes. */
  readonly detail: string;
  readonly cause: string;
  readonly remedy: string;
  readonly repaired?: boolean | undefined;
}

export const finding = (kind: FindingKind, subject: string, detail: string): Finding => ({
  kind,
  subject,
  detail,
  ...explanations[kind],
});
