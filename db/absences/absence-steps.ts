/**
 * What the process of an absence does for one patient: another room, other times held and told, a reminder, a call. Each
 * is safe to repeat: its operation keys make it happen once, and it looks again before it acts, because patients and staff
 * do not wait for it. Lock order: absence, case, appointment, resources by id.
 *
 * Longer than most files: what may follow what for one patient is best read in one place.
 */
import { halfWay, hasBegun, nextOf } from '../../domain/schedule/absence.ts';
import type { CaseStep } from '../../domain/schedule/absence.ts';
import { systemActor, type Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { AppointmentStart, OpeningCommand } from '../../workflows/messages/appointment.ts';
import type { WaitlistEntryStart } from '../../workflows/messages/waitlist-entry.ts';
import { actingFor } from '../patients/acting-for.ts';
import { factsOf, lockAbsence, moveCase, openCases, type AbsenceChange } from './absence-list.ts';
import type { AbsenceRow, CaseRow } from './absence-view.ts';
import { anotherPlace } from '../schedule/another-resource.ts';
import { alternativesFor, carryOut, lockAppointment } from '../appointments/appointment-actions.ts';
import { channelsOf } from '../appointments/appointment-effects.ts';
import { openAppointment, type SchedulingPorts } from '../appointments/appointments.ts';
import { waitDisplaced } from './absence-wishes.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { queueMessage } from '../outbox.ts';
import { insertReservations } from '../schedule/reservations.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';
import { withOrganization, withTransaction } from '../transaction.ts';

export interface PatientStep {
  readonly organizationId: string;
  readonly absenceId: string;
  readonly appointmentId: string;
  readonly step: CaseStep;
  /** Names the step: the same key, the same step. */
  readonly key: string;
  /** Of visits that may come into being: enough for all times that are held. */
  readonly ids: readonly string[];
  /** Who declared the absence. */
  readonly actor: Actor;
}

/** What the runs of others must learn of a step. Plain JSON. */
export interface StepOutcome {
  /** False: there is no other room, or nothing needed to be done any more. */
  readonly done: boolean;
  /** Visits that were changed: their runs read again. */
  readonly visits: readonly string[];
  /** Times that are held: each is a run of its own, whose start is settled already. */
  readonly held: readonly AppointmentStart[];
  readonly openings: readonly string[];
  /** Absences that another one's step concerns. */
  readonly absences: readonly string[];
  /** Wishes of urgency displaced that were made: each is a run of its own; and those that were changed. */
  readonly wishes: readonly WaitlistEntryStart[];
  readonly changedWishes: readonly string[];
}

const nothing: StepOutcome = {
  done: false,
  visits: [],
  held: [],
  openings: [],
  absences: [],
  wishes: [],
  changedWishes: [],
};

export async function carryOutStep(ports: SchedulingPorts, step: PatientStep): Promise<StepOutcome> {
  switch (step.step) {
    case 'move-resource':
      return inStep(ports, step, moveToAnother);
    case 'ask':
      return askPatient(ports, step);
    case 'remind':
      return inStep(ports, step, remindPatient);
    case 'call':
      return inStep(ports, step, callPatientOf);
    case 'give-back':
      return inStep(ports, step, giveBack);
  }
}

type Found = Awaited<ReturnType<typeof openCases>>[number];

interface Work {
  readonly trx: Trx;
  readonly absence: AbsenceRow;
  readonly row: Found;
  readonly change: AbsenceChange;
  readonly step: PatientStep;
}

/** One transaction, once for the step's key, if the step is still the next one. */
async function inStep(
  ports: SchedulingPorts,
  step: PatientStep,
  work: (of: Work) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const at = await ports.clock.now();
  const { organizationId } = step;
  const operation = { key: step.key, inputHash: step.step };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const found = await stillNext(trx, step, at);
    if (found === null) return nothing;
    const change = { actor: systemActor('absence'), at, opKey: step.key };
    return work({ trx, ...found, change, step });
  });
}

const fallbacks: Readonly<Record<CaseStep, readonly CaseStep[]>> = {
  'move-resource': ['move-resource', 'ask', 'call'],
  ask: ['ask', 'call'],
  remind: ['remind'],
  call: ['call'],
  'give-back': ['give-back'],
};

async function stillNext(
  trx: Trx,
  { absenceId, appointmentId, step }: PatientStep,
  at: Date,
): Promise<{ absence: AbsenceRow; row: Found } | null> {
  const absence = await lockAbsence(trx, absenceId);
  const [row] = await openCases(trx, absenceId, at, appointmentId);
  if (row === undefined || absence.ended_at !== null) return null;
  const next = nextOf(factsOf(row), at.getTime(), absence.state === 'paused');
  // Where no other room is free the patient is asked, and where asking failed a person sees to it.
  const fits = next.kind === 'work' && fallbacks[next.step].includes(step);
  return fits ? { absence, row } : null;
}

// --- Another room or machine at the same time -----------------------------------------------------------------------

/** The visit keeps its time, its practitioner and its links: nobody needs to be told. */
async function moveToAnother({ trx, absence, row, change, step }: Work): Promise<StepOutcome> {
  const locked = await lockAppointment(trx, row.appointment_id, change.at);
  const visit = locked.row;
  const own = await trx('reservation')
    .where({ appointment_id: visit.id, resource_id: absence.resource_id })
    .whereNull('released_at')
    .select<
      {
        id: string;
        role: string;
        starts_at: Date;
        ends_at: Date;
        kind: 'hold' | 'appointment';
        expires_at: Date | null;
      }[]
    >('id', 'role', 'starts_at', 'ends_at', 'kind', 'expires_at');
  const place = own.length === 1 ? await anotherPlace(trx, absence, locked, own[0]!, change) : null;
  if (place === null) return nothing;
  const [old] = own;
  await trx('reservation').where({ id: old!.id }).update({ released_at: change.at });
  await insertReservations(
    trx,
    {
      organizationId: visit.organization_id,
      appointmentId: visit.id,
      kind: old!.kind,
      expiresAt: old!.expires_at,
      opKey: step.key,
    },
    place,
  );
  await trx('appointment')
    .where({ id: visit.id })
    .update({ revision: trx.raw('revision + 1') });
  const [lane] = place.lanes;
  const data = { patientId: visit.patient_id, from: absence.resource_id, to: lane!.resourceId, role: lane!.role };
  await recordStateChange(trx, {
    organizationId: visit.organization_id,
    aggregate: 'appointment',
    aggregateId: visit.id,
    event: 'move-resource',
    from: visit.status,
    to: visit.status,
    actor: actingFor(step.actor),
    reason: absence.reason,
    at: change.at,
    data,
    opKey: step.key,
  });
  await moveCase(trx, row, {
    ...change,
    event: 'move-resource',
    to: 'moved-resource',
    data: { resourceId: lane!.resourceId },
  });
  return { ...nothing, done: true, visits: [visit.id] };
}

// --- Other times -----------------------------------------------------------------------------------------------------

/**
 * Three transactions: the visit is cancelled (D1) as the first, then each other time is held as a booking of its own, whose
 * run finds it settled when it starts, so that two patients are never promised the same time; then what was found is
 * written down. A repeat goes on where it stopped.
 */
async function askPatient(ports: SchedulingPorts, step: PatientStep): Promise<StepOutcome> {
  const at = await ports.clock.now();
  const { organizationId, appointmentId } = step;
  const actor = actingFor(step.actor);
  const ended = await withTransaction(
    ports.db,
    { organizationId, operation: { key: `${step.key}:end`, inputHash: step.step } },
    async (trx) => {
      const found = await stillNext(trx, step, at);
      return found === null ? null : endVisit(trx, found.absence, found.row, { step, actor, at });
    },
  );
  if (ended === null) return nothing;

  const held: AppointmentStart[] = [];
  let commands: readonly OpeningCommand[] = ended.commands;
  let used = 0;
  // A time that somebody else took meanwhile is made up for once.
  for (let attempt = 0; attempt < 2 && commands.length > 0; attempt += 1) {
    for (const command of commands) {
      const id = step.ids[used++];
      if (id === undefined) break;
      const start: AppointmentStart = {
        organizationId,
        appointmentId: id,
        operation: { key: appointmentOperationKey(id, 'start'), inputHash: 'alternative' },
        command,
        actor,
      };
      if (await hold(ports, start)) held.push(start);
    }
    const missing = ended.commands.length - held.length;
    if (missing <= 0) break;
    commands = await withOrganization(ports.db, organizationId, async (trx) =>
      alternativesFor(trx, await lockAppointment(trx, appointmentId, at), { alternatives: missing }, at),
    );
  }

  const done = await withTransaction(
    ports.db,
    { organizationId, operation: { key: `${step.key}:told`, inputHash: step.step } },
    (trx) => writeAsked(trx, step, ended.told, at),
  );
  const wish = done ? await waitDisplaced(ports, step) : null;
  return {
    ...nothing,
    done,
    visits: ended.changed ? [appointmentId] : [],
    held,
    openings: ended.openings,
    wishes: wish?.made === undefined ? [] : [wish.made],
    changedWishes: wish?.changed === undefined ? [] : [wish.changed],
  };
}

interface Ended {
  readonly changed: boolean;
  /** The message of the cancellation says it all. */
  readonly told: boolean;
  readonly commands: readonly OpeningCommand[];
  readonly openings: readonly string[];
}

async function endVisit(
  trx: Trx,
  absence: AbsenceRow,
  row: Found,
  { step, actor, at }: { readonly step: PatientStep; readonly actor: Actor; readonly at: Date },
): Promise<Ended | null> {
  const locked = await lockAppointment(trx, row.appointment_id, at);
  const visit = locked.row;
  const round = (): Promise<unknown> => Promise.resolve(trx('absence_case').where({ id: row.id }).update({ round: row.round + 1, asked_at: at })); // prettier-ignore
  const begun = hasBegun({ status: visit.status, start: visit.start_at?.getTime() ?? 0 }, at.getTime());
  if (begun || (visit.status === 'pending' && !visit.awaiting_approval)) return null;
  if (visit.status !== 'booked' && visit.status !== 'pending') {
    const live = row.live_holds;
    await round();
    const more = await alternativesFor(trx, locked, {}, at);
    return { changed: false, told: false, commands: more.slice(0, Math.max(0, more.length - live)), openings: [] };
  }
  const settled = await carryOut(
    trx,
    {
      organizationId: visit.organization_id,
      appointmentId: visit.id,
      event: visit.status === 'booked' ? 'cancel-by-clinic' : 'refuse',
      input: { reason: absence.reason },
      actor,
      operation: { key: `${step.key}:end`, inputHash: step.step },
    },
    at,
  );
  // From here on it was we who cancelled it, whatever becomes of the rest.
  await round();
  const openings = settled.openings ?? [];
  if (visit.status === 'booked') return { changed: true, told: true, commands: settled.alternatives ?? [], openings };
  const commands = await alternativesFor(trx, await lockAppointment(trx, visit.id, at), {}, at);
  return { changed: true, told: false, commands, openings };
}

/** @returns false when the time is gone */
async function hold(ports: SchedulingPorts, start: AppointmentStart): Promise<boolean> {
  try {
    await openAppointment(ports, start);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

async function writeAsked(trx: Trx, step: PatientStep, told: boolean, at: Date): Promise<boolean> {
  const change = { actor: systemActor('absence'), at, opKey: step.key };
  await lockAbsence(trx, step.absenceId);
  const [row] = await openCases(trx, step.absenceId, at, step.appointmentId);
  if (row === undefined || (row.state !== 'affected' && row.state !== 'offered')) return false;
  const { patient } = await lockAppointment(trx, row.appointment_id, at);
  const held = await trx('appointment')
    .where({
      organization_id: row.organization_id,
      patient_id: row.patient_id,
      replaces_id: row.appointment_id,
      status: 'pending',
    })
    .where('hold_expires_at', '>', at)
    .orderBy('start_at')
    .select<{ id: string; start_at: Date; hold_expires_at: Date }[]>('id', 'start_at', 'hold_expires_at');
  const until = held.length === 0 ? null : new Date(Math.max(...held.map((h) => h.hold_expires_at.getTime())));
  const mail = channelsOf(patient).includes('email');
  const { round } = row;
  if (!told && mail && until !== null)
    await tellAgain(trx, row, patient.language, `r${round}`, { again: true }, until, at);
  const offered = mail && until !== null;
  const task = offered ? null : await callTask(trx, row, change);
  await moveCase(trx, row, {
    ...change,
    event: 'ask',
    to: offered ? 'offered' : 'to-call',
    columns: {
      ask_again: false,
      remind_at: until === null ? null : new Date(halfWay(at.getTime(), until.getTime())),
      reminded_at: null,
      answer_until: until,
      ...(task !== null && { task_id: task }),
    },
    data: {
      round,
      held: held.length,
      times: held.map((time) => ({ appointmentId: time.id, start: time.start_at.toISOString() })),
      channel: mail ? 'email' : 'call',
      ...(until !== null && { answerUntil: until.toISOString() }),
    },
  });
  return true;
}

/** The template of the cancellation with the times that are held now; once for its name. */
async function tellAgain(
  trx: Trx,
  row: CaseRow,
  language: string,
  name: string,
  params: Readonly<Record<string, unknown>>,
  usefulUntil: Date,
  at: Date,
): Promise<void> {
  const recipient = `patient:${row.patient_id}`;
  const visit = await trx('appointment').where({ id: row.appointment_id }).first<{ version: number }>('version');
  await queueMessage(trx, {
    organizationId: row.organization_id,
    dedupeKey: `absence:${row.absence_id}:${row.appointment_id}:${name}:email:${recipient}`,
    aggregate: 'appointment',
    aggregateId: row.appointment_id,
    aggregateVersion: visit.version,
    kind: 'cancelled-by-clinic',
    channel: 'email',
    toRef: recipient,
    patientId: row.patient_id,
    localeAsked: language,
    params,
    dueAt: at,
    usefulUntil,
  });
}

// --- A reminder, a call ----------------------------------------------------------------------------------------------

async function remindPatient({ trx, row, change }: Work): Promise<StepOutcome> {
  const { patient } = await lockAppointment(trx, row.appointment_id, change.at);
  const mail = channelsOf(patient).includes('email');
  if (mail && row.answer_until !== null) {
    await tellAgain(
      trx,
      row,
      patient.language,
      `r${row.round}:reminder`,
      { reminder: true },
      row.answer_until,
      change.at,
    );
  }
  await moveCase(trx, row, {
    ...change,
    event: 'remind',
    to: 'offered',
    columns: { reminded_at: change.at },
    data: { channel: mail ? 'email' : null, held: row.live_holds },
  });
  return { ...nothing, done: true };
}

async function callPatientOf({ trx, row, change }: Work): Promise<StepOutcome> {
  const task = await callTask(trx, row, change);
  await moveCase(trx, row, { ...change, event: 'call-needed', to: 'to-call', columns: { task_id: task } });
  return { ...nothing, done: true };
}

/** The call that somebody is asked for: the one that is open for this visit already, or a new one. */
export async function callTask(trx: Trx, row: CaseRow, change: AbsenceChange): Promise<string> {
  const open = await trx('staff_task')
    .where({ organization_id: row.organization_id, subject_type: 'appointment', subject_id: row.appointment_id })
    .where({ kind: 'call-patient', state: 'open' })
    .whereRaw(`params->>'about' = 'cancelled-by-clinic'`)
    .orderBy('created_at', 'desc')
    .first<{ id: string } | undefined>('id');
  if (open !== undefined) return open.id;
  const visit = await trx('appointment')
    .where({ id: row.appointment_id })
    .first<{ location_id: string | null; start_at: Date }>('location_id', 'start_at');
  const tomorrow = change.at.getTime() + 86_400_000;
  const start = visit.start_at.getTime();
  const id = await raiseStaffTask(trx, {
    organizationId: row.organization_id,
    kind: 'call-patient',
    dedupeKey: `absence:${row.absence_id}:${row.appointment_id}:call:v${row.version}`,
    subjectType: 'appointment',
    subjectId: row.appointment_id,
    patientId: row.patient_id,
    locationId: visit.location_id ?? undefined,
    params: { about: 'cancelled-by-clinic', absenceId: row.absence_id },
    priority: 'urgent',
    dueAt: new Date(start > change.at.getTime() ? Math.min(start, tomorrow) : tomorrow),
    actor: change.actor,
    at: change.at,
  });
  if (id === null) throw new Error('the version of a case names one call');
  return id;
}

// --- A time held for the patient of another absence -------------------------------------------------------------------

async function giveBack({ trx, row, change, step }: Work): Promise<StepOutcome> {
  const settled = await carryOut(
    trx,
    {
      organizationId: row.organization_id,
      appointmentId: row.appointment_id,
      event: 'release-hold',
      input: { reason: 'absence' },
      actor: actingFor(step.actor),
      operation: { key: step.key, inputHash: step.step },
    },
    change.at,
  );
  const other = await trx('absence_case').where({ id: row.joined_case_id }).forUpdate().first<CaseRow | undefined>();
  if (other !== undefined && other.settled_at === null) {
    await trx('absence_case').where({ id: other.id }).update({ ask_again: true });
  }
  await moveCase(trx, row, { ...change, event: 'give-back', to: 'joined' });
  return {
    ...nothing,
    done: true,
    visits: [row.appointment_id],
    openings: settled.openings ?? [],
    absences: other === undefined ? [] : [other.absence_id],
  };
}
