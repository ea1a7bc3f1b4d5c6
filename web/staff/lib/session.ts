/** Who is signed in, what they may do, and where they work. */
import { createContext, useContext } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { Action } from '../../../domain/access.ts';
import { meQuery } from '../api/queries.ts';
import type { Location, Me } from '../api/types.ts';

export interface Workplace {
  readonly me: Me;
  readonly location: Location | undefined;
  readonly locations: readonly Location[];
  readonly choose: (locationId: string) => void;
}

export const WorkplaceContext = createContext<Workplace | null>(null);

/** Inside the frame only: somebody is signed in there. */
export function useWorkplace(): Workplace & { readonly can: (action: Action) => boolean; readonly zone: string } {
  const workplace = useContext(WorkplaceContext);
  if (workplace === null) throw new Error('useWorkplace outside the frame');
  const zone = workplace.location?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { ...workplace, zone, can: (action) => workplace.me.permissions.includes(action) };
}

export const useMe = (): Me | undefined => useQuery({ ...meQuery, enabled: false }).data;
