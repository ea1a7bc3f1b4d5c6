/** Who is on call at the demo clinic. A role is left empty, so that the roster shows what a gap looks like. */
import type { Trx } from '../../db/connection.ts';
import { addShift, setStaffContact } from '../../db/escalations/on-call.ts';
import type { WriteContext } from '../../db/schedule/schedule-administration.ts';
import type { OnCallRole } from '../../domain/escalation.ts';
import { seedId } from './clinic.ts';

const shifts: readonly (readonly [OnCallRole, string])[] = [
  ['on-call-clinician', 'doctor'],
  ['charge-nurse', 'nurse'],
  ['medical-director', 'admin'],
];
const reach: readonly (readonly [string, string, string | null])[] = [
  ['doctor', '+1 555 0110', 'demo-phone-doctor'],
  ['nurse', '+1 555 0111', null],
];
const year = 365 * 86_400_000;

/** Role api, after the users. What exists is left as it is, what was taken off call too. */
export async function seedOnCall(trx: Trx, { organizationId, actor, at }: WriteContext): Promise<void> {
  for (const [role, name] of shifts) {
    const id = seedId('on-call-shift', role);
    if ((await trx('on_call_shift').where({ id }).first('id')) !== undefined) continue;
    const day = new Date(Math.floor(at.getTime() / 86_400_000) * 86_400_000);
    const until = new Date(day.getTime() + year);
    const person = { userId: seedId('user', name), locationId: null, primary: true };
    await addShift(trx, { organizationId, id, role, ...person, from: day, until, actor, at });
  }
  for (const [name, telephone, pushDevice] of reach) {
    const userId = seedId('user', name);
    if ((await trx('staff_contact').where({ user_id: userId }).first('user_id')) !== undefined) continue;
    await setStaffContact(trx, { organizationId, userId, telephone, pushDevice, actor, at });
  }
}
