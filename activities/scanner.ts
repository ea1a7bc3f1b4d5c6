/** Whether a file is malware: a port, because who looks differs from clinic to clinic. */
export type ScanVerdict = { readonly clean: true } | { readonly clean: false; readonly finding: string };

export interface Scanner {
  /** Kept with the verdict. */
  readonly name: string;
  /** @throws when it cannot tell now; the file then stays in quarantine */
  scan(content: Uint8Array): Promise<ScanVerdict>;
}
