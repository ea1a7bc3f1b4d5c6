import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { StaffTaskKind } from '../../domain/staff-task.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';

export interface StaffTask {
  readonly organizationId: string;
  readonly kind: StaffTaskKind;
  /** One obligation, one task, for ever. */
  readonly dedupeKey: string;
  readonly subjectType?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly locationId?: string | undefined;
  /** Codes, counts and instants that the page turns into words. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly priority?: 'routine' | 'urgent' | 'stat' | undefined;
  readonly dueAt: Date;
  readonly ownerRole?: string | undefined;
  readonly actor: Actor;
  readonly at: Date;
}

/** Files a task in the transaction of what makes it necessary. @returns its id, or null when it is on file already. */
export async function raiseStaffTask(trx: Trx, task: StaffTask): Promise<string | null> {
  const [row] = await trx('staff_task')
    .insert({
      organization_id: task.organizationId,
      location_id: task.locationId ?? null,
      kind: task.kind,
      subject_type: task.subjectType ?? null,
      subject_id: task.subjectId ?? null,
      patient_id: task.patientId ?? null,
      params: JSON.stringify(task.params ?? {}),
      priority: task.priority ?? 'routine',
      due_at: task.dueAt,
      owner_role: task.ownerRole ?? 'front-desk',
      dedupe_key: task.dedupeKey,
      created_by: task.actor.ref,
    })
    .onConflict(['organization_id', 'dedupe_key'])
    .ignore()
    .returning<{ id: string }[]>('id');
  if (row === undefined) return null;
  await recordStateChange(trx, {
    organizationId: task.organizationId,
    aggregate: 'staff-task',
    aggregateId: row.id,
    event: 'raise',
    from: null,
    to: 'open',
    actor: task.actor,
    at: task.at,
    data: { kind: task.kind, ...(task.patientId !== undefined && { patientId: task.patientId }) },
  });
  return row.id;
}

/**
 * Done, with an outcome.
 * @throws DomainError `not-found`; `conflict` when it is closed already
 */
export async function finishStaffTask(
  trx: Trx,
  done: {
    readonly organizationId: string;
    readonly id: string;
    readonly outcome: string;
    readonly note?: string | undefined;
    readonly actor: Actor;
    readonly at: Date;
  },
): Promise<void> {
  const task = await trx('staff_task')
    .where({ id: done.id })
    .forUpdate()
    .first<{ state: string; kind: string; patient_id: string | null } | undefined>();
  if (task === undefined) throw new DomainError('not-found');
  if (task.state !== 'open')
    throw new DomainError('conflict', { detail: 'This task is closed already.', data: { state: task.state } });
  await trx('staff_task')
    .where({ id: done.id })
    .update({
      state: 'done',
      outcome: done.outcome,
      note: done.note ?? null,
      done_by: done.actor.ref,
      done_at: done.at,
      version: trx.raw('version + 1'),
    });
  await recordTaskEnd(trx, done.organizationId, done.id, 'finish', 'done', done.actor, done.at, {
    outcome: done.outcome,
    patientId: task.patient_id,
  });
}

/** Ends open tasks of a subject that have lost their purpose: nobody calls a patient who has arrived. */
export async function cancelStaffTasks(
  trx: Trx,
  subject: {
    readonly organizationId: string;
    readonly subjectType: string;
    readonly subjectId: string;
    readonly kinds: readonly StaffTaskKind[];
    /** Only those that are about this (`params.about`): of several calls to one patient, one. */
    readonly about?: string | undefined;
    readonly actor: Actor;
    readonly at: Date;
  },
): Promise<void> {
  const closed = await trx('staff_task')
    .where({
      organization_id: subject.organizationId,
      subject_type: subject.subjectType,
      subject_id: subject.subjectId,
      state: 'open',
    })
    .whereIn('kind', subject.kinds)
    .modify((query) => {
      if (subject.about !== undefined) void query.whereRaw(`params->>'about' = ?`, [subject.about]);
    })
    .update({
      state: 'cancelled',
      outcome: 'no-longer-needed',
      done_by: subject.actor.ref,
      done_at: subject.at,
      version: trx.raw('version + 1'),
    })
    .returning<{ id: string; patient_id: string | null }[]>(['id', 'patient_id']);
  for (const task of closed) {
    await recordTaskEnd(trx, subject.organizationId, task.id, 'cancel', 'cancelled', subject.actor, subject.at, {
      patientId: task.patient_id,
    });
  }
}

async function recordTaskEnd(
  trx: Trx,
  organizationId: string,
  id: string,
  event: string,
  to: string,
  actor: Actor,
  at: Date,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'staff-task',
    aggregateId: id,
    event,
    from: 'open',
    to,
    actor,
    at,
    data,
  });
}
