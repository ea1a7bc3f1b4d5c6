/** Raises an urgent item as a process would: in the worker's role, in one transaction. */
import { randomUUID } from 'node:crypto';
import { raiseEscalation, type EscalationToRaise } from '../../db/escalations/escalations.ts';
import type { Db } from '../../db/connection.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';

export async function raiseUrgent(
  worker: Db,
  raise: Pick<EscalationToRaise, 'organizationId' | 'patientId'> & Partial<EscalationToRaise>,
): Promise<string> {
  const { organizationId } = raise;
  const { escalationId } = await withTransaction(worker, { organizationId }, (trx) =>
    raiseEscalation(trx, {
      subject: { kind: 'lab-result', id: randomUUID() },
      reasonCode: 'chest-pain-breathless',
      level: 'urgent',
      operationKey: randomUUID(),
      actor: systemActor('test'),
      at: new Date(),
      ...raise,
    }),
  );
  return escalationId;
}
