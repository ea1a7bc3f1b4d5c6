/** B20, B21: a sick day and a broken room, on a real database, with the hours of waiting skipped. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseView } from '../../db/absences/absence-view.ts';
import { settledCaseStates } from '../../domain/schedule/absence.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import { absencesOn, seen } from './absence-clinic.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic();
  // Nothing but the absences keeps the engine busy while weeks are skipped.
  await clinic.admin('policy').insert({ organization_id: clinic.organizationId, kind: 'reminder', valid_from: '2020-01-01T00:00:00Z', value: JSON.stringify({ items: [] }) }); // prettier-ignore
});
afterAll(() => clinic?.close());

const hour = 3_600_000;
/** Each test has a fortnight of its own, later than the one before: the server's clock only goes forward. */
let fortnight = 0;
/** 08:00 in New York (standard time) on the first day of it, and other times of that day. */
const nextDay = (): ((time: string, days?: number) => string) => {
  fortnight += 1;
  const first = Date.parse('2026-12-07T00:00:00Z') + fortnight * 14 * 24 * hour;
  return (time, days = 0) => {
    const [h = 0, m = 0] = time.split(':').map(Number);
    return new Date(first + days * 24 * hour + (h + 5) * hour + m * 60_000).toISOString();
  };
};
const plus = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

const {
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
} = absencesOn(() => clinic);
const refusedCode = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof DomainError ? error.code : error),
  );

const messages = (appointmentId: string) =>
  clinic.admin('notification').where({ aggregate_id: appointmentId, kind: 'cancelled-by-clinic' }).orderBy('due_at').select<{ params: Record<string, unknown>; due_at: Date; channel: string }[]>(); // prettier-ignore
const pathOf = (one: CaseView): string[] => one.path.map(({ event, to }) => `${event} ${to}`);

describe('a room is down', { timeout: 120_000 }, () => {
  test('visits get another room of the pool at the same time, and nobody is told; where none is free the patient is asked', async () => {
    const at = nextDay();
    const of = await service({ practitioners: 2, rooms: 2 });
    const [one = '', other = ''] = of.practitioners;
    const alone = await book(of, at('09:00'));
    const [a, b] = [await book(of, at('10:00')), await book({ ...of, practitioners: [other] }, at('10:00'))];
    const roomOf = async (id: string): Promise<string> =>
      (await clinic.admin('reservation').where({ appointment_id: id, role: 'room' }).whereNull('released_at').first())
        .resource_id;
    const broken = await roomOf(alone.id);
    const inBroken = (await roomOf(a.id)) === broken ? a : b;
    const absence = await declare(broken, at('07:00'), at('19:00'));
    expect(absence).toMatchObject({ kind: 'outage', progress: { total: 2 } });
    await inState(absence.id, 'moved-resource', 'offered');

    expect(await caseOf(absence.id, alone.id)).toMatchObject({ state: 'moved-resource', round: 0 });
    const left = of.rooms.find((id) => id !== broken)!;
    expect(await roomOf(alone.id)).toBe(left);
    expect(await clinic.row(alone.id)).toMatchObject({ status: 'booked', version: 0, practitioner_id: one });
    expect(await clinic.admin('notification').where({ aggregate_id: alone.id, kind: 'rescheduled' })).toEqual([]);
    expect((await clinic.changes(alone.id)).at(-1)).toMatchObject({ event: 'move-resource', data: { from: broken, to: left } }); // prettier-ignore
    // Its run knows of the change, and everything else goes on as before.
    expect(await clinic.act(alone.id, 'confirm')).toMatchObject({ status: 'booked' });

    const asked = await caseOf(absence.id, inBroken.id);
    expect(asked).toMatchObject({ state: 'offered' });
    await take(asked);
    expect((await ended(absence.id)).absence).toMatchObject({ state: 'resolved', progress: { percent: 100 } });
  });
});

describe('what people say meanwhile', { timeout: 120_000 }, () => {
  test('paused, nobody is asked, and what comes about is noticed; resumed, it goes on; stopped, nobody is forgotten', async () => {
    const at = nextDay();
    const of = await service();
    const [a, b, c, d] = [await book(of, at('09:00')), await book(of, at('10:00')), await book(of, at('11:00')), await book(of, at('12:00'))]; // prettier-ignore
    const absence = await declare(of.practitioners[0]!, at('00:00'), at('00:00', 1));
    await inState(absence.id, 'offered');
    expect(await steer(absence.id, 'pause')).toMatchObject({ state: 'paused' });
    expect(await refusedCode(steer(absence.id, 'pause'))).toBe('invalid-transition');
    const [first] = await page(absence.id);
    await take(first!);
    await seen(
      () => caseOf(absence.id, a.id),
      ({ state }) => state === 'rebooked',
    );
    // A day of silence: no reminder, no call.
    await clinic.until(plus(first!.answerUntil!, hour));
    expect((await page(absence.id)).map(({ state, remindedAt }) => [state, remindedAt])).toEqual([['rebooked', null], ['offered', null], ['offered', null], ['offered', null]]); // prettier-ignore
    expect(await overrule(absence.id, d.id, 'pause')).toMatchObject({ state: 'paused' });
    expect(await steer(absence.id, 'resume')).toMatchObject({ state: 'running' });
    await seen(
      () => page(absence.id),
      (list) => list[1]!.state === 'to-call' && list[2]!.state === 'to-call',
    );
    // One patient can be left out, and taken up again.
    expect(await caseOf(absence.id, d.id)).toMatchObject({ state: 'offered', paused: true, allowedActions: ['cancel', 'call', 'retry', 'resume'] }); // prettier-ignore
    await overrule(absence.id, d.id, 'resume');
    await seen(
      () => caseOf(absence.id, d.id),
      ({ state }) => state === 'to-call',
    );

    // Asked once more, with other times.
    expect(await refusedCode(overrule(absence.id, b.id, 'keep'))).toBe('invalid-transition');
    await overrule(absence.id, b.id, 'retry');
    const again = await seen(
      () => caseOf(absence.id, b.id),
      ({ state }) => state === 'offered',
    );
    expect(again).toMatchObject({ round: 2, override: 'retry', task: null });
    expect(again.held).toHaveLength(3);
    expect(await messages(b.id)).toHaveLength(2);
    await overrule(absence.id, b.id, 'cancel');
    expect(await caseOf(absence.id, b.id)).toMatchObject({ state: 'cancelled', held: [] });
    await seen(
      () => runState(absence.id),
      ({ open }) => open.length === 2,
    );

    expect(await steer(absence.id, 'stop', { reason: 'done by telephone', reopen: true })).toMatchObject({
      state: 'stopped',
    });
    await ended(absence.id);
    expect(await refusedCode(steer(absence.id, 'resume'))).toBe('accepted');
    expect((await page(absence.id)).map(({ state }) => state)).toEqual(['rebooked', 'cancelled', 'stopped', 'stopped']);
    const left = await clinic.admin('staff_task').where({ subject_id: c.id, kind: 'call-patient', state: 'open' });
    expect(left).toHaveLength(1);
    // The time is open again.
    expect(await clinic.open({ start: at('09:00'), practitionerId: of.practitioners[0]!, visitTypeId: of.visitTypeId, patientId: await addPatient() })).toMatchObject({ ok: true }); // prettier-ignore
  });

  test('a visit that has begun is left alone; one that a person keeps or takes to the telephone is not cancelled', async () => {
    const at = nextDay();
    const of = await service();
    const [begun, arrived, kept, called] = [await book(of, at('09:00')), await book(of, at('10:00')), await book(of, at('11:00')), await book(of, at('12:00'))]; // prettier-ignore
    await clinic.until(at('09:10'));
    await clinic.act(arrived.id, 'arrive');
    await clinic.pauseWorker();
    const declaring = declare(of.practitioners[0]!, at('09:05'), at('18:00'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await clinic.resumeWorker();
    const absence = await declaring;
    // Before the process gets to them, or after: a standing visit only.
    const keep = await refusedCode(overrule(absence.id, kept.id, 'keep'));
    const call = await refusedCode(overrule(absence.id, called.id, 'call'));
    const cases = await page(absence.id);
    expect(cases.find(({ appointmentId }) => appointmentId === begun.id)).toMatchObject({ state: 'begun' });
    expect(cases.find(({ appointmentId }) => appointmentId === arrived.id)).toMatchObject({ state: 'begun' });
    expect(await clinic.row(begun.id)).toMatchObject({ status: 'booked' });
    expect(await clinic.row(arrived.id)).toMatchObject({ status: 'arrived' });
    if (keep === 'accepted') expect(await clinic.row(kept.id)).toMatchObject({ status: 'booked' });
    else expect(keep).toBe('invalid-transition');
    expect(call).toBe('accepted');
    const task = (
      await seen(
        () => caseOf(absence.id, called.id),
        ({ state }) => state === 'to-call',
      )
    ).task!;
    await finish(task.id, 'reached');
    if (keep !== 'accepted') await overrule(absence.id, kept.id, 'cancel');
    await clinic.until(at('09:40'));
    expect((await ended(absence.id)).absence).toMatchObject({ state: 'resolved', progress: { percent: 100 } });
  });

  test('another absence that takes a held time back has it found anew, and nobody is on two lists', async () => {
    const at = nextDay();
    const of = await service();
    const visit = await book(of, at('09:00'));
    const [sick = ''] = of.practitioners;
    const first = await declare(sick, at('00:00'), at('00:00', 1));
    const asked = (await inState(first.id, 'offered'))[0]!;
    // Away longer than was thought: all held times fall into it.
    const second = await declare(sick, at('00:00'), at('00:00', 5));
    expect(second.progress).toMatchObject({ byState: { joined: 4 } });
    const again = await seen(
      () => caseOf(first.id, visit.id),
      ({ round, held }) => round === 2 && held.length === 3,
    );
    for (const { start } of again.held) expect(Date.parse(start)).toBeGreaterThanOrEqual(Date.parse(at('00:00', 5)));
    expect(again.held.map(({ appointmentId }) => appointmentId)).not.toContain(asked.held[0]!.appointmentId);
    await take(again);
    for (const id of [first.id, second.id]) {
      expect((await ended(id)).absence).toMatchObject({ state: 'resolved', progress: { percent: 100 } });
    }
    expect((await page(second.id)).map(pathOf)).toContainEqual(['list joined', 'give-back joined', 'outcome rebooked']);
  });
});

describe('a practitioner is away', () => {
  test('a sick day with 20 visits, 3 of them on another sick provider’s list and one patient without mail, reaches 100 % resolution', async () => {
    const at = nextDay();
    const day = await service({ practitioners: 2 });
    const [sick = '', alsoSick = ''] = day.practitioners;
    const together = await jointType(day, alsoSick);
    const visits: AppointmentView[] = [];
    for (let n = 0; n < 20; n += 1) {
      const time = `${8 + Math.floor(n / 2)}:${n % 2 === 0 ? '00' : '30'}`;
      visits.push(await book(day, at(time), n === 7 ? { email: null, phone: null } : {}, n < 3 ? together : undefined));
    }
    const joint = visits.slice(0, 3);
    await clinic.until(at('18:00', -3));

    // The other one has been away since Monday, for three days; the process has asked the three already.
    const first = await declare(alsoSick, at('00:00'), at('00:00', 3));
    expect(first).toMatchObject({ kind: 'absence', progress: { total: 3 } });
    await inState(first.id, 'offered');
    const second = await declare(sick, at('00:00'), at('00:00', 1));
    expect(second.progress).toMatchObject({ total: 20, byState: { joined: 3, affected: 17 } });
    await inState(second.id, 'offered', 'to-call', 'joined');

    const cases = await page(second.id);
    expect(cases.map(({ visitStart }) => visitStart)).toEqual(visits.map(({ start }) => start));
    const callee = cases[7]!;
    expect(callee).toMatchObject({ state: 'to-call', task: { state: 'open' } });
    // Nobody is offered a time of who is away, and whoever is on the other list too none of either.
    const away = [
      { resource: sick, from: at('00:00'), to: at('00:00', 1) },
      { resource: alsoSick, from: at('00:00'), to: at('00:00', 3) },
    ];
    const live = await clinic.admin('reservation').whereIn('resource_id', [sick, alsoSick]).whereNull('released_at').select<{ resource_id: string; starts_at: Date; ends_at: Date; appointment_id: string }[]>(); // prettier-ignore
    for (const { resource, from, to } of away) {
      expect(live.filter((r) => r.resource_id === resource && r.starts_at < new Date(to) && r.ends_at > new Date(from))).toEqual([]); // prettier-ignore
    }
    const asked = [...(await page(first.id)), ...cases.filter(({ state }) => state !== 'joined')];
    expect(asked).toHaveLength(20);
    for (const one of asked) expect(one.held).toHaveLength(3);
    expect(
      new Set(asked.flatMap(({ held }) => held.map(({ start, practitionerId }) => `${start} ${practitionerId}`))).size,
    ).toBe(60);
    for (const { held } of asked) for (const { practitionerId } of held) expect(practitionerId).toBe(sick);
    // One message for each, none twice, and the soonest visit was told first.
    for (const { id } of visits) expect(await messages(id)).toHaveLength(id === callee.appointmentId ? 0 : 1);
    const askedAt = cases.flatMap(({ askedAt: when }) => when ?? []);
    expect(askedAt).toEqual(askedAt.toSorted());

    // Eight take a time, two of them through the other list; three book something else; one gives all back.
    for (const one of (await page(first.id)).slice(0, 2)) await take(one, 1);
    for (const one of cases.slice(3, 7)) await take(one);
    for (const one of cases.slice(8, 10)) await take(one, 2);
    for (const [n, one] of cases.slice(10, 13).entries()) {
      const booked = await clinic.open({ start: at(`12:${15 * (n + 1)}`, 9), practitionerId: sick, visitTypeId: day.visitTypeId, patientId: one.patientId }); // prettier-ignore
      expect(booked.ok).toBe(true);
    }
    for (const n of cases[13]!.held.keys()) await answer(cases[13]!, n, 'release-hold');
    await seen(
      () => caseOf(second.id, cases[13]!.appointmentId),
      ({ state }) => state === 'to-call',
    );
    await seen(
      () => read(second.id),
      (now) => now!.progress.byState.rebooked === 11,
    );

    // Half-way one reminder, to those who have not answered, and no second one.
    const until = cases[19]!.answerUntil!;
    await clinic.until(plus(cases[19]!.askedAt!, 12 * hour + 60_000));
    await seen(
      () => caseOf(second.id, visits[19]!.id),
      ({ remindedAt }) => remindedAt !== null,
    );
    expect((await messages(visits[19]!.id)).map(({ params }) => params['reminder'] === true)).toEqual([false, true]);
    expect(await messages(visits[4]!.id)).toHaveLength(1);
    await clinic.until(plus(until, -60_000));
    expect(await messages(visits[19]!.id)).toHaveLength(2);

    // Who said nothing is called when the holds are over; the desk's word ends each.
    await clinic.until(plus(until, 5 * 60_000));
    const calls = await inState(second.id, 'to-call', 'rebooked', 'joined');
    const open = calls.filter(({ state }) => state === 'to-call');
    expect(open.map(({ appointmentId }) => appointmentId)).toEqual([visits[7], ...visits.slice(13)].map((v) => v!.id));
    const firstOpen = await seen(
      () => page(first.id),
      (list) => list[2]!.state === 'to-call',
    );
    for (const [n, one] of [...open, firstOpen[2]!].entries())
      await finish(one.task!.id, n === 3 ? 'declined' : 'reached');
    await clinic.until(plus(await clinic.engine.now().then((now) => now.toISOString()), hour));

    for (const id of [first.id, second.id]) {
      expect((await ended(id)).absence).toMatchObject({ state: 'resolved', progress: { percent: 100, open: 0 } });
    }
    const done = await page(second.id);
    expect(done.every(({ state }) => settledCaseStates.has(state))).toBe(true);
    // Each patient's path on one page.
    const paths = done.map(pathOf);
    expect(paths[0]).toEqual(['list joined', 'outcome rebooked']);
    expect(paths[2]).toEqual(['list joined', 'outcome called']);
    expect(paths[3]).toEqual(['list affected', 'ask offered', 'rebooked rebooked']);
    expect(paths[7]).toEqual(['list affected', 'ask to-call', 'call-made called']);
    expect(paths[13]).toEqual(['list affected', 'ask offered', 'call-needed to-call', 'call-made called']);
    expect(paths[15]).toEqual(['list affected', 'ask offered', 'remind offered', 'call-needed to-call', 'call-made cancelled']); // prettier-ignore
    expect(joint.map(({ id }) => done.find((one) => one.appointmentId === id)!.joined?.absenceId)).toEqual([first.id, first.id, first.id]); // prettier-ignore
    expect(done[3]!.replacementId).toBe(cases[3]!.held[0]!.appointmentId);
  }, 180_000);
});
