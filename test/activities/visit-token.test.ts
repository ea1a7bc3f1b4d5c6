import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgeVisitToken,
  patientRecipient,
  readVisitToken,
  signVisitToken,
  verifyVisitToken,
} from '../../activities/visit-token.ts';

const secret = new Uint8Array(32).fill(7);
const claims = {
  organizationId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  appointmentId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  version: 3,
  kind: 'visit',
} as const;
const recipient = patientRecipient('9b2d7c1e-2a55-4d0e-8f0f-54b6ac3a1d11');

describe('visit links', () => {
  it('say what they were made for, and are the same each time', () => {
    const token = signVisitToken(secret, claims, recipient);
    expect(token).toMatch(/^[A-Za-z0-9_-]{71}$/);
    expect(signVisitToken(secret, claims, recipient)).toBe(token);
    expect(readVisitToken(token)).toEqual(claims);
    expect(verifyVisitToken(secret, token, recipient)).toEqual(claims);
  });

  it('verify for their recipient and under their secret only', () => {
    const token = signVisitToken(secret, claims, recipient);
    expect(verifyVisitToken(secret, token, patientRecipient(randomUUID()))).toBeNull();
    expect(verifyVisitToken(randomBytes(32), token, recipient)).toBeNull();
  });

  it('do not survive the change of any bit', () => {
    const bytes = Buffer.from(signVisitToken(secret, claims, recipient), 'base64url');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
        return verifyVisitToken(secret, changed.toString('base64url'), recipient) === null;
      }),
      { numRuns: 424 },
    );
  });

  it('have one spelling', () => {
    const token = signVisitToken(secret, claims, recipient);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // 53 bytes leave bits unused in the last character: another character decodes to the same bytes.
    const last = alphabet.indexOf(token.at(-1)!);
    const twin = token.slice(0, -1) + alphabet[last ^ 1]!;
    for (const other of [
      twin,
      `${token}=`,
      `${token} `,
      ` ${token}`,
      token.slice(1),
      `${token}A`,
      '',
      '../../etc/passwd',
    ]) {
      expect(verifyVisitToken(secret, other, recipient)).toBeNull();
    }
  });

  it('end at the start of the visit, and with the next version', () => {
    const startAt = new Date('2027-03-17T14:00:00Z');
    const before = new Date('2027-03-17T13:59:59.999Z');
    expect(judgeVisitToken(claims, { version: 3, startAt }, before)).toBe('current');
    expect(judgeVisitToken(claims, { version: 3, startAt }, startAt)).toBe('token-expired');
    expect(judgeVisitToken(claims, { version: 4, startAt }, before)).toBe('stale-token');
    // Stale comes first: the page for it leads to the new place, which may be ahead.
    expect(judgeVisitToken(claims, { version: 4, startAt }, startAt)).toBe('stale-token');
  });
});
