import { defineSearchAttributeKey } from '@temporalio/common';

/** What every case can be found by in Temporal Web and in lists. In clear at the engine: ids and codes only (I24). */
export const caseSearchAttributes = {
  /** 'appointment', later 'intake', 'claim' ... */
  caseType: defineSearchAttributeKey('CaseType', 'KEYWORD'),
  /** The state of the case's own table, such as 'booked'. */
  stage: defineSearchAttributeKey('Stage', 'KEYWORD'),
  /** When the next timer fires. */
  dueAt: defineSearchAttributeKey('DueAt', 'DATETIME'),
  /** Location id. */
  site: defineSearchAttributeKey('Site', 'KEYWORD'),
  /** Id of the resource or person who has to see to it; for an appointment the practitioner. */
  owner: defineSearchAttributeKey('Owner', 'KEYWORD'),
} as const;
