/** What the question whether somebody is insured has done for it. The payer is asked outside of any transaction. */
import { createHash } from 'node:crypto';
import { inquirySubject, recordCheck, takeAsk } from '../db/patients/eligibility.ts';
import type { CheckResult } from '../db/patients/eligibility.ts';
import type { FieldSecrets } from '../db/field-secrets.ts';
import { findOperation, withTransaction } from '../db/transaction.ts';
import { read271, write270 } from '../domain/coverage/x12-eligibility.ts';
import { eligibilityOperationKey } from '../workflows/messages/eligibility.ts';
import type { EligibilityTry } from '../workflows/messages/eligibility.ts';
import { activityStep } from './activity-step.ts';
import { PayerAway, type Payer } from './adapters/payer-http.ts';
import type { ActivityPorts } from './ports.ts';

export interface AskStep {
  readonly organizationId: string;
  readonly coverageId: string;
  readonly ask: number;
  /** Of this wish, from 1. */
  readonly attempt: number;
}

export interface EligibilityActivities {
  /** Asks once; null when the coverage does not count any more. */
  askPayer(step: AskStep): Promise<EligibilityTry | null>;
  /** After days without an answer: says so on the coverage. */
  giveUpAsking(step: AskStep): Promise<EligibilityTry>;
}

export interface EligibilityPorts extends ActivityPorts {
  readonly secrets: FieldSecrets;
  /** null: nobody is connected who could be asked. */
  readonly payer: Payer | null;
}

export function eligibilityActivities(ports: EligibilityPorts): EligibilityActivities {
  const { db, clock, secrets, payer } = ports;
  const step = activityStep(ports.log);

  const operationOf = ({ coverageId, ask, attempt }: AskStep, what: string) => ({
    key: eligibilityOperationKey(coverageId, `${what}:${ask}.${attempt}`),
    inputHash: what,
  });

  async function file(asked: AskStep, what: string, askedAt: Date, trace: string, result: CheckResult) {
    const { organizationId, coverageId, ask } = asked;
    const operation = operationOf(asked, what);
    const answeredAt = await clock.now();
    return withTransaction(db, { organizationId, operation }, (trx) =>
      recordCheck(trx, { organizationId, coverageId, ask, trace, askedAt, answeredAt, result, opKey: operation.key }),
    );
  }

  async function askPayer(asked: AskStep): Promise<EligibilityTry | null> {
    const { organizationId, coverageId, ask } = asked;
    const seen = await withTransaction(db, { organizationId }, async (trx) => {
      await takeAsk(trx, asked, ask);
      return {
        done: await findOperation<EligibilityTry>(trx, organizationId, operationOf(asked, 'ask')),
        subject: await inquirySubject(trx, secrets, { organizationId, coverageId }),
      };
    });
    if (seen.done !== undefined) return seen.done.result;
    const { subject } = seen;
    if (subject === null) return null;
    const askedAt = await clock.now();
    const at = askedAt.toISOString();
    const trace = traceOf(asked);
    const result = await answerOf(payer, write270({ ...subject, trace, at, on: at.slice(0, 10) }), {
      trace,
      memberId: subject.memberId,
    });
    return file(asked, 'ask', askedAt, trace, result);
  }

  return {
    askPayer: (asked) => step(() => askPayer(asked)),
    giveUpAsking: (asked) =>
      step(async () => {
        const at = await clock.now();
        return file(asked, 'give-up', at, traceOf(asked), { kind: 'given-up' });
      }),
  };
}

/** The same try has the same number; nothing can be read from it. */
const traceOf = ({ coverageId, ask, attempt }: AskStep): string =>
  createHash('sha256').update(`${coverageId}/${ask}/${attempt}`).digest('hex').slice(0, 20).toUpperCase();

async function answerOf(
  payer: Payer | null,
  x12: string,
  asked: { trace: string; memberId: string },
): Promise<CheckResult> {
  if (payer === null) return { kind: 'nobody-to-ask' };
  try {
    return read271(await payer.ask(x12), asked);
  } catch (error) {
    if (error instanceof PayerAway) return { kind: 'away', code: error.code };
    throw error;
  }
}
