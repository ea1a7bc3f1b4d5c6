/** `npm run match` as somebody runs it: files in, pairs out, and what it says of files that are off (issue 5, item 5). */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkIdentities, matchLine } from '../../scripts/match/link.ts';
import { readIdentities } from '../../scripts/match/read-identities.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'match-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'scripts/match.ts', ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
async function pairs(...files: string[]): Promise<string[]> {
  const [a, b] = files.map((path) => readIdentities(path, { ignoreUnknown: false }));
  const lines: string[] = [];
  for await (const pair of linkIdentities(b === undefined ? [a!] : [a!, b])) lines.push(matchLine(pair).trimEnd());
  return lines;
}
const refusal = (text: string) =>
  pairs(file('bad.csv', text)).then(
    () => null,
    (error: Error) => error.message.replace(directory, ''),
  );

const a = 'birthDate,surname,id,given,memberId\n1971-03-04,Casares,1,José María,M1234567\n1980-01-02,Vega,2,Rosa,\n';
const b = '\uFEFFID,Given,Surname,BirthDate,MemberID\r\n"-7,x",JOSE MARIA,CASARES,19710304,M1234567\r\n8,Rosa,Vega,1980-01-02,\r\n'; // prettier-ignore

describe('npm run match', () => {
  it('answers as CSV on standard output: across two files, with every weight', async () => {
    const { code, out, err } = await run(file('a.csv', a), file('b.csv', b));
    expect(out.split('\r\n')).toEqual([
      'idA,idB,grade,score,decision,weights',
      '1,"-7,x",certain,38.3,linked,surname:exact:7.2;given:exact:6.4;birthDate:exact:11.6;memberId:exact:13.1',
      '2,8,certain,25.1,queued,surname:exact:7.2;given:exact:6.4;birthDate:exact:11.6',
      '',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('4 records') as string });
    expect(await run(file('bad.csv', 'id,size\n1,2\n'))).toMatchObject({ code: 1, err: expect.stringContaining('unknown column "size"') as string }); // prettier-ignore
    expect((await run()).code).toBe(2);
  });

  it('one file: each pair once; nothing below four bits; two files: never within one', async () => {
    const twice = file('twice.csv', 'id,given,surname,birthDate\n1,Ana,Vega,1980-01-02\n2,Ana,Vega,1980-01-02\n3,Eva,Ruiz,1990-05-06\n'); // prettier-ignore
    expect((await pairs(twice)).map((line) => line.split(',').slice(0, 2))).toEqual([['1', '2']]);
    expect(await pairs(twice, file('none.csv', 'id,given\n'))).toEqual([]);
  });

  it('says what is wrong with a file, and where', async () => {
    expect(await refusal('')).toBe('/bad.csv is empty: the first line must name the columns.');
    expect(await refusal('given,surname\nA,B\n')).toBe('/bad.csv, line 1: there is no column "id".');
    expect(await refusal('id,given\n1,A\n,B\n')).toMatch(/line 3: a record without an id/);
    expect(await refusal('id,given\n1,A\n1,B\n')).toMatch(/line 3: the id "1" is that of line 2 already/);
    expect(await refusal('id,given,given\n1,A,B\n')).toMatch(/"given" is there twice/);
    expect(await refusal('id,given\n1,"A\n2,B\n')).toMatch(/bad\.csv, line \d+: .*[Qq]uote/);
    expect(await refusal('id,given\n1,A,B\n')).toMatch(/bad\.csv, line 2: .*[Ll]ength/);
    expect(await pairs(join(directory, 'absent.csv')).catch((error: Error) => error.message)).toMatch(/no such file/);
  });
});
