declare module 'heic-decode' {
  /** RGBA, turned as the file says. @throws for what is no HEIC picture */
  export default function decode(input: {
    readonly buffer: Uint8Array;
  }): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }>;
}
