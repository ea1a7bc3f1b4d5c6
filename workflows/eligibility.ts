/**
 * Whether somebody is insured (feature A10), `eligibility:<coverageId>`: asks the payer, and asks again while it is away, for
 * a week. Nobody waits for it; what it learns is on the coverage, and the intake hears that there is news.
 */
import {
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { EligibilityActivities } from '../activities/eligibility.ts';
import { tell } from './children.ts';
import { caseSearchAttributes } from './messages/case-search-attributes.ts';
import { askAgainSignal, eligibilityQuery, eligibilityPauses } from './messages/eligibility.ts';
import type { EligibilityStart, EligibilityState, EligibilityTry } from './messages/eligibility.ts';
import { intakeChangedSignal, intakeWorkflowId } from './messages/intake.ts';
import { shortTime } from './short-time.ts';

const { askPayer, giveUpAsking } = proxyActivities<EligibilityActivities>({
  // The payer has ten seconds of it.
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

export async function eligibility(input: EligibilityStart): Promise<EligibilityState> {
  const { organizationId, coverageId } = input;
  let { ask } = input;
  let attempt = 0;
  let last: EligibilityTry | null = null;
  let nextAt: string | null = null;
  let wanted = ask;

  setHandler(defineSignal<[number]>(askAgainSignal), (number) => void (wanted = Math.max(wanted, number)));
  setHandler(defineQuery<EligibilityState>(eligibilityQuery), () => ({ ask, tries: attempt, last, nextAt }));

  for (;;) {
    if (wanted > ask) [ask, attempt] = [wanted, 0];
    attempt += 1;
    nextAt = null;
    show('asking', null);
    last = await askPayer({ organizationId, coverageId, ask, attempt });
    const pause = last?.outcome === 'unanswered' ? eligibilityPauses[attempt - 1] : undefined;
    if (last?.outcome === 'unanswered' && pause === undefined)
      last = await giveUpAsking({ organizationId, coverageId, ask, attempt });
    if (pause !== undefined) {
      nextAt = new Date(Date.now() + pause).toISOString();
      show('waiting', nextAt);
      await condition(() => wanted > ask, pause);
      continue;
    }
    const { intakeId } = last ?? { intakeId: null };
    if (intakeId !== null) await tell([intakeWorkflowId(intakeId)], intakeChangedSignal);
    // Somebody wished to know again while this was on its way.
    if (wanted <= ask) break;
  }
  show(last?.outcome ?? 'not-needed', null);
  return { ask, tries: attempt, last, nextAt };

  function show(stage: string, dueAt: string | null): void {
    setCurrentDetails(dueAt === null ? `**${stage}**` : `**No answer yet**\n\nAsks again at ${shortTime(dueAt)}.`);
    upsertSearchAttributes([
      { key: caseSearchAttributes.caseType, value: 'eligibility' },
      { key: caseSearchAttributes.stage, value: stage },
      { key: caseSearchAttributes.dueAt, value: dueAt === null ? null : new Date(dueAt) },
    ]);
  }
}
