/** Rows of the document store: filed with an upload, decided on after a scan. What they name is sealed (documents/). */
import type { Actor } from '../../domain/actor.ts';
import { systemActor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';

export const documentKinds = ['insurance-front', 'insurance-back', 'other'] as const;
export type DocumentKind = (typeof documentKinds)[number];
export type DocumentState = 'quarantined' | 'clean' | 'refused';

export interface DocumentRow {
  readonly id: string;
  readonly organization_id: string;
  readonly patient_id: string;
  readonly intake_id: string | null;
  readonly kind: DocumentKind;
  readonly state: DocumentState;
  readonly content_type: 'image/jpeg' | 'image/png' | 'application/pdf';
  readonly bytes: number;
  readonly sha256: string;
  readonly sent_sha256: string;
  readonly display_name: string | null;
  readonly storage_name: string;
  readonly wrapped_key: string;
  readonly created_at: Date;
  readonly scan_tries: number;
}

export interface NewDocument {
  readonly id: string;
  readonly organizationId: string;
  readonly patientId: string;
  readonly intakeId: string;
  readonly kind: DocumentKind;
  readonly contentType: DocumentRow['content_type'];
  readonly bytes: number;
  readonly sha256: string;
  readonly sentSha256: string;
  readonly displayName: string | null;
  readonly storageName: string;
  readonly wrappedKey: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

/** Of one intake: cards, both sides, and a few that did not come out well. */
export const mostDocuments = 12;
export const mostDocumentBytes = 60 * 1024 * 1024;

/** @throws DomainError `upload-limit` when the intake has as many as it may have */
export async function requireRoomForDocument(trx: Trx, intakeId: string): Promise<void> {
  const row = await trx('document')
    .where({ intake_id: intakeId })
    .first<{ count: number; bytes: number } | undefined>(
      trx.raw('count(*)::int AS count, coalesce(sum(bytes), 0)::int AS bytes'),
    );
  if ((row?.count ?? 0) >= mostDocuments || (row?.bytes ?? 0) >= mostDocumentBytes)
    throw new DomainError('upload-limit');
}

/** Files an upload, in quarantine. Serialized by the patient's row, so that the limit holds for uploads at once. */
export async function fileDocument(trx: Trx, given: NewDocument): Promise<void> {
  await trx('patient').where({ id: given.patientId }).forNoKeyUpdate().first('id');
  await requireRoomForDocument(trx, given.intakeId);
  await trx('document').insert({
    id: given.id,
    organization_id: given.organizationId,
    patient_id: given.patientId,
    intake_id: given.intakeId,
    kind: given.kind,
    content_type: given.contentType,
    bytes: given.bytes,
    sha256: given.sha256,
    sent_sha256: given.sentSha256,
    display_name: given.displayName,
    storage_name: given.storageName,
    wrapped_key: given.wrappedKey,
    uploaded_by: given.actor.ref,
    created_at: given.at,
    scan_after: given.at,
  });
  await recordStateChange(trx, {
    organizationId: given.organizationId,
    aggregate: 'document',
    aggregateId: given.id,
    event: 'upload',
    from: null,
    to: 'quarantined',
    actor: given.actor,
    at: given.at,
    data: { patientId: given.patientId, intakeId: given.intakeId, kind: given.kind },
    opKey: given.opKey,
  });
}

export const findDocument = (trx: Trx, organizationId: string, id: string): Promise<DocumentRow | undefined> =>
  trx('document').where({ id, organization_id: organizationId }).first<DocumentRow | undefined>();

export const documentsOfIntake = (trx: Trx, organizationId: string, intakeId: string): Promise<readonly DocumentRow[]> =>
  trx('document').where({ organization_id: organizationId, intake_id: intakeId }).orderBy(['created_at', 'id']).select<DocumentRow[]>(); // prettier-ignore

/** Which of these names of the store a row names; for the sweep. */
export const namedInStore = (trx: Trx, names: readonly string[]): Promise<string[]> =>
  trx('document')
    .whereIn('storage_name', [...names])
    .pluck<string[]>('storage_name');

const leaseMs = 2 * 60_000;
/** After a scan that gave no verdict: 5 s, doubling, to ten minutes. */
const scanPauseMs = (tries: number): number => Math.min(10 * 60_000, 5_000 * 2 ** Math.min(tries, 10));

/** Takes one document to scan; whoever is killed with it gives it back when the lease is over. */
export async function claimScan(trx: Trx, organizationId: string, at: Date): Promise<DocumentRow | undefined> {
  const found = await trx('document')
    .where({ organization_id: organizationId, state: 'quarantined' })
    .where('scan_after', '<=', at)
    .orderBy('scan_after')
    .forUpdate()
    .skipLocked()
    .first<DocumentRow | undefined>();
  if (found === undefined) return undefined;
  await trx('document')
    .where({ id: found.id })
    .update({ scan_after: new Date(at.getTime() + leaseMs), scan_tries: found.scan_tries + 1 });
  return { ...found, scan_tries: found.scan_tries + 1 };
}

/** No verdict: it stays in quarantine and is looked at again. */
export async function putOffScan(trx: Trx, { id, scan_tries }: DocumentRow, at: Date): Promise<void> {
  await trx('document')
    .where({ id, state: 'quarantined' })
    .update({ scan_after: new Date(at.getTime() + scanPauseMs(scan_tries)) });
}

/** The verdict, once: a second one finds the document decided on. @returns whether this was the first */
export async function decideScan(
  trx: Trx,
  document: DocumentRow,
  verdict: { readonly scanner: string; readonly finding: string | null; readonly at: Date },
): Promise<boolean> {
  const to = verdict.finding === null ? 'clean' : 'refused';
  const changed = await trx('document')
    .where({ id: document.id, state: 'quarantined' })
    .update({
      state: to,
      scanned_at: verdict.at,
      scanner: verdict.scanner,
      finding: verdict.finding,
      version: trx.raw('version + 1'),
    });
  if (changed === 0) return false;
  await recordStateChange(trx, {
    organizationId: document.organization_id,
    aggregate: 'document',
    aggregateId: document.id,
    event: 'scanned',
    from: 'quarantined',
    to,
    actor: systemActor('scanner'),
    at: verdict.at,
    data: {
      patientId: document.patient_id,
      scanner: verdict.scanner,
      ...(verdict.finding !== null && { finding: verdict.finding }),
    },
  });
  return true;
}
