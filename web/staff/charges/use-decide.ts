import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ChargeAction } from '../../../domain/appointment/charge.ts';
import { decideCharge } from '../api/charges.ts';
import type { Charge, Waiver } from '../api/charges.ts';

export type Done = (charge: Charge, action: ChargeAction) => void;

export interface Decision {
  readonly action: ChargeAction;
  readonly waiver?: Waiver | undefined;
}

/** Somebody else may have been faster: then the list is read again, and the answer says so. */
export function useDecide(charge: Charge, onDone: Done) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, waiver }: Decision) => decideCharge(charge, action, waiver),
    onSuccess: (changed, { action }) => onDone(changed, action),
    onError: () => void client.invalidateQueries({ queryKey: ['charges'] }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['case'] }),
  });
}
