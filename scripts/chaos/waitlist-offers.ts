/**
 * The patients of a waitlist run: each offer reaches its patient as soon as it is made, and each patient does with it what
 * people do: says yes or no by link or on the telephone, presses twice, comes too late, or stays silent.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { signOfferToken } from '../../activities/offer-token.ts';
import { patientRecipient } from '../../activities/visit-token.ts';
import type { Db } from '../../db/connection.ts';
import { request, type Reply } from '../client/clinic-client.ts';
import type { Random } from '../seed/random.ts';
import type { ChaosClinic } from './clinic.ts';
import type { Known, Step, Traffic } from './traffic.ts';

export interface MadeOffer {
  readonly id: string;
  readonly openingId: string;
  readonly patientId: string;
  readonly expiresAt: number;
}

/** What a patient does, and how often of a hundred. */
const habits = [
  ['accept', 24],
  ['accept-twice', 6],
  ['decline', 38],
  ['late', 10],
  ['fill', 7],
  ['silence', 15],
] as const;
export type Habit = (typeof habits)[number][0];

export interface Planned {
  readonly offer: MadeOffer;
  readonly habit: Habit;
  readonly byLink: boolean;
  /** performance.now() at which it is done. */
  readonly dueAt: number;
}

/** One word of a patient, and what was answered. Instants are epoch milliseconds of this machine, which is the database's too. */
export interface Answered {
  readonly offer: MadeOffer;
  readonly habit: Habit;
  readonly action: 'accept' | 'decline' | 'fill';
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly known: Known;
}

export interface Inbox {
  /** The next word whose time has come. */
  take(): Planned | undefined;
  readonly offers: () => number;
  end(): Promise<void>;
}

/**
 * Reads new offers from the database five times a second: the mail or the telephone would bring them as soon, and a reader
 * that went through the API would fall silent just when the API is busiest.
 */
export function followOffers(db: Db, random: Random, windowMs: number): Inbox {
  const seen = new Set<string>();
  const planned: Planned[] = [];
  const ending = new AbortController();
  const read = async (): Promise<void> => {
    const { rows } = await db.raw<{ rows: { id: string; opening_id: string; patient_id: string; expires_at: Date }[] }>(
      `SELECT id, opening_id, patient_id, expires_at FROM waitlist_offer WHERE state = 'offered' ORDER BY offered_at, id`,
    );
    for (const row of rows) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      const offer = { id: row.id, openingId: row.opening_id, patientId: row.patient_id, expiresAt: row.expires_at.getTime() }; // prettier-ignore
      const habit = habitOf(random);
      if (habit === 'silence') continue;
      const wait = habit === 'late' ? offer.expiresAt - Date.now() + random.between(50, 1_500) : random.between(100, windowMs / 3); // prettier-ignore
      planned.push({ offer, habit, byLink: random.next() < 0.5, dueAt: performance.now() + wait });
    }
  };
  const following = (async () => {
    while (!ending.signal.aborted) {
      await read();
      await sleep(200, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    take() {
      const now = performance.now();
      const next = planned.findIndex(({ dueAt }) => dueAt <= now);
      return next < 0 ? undefined : planned.splice(next, 1)[0];
    },
    offers: () => seen.size,
    async end() {
      ending.abort();
      await following;
    },
  };
}

function habitOf(random: Random): Habit {
  let draw = random.next() * 100;
  for (const [habit, share] of habits) {
    draw -= share;
    if (draw < 0) return habit;
  }
  return 'silence';
}

/** Carries out what is planned. @returns what was answered, once for each word that was said */
export async function say(
  on: ChaosClinic,
  traffic: Traffic,
  { offer, habit, byLink }: Planned,
  caller: string,
): Promise<Answered[]> {
  const one = async (action: Answered['action'], step: Step): Promise<Answered[]> => {
    const sentAt = Date.now();
    const known = await traffic.perform(step);
    return known === null ? [] : [{ offer, habit, action, sentAt, answeredAt: Date.now(), known }];
  };
  switch (habit) {
    case 'accept':
    case 'late':
      return one('accept', byLink ? link(on, offer, 'accept') : desk(on, offer, 'accept'));
    case 'accept-twice':
      return (
        await Promise.all([one('accept', link(on, offer, 'accept')), one('accept', desk(on, offer, 'accept'))])
      ).flat();
    case 'decline':
      return one('decline', byLink ? link(on, offer, 'decline') : desk(on, offer, 'decline'));
    case 'fill':
      return one('fill', opened(on, 'fill', offer, { patientId: caller }));
    case 'silence':
      return [];
  }
}

const desk = (on: ChaosClinic, offer: MadeOffer, action: 'accept' | 'decline'): Step =>
  opened(on, action, offer, { offerId: offer.id });

function opened({ clinic, people }: ChaosClinic, action: string, offer: MadeOffer, body: unknown): Step {
  const key = randomUUID();
  return word(
    action,
    offer,
    key,
    () =>
    request(clinic.addresses.api, people.desk.token, 'POST', `/openings/${offer.openingId}/${action}`, { key, body, timeoutMs }), // prettier-ignore
  );
}

function link({ clinic, keys, place }: ChaosClinic, offer: MadeOffer, action: 'accept' | 'decline'): Step {
  const claims = { organizationId: place.organizationId, offerId: offer.id };
  const token = signOfferToken(keys.tokenSecret, claims, patientRecipient(offer.patientId));
  return word(`link ${action}`, offer, token, () =>
    request(clinic.addresses.api, null, 'POST', `/offers/${token}/${action}`, { timeoutMs }),
  );
}

const timeoutMs = 12_000;

const word = (what: string, offer: MadeOffer, operationKey: string, send: () => Promise<Reply>): Step => ({
  what,
  appointmentId: offer.openingId,
  operationKey,
  byLink: true,
  send,
});
