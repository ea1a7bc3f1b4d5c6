import { describe, expect, it } from 'vitest';
import { fc, test } from '@fast-check/vitest';
import { insuranceSaid } from '../../domain/coverage/coverage.ts';
import { read271, write270, type EligibilityInquiry } from '../../domain/coverage/x12-eligibility.ts';
import { readInterchange, x12Text } from '../../domain/coverage/x12.ts';
import { answerFor, memberOf, readInquiry, rejectionOf } from '../../payer/answer.ts';

const at = '2026-11-23T21:30:00Z';
const inquiry: EligibilityInquiry = {
  trace: 'ABC123',
  at,
  on: '2026-11-23',
  payerName: 'Example Health',
  providerName: 'Clínica Uno',
  providerId: 'org1',
  memberId: 'w 123-456',
  groupNumber: 'G~1*2',
  subscriber: { family: 'Núñez', given: 'José', birthDate: '1980-02-29' },
  dependent: null,
};
const asked = { trace: 'ABC123', memberId: 'w 123-456' };

/** As a payer would write them, with delimiters of its own. */
const theirs = (body: string, trace = 'ABC123'): string => {
  const isa = `ISA|00|          |00|          |ZZ|PAYER          |ZZ|HEALTHSPHERE   |261123|2130|^|00501|000000009|0|P|>'`;
  const segments = [
    `BHT|0022|11|X|20261123|2130`,
    `TRN|2|${trace}|9HLTHSPHRE`,
    ...body.split('\n').filter((line) => line !== ''),
  ];
  return [isa.slice(0, -1), 'GS|HB|A|B|20261123|2130|1|X|005010X279A1', 'ST|271|0001|005010X279A1', ...segments,
    `SE|${segments.length + 2}|0001`, 'GE|1|1', 'IEA|1|000000009', ''].join("'\n"); // prettier-ignore
};

describe('an inquiry (270)', () => {
  it('is a whole interchange, in plain capitals, and nothing typed can end a segment', () => {
    const text = write270(inquiry);
    const interchange = readInterchange(text);
    expect(interchange?.transactionSet).toBe('270');
    const names = interchange!.segments.map(([name]) => name);
    expect(names).toEqual(['BHT', 'HL', 'NM1', 'HL', 'NM1', 'HL', 'TRN', 'NM1', 'REF', 'DMG', 'DTP', 'EQ']);
    expect(text).toContain('NM1*IL*1*NUNEZ*JOSE****MI*W 123-456~');
    expect(text).toContain('REF*6P*G 1 2~');
    expect(text.indexOf('~')).toBe(105);
  });

  it('asks about a dependent below the subscriber', () => {
    const text = write270({
      ...inquiry,
      dependent: { family: 'Núñez', given: 'Eva', birthDate: '2015-05-05', relation: 'child' },
    });
    const names = readInterchange(text)!.segments.map((segment) => segment.slice(0, 2).join(' '));
    expect(names).toEqual(['BHT 0022', 'HL 1', 'NM1 PR', 'HL 2', 'NM1 1P', 'HL 3', 'NM1 IL', 'REF 6P', 'DMG D8', 'HL 4', 'TRN 1', 'NM1 03', 'DMG D8', 'INS N', 'DTP 291', 'EQ 30']); // prettier-ignore
    expect(readInquiry(text)?.dependent?.[4]).toBe('EVA');
  });

  test.prop([fc.string({ unit: 'binary' }), fc.string()])('survives whatever was typed', (name, member) => {
    const text = write270({
      ...inquiry,
      payerName: name,
      memberId: member,
      subscriber: { family: name, given: member, birthDate: null },
    });
    expect(readInterchange(text)?.segments).toHaveLength(11);
    expect(x12Text(name)).not.toMatch(/[~*:^|]/);
  });
});

describe('an answer (271)', () => {
  const parsed = readInquiry(write270(inquiry))!;

  it('tells that somebody is insured, the plan and what is paid', () => {
    const answer = read271(answerFor(parsed, memberOf(parsed.memberId, new Map()), at), asked);
    expect(answer).toMatchObject({
      kind: 'answered',
      active: true,
      code: '1',
      planName: 'SANDBOX PPO',
      startsOn: '2026-01-01',
      endsOn: null,
    });
    expect(
      answer.kind === 'answered' && answer.benefits.map(({ code, amountCents, share }) => [code, amountCents, share]),
    ).toEqual([
      ['B', 2_500, null],
      ['C', 50_000, null],
      ['A', null, 0.2],
    ]);
  });

  it('tells that somebody is not insured any more, and that a member is unknown', () => {
    const ended = readInquiry(write270({ ...inquiry, memberId: 'A9' }))!;
    expect(read271(answerFor(ended, memberOf('A9', new Map()), at), { ...asked, memberId: 'A9' })).toMatchObject({
      active: false,
      code: '6',
    });
    expect(read271(answerFor(parsed, undefined, at), asked)).toEqual({ kind: 'rejected', code: '75', later: false });
    expect(read271(rejectionOf(parsed, '42', at), asked)).toEqual({ kind: 'rejected', code: '42', later: true });
  });

  it('reads the delimiters that the payer chose, and the plan among other services', () => {
    const answer = read271(
      theirs('NM1|IL|1|NUNEZ|JOSE||||MI|W123456\nDTP|291|RD8|20260101-20261231\nEB|6|IND|35\nEB|1|IND|30^98|HM|GOLD'),
      asked,
    );
    expect(answer).toMatchObject({
      kind: 'answered',
      active: true,
      planName: 'GOLD',
      startsOn: '2026-01-01',
      endsOn: '2026-12-31',
    });
  });

  it.each([
    ['nothing', '', 'not-x12'],
    ['a web page', '<html>502</html>'.repeat(20), 'not-x12'],
    ['half an answer', theirs('EB|1|IND|30').slice(0, -40), 'not-x12'],
    ['our own inquiry', write270(inquiry), 'not-271'],
    ['the answer to another question', theirs('EB|1|IND|30', 'OTHER'), 'wrong-trace'],
    ['the answer about somebody else', theirs('NM1|IL|1|X|Y||||MI|OTHER1\nEB|1|IND|30'), 'wrong-member'],
    ['an answer without a word on it', theirs('NM1|IL|1|X|Y||||MI|W123456\nEB|C|IND|30||||500'), 'no-benefit'],
  ])('passes nothing on of %s', (_name, text, code) => {
    expect(read271(text, asked)).toEqual({ kind: 'unusable', code });
  });

  test.prop([fc.string({ maxLength: 400 })])('never falls over, and never believes noise', (noise) => {
    expect(read271(noise, asked).kind).toBe('unusable');
    expect(['unusable', 'rejected', 'answered']).toContain(read271(theirs(noise.replace(/['|]/g, ' ')), asked).kind);
  });
});

describe('the answers of step insurance', () => {
  const yes = { 'insurance.has': [{ code: 'yes' }] };
  it('are read into a first and a second coverage', () => {
    const said = insuranceSaid({
      ...yes,
      'insurance.payer': ['Example Health'],
      'insurance.member-id': [' W1 '],
      'insurance.relation': [{ code: 'self' }],
      'insurance.card-front': [{ documentId: 'd1' }],
      'insurance.has-second': [true],
      'insurance2.payer': ['Medicare'],
      'insurance2.member-id': ['M2'],
      'insurance2.relation': [{ code: 'spouse' }],
      'insurance2.subscriber-name': ['Ana Núñez'],
      'insurance2.subscriber-birth-date': ['1979-01-01'],
    });
    expect(
      said.coverages.map(({ position, memberId, relation, subscriberName, frontDocumentId }) => [
        position,
        memberId,
        relation,
        subscriberName,
        frontDocumentId,
      ]),
    ).toEqual([
      ['primary', 'W1', 'self', null, 'd1'],
      ['secondary', 'M2', 'spouse', 'Ana Núñez', null],
    ]);
  });

  it('say nothing where a number is missing, or nobody is sure', () => {
    expect(insuranceSaid({ ...yes, 'insurance.payer': ['X'] }).coverages).toEqual([]);
    expect(insuranceSaid({ 'insurance.has': [{ code: 'not-sure' }] })).toEqual({ has: 'not-sure', coverages: [] });
    expect(insuranceSaid({})).toEqual({ has: 'not-sure', coverages: [] });
  });
});
