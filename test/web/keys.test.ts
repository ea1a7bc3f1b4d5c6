/** The letters of the day are taught to those only whom the table of D1 lets use them. */
import { expect, test } from 'vitest';
import { eventRules } from '../../domain/appointment/appointment-events.ts';
import { keyNeeds, keyOf } from '../../web/staff/case/forms.ts';

test('each letter asks for the permission of its step', () => {
  const wanted = Object.fromEntries(Object.entries(keyOf).map(([key, action]) => [key, eventRules[action].by.staff]));
  expect(keyNeeds).toEqual(wanted);
});
