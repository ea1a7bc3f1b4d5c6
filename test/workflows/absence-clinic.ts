/** What tests do with absences and outages, on whichever clinic. Knows nothing of vitest. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { casesOf, readAbsence } from '../../db/absences/absence-view.ts';
import type { CaseView } from '../../db/absences/absence-view.ts';
import { finishStaffTask } from '../../db/cases/staff-tasks.ts';
import { withOrganization, withTransaction } from '../../db/transaction.ts';
import type { AbsenceAction, CaseAction } from '../../domain/schedule/absence.ts';
import {
  absenceOperationKey,
  absenceStateQuery,
  absenceWorkflowId,
  caseUpdate,
} from '../../workflows/messages/absence.ts';
import type { AbsenceEnd, AbsenceRunState, AbsenceView } from '../../workflows/messages/absence.ts';
import type { TestClinic } from './assemble.ts';
import { patientActor, staff, timeZone } from './seed.ts';

export interface AbsentService {
  readonly visitTypeId: string;
  readonly practitioners: readonly string[];
  readonly rooms: readonly string[];
}

/** Until something is so; time stands meanwhile. */
export async function seen<T>(look: () => Promise<T>, so: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await look();
    if (so(value)) return value;
    if (tries > 600) throw new Error(`never seen: ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

export function absencesOn(at: () => TestClinic) {
  /** A visit type with practitioners and rooms of its own; the later practitioners only assist where `together` says so. */
  async function service(
    options: { practitioners?: number; rooms?: number; together?: boolean } = {},
  ): Promise<AbsentService> {
    const { admin, organizationId, locationId } = at();
    const of = { organization_id: organizationId };
    const [visitTypeId, poolId] = [randomUUID(), randomUUID()];
    const make = async (kind: string, count: number): Promise<string[]> => {
      const ids = Array.from({ length: count }, () => randomUUID());
      await admin('resource').insert(ids.map((id) => ({ ...of, id, kind, name: id.slice(0, 8), location_id: locationId, time_zone: timeZone }))); // prettier-ignore
      return ids;
    };
    const practitioners = await make('provider', options.practitioners ?? 1);
    const rooms = await make('room', options.rooms ?? 3);
    await admin('resource_pool').insert({ ...of, id: poolId, name: poolId, kind: 'room' });
    await admin('resource_pool_member').insert(rooms.map((id) => ({ ...of, pool_id: poolId, resource_id: id })));
    await admin('visit_type').insert({ ...of, id: visitTypeId, code: visitTypeId.slice(0, 8), name: JSON.stringify({ en: 'V' }), duration_minutes: 15, buffer_before_minutes: 0, buffer_after_minutes: 0, min_notice_minutes: 0 }); // prettier-ignore
    await admin('visit_type_requirement').insert([
      { ...of, visit_type_id: visitTypeId, role: 'provider', kind: 'provider' },
      { ...of, visit_type_id: visitTypeId, role: 'room', kind: 'room', pool_id: poolId },
    ]);
    await admin('visit_type_provider').insert(practitioners.map((id) => ({ ...of, visit_type_id: visitTypeId, resource_id: id }))); // prettier-ignore
    await admin('availability_rule').insert(practitioners.map((id) => ({ ...of, resource_id: id, location_id: locationId, by_day: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], start_local: '08:00', end_local: '18:00', time_zone: timeZone, valid_from: '2020-01-01' }))); // prettier-ignore
    return { visitTypeId, practitioners, rooms };
  }

  /** Of the same practitioners and rooms, and always with one more person beside the practitioner. */
  async function jointType(of: AbsentService, second: string): Promise<string> {
    const { admin, organizationId } = at();
    const id = randomUUID();
    const like = await admin('visit_type').where({ id: of.visitTypeId }).first();
    await admin('visit_type').insert({ ...like, id, code: id.slice(0, 8), name: JSON.stringify({ en: 'J' }) });
    const needs = await admin('visit_type_requirement').where({ visit_type_id: of.visitTypeId });
    await admin('visit_type_requirement').insert([
      ...needs.map((need: object) => ({ ...need, id: randomUUID(), visit_type_id: id })),
      { organization_id: organizationId, visit_type_id: id, role: 'second', kind: 'provider', resource_id: second },
    ]);
    await admin('visit_type_provider').insert({ organization_id: organizationId, visit_type_id: id, resource_id: of.practitioners[0] }); // prettier-ignore
    return id;
  }

  async function addPatient(columns: Record<string, unknown> = {}): Promise<string> {
    const id = randomUUID();
    await at().admin('patient').insert({ organization_id: at().organizationId, id, mrn: id.slice(0, 13), family: 'Canary', given: ['Pat'], email: `${id}@example.org`, phone: '+12025550101', ...columns }); // prettier-ignore
    return id;
  }

  const book = async (
    of: AbsentService,
    start: string,
    columns: Record<string, unknown> = {},
    visitTypeId = of.visitTypeId,
  ) => {
    const patientId = await addPatient(columns);
    const outcome = await at().open({ start, practitionerId: of.practitioners[0]!, visitTypeId, patientId });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problem));
    return outcome.appointment;
  };

  async function declare(resourceId: string, start: string, end: string): Promise<AbsenceView> {
    const absenceId = randomUUID();
    const operation = { key: absenceOperationKey(absenceId, 'declare'), inputHash: 'hash' };
    const { organizationId } = at();
    const declared = await at().gateway.declareAbsence({ organizationId, absenceId, resourceId, start, end, reason: 'ill', actor: staff, operation }); // prettier-ignore
    if (!declared.ok) throw new Error(JSON.stringify(declared.problem));
    return declared.absence;
  }

  const operation = (absenceId: string) => ({ key: absenceOperationKey(absenceId, randomUUID()), inputHash: 'hash' });
  const steer = (id: string, action: AbsenceAction, input = {}) =>
    at().gateway.actOnAbsence(id, { action, input, actor: staff, operation: operation(id) });
  const overrule = (id: string, appointmentId: string, action: CaseAction) =>
    at().gateway.actOnAbsence(id, { action: caseUpdate(action), appointmentId, input: { reason: 'said so' }, actor: staff, operation: operation(id) }); // prettier-ignore
  const page = (id: string): Promise<CaseView[]> =>
    withOrganization(at().db, at().organizationId, async (trx) =>
      casesOf(trx, (await readAbsence(trx, id))!, await at().engine.now()),
    );
  const caseOf = async (id: string, appointmentId: string): Promise<CaseView> =>
    (await page(id)).find((one) => one.appointmentId === appointmentId)!;
  const read = (id: string): Promise<AbsenceView | null> =>
    withOrganization(at().db, at().organizationId, (trx) => readAbsence(trx, id));
  const runState = (id: string): Promise<AbsenceRunState> =>
    at().client.workflow.getHandle(absenceWorkflowId(id)).query<AbsenceRunState, []>(absenceStateQuery);
  const inState = (id: string, ...states: string[]) =>
    seen(
      () => page(id),
      (cases) => cases.every(({ state }) => states.includes(state)),
    );
  /** A held time is seen a moment before its run stands: until then nothing can be said to it, and a patient asks again. */
  const answer = (one: CaseView, n: number, action: 'confirm-hold' | 'release-hold'): Promise<unknown> =>
    seen(
      () => at().act(one.held[n]!.appointmentId, action, {}, patientActor(one.patientId)),
      (result) => result !== 'closed',
    );
  const take = (one: CaseView, n = 0) => answer(one, n, 'confirm-hold');
  const finish = async (taskId: string, outcome: string): Promise<void> =>
    withTransaction(
      at().db,
      { organizationId: at().organizationId },
      async (trx) =>
      finishStaffTask(trx, { organizationId: at().organizationId, id: taskId, outcome, actor: staff, at: await at().engine.now() }), // prettier-ignore
    );
  const ended = (id: string): Promise<AbsenceEnd> =>
    at().client.workflow.getHandle<() => Promise<AbsenceEnd>>(absenceWorkflowId(id)).result();

  return {
    service,
    jointType,
    addPatient,
    book,
    declare,
    steer,
    overrule,
    page,
    caseOf,
    read,
    runState,
    inState,
    answer,
    take,
    finish,
    ended,
  };
}
