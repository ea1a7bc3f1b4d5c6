/** The roles that staff can be given: a patient’s is none of them. */
import { roles as allRoles } from '../../../../domain/access.ts';

export type StaffRole = Exclude<(typeof allRoles)[number], 'patient'>;

export const staffRoles = allRoles.filter((role): role is StaffRole => role !== 'patient');
