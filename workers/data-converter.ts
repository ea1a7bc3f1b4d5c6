import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Config } from '../config.ts';
import type { KeyRing } from '../keys.ts';
import { encryptingCodec } from './codec.ts';

export const failureConverterPath = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/**
 * The one data converter of clients and workers: both must hold the same keys, or they cannot read each other.
 * `codecOff` exists for the test that shows what the codec protects, and is refused in production (config.ts).
 */
export function dataConverter(
  config: Pick<Config, 'codecOff'>,
  keys: Pick<KeyRing, 'current' | 'keys'>,
): DataConverter {
  // The failure converter is part of the workflow bundle, so that it stays: without the codec it hides nothing.
  return { failureConverterPath, ...(config.codecOff ? {} : { payloadCodecs: [encryptingCodec(keys)] }) };
}
