import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actions } from '../../domain/access.ts';
import { allowedActions, decide, eventsFrom } from '../../domain/appointment/appointment.ts';
import type { Decision } from '../../domain/appointment/appointment.ts';
import { edges, eventRules, isLateCancel } from '../../domain/appointment/appointment-events.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import { appointmentStatuses, defaultRules, finalStatuses } from '../../domain/appointment/appointment-facts.ts';
import type { AppointmentFacts, FromStatus } from '../../domain/appointment/appointment-facts.ts';
import { lateOptions, timersOf } from '../../domain/appointment/appointment-timers.ts';
import { problemCodes } from '../../domain/errors.ts';
import {
  anyActor,
  anyFacts,
  anyInput,
  anyMoment,
  end,
  events,
  facts,
  fullInput,
  hour,
  minute,
  patient,
  staff,
  start,
  system,
} from './appointment-setup.ts';

/** D1's table again, written from the page and not from the code. */
const table = `
none            hold pending | book booked | book pending | request proposed | request waitlist
proposed        book booked | book pending | withdraw cancelled | entered-in-error entered-in-error
waitlist        withdraw cancelled | entered-in-error entered-in-error
pending         extend-hold pending | release-hold cancelled | confirm-hold booked | confirm-hold pending | hold-expired cancelled
pending         approve booked | refuse cancelled | approval-expired cancelled | entered-in-error entered-in-error
booked          fall-back-to-phone arrived
booked          confirm booked | reschedule booked | arrive arrived | check-in checked-in | no-show noshow | cancel cancelled
booked          unconfirmed cancelled | cancel-by-clinic cancelled | entered-in-error entered-in-error
arrived         check-in checked-in | cancel cancelled | cancel-by-clinic cancelled | day-end arrived | entered-in-error entered-in-error
arrived         fall-back-to-phone arrived
checked-in      start-encounter checked-in | complete fulfilled | leave-without-being-seen cancelled | day-end checked-in
checked-in      fall-back-to-phone checked-in
checked-in      entered-in-error entered-in-error
noshow          undo-no-show arrived | entered-in-error entered-in-error
cancelled       entered-in-error entered-in-error
fulfilled
entered-in-error
`;
const wanted = new Set(
  table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [from = '', rest] = line.split(/\s{2,}|\s+$/);
      return (rest ?? '')
        .split(' | ')
        .filter(Boolean)
        .map((pair) => `${from} ${pair}`);
    }),
);
const statuses: FromStatus[] = ['none', ...appointmentStatuses];
const code = (d: Decision) => (d.ok ? `-> ${d.to}` : d.problem.code);
const guardOf = (d: Decision) => (d.ok ? null : d.problem.data?.['guard']);
const now = (at: number, actor = staff, input = {}) => ({ at, actor, input });
const full = (f: AppointmentFacts, at: number, actor = staff) => ({ at, actor, input: fullInput(f) });

/** For each edge a moment, an actor and facts with which it is taken. */
function witness(
  status: FromStatus,
  event: AppointmentEvent,
  to: string,
): { f: AppointmentFacts; at: number; actor: typeof staff } {
  const approval = (event === 'book' || event === 'confirm-hold') && to === 'pending';
  const system_ = !eventRules[event].by.staff;
  const held = status === 'pending' ? { holdExpiresAt: start - 24 * hour, holdOwner: 'user:desk' } : {};
  const f = facts({
    status,
    ...held,
    awaitingApproval: ['approve', 'refuse', 'approval-expired'].includes(event),
    noShowAt: status === 'noshow' ? start + 20 * minute : null,
    mode: event === 'fall-back-to-phone' ? 'video' : 'in-person',
    bookedAt: start - 48 * hour,
    askedToConfirm: true,
    rules: {
      ...defaultRules,
      needsApproval: approval,
      confirmation: { ...defaultRules.confirmation, otherwise: 'release' },
    },
  });
  const actor = system_ ? system : approval ? { ...staff, permissions: ['appointment:book'] } : staff;
  const early = start - 25 * hour;
  const at = event.endsWith('-expired')
    ? start - 24 * hour
    : event === 'unconfirmed'
      ? start - 6 * hour
      : event === 'no-show' || event === 'undo-no-show'
        ? start + 20 * minute
        : event === 'day-end'
          ? start + 15 * hour
          : event === 'arrive' || event === 'check-in' || event === 'fall-back-to-phone'
            ? start
            : early;
  return { f, at, actor };
}

describe('S10, I13: the table', () => {
  test('the edges are those of D1', () => {
    const given = edges.flatMap(([event, from, to]) => from.map((status) => `${status} ${event} ${to}`));
    expect(new Set(given)).toEqual(wanted);
  });

  test('every (status, event): taken when it is in the table, 409 with what is allowed when it is not', () => {
    for (const status of statuses) {
      for (const event of events) {
        const targets = [...wanted].filter((e) => e.startsWith(`${status} ${event} `)).map((e) => e.split(' ')[2]!);
        for (const to of targets) {
          const { f, at, actor } = witness(status, event, to);
          const input = { ...fullInput(f), waitlist: to === 'waitlist' };
          expect(code(decide(f, event, { at, actor, input })), `${status} ${event}`).toBe(`-> ${to}`);
        }
        if (targets.length > 0) continue;
        const { f, at, actor } = witness(status, event, '');
        const refused = decide(f, event, full(f, at, actor));
        expect(code(refused), `${status} ${event}`).toBe('invalid-transition');
        if (refused.ok) continue;
        expect(refused.problem.data).toEqual({ from: status, event });
        const allowed = allowedActions(f, { at, actor })
          .filter((a) => a.possible)
          .map((a) => a.action);
        expect(refused.problem.allowed).toEqual(allowed);
      }
    }
  });

  test('S10 cancelled -> booked, cancelled -> arrived, fulfilled -> cancelled, noshow -> checked-in', () => {
    const pairs = [
      ['cancelled', 'book'],
      ['cancelled', 'arrive'],
      ['fulfilled', 'cancel'],
      ['noshow', 'check-in'],
    ] as const;
    for (const [status, event] of pairs) {
      const f = facts({ status, noShowAt: start + 20 * minute });
      const refused = decide(f, event, full(f, start + 21 * minute));
      expect(refused).toMatchObject({
        ok: false,
        problem: { code: 'invalid-transition', data: { from: status, event } },
      });
    }
    const f = facts({ status: 'noshow', noShowAt: start + 20 * minute });
    const refused = decide(f, 'check-in', full(f, start + 21 * minute));
    expect(!refused.ok && refused.problem.allowed).toEqual(['undo-no-show', 'entered-in-error']);
  });

  test('a hold that needs approval waits for it, whatever place is written into its confirmation', () => {
    const held = { status: 'pending', holdExpiresAt: start - 24 * hour, holdOwner: 'user:desk' } as const;
    const f = facts({ ...held, rules: { ...defaultRules, needsApproval: true } });
    const actor = { ...staff, permissions: ['appointment:book'] };
    const at = start - 25 * hour;
    const plain = decide(f, 'confirm-hold', { at, actor, input: {} });
    expect(plain).toMatchObject({ ok: true, to: 'pending', changes: { awaitingApproval: true } });
    for (const place of ['nonsense', new Date(start + 100 * hour).toISOString()])
      expect(decide(f, 'confirm-hold', { at, actor, input: { slot: { start: place } } })).toEqual(plain);
  });

  test('I13, I16: whatever the facts, the actor and the input, no other edge is ever taken', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyFacts, anyActor, anyMoment, fc.oneof(anyInput, fc.constant(null)), (f, actor, at, given) => {
        for (const event of events) {
          const d = decide(f, event, { at, actor, input: given ?? fullInput(f) });
          if (!d.ok) {
            expect(problemCodes[d.problem.code].status).toBeGreaterThanOrEqual(400);
            continue;
          }
          taken++;
          const steps = [f.status, ...d.path];
          expect(d.path.at(-1)).toBe(d.to);
          expect(wanted).toContain(`${f.status} ${event} ${d.to}`);
          // Checking in from booked takes two edges, and both are in the table.
          if (steps.length > 2) expect(steps).toEqual(['booked', 'arrived', 'checked-in']);
          if (finalStatuses.has(f.status)) expect([f.status, d.to]).toEqual(['cancelled', 'entered-in-error']);
          // The database's checks hold of what would be written.
          if (d.to === 'cancelled') expect(d.changes.cancelReason?.trim()).toBeTruthy();
          if (d.to === 'pending') expect(d.changes.holdExpiresAt).toBeGreaterThan(at);
          // Links die exactly when the place moves.
          if (event === 'reschedule') expect(d.changes.version).toBe(f.version + 1);
          else if (f.status !== 'none') expect(d.changes).not.toHaveProperty('version');
        }
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe('H2: what is listed is what is accepted', () => {
  test('possible: accepted with a full input; not possible or not listed: refused with any', () => {
    const seen = { possible: 0, not: 0, unlisted: 0 };
    fc.assert(
      fc.property(anyFacts, anyActor, anyMoment, anyInput, (f, actor, at, input) => {
        const listed = new Map(allowedActions(f, { at, actor }).map((a) => [a.action, a]));
        for (const event of events) {
          const action = listed.get(event);
          const best = decide(f, event, { at, actor, input: fullInput(f) });
          const any = decide(f, event, { at, actor, input });
          if (action?.possible) {
            seen.possible++;
            expect(`${event} ${best.ok}`).toBe(`${event} true`);
            continue;
          }
          expect(`${event} ${best.ok || any.ok}`).toBe(`${event} false`);
          if (action) {
            seen.not++;
            expect(best).toEqual({ ok: false, problem: action.reason });
          } else if (actor.kind !== 'system' && (eventRules[event].by.staff || eventRules[event].by.patient)) {
            seen.unlisted++;
            expect(['invalid-transition', 'forbidden', 'hold-expired']).toContain(code(best));
          }
        }
      }),
      { numRuns: 800 },
    );
    for (const n of Object.values(seen)) expect(n).toBeGreaterThan(100);
  });

  test('every permission is an action of the roles’ matrix, and patients have only their own', () => {
    for (const { by } of Object.values(eventRules)) {
      for (const permission of [by.staff, by.patient])
        if (permission) expect(Object.keys(actions)).toContain(permission);
      if (by.patient) expect(by.patient).toMatch(/^own-/);
    }
  });

  test('deny by default: no permission, another patient’s visit, a timer’s event by hand', () => {
    const f = facts();
    expect(code(decide(f, 'cancel', full(f, start, { ...staff, permissions: [] })))).toBe('forbidden');
    expect(code(decide(f, 'cancel', full(f, start, { ...patient, patientId: 'other' })))).toBe('forbidden');
    expect(code(decide(f, 'cancel', full(f, start, system)))).toBe('forbidden');
    const held = facts({ status: 'pending', holdExpiresAt: start - hour });
    expect(code(decide(held, 'hold-expired', full(held, start)))).toBe('forbidden');
    expect(code(decide(f, 'arrive', full(f, start, patient)))).toBe('forbidden');
  });
});

describe('S5 Exact expiry', () => {
  const nine = Date.UTC(2027, 4, 20, 13);
  const made = decide(facts({ status: 'none' }), 'hold', now(nine, patient));
  const held = facts({ status: 'pending', holdExpiresAt: nine + 10 * minute, holdOwner: 'user:pat' });

  test('PT10M from 09:00:00.000', () => {
    expect(made).toMatchObject({
      ok: true,
      to: 'pending',
      changes: { holdExpiresAt: nine + 10 * minute, holdOwner: 'user:pat' },
    });
  });
  test('confirm at 09:09:59.999 books; at 09:10:00.000 it is 410, whatever the timer did', () => {
    expect(decide(held, 'confirm-hold', now(nine + 10 * minute - 1, patient))).toMatchObject({
      ok: true,
      to: 'booked',
      changes: { holdExpiresAt: null, holdOwner: null },
    });
    for (const event of ['confirm-hold', 'extend-hold', 'release-hold'] as const) {
      expect(code(decide(held, event, now(nine + 10 * minute, patient)))).toBe('hold-expired');
      const closed = facts({ status: 'cancelled', cancelReason: 'hold-expired' });
      expect(code(decide(closed, event, now(nine + hour, patient)))).toBe('hold-expired');
    }
  });
  test('the timer: not a millisecond before, and the time counts as free from the expiry', () => {
    expect(guardOf(decide(held, 'hold-expired', now(nine + 10 * minute - 1, system)))).toBe('not-yet');
    expect(decide(held, 'hold-expired', now(nine + 11 * minute, system))).toMatchObject({
      to: 'cancelled',
      changes: { cancelReason: 'hold-expired', cancelledAt: nine + 10 * minute },
    });
    expect(timersOf(held)).toEqual([{ name: 'hold', dueAt: nine + 10 * minute, event: 'hold-expired' }]);
  });
  test('one extension of PT5M, from the expiry, by the owner', () => {
    const d = decide(held, 'extend-hold', now(nine + minute, patient));
    expect(d).toMatchObject({
      ok: true,
      to: 'pending',
      changes: { holdExpiresAt: nine + 15 * minute, holdExtended: true },
    });
    expect(guardOf(decide({ ...held, holdExtended: true }, 'extend-hold', now(nine, patient)))).toBe('hold-extended');
    expect(code(decide(held, 'extend-hold', now(nine, staff)))).toBe('hold-not-yours');
    expect(code(decide(held, 'confirm-hold', now(nine, staff)))).toBe('hold-not-yours');
  });
  test('a place held for the patient may be taken by the patient or by staff for them', () => {
    const alternative = { ...held, holdOwner: 'patient:pat' };
    for (const actor of [patient, staff])
      expect(code(decide(alternative, 'confirm-hold', now(nine, actor)))).toBe('-> booked');
    expect(code(decide({ ...held, holdOwner: 'patient:x' }, 'confirm-hold', now(nine, staff)))).toBe('hold-not-yours');
  });
  test('a patient holds three times at most, and only what may be booked online', () => {
    expect(code(decide(facts({ status: 'none', liveHolds: 3 }), 'hold', now(nine, patient)))).toBe('hold-limit');
    expect(code(decide(facts({ status: 'none', liveHolds: 3 }), 'hold', now(nine, staff)))).toBe('-> pending');
    const rules = { ...defaultRules, selfSchedulable: false };
    expect(guardOf(decide(facts({ status: 'none', rules }), 'book', now(nine, patient)))).toBe('not-self-schedulable');
  });
});

describe('S7: visit types that need approval', () => {
  const rules = { ...defaultRules, needsApproval: true };
  const at = start - 30 * 24 * hour;
  test('a patient’s booking waits PT48H, or until the minimum notice', () => {
    const none = facts({ status: 'none', rules });
    expect(decide(none, 'book', now(at, patient))).toMatchObject({
      to: 'pending',
      changes: { awaitingApproval: true, holdExpiresAt: at + 48 * hour, holdOwner: 'user:pat' },
    });
    const soon = start - 3 * hour;
    expect(decide(none, 'book', now(soon, patient))).toMatchObject({ changes: { holdExpiresAt: start - hour } });
    expect(guardOf(decide(none, 'book', now(start - hour, patient)))).toBe('no-time-for-approval');
    expect(code(decide(none, 'book', now(at, staff)))).toBe('-> booked');
  });
  test('confirming a hold waits too; approval decides, until the instant it expires', () => {
    const held = facts({ status: 'pending', rules, holdExpiresAt: at + 10 * minute, holdOwner: 'user:pat' });
    expect(decide(held, 'confirm-hold', now(at, patient))).toMatchObject({
      to: 'pending',
      changes: { awaitingApproval: true },
    });
    const waiting = { ...held, awaitingApproval: true, holdExpiresAt: at + 48 * hour };
    expect(code(decide(waiting, 'approve', now(at + 48 * hour - 1)))).toBe('-> booked');
    expect(code(decide(waiting, 'approve', now(at + 48 * hour)))).toBe('hold-expired');
    expect(decide(waiting, 'refuse', now(at))).toMatchObject({ to: 'cancelled', changes: { cancelReason: 'refused' } });
    expect(guardOf(decide(waiting, 'confirm-hold', now(at, patient)))).toBe('awaiting-approval');
    expect(guardOf(decide(held, 'approve', now(at)))).toBe('not-awaiting-approval');
    expect(timersOf(waiting)).toMatchObject([{ name: 'approval', event: 'approval-expired' }]);
  });
});

describe('guards to the millisecond', () => {
  const f = facts();
  test('arrive and skipped arrival: [start - PT60M, end + no-show time)', () => {
    for (const event of ['arrive', 'check-in'] as const) {
      expect(guardOf(decide(f, event, full(f, start - hour - 1)))).toBe('too-early');
      expect(decide(f, event, full(f, start - hour)).ok).toBe(true);
      expect(decide(f, event, full(f, end + 20 * minute - 1)).ok).toBe(true);
      expect(guardOf(decide(f, event, full(f, end + 20 * minute)))).toBe('too-late');
    }
    const arrived = facts({ status: 'arrived', arrivedAt: start });
    expect(code(decide(arrived, 'check-in', full(arrived, end + 3 * hour)))).toBe('-> checked-in');
  });
  test('check-in: both edges, two different identifiers, intake, consents', () => {
    const d = decide(f, 'check-in', now(start, staff, { identifiersVerified: ['name', 'birth-date'] }));
    expect(d).toMatchObject({
      path: ['arrived', 'checked-in'],
      changes: { arrivedAt: start, checkedInAt: start, intakeWaivedReason: 'no-intake' },
    });
    for (const identifiersVerified of [undefined, ['name'], ['name', 'name']]) {
      expect(guardOf(decide(f, 'check-in', now(start, staff, { identifiersVerified })))).toBe(
        'identifiers-not-verified',
      );
    }
    const input = { identifiersVerified: ['name', 'birth-date'] };
    const open = facts({ intake: 'open' });
    expect(guardOf(decide(open, 'check-in', now(start, staff, input)))).toBe('intake-open');
    expect(decide(open, 'check-in', now(start, staff, { ...input, intakeWaivedReason: 'urgent' }))).toMatchObject({
      changes: { intakeWaivedReason: 'urgent' },
    });
    const unsigned = facts({ consentsMissing: ['privacy'] });
    expect(guardOf(decide(unsigned, 'check-in', now(start, staff, input)))).toBe('consents-missing');
  });
  test('late_cancel = at > start - cancel_notice', () => {
    const late = (at: number) => {
      const d = decide(f, 'cancel', now(at, patient));
      return d.ok && d.changes.lateCancel;
    };
    expect([late(start - 24 * hour), late(start - 24 * hour + 1)]).toEqual([false, true]);
    expect(isLateCancel(f, start + hour)).toBe(true);
    const clinic = decide(f, 'cancel-by-clinic', now(start, staff, { reason: 'doctor ill' }));
    expect(clinic).toMatchObject({ changes: { lateCancel: false, cancelledBy: 'clinic', cancelReason: 'doctor ill' } });
    expect(code(decide(f, 'cancel', now(start, staff)))).toBe('validation-failed');
    expect(code(decide(f, 'cancel-by-clinic', now(start, staff, { reason: ' ' })))).toBe('validation-failed');
  });
  test('reschedule: three times by the patient, as often as needed by staff; a moved visit is unconfirmed', () => {
    const at = start - 48 * hour;
    const moved = facts({ rescheduleCount: 3, confirmedAt: 1, version: 3 });
    expect(code(decide(moved, 'reschedule', full(moved, at, patient)))).toBe('reschedule-limit');
    expect(decide(moved, 'reschedule', full(moved, at, staff))).toMatchObject({
      changes: { version: 4, confirmedAt: null, rescheduleCount: 3 },
    });
    const twice = facts({ rescheduleCount: 2 });
    expect(decide(twice, 'reschedule', full(twice, at, patient))).toMatchObject({ changes: { rescheduleCount: 3 } });
    expect(code(decide(f, 'reschedule', now(at, staff)))).toBe('validation-failed');
  });
  test('S9 a link of an earlier version is stale', () => {
    const moved = facts({ version: 1 });
    for (const event of ['confirm', 'cancel', 'reschedule'] as const) {
      const input = { ...fullInput(moved), confirmToken: { version: 0 } };
      expect(code(decide(moved, event, now(start - 48 * hour, patient, input)))).toBe('stale-token');
      expect(decide(moved, event, full(moved, start - 48 * hour, patient)).ok).toBe(true);
    }
    expect(guardOf(decide(f, 'confirm', now(start, patient)))).toBe('visit-started');
    expect(code(decide(f, 'confirm', now(start - 1, patient)))).toBe('-> booked');
  });
  test('no-show at start + no-show time, by the timer only where the visit type says so', () => {
    const due = start + 20 * minute;
    expect(guardOf(decide(f, 'no-show', now(due - 1)))).toBe('too-early');
    expect(decide(f, 'no-show', now(due))).toMatchObject({ to: 'noshow', changes: { noShowAt: due } });
    expect(guardOf(decide(f, 'no-show', now(due, system)))).toBe('staff-decide');
    const auto = facts({ rules: { ...defaultRules, autoNoShow: true } });
    expect(code(decide(auto, 'no-show', now(due, system)))).toBe('-> noshow');
    expect(timersOf(auto)).toEqual([
      { name: 'late', dueAt: start + 10 * minute, event: null },
      { name: 'no-show', dueAt: due, event: 'no-show' },
    ]);
    expect(timersOf(f)[1]).toEqual({ name: 'no-show', dueAt: due, event: null });
  });
  test('undo: the same local day, while time of the visit is left', () => {
    const missed = facts({ status: 'noshow', noShowAt: start + 20 * minute });
    expect(decide(missed, 'undo-no-show', now(end - 1))).toMatchObject({
      to: 'arrived',
      changes: { arrivedAt: end - 1, noShowAt: null },
    });
    expect(guardOf(decide(missed, 'undo-no-show', now(end)))).toBe('visit-over');
    const midnight = Date.UTC(2027, 5, 2, 4);
    const night = facts({
      status: 'noshow',
      start: midnight - hour,
      end: midnight + hour,
      noShowAt: midnight - 20 * minute,
    });
    expect(code(decide(night, 'undo-no-show', now(midnight - 1)))).toBe('-> arrived');
    expect(guardOf(decide(night, 'undo-no-show', now(midnight)))).toBe('another-day');
  });
  test('complete needs a finished encounter or a reason; without being seen means that', () => {
    const inside = facts({ status: 'checked-in' });
    expect(guardOf(decide(inside, 'complete', now(end)))).toBe('encounter-open');
    expect(decide(inside, 'complete', now(end, staff, { noNoteReason: 'interpreter visit' }))).toMatchObject({
      to: 'fulfilled',
      changes: { completedAt: end, noNoteReason: 'interpreter visit' },
    });
    expect(code(decide({ ...inside, encounterFinished: true }, 'complete', now(end)))).toBe('-> fulfilled');
    expect(decide(inside, 'leave-without-being-seen', now(end))).toMatchObject({
      changes: { cancelReason: 'lwbs', lateCancel: false },
    });
    expect(guardOf(decide({ ...inside, seenAt: end }, 'leave-without-being-seen', now(end)))).toBe('already-seen');
    expect(guardOf(decide({ ...inside, seenAt: end }, 'start-encounter', now(end, system)))).toBe('already-seen');
  });
  test('the day ends at local midnight; nothing is guessed before', () => {
    const midnight = Date.UTC(2027, 5, 2, 4);
    const inside = facts({ status: 'checked-in' });
    expect(timersOf(inside)).toEqual([{ name: 'day-end', dueAt: midnight, event: 'day-end' }]);
    expect(guardOf(decide(inside, 'day-end', now(midnight - 1, system)))).toBe('not-yet');
    expect(code(decide(inside, 'day-end', now(midnight, system)))).toBe('-> checked-in');
  });
  test('entered in error: administrators with a reason, from everything but fulfilled', () => {
    for (const status of appointmentStatuses) {
      const f2 = facts({ status });
      const expected =
        status === 'fulfilled' || status === 'entered-in-error' ? 'invalid-transition' : '-> entered-in-error';
      expect(code(decide(f2, 'entered-in-error', full(f2, start))), status).toBe(expected);
    }
    expect(code(decide(f, 'entered-in-error', now(start)))).toBe('validation-failed');
    const desk = { ...staff, permissions: staff.permissions.filter((p) => p !== 'appointment:correct') };
    expect(code(decide(f, 'entered-in-error', full(f, start, desk)))).toBe('forbidden');
  });
  test('late: from start + late time; shortening while half is left', () => {
    expect(lateOptions(f, start + 10 * minute - 1)).toEqual([]);
    const shorten = (at: number) => lateOptions(f, at).find((o) => o.choice === 'shorten');
    expect(shorten(start + 15 * minute)).toEqual({ choice: 'shorten', possible: true, minutesLeft: 15 });
    expect(shorten(start + 15 * minute + 1)?.possible).toBe(false);
    expect(lateOptions(f, end).find((o) => o.choice === 'see-now')?.possible).toBe(false);
    expect(lateOptions({ ...f, status: 'arrived' }, start + 15 * minute)).toEqual([]);
  });
  test('final statuses lead nowhere', () => {
    expect(eventsFrom('fulfilled')).toEqual([]);
    expect(eventsFrom('entered-in-error')).toEqual([]);
    expect(eventsFrom('cancelled')).toEqual(['entered-in-error']);
  });
});
