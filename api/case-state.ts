/** Who has the ball: what a case waits for, on whom, until when, and what one may do about it. */
import { z } from 'zod';
import { allowedActions } from '../domain/appointment.ts';
import type { AppointmentFacts, DecisionContext } from '../domain/appointment-facts.ts';
import { appointmentActions } from '../workflows/messages/appointment.ts';
import type { AppointmentAction, AppointmentView } from '../workflows/messages/appointment.ts';

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
