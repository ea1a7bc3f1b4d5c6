/**
 * Which pairs are looked at at all: those that share one blocking key (scheduling-intake.md D3). More keys than the list
 * there, so that a record with several slips (names swapped, a wrong digit in date or number) still meets its other half.
 */
import { namesFor } from './identity-nicknames.ts';
import { sound } from './identity-normalisation.ts';
import type { PreparedIdentity } from './identity-normalisation.ts';
import { soundex } from './identity-text.ts';

/** Every key of a record. A missing part makes no key: what is unknown is in common with nobody. */
export function blockingKeys(record: PreparedIdentity): string[] {
  const keys = new Set<string>();
  const add = (kind: string, ...parts: (string | null | undefined)[]) => {
    if (parts.every((part) => part != null && part !== '')) keys.add(`${kind}:${parts.join('/')}`);
  };
  const { birthDate, postcode, suburb, street, houseNumber } = record;
  const full = birthDate?.length === 8 ? birthDate : null;
  add('birth', full);
  for (const { value } of record.phones) add('phone', value);
  for (const email of record.emails) add('email', email);
  for (const { value } of record.memberIds) add('member', value);
  for (const { value } of record.nationalIds) {
    add('national', value);
    for (const shorter of withoutOne(value)) add('national-1', shorter);
  }
  for (const name of record.names) {
    const { given, surname } = sound(name);
    // In either order: whoever typed the surname into the given name's field is found too.
    const [first, second] = [name.given, name.surname].toSorted();
    if (first !== '') add('names', first, second);
    const sounds = name.given === '' || name.surname === '' ? null : [given, surname].toSorted().join('/');
    for (const part of new Set([name.given && given, name.surname && surname])) {
      add('sound-post', part, postcode);
      add('sound-suburb', part, suburb);
      add('sound-street', part, street && soundex(street), houseNumber);
    }
    add('sounds-year', sounds, full?.slice(0, 4));
    add('sounds-day', sounds, full === null ? null : [full.slice(4, 6), full.slice(6)].toSorted().join(''));
    add('sounds-place', sounds, houseNumber);
    for (const called of namesFor(name.givenWords[0] ?? '')) add('called', called, name.surname);
    for (const part of new Set([name.given, name.surname])) {
      // A date with one part broken keeps two; day and month may have changed places.
      add('name-month', part.slice(0, 3), full?.slice(0, 6));
      add('name-day', part.slice(0, 3), full && full.slice(0, 4) + full.slice(6));
      add('name-year', part.slice(0, 3), full?.slice(4));
    }
    add('name-swapped', sounds, full && full.slice(0, 4) + full.slice(6) + full.slice(4, 6));
    add('name-swapped', sounds, full);
    const initial = [name.given.slice(0, 1), name.surname.slice(0, 1)];
    for (const letter of new Set(initial)) add('place', suburb, houseNumber, letter);
  }
  add('house', street, houseNumber, full?.slice(0, 4));
  return [...keys];
}

/** The value without each of its signs once: two values with one slip between them share one of these. */
function withoutOne(value: string): string[] {
  if (value.length < 6) return [];
  return Array.from({ length: value.length }, (_, at) => value.slice(0, at) + value.slice(at + 1));
}

/** What a block that has grown too big is divided by. Whoever shares none of these with another is not the same person. */
function refinements(record: PreparedIdentity): string[] {
  const parts = new Set<string>();
  if (record.birthDate !== null) parts.add(`b${record.birthDate}`).add(`y${record.birthDate.slice(0, 4)}`);
  for (const { value } of record.nationalIds) parts.add(`n${value}`);
  for (const { value } of record.phones) parts.add(`p${value}`);
  for (const name of record.names) {
    const { given, surname } = sound(name);
    if (name.given !== '' && name.surname !== '') parts.add(`s${[given, surname].toSorted().join('/')}`);
  }
  if (record.street !== null && record.houseNumber !== null) parts.add(`a${record.street}/${record.houseNumber}`);
  return [...parts];
}

interface Block {
  readonly members: number[];
  /** Once the block has outgrown the limit: its members by what else they share. */
  parts: Map<string, number[]> | null;
}

export interface BlockingReport {
  /** Blocks that were divided. */
  readonly giantBlocks: number;
  /** Members of divided blocks that a look left out since one of their parts was still too big. Never silent. */
  readonly leftOut: number;
}

/**
 * The records seen so far, by key. A block over `limit` members is not dropped: from then on a look goes only to those of
 * its members who share one thing more (birth date or year, sounds of both names, a number, an address). A part that is
 * over the limit too gives its newest `limit` members, and the rest is counted in `report().leftOut`.
 */
export class CandidateIndex {
  readonly #blocks = new Map<string, Block>();
  readonly #records: PreparedIdentity[] = [];
  readonly #limit: number;
  #giant = 0;
  #leftOut = 0;

  constructor(limit = 500) {
    this.#limit = limit;
  }

  add(record: PreparedIdentity): void {
    const at = this.#records.push(record) - 1;
    for (const key of blockingKeys(record)) {
      const block = this.#blocks.get(key);
      if (block === undefined) {
        this.#blocks.set(key, { members: [at], parts: null });
        continue;
      }
      block.members.push(at);
      if (block.parts !== null) put(block.parts, record, at);
      else if (block.members.length > this.#limit) this.#divide(block);
    }
  }

  /** Everybody seen so far who shares a key, each once. */
  candidates(record: PreparedIdentity): PreparedIdentity[] {
    const found = new Set<number>();
    for (const key of blockingKeys(record)) {
      const block = this.#blocks.get(key);
      if (block === undefined) continue;
      if (block.parts === null) for (const at of block.members) found.add(at);
      else this.#lookInParts(block.parts, record, found);
    }
    return [...found].toSorted((a, b) => a - b).map((at) => this.#records[at]!);
  }

  report(): BlockingReport {
    return { giantBlocks: this.#giant, leftOut: this.#leftOut };
  }

  #divide(block: Block): void {
    this.#giant += 1;
    block.parts = new Map();
    for (const at of block.members) put(block.parts, this.#records[at]!, at);
  }

  #lookInParts(parts: Map<string, number[]>, record: PreparedIdentity, found: Set<number>): void {
    for (const part of refinements(record)) {
      const members = parts.get(part) ?? [];
      for (const at of members.slice(-this.#limit)) found.add(at);
      this.#leftOut += Math.max(0, members.length - this.#limit);
    }
  }
}

function put(parts: Map<string, number[]>, record: PreparedIdentity, at: number): void {
  for (const part of refinements(record)) {
    const members = parts.get(part);
    if (members === undefined) parts.set(part, [at]);
    else members.push(at);
  }
}
