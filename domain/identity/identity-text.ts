/** How like two strings are: the measures behind the levels of identity-levels.ts. All expect folded text. */

/** Jaro-Winkler similarity, 0 to 1, prefix scale 0.1 up to four letters. */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const usedInB = new Uint8Array(b.length);
  const common: number[] = [];
  for (let i = 0; i < a.length; i += 1) {
    const end = Math.min(b.length, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < end; j += 1) {
      if (usedInB[j] === 1 || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      usedInB[j] = 1;
      common.push(a.charCodeAt(i));
      break;
    }
  }
  if (common.length === 0) return 0;
  let outOfPlace = 0;
  for (let j = 0, k = 0; j < b.length; j += 1) {
    if (usedInB[j] === 0) continue;
    if (common[k] !== b.charCodeAt(j)) outOfPlace += 1;
    k += 1;
  }
  const m = common.length;
  const jaro = (m / a.length + m / b.length + (m - outOfPlace / 2) / m) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** At most `limit` insertions, deletions, substitutions or swaps of neighbours (optimal string alignment). */
export function withinEdits(a: string, b: string, limit: number): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > limit) return false;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const differs = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + differs);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return false;
    beforeLast = last;
    last = row;
  }
  return last[b.length]! <= limit;
}

const codes: Readonly<Record<string, string>> = {
  b: '1', f: '1', p: '1', v: '1', c: '2', g: '2', j: '2', k: '2', q: '2', s: '2', x: '2', z: '2',
  d: '3', t: '3', l: '4', m: '5', n: '5', r: '6',
}; // prettier-ignore

/** American Soundex. Names of other scripts are their own first four signs, so that they still meet each other. */
export function soundex(name: string): string {
  const letters = name.replace(/[^\p{L}\p{N}]/gu, '');
  if (!/^[a-z]/.test(letters)) return letters.slice(0, 4);
  let code = letters[0]!.toUpperCase();
  let before = codes[letters[0]!];
  for (const letter of letters.slice(1)) {
    const digit = codes[letter];
    if (digit !== undefined && digit !== before) code += digit;
    if (letter !== 'h' && letter !== 'w') before = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, '0');
}
