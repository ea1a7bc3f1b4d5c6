/** The columns of the day. */
import type { Appointment, Practitioner } from '../api/types.ts';
import type { Person } from './layout.ts';

/** Who has a column: the place's practitioners, and whoever has a visit although they left. */
export function columnsOf(
  practitioners: readonly Practitioner[],
  visits: readonly Appointment[],
  only: string | undefined,
): Person[] {
  const columns: Person[] = practitioners.filter((one) => one.active);
  for (const visit of visits) {
    const { practitioner } = visit;
    if (practitioner === null || columns.some((one) => one.id === practitioner.id)) continue;
    columns.push(practitioner);
  }
  return only === undefined ? columns : columns.filter((one) => one.id === only);
}
