/** What the payer sandbox keeps: whom somebody enrolled, and how often it was asked. Two small files, nothing else. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Member } from './answer.ts';

export interface PayerStore {
  readonly members: ReadonlyMap<string, Member>;
  enrol(member: Member): void;
  /** One line an inquiry: when, its trace, what was answered. No names. */
  note(line: { readonly at: string; readonly trace: string; readonly answered: string }): void;
  asked(): number;
}

export function openPayerStore(directory: string): PayerStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [file, log] = [join(directory, 'members.json'), join(directory, 'inquiries.jsonl')];
  const members = new Map<string, Member>(
    existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Member[]).map((member) => [member.memberId, member])
      : [],
  );
  let asked = existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
  return {
    members,
    enrol(member) {
      members.set(member.memberId, member);
      writeFileSync(`${file}.new`, JSON.stringify([...members.values()], null, 2), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    note(line) {
      asked += 1;
      appendFileSync(log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    },
    asked: () => asked,
  };
}
