/** What the payer sandbox answers: 271 for a 270 (005010X279A1). Honest about being none: it knows no real member. */
import { eligibilityVersion } from '../domain/coverage/x12-eligibility.ts';
import { readInterchange, writeInterchange, x12Text, type Segment } from '../domain/coverage/x12.ts';

export interface Member {
  readonly memberId: string;
  readonly active: boolean;
  readonly planName: string;
  /** `YYYY-MM-DD` */
  readonly startsOn: string;
  readonly endsOn?: string | undefined;
  readonly copayCents: number;
}

export interface Inquiry {
  readonly trace: string;
  readonly memberId: string;
  readonly payer: Segment;
  readonly provider: Segment;
  readonly subscriber: Segment;
  readonly dependent: Segment | undefined;
  readonly birth: Segment | undefined;
}

/** @returns undefined for what is no 270 */
export function readInquiry(text: string): Inquiry | undefined {
  const interchange = readInterchange(text);
  if (interchange?.transactionSet !== '270') return undefined;
  const first = (name: string, code?: string): Segment | undefined =>
    interchange.segments.find((segment) => segment[0] === name && (code === undefined || segment[1] === code));
  const [trace, payer, provider, subscriber] = [
    first('TRN')?.[2],
    first('NM1', 'PR'),
    first('NM1', '1P'),
    first('NM1', 'IL'),
  ];
  if (trace === undefined || payer === undefined || provider === undefined || subscriber === undefined)
    return undefined;
  return {
    trace,
    memberId: subscriber[9] ?? '',
    payer,
    provider,
    subscriber,
    dependent: first('NM1', '03'),
    birth: first('DMG'),
  };
}

/**
 * Members that nobody enrolled are made up by their number, so that any card can be tried: numbers that begin with X are
 * unknown (AAA 75), those that end with 9 are insured no more, all others are.
 */
export function memberOf(memberId: string, enrolled: ReadonlyMap<string, Member>): Member | undefined {
  const plain = memberId.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const known = enrolled.get(plain);
  if (known !== undefined) return known;
  if (plain === '' || plain.startsWith('X')) return undefined;
  return {
    memberId: plain,
    active: !plain.endsWith('9'),
    planName: 'SANDBOX PPO',
    startsOn: '2026-01-01',
    copayCents: 2_500,
  };
}

export function answerFor(inquiry: Inquiry, member: Member | undefined, at: string): string {
  if (member === undefined) return answer(inquiry, at, inquiry.memberId, [['AAA', 'N', '', '75', 'C']]);
  const dates: Segment[] = [
    ['DTP', '346', 'D8', member.startsOn.replaceAll('-', '')],
    ...(member.endsOn === undefined ? [] : [['DTP', '347', 'D8', member.endsOn.replaceAll('-', '')]]),
  ];
  const benefits: Segment[] = member.active
    ? [
        ['EB', '1', 'IND', '30', 'PR', x12Text(member.planName, 50)],
        ['EB', 'B', 'IND', '98', '', '', '27', (member.copayCents / 100).toFixed(2), '', '', '', '', 'Y'],
        ['EB', 'C', 'IND', '30', '', '', '29', '500.00', '', '', '', '', 'Y'],
        ['EB', 'A', 'IND', '30', '', '', '', '', '.2', '', '', 'N', 'Y'],
      ]
    : [['EB', '6', 'IND', '30', 'PR', x12Text(member.planName, 50)]];
  return answer(inquiry, at, member.memberId, [...dates, ...benefits]);
}

/** AAA at the payer's level: not now (42), for instance. */
export const rejectionOf = (inquiry: Inquiry, code: string, at: string): string =>
  answer(inquiry, at, inquiry.memberId, [], [['AAA', 'Y', '', code, 'P']]);

function answer(
  inquiry: Inquiry,
  at: string,
  memberId: string,
  body: readonly Segment[],
  payerLevel: readonly Segment[] = [],
): string {
  const { payer, provider, subscriber, dependent, birth, trace } = inquiry;
  const traced: Segment = ['TRN', '2', trace, '9HLTHSPHRE'];
  const insured: Segment = [...subscriber.slice(0, 9), x12Text(memberId, 80)];
  const person: Segment[] = birth === undefined ? [] : [birth];
  const segments: Segment[] = [
    ['BHT', '0022', '11', trace, at.slice(0, 10).replaceAll('-', ''), at.slice(11, 16).replace(':', '')],
    ['HL', '1', '', '20', '1'],
    payer,
    ...payerLevel,
    ['HL', '2', '1', '21', '1'],
    provider,
    ['HL', '3', '2', '22', dependent === undefined ? '0' : '1'],
    ...(dependent === undefined
      ? [traced, insured, ...person]
      : [insured, ['HL', '4', '3', '23', '0'], traced, dependent, ...person]),
    ...body,
  ];
  const receiver = 'HEALTHSPHERE';
  const envelope = { sender: payer[3] ?? 'PAYER', receiver, functionalId: 'HB', transactionSet: '271', version: eligibilityVersion, at, controlNumber: 1 }; // prettier-ignore
  return writeInterchange(envelope, segments);
}
