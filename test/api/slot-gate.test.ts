import { describe, expect, it } from 'vitest';
import { createSlotGate } from '../../api/appointments/slot-gate.ts';

const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const giveUp = (): Error => new Error('gave up');

describe('the slot gate', () => {
  it('starts one attempt for two hundred who want the same time; the others look again', async () => {
    const gate = createSlotGate();
    let taken = false;
    let attempts = 0;
    const look = async (): Promise<undefined> => {
      if (taken) throw new Error('slot-taken');
    };
    const attempt = async (): Promise<string> => {
      attempts += 1;
      await tick(20);
      taken = true;
      return 'booked';
    };
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, () => gate.pass('doctor@9', look, attempt, giveUp)),
    );
    expect(attempts).toBe(1);
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });

  it('lets the next one try when the first fails, and does not hold up another time', async () => {
    const gate = createSlotGate();
    const look = async (): Promise<undefined> => undefined;
    const order: string[] = [];
    const fails = gate.pass(
      'a',
      look,
      async () => {
        await tick(20);
        order.push('first');
        throw new Error('refused');
      },
      giveUp,
    );
    const next = gate.pass(
      'a',
      look,
      async () => {
        order.push('second');
        return 'booked';
      },
      giveUp,
    );
    const other = gate.pass(
      'b',
      look,
      async () => {
        order.push('other');
        return 'booked';
      },
      giveUp,
    );
    await expect(fails).rejects.toThrow('refused');
    expect([await next, await other]).toEqual(['booked', 'booked']);
    expect(order).toEqual(['other', 'first', 'second']);
  });

  it('gives a repeat the answer of the first', async () => {
    const gate = createSlotGate();
    let known: string | undefined;
    const first = gate.pass(
      'a',
      async () => known,
      async () => {
        await tick(10);
        known = 'booked';
        return 'booked';
      },
      giveUp,
    );
    const repeat = gate.pass(
      'a',
      async () => known,
      () => Promise.reject(new Error('twice')),
      giveUp,
    );
    expect(await Promise.all([first, repeat])).toEqual(['booked', 'booked']);
  });

  it('gives up when the one ahead hangs', async () => {
    const gate = createSlotGate(30);
    const hanging = gate.pass(
      'a',
      async () => undefined,
      () => tick(200),
      giveUp,
    );
    await expect(
      gate.pass(
        'a',
        async () => undefined,
        async () => 'booked',
        giveUp,
      ),
    ).rejects.toThrow('gave up');
    await hanging;
  });
});
