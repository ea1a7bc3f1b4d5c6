/** What tests do with group sessions, on whichever clinic. Knows nothing of vitest. */
import { randomUUID } from 'node:crypto';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import { groupOperationKey, groupSessionWorkflowId } from '../../workflows/messages/group-session.ts';
import type { GroupSessionAction, GroupSessionEnd } from '../../workflows/messages/group-session.ts';
import type { TestClinic } from './assemble.ts';
import { staff } from './seed.ts';

export interface Group {
  readonly visitTypeId: string;
  readonly patients: readonly string[];
}

export function groupsOn(at: () => TestClinic) {
  /** A visit type of three seats, led by the clinic's practitioner, and one patient more than there are seats. */
  async function group(): Promise<Group> {
    const { admin, organizationId, practitionerId } = at();
    const of = { organization_id: organizationId };
    const visitTypeId = randomUUID();
    await admin('visit_type').insert({ ...of, id: visitTypeId, code: visitTypeId.slice(0, 8), name: JSON.stringify({ en: 'Group' }), duration_minutes: 60, min_notice_minutes: 0, group_capacity: 3, auto_noshow: true }); // prettier-ignore
    await admin('visit_type_requirement').insert({ ...of, visit_type_id: visitTypeId, role: 'provider', kind: 'provider' }); // prettier-ignore
    await admin('visit_type_provider').insert({ ...of, visit_type_id: visitTypeId, resource_id: practitionerId });
    const patients = Array.from({ length: 4 }, () => randomUUID());
    await admin('patient').insert(patients.map((id) => ({ ...of, id, mrn: id.slice(0, 13), family: 'Canary', given: ['Pat'], birth_date: '1980-02-29', email: `${id}@example.org` }))); // prettier-ignore
    return { visitTypeId, patients };
  }

  async function open({ visitTypeId }: Group, start: string) {
    const { gateway, organizationId, practitionerId, locationId } = at();
    const id = randomUUID();
    const outcome = await gateway.openGroupSession({
      organizationId,
      sessionId: id,
      operation: { key: groupOperationKey(id, 'create'), inputHash: 'hash' },
      command: { visitTypeId, practitionerId, locationId, mode: 'in-person', start },
      actor: staff,
    });
    return { id, outcome };
  }

  async function seat({ visitTypeId, patients }: Group, groupSessionId: string, patient: number, start: string) {
    const { gateway, organizationId, practitionerId } = at();
    const id = randomUUID();
    const outcome = await gateway.bookAppointment({
      organizationId,
      appointmentId: id,
      operation: { key: appointmentOperationKey(id, 'create'), inputHash: 'hash' },
      command: { event: 'book', patientId: patients[patient]!, visitTypeId, mode: 'in-person', start, practitionerId, groupSessionId }, // prettier-ignore
      actor: staff,
    });
    return { id, outcome };
  }

  const say = (sessionId: string, action: GroupSessionAction, input: { reason?: string; capacity?: number }) =>
    at().gateway.changeGroupSession(sessionId, { action, input, actor: staff, operation: { key: groupOperationKey(sessionId, randomUUID()), inputHash: 'hash' } }); // prettier-ignore
  const ended = (id: string): Promise<GroupSessionEnd> =>
    at().client.workflow.getHandle<() => Promise<GroupSessionEnd>>(groupSessionWorkflowId(id)).result();

  return { group, open, seat, say, ended };
}
