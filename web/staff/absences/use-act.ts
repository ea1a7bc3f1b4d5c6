import { useMutation, useQueryClient } from '@tanstack/react-query';

/** A word about an absence; whatever is answered, everything that it may have moved is read again. */
export function useAbsenceAct<Said>(say: (said: Said) => Promise<unknown>, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: say,
    // Said once the page shows it.
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['absences'] });
      onDone();
    },
    onSettled: () => {
      for (const key of ['absences', 'appointments', 'availability', 'case', 'tasks', 'waitlist', 'openings'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
