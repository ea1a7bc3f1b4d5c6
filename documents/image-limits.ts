/** What a picture may be; shared by those who decode it and those who wait for that. */
export type ImageKind = 'image/jpeg' | 'image/png' | 'image/heic';

/** The best telephones take 48 million. */
export const mostPixels = 50_000_000;
/** A card is readable with less. Pixels. */
export const largestSide = 4_096;
/** Decoding takes a second or two; a picture that takes longer is one that was made for that. */
export const withinMs = 20_000;
/** Fifty million pixels of four bytes, twice, and the decoder. Bytes of resident memory. */
export const mostMemory = 1_200_000_000;
/** Of a file that is written again. */
export const mostBytesOut = 25 * 1024 * 1024;

export const exitCodes = { unreadable: 3, tooLarge: 4 } as const;
