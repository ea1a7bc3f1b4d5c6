/** What the timers of an appointment bring: a reminder in the outbox, or a task for a person. */
import { systemActor } from '../../domain/actor.ts';
import { addDuration } from '../../domain/calendar/calendar.ts';
import { policyAt } from '../../domain/policies.ts';
import { conditionMet, dedupeKey, type PlannedReminder } from '../../domain/appointment/reminder.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { callPatient, type ChangeContext } from './appointment-effects.ts';
import type { AppointmentRow } from './appointment-view.ts';
import type { SchedulingPorts } from './appointments.ts';
import { markTimer } from '../cases/case-timers.ts';
import type { Trx } from '../connection.ts';
import { queueMessage } from '../outbox.ts';
import { loadPolicies } from '../policies.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';
import { withTransaction } from '../transaction.ts';

export interface VisitTimer {
  readonly organizationId: string;
  readonly appointmentId: string;
  /** The version the timer was planned for. */
  readonly version: number;
  readonly timer: PlannedTimer;
}

type Reminder = Omit<PlannedReminder, 'dueAt'>;

/**
 * Files a reminder, or records why not. The row lock makes it exclude a cancellation: either that commits first and
 * nothing is queued, or it finds the queued message and suppresses it (D1 Sending, I9). Safe to repeat.
 * @returns what became of it
 */
export async function queueReminder(
  ports: SchedulingPorts,
  step: VisitTimer & { readonly suppress?: string | undefined },
): Promise<'queued' | 'suppressed' | 'skipped' | 'superseded'> {
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId: step.organizationId }, async (trx) => {
    const row = await lockVisit(trx, step);
    if (row === null) return 'superseded';
    const item = step.timer.detail as unknown as Reminder;
    const timer = { appointmentId: step.appointmentId, version: step.version, name: step.timer.name };
    const patient = await trx('patient')
      .where({ id: row.patient_id })
      .first<{ id: string; language: string; high_risk: boolean }>('id', 'language', 'high_risk');
    if (!conditionMet(item, { confirmed: row.confirmed_at !== null, highRisk: patient.high_risk })) {
      await markTimer(trx, timer, 'skipped', { skip: 'confirmed' });
      return 'skipped';
    }
    const recipient = `patient:${patient.id}`;
    const key = dedupeKey(row.id, step.version, item, recipient);
    if (item.channel === 'staff-call') {
      const context: ChangeContext = {
        organizationId: step.organizationId,
        actor: systemActor('timer'),
        at,
        opKey: key,
      };
      if (step.suppress === undefined) await callPatient(trx, context, row, patient, 'reminder', key);
    } else {
      await queueMessage(trx, {
        organizationId: step.organizationId,
        dedupeKey: key,
        aggregate: 'appointment',
        aggregateId: row.id,
        aggregateVersion: step.version,
        kind: 'reminder',
        channel: item.channel,
        toRef: recipient,
        patientId: patient.id,
        localeAsked: patient.language,
        params: {
          policyItem: item.policyItem,
          item: item.kind,
          ...askedOf(item, row),
          ...(item.insteadOf !== undefined && { insteadOf: item.insteadOf }),
        },
        dueAt: new Date(step.timer.dueAt),
        usefulUntil: new Date(item.usefulUntil),
        suppressed: step.suppress,
      });
    }
    await markTimer(
      trx,
      timer,
      step.suppress === undefined ? 'fired' : 'skipped',
      step.suppress === undefined ? {} : { skip: step.suppress },
    );
    return step.suppress === undefined ? 'queued' : 'suppressed';
  });
}

/**
 * The task of a timer that changes nothing by itself: a late patient, a no-show that a person decides on. Safe to repeat.
 * @returns false when the visit has moved on and nobody needs to look
 */
export async function raiseVisitTask(
  ports: SchedulingPorts,
  step: VisitTimer & { readonly kind: 'late' | 'no-show' | 'visit-left-open' | 'confirmation' },
): Promise<boolean> {
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId: step.organizationId }, async (trx) => {
    const row = await lockVisit(trx, step, step.kind === 'visit-left-open' ? ['arrived', 'checked-in'] : ['booked']);
    if (row === null) return false;
    if (step.kind === 'confirmation') return callToConfirm(trx, row, step, at);
    await raiseStaffTask(trx, {
      organizationId: step.organizationId,
      kind: step.kind,
      dedupeKey:
        step.kind === 'visit-left-open' ? `visit-left-open:${row.id}` : `${step.kind}:${row.id}:v${row.version}`,
      subjectType: 'appointment',
      subjectId: row.id,
      patientId: row.patient_id,
      locationId: row.location_id ?? undefined,
      params: { start: row.start_at?.toISOString() },
      priority: step.kind === 'late' ? 'urgent' : 'routine',
      dueAt: step.kind === 'late' ? (row.end_at ?? at) : new Date(at.getTime() + 86_400_000),
      actor: systemActor('timer'),
      at,
    });
    await markTimer(trx, { appointmentId: row.id, version: row.version, name: step.timer.name }, 'fired');
    return true;
  });
}

/** B17: nobody has confirmed, and the clinic keeps the visit until it has spoken to the patient. */
async function callToConfirm(trx: Trx, row: AppointmentRow, { timer }: VisitTimer, at: Date): Promise<boolean> {
  await markTimer(trx, { appointmentId: row.id, version: row.version, name: timer.name }, 'fired');
  if (row.confirmed_at !== null || row.start_at === null) return false;
  const policy = policyAt(await loadPolicies(trx), 'confirmation', (row.booked_at ?? at).getTime(), row.location_id);
  const callBy = addDuration(at.getTime(), policy.callWithin, row.tz ?? 'UTC');
  await raiseStaffTask(trx, {
    organizationId: row.organization_id,
    kind: 'call-patient',
    dedupeKey: `confirmation:${row.id}:v${row.version}`,
    subjectType: 'appointment',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_id ?? undefined,
    params: { about: 'confirmation', start: row.start_at.toISOString() },
    priority: 'urgent',
    dueAt: new Date(Math.max(at.getTime(), Math.min(callBy, row.start_at.getTime()))),
    actor: systemActor('timer'),
    at,
  });
  return true;
}

/** What a reminder asks for; who has confirmed meanwhile is not told of a deadline. */
function askedOf(item: Reminder, row: AppointmentRow): Readonly<Record<string, unknown>> {
  if (item.confirmBy === undefined || row.confirmed_at !== null) return { askConfirm: item.askConfirm };
  return { askConfirm: true, confirmBy: new Date(item.confirmBy).toISOString() };
}

/** The appointment, kept from changing until commit, if it is still what the timer was planned for. */
async function lockVisit(
  trx: Trx,
  step: VisitTimer,
  statuses: readonly string[] = ['booked'],
): Promise<AppointmentRow | null> {
  const row = await trx('appointment')
    .where({ id: step.appointmentId, version: step.version })
    .whereIn('status', statuses)
    .forShare()
    .first<AppointmentRow | undefined>();
  return row ?? null;
}
