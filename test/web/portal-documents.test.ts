/** A patient reads what they signed and takes it back. Looked at by axe in a language of each direction, at 360 px. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { commitSection } from '../../db/charts/chart-sections.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import { password, startTestApi, type TestApi } from '../api/support.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';

const pictures = join(import.meta.dirname, '../.output/documents');
let api: TestApi;
let browser: Browser;
let organizationId = '';
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const web = await webDirectory();
  [api, browser] = await Promise.all([startTestApi(routes, { webDirectory: web }), launchBrowser()]);
  organizationId = await api.createOrganization('Harbor Clinic');
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

async function look(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(360);
  expect(await axeFindings(page), name).toEqual([]);
}

it.each(['en', 'ar'])('what was signed is read again and taken back, in %s', { timeout: 90_000 }, async (language) => {
  const file = join(import.meta.dirname, `../../web/locales/portal/${language}.json`);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const patientId = await api.createPatient(organizationId, { birthDate: '1980-05-05' });
  const { email } = await api.createPerson(organizationId, 'patient', { patientId });
  await api.owner('app_user').where({ email }).update({ locale: language });
  const about = { organizationId, patientId, actor: systemActor('test'), at: new Date(Date.now() - 60_000) };
  await withTransaction(
    api.owner,
    { organizationId },
    (trx) =>
    commitSection(trx, { ...about, step: 'consents', intakeId: randomUUID(), language, answers: { 'consents.agree.treatment': [true], 'consents.relationship': [{ code: 'self' }], 'consents.typed-name': ['Ana Canary'], 'consents.intent': [true] } }), // prettier-ignore
  );
  const context = await browser.newContext({ locale: language, viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${api.url}/portal/profile`);
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
  await page.locator('a[href="/portal/documents"]').click();
  await page.getByText('Ana Canary').waitFor();
  await look(page, `01-list-${language}`);
  await page.locator('.card a').click();
  await page.locator('a[href$="/take-back"]').waitFor();
  expect(await page.locator('h1').innerText()).not.toBe(words['documents.title']);
  await look(page, `02-text-${language}`);
  await page.locator('a[href$="/take-back"]').click();
  await page.getByRole('heading', { name: words['documents.takeBack.title']! }).waitFor();
  await look(page, `03-take-back-${language}`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.done').waitFor();
  expect(await page.locator('.done').innerText()).toBe(words['documents.done']);
  await look(page, `04-taken-back-${language}`);
  expect(await api.owner('consent_record').where({ patient_id: patientId }).orderBy('n').pluck('event')).toEqual([
    'signed',
    'revoked',
  ]);
  // What is gone from force cannot be taken back again.
  await page.locator('.card a').click();
  await page.getByText('Ana Canary').waitFor();
  expect(await page.locator('a[href$="/take-back"]').count()).toBe(0);
  expect(errors).toEqual([]);
  await context.close();
});
