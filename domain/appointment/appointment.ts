/**
 * Decisions on an appointment (scheduling-intake.md D1). `decide` says yes or no to one event; `allowedActions` asks the
 * same guards about all of them (feature H2), so that what is shown and what is accepted cannot disagree. Pure: the
 * workflow, its activities, the API and the pages run the same code.
 */
import { edges, eventRules } from './appointment-events.ts';
import type { AppointmentEvent } from './appointment-events.ts';
import type {
  AppointmentChanges,
  AppointmentFacts,
  AppointmentInput,
  AppointmentStatus,
  DecisionContext,
  FromStatus,
} from './appointment-facts.ts';
import { awaitsApproval } from './appointment-guards.ts';
import type { ProblemDetail } from '../errors.ts';

export interface Accepted {
  readonly ok: true;
  readonly to: AppointmentStatus;
  /** Every status entered, one `state_change` each: checking in from `booked` passes through `arrived`. */
  readonly path: readonly AppointmentStatus[];
  readonly changes: AppointmentChanges;
}
export type Decision = Accepted | { readonly ok: false; readonly problem: ProblemDetail };

/** Whether the event may happen now, and what it changes. Order: permission, edge, guards, input. */
export function decide(
  facts: AppointmentFacts,
  event: AppointmentEvent,
  context: DecisionContext & { readonly input?: AppointmentInput | undefined },
): Decision {
  const input = context.input ?? {};
  const refusal = permissionProblem(facts, event, context) ?? edgeProblem(facts, event, context);
  if (refusal) return { ok: false, problem: refusal };
  const rule = eventRules[event];
  const problem = guardProblem(facts, event, context) ?? firstOf(rule.inputGuards, (g) => g(facts, context, input));
  if (problem) return { ok: false, problem };
  const to = targetOf(facts, event, context, input);
  const path: AppointmentStatus[] = event === 'check-in' && facts.status === 'booked' ? ['arrived', to] : [to];
  return { ok: true, to, path, changes: rule.change(facts, context, input) };
}

export interface AllowedAction {
  readonly action: AppointmentEvent;
  readonly possible: boolean;
  /** Why not, when it is not. */
  readonly reason?: ProblemDetail | undefined;
  /** What this kind of actor needs for it; null when this kind may never do it. */
  readonly permission: string | null;
}

/**
 * Every step a person could take from here, and whether this one can now. A step that is `possible` is accepted with the
 * right input; one that is not, or is not listed, is refused with any.
 */
export function allowedActions(facts: AppointmentFacts, context: DecisionContext): AllowedAction[] {
  const { kind } = context.actor;
  return eventsOf(facts)
    .filter((event) => kind === 'system' || eventRules[event].by.staff || eventRules[event].by.patient)
    .map((action) => {
      const reason = permissionProblem(facts, action, context) ?? guardProblem(facts, action, context);
      const permission = kind === 'system' ? null : (eventRules[action].by[kind] ?? null);
      return reason ? { action, possible: false, reason, permission } : { action, possible: true, permission };
    });
}

/** The events that have an edge from a status, in the table's order. */
export function eventsFrom(status: FromStatus): AppointmentEvent[] {
  const events = edges.filter(([, from]) => (from as readonly FromStatus[]).includes(status)).map(([event]) => event);
  return [...new Set(events)];
}

/** Of them, those that this visit has: a picture can only fail where there is one. */
function eventsOf({ status, mode }: AppointmentFacts): AppointmentEvent[] {
  return eventsFrom(status).filter((event) => event !== 'fall-back-to-phone' || mode === 'video');
}

/** 409 with what is possible instead: names of actions. */
export function invalidTransition(from: FromStatus, event: string, allowed: readonly string[]): ProblemDetail {
  return { code: 'invalid-transition', allowed, data: { from, event } };
}

/** Deny by default: the wrong kind of actor, a missing permission, or another patient's visit. */
function permissionProblem(
  facts: AppointmentFacts,
  event: AppointmentEvent,
  { actor }: DecisionContext,
): ProblemDetail | null {
  const { by } = eventRules[event];
  if (actor.kind === 'system') return by.system ? null : { code: 'forbidden' };
  const needed = by[actor.kind];
  if (needed === undefined || !actor.permissions.includes(needed)) return { code: 'forbidden' };
  return actor.kind === 'patient' && actor.patientId !== facts.patientId ? { code: 'forbidden' } : null;
}

const holdEvents: ReadonlySet<AppointmentEvent> = new Set([
  'confirm-hold',
  'extend-hold',
  'release-hold',
  'approve',
  'refuse',
]);

function edgeProblem(facts: AppointmentFacts, event: AppointmentEvent, context: DecisionContext): ProblemDetail | null {
  if (eventsOf(facts).includes(event)) return null;
  // An expired hold always answers 410, also after its timer closed the case.
  const expired = facts.cancelReason === 'hold-expired' || facts.cancelReason === 'approval-expired';
  if (facts.status === 'cancelled' && expired && holdEvents.has(event)) return { code: 'hold-expired' };
  const possible = allowedActions(facts, context).filter((a) => a.possible);
  const names = possible.map((a) => a.action);
  return invalidTransition(facts.status, event, names);
}

function guardProblem(
  facts: AppointmentFacts,
  event: AppointmentEvent,
  context: DecisionContext,
): ProblemDetail | null {
  return firstOf(eventRules[event].guards, (g) => g(facts, context));
}

function firstOf<G>(guards: readonly G[] | undefined, check: (guard: G) => ProblemDetail | null): ProblemDetail | null {
  for (const g of guards ?? []) {
    const problem = check(g);
    if (problem) return problem;
  }
  return null;
}

function targetOf(
  facts: AppointmentFacts,
  event: AppointmentEvent,
  context: DecisionContext,
  input: AppointmentInput,
): AppointmentStatus {
  if (event === 'book' || event === 'confirm-hold') return awaitsApproval(facts, context) ? 'pending' : 'booked';
  if (event === 'request') return input.waitlist ? 'waitlist' : 'proposed';
  return edges.find(([e, from]) => e === event && (from as readonly FromStatus[]).includes(facts.status))![2];
}
