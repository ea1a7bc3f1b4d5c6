/** Who has the ball: what a case waits for, on whom, until when, and what one may do about it. */
import { z } from 'zod';
import { allowedActions } from '../../domain/appointment/appointment.ts';
import type { AppointmentFacts, DecisionContext } from '../../domain/appointment/appointment-facts.ts';
import { appointmentActions } from '../../workflows/messages/appointment.ts';
import type { AppointmentAction, AppointmentView } from '../../workflows/messages/appointment.ts';

/** Codes; the pages have the words. */
export const waitingFor = z.object({
  what: z.enum([
    'confirm-hold',
    'approval',
    'staff',
    'opening',
    'visit',
    'arrival',
    'check-in',
    'encounter',
    'completion',
    'end-of-day',
    // An offer, or a choice of times: the patient's word.
    'answer',
    'next-offer',
    'call',
    // The process is at work.
    'steps',
    // Somebody's insurance, who is asked again by itself.
    'payer',
  ]),
  who: z.enum(['patient', 'staff', 'time']),
  /** RFC 3339 UTC; null when nothing ends the waiting by itself. */
  until: z.string().nullable(),
});

export const allowedAction = z.object({
  action: z.enum(appointmentActions),
  possible: z.boolean(),
  reason: z
    .object({ code: z.string(), detail: z.string().optional(), data: z.record(z.string(), z.unknown()).optional() })
    .optional(),
  permission: z.string().nullable(),
});

/** @param at epoch milliseconds */
export function waitingForOf(view: AppointmentView, at: number): z.output<typeof waitingFor> | null {
  switch (view.status) {
    case 'proposed':
      return { what: 'staff', who: 'staff', until: null };
    case 'waitlist':
      return { what: 'opening', who: 'time', until: null };
    case 'pending':
      return view.awaitingApproval
        ? { what: 'approval', who: 'staff', until: view.holdExpiresAt }
        : { what: 'confirm-hold', who: 'patient', until: view.holdExpiresAt };
    case 'booked':
      return view.start !== null && at >= Date.parse(view.start)
        ? { what: 'arrival', who: 'patient', until: view.end }
        : { what: 'visit', who: 'time', until: view.start };
    case 'arrived':
      return { what: 'check-in', who: 'staff', until: view.start };
    case 'checked-in':
      return {
        what: view.seenAt === null ? 'encounter' : 'completion',
        who: 'staff',
        until: view.seenAt === null ? view.start : view.end,
      };
    case 'noshow':
      return { what: 'end-of-day', who: 'time', until: null };
    default:
      return null;
  }
}

type WaitingFor = z.output<typeof waitingFor>;

/** @param release when the time becomes free for everybody */
export function openingWaitsFor(opening: {
  readonly state: string;
  readonly paused: boolean;
  readonly answerUntil: string | null;
  readonly release: string | null;
}): WaitingFor | null {
  if (opening.state !== 'open' && opening.state !== 'offering') return null;
  if (opening.answerUntil !== null) return { what: 'answer', who: 'patient', until: opening.answerUntil };
  if (opening.paused) return { what: 'staff', who: 'staff', until: opening.release };
  return { what: 'next-offer', who: 'time', until: opening.release };
}

export function wishWaitsFor(wish: {
  readonly state: string;
  readonly answerUntil: string | null;
  readonly until: string | null;
}): WaitingFor | null {
  if (wish.answerUntil !== null) return { what: 'answer', who: 'patient', until: wish.answerUntil };
  if (wish.state === 'paused') return { what: 'staff', who: 'staff', until: wish.until };
  return wish.state === 'active' || wish.state === 'offered'
    ? { what: 'opening', who: 'time', until: wish.until }
    : null;
}

export function seriesWaitsFor(series: {
  readonly state: string;
  readonly nextVisit: string | null;
}): WaitingFor | null {
  if (series.state === 'booked') return { what: 'visit', who: 'time', until: series.nextVisit };
  return series.state === 'refused' || series.state === 'ended' ? null : { what: 'steps', who: 'time', until: null };
}

/** @param absence.calls how many of its patients somebody has to call */
export function absenceWaitsFor(absence: {
  readonly state: string;
  readonly calls: number;
  readonly answerUntil: string | null;
  readonly next: string | null;
}): WaitingFor | null {
  if (absence.state === 'paused') return { what: 'staff', who: 'staff', until: null };
  if (absence.state !== 'running') return null;
  if (absence.calls > 0) return { what: 'call', who: 'staff', until: null };
  if (absence.answerUntil !== null) return { what: 'answer', who: 'patient', until: absence.answerUntil };
  return { what: 'steps', who: 'time', until: absence.next };
}

/** Somebody of the clinic has to take it on, or to say what came of it. */
export function escalationWaitsFor(escalation: {
  readonly state: string;
  readonly next: string | null;
}): WaitingFor | null {
  if (escalation.state === 'resolved' || escalation.state === 'cancelled') return null;
  return { what: 'staff', who: 'staff', until: escalation.next };
}

/** Whether two charts are one person's: somebody of the clinic says. */
export const matchWaitsFor = ({ state }: { readonly state: string }): WaitingFor | null =>
  state === 'open' ? { what: 'staff', who: 'staff', until: null } : null;

export const mergeWaitsFor = ({ state }: { readonly state: string }): WaitingFor | null =>
  state === 'merging' ? { what: 'steps', who: 'time', until: null } : null;

/** @param asked.next when the payer is asked again */
export const eligibilityWaitsFor = (asked: {
  readonly state: string;
  readonly next: string | null;
}): WaitingFor | null => (asked.state === 'pending' ? { what: 'payer', who: 'time', until: asked.next } : null);

export function intakeWaitsFor(intake: { readonly state: string; readonly until: string | null }): WaitingFor | null {
  switch (intake.state) {
    case 'created':
    case 'invited':
    case 'in-progress':
    case 'returned':
      return { what: 'answer', who: 'patient', until: intake.until };
    case 'submitted':
    case 'in-review':
      return { what: 'staff', who: 'staff', until: intake.until };
    default:
      return null;
  }
}

const asked: ReadonlySet<string> = new Set(appointmentActions);

/**
 * Exactly what `POST /appointments/:id/:action` will say to this person now (feature H2): the same guards on the same row.
 * What this kind of person can never do is not shown.
 */
export function allowedActionsOf(facts: AppointmentFacts, context: DecisionContext): z.output<typeof allowedAction>[] {
  return allowedActions(facts, context)
    .filter(({ action, permission }) => asked.has(action) && permission !== null)
    .map(({ action, possible, reason, permission }) => ({
      action: action as AppointmentAction,
      possible,
      permission,
      ...(reason !== undefined && {
        reason: {
          code: reason.code,
          ...(reason.detail !== undefined && { detail: reason.detail }),
          ...(reason.data !== undefined && { data: { ...reason.data } }),
        },
      }),
    }));
}
