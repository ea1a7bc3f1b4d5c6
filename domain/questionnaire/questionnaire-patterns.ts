/**
 * Patterns of answers, server side only. RE2 takes time linear in the text whatever the pattern says, where JavaScript's own
 * engine can be made to think for years (ReDoS). Its cost is a syntax without look-around and back-references.
 */
import { RE2JS } from 're2js';

export const longestPattern = 200;
/** Instructions of the compiled pattern: time is their number times the length of the text. */
const largestProgram = 2000;

/** Why a pattern cannot be used, or null. */
export function patternProblem(pattern: string): string | null {
  if (pattern.length === 0 || pattern.length > longestPattern)
    return `A pattern has 1 to ${longestPattern} characters.`;
  try {
    const size = RE2JS.compile(pattern).programSize();
    return size > largestProgram ? 'This pattern repeats too much.' : null;
  } catch {
    return 'This pattern cannot be read (RE2 syntax, without look-around and back-references).';
  }
}

/** A function of the text of the pattern alone, and dearer than any match: worked out once. */
const compiled = new Map<string, RE2JS | null>();
/** Of all questionnaires together a clinic has some dozens. */
const mostCompiled = 500;

/** The whole text matches. Patterns were checked when they were published; one that is no pattern forbids nothing. */
export function matchesPattern(pattern: string, text: string): boolean {
  let program = compiled.get(pattern);
  if (program === undefined) {
    program = patternProblem(pattern) === null ? RE2JS.compile(pattern) : null;
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(pattern, program);
  }
  return program === null || program.matcher(text).matches();
}
