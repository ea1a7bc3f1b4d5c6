import { createHash } from 'node:crypto';

/**
 * The key of the recorded histories in test/histories. It is public on purpose: it opens made-up visits of made-up people and
 * nothing else, and without it nobody could replay them (docs/operations.md, changing a running workflow).
 */
export const historyKeys = {
  current: 'histories-1',
  keys: { 'histories-1': new Uint8Array(createHash('sha256').update('HealthSphere recorded histories').digest()) },
};
