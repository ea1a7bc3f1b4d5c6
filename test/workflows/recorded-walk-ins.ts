/** The lives of walk-ins whose histories are kept for replay (recorded-lives.ts). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../domain/actor.ts';
import type { TriageLevel, WalkInAction } from '../../domain/walk-in.ts';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { walkInOperationKey, walkInWorkflowId } from '../../workflows/messages/walk-in.ts';
import type { WalkInActionInput, WalkInView } from '../../workflows/messages/walk-in.ts';
import type { TestClinic } from './assemble.ts';
import type { Life } from './recorded-lives.ts';
import { staff as everybody } from './seed.ts';
import { localAt, waitlistOf } from './waitlist-clinic.ts';

export const walkInStaff: Actor = {
  ...everybody,
  permissions: [...everybody.permissions, 'walk-in:manage', 'walk-in:triage'],
};

/** A queue with a practitioner of its own, and what is said to who waits in it. */
export async function walkInsOf(clinic: TestClinic) {
  const waitlist = waitlistOf(clinic);
  const { visitTypeId, practitionerId } = await waitlist.service();
  const of = { organization_id: clinic.organizationId };
  const queueId = randomUUID();
  await clinic.admin('walk_in_queue').insert({
    ...of,
    id: queueId,
    name: JSON.stringify({ en: 'Acute' }),
    location_id: clinic.locationId,
    visit_type_id: visitTypeId,
  });
  await clinic.admin('walk_in_queue_provider').insert({ ...of, queue_id: queueId, resource_id: practitionerId });

  async function arrive(level: TriageLevel | null = 3, patientId?: string): Promise<string> {
    const walkInId = randomUUID();
    await clinic.gateway.arriveWalkIn({
      organizationId: clinic.organizationId,
      walkInId,
      queueId,
      patientId: patientId ?? (await waitlist.patient()),
      level,
      reason: null,
      identifiersVerified: ['name', 'birth-date'],
      operation: { key: walkInOperationKey(walkInId, 'arrive'), inputHash: 'hash' },
      actor: walkInStaff,
    });
    return walkInId;
  }

  async function say(id: string, action: WalkInAction, input: WalkInActionInput = {}): Promise<WalkInView> {
    const operation = { key: walkInOperationKey(id, randomUUID()), inputHash: 'hash' };
    const request = { action, input, actor: walkInStaff, operation };
    const answer = await clinic.gateway.actOnWalkIn(clinic.organizationId, id, request);
    if (typeof answer === 'symbol') throw new Error(`${action}: the run is over`);
    return answer;
  }

  return { ...waitlist, queueId, practitionerId, arrive, say };
}

const over = (clinic: TestClinic, workflowId: string): Promise<unknown> =>
  clinic.client.workflow.getHandle(workflowId).result();
const minutes = (from: Date, n: number): string => new Date(from.getTime() + n * 60_000).toISOString();

export const walkInLives: Readonly<Record<string, Life>> = {
  'walk-in-looked-at-called-taken-back-seen': async (clinic) => {
    const { arrive, say, practitionerId } = await walkInsOf(clinic);
    await clinic.until(localAt(await clinic.engine.now(), 1, '09:00'));
    const id = await arrive(2);
    await clinic.until(minutes(await clinic.engine.now(), 16));
    await say(id, 'triage', { level: 3 });
    await say(id, 'call', { practitionerId });
    await say(id, 'undo-call');
    const called = await say(id, 'call', { practitionerId });
    await say(id, 'start');
    await sleep(300);
    await clinic.act(called.appointmentId!, 'complete', { noNoteReason: 'paper' });
    await over(clinic, walkInWorkflowId(id));
    return walkInWorkflowId(id);
  },
  /** The visit of a call: begun by its walk-in, and telling it how it ended. */
  'visit-of-a-walk-in': async (clinic) => {
    const { arrive, say, practitionerId } = await walkInsOf(clinic);
    await clinic.until(localAt(await clinic.engine.now(), 1, '10:00'));
    const { appointmentId } = await say(await arrive(), 'call', { practitionerId });
    await sleep(300);
    await clinic.act(appointmentId!, 'complete', { noNoteReason: 'paper' });
    await over(clinic, appointmentWorkflowId(appointmentId!));
    return appointmentWorkflowId(appointmentId!);
  },
  'walk-in-moved-left-gone': async (clinic) => {
    const { arrive, say } = await walkInsOf(clinic);
    await clinic.until(localAt(await clinic.engine.now(), 1, '11:00'));
    const [id, other] = [await arrive(4), await arrive(4)];
    await say(other, 'move', { direction: 'up', reason: 'a child' });
    await sleep(300);
    await say(id, 'leave');
    await clinic.until(localAt(await clinic.engine.now(), 1, '00:05'));
    await over(clinic, walkInWorkflowId(id));
    await say(other, 'leave');
    return walkInWorkflowId(id);
  },
  'walk-in-refused': async (clinic) => {
    const { arrive, patient } = await walkInsOf(clinic);
    const patientId = await patient();
    await arrive(3, patientId);
    const id = await arrive(3, patientId);
    await over(clinic, walkInWorkflowId(id));
    return walkInWorkflowId(id);
  },
};
