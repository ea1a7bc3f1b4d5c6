import { useMutation, useQueryClient } from '@tanstack/react-query';

/** A change of a chart; whatever it answers, the chart is read again. */
export function useChange<T>(id: string, run: (input: T) => Promise<unknown>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['patient', id] });
      onDone?.();
    },
  });
}
