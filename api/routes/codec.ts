import { z } from 'zod';
import type { Payload } from '@temporalio/common';
import { DomainError } from '../../domain/errors.ts';
import { PayloadUnreadableError, encryptingCodec } from '../../workers/codec.ts';
import { route } from '../route.ts';

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
/** The protobuf JSON of a payload, as Temporal Web sends it. */
const payload = z.strictObject({
  metadata: z.record(z.string(), base64).optional(),
  data: base64.optional(),
  externalPayloads: z.array(z.unknown()).optional(),
});

/** Remote codec of Temporal Web. There is no /codec/encode: nobody writes into a run through here. */
export const decodePayloads = route({
  method: 'POST',
  path: '/codec/decode',
  summary: 'Decode payloads of workflow histories for Temporal Web',
  body: z.strictObject({ payloads: z.array(payload).max(1_000) }),
  answer: z.object({ payloads: z.array(payload) }),
  policy: { action: 'workflow:read' },
  audit: { read: 'workflow:decode', entity: 'workflow' },
  withoutIdempotencyKey: 'a read that travels as a POST',
  // A page of history at once; each payload is at most 2 MB, and most are some hundred bytes.
  bodyLimitBytes: 8 * 1024 * 1024,
  handler: async (context, { body }) => {
    context.concerns({ detail: { payloads: body.payloads.length } });
    const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
    const text = (data: Uint8Array): string => Buffer.from(data).toString('base64');
    const sealed: Payload[] = body.payloads.map((item) => ({
      metadata: Object.fromEntries(Object.entries(item.metadata ?? {}).map(([name, value]) => [name, bytes(value)])),
      data: bytes(item.data ?? ''),
    }));
    try {
      const open = await encryptingCodec(context.ports.keys).decode(sealed);
      return {
        payloads: open.map((item) => ({
          metadata: Object.fromEntries(Object.entries(item.metadata ?? {}).map(([name, value]) => [name, text(value)])),
          data: text(item.data ?? new Uint8Array()),
        })),
      };
    } catch (error) {
      if (error instanceof PayloadUnreadableError)
        throw new DomainError('bad-request', { detail: 'A payload cannot be opened with the keys of this clinic.' });
      throw error;
    }
  },
});
