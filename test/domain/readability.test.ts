import { describe, expect, it } from 'vitest';
import { isLabel, readability, sentencesIn, syllablesIn, wordsIn } from '../../domain/intake/readability.ts';

/** Counted by hand, by how the word is said in American English. */
const said = {
  1: 'a the make makes asked called changed there one done use blue see knee lives leave heart breathe eight through smoke forms shoes our year voice',
  2: 'wanted needed table little people places changes boxes answer cancel patient social special question precious careful useless moment likely before going being doing playing quiet science diet message using visit notice business minutes million onion vision nation toilet married worried',
  3: 'insurance appointment medicine allergy telephone family various serious reaction idea video example indian african employee usual actual continue decided tobacco privacy surgery opinion religion',
  4: 'emergency american temperature situation anxiety experience penicillin reality material confirmation diabetes',
} as const;

describe('syllables', () => {
  for (const [count, words] of Object.entries(said)) {
    it.each(words.split(' ').filter((word) => !/\d/.test(word)))(`${count}: %s`, (word) => {
      expect(syllablesIn(word)).toBe(Number(count));
    });
  }
  it('reads digits as one sign, and capitals and accents like the others', () => {
    expect([syllablesIn('911'), syllablesIn('CLINIC'), syllablesIn('José')]).toEqual([1, 2, 2]);
  });
});

describe('words and sentences', () => {
  it('ends a sentence at its mark before a space, not inside a number or an address', () => {
    expect(sentencesIn('Call 911. Is it bad? Go to www.example.com now!')).toHaveLength(3);
    expect(sentencesIn('It costs $4.50 each time')).toHaveLength(1);
    expect(sentencesIn('He said “Go now.” Then he left.')).toHaveLength(2);
  });
  it('counts a blank and an address as one short word', () => {
    expect(wordsIn('Hello, {name}: write to maria@example.com')).toEqual(['Hello', 'it', 'write', 'to', 'it']);
    expect(wordsIn('It’s a check-up')).toEqual(['It’s', 'a', 'check-up']);
  });
});

describe('the Flesch-Kincaid grade', () => {
  it('is the formula', () => {
    // 6 words, 1 sentence, 6 syllables.
    const cat = readability(['The cat sat on the mat.']);
    expect(cat).toMatchObject({ words: 6, sentences: 1, syllables: 6 });
    expect(cat!.grade).toBeCloseTo(0.39 * 6 + 11.8 - 15.59, 6);
  });
  it('knows hard from easy', () => {
    const hard = 'The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.';
    expect(readability([hard])).toMatchObject({ words: 13, sentences: 1, syllables: 26 });
    expect(readability([hard])!.grade).toBeCloseTo(13.08, 2);
    const legal = 'Notwithstanding the foregoing, beneficiaries shall remunerate residual liabilities immediately.';
    expect(readability([legal])!.grade).toBeGreaterThan(15);
  });
  it('says nothing of what has no words', () => {
    expect(readability(['', '…', '—'])).toBeNull();
  });
  it('leaves labels out, and no sentence', () => {
    expect(['ZIP code', 'Save', 'Go now.', 'What else would help you'].map(isLabel)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
