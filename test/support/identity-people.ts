/**
 * Invented people who are hard to tell apart, with who is who (issue 5, item 5): families under one roof and on one plan,
 * fathers and sons of one name, twins, namesakes; and of many of them further records as people type them. Nothing is
 * taken from anybody. The same seed gives the same people.
 */
import type { IdentityRecord } from '../../domain/identity/identity-matching.ts';

export interface LabelledRecord {
  readonly record: IdentityRecord;
  /** Records of one person have the same. */
  readonly person: number;
}

export interface PeopleWanted {
  readonly seed: number;
  readonly records: number;
  /** How many slips a further record has on average. */
  readonly slips: number;
}

interface Person {
  given: string;
  surname: string;
  birth: Date;
  address: string;
  suburb: string;
  postcode: string;
  state: string;
  phone: string;
  email: string;
  nationalId: string;
  memberId: string;
}
type Fields = { -readonly [key in keyof Omit<Person, 'birth'>]: string } & { birthDate: string };

const givenNames = `Ana Eva José María Juan Luis Carlos Sofía Lucía Mateo Diego Elena Carmen Rosa Pedro James Robert John Michael
David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Steven Andrew Kenneth Joshua Kevin Brian Edward
Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Nancy Lisa Margaret Sandra Ashley Kimberly Emily Donna
Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Minh Linh Thảo Hương Dũng
Nguyệt Søren Łukasz Zoë Renée Chloë Björn Jürgen François Ngọc Wei Xiu Fatima Ahmed Omar Leila Yusuf Amina João Inês Antônio Catarina
Alexander Alexandra Samuel Samantha Nicholas Nicole Jayden Hayden Mia Maya Joan John-Paul Mary-Ann Noah Liam Olivia Emma Ava Lucas`.split(/\s+/); // prettier-ignore
const familyNames = `Casares García Nuñez Hernández O'Brien O'Connor McDonald Smith Johnson Williams Brown Jones Miller Davis Wilson
Anderson Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Nguyễn Trần Phạm
Hoàng Müller Schröder Groß Sørensen Łukaszewicz Đặng Silva Santos Pereira Ferreira Almeida Haddad Khoury Mansour Farouk Chen Wang Zhao
Kowalski Novák Dvořák Jensen Hansen Lindqvist Åberg Østergaard D'Angelo De-la-Cruz Fernández-Vega Smith-Jones Petrov Ivanova Kim Park`.split(/\s+/); // prettier-ignore
const syllables =
  'ba ker ton ley wood ford har mer ves lan dor mil bur ros ten gar vin sel mon tar kel brad hol den'.split(' ');
const streets = 'Main Oak Maple Cedar Elm Church High Park Mill Station Victoria Bridge River Hill Lake Spring King Queen Forest Garden'.split(' '); // prettier-ignore
const streetKinds = ['Street', 'Road', 'Avenue', 'Lane', 'Drive'];
const short: Readonly<Record<string, string>> = {
  Robert: 'Bob', William: 'Bill', Elizabeth: 'Liz', Margaret: 'Peggy', José: 'Pepe', Richard: 'Dick', James: 'Jim',
  Alexander: 'Alex', Alexandra: 'Alex', Samuel: 'Sam', Samantha: 'Sam', Katherine: 'Kate', Joseph: 'Joe', Daniel: 'Dan',
  Michael: 'Mike', Jennifer: 'Jenny', Thomas: 'Tom', Susan: 'Sue', Deborah: 'Debbie', Rebecca: 'Becky',
}; // prettier-ignore

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function inventPeople({ seed, records, slips }: PeopleWanted): LabelledRecord[] {
  const draw = random(seed);
  const below = (n: number): number => Math.floor(draw() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const chance = (p: number): boolean => draw() < p;
  const digits = (n: number): string => Array.from({ length: n }, () => below(10)).join('');
  const made = Array.from({ length: 400 }, () => {
    const name = pick(syllables) + pick(syllables) + (chance(0.3) ? pick(syllables) : '');
    return name[0]!.toUpperCase() + name.slice(1);
  });
  const towns = Array.from({ length: 120 }, () => ({
    suburb: `${pick(made)} ${pick(['Park', 'Heights', 'Bay', 'Vale', 'Creek', ''])}`.trim(),
    postcode: String(10_000 + below(89_999)),
    state: pick(['MA', 'NY', 'CA', 'TX', 'WA', 'FL']),
  }));
  const birthIn = (from: number, years: number): Date => new Date(Date.UTC(from + below(years), 0, 1 + below(365)));
  const home = () => ({ address: `${1 + below(220)} ${pick([...streets, ...made.slice(0, 80)])} ${pick(streetKinds)}`, ...pick(towns) }); // prettier-ignore

  function newPerson(family: Partial<Person>, birth: Date): Person {
    const given = chance(0.15) ? `${pick(givenNames)} ${pick(givenNames)}` : pick(givenNames);
    const surname = family.surname ?? (chance(0.4) ? pick(familyNames) : pick(made));
    return {
      given,
      surname,
      birth,
      nationalId: digits(9),
      ...home(),
      phone: `617${digits(7)}`,
      memberId: `M${digits(8)}`,
      email: `${plain(given)}.${plain(surname)}${below(1000)}@example.org`,
      ...family,
    };
  }

  function twinOf({ given, birth }: Person, shared: Partial<Person>): Person {
    const twin = newPerson(shared, birth);
    return twin.given === given ? twinOf({ ...twin, given }, shared) : twin;
  }

  /** Who lives together shares nearly everything but themselves. */
  function household(): Person[] {
    const parent = newPerson({}, birthIn(1940, 45));
    if (chance(0.35)) return [parent];
    const { surname, address, suburb, postcode, state, phone, memberId, email } = parent;
    const shared = { surname, address, suburb, postcode, state, phone, memberId, ...(chance(0.3) && { email }) };
    const people = [parent];
    if (chance(0.7)) people.push(newPerson(shared, birthIn(1940, 45)));
    const first = birthIn(1990, 28);
    const children = below(4);
    for (let n = 0; n < children; n += 1)
      people.push(newPerson(shared, new Date(first.getTime() + n * (400 + below(900)) * 86_400_000)));
    // Senior and junior; and twins, whose numbers the file may or may not know.
    if (chance(0.08)) people.push({ ...newPerson(shared, birthIn(parent.birth.getUTCFullYear() + 20, 15)), given: parent.given }); // prettier-ignore
    if (children > 0 && chance(0.03)) people.push(twinOf(people.at(-1)!, shared));
    return people;
  }

  function write(person: Person): Fields {
    const { birth, ...rest } = person;
    const fields: Fields = { ...rest, birthDate: birth.toISOString().slice(0, 10) };
    if (chance(0.02)) fields.nationalId = '';
    if (chance(0.2)) fields.phone = '';
    if (chance(0.5)) fields.email = '';
    if (chance(0.4)) fields.memberId = '';
    return fields;
  }

  function slip(text: string): string {
    if (text.length < 2) return text;
    const at = below(text.length);
    const sign = /\d/.test(text[at]!) ? String(below(10)) : pick([...'abcdefghijklmnoprstuvwy']);
    switch (below(4)) {
      case 0:
        return text.slice(0, at) + sign + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + text.slice(at + 1);
      case 2:
        return text.slice(0, at) + sign + text.slice(at);
      default: {
        const first = Math.min(at, text.length - 2);
        return text.slice(0, first) + text[first + 1]! + text[first]! + text.slice(first + 2);
      }
    }
  }

  const mistakes: readonly [weight: number, (fields: Fields) => void][] = [
    [4, (f) => void (f.given = slip(f.given))],
    [4, (f) => void (f.surname = slip(f.surname))],
    [3, (f) => void (f.birthDate = wrongDigit(f.birthDate))],
    [2, (f) => void (f.birthDate = swappedDay(f.birthDate))],
    [2, (f) => void (f.nationalId = slip(f.nationalId))],
    [2, (f) => void (f.given = short[f.given] ?? f.given)],
    [1, (f) => void (f.given = f.given.split(' ')[0]!)],
    [2, (f) => void ([f.given, f.surname] = [f.surname, f.given])],
    [3, (f) => void ([f.given, f.surname] = [plain(f.given).toUpperCase(), plain(f.surname).toUpperCase()])],
    [3, (f) => void Object.assign(f, home(), { phone: chance(0.5) ? `617${digits(7)}` : f.phone })],
    [2, (f) => void (f.surname = chance(0.5) ? pick(made) : `${f.surname} ${pick(made)}`)],
    [3, (f) => void (f.address = slip(f.address))],
    [2, (f) => void (f.suburb = slip(f.suburb))],
    [2, (f) => void (f.postcode = slip(f.postcode))],
    [6, (f) => void (f[pick(['birthDate', 'address', 'suburb', 'postcode', 'phone', 'nationalId', 'given'] as const)] = '')],
    [2, (f) => void (f.phone = `+1 (${f.phone.slice(0, 3)}) ${f.phone.slice(3, 6)}-${f.phone.slice(6)}`)],
  ]; // prettier-ignore
  const total = mistakes.reduce((sum, [weight]) => sum + weight, 0);
  function makeMistake(fields: Fields): void {
    let at = draw() * total;
    for (const [weight, mistake] of mistakes) {
      at -= weight;
      if (at < 0) return mistake(fields);
    }
  }
  const wrongDigit = (date: string): string => {
    const at = pick([2, 3, 6, 9]);
    return date === '' ? date : date.slice(0, at) + String(below(10)) + date.slice(at + 1);
  };

  const found: LabelledRecord[] = [];
  let person = 0;
  const file = (fields: Fields) => found.push({ record: toRecord(String(found.length + 1), fields), person });
  while (found.length < records) {
    for (const one of household()) {
      person += 1;
      file(write(one));
      for (let more = chance(0.45) ? 1 + below(2) : 0; more > 0; more -= 1) {
        const again = write(one);
        for (let n = Math.round(draw() * 2 * slips); n > 0; n -= 1) makeMistake(again);
        file(again);
      }
    }
  }
  return found;
}

function toRecord(id: string, fields: Fields): IdentityRecord {
  const some = (text: string): string | null => (text === '' ? null : text);
  const numbers = (text: string, verified: boolean) => (text === '' ? [] : [{ value: text, verified }]);
  return {
    id,
    names: [{ given: some(fields.given), surname: some(fields.surname) }],
    birthDate: some(fields.birthDate),
    address: some(fields.address),
    suburb: some(fields.suburb),
    postcode: some(fields.postcode),
    state: some(fields.state),
    phones: numbers(fields.phone, false),
    emails: fields.email === '' ? [] : [fields.email],
    nationalIds: numbers(fields.nationalId, true),
    memberIds: numbers(fields.memberId, true),
  };
}

const swappedDay = (date: string): string => (date === '' ? date : `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`); // prettier-ignore

/** As somebody types it who has none of the keys. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[łŁ]/g, 'l')
    .replace(/[øØ]/g, 'o')
    .replace(/[đĐ]/g, 'd')
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
