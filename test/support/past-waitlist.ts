/** A month of the waitlist that is over, as the equity report counts one: wishes that waited, and what they were offered. */
import { randomUUID } from 'node:crypto';
import type { Db } from '../../db/connection.ts';

export interface PastGroup {
  readonly language: string;
  readonly birthDate?: string | undefined;
  readonly wishes: number;
  /** Spread over its wishes, the first ones first. */
  readonly offers: number;
  readonly accepted: number;
}

/** The month before that of `now`, `YYYY-MM` in UTC, and a day in its middle. */
export function monthBefore(now: Date = new Date()): { month: string; joined: Date; asked: Date; over: Date } {
  const at = (day: number, hour: number): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, day, hour)); // prettier-ignore
  return { month: at(10, 12).toISOString().slice(0, 7), joined: at(5, 12), asked: at(12, 15), over: at(25, 12) };
}

export async function pastWaitlist(owner: Db, organizationId: string, groups: readonly PastGroup[]): Promise<string> {
  const { month, joined, asked, over } = monthBefore();
  const of = { organization_id: organizationId };
  for (const group of groups) {
    const ids = Array.from({ length: group.wishes }, () => ({ patient: randomUUID(), entry: randomUUID() }));
    await owner('patient').insert(
      ids.map(({ patient }) => ({
        ...of,
        id: patient,
        mrn: patient.slice(0, 13),
        family: 'Canary',
        given: ['Past'],
        birth_date: group.birthDate ?? '1980-02-29',
        language: group.language,
        email: `${patient}@example.org`,
      })),
    );
    await owner('waitlist_entry').insert(
      ids.map(({ patient, entry }) => ({
        ...of,
        id: entry,
        patient_id: patient,
        state: 'withdrawn',
        joined_at: joined,
        expires_at: over,
        created_by: 'test',
      })),
    );
    const step = { ...of, aggregate: 'waitlist-entry', actor: 'test' };
    await owner('state_change').insert(
      ids.flatMap(({ entry }) => [
        { ...step, aggregate_id: entry, seq: 1, event: 'join', to_state: 'active', at: joined },
        { ...step, aggregate_id: entry, seq: 2, event: 'withdraw', to_state: 'withdrawn', at: over },
      ]),
    );
    for (let k = 0; k < group.offers; k += 1) {
      const { patient, entry } = ids[k % ids.length]!;
      const openingId = randomUUID();
      await owner('opening').insert({
        ...of,
        id: openingId,
        start_at: over,
        end_at: new Date(over.getTime() + 1_800_000),
        tz: 'UTC',
        visit_type_ids: [],
        state: 'released',
        op_key: openingId,
      });
      await owner('waitlist_offer').insert({
        ...of,
        id: randomUUID(),
        opening_id: openingId,
        entry_id: entry,
        patient_id: patient,
        rank: 1,
        factors: JSON.stringify({ daysGained: 9 }),
        state: k < group.accepted ? 'accepted' : 'declined',
        channel: 'email',
        offered_at: asked,
        expires_at: over,
        answered_at: asked,
        answered_via: 'mail',
        op_key: openingId,
      });
    }
  }
  return month;
}
