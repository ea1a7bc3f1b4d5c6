/** Escalations as the API shows them. Codes and instants; the pages have the words. */
import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import {
  pendingTimers,
  respondersOf,
  standings,
  whoWasTold,
  type ListedEscalation,
} from '../../db/escalations/escalation-lists.ts';
import { callsOf } from '../../db/escalations/escalation-calls.ts';
import { escalationFacts } from '../../db/escalations/escalations.ts';
import { isoOrNull } from '../../db/instants.ts';
import { onCallAt } from '../../db/escalations/on-call.ts';
import { isoDurationToMs } from '../../domain/calendar/calendar.ts';
import {
  escalationActions,
  escalationLevels,
  escalationOutcomes,
  escalationProblem,
  escalationStates,
  escalationSubjects,
  ladderTargets,
  noticeChannels,
  openEscalationStates,
  type LadderTarget,
} from '../../domain/escalation.ts';
import type { RequestContext } from '../context.ts';
import { id } from '../schemas.ts';
import { namesOf } from '../waitlist/waitlist-representation.ts';

export const person = z.object({ id, name: z.string() });
export const target = z.enum([...ladderTargets, 'administrator']);

export const escalation = z.object({
  id,
  state: z.enum(escalationStates),
  level: z.enum(escalationLevels),
  subject: z.object({ kind: z.enum(escalationSubjects), id }),
  patient: z.object({ id, name: z.string(), mrn: z.string() }),
  location: z.object({ id, name: z.string() }).nullable(),
  /** A code; null for who may not take it on. */
  reasonCode: z.string().nullable(),
  raisedAt: z.string(),
  /** By when somebody should have it. */
  ackDueAt: z.string(),
  round: z.int(),
  cycle: z.int(),
  step: z.int(),
  cycles: z.int(),
  steps: z.int(),
  acknowledgedBy: person.nullable(),
  acknowledgedAt: z.string().nullable(),
  etaAt: z.string().nullable(),
  /** What happens next by itself: `step:<cycle>:<step>`, `exhaust`, `repeat`, `unresolved`. */
  next: z.object({ name: z.string(), dueAt: z.string(), targets: z.array(target) }).nullable(),
  /** This person was told of it. */
  toldMe: z.boolean(),
  /** This person has acknowledged it. */
  mine: z.boolean(),
  outcome: z.enum(escalationOutcomes).nullable(),
  outcomeNote: z.string().nullable(),
  endedAt: z.string().nullable(),
  allowedActions: z.array(z.enum(escalationActions)),
  /** Until when this person, who raised it, may take it back; null for everybody else. */
  cancelUntil: z.string().nullable(),
  /** ISO-8601: who has it and is seen on no page for so long has it no more; null: not asked for. */
  presenceWithin: z.string().nullable(),
  /** Moves with every change. */
  version: z.int(),
});
export type Escalation = z.output<typeof escalation>;

export const escalationDetail = escalation.extend({
  /** Latest first. */
  told: z.array(
    z.object({
      id,
      at: z.string(),
      round: z.int(),
      send: z.int(),
      target: z.string(),
      person: person.nullable(),
      /** For who has to ring up. */
      telephone: z.string().nullable(),
      channel: z.enum(noticeChannels),
      state: z.enum(['queued', 'sent', 'failed', 'not-sent', 'nobody']),
      code: z.string().nullable(),
      insteadOf: z.string().nullable(),
    }),
  ),
  /** What comes if nothing happens, earliest first, with who is on call as it now stands. */
  ahead: z.array(
    z.object({ name: z.string(), dueAt: z.string(), targets: z.array(target), people: z.array(person) }),
  ),
  /** Who raised it by hand, the first of them first; what they wrote is for who may take it on, and for themselves. */
  calls: z.array(z.object({ at: z.string(), by: person.nullable(), note: z.string().nullable() })),
  responders: z.array(
    z.object({ person, round: z.int(), first: z.boolean(), at: z.string(), etaAt: z.string().nullable() }),
  ),
}); // prettier-ignore

/** Whom a timer's step tells. */
function targetsOf({ plan }: ListedEscalation, name: string): readonly LadderTarget[] {
  if (name === 'unresolved') return plan.steps[0]?.targets ?? [];
  if (name === 'repeat' || name === 'exhaust') return plan.steps.at(-1)?.targets ?? [];
  return plan.steps[Number(name.split(':')[2]) - 1]?.targets ?? [];
}

export async function representEscalations(
  context: RequestContext,
  trx: Trx,
  rows: readonly ListedEscalation[],
): Promise<Escalation[]> {
  if (rows.length === 0) return [];
  const at = (await databaseTime(trx)).getTime();
  const { actor } = context;
  const names = await namesOf(context, trx, {
    patients: rows.map((row) => row.patient_id),
    locations: rows.flatMap((row) => row.location_id ?? []),
  });
  const who = await peopleOf(trx, rows.map((row) => row.acknowledged_by)); // prettier-ignore
  const standing = await standings(trx, rows, actor);
  const seesWhy = context.can('emergency:ack') || context.can('escalation:lead');
  return rows.map((row) => {
    const own = standing.get(row.id)!;
    const [place] = names.locations(row.location_id === null ? [] : [row.location_id]);
    return {
      id: row.id,
      state: row.state,
      level: row.level,
      subject: { kind: row.subject_kind, id: row.subject_id },
      patient: names.patient(row.patient_id),
      location: place === undefined ? null : { id: place.id, name: place.name },
      reasonCode: seesWhy || own.raisedIt ? row.reason_code : null,
      raisedAt: row.raised_at.toISOString(),
      ackDueAt: row.ack_due_at.toISOString(),
      round: row.round,
      cycle: row.cycle,
      step: row.step,
      cycles: row.plan.cycles,
      steps: row.plan.steps.length,
      acknowledgedBy: row.acknowledged_by === null ? null : who(row.acknowledged_by),
      acknowledgedAt: isoOrNull(row.acknowledged_at),
      etaAt: isoOrNull(row.eta_at),
      next:
        row.next_name === null || row.next_at === null
          ? null
          : { name: row.next_name, dueAt: row.next_at.toISOString(), targets: [...targetsOf(row, row.next_name)] },
      toldMe: own.wasTarget,
      mine: own.responds && openEscalationStates.has(row.state),
      outcome: row.outcome,
      outcomeNote: row.outcome_note,
      endedAt: isoOrNull(row.ended_at),
      allowedActions: escalationActions.filter(
        (action) => escalationProblem(action, escalationFacts(row), { ...own, actor }, at) === null,
      ),
      cancelUntil:
        own.raisedIt && openEscalationStates.has(row.state)
          ? new Date(row.raised_at.getTime() + isoDurationToMs(row.plan.cancelWithin)).toISOString()
          : null,
      presenceWithin: row.plan.presenceWithin ?? null,
      version: row.version,
    };
  });
}

export async function representEscalation(
  context: RequestContext,
  trx: Trx,
  row: ListedEscalation,
): Promise<z.output<typeof escalationDetail>> {
  const [shown] = await representEscalations(context, trx, [row]);
  const at = await databaseTime(trx);
  const told = await whoWasTold(trx, row.id);
  const responders = await respondersOf(trx, row.id);
  const ahead = [];
  for (const { name, due_at: dueAt } of await pendingTimers(trx, row.id)) {
    const targets = targetsOf(row, name);
    const people: string[] = [];
    for (const one of targets) {
      if (one !== 'assigned') people.push(...(await onCallAt(trx, one, row.location_id, later(dueAt, at))));
      else if (row.assigned_user_id !== null) people.push(row.assigned_user_id);
    }
    const who = await peopleOf(trx, people);
    const known = [...new Set(people)].map(who);
    ahead.push({ name, dueAt: dueAt.toISOString(), targets: [...targets], people: known });
  }
  const calls = await callsOf(trx, row.id);
  const callers = await peopleOf(trx, calls.map((one) => userOf(one.raised_by))); // prettier-ignore
  const seesWhy = context.can('emergency:ack') || context.can('escalation:lead');
  return {
    ...shown!,
    calls: calls.map((one) => {
      const by = userOf(one.raised_by);
      const own = one.raised_by === context.actor.ref;
      return {
        at: one.called_at.toISOString(),
        by: by === null ? null : callers(by),
        note: seesWhy || own ? one.note : null,
      };
    }),
    told: told.map((one) => ({
      id: one.id,
      at: one.at.toISOString(),
      round: one.round,
      send: one.send,
      target: one.target,
      person: one.user_id === null ? null : { id: one.user_id, name: one.name ?? '' },
      telephone: one.channel === 'voice-task' ? one.telephone : null,
      channel: one.channel as z.output<typeof escalationDetail>['told'][number]['channel'],
      state: one.state,
      code: one.error,
      insteadOf: one.instead_of,
    })),
    ahead,
    responders: responders.map((one) => ({
      person: { id: one.user_id, name: one.name },
      round: one.round,
      first: one.is_first,
      at: one.at.toISOString(),
      etaAt: isoOrNull(one.eta_at),
    })),
  };
}

const userOf = (ref: string): string | null => (ref.startsWith('user:') ? ref.slice('user:'.length) : null);

const later = (a: Date, b: Date): Date => (a < b ? b : a);

export async function peopleOf(
  trx: Trx,
  ids: readonly (string | null)[],
): Promise<(id: string) => { id: string; name: string }> {
  const wanted = [...new Set(ids)].filter((one) => one !== null);
  const rows =
    wanted.length === 0
      ? []
      : await trx('app_user').whereIn('id', wanted).select<{ id: string; display_name: string }[]>('id', 'display_name');
  const names = new Map(rows.map((row) => [row.id, row.display_name]));
  return (one) => ({ id: one, name: names.get(one) ?? '' });
} // prettier-ignore
