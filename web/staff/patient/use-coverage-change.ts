import { useMutation, useQueryClient } from '@tanstack/react-query';

/** A change of a patient's insurance; whatever it answers, the insurance is read again. */
export function useCoverageChange<T>(patientId: string, run: (input: T) => Promise<unknown>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['coverages', patientId] });
      onDone?.();
    },
  });
}
