/** Links people in one file, or across two, record by record: each is compared with those seen before it. */
import { CandidateIndex } from '../../domain/identity/identity-blocking.ts';
import type { BlockingReport } from '../../domain/identity/identity-blocking.ts';
import { comparePrepared, identityFields } from '../../domain/identity/identity-matching.ts';
import type { IdentityMatch, IdentityRecord } from '../../domain/identity/identity-matching.ts';
import { prepareIdentity } from '../../domain/identity/identity-normalisation.ts';
import type { PreparedIdentity } from '../../domain/identity/identity-normalisation.ts';

export interface LinkedPair {
  readonly idA: string;
  readonly idB: string;
  readonly match: IdentityMatch;
}

export interface LinkReport extends BlockingReport {
  records: number;
  compared: number;
}

type Records = AsyncIterable<IdentityRecord> | Iterable<IdentityRecord>;

/** Pairs of 4 bits and more, as they are found. With two sources across them only, A's id first. */
export async function* linkIdentities(
  sources: readonly [Records] | readonly [Records, Records],
  options: { readonly countryCode?: string | undefined; readonly onEnd?: (report: LinkReport) => void } = {},
): AsyncGenerator<LinkedPair> {
  const index = new CandidateIndex();
  const counts = { records: 0, compared: 0 };
  const [a, b] = sources;
  if (b !== undefined) {
    for await (const record of a) {
      index.add(prepareIdentity(record, options.countryCode));
      counts.records += 1;
    }
  }
  for await (const record of b ?? a) {
    const prepared = prepareIdentity(record, options.countryCode);
    counts.records += 1;
    for (const candidate of index.candidates(prepared)) {
      counts.compared += 1;
      const pair = judged(candidate, prepared);
      if (pair !== null) yield pair;
    }
    if (b === undefined) index.add(prepared);
  }
  options.onEnd?.({ ...counts, ...index.report() });
}

function judged(a: PreparedIdentity, b: PreparedIdentity): LinkedPair | null {
  const match = comparePrepared(a, b);
  return match.decision === 'none' ? null : { idA: a.id, idB: b.id, match };
}

export const matchHeader = 'idA,idB,grade,score,decision,weights\r\n';

/** One line of the answer. Ids stay as they came in: a program reads them back, so nothing is put in front of them. */
export function matchLine({ idA, idB, match }: LinkedPair): string {
  const weights = identityFields
    .filter((field) => match.weights[field].level !== 'unknown')
    .map((field) => `${field}:${match.weights[field].level}:${match.weights[field].bits.toFixed(1)}`);
  const { grade, score, decision } = match;
  return `${quoted(idA)},${quoted(idB)},${grade},${score.toFixed(1)},${decision},${weights.join(';')}\r\n`;
}

const quoted = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
