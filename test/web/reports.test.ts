/**
 * The equity report and the simulated seasons in a real browser: empty, with figures, a policy adopted and taken back with the
 * keyboard, a result added from a file; looked at by axe in both languages and themes, at 1280 and 360 px. The pictures are
 * left in test/.output/reports.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { startTestApi, type TestApi } from '../api/support.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { pastWaitlist } from '../support/past-waitlist.ts';
import { simulated } from '../support/simulated.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('reports');

let api: TestApi;
let browser: Browser;
beforeAll(async () => {
  const directory = await webDirectory();
  [api, browser] = await Promise.all([startTestApi(routes, { webDirectory: directory }), launchBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

async function office(language: Language) {
  const organizationId = await api.createOrganization(`Clinic ${language}`);
  await api.owner('location').insert({ organization_id: organizationId, name: 'Main', time_zone: 'America/New_York' });
  const desk = await signedInAt({ api, browser, organizationId }, 'administrator', language, '/tasks?owner=me', { acceptDownloads: true }); // prettier-ignore
  return { organizationId, client: await api.signIn(desk.email), ...desk };
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
