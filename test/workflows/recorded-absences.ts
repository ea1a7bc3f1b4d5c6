/** The lives of absences and outages whose histories are kept for replay (recorded-lives.ts). */
import type { CaseState } from '../../domain/schedule/absence.ts';
import { absenceWorkflowId } from '../../workflows/messages/absence.ts';
import { absencesOn, seen } from './absence-clinic.ts';
import type { TestClinic } from './assemble.ts';
import type { Life } from './recorded-lives.ts';
import { localAt } from './waitlist-clinic.ts';

const plus = (instant: string, minutes: number): string =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString();

/** Two hours to answer instead of a day: what a run does while it waits is the same, twelve times shorter. */
async function shortAnswers({ admin, organizationId }: TestClinic): Promise<void> {
  const of = { organization_id: organizationId, kind: 'clinic-cancel' };
  if ((await admin('policy').where(of).first()) !== undefined) return;
  const value = JSON.stringify({ alternatives: 3, holdDuration: 'PT2H' });
  await admin('policy').insert({ ...of, valid_from: '2020-01-01T00:00:00Z', value });
}

/** Visits of one practitioner ten days ahead, at whole hours from nine, and the practitioner away on that day. */
async function scene(clinic: TestClinic, visits: number, { practitioners = 1, rooms = 3 } = {}) {
  await shortAnswers(clinic);
  const absences = absencesOn(() => clinic);
  const of = await absences.service({ practitioners, rooms });
  const today = await clinic.engine.now();
  const at = (time: string, days = 0): string => localAt(today, 10 + days, time);
  const booked: string[] = [];
  for (let n = 0; n < visits; n += 1) {
    // Whoever has no address cannot be asked: the third one is called.
    const unreachable = n === 2 ? { email: null, phone: null } : {};
    booked.push((await absences.book(of, at(`${9 + n}:00`.padStart(5, '0')), unreachable)).id);
  }
  const away = () => absences.declare(of.practitioners[0]!, at('00:00'), at('00:00', 1));
  const becomes = (id: string, visit: number, state: CaseState) =>
    seen(
      () => absences.caseOf(id, booked[visit]!),
      (one) => one.state === state,
    );
  return { ...absences, of, at, booked, away, becomes };
}

export const absenceLives: Readonly<Record<string, Life>> = {
  /** One takes a time at once, one after the reminder; one is called; one says nothing. Nobody is asked while it is paused. */
  'absence-asked-rebooked-called-paused-resolved': async (clinic) => {
    const { away, becomes, take, steer, finish, ended } = await scene(clinic, 4);
    const { id } = await away();
    const first = await becomes(id, 0, 'offered');
    const second = await becomes(id, 1, 'offered');
    const call = await becomes(id, 2, 'to-call');
    const silent = await becomes(id, 3, 'offered');
    await steer(id, 'pause');
    await take(first);
    await becomes(id, 0, 'rebooked');
    await steer(id, 'resume');
    await finish(call.task!.id, 'reached');
    await clinic.until(plus(silent.askedAt!, 61));
    await seen(
      () => becomes(id, 3, 'offered'),
      ({ remindedAt }) => remindedAt !== null,
    );
    await take(second);
    await clinic.until(plus(silent.answerUntil!, 5));
    await finish((await becomes(id, 3, 'to-call')).task!.id, 'declined');
    await clinic.until(plus(silent.answerUntil!, 20));
    await ended(id);
    return absenceWorkflowId(id);
  },
  /** One is asked again, with other times, and then cancelled; one is left out for a while; then it is stopped. */
  'absence-overruled-stopped': async (clinic) => {
    const { away, booked, becomes, caseOf, overrule, steer, ended } = await scene(clinic, 2);
    const [first = '', second = ''] = booked;
    const { id } = await away();
    await becomes(id, 0, 'offered');
    await becomes(id, 1, 'offered');
    await overrule(id, second, 'pause');
    await overrule(id, first, 'call');
    await overrule(id, first, 'retry');
    await seen(
      () => caseOf(id, first),
      ({ state, round }) => state === 'offered' && round === 2,
    );
    await overrule(id, first, 'cancel');
    await overrule(id, second, 'resume');
    await steer(id, 'stop', { reason: 'done by telephone', reopen: true });
    await ended(id);
    return absenceWorkflowId(id);
  },
  /** One visit gets another room; where none is free, the patient is asked. */
  'outage-moved-to-another-room': async (clinic) => {
    const { of, at, booked, book, declare, becomes, page, take, ended } = await scene(clinic, 1, { practitioners: 2, rooms: 2 }); // prettier-ignore
    const roomOf = async (visit: string): Promise<string> =>
      (
        await clinic
          .admin('reservation')
          .where({ appointment_id: visit, role: 'room' })
          .whereNull('released_at')
          .first()
      ).resource_id;
    const broken = await roomOf(booked[0]!);
    // At eleven both rooms are taken.
    await book(of, at('11:00'));
    await book({ ...of, practitioners: of.practitioners.slice(1) }, at('11:00'));
    const { id } = await declare(broken, at('07:00'), at('19:00'));
    await becomes(id, 0, 'moved-resource');
    const list = await seen(
      () => page(id),
      (cases) => cases.some(({ state }) => state === 'offered'),
    );
    await take(list.find(({ state }) => state === 'offered')!);
    await ended(id);
    return absenceWorkflowId(id);
  },
  /** Two lists: what takes a held time back has the patient asked anew. */
  'absence-that-grew': async (clinic) => {
    const { of, at, booked, away, declare, becomes, caseOf, take, ended } = await scene(clinic, 1);
    const { id } = await away();
    await becomes(id, 0, 'offered');
    const longer = await declare(of.practitioners[0]!, at('00:00'), at('00:00', 5));
    const again = await seen(
      () => caseOf(id, booked[0]!),
      ({ round, held }) => round === 2 && held.length > 0,
    );
    await take(again);
    await ended(id);
    await ended(longer.id);
    return absenceWorkflowId(longer.id);
  },
  /** Not over: patients have been asked. */
  'absence-running': async (clinic) => {
    const { away, becomes } = await scene(clinic, 3);
    const { id } = await away();
    await becomes(id, 0, 'offered');
    await becomes(id, 1, 'offered');
    await becomes(id, 2, 'to-call');
    return absenceWorkflowId(id);
  },
};
