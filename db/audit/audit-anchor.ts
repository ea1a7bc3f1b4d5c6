import { sign, verify } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type AnchorClaim } from './audit-seal.ts';

export interface Anchor extends AnchorClaim {
  readonly organizationId: string;
}

const fileName = (organizationId: string, day: string): string => `${organizationId}-${day}.anchor.json`;

/**
 * Writes the chain's end, signed with Ed25519, outside the database: whoever cuts the tail of the audit tables, even as
 * their owner, cannot cut it here too. One file for each organization and UTC day; an existing one is left as it is.
 */
export async function writeAnchor(
  directory: string,
  privateKeyPem: string,
  anchor: Anchor,
): Promise<'written' | 'exists'> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const signature = sign(null, Buffer.from(canonicalJson(anchor)), privateKeyPem).toString('base64');
  const path = join(directory, fileName(anchor.organizationId, anchor.at.slice(0, 10)));
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ ...anchor, signature }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return 'written';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists';
    throw error;
  }
}

/**
 * The anchors of an organization with a good signature.
 * @throws when a file was altered: an anchor that cannot be trusted is an alarm, not a gap.
 */
export async function readAnchors(directory: string, publicKeyPem: string, organizationId: string): Promise<Anchor[]> {
  let files: string[];
  try {
    files = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const mine = files.filter((file) => file.startsWith(organizationId) && file.endsWith('.anchor.json')).toSorted();
  return Promise.all(
    mine.map(async (file) => {
      const { signature, ...anchor } = JSON.parse(await readFile(join(directory, file), 'utf8')) as Anchor & {
        signature: string;
      };
      const good = verify(null, Buffer.from(canonicalJson(anchor)), publicKeyPem, Buffer.from(signature, 'base64'));
      if (!good) throw new Error(`The anchor ${file} was altered: its signature does not fit.`);
      return anchor;
    }),
  );
}
