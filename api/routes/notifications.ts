import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { keptFromOthers } from '../../db/patients/minor-consents.ts';
import { formatName } from '../../domain/patient/patient.ts';
import type { RequestContext } from '../context.ts';
import { requireChart } from '../patients/own-chart.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, idParams, limit, listOf } from '../schemas.ts';

const notification = z.object({
  id,
  kind: z.string(),
  channel: z.enum(['email', 'sms', 'push']),
  aggregate: z.string(),
  aggregateId: id,
  aggregateVersion: z.int().nullable(),
  patient: z.object({ id, name: z.string() }).nullable(),
  state: z.enum(['queued', 'sending', 'sent', 'failed', 'suppressed']),
  suppressedReason: z.string().nullable(),
  localeAsked: z.string().nullable(),
  locale: z.string().nullable(),
  localeFallback: z.boolean(),
  dueAt: z.string(),
  sentAt: z.string().nullable(),
  attempts: z.int(),
  /** A code, never the mail server's words. */
  error: z.string().nullable(),
});

interface NotificationRow {
  id: string;
  kind: string;
  channel: 'email' | 'sms' | 'push';
  aggregate: string;
  aggregate_id: string;
  aggregate_version: number | null;
  patient_id: string | null;
  family: string | null;
  given: string[] | null;
  chosen_name: string | null;
  state: 'queued' | 'sending' | 'sent' | 'failed' | 'suppressed';
  suppressed_reason: string | null;
  locale_asked: string | null;
  locale: string | null;
  due_at: Date;
  sent_at: Date | null;
  attempts: number;
  error: string | null;
  position: string;
}

/** Support sees that a message failed, never whose it was. */
const toNotification = (row: NotificationRow, mayKnow: boolean): z.output<typeof notification> => ({
  id: row.id,
  kind: row.kind,
  channel: row.channel,
  aggregate: row.aggregate,
  aggregateId: row.aggregate_id,
  aggregateVersion: row.aggregate_version,
  patient:
    row.patient_id === null || !mayKnow
      ? null
      : { id: row.patient_id, name: formatName({ given: row.given ?? [], family: row.family }, row.chosen_name) },
  state: row.state,
  suppressedReason: row.suppressed_reason,
  localeAsked: row.locale_asked,
  locale: row.locale,
  localeFallback: row.locale !== null && row.locale_asked !== null && row.locale !== row.locale_asked,
  dueAt: row.due_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
  attempts: row.attempts,
  error: row.error,
});

interface NotificationQuery {
  readonly aggregateId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly state?: string | undefined;
  /** Leaves out what went to a minor about an intake in confidence. */
  readonly withoutConfidential?: boolean | undefined;
  readonly limit: number;
  readonly after: { readonly due: string; readonly id: string } | undefined;
}

async function notificationRows(
  trx: Trx,
  organizationId: string,
  query: NotificationQuery,
): Promise<NotificationRow[]> {
  const found = trx('notification as n')
    .leftJoin('patient as p', 'p.id', 'n.patient_id')
    .where('n.organization_id', organizationId)
    .orderBy([{ column: 'n.due_at', order: 'desc' }, { column: 'n.id', order: 'desc' }])
    .limit(query.limit + 1)
    .select<NotificationRow[]>('n.*', 'p.family', 'p.given', 'p.chosen_name',
      trx.raw(`to_char(n.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`)); // prettier-ignore
  if (query.aggregateId !== undefined) void found.where('n.aggregate_id', query.aggregateId);
  if (query.patientId !== undefined) void found.where('n.patient_id', query.patientId);
  if (query.withoutConfidential === true)
    void found.whereRaw(
      `NOT EXISTS (SELECT 1 FROM intake i WHERE i.patient_id = n.patient_id AND i.confidential AND i.id::text = n.params->>'intakeId')`,
    );
  if (query.state !== undefined) void found.where('n.state', query.state);
  if (query.after !== undefined)
    void found.whereRaw('(n.due_at, n.id) < (CAST(? AS timestamptz), CAST(? AS uuid))', [
      query.after.due,
      query.after.id,
    ]);
  return found;
}

const position = z.strictObject({ due: z.iso.datetime({ precision: 6 }), id });

async function answer(
  context: RequestContext,
  query: Omit<NotificationQuery, 'after'> & { readonly cursor?: string | undefined },
) {
  const after = decodeCursor(query.cursor, position);
  const rows = await context.read(async (trx) => {
    const { patientId } = query;
    // A child's account may be a parent's.
    const kept =
      context.user.kind === 'patient' &&
      patientId !== undefined &&
      (await keptFromOthers(trx, { patientId, confidential: true, at: await databaseTime(trx) }));
    return notificationRows(trx, context.organizationId, { ...query, after, withoutConfidential: kept });
  });
  const mayKnow = context.can('patient:read') || context.user.kind === 'patient';
  return pageOf(rows, query.limit, (row) => toNotification(row, mayKnow), (row) => ({ due: row.position, id: row.id })); // prettier-ignore
}

export const listNotifications = route({
  method: 'GET',
  path: '/notifications',
  summary: 'Messages that were sent, wait, failed or were suppressed, latest first',
  query: z.strictObject({
    aggregateId: id.optional(),
    state: z.enum(['queued', 'sending', 'sent', 'failed', 'suppressed']).optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(notification),
  policy: { action: 'notification:read' },
  audit: { read: 'notification:list', entity: 'notification' },
  handler: (context, { query }) => answer(context, query),
});

export const listPatientNotifications = route({
  method: 'GET',
  path: '/patients/:id/notifications',
  summary: 'What was sent to a patient, latest first',
  params: idParams,
  query: z.strictObject({ limit: limit(50, 200), cursor }),
  answer: listOf(notification),
  policy: { action: 'patient:read' },
  audit: { read: 'notification:list', entity: 'patient' },
  handler: (context, { params, query }) => {
    requireChart(context, 'patient:read', params.id);
    return answer(context, { ...query, patientId: params.id });
  },
});
