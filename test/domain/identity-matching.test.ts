/** Who may be one person: the figures of the specification, the rules of the link, and how well both do on people who are hard to tell apart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkIdentities } from '../../scripts/match/link.ts';
import { CandidateIndex } from '../../domain/identity/identity-blocking.ts';
import { compareIdentities, identityFields } from '../../domain/identity/identity-matching.ts';
import type { IdentityRecord } from '../../domain/identity/identity-matching.ts';
import { probabilities } from '../../domain/identity/identity-levels.ts';
import { nicknameOf } from '../../domain/identity/identity-nicknames.ts';
import { prepareIdentity, splitAddress } from '../../domain/identity/identity-normalisation.ts';
import { jaroWinkler, soundex, withinEdits } from '../../domain/identity/identity-text.ts';
import { inventPeople } from '../support/identity-people.ts';

const nobody: IdentityRecord = {
  id: 'x',
  names: [],
  birthDate: null,
  address: null,
  suburb: null,
  postcode: null,
  state: null,
  phones: [],
  emails: [],
  nationalIds: [],
  memberIds: [],
};
const sure = (value: string) => [{ value, verified: true }];
const unsure = (value: string) => [{ value, verified: false }];
const person = (given: string | null, surname: string | null, rest: Partial<IdentityRecord> = {}): IdentityRecord => ({
  ...nobody,
  names: [{ given, surname }],
  birthDate: '1971-03-04',
  ...rest,
});
const compare = compareIdentities;

describe('S18', () => {
  it('“José María Casares” and “JOSE MARIA CASARES” with one birth date: 7.2 + 6.4 + 11.6 = 25.1 bits, certain, and a person’s to decide', () => {
    const match = compare(person('José María', 'Casares'), person('JOSE MARIA', 'CASARES'));
    expect(match).toMatchObject({ score: 25.1, grade: 'certain', decision: 'queued' });
    const known = identityFields.filter((field) => match.weights[field].level !== 'unknown');
    expect(known.map((field) => [field, match.weights[field].bits.toFixed(1)])).toEqual([
      ['surname', '7.2'],
      ['given', '6.4'],
      ['birthDate', '11.6'],
    ]);
  });

  it('the same and a verified member id: linked; not verified on one side: queued', () => {
    const plan = { memberIds: sure('M-1234 567') };
    const one = person('José María', 'Casares', plan);
    expect(compare(one, person('JOSE MARIA', 'CASARES', plan)).decision).toBe('linked');
    expect(compare(one, person('JOSE MARIA', 'CASARES', { memberIds: unsure('M1234567') })).decision).toBe('queued');
  });

  it('twins Ana and Eva of one surname, birth date, telephone and address: far over 18, and capped at possible', () => {
    const home = { phones: unsure('617 555 0134'), address: '12 Main St', suburb: 'Salem', postcode: '01970' };
    const match = compare(person('Ana', 'Casares', home), person('Eva', 'Casares', home));
    expect(match.score).toBeGreaterThan(40);
    expect(match).toMatchObject({ grade: 'possible', decision: 'queued' });
    const numbered = compare(
      person('Ana', 'Casares', { ...home, nationalIds: sure('123456789') }),
      person('Eva', 'Casares', { ...home, nationalIds: sure('987001234') }),
    );
    expect(numbered.decision).toBe('none');
  });
});

describe('levels', () => {
  const levelOf = (field: (typeof identityFields)[number], a: Partial<IdentityRecord>, b: Partial<IdentityRecord>) =>
    compare({ ...nobody, ...a }, { ...nobody, ...b }).weights[field].level;
  const named = (given: string | null, surname: string | null) => ({ names: [{ given, surname }] });

  it('names: marks, case, ß ø ł đ æ, apostrophes and hyphens do not count', () => {
    for (const [a, b] of [
      ['O’Brien', 'O Brien'],
      ['Müller', 'MULLER'],
      ['Groß', 'Gross'],
      ['Sørensen', 'Sorensen'],
      ['Łukasz', 'LUKASZ'],
      ['Đặng', 'Dang'],
      ['Ærø', 'Aero'],
      ['Fernández-Vega', 'Fernandez Vega'],
    ])
      expect([a, levelOf('surname', named('A', a!), named('A', b!))]).toEqual([a, 'exact']);
    expect(levelOf('surname', named('A', 'Casares'), named('A', 'Cassares'))).toBe('close');
    expect(levelOf('surname', named('A', 'García'), named('A', 'García Lorca'))).toBe('close');
    expect(levelOf('surname', named('A', 'Casares'), named('A', 'Quevedo'))).toBe('different');
  });

  it('given names: nicknames agree, an initial proves nothing, two fields in each other’s place are found', () => {
    expect(levelOf('given', named('Robert', 'X'), named('Bob', 'X'))).toBe('nickname');
    expect(levelOf('given', named('Robert', 'X'), named('R', 'X'))).toBe('unknown');
    expect(levelOf('given', named('Robert', 'X'), named('K', 'X'))).toBe('different');
    expect(levelOf('given', named('Linh', 'Phạm'), named('Pham', 'Linh'))).toBe('close');
    expect([nicknameOf('alexander', 'alexandra'), nicknameOf('alex', 'alexandra'), nicknameOf('bob', 'rob')]).toEqual([
      null,
      'shared',
      'clear',
    ]);
  });

  it('every name of a person is a row, the best counts; kana and romanised names are compared with their like', () => {
    const many = { names: [{ given: '花子', surname: '山田' }, { given: 'はなこ', surname: 'やまだ' }, { given: 'Hanako', surname: 'Yamada' }] }; // prettier-ignore
    expect(levelOf('given', many, named('ハナコ', 'ヤマダ'))).toBe('exact');
    expect(levelOf('surname', many, named('HANAKO', 'YAMADA'))).toBe('exact');
    expect(levelOf('surname', named('花子', '山田'), named('Hanako', 'Yamada'))).toBe('unknown');
    const married = { names: [{ given: 'Ana', surname: 'Vega' }, { given: null, surname: 'Casares' }] }; // prettier-ignore
    expect(levelOf('surname', married, named('Ana', 'Casares'))).toBe('exact');
    // The row of a maiden name does not hide that the given names differ.
    expect(levelOf('given', married, named('Eva', 'Casares'))).toBe('different');
  });

  it('birth dates: day and month swapped, or one slip; what is no date of the calendar never agrees wholly', () => {
    const born = (birthDate: string | null) => ({ birthDate });
    for (const [a, b, level] of [
      ['1971-03-04', '19710304', 'exact'],
      ['1971-03-04', '1971-04-03', 'close'],
      ['1971-03-04', '1971-03-14', 'close'],
      ['1971-03-04', '1917-03-04', 'close'],
      ['1971-03-04', '1982-11-30', 'different'],
      ['1971-03-04', '1971-03', 'close'],
      ['1971-03-04', '1971', 'unknown'],
      ['1971-03-04', '1972', 'different'],
      ['1971-13-44', '1971-13-44', 'close'],
      ['1900-01-01', '1900-01-01', 'unknown'],
      ['not known', '1971-03-04', 'unknown'],
    ] as const)
      expect([a, b, levelOf('birthDate', born(a), born(b))]).toEqual([a, b, level]);
  });

  it('telephones as E.164, addresses by number and street, numbers by slips', () => {
    const level = (a: Partial<IdentityRecord>, b: Partial<IdentityRecord>, field: (typeof identityFields)[number]) => levelOf(field, a, b); // prettier-ignore
    expect(level({ phones: unsure('(617) 555-0134') }, { phones: unsure('+1 617 555 0134') }, 'phone')).toBe('exact');
    expect(level({ nationalIds: sure('123-45-6789') }, { nationalIds: sure('123456798') }, 'nationalId')).toBe('close');
    expect(level({ nationalIds: sure('111111111') }, { nationalIds: sure('111111111') }, 'nationalId')).toBe('unknown');
    expect(splitAddress('Unit 3, 12a Main St.')).toEqual({ houseNumber: '12a', street: 'mainstreet' });
    expect(splitAddress('Main Street 12a')).toEqual({ houseNumber: '12a', street: 'mainstreet' });
  });

  it('measures: Jaro-Winkler and Soundex as published', () => {
    expect(jaroWinkler('martha', 'marhta')).toBeCloseTo(0.961, 3);
    expect(jaroWinkler('dwayne', 'duane')).toBeCloseTo(0.84, 2);
    expect(jaroWinkler('dixon', 'dicksonx')).toBeCloseTo(0.813, 3);
    expect([soundex('robert'), soundex('rupert'), soundex('ashcraft'), soundex('tymczak'), soundex('pfister')]).toEqual(
      ['R163', 'R163', 'A261', 'T522', 'P236'],
    );
    expect([withinEdits('ab', 'ba', 1), withinEdits('abc', 'axc', 1), withinEdits('abc', 'xyz', 2)]).toEqual([true, true, false]); // prettier-ignore
  });
});

describe('the link without a person', () => {
  const all = { nationalIds: sure('123456789'), memberIds: sure('M1234567'), phones: sure('6175550134') };
  const base = person('Robert', 'Casares', all);
  it('needs certain, birth date, given name or nickname, and one verified number that none contradicts', () => {
    const with_ = (given: string, rest: Partial<IdentityRecord>) =>
      compare(base, person(given, 'Casares', { ...all, ...rest })).decision;
    expect(with_('Bob', {})).toBe('linked');
    expect(with_('Robert', { birthDate: '1971-04-03' })).toBe('queued');
    expect(with_('Roberta', {})).toBe('queued');
    expect(with_('Robert', { birthDate: null })).toBe('queued');
    expect(with_('Robert', { nationalIds: sure('987001234') })).toBe('queued');
    expect(with_('Robert', { nationalIds: [], memberIds: [] })).toBe('linked');
    expect(with_('Robert', { nationalIds: [], memberIds: [], phones: unsure('6175550134') })).toBe('queued');
  });

  it('a plan or a telephone does not tell Alexander from Alexandra where one is written as Alex', () => {
    const family = { memberIds: sure('M1234567'), phones: sure('6175550134') };
    expect(compare(person('Alex', 'Casares', family), person('Alexandra', 'Casares', family)).decision).toBe('queued');
  });
});

describe('households', () => {
  const home = { address: '12 Main St', suburb: 'Salem', postcode: '01970', phones: unsure('6175550134'), memberIds: sure('M1234567') }; // prettier-ignore
  it('a whole address, a telephone and a plan do not make one person of two', () => {
    const pairs: [IdentityRecord, IdentityRecord][] = [
      [person('Ana', 'Casares', home), person('Luis', 'Casares', { ...home, birthDate: '1969-08-17' })],
      [person('Juan', 'Casares', home), person('Juan', 'Casares', { ...home, birthDate: '1999-10-21' })],
      [person('Juan', 'Casares', { ...home, nationalIds: sure('123456789') }), person('Juan', 'Casares', { ...home, birthDate: null, nationalIds: sure('987001234') })],
      [person(null, 'Casares', { ...home, birthDate: null }), person('Luis', 'Casares', home)],
    ]; // prettier-ignore
    for (const [a, b] of pairs) expect(compare(a, b)).toMatchObject({ grade: 'none', decision: 'none' });
  });
});

describe('properties', () => {
  it('the order of the two does not matter, weights add up, and each bit is the table’s', () => {
    const people = inventPeople({ seed: 99, records: 300, slips: 3 });
    const pick = fc.integer({ min: 0, max: people.length - 1 });
    fc.assert(
      fc.property(pick, pick, (i, j) => {
        const [a, b] = [people[i]!.record, people[j]!.record];
        const match = compare(a, b);
        expect(compare(b, a)).toEqual(match);
        const sum = identityFields.reduce((total, field) => total + match.weights[field].bits, 0);
        expect(match.score).toBeCloseTo(sum, 0);
        if (match.decision === 'linked') expect(match.weights.birthDate.level).toBe('exact');
        if (match.weights.given.level === 'different') expect(['possible', 'none']).toContain(match.grade);
      }),
    );
    expect(Math.log2(probabilities.phone.exact[0] / probabilities.phone.exact[1])).toBeCloseTo(13.9, 1);
  });

  it('a block that outgrows its limit is divided and loses no pair that shares one thing more', () => {
    const index = new CandidateIndex(20);
    const records = Array.from({ length: 200 }, (_, n) =>
      prepareIdentity({ ...person(`Given${n}`, `Surname${n}`, { nationalIds: sure(`70000${n}`) }), id: String(n) }),
    );
    for (const record of records) index.add(record);
    expect(index.report().giantBlocks).toBeGreaterThan(0);
    for (const record of records) expect(index.candidates(record).map(({ id }) => id)).toContain(record.id);
    // Who shares only what everybody shares is counted, not forgotten.
    index.candidates(prepareIdentity({ ...person(null, null), id: 'y' }));
    expect(index.report().leftOut).toBeGreaterThan(0);
  });

  it('I25: on invented people no wrong link, precision ≥ 0.999 and recall ≥ 0.95 of what is linked or queued', async () => {
    const total = { true: 0, found: 0, wrong: 0, wrongLinks: 0 };
    for (const [seed, slips] of [
      [11, 1],
      [12, 1],
      [13, 2],
      [14, 2],
      [15, 3],
      [22, 2],
    ] as const) {
      const people = inventPeople({ seed, records: 2_000, slips });
      const personOf = new Map(people.map(({ record, person: who }) => [record.id, who]));
      const size = new Map<number, number>();
      for (const who of personOf.values()) size.set(who, (size.get(who) ?? 0) + 1);
      let pairs = 0;
      for (const n of size.values()) pairs += (n * (n - 1)) / 2;
      let found = 0;
      for await (const { idA, idB, match } of linkIdentities([people.map(({ record }) => record)])) {
        if (personOf.get(idA) === personOf.get(idB)) {
          found += 1;
          continue;
        }
        if (match.decision === 'linked') total.wrongLinks += 1;
        // Twins of whom no number is known among them: S18 asks a person, and it counts as a wrong pair all the same.
        total.wrong += 1;
      }
      expect(found / pairs).toBeGreaterThanOrEqual(0.95);
      total.true += pairs;
      total.found += found;
    }
    expect(total.wrongLinks).toBe(0);
    expect(total.found / (total.found + total.wrong)).toBeGreaterThanOrEqual(0.999);
  });

  it('I25: no wrong link, whatever the seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 5 }), async (seed, slips) => {
        const people = inventPeople({ seed, records: 200, slips });
        const personOf = new Map(people.map(({ record, person: who }) => [record.id, who]));
        for await (const { idA, idB, match } of linkIdentities([people.map(({ record }) => record)]))
          if (match.decision === 'linked') expect(personOf.get(idA)).toBe(personOf.get(idB));
      }),
      { numRuns: 25 },
    );
  });
});
