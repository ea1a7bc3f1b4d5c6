/**
 * How an intake comes into being: asked for by staff, for a chart or a person whom nobody knows yet, or written by the
 * booking of a visit whose kind needs one. The chart of a new person is marked incomplete until the intake stands (A14).
 */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { defaultIntakePolicy } from '../../domain/intake/intake-policy.ts';
import { isoDurationToMs } from '../../domain/calendar/calendar.ts';
import type { IntakeSettled, IntakeStart } from '../../workflows/messages/intake.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { recordGuardian } from '../patients/guardians.ts';
import { ruleColumns } from '../patients/minor-consents.ts';
import { pinnedNumbers } from './questionnaires.ts';
import { changeIntake, planClocks, settleIntake } from './intake-state.ts';
import { loadIntake, lockIntake, readIntakeRow, standingVisits, type IntakeRow } from './intake-view.ts';
import { callAboutIntake, sendIntakeLink } from './intake-messages.ts';
import { createPatient } from '../patients/patients.ts';
import { violatedConstraint, withTransaction } from '../transaction.ts';

/** The chart of somebody new: provisional, and incomplete until `beginIntake`. Once for its operation key. */
export async function createProvisionalChart(ports: SchedulingPorts, start: IntakeStart): Promise<string> {
  const at = await ports.clock.now();
  const { organizationId, intakeId, patientId, person, actor } = start;
  if (person === undefined) return patientId;
  const operation = { key: `intake:${intakeId}/chart`, inputHash: start.operation.inputHash };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    assertMayBegin(actor);
    if (start.appointmentId !== undefined) throw invalid('/appointmentId', 'The visit has a patient already.');
    if (start.visitTypeId !== undefined) await requireVisitType(trx, start.visitTypeId);
    await createPatient(
      trx,
      { organizationId, actor, at, opKey: operation.key },
      {
        id: patientId,
        name: { family: person.family, given: person.given.split(/\s+/) },
        birthDate: person.birthDate,
        email: person.email ?? null,
        phone: person.phone ?? null,
        ...(start.language !== undefined && { language: start.language }),
      },
    );
    await trx('patient').where({ id: patientId }).update({ incomplete_since: at });
    return patientId;
  });
}

/**
 * The intake itself, invited at once; for one that a booking wrote, the invitation alone. Once for its operation key.
 * @throws DomainError `not-found`, `conflict` (the visit has an open one), `validation-failed`, `forbidden`
 */
export async function beginIntake(ports: SchedulingPorts, start: IntakeStart): Promise<IntakeSettled> {
  const at = await ports.clock.now();
  const { organizationId, intakeId, operation, actor } = start;
  const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
  try {
    return await withTransaction(ports.db, { organizationId, operation }, async (trx) => {
      if (start.begunBy !== 'booking') await fileIntake(trx, context, start);
      return invite(trx, context, await lockIntake(trx, intakeId));
    });
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'intake_pkey') throw new DomainError('duplicate');
    if (constraint === 'one_open_intake')
      throw new DomainError('conflict', { detail: 'This visit has an intake that is open already.' });
    throw error;
  }
}

async function fileIntake(trx: Trx, context: ChangeContext, start: IntakeStart): Promise<void> {
  const { organizationId, actor, at } = context;
  const { patientId } = start;
  // Whoever may sign may ask for what is to be signed; anything more is the clinic's to ask.
  const own = actor.kind === 'patient' && actor.patientId === start.patientId && start.about === 'consents';
  if (!own) assertMayBegin(actor);
  const patient = await trx('patient')
    .where({ id: patientId })
    .forUpdate()
    .first<{ language: string; incomplete_since: Date | null } | undefined>('language', 'incomplete_since');
  if (patient === undefined) throw unknown('/patientId');
  const visit = start.appointmentId === undefined ? null : await visitOf(trx, start.appointmentId, patientId);
  const visitTypeId = start.visitTypeId ?? visit?.visit_type_id ?? null;
  if (visitTypeId !== null) await requireVisitType(trx, visitTypeId);
  await insertIntake(trx, context, {
    id: start.intakeId,
    patientId,
    appointmentId: start.appointmentId ?? null,
    visitTypeId,
    locationId: visit?.location_id ?? null,
    language: start.language ?? patient.language,
    guardian: start.guardian ?? null,
    privateContact: start.privateContact ?? null,
    about: start.about ?? 'whole',
  });
  if (start.guardian !== undefined)
    await recordGuardian(trx, {
      organizationId,
      patientId,
      name: start.guardian.name,
      relationship: start.guardian.relationship,
      authority: start.guardian.authority ?? start.guardian.relationship,
      email: start.guardian.email,
      phone: start.guardian.phone,
      actor,
      at,
    });
  if (patient.incomplete_since !== null) {
    await trx('patient').where({ id: patientId }).update({ incomplete_since: null });
    await recordStateChange(trx, {
      organizationId,
      aggregate: 'patient',
      aggregateId: patientId,
      event: 'chart-completed',
      from: 'registered',
      to: 'registered',
      actor,
      at,
      opKey: context.opKey,
    });
  }
}

interface NewIntake {
  readonly id: string;
  readonly patientId: string;
  readonly appointmentId: string | null;
  readonly visitTypeId: string | null;
  readonly locationId: string | null;
  readonly language: string;
  readonly guardian: object | null;
  readonly privateContact: object | null;
  readonly about: 'whole' | 'consents';
}

async function insertIntake(trx: Trx, context: ChangeContext, intake: NewIntake): Promise<void> {
  const { organizationId, actor, at, opKey } = context;
  const of = { organization_id: organizationId };
  const rule = await ruleColumns(trx, { ...intake, at });
  await trx('intake').insert({
    ...of,
    ...rule,
    private_contact: rule.confidential && intake.privateContact !== null ? JSON.stringify(intake.privateContact) : null,
    id: intake.id,
    patient_id: intake.patientId,
    appointment_id: intake.appointmentId,
    visit_type_id: intake.visitTypeId,
    location_id: intake.locationId,
    state: 'created',
    about: intake.about,
    language: intake.language,
    guardian: intake.guardian === null ? null : JSON.stringify(intake.guardian),
    created_by: actor.ref,
    created_at: at,
    // Worked out when its clocks are planned, with the invitation.
    expires_at: new Date(at.getTime() + isoDurationToMs(defaultIntakePolicy.expiry)),
  });
  const versions = await pinnedNumbers(trx, organizationId);
  await trx('intake_step').insert(
    intakeSteps.map((step) => ({ ...of, intake_id: intake.id, step, questionnaire_version: versions[step] })),
  );
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'intake',
    aggregateId: intake.id,
    event: 'create',
    from: null,
    to: 'created',
    actor,
    at,
    data: {
      patientId: intake.patientId,
      version: 0,
      appointmentId: intake.appointmentId,
      versions,
      ...(rule.minor_consent_rule_id !== null && {
        minorConsentRule: rule.minor_consent_rule_id,
        confidential: rule.confidential,
      }),
    },
    opKey,
  });
}

/** What a visit that was booked has of intakes: one begun for it, or an open one that serves it too. */
export type IntakeOfVisit = { readonly begun: string } | { readonly serves: string } | null;

/**
 * Of a visit that was booked in this transaction: the intake that its kind needs; its run is begun by that of the visit,
 * and invites. An open one of the same kind serves this visit too: nobody is asked the same twice (decision 86).
 * @returns null where none is needed, or the visit has one
 */
export async function fileIntakeOfVisit(
  trx: Trx,
  context: ChangeContext,
  visit: {
    readonly id: string;
    readonly patient_id: string;
    readonly visit_type_id: string;
    readonly location_id: string | null;
  },
): Promise<IntakeOfVisit> {
  const { rows } = await trx.raw<{ rows: { id: string; language: string; serves: string | null }[] }>(
    `SELECT gen_random_uuid() AS id, p.language,
       (SELECT o.id FROM intake o WHERE o.about = 'whole' AND o.patient_id = p.id AND o.visit_type_id = v.id
          AND o.state IN ('created', 'invited', 'in-progress', 'submitted', 'in-review', 'returned') ORDER BY o.created_at LIMIT 1) AS serves
     FROM visit_type v JOIN patient p ON p.id = :patientId
     WHERE v.id = :visitTypeId AND v.needs_intake
       AND NOT EXISTS (SELECT 1 FROM intake i WHERE i.appointment_id = :visitId AND i.about = 'whole')`,
    { patientId: visit.patient_id, visitTypeId: visit.visit_type_id, visitId: visit.id },
  );
  const wanted = rows[0];
  if (wanted === undefined) return null;
  if (wanted.serves !== null) {
    const { organizationId, at } = context;
    const row = { organization_id: organizationId, appointment_id: visit.id, intake_id: wanted.serves, created_at: at };
    await trx('intake_visit').insert(row).onConflict('appointment_id').merge(['intake_id']);
    return { serves: wanted.serves };
  }
  await insertIntake(trx, context, {
    id: wanted.id,
    patientId: visit.patient_id,
    appointmentId: visit.id,
    visitTypeId: visit.visit_type_id,
    locationId: visit.location_id,
    language: wanted.language,
    guardian: null,
    privateContact: null,
    about: 'whole',
  });
  return { begun: wanted.id };
}

async function invite(trx: Trx, context: ChangeContext, row: IntakeRow): Promise<IntakeSettled> {
  if (row.state !== 'created') {
    // The run was begun a second time, after the first had been lost from the engine.
    const known = await planClocks(trx, context, await loadIntake(trx, row, context.at));
    return settleIntake(trx, known);
  }
  const link = await sendIntakeLink(trx, context, row, { mail: 'intake-invitation', about: 'invitation' });
  const invited = await changeIntake(trx, context, row, {
    event: 'invite',
    columns: { invited_at: context.at },
    data: { to: link.to },
  });
  if (link.to === 'nobody') await callAboutIntake(trx, context, invited.row, 'intake-invitation');
  return settleIntake(trx, invited);
}

/** What Postgres knows, for a run whose history began anew. @throws DomainError `not-found` */
export async function settledNow(trx: Trx, intakeId: string, at: Date): Promise<IntakeSettled> {
  return settleIntake(trx, await loadIntake(trx, await readIntakeRow(trx, intakeId), at));
}

async function visitOf(trx: Trx, appointmentId: string, patientId: string) {
  const visit = await trx('appointment')
    .where({ id: appointmentId })
    .first<{ patient_id: string; visit_type_id: string; location_id: string | null; status: string } | undefined>(
      'patient_id',
      'visit_type_id',
      'location_id',
      'status',
    );
  if (visit === undefined || visit.patient_id !== patientId) throw unknown('/appointmentId');
  if (!standingVisits.has(visit.status)) throw invalid('/appointmentId', 'This visit does not take place.');
  return visit;
}

async function requireVisitType(trx: Trx, visitTypeId: string): Promise<void> {
  if ((await trx('visit_type').where({ id: visitTypeId }).first('id')) === undefined) throw unknown('/visitTypeId');
}

function assertMayBegin(actor: Actor): void {
  if (actor.kind !== 'system' && !actor.permissions.includes('intake:manage')) throw new DomainError('forbidden');
}

const unknown = (path: string): DomainError =>
  new DomainError('not-found', { errors: [{ path, code: 'unknown', message: 'There is no such one.' }] });
const invalid = (path: string, message: string): DomainError =>
  new DomainError('validation-failed', { errors: [{ path, code: 'not-possible', message }] });
