/** The lives of openings and wishes whose histories are kept for replay (recorded-lives.ts). */
import { setTimeout as sleep } from 'node:timers/promises';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import { waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import type { TestClinic } from './assemble.ts';
import type { Life } from './recorded-lives.ts';
import { patientActor } from './seed.ts';
import { localAt, waitlistOf } from './waitlist-clinic.ts';
import type { OfferRow } from './waitlist-clinic.ts';

const urgencies = ['urgent', 'soon', 'routine'] as const;
const plus = (instant: Date | string, seconds: number): string =>
  new Date(new Date(instant).getTime() + seconds * 1000).toISOString();

/** Some who wait, and a visit whose time they would take, cancelled tomorrow at noon or when it is said. */
async function scene(clinic: TestClinic, { wishes = 3, visitIn = 4, cancelledAt = '12:00' } = {}) {
  const waitlist = waitlistOf(clinic);
  const service = await waitlist.service();
  const today = await clinic.engine.now();
  const entries: { id: string; patientId: string }[] = [];
  for (let n = 0; n < wishes; n += 1) {
    const patientId = await waitlist.patient();
    entries.push({ id: (await waitlist.join(service, patientId, { urgency: urgencies[n % 3]! })).id, patientId });
  }
  const visit = await waitlist.book(service, localAt(today, visitIn, '10:00'), clinic.patientId);
  await clinic.until(localAt(today, 1, cancelledAt));
  await clinic.act(visit.id, 'cancel', { reason: 'patient-request' });
  const openingId = (await waitlist.openingOf(visit.id))!.id;
  const asked = async (n: number, opening = openingId): Promise<OfferRow> => {
    for (let look = 0; look < 300; look += 1) {
      const offer = (await waitlist.offers(opening)).find((o) => o.entry_id === entries[n]!.id);
      // A moment more, for the run to hear of it.
      if (offer?.state === 'offered') return sleep(300, offer);
      await sleep(100);
    }
    throw new Error('nobody was asked');
  };
  const over = (workflowId: string): Promise<unknown> => clinic.client.workflow.getHandle(workflowId).result();
  return { ...waitlist, service, today, entries, visit, openingId, asked, over };
}

export const waitlistLives: Readonly<Record<string, Life>> = {
  'visit-whose-time-is-offered': async (clinic) => {
    const { visit, openingId, asked, say, over } = await scene(clinic);
    await asked(0);
    await say(openingId, 'close');
    await over(openingWorkflowId(openingId));
    return appointmentWorkflowId(visit.id);
  },
  'opening-declined-expired-accepted': async (clinic) => {
    const { openingId, asked, patientSays, refused, over } = await scene(clinic);
    await patientSays(openingId, 'decline', await asked(0));
    const second = await asked(1);
    await clinic.until(plus(second.expires_at, 1));
    const third = await asked(2);
    await refused(openingId, 'accept', { offerId: second.id }, patientActor(second.patient_id));
    await patientSays(openingId, 'accept', third);
    await over(openingWorkflowId(openingId));
    return openingWorkflowId(openingId);
  },
  'visit-from-the-waitlist': async (clinic) => {
    const { openingId, asked, patientSays, over } = await scene(clinic, { wishes: 1 });
    const answer = await patientSays(openingId, 'accept', await asked(0));
    if (answer === 'closed' || answer.appointment === null) throw new Error('no visit');
    await over(openingWorkflowId(openingId));
    await clinic.act(answer.appointment.id, 'cancel', { reason: 'x' });
    await over(appointmentWorkflowId(answer.appointment.id));
    return appointmentWorkflowId(answer.appointment.id);
  },
  /** The acceptor's old time is an opening of its own. */
  'opening-chained': async (clinic) => {
    const { openingId, entries, service, today, book, change, openingOf, asked, patientSays, over } =
      await scene(clinic);
    const current = await book(service, localAt(today, 12, '14:00'), entries[1]!.patientId);
    await change(entries[1]!.id, 'change', { currentAppointmentId: current.id });
    await patientSays(openingId, 'decline', await asked(0));
    await patientSays(openingId, 'accept', await asked(1));
    await over(openingWorkflowId(openingId));
    const chained = (await openingOf(current.id))!;
    await patientSays(chained.id, 'decline', await asked(0, chained.id));
    await patientSays(chained.id, 'decline', await asked(2, chained.id));
    await over(openingWorkflowId(chained.id));
    return openingWorkflowId(openingId);
  },
  'opening-steered-and-filled': async (clinic) => {
    const { openingId, entries, asked, say, refused, over } = await scene(clinic);
    const first = await asked(0);
    await say(openingId, 'pause');
    await say(openingId, 'extend', { offerId: first.id });
    await refused(openingId, 'extend', { offerId: first.id });
    await say(openingId, 'pin', { entryId: entries[2]!.id });
    await say(openingId, 'skip', { offerId: first.id });
    await say(openingId, 'resume');
    await asked(2);
    await say(openingId, 'fill', { patientId: entries[1]!.patientId });
    await over(openingWorkflowId(openingId));
    return openingWorkflowId(openingId);
  },
  'opening-over-night-released': async (clinic) => {
    const { openingId, asked, over } = await scene(clinic, { wishes: 1, cancelledAt: '21:30' });
    await sleep(500);
    await clinic.until(plus((await clinic.engine.now()).toISOString(), 11 * 3_600));
    const offer = await asked(0);
    await clinic.until(plus(offer.expires_at, 2));
    await over(openingWorkflowId(openingId));
    return openingWorkflowId(openingId);
  },
  /** Not over: an offer stands. */
  'opening-offered': async (clinic) => {
    const { openingId, asked, patientSays } = await scene(clinic, { visitIn: 20 });
    await patientSays(openingId, 'decline', await asked(0));
    await asked(1);
    return openingWorkflowId(openingId);
  },
  'wish-told-and-expired': async (clinic) => {
    const { service, join, patient, over } = await scene(clinic, { wishes: 1 });
    const { id, expiresAt } = await join(service, await patient());
    await clinic.until(plus(expiresAt, 60));
    await over(waitlistEntryWorkflowId(id));
    return waitlistEntryWorkflowId(id);
  },
  'wish-changed-paused-left-while-asked': async (clinic) => {
    const { openingId, entries, asked, change, say, over } = await scene(clinic);
    const { id } = entries[0]!;
    await asked(0);
    await change(id, 'change', { noticeMinutes: 30 });
    await change(id, 'pause');
    await change(id, 'resume');
    await change(id, 'withdraw');
    await over(waitlistEntryWorkflowId(id));
    await say(openingId, 'close');
    return waitlistEntryWorkflowId(id);
  },
  'wish-come-true': async (clinic) => {
    const { openingId, entries, asked, patientSays, over } = await scene(clinic);
    await patientSays(openingId, 'accept', await asked(0));
    await over(waitlistEntryWorkflowId(entries[0]!.id));
    return waitlistEntryWorkflowId(entries[0]!.id);
  },
  'wish-refused': async (clinic) => {
    const { service, entries, join, over } = await scene(clinic, { wishes: 1 });
    let id = '';
    await join(service, entries[0]!.patientId, {}, undefined, (given) => (id = given)).catch(() => undefined);
    await over(waitlistEntryWorkflowId(id));
    return waitlistEntryWorkflowId(id);
  },
  /** Not over: it waits. */
  'wish-waiting': async (clinic) => {
    const { openingId, entries, asked, patientSays } = await scene(clinic, { wishes: 1 });
    await patientSays(openingId, 'decline', await asked(0));
    await sleep(500);
    return waitlistEntryWorkflowId(entries[0]!.id);
  },
};
