/** What the API says to the runs of escalations; how it is asked, and every silence, is temporal.ts. */
import { escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import type {
  EscalationActionOutcome,
  EscalationRequest,
  EscalationView,
} from '../../workflows/messages/escalation.ts';
import type { Line } from './temporal-line.ts';
import type { closed } from './temporal.ts';

export interface EscalationGateway {
  /**
   * @returns the escalation afterwards, or `closed` when its run is over (or not there yet)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnEscalation(escalationId: string, request: EscalationRequest): Promise<EscalationView | typeof closed>;
}

export const escalationGateway = (line: Line): EscalationGateway => ({
  async actOnEscalation(escalationId, request) {
    const outcome = await line.act<EscalationActionOutcome>(escalationWorkflowId(escalationId), request);
    return typeof outcome === 'symbol' ? outcome : outcome.escalation;
  },
});
