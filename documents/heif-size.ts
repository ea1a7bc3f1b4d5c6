/** The dimensions that a HEIC file states, read from its boxes (ISO/IEC 23008-12, 14496-12) before anything is decoded. */

interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** Boxes of a range; ends at the first that does not fit into it. */
function* boxesIn(file: Buffer, from: number, to: number): Generator<Box> {
  let at = from;
  for (let count = 0; at + 8 <= to && count < 2_000; count += 1) {
    let size = file.readUInt32BE(at);
    let header = 8;
    if (size === 1) {
      if (at + 16 > to) return;
      const large = file.readBigUInt64BE(at + 8);
      if (large > BigInt(to)) return;
      size = Number(large);
      header = 16;
    } else if (size === 0) size = to - at;
    if (size < header || at + size > to) return;
    yield { type: file.toString('latin1', at + 4, at + 8), from: at + header, to: at + size };
    at += size;
  }
}

const inside = (file: Buffer, boxes: readonly Box[], type: string, skip = 0): Box[] =>
  boxes.flatMap((box) => [...boxesIn(file, box.from + skip, box.to)]).filter((box) => box.type === type);

/** The largest picture that the file announces, in pixels; undefined where it announces none. */
export function heifPixels(file: Buffer): number | undefined {
  const top: Box[] = [{ type: 'file', from: 0, to: file.length }];
  // `meta` and `ispe` are full boxes: four bytes of version and flags come first.
  const sizes = inside(file, inside(file, inside(file, inside(file, top, 'meta'), 'iprp', 4), 'ipco'), 'ispe');
  const pixels = sizes
    .filter(({ from, to }) => to - from >= 12)
    .map(({ from }) => file.readUInt32BE(from + 4) * file.readUInt32BE(from + 8));
  return pixels.length === 0 ? undefined : Math.max(...pixels);
}
