/** The lives whose histories are kept for replay: every kind of command the workflow can give appears in one of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  appointmentWorkflowId,
  changedElsewhereSignal,
  encounterStartedSignal,
} from '../../workflows/messages/appointment.ts';
import type { TestClinic } from './assemble.ts';
import { patientActor } from './seed.ts';
import { absenceLives } from './recorded-absences.ts';
import { groupLives } from './recorded-groups.ts';
import { seriesLives } from './recorded-series.ts';
import { waitlistLives } from './recorded-waitlist.ts';
import { escalationLives } from './recorded-escalations.ts';
import { intakeLives } from './recorded-intakes.ts';
import { walkInLives } from './recorded-walk-ins.ts';

/** Plays one life. @returns the id of the workflow whose history is to be kept */
export type Life = (clinic: TestClinic) => Promise<string>;

/** A time of its own for each life: `days` from now at 15:00 UTC, by the engine's clock. */
async function at(clinic: TestClinic, days: number): Promise<string> {
  const today = Math.floor((await clinic.engine.now()).getTime() / 86_400_000);
  return new Date((today + days) * 86_400_000 + 15 * 3_600_000).toISOString();
}

const plus = (instant: string, seconds: number): string => new Date(Date.parse(instant) + seconds * 1000).toISOString();
const over = (clinic: TestClinic, id: string): Promise<unknown> =>
  clinic.client.workflow.getHandle(appointmentWorkflowId(id)).result();
const identifiersVerified = ['name', 'birth-date'];

const visits: Readonly<Record<string, Life>> = {
  /** Two weeks of reminders, confirmed, seen, completed. */
  'completed-visit': async (clinic) => {
    const start = await at(clinic, 14);
    const { id } = await clinic.booked(start);
    await clinic.until(plus(start, -5 * 86_400));
    await clinic.act(id, 'confirm');
    await clinic.until(plus(start, -600));
    await clinic.act(id, 'arrive');
    await clinic.act(id, 'check-in', { identifiersVerified });
    const encounter = {
      actor: { kind: 'system', ref: 'system:encounter', permissions: [] },
      operation: { key: `${id}/encounter`, inputHash: '' },
    };
    await clinic.client.workflow.getHandle(appointmentWorkflowId(id)).signal(encounterStartedSignal, encounter);
    await sleep(500);
    await clinic.act(id, 'complete', { noNoteReason: 'paper' });
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  'hold-expired': async (clinic) => {
    const hold = await clinic.booked(await at(clinic, 3), { event: 'hold' });
    await clinic.until(plus(hold.holdExpiresAt!, 5));
    await over(clinic, hold.id);
    return appointmentWorkflowId(hold.id);
  },
  'hold-extended-confirmed-cancelled': async (clinic) => {
    const { id } = await clinic.booked(await at(clinic, 3), { event: 'hold' });
    await clinic.act(id, 'extend-hold');
    await clinic.act(id, 'confirm-hold');
    await clinic.act(id, 'cancel', { reason: 'patient-request' });
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  'refused-start': async (clinic) => {
    const start = await at(clinic, 4);
    await clinic.booked(start);
    const { id } = await clinic.open({ start }, { patientId: clinic.otherPatientId });
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  'approval-expired': async (clinic) => {
    const actor = patientActor(clinic.patientId);
    const { id, holdExpiresAt } = await clinic.booked(await at(clinic, 6), {
      visitTypeId: clinic.approvalTypeId,
      actor,
    });
    await clinic.until(plus(holdExpiresAt!, 5));
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  'moved-missed-undone-left-open': async (clinic) => {
    const { id } = await clinic.booked(await at(clinic, 9), { visitTypeId: clinic.autoNoShowTypeId });
    const start = await at(clinic, 12);
    await clinic.act(id, 'reschedule', { slot: { start, practitionerId: clinic.practitionerId } });
    await clinic.refused(id, 'complete');
    await clinic.until(plus(start, 1_260));
    await clinic.act(id, 'undo-no-show');
    await clinic.until(plus(start, 15 * 3_600));
    await clinic.act(id, 'check-in', { identifiersVerified });
    await clinic.act(id, 'leave-without-being-seen');
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  'late-then-missed-by-a-person': async (clinic) => {
    const start = await at(clinic, 2);
    const { id } = await clinic.booked(start);
    await clinic.until(plus(start, 1_260));
    await clinic.act(id, 'no-show');
    await clinic.until(plus(start, 15 * 3_600));
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  'correction-of-a-cancelled-one': async (clinic) => {
    const { id } = await clinic.booked(await at(clinic, 5));
    await clinic.act(id, 'cancel', { reason: 'x' });
    await over(clinic, id);
    await clinic.act(id, 'entered-in-error', { reason: 'wrong patient' });
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
  /** Not over: what waits for months is what a release must not break. */
  'still-booked': async (clinic) => {
    const start = await at(clinic, 60);
    const { id } = await clinic.booked(start);
    await clinic.act(id, 'confirm');
    await clinic.client.workflow.getHandle(appointmentWorkflowId(id)).signal(changedElsewhereSignal);
    await sleep(500);
    return appointmentWorkflowId(id);
  },
  'cancelled-by-the-clinic': async (clinic) => {
    const { id } = await clinic.booked(await at(clinic, 20));
    await clinic.act(id, 'cancel-by-clinic', { reason: 'provider-ill', alternatives: 2 });
    await over(clinic, id);
    return appointmentWorkflowId(id);
  },
};

export const recordedLives: Readonly<Record<string, Life>> = {
  // First: they skip a month, in which the clocks of others that stay open would ring by the thousand.
  ...intakeLives,
  ...visits,
  ...waitlistLives,
  ...walkInLives,
  ...escalationLives,
  ...seriesLives,
  ...absenceLives,
  ...groupLives,
};
