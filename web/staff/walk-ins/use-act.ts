import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { WalkInAction } from '../../../domain/walk-in.ts';
import { actOnWalkIn } from '../api/walk-ins.ts';
import type { WalkIn, WalkInBody } from '../api/walk-ins.ts';

/** What was done last, for the line that says it and takes it back. */
export interface Step {
  readonly action: WalkInAction | 'arrive';
  readonly before: WalkIn | null;
  readonly after: WalkIn;
}
export type Done = (step: Step) => void;

export const keysOfWalkIns = ['walk-ins', 'appointments', 'case', 'tasks', 'availability'];

/** A step; whatever is answered, everything that it may have moved is read again. */
export function useWalkInAct(walkIn: WalkIn, action: WalkInAction, onDone: Done) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: WalkInBody) => actOnWalkIn(walkIn.id, action, body),
    // Said once the page shows it.
    onSuccess: async (after) => {
      await client.invalidateQueries({ queryKey: ['walk-ins'] });
      onDone({ action, before: walkIn, after });
    },
    onSettled: () => {
      for (const key of keysOfWalkIns) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** The step that takes another one back, where there is one. */
export function undoOf({
  action,
  before,
  after,
}: Step): { readonly action: WalkInAction; readonly body: WalkInBody } | null {
  switch (action) {
    case 'call':
      return { action: 'undo-call', body: {} };
    case 'leave':
      return before?.state === 'waiting' ? { action: 'return', body: {} } : null;
    case 'transfer':
      return before === null ? null : { action: 'transfer', body: { queueId: before.queueId } };
    case 'triage':
      return before === null || before.level === null ? null : { action: 'triage', body: { level: before.level } };
    case 'move': {
      if (before === null || before.place === null || after.place === null || before.place === after.place) return null;
      return { action: 'move', body: { direction: after.place < before.place ? 'down' : 'up', reason: 'undone' } };
    }
    default:
      return null;
  }
}
