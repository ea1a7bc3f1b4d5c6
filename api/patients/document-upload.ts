/** One upload, from the request to a document in quarantine. */
import { createHash } from 'node:crypto';
import {
  findDocument,
  fileDocument,
  requireRoomForDocument,
  type DocumentKind,
  type DocumentRow,
} from '../../db/patients/documents.ts';
import { databaseTime } from '../../db/clock.ts';
import { findOperation } from '../../db/transaction.ts';
import { inspectUpload } from '../../documents/inspect.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';

/** scheduling-intake.md D3: front and back, 10 MB each. */
export const uploadLimitBytes = 10 * 1024 * 1024;
/** Below the server's own limit for a request, so that it is this one that answers. */
const receiveLimits = { limitBytes: uploadLimitBytes, silentMs: 10_000, withinMs: 50_000 };

export interface UploadSubject {
  readonly intakeId: string;
  readonly patientId: string;
  readonly kind: DocumentKind;
  readonly displayName: string | null;
}

/**
 * Receives, looks into, seals and files. A repeat with the same key and file answers with the same document.
 * @throws DomainError `payload-too-large`, `unsupported-media-type`, `unreadable-image`, `document-refused`, `upload-limit`,
 *   `idempotency-key-reused`, `unavailable` (no room)
 */
export async function upload(context: RequestContext, subject: UploadSubject): Promise<DocumentRow> {
  const { organizationId, actor, operationId: id } = context;
  const { documents } = context.ports;
  const file = await documents.receive(context.upload.body, receiveLimits);
  const sentSha256 = sha256(file);
  context.upload.sent(sentSha256);
  const { operation } = context;
  const known = await context.read((trx) => findOperation<{ id: string }>(trx, organizationId, operation));
  if (known === undefined) {
    await context.read((trx) => requireRoomForDocument(trx, subject.intakeId));
    const { content, contentType } = await inTurn(() => inspectUpload(file, context.upload.contentType));
    // Should the row not come to be, the file is a leftover that nobody can open, and is swept.
    const kept = await documents.put({ organizationId, documentId: id }, content);
    await context.transaction(
      async (trx) => {
        const at = await databaseTime(trx);
        const facts = {
          contentType,
          bytes: content.length,
          sha256: sha256(content),
          sentSha256,
          at,
          opKey: operation.key,
        };
        await fileDocument(trx, { id, organizationId, actor, ...subject, ...kept, ...facts });
        return { id };
      },
      { operation },
    );
  }
  const row = await context.read((trx) => findDocument(trx, organizationId, id));
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Two pictures at a time: each may take a gigabyte while it is decoded. Who waits longer than this is asked to come back. */
const atOnce = 2;
const longestQueue = 20;
const waiting: (() => void)[] = [];
let busy = 0;

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (busy >= atOnce) {
    if (waiting.length >= longestQueue) throw new DomainError('unavailable');
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else busy += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  }
}

const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A file's name, for people to recognize it by: no folders, no controls, no characters that turn the text around. */
export function cleanName(given: string | undefined): string | null {
  const name = (given ?? '').split(/[\\/]/).at(-1)?.replace(controls, '').trim().slice(0, 120).trim() ?? '';
  return name === '' || /^\.+$/.test(name) ? null : name;
}
