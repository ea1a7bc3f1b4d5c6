/** Files that people send, and files that only an attacker would. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** The test string of the anti-virus industry; in two parts, so that no scanner takes this file for a find. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** Left half blue, right half red; says CANARY-CAMERA and a place; to be turned by a quarter. */
export async function jpegCard(): Promise<Buffer> {
  const left = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#1020d0' } })
    .png()
    .toBuffer();
  return sharp({ create: { width: 80, height: 40, channels: 3, background: '#d02010' } })
    .composite([{ input: left, left: 0, top: 0 }])
    .withExif({
      IFD0: { Make: 'CANARY-CAMERA', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '40/1 26/1 46/1' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

export const pngCard = (): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#20a060' } })
    .png()
    .toBuffer();

/** A PDF of so many empty pages; `extra` are further objects, `catalog` further entries of the catalogue. */
export function pdf({ pages = 1, extra = '', catalog = '', trailer = '' } = {}): Buffer {
  const kids = Array.from({ length: pages }, (_, n) => `${n + 10} 0 R`).join(' ');
  const objects = Array.from(
    { length: pages },
    (_, n) => `${n + 10} 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>\nendobj\n`,
  ).join('');
  return Buffer.from(
    `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R ${catalog} >>\nendobj\n` +
      `2 0 obj\n<< /Type /Pages /Kids [${kids}] /Count ${pages} >>\nendobj\n${objects}${extra}\n` +
      `trailer\n<< /Root 1 0 R ${trailer} >>\nstartxref\n9\n%%EOF\n`,
    'latin1',
  );
}

/** An object stream with this text, as writers of PDF pack objects. */
export function packed(text: string): string {
  const data = deflateSync(Buffer.from(text)).toString('latin1');
  return `90 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${data.length} >>\nstream\n${data}\nendstream\nendobj\n`;
}

/** A PNG that says it is so large: its data are a few kilobytes of zeros. */
export function pngBomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(8 + data.length + 4);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), 8 + data.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** `node:zlib` has one from Node 22 on. */
function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The beginning of a zip archive, which is all that anybody looks at. */
export const zip = (): Buffer =>
  Buffer.concat([Buffer.from('PK\x03\x04\x14\x00\x00\x00\x08\x00', 'latin1'), Buffer.alloc(4_000, 0x42)]);
