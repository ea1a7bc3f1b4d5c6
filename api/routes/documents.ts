/** Files that belong to an intake: sent by the patient or at the desk, served only once a scan found nothing. */
import { z } from 'zod';
import { documentKinds, documentsOfIntake, findDocument, type DocumentRow } from '../../db/patients/documents.ts';
import { intakeOwner } from '../../db/intakes/intake-owner.ts';
import { acceptedTypes, unknownType } from '../../documents/inspect.ts';
import { DomainError } from '../../domain/errors.ts';
import { openIntakeStates } from '../../domain/intake/intake.ts';
import type { RequestContext } from '../context.ts';
import { cleanName, upload, uploadLimitBytes } from '../patients/document-upload.ts';
import { requireIntake } from '../intakes/own-intake.ts';
import { route, RouteAnswer } from '../route.ts';
import { idParams } from '../schemas.ts';

const document = z.object({
  id: z.string(),
  kind: z.enum(documentKinds),
  state: z.enum(['quarantined', 'clean', 'refused']),
  contentType: z.string(),
  bytes: z.number().int(),
  name: z.string().nullable(),
  uploadedAt: z.string(),
});

const represent = (row: DocumentRow): z.output<typeof document> => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  contentType: row.content_type,
  bytes: row.bytes,
  name: row.display_name,
  uploadedAt: row.created_at.toISOString(),
});

const readers = { action: ['document:read', 'own-intake:write'] } as const;

/** Staff, or whose it is; everybody else is told that there is nothing. */
async function ownDocument(context: RequestContext, id: string): Promise<DocumentRow> {
  const { organizationId } = context;
  const [row, intake] = await context.read(async (trx) => {
    const found = await findDocument(trx, organizationId, id);
    return [found, found?.intake_id == null ? undefined : await intakeOwner(trx, organizationId, found.intake_id)];
  });
  if (row === undefined) throw new DomainError('not-found');
  context.concerns({ patientId: row.patient_id });
  // Of no intake: for staff, and for the patient whose chart it is in.
  requireIntake(context, { id: row.intake_id ?? '', patientId: row.patient_id, kept: intake?.kept });
  return row;
}

async function ownIntake(context: RequestContext, id: string) {
  const intake = await context.read((trx) => intakeOwner(trx, context.organizationId, id));
  requireIntake(context, intake);
  context.concerns({ patientId: intake.patientId });
  return intake as NonNullable<Awaited<ReturnType<typeof intakeOwner>>>;
}

export const uploadDocument = route({
  method: 'POST',
  path: '/intakes/:id/documents',
  summary:
    'Send a photograph or a PDF; it is written anew without metadata, sealed, and kept back until it was scanned',
  status: 201,
  params: idParams,
  query: z.strictObject({ kind: z.enum(documentKinds), name: z.string().max(300).optional() }),
  upload: { contentTypes: [...acceptedTypes, unknownType] },
  bodyLimitBytes: uploadLimitBytes,
  answer: document,
  policy: { action: ['coverage:manage', 'own-intake:write'] },
  audit: { change: 'document:upload', entity: 'document' },
  handler: async (context, { params, query }) => {
    const intake = await ownIntake(context, params.id);
    if (!openIntakeStates.has(intake.state)) throw new DomainError('invalid-transition');
    await context.ports.limits.reserve('upload', context.session?.kind === 'staff' ? context.actor.ref : intake.id);
    const { kind, name } = query;
    const subject = { intakeId: intake.id, patientId: intake.patientId, kind, displayName: cleanName(name) };
    return represent(await upload(context, subject));
  },
});

export const listIntakeDocuments = route({
  method: 'GET',
  path: '/intakes/:id/documents',
  summary: 'What was sent for an intake, and whether it may be opened yet',
  params: idParams,
  answer: z.object({ items: z.array(document) }),
  policy: readers,
  audit: { read: 'document:list', entity: 'intake' },
  handler: async (context, { params }) => {
    const intake = await ownIntake(context, params.id);
    const rows = await context.read((trx) => documentsOfIntake(trx, context.organizationId, intake.id));
    return { items: rows.map(represent) };
  },
});

const endings = { 'image/jpeg': 'jpg', 'image/png': 'png', 'application/pdf': 'pdf' } as const;

export const getDocument = route({
  method: 'GET',
  path: '/documents/:id',
  summary: 'The document itself, as a download; never one in quarantine or one that was refused',
  params: idParams,
  streams: unknownType,
  policy: readers,
  audit: { read: 'document:download', entity: 'document' },
  handler: async (context, { params }) => {
    const row = await ownDocument(context, params.id);
    if (row.state !== 'clean')
      throw new DomainError('guard-failed', {
        detail: 'The file has not passed its scan.',
        data: { state: row.state },
      });
    const content = await context.ports.documents.read({
      organizationId: row.organization_id,
      documentId: row.id,
      storageName: row.storage_name,
      wrappedKey: row.wrapped_key,
    });
    return new RouteAnswer(content, {
      headers: {
        'Content-Type': row.content_type,
        // A name of ours: what was given may be shown on a page, never written into a header.
        'Content-Disposition': `attachment; filename="${row.kind}.${endings[row.content_type]}"`,
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
        'Cross-Origin-Resource-Policy': 'same-origin',
      },
    });
  },
});

export const getDocumentState = route({
  method: 'GET',
  path: '/documents/:id/state',
  summary: 'Whether a document may be opened yet',
  params: idParams,
  answer: document,
  policy: readers,
  audit: { read: 'document:state', entity: 'document' },
  handler: async (context, { params }) => represent(await ownDocument(context, params.id)),
});
