/** The demo users of architecture.md section 7. They exist in the embedded clinic only. */
import type { Passwords } from '../../api/sign-in/passwords.ts';
import { recordStateChange } from '../../db/audit/audit-trail.ts';
import type { Trx } from '../../db/connection.ts';
import type { WriteContext } from '../../db/schedule/schedule-administration.ts';
import type { Role } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import { demoPractitioner, demoPractitionerId, seedId } from './clinic.ts';
import { seedOnCall } from './on-call.ts';
import { demoPatientIdentifier, seedIdentifierSystem } from './patients.ts';

export const demoDomain = 'demo.healthsphere.example';
export const demoEmail = (name: string): string => `${name}@${demoDomain}`;

const staff: readonly { readonly name: string; readonly role: Role; readonly displayName: string }[] = [
  { name: 'admin', role: 'administrator', displayName: 'Ada Whitfield' },
  { name: 'frontdesk', role: 'front-desk', displayName: 'Marcus Sinclair' },
  { name: 'doctor', role: 'doctor', displayName: demoPractitioner },
  { name: 'nurse', role: 'nurse', displayName: 'Hannah Baker' },
  { name: 'biller', role: 'biller', displayName: 'Denise Hughes' },
  { name: 'privacy', role: 'privacy-officer', displayName: 'Isaac Freeman' },
  { name: 'support', role: 'support', displayName: 'Raúl Ordóñez' },
];

/** Role api, after the patients are on file. An account that exists is left as it is. */
export async function seedUsers(
  trx: Trx,
  context: WriteContext,
  passwords: Passwords,
  password: string,
): Promise<void> {
  const patient = await trx('patient_identifier as i')
    .join('patient as p', 'p.id', 'i.patient_id')
    .where({
      'i.organization_id': context.organizationId,
      'i.system': seedIdentifierSystem,
      'i.value': demoPatientIdentifier,
    })
    .first<{ id: string; family: string; given: string[] } | undefined>('p.id', 'p.family', 'p.given');
  if (patient === undefined) throw new DomainError('internal', { detail: 'The demo patient was not imported.' });
  const people = [
    ...staff.map((person) => ({ ...person, kind: 'staff', patientId: null })),
    {
      name: 'patient',
      role: 'patient' as const,
      displayName: `${patient.given.join(' ')} ${patient.family}`,
      kind: 'patient',
      patientId: patient.id,
    },
  ];
  for (const { name, role, displayName, kind, patientId } of people) {
    const id = seedId('user', name);
    const inserted = await trx('app_user')
      .insert({
        id,
        organization_id: context.organizationId,
        kind,
        email: demoEmail(name),
        display_name: displayName,
        patient_id: patientId,
        demo: true,
      })
      .onConflict()
      .ignore()
      .returning('id');
    if (inserted.length === 0) continue;
    await trx('credential').insert({
      user_id: id,
      organization_id: context.organizationId,
      password_hash: await passwords.hash(password),
      password_changed_at: context.at,
    });
    await trx('user_role').insert({
      organization_id: context.organizationId,
      user_id: id,
      role,
      granted_by: context.actor.ref,
    });
    await recordStateChange(trx, {
      organizationId: context.organizationId,
      aggregate: 'app-user',
      aggregateId: id,
      event: 'created',
      from: null,
      to: 'active',
      actor: context.actor,
      at: context.at,
      data: { kind, roles: [role], demo: true, ...(patientId === null ? {} : { patientId }) },
    });
  }
  await trx('resource')
    .where({ id: demoPractitionerId })
    .whereNull('user_id')
    .update({ user_id: seedId('user', 'doctor') });
  await seedOnCall(trx, context);
}
