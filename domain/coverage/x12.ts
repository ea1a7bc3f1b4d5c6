/** X12 interchanges as far as this platform speaks them: segments of elements, and the envelope around them (005010). */

export type Segment = readonly string[];

export interface Envelope {
  readonly sender: string;
  readonly receiver: string;
  /** GS01: HS for 270, HB for 271. */
  readonly functionalId: string;
  /** ST01 */
  readonly transactionSet: string;
  /** GS08, ST03 */
  readonly version: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** ISA13: nine digits. */
  readonly controlNumber: number;
}

/** The extended character set without our delimiters; letters lose what X12 cannot print. Upper case, as payers compare. */
export function x12Text(text: string, longest = 60): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/[^A-Z0-9 .,'/&()+\-#]/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, longest)
    .trim();
}

const padded = (text: string, length: number): string => x12Text(text, length).padEnd(length);

/** One transaction set in its envelope. Empty elements at the end of a segment are left out, as the standard asks. */
export function writeInterchange(envelope: Envelope, body: readonly Segment[]): string {
  const { sender, receiver, functionalId, transactionSet, version, at } = envelope;
  const date = at.slice(0, 10).replaceAll('-', '');
  const time = at.slice(11, 16).replace(':', '');
  const control = String(envelope.controlNumber).padStart(9, '0');
  const isa = ['ISA', '00', ' '.repeat(10), '00', ' '.repeat(10), 'ZZ', padded(sender, 15), 'ZZ', padded(receiver, 15),
    date.slice(2), time, '^', '00501', control, '0', 'P', ':']; // prettier-ignore
  const segments: Segment[] = [
    ['GS', functionalId, x12Text(sender, 15), x12Text(receiver, 15), date, time, '1', 'X', version],
    ['ST', transactionSet, '0001', version],
    ...body,
    ['SE', String(body.length + 2), '0001'],
    ['GE', '1', '1'],
    ['IEA', '1', control],
  ];
  return [isa.join('*'), ...segments.map((segment) => segment.join('*').replace(/\*+$/, ''))]
    .map((line) => `${line}~\n`)
    .join('');
}

export interface Interchange {
  readonly transactionSet: string;
  /** Between ST and SE, both left out. */
  readonly segments: readonly Segment[];
  /** What stands between the values of one element that may be repeated. */
  readonly repetition: string;
}

const longestInterchange = 512 * 1024;

/** @returns undefined for what is no complete interchange with exactly one transaction set */
export function readInterchange(text: string): Interchange | undefined {
  if (text.length > longestInterchange || text.length < 106 || !text.startsWith('ISA')) return undefined;
  // ISA has a fixed width: its delimiters are where they always are.
  const [element, terminator] = [text.charAt(3), text.charAt(105)];
  if (new Set([element, terminator, text.charAt(104)]).size < 3 || /[A-Z0-9]/i.test(element + terminator))
    return undefined;
  const segments = text
    .split(terminator)
    .map((segment) => segment.trim().split(element))
    .filter(([name]) => name !== '');
  const [isa, gs, st] = segments;
  const [se, ge, iea] = segments.slice(-3);
  if (isa?.length !== 17 || gs?.[0] !== 'GS' || st?.[0] !== 'ST') return undefined;
  if (se?.[0] !== 'SE' || ge?.[0] !== 'GE' || iea?.[0] !== 'IEA') return undefined;
  const body = segments.slice(3, -3);
  // Cut in the middle, or two answers in one.
  if (iea[2] !== isa[13] || Number(se[1]) !== body.length + 2 || body.some(([name]) => name === 'ST')) return undefined;
  return { transactionSet: st[1] ?? '', segments: body, repetition: isa[11] ?? '^' };
}

/** `CCYYMMDD` as `YYYY-MM-DD`; null for anything else. */
export function x12Date(text: string | undefined): string | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text ?? '') ?? [];
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return null;
  return `${year}-${month}-${day}`;
}
