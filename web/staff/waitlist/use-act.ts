import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { OpeningAction } from '../../../workflows/messages/opening.ts';
import { actOnOpening } from '../api/waitlist.ts';
import type { OpeningBody } from '../api/waitlist.ts';

export type Done = (action: OpeningAction) => void;

/** A word on a freed time; whatever is answered, everything that it may have moved is read again. */
export function useOpeningAct(openingId: string, action: OpeningAction, onDone: Done) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: OpeningBody) => actOnOpening(openingId, action, body),
    // Said once the page shows it.
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['openings'] });
      onDone(action);
    },
    onSettled: () => {
      for (const key of ['openings', 'waitlist', 'appointments', 'availability', 'case', 'tasks'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
