/** Questions of identity, merges and questions to payers as cases, as every other kind of process is one. */
import { z } from 'zod';
import { aggregateStory } from '../../db/cases/aggregate-story.ts';
import { actorNames } from '../../db/cases/cases.ts';
import type { TimelineRow } from '../../db/cases/cases.ts';
import { survivingChart } from '../../db/charts/charts.ts';
import type { Trx } from '../../db/connection.ts';
import { readMatch } from '../../db/identity/identity-matches.ts';
import { readMerge } from '../../db/identity/patient-merge-view.ts';
import { eligibilityCase } from '../../db/patients/eligibility.ts';
import { eligibilityWords } from '../../domain/coverage/coverage.ts';
import type { Action } from '../../domain/access.ts';
import { matchStates, mergeStates } from '../../domain/identity/patient-merge.ts';
import { eligibilityWorkflowId } from '../../workflows/messages/eligibility.ts';
import { patientMergeWorkflowId } from '../../workflows/messages/patient-merge.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import { eligibilityWaitsFor, matchWaitsFor, mergeWaitsFor, waitingFor } from '../cases/case-state.ts';
import type { RequestContext } from '../context.ts';
import { route } from '../route.ts';
import { id, idParams } from '../schemas.ts';

const parts = {
  id,
  waitingFor: waitingFor.nullable(),
  nextTimers: z.array(z.object({ name: z.string(), dueAt: z.string() })),
  /** Oldest first. */
  timeline: z.array(timelineEntry),
  related: z.array(
    z.object({
      kind: z.enum(['identity-match', 'patient-merge', 'intake', 'patient']),
      relation: z.string(),
      id,
      state: z.string().nullable(),
      at: z.string().nullable(),
    }),
  ),
  temporalWebUrl: z.string().nullable(),
};
const allowed = <Name extends string>(actions: readonly [Name, ...Name[]]) =>
  z.array(z.object({ action: z.enum(actions), possible: z.boolean() }));
type Related = z.output<(typeof parts)['related']>;

const related = (kind: Related[number]['kind'], relation: string, other: string | null): Related =>
  other === null ? [] : [{ kind, relation, id: other, state: null, at: null }];

async function told(trx: Trx, story: readonly TimelineRow[]): Promise<z.output<typeof timelineEntry>[]> {
  const names = await actorNames(trx, story.map((row) => row.actor)); // prettier-ignore
  return story.map((row) => toTimelineEntry(row, names));
}

/** What this kind of person can never do is not shown. */
const offered = <Name extends string>(
  context: RequestContext,
  actions: readonly (readonly [action: Name, permission: Action, possible: boolean])[],
): { action: Name; possible: boolean }[] =>
  actions.filter(([, permission]) => context.can(permission)).map(([action, , possible]) => ({ action, possible }));

export const showMatchCase = route({
  method: 'GET',
  path: '/cases/identity-match/:id',
  summary: 'Whether two charts are one person’s, as a case; GET /identity-matches/{id} has both charts',
  params: idParams,
  answer: z.object({
    ...parts,
    kind: z.literal('identity-match'),
    state: z.enum(matchStates),
    allowedActions: allowed(['link', 'new', 'dismiss']),
  }),
  policy: { action: 'identity:review' },
  audit: { read: 'case:read', entity: 'identity-match' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await readMatch(trx, context.organizationId, params.id);
      context.concerns({ patientId: row.patient_id });
      const open = row.state === 'open';
      return {
        id: row.id,
        kind: 'identity-match' as const,
        state: row.state,
        waitingFor: matchWaitsFor(row),
        nextTimers: [],
        allowedActions: offered(context, [
          ['link', 'identity:merge', open],
          ['new', 'identity:review', open],
          ['dismiss', 'identity:review', open],
        ]),
        timeline: await told(trx, await aggregateStory(trx, 'identity-match', row.id)),
        related: [
          ...related('patient', 'chart', row.patient_id),
          ...related('patient', 'other-chart', row.other_patient_id),
          ...related('intake', 'found-by', row.intake_id),
          ...related('patient-merge', 'merged-by', row.merge_id),
        ],
        // The question itself waits in Postgres; what follows from "one person" is the process of the merge.
        temporalWebUrl: row.merge_id === null ? null : temporalWebUrl(context, patientMergeWorkflowId(row.merge_id)),
      };
    }),
});

export const showMergeCase = route({
  method: 'GET',
  path: '/cases/patient-merge/:id',
  summary: 'Two charts becoming one, as a case; GET /patient-merges/{id} has what moved',
  params: idParams,
  answer: z.object({
    ...parts,
    kind: z.literal('patient-merge'),
    state: z.enum(mergeStates),
    allowedActions: allowed(['unmerge']),
  }),
  policy: { action: 'identity:review' },
  audit: { read: 'case:read', entity: 'patient-merge' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await readMerge(trx, params.id);
      context.concerns({ patientId: row.survivor_id });
      const inAnother = (await survivingChart(trx, row.survivor_id)) !== row.survivor_id;
      return {
        id: row.id,
        kind: 'patient-merge' as const,
        state: row.state,
        waitingFor: mergeWaitsFor(row),
        nextTimers: [],
        allowedActions: offered(context, [['unmerge', 'identity:merge', row.state === 'merged' && !inAnother]]),
        timeline: await told(trx, await aggregateStory(trx, 'patient-merge', row.id)),
        related: [
          ...related('patient', 'survivor', row.survivor_id),
          ...related('patient', 'merged', row.merged_id),
          ...related('identity-match', 'answers', row.match_id),
        ],
        temporalWebUrl: temporalWebUrl(context, patientMergeWorkflowId(row.id)),
      };
    }),
});

export const showEligibilityCase = route({
  method: 'GET',
  path: '/cases/eligibility/:id',
  summary: 'What a payer is asked about a coverage (its id), as a case: tries, answer, when it is asked again',
  params: idParams,
  answer: z.object({
    ...parts,
    kind: z.literal('eligibility'),
    state: z.enum(eligibilityWords),
    allowedActions: allowed(['ask-again']),
  }),
  policy: { action: 'coverage:read' },
  audit: { read: 'case:read', entity: 'coverage' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await eligibilityCase(trx, context.organizationId, params.id);
      context.concerns({ patientId: row.patient_id });
      const next = row.next_at?.toISOString() ?? null;
      return {
        id: row.id,
        kind: 'eligibility' as const,
        state: row.eligibility,
        waitingFor: eligibilityWaitsFor({ state: row.counts ? row.eligibility : 'not-asked', next }),
        nextTimers: next === null ? [] : [{ name: 'ask', dueAt: next }],
        allowedActions: offered(context, [['ask-again', 'coverage:manage', row.counts]]),
        timeline: await told(trx, await aggregateStory(trx, 'coverage', row.id)),
        related: [...related('patient', 'insured', row.patient_id), ...related('intake', 'captured-by', row.intake_id)],
        temporalWebUrl: temporalWebUrl(context, eligibilityWorkflowId(row.id)),
      };
    }),
});
