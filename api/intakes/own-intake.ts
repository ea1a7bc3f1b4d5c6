import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';

/**
 * A patient acts on an intake of their own chart; a session that a link opened, on its own intake only. Staff need one
 * of the actions that the route names. @throws DomainError `not-found` for anybody else’s intake
 */
export function requireIntake(
  context: RequestContext,
  intake: { readonly id: string; readonly patientId: string } | undefined,
): asserts intake is { readonly id: string; readonly patientId: string } {
  if (intake === undefined) throw new DomainError('not-found');
  const { session } = context;
  if (session === null) throw new DomainError('unauthenticated');
  if (session.kind === 'staff') return;
  const own = session.intakeId === null ? session.patientId === intake.patientId : session.intakeId === intake.id;
  if (!own) throw new DomainError('not-found');
}

/**
 * Whether earlier answers and prefill may be shown: not to a session that an untouched invitation opened without a
 * step-up. It sees what it typed itself, because there was nothing before (api/intakes/intake-access.ts).
 */
export const mayShowEarlier = ({ user }: RequestContext): boolean =>
  user.intakeId === null || user.steppedUpAt !== null;
