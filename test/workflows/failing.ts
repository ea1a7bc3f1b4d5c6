/** A release with a fault: every workflow task fails, and the engine tries again. */
export async function appointment(): Promise<never> {
  throw new TypeError('a fault of ours');
}
