/** What is said to merges: a repeat is recognized before anything else, and answered with what the first one led to. */
import { findOperation } from '../../db/transaction.ts';
import { mergeOperationKey } from '../../workflows/messages/patient-merge.ts';
import type { MergeOutcome, MergeSettled, MergeStart, MergeView } from '../../workflows/messages/patient-merge.ts';
import { readMerge, toMergeView } from '../../db/identity/patient-merge-view.ts';
import { asError, onceAtATime } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { DomainError } from '../../domain/errors.ts';

/** @throws DomainError the refusal; `conflict` also where the merge was begun and had to be given up */
export async function merge(
  context: RequestContext,
  asked: Pick<MergeStart, 'survivorId' | 'mergedId' | 'matchId' | 'reason'>,
): Promise<MergeView> {
  const { organizationId, operationId: mergeId, actor } = context;
  context.concerns({ entityId: mergeId, patientId: asked.survivorId });
  const operation = { key: mergeOperationKey(mergeId, 'begin'), inputHash: context.operation.inputHash };
  const start = { ...asked, organizationId, mergeId, automatic: false, operation, actor };
  return done(context, operation, mergeId, () => context.ports.temporal.mergePatients(start));
}

export async function undoMerge(
  context: RequestContext,
  { mergeId, reason }: { readonly mergeId: string; readonly reason: string },
): Promise<MergeView> {
  const { organizationId, operationId: unmergeId, actor } = context;
  const { survivor_id: patientId } = await context.read((trx) => readMerge(trx, mergeId));
  context.concerns({ entityId: mergeId, patientId });
  const operation = { key: mergeOperationKey(mergeId, `undo-${unmergeId}`), inputHash: context.operation.inputHash };
  const start = { organizationId, mergeId, unmergeId, reason, operation, actor };
  return done(context, operation, mergeId, () => context.ports.temporal.unmergePatients(start));
}

function done(
  context: RequestContext,
  operation: MergeStart['operation'],
  mergeId: string,
  ask: () => Promise<MergeOutcome>,
): Promise<MergeView> {
  return onceAtATime(context, operation.key, async () => {
    const known = await context.read(async (trx) => {
      const repeated = await findOperation<MergeSettled>(trx, context.organizationId, operation);
      // Under way, it is waited for.
      const row = repeated === undefined ? undefined : await readMerge(trx, mergeId);
      return row === undefined || row.state === 'merging' ? undefined : toMergeView(row);
    });
    const merged = known ?? (await answerOf(ask));
    if (merged.state === 'failed')
      throw new DomainError('conflict', {
        detail: 'The merge was begun and had to be given up: everything is as it was.',
        data: { mergeId },
      });
    return merged;
  });
}

async function answerOf(ask: () => Promise<MergeOutcome>): Promise<MergeView> {
  const outcome = await ask();
  if (!outcome.ok) throw asError(outcome.problem);
  return outcome.merge;
}
