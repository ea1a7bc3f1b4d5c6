/**
 * Whether a PDF may be kept (ISO 32000-2). It is not rewritten, so it has to be plain: no encryption, nothing that acts by
 * itself, few pages. What hides in object streams is unpacked and looked at too, within bounds.
 */
import { constants, inflateSync } from 'node:zlib';

export type PdfFault = 'not-a-pdf' | 'encrypted' | 'active-content' | 'too-many-pages' | 'too-complicated';

/** Names that make a reader do something, or that carry another file. `OpenAction` too, although some of them only scroll. */
const active = new Set([
  'JavaScript',
  'Launch',
  'EmbeddedFile',
  'EmbeddedFiles',
  'OpenAction',
  'RichMedia',
  'SubmitForm',
  'ImportData',
  'Rendition',
]);
/** So short that the bytes of a picture may spell them; looked for outside of streams. */
const activeAndShort = new Set(['JS', 'AA', 'XFA', 'GoToE', 'GoToR']);
const mostPages = 20;
const mostUnpacked = 32 * 1024 * 1024;

/** @returns null when it may be kept */
export function pdfFault(file: Buffer): PdfFault | null {
  if (!/^%PDF-[12]\.\d/.test(file.toString('latin1', 0, 8))) return 'not-a-pdf';
  const text = plainNames(file.toString('latin1'));
  const end = text.lastIndexOf('%%EOF');
  // Anything after the end but blanks is another file in the same clothes.
  if (end === -1 || text.slice(end + 5).trim() !== '') return 'not-a-pdf';
  const unpacked = unpack(file);
  if (unpacked === undefined) return 'too-complicated';
  // The whole file, streams included: a reader may see the borders of streams elsewhere than we do.
  const everywhere = [text, ...unpacked].flatMap(namesIn);
  if (everywhere.includes('Encrypt')) return 'encrypted';
  const parts = [withoutStreams(text), ...unpacked];
  if (everywhere.some((name) => active.has(name)) || parts.flatMap(namesIn).some((name) => activeAndShort.has(name)))
    return 'active-content';
  const pages = parts.reduce((sum, part) => sum + (part.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0), 0);
  if (pages === 0) return 'not-a-pdf';
  return pages > mostPages ? 'too-many-pages' : null;
}

/** `/J#61vaScript` is `/JavaScript` (7.3.5). */
const plainNames = (text: string): string =>
  text.replace(/#([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const namesIn = (text: string): string[] =>
  [...text.matchAll(/\/([A-Za-z]{2,20})(?![A-Za-z])/g)].map(([, name]) => name ?? '');

const streamStart = /(?<!end)stream\r?\n/g;

/** Dictionaries without the data between them. */
function withoutStreams(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (const found of text.matchAll(streamStart)) {
    if (found.index < at) continue;
    kept.push(text.slice(at, found.index));
    const end = text.indexOf('endstream', found.index + found[0].length);
    at = end === -1 ? text.length : end + 'endstream'.length;
  }
  kept.push(text.slice(at));
  return kept.join('\n');
}

/** The text of object streams (7.5.7); undefined where one cannot be looked into. */
function unpack(file: Buffer): string[] | undefined {
  const text = file.toString('latin1');
  const found: string[] = [];
  let left = mostUnpacked;
  for (const start of text.matchAll(streamStart)) {
    const dictionary = plainNames(text.slice(Math.max(text.lastIndexOf('endobj', start.index), 0), start.index));
    if (!dictionary.includes('/ObjStm')) continue;
    const from = start.index + start[0].length;
    const end = text.indexOf('endstream', from);
    const filters = [...dictionary.matchAll(/\/(\w+Decode)\b/g)].map(([, name]) => name);
    if (end === -1 || filters.length > 1 || (filters.length === 1 && filters[0] !== 'FlateDecode')) return undefined;
    if (filters.length === 0) {
      found.push(plainNames(text.slice(from, end)));
      continue;
    }
    try {
      const content = inflateSync(file.subarray(from, end), {
        maxOutputLength: left,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      left -= content.length;
      if (left <= 0) return undefined;
      found.push(plainNames(content.toString('latin1')));
    } catch {
      return undefined;
    }
  }
  return found;
}
