/**
 * Whether somebody is insured: the inquiry (X12 270) and its answer (271), 005010X279A1. The subset: one payer, one provider,
 * one subscriber and at most one dependent, service type 30 (the plan as a whole). Of the answer: AAA rejections, EB
 * segments with amounts, plan dates, and who it is about. Loops 2120 (benefit related entities) are passed over.
 */
import { readInterchange, writeInterchange, x12Date, x12Text, type Segment } from './x12.ts';

export const eligibilityVersion = '005010X279A1';

export interface PersonAsked {
  readonly family: string;
  readonly given: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string | null;
}

export interface EligibilityInquiry {
  /** Ours, echoed in the answer; letters and digits. */
  readonly trace: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** `YYYY-MM-DD`: insured on that day? */
  readonly on: string;
  readonly payerName: string;
  readonly providerName: string;
  readonly providerId: string;
  readonly memberId: string;
  readonly groupNumber: string | null;
  readonly subscriber: PersonAsked;
  /** The patient, where somebody else is the subscriber. */
  readonly dependent: (PersonAsked & { readonly relation: 'spouse' | 'child' | 'other' }) | null;
}

export interface Benefit {
  /** EB01: B copay, C deductible, G out of pocket, A coinsurance. */
  readonly code: string;
  /** EB02: IND, FAM ... */
  readonly level: string | null;
  /** EB03 */
  readonly serviceTypes: readonly string[];
  /** EB06: 23 year, 29 remaining, 27 visit ... */
  readonly period: string | null;
  /** EB07 in cents. */
  readonly amountCents: number | null;
  /** EB08: 0.2 is 20 percent. */
  readonly share: number | null;
  /** EB11 */
  readonly authorizationRequired: boolean | null;
  /** EB12 */
  readonly inNetwork: boolean | null;
}

export type EligibilityAnswer =
  | {
      readonly kind: 'answered';
      readonly active: boolean;
      /** EB01 that says so. */
      readonly code: string;
      readonly planName: string | null;
      readonly startsOn: string | null;
      readonly endsOn: string | null;
      readonly benefits: readonly Benefit[];
    }
  /** AAA: the payer will not say. `later`: it could not just now. */
  | { readonly kind: 'rejected'; readonly code: string; readonly later: boolean }
  | {
      readonly kind: 'unusable';
      readonly code: 'not-x12' | 'not-271' | 'wrong-trace' | 'wrong-member' | 'no-benefit';
    };

const nameOf = (code: string, { family, given }: PersonAsked, id: Segment = []): Segment => [
  'NM1',
  code,
  '1',
  x12Text(family),
  x12Text(given, 35),
  '',
  '',
  '',
  ...id,
];
const born = ({ birthDate }: PersonAsked): Segment[] =>
  birthDate === null ? [] : [['DMG', 'D8', birthDate.replaceAll('-', '')]];
const relationCodes = { spouse: '01', child: '19', other: '34' } as const;

/** The inquiry as it is sent. */
export function write270(inquiry: EligibilityInquiry): string {
  const { trace, at, on, dependent } = inquiry;
  const day = at.slice(0, 10).replaceAll('-', '');
  const asked: Segment[] = [
    ['DTP', '291', 'D8', on.replaceAll('-', '')],
    ['EQ', '30'],
  ];
  const traced: Segment = ['TRN', '1', trace, '9HLTHSPHRE'];
  const group: Segment[] = inquiry.groupNumber === null ? [] : [['REF', '6P', x12Text(inquiry.groupNumber, 50)]];
  const subscriber = nameOf('IL', inquiry.subscriber, ['MI', x12Text(inquiry.memberId, 80)]);
  const body: Segment[] = [
    ['BHT', '0022', '13', trace, day, at.slice(11, 16).replace(':', '')],
    ['HL', '1', '', '20', '1'],
    [
      'NM1',
      'PR',
      '2',
      x12Text(inquiry.payerName),
      '',
      '',
      '',
      '',
      'PI',
      x12Text(inquiry.payerName, 20).replaceAll(' ', ''),
    ],
    ['HL', '2', '1', '21', '1'],
    ['NM1', '1P', '2', x12Text(inquiry.providerName), '', '', '', '', 'SV', x12Text(inquiry.providerId, 40)],
    ['HL', '3', '2', '22', dependent === null ? '0' : '1'],
    ...(dependent === null ? [traced] : []),
    subscriber,
    ...group,
    ...born(inquiry.subscriber),
    ...(dependent === null
      ? asked
      : [
          ['HL', '4', '3', '23', '0'],
          traced,
          nameOf('03', dependent),
          ...born(dependent),
          ['INS', 'N', relationCodes[dependent.relation]],
          ...asked,
        ]),
  ];
  const envelope = {
    sender: 'HEALTHSPHERE',
    receiver: inquiry.payerName,
    functionalId: 'HS',
    transactionSet: '270',
    version: eligibilityVersion,
    at,
    controlNumber: controlNumberOf(trace),
  };
  return writeInterchange(envelope, body);
}

/** The same inquiry has the same number. */
const controlNumberOf = (trace: string): number =>
  [...trace].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 999_999_937, 7) + 1;

const activeCodes = new Set(['1', '2', '3', '4', '5']);
const inactiveCodes = new Set(['6', '7', '8']);
/** AAA03: unable to respond at current time; no response received. */
const laterCodes = new Set(['42', '80']);

/**
 * Reads an answer. What is about another member, or answers another question, is none: nothing of it is passed on.
 * @param asked trace and member of the inquiry, the member as it was sent
 */
export function read271(text: string, asked: { readonly trace: string; readonly memberId: string }): EligibilityAnswer {
  const interchange = readInterchange(text);
  if (interchange === undefined) return { kind: 'unusable', code: 'not-x12' };
  if (interchange.transactionSet !== '271') return { kind: 'unusable', code: 'not-271' };
  const { segments, repetition } = interchange;
  const all = (name: string): Segment[] => segments.filter((segment) => segment[0] === name);
  const rejection = all('AAA').find((segment) => segment[3] !== undefined && segment[3] !== '');
  const traces = all('TRN').map((segment) => segment[2]);
  // A payer that cannot answer at all may not know the trace.
  if (traces.length > 0 && !traces.includes(asked.trace)) return { kind: 'unusable', code: 'wrong-trace' };
  if (rejection !== undefined) {
    const code = /^[0-9A-Z]{1,3}$/.test(rejection[3] ?? '') ? (rejection[3] ?? '') : 'unknown';
    return { kind: 'rejected', code, later: laterCodes.has(code) };
  }
  if (traces.length === 0) return { kind: 'unusable', code: 'wrong-trace' };
  const insured = all('NM1').find((segment) => segment[1] === 'IL');
  if (insured !== undefined && insured[9] !== undefined && plain(insured[9]) !== plain(asked.memberId))
    return { kind: 'unusable', code: 'wrong-member' };
  const statuses = all('EB').filter(
    (segment) => activeCodes.has(segment[1] ?? '') || inactiveCodes.has(segment[1] ?? ''),
  );
  const whole = statuses.find((segment) => (segment[3] ?? '').split(repetition).includes('30')) ?? statuses[0];
  if (whole === undefined) return { kind: 'unusable', code: 'no-benefit' };
  const dates = all('DTP');
  const dateOf = (...codes: string[]): string | null =>
    x12Date(dates.find((segment) => codes.includes(segment[1] ?? '') && segment[2] === 'D8')?.[3]);
  const range = dates.find((segment) => segment[1] === '291' && segment[2] === 'RD8')?.[3]?.split('-') ?? [];
  const code = whole[1] ?? '';
  return {
    kind: 'answered',
    active: activeCodes.has(code),
    code,
    planName: whole[5] === undefined || whole[5] === '' ? null : whole[5].slice(0, 50),
    startsOn: dateOf('346', '356') ?? x12Date(range[0]),
    endsOn: dateOf('347', '357') ?? x12Date(range[1]),
    benefits: all('EB')
      .filter((segment) => !statuses.includes(segment))
      .slice(0, 60)
      .map((segment) => benefitOf(segment, repetition)),
  };
}

const plain = (memberId: string): string => memberId.toUpperCase().replace(/[^A-Z0-9]/g, '');
const word = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text.slice(0, 20);
const yesNo = (text: string | undefined): boolean | null => (text === 'Y' ? true : text === 'N' ? false : null);

function amount(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : null;
}

function benefitOf(eb: Segment, repetition: string): Benefit {
  const share = eb[8] !== undefined && /^(0?\.\d+|[01](\.0+)?)$/.test(eb[8]) ? Number(eb[8]) : null;
  return {
    code: word(eb[1]) ?? '',
    level: word(eb[2]),
    serviceTypes: (eb[3] ?? '').split(repetition).filter((type) => type !== '').slice(0, 20), // prettier-ignore
    period: word(eb[6]),
    amountCents: amount(eb[7]),
    share,
    authorizationRequired: yesNo(eb[11]),
    inNetwork: yesNo(eb[12]),
  };
}
