/** The portal stays light: a build of its own, weighed as a telephone would load it. A part of `npm run check`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writtenLanguages } from '../../domain/language.ts';
import { buildPortalInto } from '../support/builds.ts';

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

let built: string;
let manifest: Readonly<Record<string, Chunk>>;
beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'portal-weight-'));
  await buildPortalInto(built);
  manifest = JSON.parse(readFileSync(join(built, '.vite/portal.json'), 'utf8')) as Record<string, Chunk>;
}, 60_000);
afterAll(() => rmSync(built, { recursive: true, force: true }));

const weigh = (key: string): number => gzipSync(readFileSync(join(built, manifest[key]!.file))).length;
/** The language of a chunk of words, which only its readers load. */
const languageOf = (key: string): string | undefined => /locales\/portal\/([\w-]+)\.json$/.exec(key)?.[1];

/** Everything that a chunk draws in by itself, and later on demand. */
function reachable(from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen;
  seen.add(from);
  for (const next of [...(manifest[from]?.imports ?? []), ...(manifest[from]?.dynamicImports ?? [])]) {
    reachable(next, seen);
  }
  return seen;
}

describe('weight of the portal', () => {
  it('is at most 100 KB of JavaScript, gzipped, with every page that is fetched later and the largest language', () => {
    const keys = [...reachable('portal/index.html')].filter((key) => manifest[key]?.file.endsWith('.js') === true);
    const byLanguage = new Map<string, number>();
    let code = 0;
    for (const key of keys) {
      const language = languageOf(key);
      if (language === undefined) code += weigh(key);
      else byLanguage.set(language, (byLanguage.get(language) ?? 0) + weigh(key));
    }
    expect([...byLanguage.keys()].toSorted()).toEqual([...writtenLanguages].toSorted());
    expect(code).toBeGreaterThan(10_000);
    expect(code + Math.max(...byLanguage.values())).toBeLessThanOrEqual(100_000);
  });

  it('holds neither React nor what belongs on the server', () => {
    const code = [...reachable('portal/index.html')]
      .filter((key) => manifest[key]?.file.endsWith('.js') === true && languageOf(key) === undefined)
      .map((key) => readFileSync(join(built, manifest[key]!.file), 'utf8'))
      .join('\n');
    // Texts that these packages cannot be without.
    for (const mark of ['react.transitional.element', 'fhirpath', 'ZodError', 'temporal-polyfill']) {
      expect(code.includes(mark), mark).toBe(false);
    }
  });
});
