/** A freed time in a whole clinic, as the pages of the waitlist show one: who waits, who is asked. */
import { expect } from 'vitest';
import { day, quarterAfter } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';

/** Tests run at any hour: offers are sent at any. */
export const sendAtAnyHour = (clinic: ClinicApi): Promise<unknown> =>
  clinic.api.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'waitlist',
    value: JSON.stringify({ sendHours: null }),
    valid_from: new Date('2020-01-01T00:00:00Z'),
  });

export interface FreedTime {
  readonly openingId: string;
  readonly practitionerId: string;
  readonly start: string;
}

/**
 * Somebody gives up a time two days from now with a practitioner whom only these patients wait for.
 * @returns once the first of them is asked
 */
export async function freeTime(
  clinic: ClinicApi,
  label: string,
  wishes: readonly (Readonly<Record<string, unknown>> & { readonly patientId: string })[],
): Promise<FreedTime> {
  const practitionerId = await clinic.addPractitioner(`Dr. ${label}`);
  const start = quarterAfter(2 * day);
  for (const wish of wishes) {
    const { patientId } = wish;
    const body = { visitTypeIds: [clinic.visitTypeId], providerIds: [practitionerId], noticeMinutes: 0, ...wish };
    const joined = await clinic.desk.request('POST', '/waitlist-entries', { body: { ...body, patientId } });
    expect(joined.status, JSON.stringify(joined.body)).toBe(201);
  }
  const source = await clinic.book(clinic.desk, { patientId: await clinic.addPatient(), practitionerId, start });
  expect(source.status, JSON.stringify(source.body)).toBe(201);
  const { id } = source.body as { id: string };
  const cancelled = await clinic.act(clinic.desk, id, 'cancel', { reason: 'patient-better' });
  expect(cancelled.status, JSON.stringify(cancelled.body)).toBe(200);
  const { id: openingId } = await clinic.api
    .owner('opening')
    .where({ source_appointment_id: id })
    .first<{ id: string }>('id');
  if (wishes.length > 0) await expect.poll(() => asked(clinic, openingId), { timeout: 20_000 }).not.toEqual([]);
  return { openingId, practitionerId, start };
}

/** Whose answer is awaited now. */
export async function asked(clinic: ClinicApi, openingId: string): Promise<string[]> {
  const rows = await clinic.api
    .owner('waitlist_offer')
    .where({ opening_id: openingId, state: 'offered' })
    .select<{ patient_id: string }[]>('patient_id');
  return rows.map((row) => row.patient_id);
}

export const openingState = async (clinic: ClinicApi, id: string): Promise<string> =>
  (await clinic.api.owner('opening').where({ id }).first<{ state: string }>('state')).state;
