import { randomBytes } from 'node:crypto';
import { fc, test as property } from '@fast-check/vitest';
import { ApplicationFailure, defaultPayloadConverter, toPayloads } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { encryptedEncoding, encryptingCodec, keyIdMetadata, PayloadUnreadableError } from '../../workers/codec.ts';
import failureConverterModule from '../../workers/failure-converter.cjs';

const keys = (current: string, ...ids: string[]) => ({
  current,
  keys: Object.fromEntries([current, ...ids].map((id) => [id, new Uint8Array(randomBytes(32))])),
});
const payloadOf = (value: unknown): Payload => toPayloads(defaultPayloadConverter, value)![0]!;
const only = async (payloads: Promise<Payload[]>): Promise<Payload> => (await payloads)[0]!;
const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

describe('the encrypting codec', () => {
  const ring = keys('k2', 'k1');
  const codec = encryptingCodec(ring);

  property.prop([fc.jsonValue()])('gives back what it was given', async (value) => {
    const payload = payloadOf(value);
    const decoded = await only(codec.decode(await codec.encode([payload])));
    expect(defaultPayloadConverter.fromPayload(decoded)).toEqual(defaultPayloadConverter.fromPayload(payload));
  });

  test('hides the value and its encoding, and names the key', async () => {
    const sealed = await only(codec.encode([payloadOf({ family: 'Quetzalcoatl' })]));
    expect(text(sealed.data)).not.toContain('Quetzalcoatl');
    expect(text(sealed.data)).not.toContain('json/plain');
    expect(text(sealed.metadata?.['encoding'])).toBe(encryptedEncoding);
    expect(text(sealed.metadata?.[keyIdMetadata])).toBe('k2');
  });

  test('never seals the same value twice alike', async () => {
    const [a, b] = await codec.encode([payloadOf('same'), payloadOf('same')]);
    expect(text(a!.data)).not.toBe(text(b!.data));
  });

  test('opens what an older key sealed, and seals with the current one', async () => {
    const old = encryptingCodec({ current: 'k1', keys: ring.keys });
    const sealed = await only(old.encode([payloadOf('from before')]));
    expect(text(sealed.metadata?.[keyIdMetadata])).toBe('k1');
    expect(defaultPayloadConverter.fromPayload(await only(codec.decode([sealed])))).toBe('from before');
  });

  property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'refuses a payload with any byte changed',
    async (at, by) => {
      const sealed = await only(codec.encode([payloadOf({ status: 'booked' })]));
      const data = new Uint8Array(sealed.data!);
      const index = at % data.length;
      data[index] = data[index]! ^ by;
      await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow(PayloadUnreadableError);
    },
  );

  test('refuses a payload relabelled with another key, even one with the same bytes', async () => {
    const shared = new Uint8Array(randomBytes(32));
    const twins = encryptingCodec({ current: 'a', keys: { a: shared, b: shared } });
    const sealed = await only(twins.encode([payloadOf('x')]));
    const relabelled = { ...sealed, metadata: { ...sealed.metadata, [keyIdMetadata]: Buffer.from('b') } };
    await expect(twins.decode([relabelled])).rejects.toThrow(PayloadUnreadableError);
  });

  test('refuses an unknown key and a truncated payload', async () => {
    const sealed = await only(codec.encode([payloadOf('x')]));
    await expect(encryptingCodec(keys('k9')).decode([sealed])).rejects.toThrow(/not in the key ring/);
    await expect(codec.decode([{ ...sealed, data: sealed.data!.subarray(0, 20) }])).rejects.toThrow(/too short/);
    await expect(
      codec.decode([{ ...sealed, metadata: { ...sealed.metadata, [keyIdMetadata]: Buffer.from('__proto__') } }]),
    ).rejects.toThrow(/not in the key ring/);
  });

  test('lets pass what it did not write', async () => {
    const plain = payloadOf({ written: 'before the codec' });
    expect(await codec.decode([plain])).toEqual([plain]);
  });
});

test('failures keep message and stack out of the clear part of a history', () => {
  const failure = failureConverterModule.failureConverter.errorToFailure(
    ApplicationFailure.nonRetryable('Ana Casares, born 1950-02-03', 'slot-taken'),
    defaultPayloadConverter,
  );
  expect(failure.message).toBe('Encoded failure');
  expect(failure.stackTrace).toBe('');
  expect(failure.applicationFailureInfo?.type).toBe('slot-taken');
  expect(failure.encodedAttributes?.data).toBeDefined();
});
