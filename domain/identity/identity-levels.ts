/** The levels of agreement of each field, and what each weighs: log2(m/u) of the table in scheduling-intake.md D3. */
import type { FieldLevel, FieldWeight, IdentityField } from './identity-matching.ts';
import { nicknameOf } from './identity-nicknames.ts';
import type { PreparedIdentity, PreparedName, PreparedValue } from './identity-normalisation.ts';
import { jaroWinkler, withinEdits } from './identity-text.ts';

interface Probabilities {
  /** How often one person's two records agree so, and how often two people's do. */
  readonly exact: readonly [m: number, u: number];
  readonly close?: readonly [m: number, u: number] | undefined;
}

export const probabilities: Readonly<Record<IdentityField, Probabilities>> = {
  surname: { exact: [0.87, 0.006], close: [0.09, 0.02] },
  given: { exact: [0.85, 0.01], close: [0.09, 0.02] },
  birthDate: { exact: [0.9, 0.0003], close: [0.07, 0.002] },
  nationalId: { exact: [0.9, 0.0001], close: [0.08, 0.0005] },
  // As a national id; a plan's number is shared in families and changes with the employer (see `weigh`).
  memberId: { exact: [0.9, 0.0001] },
  postcode: { exact: [0.88, 0.002], close: [0.07, 0.03] },
  suburb: { exact: [0.86, 0.002], close: [0.1, 0.02] },
  street: { exact: [0.8, 0.002], close: [0.12, 0.03] },
  houseNumber: { exact: [0.86, 0.02], close: [0.08, 0.2] },
  phone: { exact: [0.75, 0.00005] },
  email: { exact: [0.75, 0.00005] },
};

const bitsOf = new Map<string, number>();
for (const [field, { exact, close }] of Object.entries(probabilities)) {
  const [m, u] = [1 - exact[0] - (close?.[0] ?? 0), 1 - exact[1] - (close?.[1] ?? 0)];
  bitsOf.set(`${field}/exact`, Math.log2(exact[0] / exact[1]));
  if (close !== undefined) bitsOf.set(`${field}/close`, Math.log2(close[0] / close[1]));
  // What is left of both probabilities is the level "neither".
  bitsOf.set(`${field}/different`, Math.log2(m / u));
}
// A nickname is agreement with less weight than the same name.
bitsOf.set('given/nickname', bitsOf.get('given/close')!);
// Another plan is no sign of another person.
bitsOf.set('memberId/different', 0);

const weigh = (field: IdentityField, level: FieldLevel): FieldWeight => ({
  level,
  bits: level === 'unknown' ? 0 : bitsOf.get(`${field}/${level}`)!,
});

export interface Levels {
  readonly weights: Readonly<Record<IdentityField, FieldWeight>>;
  /** One verified number that only one person should have is the same on both sides, and none contradicts. */
  readonly strongIdVerified: boolean;
}

export function fieldLevels(a: PreparedIdentity, b: PreparedIdentity): Levels {
  const name = bestNames(a.names, b.names);
  const nationalId = idLevel(a.nationalIds, b.nationalIds);
  const weights = {
    surname: weigh('surname', name.surname),
    given: weigh('given', name.given),
    birthDate: weigh('birthDate', birthDateLevel(a, b)),
    nationalId: weigh('nationalId', nationalId),
    memberId: weigh('memberId', sharedLevel(a.memberIds, b.memberIds)),
    postcode: weigh('postcode', editLevel(a.postcode, b.postcode)),
    suburb: weigh('suburb', textLevel(a.suburb, b.suburb)),
    street: weigh('street', textLevel(a.street, b.street)),
    houseNumber: weigh('houseNumber', editLevel(a.houseNumber, b.houseNumber)),
    phone: weigh('phone', sharedLevel(a.phones, b.phones)),
    email: weigh('email', emailLevel(a.emails, b.emails)),
  };
  const own = verifiedInBoth(a.nationalIds, b.nationalIds);
  // A plan or a telephone is a family's: it does not tell Alexander from Alexandra where both are called Alex.
  const family = verifiedInBoth(a.memberIds, b.memberIds) || verifiedInBoth(a.phones, b.phones);
  return { weights, strongIdVerified: own || (family && nationalId !== 'different' && !name.sharedNickname) };
}

function verifiedInBoth(a: readonly PreparedValue[], b: readonly PreparedValue[]): boolean {
  return a.some((one) => one.verified && b.some((other) => other.verified && other.value === one.value));
}

// --- Names ----------------------------------------------------------------------------------------------------------

interface NameLevels {
  readonly given: FieldLevel;
  readonly surname: FieldLevel;
  readonly sharedNickname: boolean;
}

const nothingKnown: NameLevels = { given: 'unknown', surname: 'unknown', sharedNickname: false };
const swappedNames: NameLevels = { given: 'close', surname: 'close', sharedNickname: false };
const bitsOfNames = (names: NameLevels): number =>
  weigh('given', names.given).bits + weigh('surname', names.surname).bits;

/** Every name against every other; the best pair counts. Names in scripts that cannot be compared say nothing. */
function bestNames(ofA: readonly PreparedName[], ofB: readonly PreparedName[]): NameLevels {
  let best: NameLevels | undefined;
  for (const a of ofA) {
    for (const b of ofB) {
      if (a.latin !== b.latin) continue;
      const levels = nameLevels(a, b);
      if (best === undefined || bitsOfNames(levels) > bitsOfNames(best)) best = levels;
    }
  }
  return best ?? nothingKnown;
}

function nameLevels(a: PreparedName, b: PreparedName): NameLevels {
  const nickname = nicknameOf(a.givenWords[0] ?? '', b.givenWords[0] ?? '');
  const given = givenLevel(a, b, nickname !== null);
  const straight = {
    given,
    surname: wordsLevel(a.surname, b.surname, a.surnameWords, b.surnameWords),
    sharedNickname: given === 'nickname' && nickname === 'shared',
  };
  return areSwapped(a, b) && bitsOfNames(swappedNames) > bitsOfNames(straight) ? swappedNames : straight;
}

/** The given name in the surname's field: both are found, in each other's place. */
function areSwapped(a: PreparedName, b: PreparedName): boolean {
  if (a.given === '' || a.surname === '' || b.given === '' || b.surname === '') return false;
  return like(a.given, b.surname) && like(a.surname, b.given);
}

function givenLevel(a: PreparedName, b: PreparedName, nickname: boolean): FieldLevel {
  const level = wordsLevel(a.given, b.given, a.givenWords, b.givenWords);
  if (level === 'exact' || level === 'unknown') return level;
  // One letter is an initial: it may contradict, and proves nothing.
  if (a.given.length === 1 || b.given.length === 1) return a.given[0] === b.given[0] ? 'unknown' : 'different';
  return nickname ? 'nickname' : level;
}

/** Equal, alike, or all words of the one among the other's: `García` and `García Lorca`, `José` and `José María`. */
function wordsLevel(a: string, b: string, wordsOfA: readonly string[], wordsOfB: readonly string[]): FieldLevel {
  if (a === '' || b === '') return 'unknown';
  if (a === b) return 'exact';
  if (like(a, b)) return 'close';
  const [few, many] = wordsOfA.length < wordsOfB.length ? [wordsOfA, wordsOfB] : [wordsOfB, wordsOfA];
  const partOf = few.length < many.length && few.every((word) => word.length > 1 && many.includes(word));
  return partOf ? 'close' : 'different';
}

const like = (a: string, b: string): boolean => jaroWinkler(a, b) >= 0.88;

// --- Dates, numbers, places -----------------------------------------------------------------------------------------

/** Day and month in each other's place, or one slip of the finger (a digit wrong, too many, missing, or two swapped). */
function birthDateLevel(a: PreparedIdentity, b: PreparedIdentity): FieldLevel {
  const [one, other] = [a.birthDate, b.birthDate];
  if (one === null || other === null) return 'unknown';
  const known = Math.min(one.length, other.length);
  if (known < 7) {
    // A year says nothing, a year and month a little; what contradicts, contradicts.
    if (one.slice(0, known) !== other.slice(0, known)) return 'different';
    return known < 6 ? 'unknown' : 'close';
  }
  if (one === other) return a.birthDateReal ? 'exact' : 'close';
  const swapped = one.slice(0, 4) + one.slice(6) + one.slice(4, 6) === other;
  return swapped || withinEdits(one, other, 1) ? 'close' : 'different';
}

/** The same number; or within two slips of each other, where it is long enough for that to be no coincidence. */
function idLevel(a: readonly PreparedValue[], b: readonly PreparedValue[]): FieldLevel {
  if (a.length === 0 || b.length === 0) return 'unknown';
  let close = false;
  for (const { value: one } of a) {
    for (const { value: other } of b) {
      if (one === other) return 'exact';
      const short = Math.min(one.length, other.length);
      close ||= short >= 5 && withinEdits(one, other, short >= 7 ? 2 : 1);
    }
  }
  return close ? 'close' : 'different';
}

function sharedLevel(a: readonly PreparedValue[], b: readonly PreparedValue[]): FieldLevel {
  if (a.length === 0 || b.length === 0) return 'unknown';
  return a.some(({ value }) => b.some((other) => other.value === value)) ? 'exact' : 'different';
}

function emailLevel(a: readonly string[], b: readonly string[]): FieldLevel {
  if (a.length === 0 || b.length === 0) return 'unknown';
  return a.some((email) => b.includes(email)) ? 'exact' : 'different';
}

function textLevel(a: string | null, b: string | null): FieldLevel {
  if (a === null || b === null) return 'unknown';
  if (a === b) return 'exact';
  return like(a, b) ? 'close' : 'different';
}

function editLevel(a: string | null, b: string | null): FieldLevel {
  if (a === null || b === null) return 'unknown';
  if (a === b) return 'exact';
  return withinEdits(a, b, 1) ? 'close' : 'different';
}
