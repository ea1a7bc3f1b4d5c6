import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, foldedWords, formatName, nameWords, normalizePhone, searchWords } from '../../domain/patient/patient.ts';
import { parsePatientQuery } from '../../domain/patient/patient-query.ts';

describe('names and what they are found by', () => {
  it('folds marks, cases, letters without decomposition, apostrophes and hyphens', () => {
    expect(fold('José María')).toBe('jose maria');
    expect(fold('JOSE  MARIA')).toBe('jose maria');
    expect(fold("O'Brien-Straße")).toBe('o brien strasse');
    expect(fold('Łukasz Đorđević Ærø Åse')).toBe('lukasz dordevic aero ase');
    expect(fold('İstanbul')).toBe('istanbul');
    expect(nameWords({ given: ['Mary-Jane'], family: "O'Brien" })).toEqual([
      'mary',
      'jane',
      'maryjane',
      'o',
      'brien',
      'obrien',
    ]);
  });

  it('folding twice changes nothing, and a folded word is never lost from the words of its name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        for (const word of foldedWords(text)) expect(nameWords({ given: [text], family: null })).toContain(word);
      }),
    );
  });

  it('a name is written with what there is of it', () => {
    expect(formatName({ given: ['José', 'María'], family: 'Núñez' })).toBe('José María Núñez');
    expect(formatName({ given: [], family: null }, 'Sunny')).toBe('Sunny');
    expect(formatName({ given: [], family: null })).toBe('?');
  });

  it('reads telephone numbers as E.164 where it can', () => {
    expect(normalizePhone('(212) 555-0100')).toBe('+12125550100');
    expect(normalizePhone('1-212-555-0100')).toBe('+12125550100');
    expect(normalizePhone('+34 612 345 678')).toBe('+34612345678');
    expect(normalizePhone('0034 612345678')).toBe('+34612345678');
    expect(normalizePhone('212-555-0100 ext 5')).toBe('212-555-0100 ext 5');
    expect(normalizePhone('call my son')).toBe('call my son');
  });
});

describe('the search box', () => {
  it('reads birth dates in several spellings', () => {
    for (const text of [
      '1984-03-05',
      '1984/3/5',
      '5.3.1984',
      'March 5, 1984',
      '5 march 1984',
      '5 de marzo de 1984',
      '5th of Mar 1984',
    ]) {
      expect(parsePatientQuery(text), text).toEqual([['1984-03-05']]);
    }
    expect(parsePatientQuery('03/05/1984')).toEqual([['1984-03-05', '1984-05-03']]);
    expect(parsePatientQuery('25/12/1984')).toEqual([['1984-12-25']]);
    expect(parsePatientQuery('19840305')).toEqual([['1984-03-05', '19840305']]);
    expect(parsePatientQuery('1984-03')).toEqual([['1984-03']]);
  });

  it('reads names, numbers and mixtures', () => {
    expect(parsePatientQuery('garcía 5.3.1984')).toEqual([['1984-03-05'], ['garcia']]);
    expect(parsePatientQuery('(212) 555-0100')).toEqual([['2125550100']]);
    expect(parsePatientQuery('+1 212 555 0100 pat')).toEqual([['12125550100', '2125550100'], ['pat']]);
    expect(parsePatientQuery('')).toEqual([]);
  });

  it('whoever is looked for by all words of the own name and birth date is found', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    const birth = fc.date({ min: new Date('1900-01-01'), max: new Date('2020-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(name, name, birth, (given, family, born) => {
        const birthDate = born.toISOString().slice(0, 10);
        const words = searchWords({ names: [{ given: [given], family }], mrn: 'X', birthDate });
        for (const prefixes of parsePatientQuery(`${fold(given)} ${fold(family)} ${birthDate}`)) {
          // A name of digits may read as something else than a name; a name of letters must be found.
          if (prefixes.some((prefix) => /^\d/.test(prefix) && !/^\d{4}-/.test(prefix))) continue;
          expect(prefixes.some((prefix) => words.some((word) => word.startsWith(prefix)))).toBe(true);
        }
      }),
    );
  });
});
