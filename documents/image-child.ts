/**
 * Decodes one picture in a process of its own: what a hostile file breaks, breaks here. The file comes on standard input, the
 * new one leaves on standard output; the way it ends says the rest. Knows no keys, no database, no environment.
 */
import decodeHeic from 'heic-decode';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { exitCodes, largestSide, mostPixels, type ImageKind } from './image-limits.ts';

// Nothing but the two loaders that are wanted: no SVG, no PDF, no TIFF, whatever the bytes say.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
sharp.cache(false);
sharp.concurrency(1);

async function reencode(kind: ImageKind, file: Buffer): Promise<Buffer> {
  const options = { limitInputPixels: mostPixels, failOn: 'warning', sequentialRead: true } as const;
  const image = await opened(kind, file, options);
  const fitting = image.resize({ width: largestSide, height: largestSide, fit: 'inside', withoutEnlargement: true });
  // Metadata is left behind by itself: only what is asked for is written.
  return kind === 'image/png'
    ? fitting.png({ compressionLevel: 8 }).toBuffer()
    : fitting.flatten({ background: '#ffffff' }).jpeg({ quality: 86 }).toBuffer();
}

async function opened(kind: ImageKind, file: Buffer, options: SharpOptions): Promise<Sharp> {
  if (kind !== 'image/heic') return sharp(file, options).autoOrient();
  // The decoder turns the picture as the file says.
  const { width, height, data } = await decodeHeic({ buffer: new Uint8Array(file) });
  return sharp(Buffer.from(data.buffer, data.byteOffset, data.byteLength), {
    ...options,
    raw: { width, height, channels: 4 },
  });
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
try {
  const answer = await reencode(process.argv[2] as ImageKind, Buffer.concat(chunks));
  process.stdout.write(answer, () => process.exit(0));
} catch (error) {
  const words = error instanceof Error ? error.message : '';
  process.exit(/pixel limit/i.test(words) ? exitCodes.tooLarge : exitCodes.unreadable);
}
