/** What may be kept: security-reliability.md, section 6, row 15, as far as a file alone can show it. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { heifPixels } from '../../documents/heif-size.ts';
import { reencodeImage } from '../../documents/images.ts';
import { inspectUpload } from '../../documents/inspect.ts';
import { pdfFault } from '../../documents/pdf.ts';
import type { DomainError } from '../../domain/errors.ts';
import { jpegCard, packed, pdf, pngBomb, pngCard, zip } from './files.ts';
import { heicCard } from './heic-card.ts';

const octets = 'application/octet-stream';

async function refusal(file: Buffer, declared = octets): Promise<string> {
  try {
    await inspectUpload(file, declared);
  } catch (error) {
    const { code, data } = (error as DomainError).problem;
    return [code, data?.['finding']].filter((part) => part !== undefined).join(' ');
  }
  return 'accepted';
}

describe('pictures are written anew', () => {
  it('has no EXIF afterwards, and stands upright', async () => {
    const sent = await jpegCard();
    expect(sent.includes('CANARY-CAMERA')).toBe(true);
    expect((await sharp(sent).metadata()).orientation).toBe(6);
    const { content, contentType } = await inspectUpload(sent, 'image/jpeg');
    const seen = await sharp(content).metadata();
    expect(contentType).toBe('image/jpeg');
    expect(content.includes('CANARY-CAMERA')).toBe(false);
    expect([seen.exif, seen.xmp, seen.iptc, seen.orientation]).toEqual([undefined, undefined, undefined, undefined]);
    expect([seen.width, seen.height]).toEqual([40, 80]);
  });

  it('makes a JPEG of HEIC, without its place', async () => {
    expect(heicCard.includes('CANARY-PHONE')).toBe(true);
    const { content, contentType } = await inspectUpload(heicCard, 'image/heic');
    expect(contentType).toBe('image/jpeg');
    expect(content.includes('CANARY-PHONE')).toBe(false);
    const { data, info } = await sharp(content).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([64, 48]);
    // Blue is on the left.
    expect(data[2]!).toBeGreaterThan(data[0]!);
  });

  it('takes what a telephone cannot name, and PNG as PNG', async () => {
    expect((await inspectUpload(await pngCard(), octets)).contentType).toBe('image/png');
  });
});

describe('what is refused', () => {
  it('a type that contradicts the bytes', async () => {
    expect(await refusal(await pngCard(), 'image/jpeg')).toBe('unsupported-media-type');
    expect(await refusal(await pngCard(), 'application/pdf')).toBe('unsupported-media-type');
  });

  it.each([
    [
      'an SVG with a script',
      Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ],
    ['a zip bomb', zip()],
    ['a GIF that is a script too', Buffer.from('GIF89a/*\x00\x00*/=1;alert(1)//', 'latin1')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a PDF behind leading junk', Buffer.concat([Buffer.from('<script>alert(1)</script>\n'), pdf()])],
    ['nothing', Buffer.alloc(0)],
    ['a video in the same box as HEIC', Buffer.from('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom', 'latin1')],
  ])('%s', async (_name, file) => {
    expect(await refusal(file)).toBe('unsupported-media-type');
  });

  it('a picture that is a page too (PNG/HTML polyglot)', async () => {
    const picture = await pngCard();
    const behind = Buffer.concat([picture, Buffer.from('<html><script>alert(1)</script></html>')]);
    expect(await refusal(behind)).toBe('document-refused two-things-at-once');
    const withComment = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#fff' } })
      .withExif({ IFD0: { ImageDescription: '<script>alert(1)</script>' } })
      .png()
      .toBuffer();
    expect(await refusal(withComment)).toBe('document-refused two-things-at-once');
  });

  it('a decompression bomb, before it is unpacked', async () => {
    const began = Date.now();
    expect(await refusal(pngBomb(60_000, 60_000))).toBe('document-refused too-many-pixels');
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('a HEIC that announces too many pixels, before it is decoded', async () => {
    const at = heicCard.indexOf('ispe', 0, 'latin1');
    const large = Buffer.from(heicCard);
    large.writeUInt32BE(40_000, at + 8);
    large.writeUInt32BE(40_000, at + 12);
    expect(heifPixels(heicCard)).toBeGreaterThanOrEqual(64 * 48);
    expect(heifPixels(large)).toBe(1_600_000_000);
    expect(await refusal(large)).toBe('document-refused too-many-pixels');
    expect(await refusal(heicCard.subarray(0, 200))).toBe('unreadable-image');
  });

  it('truncated pictures', async () => {
    const [jpeg, png] = await Promise.all([jpegCard(), pngCard()]);
    expect(await refusal(jpeg.subarray(0, jpeg.length - 200))).toBe('unreadable-image');
    expect(await refusal(png.subarray(0, png.length - 40))).toBe('unreadable-image');
    expect(await refusal(heicCard.subarray(0, heicCard.length - 60))).toBe('unreadable-image');
  });

  it('a picture that takes too long', async () => {
    expect(await reencodeImage('image/png', await pngCard(), { withinMs: 5 })).toBe('unreadable-image');
  });
});

describe('PDF', () => {
  it('is kept as it is when it is plain', async () => {
    const plain = pdf({ pages: 2 });
    expect((await inspectUpload(plain, 'application/pdf')).content.equals(plain)).toBe(true);
    expect(pdfFault(pdf({ extra: packed('<< /Type /Font >>') }))).toBeNull();
  });

  it.each([
    ['a script', { catalog: '/Names << /JavaScript 5 0 R >>' }, 'active-content'],
    ['an action on opening', { catalog: '/OpenAction 5 0 R' }, 'active-content'],
    ['a program to launch', { extra: '5 0 obj\n<< /S /Launch >>\nendobj' }, 'active-content'],
    ['an attachment', { extra: '5 0 obj\n<< /Type /EmbeddedFile >>\nendobj' }, 'active-content'],
    ['a script in disguise', { extra: '5 0 obj\n<< /S /J#61vaScript >>\nendobj' }, 'active-content'],
    ['a packed script', { extra: packed('<< /S /JavaScript /JS (app.alert(1)) >>') }, 'active-content'],
    ['a false stream around a script', { extra: '% stream\n<< /S /JavaScript >>\n% endstream' }, 'active-content'],
    ['encryption', { trailer: '/Encrypt 6 0 R' }, 'encrypted'],
    ['too many pages', { pages: 21 }, 'too-many-pages'],
    ['no page', { pages: 0 }, 'not-a-pdf'],
  ] as const)('is refused with %s', (_name, parts, fault) => {
    expect(pdfFault(pdf(parts))).toBe(fault);
  });

  it('is refused when something follows its end, or its end is missing', () => {
    expect(pdfFault(Buffer.concat([pdf(), Buffer.from('<script>alert(1)</script>')]))).toBe('not-a-pdf');
    expect(pdfFault(pdf().subarray(0, 120))).toBe('not-a-pdf');
    expect(pdfFault(pdf({ extra: packed('x'.repeat(40_000_000)) }))).toBe('too-complicated');
  });
});
