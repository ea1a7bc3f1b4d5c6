/** The lives of escalations whose histories are kept for replay (recorded-lives.ts). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { matrix } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import type { EscalationAction } from '../../domain/escalation.ts';
import {
  escalationOperationKey,
  escalationWorkflow,
  escalationWorkflowId,
  presenceLostSignal,
} from '../../workflows/messages/escalation.ts';
import type { EscalationActionInput } from '../../workflows/messages/escalation.ts';
import { raiseUrgent } from '../support/escalations.ts';
import type { TestClinic } from './assemble.ts';
import type { Life } from './recorded-lives.ts';

async function escalationsOf(clinic: TestClinic) {
  const { organizationId } = clinic;
  const person = async (role: 'doctor' | 'administrator'): Promise<Actor> => {
    const id = randomUUID();
    const of = { organization_id: organizationId };
    await clinic
      .admin('app_user')
      .insert({ ...of, id, kind: 'staff', email: `${id}@example.test`, display_name: role });
    await clinic.admin('user_role').insert({ ...of, user_id: id, role, granted_by: 'test' });
    return { kind: 'staff', ref: `user:${id}`, userId: id, permissions: matrix[role] };
  };
  const [assigned, administrator] = [await person('doctor'), await person('administrator')];

  async function raise(): Promise<{ id: string; at: Date }> {
    const at = await clinic.engine.now();
    const id = await raiseUrgent(clinic.db, { organizationId, patientId: clinic.patientId, assignedUserId: assigned.userId, at }); // prettier-ignore
    await clinic.client.workflow.start(escalationWorkflow, {
      workflowId: escalationWorkflowId(id),
      taskQueue: clinic.taskQueue,
      args: [{ organizationId, escalationId: id }],
    });
    await sleep(300);
    return { id, at };
  }

  async function say(id: string, action: EscalationAction, actor: Actor, input: EscalationActionInput = {}): Promise<void> {
    const operation = { key: escalationOperationKey(id, randomUUID()), inputHash: 'hash' };
    const answer = await clinic.gateway.actOnEscalation(id, { action, input, actor, operation });
    if (typeof answer === 'symbol') throw new Error(`${action}: the run is over`);
  } // prettier-ignore

  const ended = (id: string) => clinic.client.workflow.getHandle(escalationWorkflowId(id)).result();
  const minutes = (from: Date, n: number): string => new Date(from.getTime() + n * 60_000).toISOString();
  return { assigned, administrator, raise, say, ended, minutes };
}

export const escalationLives: Readonly<Record<string, Life>> = {
  'escalation-exhausted-repeated-taken-on': async (clinic) => {
    const { administrator, raise, say, ended, minutes } = await escalationsOf(clinic);
    const { id, at } = await raise();
    await clinic.until(minutes(at, 26));
    await say(id, 'ack', administrator, { etaMinutes: 5 });
    await say(id, 'resolve', administrator, { outcome: 'not-reached' });
    await ended(id);
    return escalationWorkflowId(id);
  },
  'escalation-taken-on-forgotten-lost-cancelled': async (clinic) => {
    const { assigned, administrator, raise, say, ended, minutes } = await escalationsOf(clinic);
    const { id, at } = await raise();
    await say(id, 'ack', assigned);
    await say(id, 'extend', assigned, { reason: 'on the telephone' });
    await clinic.until(minutes(at, 17));
    await sleep(300);
    await say(id, 'ack', assigned);
    await clinic.client.workflow.getHandle(escalationWorkflowId(id)).signal(presenceLostSignal);
    await sleep(300);
    await say(id, 'cancel', administrator, { reason: 'by mistake' });
    await ended(id);
    return escalationWorkflowId(id);
  },
};
