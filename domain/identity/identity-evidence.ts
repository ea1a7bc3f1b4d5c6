/**
 * Households (docs/decisions.md, 60). The table of weights takes fields for independent; a family's are not. Whoever lives
 * together shares surname, address, telephone and plan, which is 60 bits and says nothing of who is who. So the score alone
 * does not make a question: given name, birth date and national id have to speak for one person, or at least not against.
 */
import type { FieldLevel, FieldWeight, IdentityField } from './identity-matching.ts';
import type { PreparedIdentity, PreparedName } from './identity-normalisation.ts';
import { withinEdits } from './identity-text.ts';

/** `two-people`: what is one person's own contradicts. `household`: nothing of one person's own agrees. */
export type EvidenceProblem = 'two-people' | 'household';

/** Why a pair is nobody's question although its score says so; null when it is one. */
export function evidenceProblem(
  weights: Readonly<Record<IdentityField, FieldWeight>>,
  a: PreparedIdentity,
  b: PreparedIdentity,
): EvidenceProblem | null {
  const given = weights.given.level;
  const birth = weights.birthDate.level;
  const number = weights.nationalId.level;
  // A number that is another's outweighs a house: twins whose numbers are known, a father whose birth date is not.
  if (number === 'different') {
    // A slip in one name is not another name.
    const sameGiven = given === 'exact' || given === 'nickname' || (given === 'close' && oneSlip(a, b));
    if (!sameGiven || !agrees(birth)) return 'two-people';
  }
  // Namesakes of one town. Whoever married has the birth date or the number from before.
  if (weights.surname.level === 'different' && birth !== 'exact' && !agrees(number)) return 'two-people';
  if (birth === 'different') {
    if (given === 'different' || number === 'different') return 'two-people';
    // Father and son of one name: without a number, only a date that is nearly the same is a slip.
    if (number === 'unknown' && !nearlySame(a.birthDate ?? '', b.birthDate ?? '')) return 'two-people';
  }
  // Twins of whom no number is known: asked about where all that is known besides the name says one person (S18).
  if (given === 'different' && !agrees(number)) {
    const reachedAlike = weights.phone.level === 'exact' || weights.email.level === 'exact';
    return birth === 'exact' && agrees(weights.surname.level) && reachedAlike ? null : 'household';
  }
  return agrees(number) || agrees(birth) || agrees(given) ? null : 'household';
}

const agrees = (level: FieldLevel): boolean => level === 'exact' || level === 'close' || level === 'nickname';

const oneSlip = (a: PreparedIdentity, b: PreparedIdentity): boolean =>
  a.names.some((one) => b.names.some((other) => withinEdits(one.given, other.given, 1) || swapped(one, other)));

const swapped = (one: PreparedName, other: PreparedName): boolean =>
  one.given !== '' && withinEdits(one.given, other.surname, 1) && withinEdits(one.surname, other.given, 1);

/** Two of year, month and day are the same, or two slips of the finger apart: badly typed rather than another date. */
function nearlySame(a: string, b: string): boolean {
  if (a.length !== 8 || b.length !== 8) return false;
  const same = [a.slice(0, 4) === b.slice(0, 4), a.slice(4, 6) === b.slice(4, 6), a.slice(6) === b.slice(6)];
  return same.filter(Boolean).length >= 2 || withinEdits(a, b, 2);
}
