/** What the pages of every case have in common: entries of its story, and the way into Temporal Web. */
import { z } from 'zod';
import type { TimelineRow } from '../../db/cases/cases.ts';
import type { RequestContext } from '../context.ts';

export const timelineEntry = z.object({
  at: z.string(),
  kind: z.enum(['change', 'refused', 'message', 'timer', 'read']),
  event: z.string(),
  actor: z.object({ ref: z.string(), name: z.string().nullable(), onBehalfOf: z.string().nullable() }).nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  reason: z.string().nullable(),
  code: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

export function toTimelineEntry(row: TimelineRow, names: ReadonlyMap<string, string>): z.output<typeof timelineEntry> {
  return {
    at: row.at.toISOString(),
    kind: row.source,
    event: row.event,
    actor:
      row.actor === null ? null : { ref: row.actor, name: names.get(row.actor) ?? null, onBehalfOf: row.on_behalf_of },
    from: row.from_state,
    to: row.to_state,
    reason: row.reason,
    code: row.code,
    data: row.data ?? {},
  };
}

/** Temporal Web is served below the API's own origin to those who may look into it (architecture.md section 5). */
export function temporalWebUrl(context: RequestContext, workflowId: string): string | null {
  if (!context.can('workflow:read')) return null;
  const { publicUrl, temporal } = context.ports.config;
  return `${publicUrl}/temporal/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
