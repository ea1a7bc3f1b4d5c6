import type { RequestContext } from './context.ts';

/** The languages to try, in order: Accept-Language as sent, then the person's own, then English. */
export function languagesOf(context: RequestContext): string[] {
  const accepted = (context.headers['accept-language'] ?? '')
    .split(',')
    .slice(0, 10)
    .map((part) => part.trim().split(';')[0]!.trim().toLowerCase())
    .filter((tag) => /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(tag));
  const own = context.session?.locale?.toLowerCase();
  return [...accepted, ...(own === undefined ? [] : [own]), 'en'];
}

/** The text in the first language there is one for; a region falls back to its language. */
export function localized(names: Readonly<Record<string, string>>, languages: readonly string[]): string {
  for (const tag of languages) {
    const found = names[tag] ?? names[tag.split('-')[0]!];
    if (found !== undefined) return found;
  }
  return Object.values(names)[0] ?? '';
}
