/** Visits by video (scheduling-intake.md D1): the door, the law of the place, and what a failure means. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../domain/appointment/appointment.ts';
import { isLateCancel } from '../../domain/appointment/appointment-events.ts';
import { timersOf } from '../../domain/appointment/appointment-timers.ts';
import {
  abroad,
  isPatientState,
  joinStage,
  joinWindow,
  licensedFor,
  usStates,
} from '../../domain/appointment/telehealth.ts';
import { stateChoices, stateName } from '../../domain/patient/us-states.ts';
import { end, facts, minute, patient, staff, start } from './appointment-setup.ts';

const visit = { mode: 'video', status: 'booked', start, end, phoneFallbackAt: null };

describe('the door', () => {
  test('is open in [start - PT15M, end + PT30M)', () => {
    expect(joinWindow({ start, end })).toEqual({ start: start - 15 * minute, end: end + 30 * minute });
    expect(joinStage(visit, start - 15 * minute - 1)).toBe('early');
    expect(joinStage(visit, start - 15 * minute)).toBe('open');
    expect(joinStage(visit, end + 30 * minute - 1)).toBe('open');
    expect(joinStage(visit, end + 30 * minute)).toBe('over');
  });

  test('is there for visits by video that stand, and shut once the clinic telephones', () => {
    for (const status of ['arrived', 'checked-in']) expect(joinStage({ ...visit, status }, start)).toBe('open');
    for (const status of ['pending', 'cancelled', 'noshow', 'fulfilled', 'entered-in-error'])
      expect(joinStage({ ...visit, status }, start)).toBe('not-possible');
    expect(joinStage({ ...visit, mode: 'phone' }, start)).toBe('not-video');
    expect(joinStage({ ...visit, phoneFallbackAt: start }, start + minute)).toBe('by-phone');
    expect(joinStage({ ...visit, start: null, end: null }, start)).toBe('not-possible');
  });

  test('nobody gets in outside of it, whatever else is so', () => {
    fc.assert(
      fc.property(fc.integer({ min: start - 86_400_000, max: end + 86_400_000 }), fc.constantFrom('booked', 'arrived', 'checked-in', 'cancelled'), (at, status) => {
        const open = joinStage({ ...visit, status }, at) === 'open';
        expect(open).toBe(status !== 'cancelled' && at >= start - 15 * minute && at < end + 30 * minute);
      }),
    ); // prettier-ignore
  });
});

describe('where the patient is', () => {
  test('is compared with where the practitioner is licensed, once somebody has entered that', () => {
    expect(licensedFor(['NY', 'NJ'], 'NJ')).toBe(true);
    expect(licensedFor(['NY', 'NJ'], 'CT')).toBe(false);
    expect(licensedFor(['NY'], abroad)).toBe(false);
    expect(licensedFor([], 'CT')).toBeNull();
    expect([isPatientState('NY'), isPatientState(abroad), isPatientState('ZZ'), isPatientState(undefined)]).toEqual([true, true, false, false]); // prettier-ignore
  });

  test('has a name for every code, in the alphabetical order of the language', () => {
    expect(usStates).toHaveLength(56);
    for (const code of usStates) expect(stateName(code, 'en')).not.toBe(code);
    expect(stateName('NY', 'es-MX')).toBe('Nueva York');
    for (const language of ['en', 'es']) {
      const names = stateChoices(language).map(({ name }) => name);
      expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, language)));
      expect(new Set(names).size).toBe(56);
    }
  });
});

describe('a picture that fails', () => {
  const video = facts({ mode: 'video' });
  const fail = (f: typeof video, at: number, actor = patient) => decide(f, 'fall-back-to-phone', { at, actor });

  test('puts the visit on the telephone: who said so was there, so that nobody is missed', () => {
    expect(fail(video, start)).toMatchObject({ ok: true, to: 'arrived', changes: { phoneFallbackAt: start, arrivedAt: start } }); // prettier-ignore
    const there = facts({ mode: 'video', status: 'checked-in', arrivedAt: start, checkedInAt: start });
    expect(fail(there, start + minute, staff)).toMatchObject({ ok: true, to: 'checked-in', changes: { phoneFallbackAt: start + minute } }); // prettier-ignore
    const after = facts({ mode: 'video', status: 'arrived', arrivedAt: start, phoneFallbackAt: start });
    expect(timersOf(after).map(({ name }) => name)).toEqual(['day-end']);
    const missed = decide(after, 'no-show', { at: end + 60 * minute, actor: staff });
    expect(missed).toMatchObject({ ok: false, problem: { code: 'invalid-transition' } });
    expect(isLateCancel(after, start + minute)).toBe(false);
    expect(isLateCancel({ ...after, phoneFallbackAt: null }, start + minute)).toBe(true);
  });

  test('is said while one can join, once, of a visit by video', () => {
    const guardOf = (d: ReturnType<typeof decide>) => (d.ok ? null : (d.problem.data?.['guard'] ?? d.problem.code));
    expect(guardOf(fail(video, start - 16 * minute))).toBe('too-early');
    expect(guardOf(fail(video, end + 30 * minute))).toBe('not-by-video');
    expect(guardOf(fail({ ...video, status: 'arrived', phoneFallbackAt: start }, start))).toBe('by-phone');
    expect(guardOf(fail(facts(), start))).toBe('invalid-transition');
    expect(guardOf(fail(video, start, { ...patient, patientId: 'other' }))).toBe('forbidden');
  });
});
