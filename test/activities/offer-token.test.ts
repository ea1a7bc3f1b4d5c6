import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOfferToken, signOfferToken, verifyOfferToken } from '../../activities/offer-token.ts';
import { patientRecipient, signVisitToken, verifyVisitToken } from '../../activities/visit-token.ts';

const secret = new Uint8Array(32).fill(7);
const claims = {
  organizationId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  offerId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
};
const recipient = patientRecipient('9b2d7c1e-2a55-4d0e-8f0f-54b6ac3a1d11');

describe('offer links', () => {
  it('say what they were made for, are the same each time, and verify for their recipient and secret only', () => {
    const token = signOfferToken(secret, claims, recipient);
    expect(token).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(signOfferToken(secret, claims, recipient)).toBe(token);
    expect(readOfferToken(token)).toEqual(claims);
    expect(verifyOfferToken(secret, token, recipient)).toBe(true);
    expect(verifyOfferToken(secret, token, patientRecipient(randomUUID()))).toBe(false);
    expect(verifyOfferToken(randomBytes(32), token, recipient)).toBe(false);
  });

  it('do not survive the change of any bit', () => {
    const bytes = Buffer.from(signOfferToken(secret, claims, recipient), 'base64url');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(verifyOfferToken(secret, changed.toString('base64url'), recipient)).toBe(false);
      }),
    );
  });

  it('refuse what is not a link, and the link of a visit', () => {
    const visit = signVisitToken(
      secret,
      { organizationId: claims.organizationId, appointmentId: claims.offerId, version: 0, kind: 'visit' },
      recipient,
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(visit), fc.stringMatching(/^[\w-]{64}$/)), (text) => {
        expect(verifyOfferToken(secret, text, recipient)).toBe(false);
      }),
    );
    expect(verifyVisitToken(secret, signOfferToken(secret, claims, recipient), recipient)).toBeNull();
  });
});
