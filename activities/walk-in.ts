/** What the process of a walk-in has done for it: each one transaction, each safe to repeat by its operation key. */
import { applyWalkInAction, arriveWalkIn, readWalkIn, ringWalkInTimer } from '../db/walk-ins/walk-ins.ts';
import { findOperation, withOrganization } from '../db/transaction.ts';
import type { Operation } from '../workflows/messages/appointment.ts';
import type { WalkInRequest, WalkInSettled, WalkInStart } from '../workflows/messages/walk-in.ts';
import { activityStep } from './activity-step.ts';
import type { ActivityPorts } from './ports.ts';

interface WhichWalkIn {
  readonly organizationId: string;
  readonly walkInId: string;
}

export interface WalkInActivities {
  arriveWalkIn(start: WalkInStart): Promise<WalkInSettled>;
  applyWalkInAction(step: WhichWalkIn & { readonly request: WalkInRequest }): Promise<WalkInSettled>;
  ringWalkInTimer(step: WhichWalkIn & { readonly name: string; readonly operation: Operation }): Promise<WalkInSettled>;
  /** What Postgres knows, for a run that was told of a change by another writer. */
  readWalkIn(which: WhichWalkIn): Promise<WalkInSettled>;
  /** What a step led to whose answer was lost; null when it never took place. */
  findWalkInStep(step: WhichWalkIn & { readonly operation: Operation }): Promise<WalkInSettled | null>;
}

export function walkInActivities(ports: ActivityPorts): WalkInActivities {
  const step = activityStep(ports.log);

  async function findWalkInStep({ organizationId, operation }: WhichWalkIn & { readonly operation: Operation }) {
    const known = await withOrganization(ports.db, organizationId, (trx) =>
      findOperation<WalkInSettled>(trx, organizationId, operation),
    );
    return known?.result ?? null;
  }

  return {
    arriveWalkIn: (start) => step(() => arriveWalkIn(ports, start)),
    applyWalkInAction: (action) => step(() => applyWalkInAction(ports, action)),
    ringWalkInTimer: (timer) => step(() => ringWalkInTimer(ports, timer)),
    readWalkIn: (which) => step(() => readWalkIn(ports, which)),
    findWalkInStep: (which) => step(() => findWalkInStep(which)),
  };
}
