/** What lists of cases in Temporal Web sort and filter by, written only when it changes: each write is an event of the history. */
import { upsertSearchAttributes } from '@temporalio/workflow';
import { caseSearchAttributes } from './messages/case-search-attributes.ts';

export interface ShownCase {
  readonly stage: string;
  /** Instant, RFC 3339 UTC. */
  readonly dueAt: string | undefined;
  readonly site: string | null;
  readonly owner: string | null;
}

/** @param caseType as in `CaseType`, such as `walk-in` */
export function caseShown(caseType: string): (seen: ShownCase) => void {
  let shown: string | undefined;
  return ({ stage, dueAt, site, owner }) => {
    const attributes = [stage, dueAt, site, owner].join(' ');
    if (attributes === shown) return;
    shown = attributes;
    upsertSearchAttributes([
      { key: caseSearchAttributes.caseType, value: caseType },
      { key: caseSearchAttributes.stage, value: stage },
      { key: caseSearchAttributes.dueAt, value: dueAt === undefined ? null : new Date(dueAt) },
      { key: caseSearchAttributes.site, value: site },
      { key: caseSearchAttributes.owner, value: owner },
    ]);
  };
}
