/** Duplicates as a reviewer meets them: the queue, both charts side by side, a merge and its undoing; seen by axe, wide and narrow. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClinicApi } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf } from './staff-desk.ts';

const look = lookInto('identity');
const word = wordsOf('en');
let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  const web = await webDirectory();
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: web }), launchBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

const register = (given: string) =>
  clinic.desk.request('POST', '/patients', {
    body: { name: { given: [given], family: 'Casares' }, birthDate: '1971-03-04', phone: '+16175550134' },
  });

it('a question is decided by keyboard, the merge is shown with what moved, and is undone', { timeout: 120_000 }, async () => {
  for (const given of ['José', 'JOSE', 'Eva']) expect((await register(given)).status).toBe(201);
  const { page, errors, close } = await signedInAt({ browser, ...clinic }, 'front-desk', 'en', '/identity');
  const card = page.locator('article', { hasText: 'JOSE' }).first();
  await card.waitFor();
  await look(page, '01-queue', 'en');
  await page.locator('article', { hasText: word('identityGrade.certain') }).getByRole('link').first().press('Enter');
  await page.getByRole('table').waitFor();
  // Said in words and signs, not by colour alone.
  expect(await page.getByRole('row', { name: /Birth date/ }).innerText()).toMatch(/= ?the same\s+\+11\.6 bits/);
  await look(page, '02-question', 'en');
  await page.getByLabel(word('identity.reason')).fill('the same card');
  await page.getByRole('button', { name: word('identity.link') }).press('Enter');
  await page.getByRole('link', { name: word('identity.showMerge') }).press('Enter');
  await page.getByRole('heading', { name: word('identity.moved') }).waitFor();
  await look(page, '03-merge', 'en');
  await page.getByLabel(word('identity.undoReason')).fill('two cousins');
  await page.getByRole('button', { name: word('identity.undo') }).press('Enter');
  await page.getByRole('status').filter({ hasText: 'two cousins' }).waitFor();
  await look(page, '04-undone', 'en');
  await page.getByRole('link', { name: word('identity.shows.merges') }).press('Enter');
  await page.locator('article', { hasText: word('mergeState.unmerged') }).waitFor();
  await look(page, '05-merges', 'en');
  expect(errors).toEqual([]);
  await close();
}); // prettier-ignore

it('in Spanish', { timeout: 60_000 }, async () => {
  const { page, close } = await signedInAt({ browser, ...clinic }, 'nurse', 'es', '/identity');
  await page.locator('article').first().getByRole('link').click();
  await page.getByRole('table').waitFor();
  // A nurse tells apart, and does not merge.
  expect(await page.getByRole('button', { name: wordsOf('es')('identity.link') }).count()).toBe(0);
  await look(page, '06-question', 'es');
  await close();
});
