/** The lives of recurring series whose histories are kept for replay (recorded-lives.ts). */
import { seriesWorkflowId } from '../../workflows/messages/series.ts';
import type { TestClinic } from './assemble.ts';
import type { Life } from './recorded-lives.ts';
import { seriesOn, stepsOf } from './series-clinic.ts';
import type { Given } from './series-clinic.ts';
import { localAt, waitlistOf } from './waitlist-clinic.ts';

/** The wall clock of the clinic: `days` after today, at a time. */
const wallClock = (at: Date, days: number, time: string): string =>
  `${localAt(at, days, '12:00').slice(0, 10)}T${time}`;

/** Weekly from next week on, of a patient and with a practitioner of their own. */
async function scene(clinic: TestClinic) {
  const waitlist = waitlistOf(clinic);
  const service = await waitlist.service();
  const today = await clinic.engine.now();
  const series = seriesOn(() => clinic);
  const patientId = await waitlist.patient();
  const begin = async ({ rule, ...given }: Given): Promise<string> => {
    const startLocal = wallClock(today, 7, '09:00');
    return (await series.begin({ ...service, patientId, ...given, rule: { startLocal, ...rule } })).id;
  };
  /** Somebody else has that time. */
  const taken = async (days: number): Promise<unknown> =>
    waitlist.book(service, localAt(today, days, '09:00'), await waitlist.patient());
  const ended = (id: string): Promise<unknown> => clinic.client.workflow.getHandle(seriesWorkflowId(id)).result();
  return { ...series, today, begin, taken, ended };
}

/** A life that did not go as it is meant to is no use. */
function expectSteps(shown: Parameters<typeof stepsOf>[0], ...steps: string[]): void {
  const seen = stepsOf(shown);
  if (seen.join(' | ') !== steps.join(' | ')) throw new Error(`the series took ${JSON.stringify(seen)}`);
}

export const seriesLives: Readonly<Record<string, Life>> = {
  /** One time is taken, one was left out; cancelled from the fourth on, and then from the first. */
  'series-with-gaps-cancelled-from-one-on': async (clinic) => {
    const { begin, change, reached, taken, ended } = await scene(clinic);
    await taken(14);
    const id = await begin({ rule: { count: 5 }, choices: [{ number: 3, skip: true }] });
    const booked = ['book done', 'book slot-taken', 'book skipped'];
    expectSteps(await reached(id, 'booked'), ...booked, 'book done', 'book done');
    await change(id, { kind: 'cancel', from: 4, reason: 'moved-away' });
    expectSteps(await reached(id, 'booked'), ...booked, 'book done, cancel done', 'book done, cancel done');
    await change(id, { kind: 'cancel', from: 1, reason: 'moved-away', byClinic: true });
    await ended(id);
    return seriesWorkflowId(id);
  },
  'series-all-or-nothing-taken-back': async (clinic) => {
    const { begin, view, taken, ended } = await scene(clinic);
    await taken(21);
    const id = await begin({ mode: 'all', rule: { count: 4 } });
    await ended(id);
    expectSteps(await view(id), 'book done, undo done', 'book done, undo done', 'book slot-taken', 'book not-tried');
    return seriesWorkflowId(id);
  },
  'series-moved-over': async (clinic) => {
    const { today, begin, change, reached, ended } = await scene(clinic);
    const id = await begin({ rule: { frequency: 'daily', startLocal: wallClock(today, 2, '09:00'), count: 3 } });
    await reached(id, 'booked');
    await change(id, { kind: 'move', from: 2, toLocal: wallClock(today, 4, '10:00') });
    expectSteps(await reached(id, 'booked'), 'book done', 'book done, move done', 'book done, move done');
    await clinic.until(localAt(today, 7, '12:00'));
    await ended(id);
    return seriesWorkflowId(id);
  },
  'series-refused': async (clinic) => {
    const { begin, ended } = await scene(clinic);
    const id = await begin({ rule: { count: 99 } });
    await ended(id);
    return seriesWorkflowId(id);
  },
  /** Not over: booked in full, for months. */
  'series-booked': async (clinic) => {
    const { begin, reached } = await scene(clinic);
    const id = await begin({ mode: 'all', rule: { interval: 2, count: 6 } });
    expectSteps(await reached(id, 'booked'), ...Array.from({ length: 6 }, () => 'book done'));
    return seriesWorkflowId(id);
  },
};
