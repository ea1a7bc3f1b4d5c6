/**
 * Two charts of one person become one (D3 "Duplicates", F9), `merge:<id>`: step by step, each once; a step that is refused
 * puts everything back. And two again, `unmerge:<id>`. Whoever's row has moved is told, and acts on what the row says.
 */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  defineQuery,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { PatientMergeActivities } from '../activities/patient-merge.ts';
import { owed, startCommand } from './activity-options.ts';
import { tell } from './children.ts';
import { refusedWith } from './failures.ts';
import { changedElsewhereSignal } from './messages/appointment.ts';
import { caseSearchAttributes } from './messages/case-search-attributes.ts';
import { mergeOutcomeUpdate, mergeQuery } from './messages/patient-merge.ts';
import type { MergeOutcome, MergeSettled, MergeStart, MergeView, UnmergeStart } from './messages/patient-merge.ts';
import { settleStart, startOutcome } from './start.ts';

const inStart = proxyLocalActivities<PatientMergeActivities>(startCommand);
const inTime = proxyActivities<PatientMergeActivities>(owed);

/** As db/identity/patient-merge-tables.ts lists them; here too, for a history must not change with a list. */
const steps = ['person', 'visits', 'cases', 'chart', 'sweep'] as const;

export function patientMerge(input: MergeStart): Promise<MergeOutcome> {
  return answered(input.operation.inputHash, async (show) => {
    show(
      await settleStart(
        () => inStart.beginPatientMerge(input),
        () => inTime.beginPatientMerge(input),
      ),
    );
    return carryOut(input, show);
  });
}

async function carryOut(input: MergeStart, show: (settled: MergeSettled) => MergeView): Promise<MergeView> {
  const { organizationId, mergeId } = input;
  const moved = new Set<string>();
  try {
    for (const step of steps) {
      const settled = await inTime.stepPatientMerge({ organizationId, mergeId, step });
      for (const run of settled.tell) moved.add(run);
    }
    const merge = show(await inTime.finishPatientMerge(input));
    await tell([...moved], changedElsewhereSignal);
    return merge;
  } catch (error) {
    const problem = refusedWith(error);
    if (problem === undefined) throw error;
    const abandoned = await inTime.abandonPatientMerge({ start: input, problem: problem.code });
    await tell([...new Set([...moved, ...abandoned.tell])], changedElsewhereSignal);
    return show(abandoned);
  }
}

export function patientUnmerge(input: UnmergeStart): Promise<MergeOutcome> {
  return answered(input.operation.inputHash, async (show) => {
    const undone = await settleStart(
      () => inStart.unmergePatients(input),
      () => inTime.unmergePatients(input),
    );
    const merge = show(undone);
    await tell(undone.tell, changedElsewhereSignal);
    return merge;
  });
}

/** Everybody who asks gets the same answer; a "cancel" in Temporal Web must not leave two halves of a chart. */
function answered(
  inputHash: string,
  work: (show: (settled: MergeSettled) => MergeView) => Promise<MergeView>,
): Promise<MergeOutcome> {
  let outcome: MergeOutcome | undefined;
  let seen: MergeView | null = null;
  setHandler(defineUpdate<MergeOutcome>(mergeOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as MergeOutcome;
  });
  setHandler(defineQuery<MergeView | null>(mergeQuery), () => seen);
  const show = ({ merge }: MergeSettled): MergeView => {
    seen = merge;
    setCurrentDetails(`**${words[merge.state]}**`);
    upsertSearchAttributes([
      { key: caseSearchAttributes.caseType, value: 'patient-merge' },
      { key: caseSearchAttributes.stage, value: merge.state },
    ]);
    return merge;
  };
  return CancellationScope.nonCancellable(async () => {
    outcome = await startOutcome(inputHash, async () => ({ merge: await work(show) }));
    await condition(allHandlersFinished);
    return outcome;
  });
}

const words: Readonly<Record<MergeView['state'], string>> = {
  merging: 'Two charts are becoming one',
  merged: 'The charts are one',
  failed: 'Given up: everything is as it was',
  unmerged: 'The charts are two again',
};
