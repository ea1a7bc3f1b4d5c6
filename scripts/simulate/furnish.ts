/** What the simulated clinic has before its season: one place, its practitioners with hours, one kind of visit. */
import { randomUUID } from 'node:crypto';
import type { Db } from '../../db/connection.ts';
import type { WaitlistPolicy } from '../../domain/policies.ts';
import type { SeasonParameters } from './season.ts';

export interface Furnished {
  readonly organizationId: string;
  readonly locationId: string;
  readonly visitTypeId: string;
  readonly practitionerIds: readonly string[];
  addPatient(columns: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function furnish(admin: Db, parameters: SeasonParameters, policy: WaitlistPolicy): Promise<Furnished> {
  const [organizationId, locationId, visitTypeId] = [randomUUID(), randomUUID(), randomUUID()];
  const of = { organization_id: organizationId };
  const time_zone = parameters.timeZone;
  const practitionerIds = Array.from({ length: parameters.practitioners }, () => randomUUID());
  await admin('organization').insert({ id: organizationId, name: 'A season' });
  await admin('location').insert({ ...of, id: locationId, name: 'Main', time_zone });
  await admin('resource').insert(
    practitionerIds.map((id, k) => ({
      ...of,
      id,
      kind: 'provider',
      name: `P${k}`,
      location_id: locationId,
      time_zone,
    })),
  );
  await admin('availability_rule').insert(
    practitionerIds.map((id) => ({
      ...of,
      resource_id: id,
      location_id: locationId,
      by_day: ['MO', 'TU', 'WE', 'TH', 'FR'],
      start_local: '08:00',
      end_local: '17:00',
      time_zone,
      valid_from: '2020-01-01',
    })),
  );
  await admin('visit_type').insert({
    ...of,
    id: visitTypeId,
    code: 'FU30',
    name: JSON.stringify({ en: 'Follow-up' }),
    duration_minutes: 30,
    min_notice_minutes: 0,
    max_advance_days: 400,
    waitlist_min_lead_minutes: 120,
  });
  await admin('visit_type_requirement').insert({
    ...of,
    visit_type_id: visitTypeId,
    role: 'provider',
    kind: 'provider',
  });
  await admin('visit_type_provider').insert(
    practitionerIds.map((id) => ({ ...of, visit_type_id: visitTypeId, resource_id: id })),
  );
  // Reminders would only cost time: nothing here depends on them.
  await admin('policy').insert([
    { ...of, kind: 'waitlist', value: JSON.stringify(policy), valid_from: '2020-01-01' },
    { ...of, kind: 'reminder', value: JSON.stringify({ items: [] }), valid_from: '2020-01-01' },
  ]);
  return {
    organizationId,
    locationId,
    visitTypeId,
    practitionerIds,
    async addPatient(columns) {
      const id = randomUUID();
      await admin('patient').insert({ ...of, id, mrn: id.slice(0, 13), family: 'Season', given: ['One'], ...columns });
      return id;
    },
  };
}
