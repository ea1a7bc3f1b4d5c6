import { z } from 'zod';
import { absencesOfTask } from '../../db/absences/absence-view.ts';
import type { Trx } from '../../db/connection.ts';
import { databaseTime } from '../../db/clock.ts';
import { finishStaffTask, raiseStaffTask } from '../../db/cases/staff-tasks.ts';
import {
  listStaffTasks as findStaffTasks,
  readStaffTask,
  releaseStaffTask,
  takeStaffTask,
} from '../../db/cases/staff-task-lists.ts';
import type { StaffTaskRow } from '../../db/cases/staff-task-lists.ts';
import { roles } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import { formatName } from '../../domain/patient/patient.ts';
import { manualTaskKinds, outcomesOf } from '../../domain/staff-task.ts';
import type { RequestContext } from '../context.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, instant, limit, listOf, note, text } from '../schemas.ts';

const staffTask = z.object({
  id,
  kind: z.string(),
  subject: z.object({ type: z.string(), id }).nullable(),
  locationId: id.nullable(),
  patient: z.object({ id, name: z.string() }).nullable(),
  params: z.record(z.string(), z.unknown()),
  priority: z.enum(['routine', 'urgent', 'stat']),
  dueAt: z.string(),
  ownerRole: z.string().nullable(),
  owner: z.object({ id, name: z.string() }).nullable(),
  state: z.enum(['open', 'done', 'cancelled']),
  outcome: z.string().nullable(),
  note: z.string().nullable(),
  doneBy: z.string().nullable(),
  doneAt: z.string().nullable(),
  createdAt: z.string(),
  version: z.int(),
  allowedOutcomes: z.array(z.string()),
});

/** Support sees that something is stuck, never whose it is: no name, no note, no words about a person. */
function toTask(row: StaffTaskRow, context: RequestContext): z.output<typeof staffTask> {
  const mayKnow = context.can('patient:read');
  const patient =
    row.patient_id === null || !mayKnow
      ? null
      : { id: row.patient_id, name: formatName({ given: row.given ?? [], family: row.family }, row.chosen_name) };
  const hidden = row.subject_type === 'patient' && !mayKnow;
  const subject =
    row.subject_type === null || row.subject_id === null || hidden
      ? null
      : { type: row.subject_type, id: row.subject_id };
  return {
    id: row.id,
    kind: row.kind,
    subject,
    locationId: row.location_id,
    patient,
    params: mayKnow ? row.params : {},
    priority: row.priority,
    dueAt: row.due_at.toISOString(),
    ownerRole: row.owner_role,
    owner: row.owner_user_id === null ? null : { id: row.owner_user_id, name: row.owner_name ?? '' },
    state: row.state,
    outcome: row.outcome,
    note: mayKnow ? row.note : null,
    doneBy: row.done_by,
    doneAt: row.done_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    version: row.version,
    allowedOutcomes: row.state === 'open' ? [...outcomesOf(row.kind)] : [],
  };
}

const position = z.strictObject({ due: z.iso.datetime({ precision: 6 }), id });

export const listStaffTasks = route({
  method: 'GET',
  path: '/staff-tasks',
  summary: 'Tasks, the one that is due first on top',
  query: z.strictObject({
    state: z.enum(['open', 'done', 'cancelled', 'all']).default('open'),
    kind: text(40).optional(),
    owner: z.enum(['me', 'role', 'all']).default('all'),
    subjectId: id.optional(),
    patientId: id.optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(staffTask),
  policy: { action: 'task:read' },
  audit: { read: 'staff-task:list', entity: 'staff-task' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, position);
    const rows = await context.read((trx) =>
      findStaffTasks(trx, {
        organizationId: context.organizationId,
        state: query.state === 'all' ? undefined : query.state,
        kind: query.kind,
        subjectId: query.subjectId,
        patientId: query.patientId,
        ownerUserId: query.owner === 'me' ? context.user.userId : undefined,
        ownerRoles: query.owner === 'role' ? context.user.roles : undefined,
        limit: query.limit,
        after,
      }),
    );
    return pageOf(rows, query.limit, (row) => toTask(row, context), (row) => ({ due: row.position, id: row.id })); // prettier-ignore
  },
});

export const createStaffTask = route({
  method: 'POST',
  path: '/staff-tasks',
  summary: 'Ask for something to be done',
  status: 201,
  body: z.strictObject({
    kind: z.enum(manualTaskKinds),
    patientId: id.optional(),
    appointmentId: id.optional(),
    locationId: id.optional(),
    priority: z.enum(['routine', 'urgent', 'stat']).default('routine'),
    dueAt: instant,
    ownerRole: z.enum(roles).exclude(['patient']).default('front-desk'),
    text: note(1000).optional(),
  }),
  answer: staffTask,
  policy: { action: 'task:work' },
  audit: { change: 'staff-task:raise', entity: 'staff-task' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const { organizationId, actor } = context;
        await requireKnown(trx, organizationId, 'patient', body.patientId, '/body/patientId');
        await requireKnown(trx, organizationId, 'appointment', body.appointmentId, '/body/appointmentId');
        await requireKnown(trx, organizationId, 'location', body.locationId, '/body/locationId');
        const taskId = await raiseStaffTask(trx, {
          organizationId,
          kind: body.kind,
          dedupeKey: `manual:${context.operationId}`,
          ...(body.appointmentId !== undefined
            ? { subjectType: 'appointment', subjectId: body.appointmentId }
            : body.patientId !== undefined && { subjectType: 'patient', subjectId: body.patientId }),
          patientId: body.patientId,
          locationId: body.locationId,
          params: body.text === undefined ? {} : { text: body.text },
          priority: body.priority,
          dueAt: new Date(body.dueAt),
          ownerRole: body.ownerRole,
          actor,
          at: await databaseTime(trx),
        });
        if (taskId === null) throw new DomainError('conflict');
        return toTask(await readStaffTask(trx, organizationId, taskId), context);
      },
      { operation: true },
    ),
});

async function requireKnown(
  trx: Trx,
  organizationId: string,
  table: 'patient' | 'appointment' | 'location',
  wanted: string | undefined,
  path: string,
): Promise<void> {
  if (wanted === undefined) return;
  const row = await trx(table)
    .where({ id: wanted, organization_id: organizationId })
    .first<{ id: string } | undefined>('id');
  if (row === undefined)
    throw new DomainError('validation-failed', {
      errors: [{ path, code: 'unknown-id', message: 'There is nothing with this id here.' }],
    });
}

export const takeTask = route({
  method: 'POST',
  path: '/staff-tasks/:id/take',
  summary: 'Take a task: others see who is on it',
  params: idParams,
  answer: staffTask,
  policy: { action: 'task:work' },
  audit: { change: 'staff-task:take', entity: 'staff-task' },
  handler: (context, { params }) =>
    context.transaction(
      async (trx) => {
        await takeStaffTask(trx, {
          organizationId: context.organizationId,
          id: params.id,
          userId: context.user.userId,
          actor: context.actor,
          at: await databaseTime(trx),
        });
        return toTask(await readStaffTask(trx, context.organizationId, params.id), context);
      },
      { operation: true },
    ),
});

export const releaseTask = route({
  method: 'POST',
  path: '/staff-tasks/:id/release',
  summary: 'Give a task back to its role',
  params: idParams,
  answer: staffTask,
  policy: { action: 'task:work' },
  audit: { change: 'staff-task:release', entity: 'staff-task' },
  handler: (context, { params }) =>
    context.transaction(
      async (trx) => {
        await releaseStaffTask(trx, {
          organizationId: context.organizationId,
          id: params.id,
          userId: context.user.userId,
          actor: context.actor,
          at: await databaseTime(trx),
          evenOthers: context.can('staff:manage'),
        });
        return toTask(await readStaffTask(trx, context.organizationId, params.id), context);
      },
      { operation: true },
    ),
});

export const finishTask = route({
  method: 'POST',
  path: '/staff-tasks/:id/finish',
  summary: 'Finish a task with one of its allowed outcomes',
  params: idParams,
  body: z.strictObject({ outcome: text(60), note: note(2000).optional() }),
  answer: staffTask,
  policy: { action: 'task:work' },
  audit: { change: 'staff-task:finish', entity: 'staff-task' },
  handler: async (context, { params, body }) => {
    const finished = await context.transaction(
      async (trx) => {
        const task = await readStaffTask(trx, context.organizationId, params.id);
        const allowed = outcomesOf(task.kind);
        if (task.state === 'open' && !allowed.includes(body.outcome)) {
          throw new DomainError('validation-failed', {
            allowed,
            errors: [
              {
                path: '/body/outcome',
                code: 'not-an-outcome',
                message: 'Choose one of the outcomes of this kind of task.',
              },
            ],
          });
        }
        await finishStaffTask(trx, {
          organizationId: context.organizationId,
          id: params.id,
          outcome: body.outcome,
          ...(body.note !== undefined && body.note !== '' && { note: body.note }),
          actor: context.actor,
          at: await databaseTime(trx),
        });
        return toTask(await readStaffTask(trx, context.organizationId, params.id), context);
      },
      { operation: true },
    );
    // Once it is committed: the absence that asked for the call goes on at once.
    for (const absenceId of await context.read((trx) => absencesOfTask(trx, params.id)))
      await context.ports.temporal.wakeAbsence(absenceId);
    return finished;
  },
});
