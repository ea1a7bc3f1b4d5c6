/** D1 on a real database, with months skipped in milliseconds. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClinic, patientActor } from './clinic.ts';
import type { TestClinic } from './clinic.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic();
});
afterAll(() => clinic?.close());

describe('an appointment', () => {
  test('is booked, and a repeat gets the same answer', async () => {
    const first = await clinic.open({ start: '2026-12-15T15:00:00Z' });
    expect(first.ok).toBe(true);
    const again = await clinic.open({ start: '2026-12-15T15:00:00Z' }, { id: first.id });
    expect(again).toEqual(first);
    expect(await clinic.admin('state_change').where({ aggregate_id: first.id })).toHaveLength(1);
  });
});
