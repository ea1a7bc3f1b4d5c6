import { z } from 'zod';
import { withOrganization } from '../../db/transaction.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, instant, limit, listOf } from '../schemas.ts';

interface AuditRow {
  id: number;
  at: Date;
  principal: string;
  session_id: string | null;
  action: string;
  entity_type: string | null;
  entity_id: string | null;
  patient_id: string | null;
  outcome: 'success' | 'denied' | 'refused' | 'failed';
  code: string | null;
  purpose: string | null;
  ip: string | null;
  request_id: string | null;
  detail: Record<string, unknown> | null;
}

const event = z.object({
  seq: z.number(),
  at: z.string(),
  principal: z.string(),
  principalName: z.string().nullable(),
  action: z.string(),
  entityType: z.string().nullable(),
  entityId: z.string().nullable(),
  patientId: z.string().nullable(),
  outcome: z.string(),
  code: z.string().nullable(),
  purpose: z.string().nullable(),
  ip: z.string().nullable(),
  requestId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).nullable(),
});
const word = z.string().regex(/^[a-z][a-z:-]{1,60}$/);

/** ONC 170.315(d)(3): by patient, by person, by time, newest first. */
export const listAuditEvents = route({
  method: 'GET',
  path: '/audit-events',
  summary: 'The audit trail, newest first',
  query: z.strictObject({
    patientId: id.optional(),
    userId: id.optional(),
    entityType: word.optional(),
    entityId: id.optional(),
    action: word.optional(),
    outcome: z.enum(['success', 'denied', 'refused', 'failed']).optional(),
    from: instant.optional(),
    to: instant.optional(),
    cursor,
    limit: limit(50, 200),
  }),
  answer: listOf(event),
  policy: { action: 'audit:read' },
  audit: { read: 'audit-event:read', entity: 'audit-event' },
  handler: async (context, { query }) => {
    const before = decodeCursor(query.cursor, z.number().int());
    context.concerns({ patientId: query.patientId, entityId: query.entityId });
    const rows = await withOrganization(context.ports.auditDb, context.organizationId, (trx) => {
      const found = trx('audit_event')
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (before !== undefined) found.where('id', '<', before);
      if (query.patientId !== undefined) found.where({ patient_id: query.patientId });
      if (query.userId !== undefined) found.where({ principal: `user:${query.userId}` });
      if (query.entityType !== undefined) found.where({ entity_type: query.entityType });
      if (query.entityId !== undefined) found.where({ entity_id: query.entityId });
      if (query.action !== undefined) found.where({ action: query.action });
      if (query.outcome !== undefined) found.where({ outcome: query.outcome });
      if (query.from !== undefined) found.where('at', '>=', query.from);
      if (query.to !== undefined) found.where('at', '<', query.to);
      return found.select<AuditRow[]>();
    });
    const people = [
      ...new Set(rows.map((row) => /^user:(.+)$/.exec(row.principal)?.[1]).filter((userId) => userId !== undefined)),
    ];
    const names = await context.read((trx) =>
      trx('app_user').whereIn('id', people).select<{ id: string; display_name: string }[]>('id', 'display_name'),
    );
    const nameOf = new Map(names.map((person) => [`user:${person.id}`, person.display_name]));
    return pageOf(
      rows,
      query.limit,
      (row) => ({
        seq: row.id,
        at: row.at.toISOString(),
        principal: row.principal,
        principalName: nameOf.get(row.principal) ?? null,
        action: row.action,
        entityType: row.entity_type,
        entityId: row.entity_id,
        patientId: row.patient_id,
        outcome: row.outcome,
        code: row.code,
        purpose: row.purpose,
        ip: row.ip,
        requestId: row.request_id,
        detail: row.detail,
      }),
      (row) => row.id,
    );
  },
});
