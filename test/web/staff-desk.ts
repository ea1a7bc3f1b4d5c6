/** Somebody of the clinic at a staff page in a real browser, and what every page must pass. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { password } from '../api/support.ts';
import type { TestApi } from '../api/support.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf } from '../support/browser.ts';

export type Language = 'en' | 'es';

/** The words of a language, with their blanks filled. Throws for a word that does not exist. */
export function wordsOf(language: Language): (key: string, blanks?: Record<string, string | number>) => string {
  const file = join(import.meta.dirname, `../../web/locales/staff/${language}.json`);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return (key, blanks = {}) => {
    const text = words[key];
    if (text === undefined) throw new Error(`there is no word ${key}`);
    return text.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => String(blanks[name]));
  };
}

export interface AtDesk {
  readonly email: string;
  readonly page: Page;
  /** What goes wrong on the page from now on. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** A person with the role opens the path, is asked to sign in, and stands where they wanted to be. */
export async function signedInAt(
  { api, browser, organizationId }: { api: TestApi; browser: Browser; organizationId: string },
  role: Parameters<TestApi['createPerson']>[1],
  language: Language,
  path: string,
  options: BrowserContextOptions = {},
): Promise<AtDesk> {
  const { email } = await api.createPerson(organizationId, role);
  await api.owner('app_user').where({ email }).update({ locale: language });
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-MX' : 'en-US',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(api.url + path);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => (url.pathname + url.search).startsWith(path));
  await page.waitForSelector('main h1');
  return { email, page, errors, close: () => context.close() };
}

export type Look = (page: Page, name: string, language: Language, headings?: number) => Promise<void>;

/**
 * A picture of a page at 1280 px in the light and at 360 px in the dark, nothing wider than the page, one h1. axe reads the
 * wide one in English and the narrow one in Spanish.
 * @param folder of the pictures, in test/.output; emptied
 */
export function lookInto(folder: string): Look {
  const pictures = join(import.meta.dirname, '../.output', folder);
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  return async (page, name, language, headings = 1) => {
    for (const [width, scheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      // prettier-ignore
      const view = `${name}-${language}-${width}`;
      // Both at once: the page is laid out and drawn anew once, not twice.
      await Promise.all([
        page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' }),
        page.setViewportSize({ width, height: 900 }),
      ]);
      await page.waitForFunction(
        (wanted) =>
          // A page without the component library takes the theme over by itself.
          (document.documentElement.getAttribute('data-mantine-color-scheme') ?? wanted) === wanted &&
          document.querySelector('main .mantine-Skeleton-root') === null,
        scheme,
      );
      await page.screenshot({ path: join(pictures, `${view}.png`), fullPage: true });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, view).toBeLessThanOrEqual(0);
      if ((width === 360) === (language === 'es')) expect(await axeFindings(page), view).toEqual([]);
    }
    expect(await page.locator('h1').count(), `${name}: headings`).toBe(headings);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    await Promise.all([
      page.emulateMedia({ colorScheme: 'light' }),
      page.setViewportSize({ width: 1280, height: 900 }),
    ]);
  };
}
