import type { Appointment } from '../api/types.ts';

/** Equipment and interpreters that a visit has besides its room, and whether one still has to be found (D3). */
export function besidesRoom(visit: Pick<Appointment, 'resources' | 'interpreterLanguage' | 'status'>): {
  readonly names: readonly string[];
  readonly lacksInterpreter: boolean;
} {
  const besides = visit.resources.filter(({ kind }) => kind === 'equipment' || kind === 'interpreter');
  const comes = visit.status === 'booked' || visit.status === 'arrived' || visit.status === 'checked-in';
  return {
    names: besides.map(({ name }) => name),
    lacksInterpreter: comes && visit.interpreterLanguage != null && !besides.some(({ kind }) => kind === 'interpreter'),
  };
}
