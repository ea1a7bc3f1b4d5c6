/**
 * The equity report and the simulated seasons in a real browser: empty, with figures, a policy adopted and taken back with the
 * keyboard, a result added from a file; looked at by axe in both languages and themes, at 1280 and 360 px. The pictures are
 * left in test/.output/reports.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { password, startTestApi, type TestApi } from '../api/support.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { pastWaitlist } from '../support/past-waitlist.ts';
import { simulated } from '../support/simulated.ts';

const pictures = join(import.meta.dirname, '../.output/reports');
type Language = 'en' | 'es';
type Words = (key: string, blanks?: Record<string, string | number>) => string;

let api: TestApi;
let browser: Browser;
beforeAll(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const directory = await webDirectory();
  [api, browser] = await Promise.all([startTestApi(routes, { webDirectory: directory }), launchBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

function wordsOf(language: Language): Words {
  const file = join(import.meta.dirname, `../../web/locales/staff/${language}.json`);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return (key, blanks = {}) => {
    const text = words[key];
    if (text === undefined) throw new Error(`there is no word ${key}`);
    return text.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => String(blanks[name]));
  };
}

async function office(language: Language) {
  const organizationId = await api.createOrganization(`Clinic ${language}`);
  await api.owner('location').insert({ organization_id: organizationId, name: 'Main', time_zone: 'America/New_York' });
  const { email } = await api.createPerson(organizationId, 'administrator');
  await api.owner('app_user').where({ email }).update({ locale: language });
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-MX' : 'en-US',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${api.url}/tasks?owner=me`);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tasks\?owner=me/);
  return { organizationId, page, errors, client: await api.signIn(email), close: () => context.close() };
}

/** No finding of axe, nothing wider than the page, one h1; a picture of each view, in opposite themes by language. */
async function look(page: Page, name: string, language: Language): Promise<void> {
  for (const [width, scheme] of [
    [1280, language === 'en' ? 'light' : 'dark'],
    [360, language === 'en' ? 'dark' : 'light'],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForFunction(
      (wanted) =>
        document.documentElement.getAttribute('data-mantine-color-scheme') === wanted &&
        document.querySelector('main .mantine-Skeleton-root') === null,
      scheme,
    );
    await page.screenshot({ path: join(pictures, `${name}-${language}-${width}.png`), fullPage: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    // Each width is read in one language.
    if ((width === 1280) === (language === 'en'))
      expect(await axeFindings(page), `${name}-${language}-${width}`).toEqual([]);
  }
  expect(await page.locator('h1').count(), `${name}: headings`).toBe(1);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}

describe.each<Language>(['en', 'es'])('in %s', (language) => {
  it('the month is told in words, masked where it is small, and can be taken along', { timeout: 120_000 }, async () => {
    const t = wordsOf(language);
    const { organizationId, page, errors, close } = await office(language);
    await page.goto(`${api.url}/reports/waitlist-equity`);
    await page.getByText(t('equity.noneHint')).waitFor();
    await look(page, 'equity-empty', language);
    const month = await pastWaitlist(api.owner, organizationId, [
      { language: 'en', wishes: 60, offers: 90, accepted: 30 },
      { language: 'es', wishes: 40, offers: 30, accepted: 12 },
      { language: 'fr', wishes: 30, offers: 40, accepted: 14 },
      { language: 'vi', birthDate: '1950-01-01', wishes: 3, offers: 4, accepted: 1 },
    ]);
    await page.reload();
    const languageName = (code: string) => new Intl.DisplayNames([language], { type: 'language' }).of(code)!;
    const spanish = page.getByRole('row', { name: new RegExp(`^${languageName('es')}`) });
    await spanish.getByText(t('equity.tooLittle')).waitFor();
    await page.getByRole('row', { name: new RegExp(`^${languageName('vi')}`) }).getByText(t('equity.tooSmall')).waitFor(); // prettier-ignore
    await page.getByText(t('equity.notYet')).first().waitFor();
    await look(page, 'equity', language);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: t('equity.export') }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe(`waitlist-equity-${month}.csv`);
    // By the keyboard to a month that nobody waited in.
    await page.getByLabel(t('equity.month'), { exact: true }).fill('2024-02');
    await page.waitForURL(/month=2024-02/);
    await page.getByText(t('equity.noneHint')).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it('policies are compared, and one is adopted and taken back', { timeout: 120_000 }, async () => {
    const t = wordsOf(language);
    const { organizationId, page, errors, client, close } = await office(language);
    await page.goto(`${api.url}/admin/simulations`);
    await page.getByText('npm run simulate -- waitlist --keep').waitFor();
    await look(page, 'simulations-empty', language);

    const file = (text: string) => ({ name: 'out.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await page.locator('input[type=file]').setInputFiles(file('no'));
    await page.getByText(t('simulations.notJson')).waitFor();
    await page.locator('input[type=file]').setInputFiles(file(JSON.stringify(simulated())));
    await page.getByText(t('simulations.kept')).waitFor();
    await page.getByRole('img', { name: t('simulations.fillChartLabel') }).waitFor();
    await page.getByText(t('equity.tooLittle')).first().waitFor();
    await look(page, 'simulations', language);

    const inForce = async () =>
      (await api.owner('policy').where({ organization_id: organizationId, kind: 'waitlist' }).orderBy('valid_from', 'desc').first('value'))?.value as Record<string, unknown> | undefined; // prettier-ignore
    const adopt = page.getByRole('button', { name: t('simulations.adopt', { name: 'batch' }) });
    await adopt.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(t('simulations.differs')).waitFor();
    await look(page, 'adopt', language);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await inForce()).toBeUndefined();
    await adopt.press('Enter');
    await dialog.getByRole('button', { name: t('simulations.adopt', { name: 'batch' }) }).press('Enter');
    await page.getByText(t('simulations.adopted', { name: 'batch' })).waitFor();
    expect((await inForce())?.['batchSize']).toBe(3);
    await adopt.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: t('simulations.undo') }).press('Enter');
    await page.getByText(t('simulations.undone', { name: 'batch' })).waitFor();
    expect((await inForce())?.['batchSize']).toBe(1);
    await adopt.waitFor();
    expect((await client.request('GET', '/simulations')).body.items).toHaveLength(1);
    expect(errors).toEqual([]);
    await close();
  });
});
