/**
 * From what was sent to what is kept. The bytes say what a file is; its name says nothing, and its declared type only may
 * not say otherwise. Refuses what is two things at once.
 */
import { fileTypeFromBuffer } from 'file-type';
import { DomainError } from '../domain/errors.ts';
import { heifPixels } from './heif-size.ts';
import { mostPixels } from './image-limits.ts';
import { reencodeImage } from './images.ts';
import { pdfFault, type PdfFault } from './pdf.ts';

export interface KeptFile {
  readonly content: Buffer;
  readonly contentType: 'image/jpeg' | 'image/png' | 'application/pdf';
}

export const acceptedTypes = ['image/jpeg', 'image/png', 'image/heic', 'image/heif', 'application/pdf'] as const;
/** Says that the sender does not know: telephones do that with HEIC. */
export const unknownType = 'application/octet-stream';

type Sniffed = 'image/jpeg' | 'image/png' | 'image/heic' | 'application/pdf';

/**
 * @param declared the media type of the request, without parameters
 * @throws DomainError `unsupported-media-type`, `unreadable-image`, `document-refused`
 */
export async function inspectUpload(file: Buffer, declared: string): Promise<KeptFile> {
  const kind = await sniff(file);
  if (kind === undefined) throw wrongType('It is none of the kinds of files that are taken here.');
  const said = declared === 'image/heif' ? 'image/heic' : declared;
  if (said !== unknownType && said !== kind) throw wrongType('The file is of another type than was said.');
  if (kind === 'application/pdf') {
    const fault = pdfFault(file);
    if (fault !== null) throw refused(fault, pdfWords[fault]);
    return { content: file, contentType: kind };
  }
  if (isTwoThings(kind, file)) throw refused('two-things-at-once', 'Something else is hidden in the picture.');
  if (kind === 'image/heic') {
    const pixels = heifPixels(file);
    if (pixels === undefined || pixels === 0) throw unreadable();
    if (pixels > mostPixels) throw tooManyPixels();
  }
  const content = await reencodeImage(kind, file);
  if (content === 'unreadable-image') throw unreadable();
  if (content === 'too-many-pixels') throw tooManyPixels();
  return { content, contentType: kind === 'image/png' ? 'image/png' : 'image/jpeg' };
}

/** Only what begins like one of ours is looked into any further: an archive is not unpacked to learn that it is one. */
async function sniff(file: Buffer): Promise<Sniffed | undefined> {
  const head = file.subarray(0, 4_100);
  const begins =
    head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) ||
    head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) ||
    head.toString('latin1', 4, 8) === 'ftyp' ||
    head.toString('latin1', 0, 5) === '%PDF-';
  if (!begins) return undefined;
  // A header without a body confuses it; what it cannot tell is none of ours.
  const found = await fileTypeFromBuffer(new Uint8Array(head)).catch(() => undefined);
  switch (found?.mime as string | undefined) {
    case 'image/jpeg':
      return 'image/jpeg';
    case 'image/png':
    case 'image/apng':
      return 'image/png';
    case 'image/heic':
    case 'image/heif':
      return 'image/heic';
    case 'application/pdf':
      return 'application/pdf';
    default:
      // file-type wants to see more of a cut PNG than there is; the decoder says what is wrong with it.
      return found === undefined && head[0] === 0x89 ? 'image/png' : undefined;
  }
}

const markup = /<(?:script|html|iframe|body)[\s>/]|<!doctype\s+html|%PDF-[12]\.\d|PK\x03\x04[\s\S]{26,300}PK/i; // oxlint-disable-line no-control-regex -- the signature of an archive

/** A picture that a browser or another program might take for something else. Writing it anew would drop that; saying so is better. */
function isTwoThings(kind: Sniffed, file: Buffer): boolean {
  if (kind === 'image/png') {
    const end = file.lastIndexOf('IEND', undefined, 'latin1');
    if (end !== -1 && end + 8 < file.length) return true;
  }
  return markup.test(file.toString('latin1'));
}

const wrongType = (detail: string): DomainError =>
  new DomainError('unsupported-media-type', { detail, allowed: acceptedTypes });
const unreadable = (): DomainError => new DomainError('unreadable-image');
const refused = (finding: string, detail: string): DomainError =>
  new DomainError('document-refused', { detail, data: { finding } });
const tooManyPixels = (): DomainError =>
  refused('too-many-pixels', 'The picture is too large. A photograph of the card is enough.');

const pdfWords: Readonly<Record<PdfFault, string>> = {
  'not-a-pdf': 'The PDF is damaged, or not one.',
  encrypted: 'The PDF is protected. Save it without a password and send it again.',
  'active-content': 'The PDF contains scripts, attachments or actions. A photograph works too.',
  'too-many-pages': 'The PDF has too many pages; 20 are taken.',
  'too-complicated': 'The PDF cannot be looked into. A photograph works too.',
};
