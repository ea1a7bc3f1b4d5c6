/** A minor's own consent by service rule (D3): which rule fits, and that no rule is got round. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextVersion, publishedText } from '../../domain/intake/consent-documents/consent-document.ts';
import { neededSteps } from '../../domain/intake/intake-steps.ts';
import { defaultIntakePolicy } from '../../domain/intake/intake-policy.ts';
import { jurisdictionOf, minorConsentRule, type MinorConsentFacts, type MinorConsentRule } from '../../domain/intake/minor-consent.ts'; // prettier-ignore

const at = Date.parse('2027-03-01T15:00:00Z');
const rule = (more: Partial<MinorConsentRule> = {}): MinorConsentRule => ({
  id: 'a',
  visitTypeId: 'contraception',
  jurisdiction: 'US-NY',
  fromAge: 14,
  guardianAccess: 'none',
  validFrom: at - 1,
  validTo: null,
  ...more,
});
const facts = (more: Partial<MinorConsentFacts> = {}): MinorConsentFacts => ({
  minor: true,
  age: 15,
  visitTypeId: 'contraception',
  jurisdictions: ['US-NY'],
  at,
  ...more,
});

it('fits a minor of the age, for the service, at the place, while it is in force', () => {
  expect(minorConsentRule([rule()], facts())).toEqual(rule());
  expect(minorConsentRule([rule()], facts({ age: 14 }))).not.toBeNull();
  const no: Partial<MinorConsentFacts>[] = [
    { age: 13 },
    { age: null },
    { minor: false, age: 30 },
    { visitTypeId: 'knee' },
    { visitTypeId: null },
    { jurisdictions: ['US-IL'] },
    { jurisdictions: ['US-NYX'] },
    { jurisdictions: [null] },
    { jurisdictions: [] },
    // No place is chosen, and one of the clinic's lies elsewhere: nobody can say which law holds.
    { jurisdictions: ['US-NY', 'US-IL'] },
    { at: at - 2 },
  ];
  for (const other of no) expect(minorConsentRule([rule()], facts(other)), JSON.stringify(other)).toBeNull();
  expect(minorConsentRule([rule({ validTo: at })], facts())).toBeNull();
  expect(minorConsentRule([rule({ jurisdiction: 'US' })], facts({ jurisdictions: ['US-NY', 'US-IL'] }))).not.toBeNull();
  expect(minorConsentRule([rule({ jurisdiction: null })], facts({ jurisdictions: [] }))).not.toBeNull();
});

it('of the narrowest place decides, then the one that began last: an older one that asks for less is not got round', () => {
  const everywhere = rule({ id: 'b', jurisdiction: null, fromAge: 12, validFrom: at - 1 });
  expect(minorConsentRule([everywhere, rule({ fromAge: 16 })], facts())).toBeNull();
  const later = rule({ id: 'c', fromAge: 16, validFrom: at });
  expect(minorConsentRule([rule(), later], facts())).toBeNull();
  expect(minorConsentRule([rule(), later], facts({ age: 16 }))?.id).toBe('c');
});

it('never lets anybody sign who is too young for the rule it names, whatever the rows and their order', () => {
  const rules = fc.array(
    fc.record({
      id: fc.uuid(),
      visitTypeId: fc.constantFrom('contraception', 'knee'),
      jurisdiction: fc.constantFrom(null, 'US', 'US-NY', 'US-IL'),
      fromAge: fc.integer({ min: 0, max: 20 }),
      guardianAccess: fc.constantFrom('none' as const, 'shared' as const),
      validFrom: fc.integer({ min: at - 3, max: at + 3 }),
      validTo: fc.option(fc.integer({ min: at - 3, max: at + 3 })),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(rules, fc.integer({ min: 0, max: 20 }), fc.boolean(), (rows, age, minor) => {
      const found = minorConsentRule(rows, facts({ age, minor }));
      expect(minorConsentRule(rows.toReversed(), facts({ age, minor }))).toEqual(found);
      if (found === null) return;
      expect(minor && age >= found.fromAge && found.visitTypeId === 'contraception').toBe(true);
      expect(found.validFrom <= at && (found.validTo === null || found.validTo > at)).toBe(true);
      expect([null, 'US', 'US-NY']).toContain(found.jurisdiction);
    }),
  );
});

it('reads where a place lies from its address', () => {
  expect(jurisdictionOf({ country: 'us', state: 'NY' })).toBe('US-NY');
  expect(jurisdictionOf({ country: 'USA', state: 'New York' })).toBe('US');
  expect(jurisdictionOf({ country: 'Utopia' })).toBeNull();
  expect(jurisdictionOf(null)).toBeNull();
});

it('an intake of signatures alone asks for nothing else', () => {
  const steps = neededSteps({ age: 40, visitTypeCode: null, answers: {}, policy: defaultIntakePolicy, about: 'consents' }); // prettier-ignore
  expect([...steps]).toEqual(['consents', 'review']);
});

it('a published text is its paragraphs, however it was typed; the next version comes after', () => {
  expect(publishedText(' Care ', '\r\nOne\r\nline.\r\n \r\n\r\nTwo. \n')).toBe('Care\n\nOne\nline.\n\nTwo.');
  expect([nextVersion('9'), nextVersion('2027-a')]).toEqual(['10', '2027-a.1']);
});
