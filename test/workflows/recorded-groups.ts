/** The lives of group sessions whose histories are kept for replay (recorded-lives.ts). */
import { groupSessionWorkflowId } from '../../workflows/messages/group-session.ts';
import type { TestClinic } from './assemble.ts';
import { groupsOn } from './group-clinic.ts';
import type { Life } from './recorded-lives.ts';
import { localAt } from './waitlist-clinic.ts';

/** A session some days ahead, early in the morning: no other life has the practitioner then. */
async function scene(clinic: TestClinic, days: number) {
  const groups = groupsOn(() => clinic);
  const of = await groups.group();
  const start = localAt(await clinic.engine.now(), days, '08:30');
  const { id, outcome } = await groups.open(of, start);
  if (!outcome.ok) throw new Error(`not opened: ${JSON.stringify(outcome.problem)}`);
  const seat = async (patient: number): Promise<string> => {
    const booked = await groups.seat(of, id, patient, start);
    if (!booked.outcome.ok) throw new Error(`no seat: ${JSON.stringify(booked.outcome.problem)}`);
    return booked.id;
  };
  return { ...groups, of, id, start, end: outcome.progress.end, seat };
}

export const groupLives: Readonly<Record<string, Life>> = {
  'group-resized-called-off': async (clinic) => {
    const { id, seat, say, ended } = await scene(clinic, 8);
    await seat(0);
    await seat(1);
    await say(id, 'set-capacity', { capacity: 2 });
    await say(id, 'cancel', { reason: 'leader-ill' });
    await ended(id);
    return groupSessionWorkflowId(id);
  },
  'group-over': async (clinic) => {
    const { id, end, seat, ended } = await scene(clinic, 2);
    await seat(0);
    await clinic.until(new Date(Date.parse(end) + 5_000).toISOString());
    await ended(id);
    return groupSessionWorkflowId(id);
  },
  /** The practitioner's time is taken already. */
  'group-refused': async (clinic) => {
    const { of, start, open, ended } = await scene(clinic, 9);
    const { id, outcome } = await open(of, start);
    if (outcome.ok) throw new Error('opened twice');
    await ended(id);
    return groupSessionWorkflowId(id);
  },
  /** Not over: seats can be taken. */
  'group-open': async (clinic) => {
    const { id, seat, say } = await scene(clinic, 30);
    await say(id, 'set-capacity', { capacity: 4 });
    await seat(0);
    return groupSessionWorkflowId(id);
  },
};
