import type { Action } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';

/**
 * Staff with the permission pass. A patient, whom the router let in by the own-* variant, passes for the own chart only
 * and is told of any other that there is nothing there: that an id exists is information too.
 */
export function requireChart(context: RequestContext, action: Action, patientId: string): void {
  if (context.can(action)) return;
  if (context.user.patientId === patientId) return;
  throw new DomainError('not-found');
}

/** The one chart that this person is narrowed to; undefined for staff with the permission. */
export function onlyChart(context: RequestContext, action: Action): string | undefined {
  if (context.can(action)) return undefined;
  if (context.user.patientId === null) throw new DomainError('forbidden');
  return context.user.patientId;
}
