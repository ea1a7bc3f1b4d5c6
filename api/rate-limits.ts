/**
 * How often a secret may be guessed. An attempt is reserved before anything is verified, so that fifty at once are fifty
 * attempts; it is given back when the secret was right. Counters live in Postgres and hold for every API process.
 */
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../domain/errors.ts';
import type { Db } from '../db/connection.ts';

export interface Guess {
  /** The secret was right: counters of this account and pair start anew, the address gets its point back. */
  right(): Promise<void>;
}

export interface RateLimits {
  /**
   * Reserves one guess at a sign-in.
   * @param device id of a browser that signed in to this account before: it has a counter of its own, so that strangers
   *   who guess at the account cannot lock its owner out (ASVS 6.1.1)
   * @throws DomainError `rate-limited` with retryAfterSeconds
   */
  reserveSignIn(attempt: {
    readonly account: string;
    readonly ip: string;
    readonly device: string | undefined;
  }): Promise<Guess>;
  /**
   * Reserves one use of something that costs or tells (asking for a reset, for a code).
   * @throws DomainError `rate-limited`
   */
  reserve(bucket: 'reset-account' | 'reset-ip' | 'claim-code' | 'upload', key: string): Promise<void>;
  /** Removes counters that ran out. */
  sweep(): Promise<void>;
}

/** Wrong guesses at an account before the delay begins; it then doubles with each, from 2 s to 15 min. */
export const freeGuesses = 5;
export const delaySeconds = (failures: number): number =>
  failures <= freeGuesses ? 0 : Math.min(900, 2 ** (failures - freeGuesses));

const quarter = 15 * 60;

export function createRateLimits(db: Db): RateLimits {
  const limiter = (keyPrefix: string, points: number, duration: number) =>
    new RateLimiterPostgres({
      storeClient: db,
      storeType: 'knex',
      tableName: 'rate_limit',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration,
    });
  // The counter itself refuses nothing; what it counts decides the delay.
  const account = limiter('account', 1_000_000, 24 * 3_600);
  const gate = limiter('gate', 1, 1);
  const pair = limiter('pair', 20, quarter);
  const ip = limiter('ip', 60, quarter);
  const buckets = {
    'reset-account': limiter('reset-account', 3, quarter),
    'reset-ip': limiter('reset-ip', 30, quarter),
    'claim-code': limiter('claim-code', 5, quarter),
    upload: limiter('upload', 40, quarter),
  };

  return {
    async reserveSignIn(attempt) {
      const who = digest(attempt.account.toLowerCase());
      const from = network(attempt.ip);
      const accountKey = attempt.device === undefined ? who : `${who}:${digest(attempt.device)}`;
      const pairKey = `${from}:${accountKey}`;
      await consume(ip, from);
      await consume(pair, pairKey);
      const { consumedPoints } = await account.consume(accountKey);
      const delay = delaySeconds(consumedPoints);
      if (delay > 0) {
        try {
          await consume(gate, accountKey, delay);
        } catch (error) {
          // A guess that was never verified does not lengthen the delay: hammering would lock the owner out.
          await account.reward(accountKey);
          throw error;
        }
      }
      return {
        async right() {
          await Promise.all([
            account.delete(accountKey),
            gate.delete(accountKey),
            pair.delete(pairKey),
            ip.reward(from),
          ]);
        },
      };
    },
    reserve: (bucket, key) =>
      consume(buckets[bucket], bucket.endsWith('-ip') ? network(key) : digest(key.toLowerCase())),
    async sweep() {
      await db('rate_limit').where('expire', '<', Date.now()).delete();
    },
  };
}

async function consume(limiter: RateLimiterPostgres, key: string, duration?: number): Promise<void> {
  try {
    await limiter.consume(key, 1, duration === undefined ? {} : { customDuration: duration });
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new DomainError('rate-limited', {
      data: { retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)) },
    });
  }
}

/** Keys hold no address of a person: the table is read by whoever looks after the database. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32);

/** An IPv6 customer has a /64 at least; a limit by single address would be none. */
function network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right];
  return groups.slice(0, 4).join(':');
}
