/** Passwords: argon2id with the OWASP minimum (19 MiB, t=2, p=1), few at a time, and none of the common ones. */
import { readFileSync } from 'node:fs';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../../domain/errors.ts';

export interface Passwords {
  /** An encoded argon2id hash. @throws DomainError `unavailable` when too many wait. */
  hash(password: string): Promise<string>;
  /** Takes as long for an account that has no hash (or does not exist) as for one that has. */
  verify(stored: string | null, password: string): Promise<boolean>;
}

/** 19456 KiB is the library's default too; written down because a change must be a decision. Algorithm 2 is argon2id. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const passwordLength = { min: 8, max: 256 } as const;

export interface PasswordOptions {
  /** Each takes 19 MiB and a core for some 30 ms. */
  readonly concurrency?: number;
  /** Beyond this many waiting the answer is 503: a flood of sign-ins must not take the clinic's other requests along. */
  readonly queue?: number;
}

export function createPasswords(options: PasswordOptions = {}): Passwords {
  const inTurn = limited(options.concurrency ?? 2, options.queue ?? 50);
  // A hash of nothing anybody can type, made once, so that unknown accounts cost what known ones cost.
  let dummy: Promise<string> | undefined;
  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    async verify(stored, password) {
      dummy ??= hash(crypto.randomUUID(), parameters);
      const against = stored ?? (await dummy);
      const right = await inTurn(() => verify(against, password));
      return right && stored !== null;
    },
  };
}

function limited(concurrency: number, queue: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= queue)
        throw new DomainError('unavailable', { detail: 'Many people are signing in. Try again in a moment.' });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      // The place is handed over, not given back, when somebody waits.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

let common: ReadonlySet<string> | undefined;
const isCommon = (password: string): boolean => {
  common ??= new Set(readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8').split('\n'));
  return common.has(password.toLowerCase());
};

/**
 * Length and commonness, no composition rules (ASVS 6.2.1, 6.2.4, 6.2.5; NIST SP 800-63B 5.1.1.2).
 * @throws DomainError `validation-failed` naming `path`
 */
export function requireGoodPassword(password: string, path: string, ofPerson: { email: string }): void {
  const refuse = (code: string, message: string): never => {
    throw new DomainError('validation-failed', { errors: [{ path, code, message }] });
  };
  // Characters as people count them, not UTF-16 units.
  if ([...password].length < passwordLength.min) refuse('too-short', `Use at least ${passwordLength.min} characters`);
  if (isCommon(password)) refuse('too-common', 'This password is one of the most common ones');
  const [name] = ofPerson.email.split('@');
  if (
    [ofPerson.email, name].some(
      (part) => part !== undefined && part !== '' && password.toLowerCase() === part.toLowerCase(),
    )
  ) {
    refuse('too-common', 'The password must not be your email address');
  }
}
