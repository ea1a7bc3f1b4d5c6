/**
 * A patient's insurance on the staff's page: filed by keyboard, found wanting by the payer, corrected, asked about again. axe in
 * both languages, at 1280 and 360 px. The pictures are left in test/.output/coverage.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { startTestApi, type TestApi } from '../api/support.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('coverage');
let api: TestApi;
let browser: Browser;
let organizationId: string;
beforeAll(async () => {
  const web = await webDirectory();
  [api, browser] = await Promise.all([startTestApi(routes, { webDirectory: web }), launchBrowser()]);
  organizationId = await api.createOrganization('Coverage Pages');
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

describe.each<Language>(['en', 'es'])('in %s', (language) => {
  const word = wordsOf(language);

  it('is filed, judged, corrected and asked about again', { timeout: 120_000 }, async () => {
    const patientId = await api.createPatient(organizationId);
    const { page, errors, close } = await signedInAt(
      { api, browser, organizationId },
      'front-desk',
      language,
      `/patients/${patientId}`,
    );
    const part = page.getByRole('region', { name: word('coverage.title'), exact: true });
    await part.getByText(word('coverage.empty')).waitFor();
    await part.getByRole('button', { name: word('patient.addTo', { part: word('coverage.title') }) }).press('Enter');
    await part.getByLabel(word('coverage.payer'), { exact: true }).fill('Example Health');
    await part.getByLabel(word('coverage.memberId'), { exact: true }).fill('X123');
    await part.getByLabel(word('coverage.relation'), { exact: true }).selectOption('child');
    await part.getByLabel(word('coverage.subscriber'), { exact: true }).fill('Ana Canary');
    await look(page, '01-form', language);
    await page.keyboard.press('Enter');
    await part.getByText(word('coverage.eligibility.pending')).waitFor();
    // What the payer says lands while nobody looks.
    await api.owner('coverage').where({ patient_id: patientId }).update({
      eligibility: 'error', eligibility_code: 'aaa-75', eligibility_at: new Date(), asks_taken: 1,
    }); // prettier-ignore
    await page.reload();
    await part.getByText(word('coverage.hint.error')).waitFor();
    const named = `${word('coverage.position.primary')}: Example Health`;
    const button = (verb: string) =>
      part.getByRole('button', { name: word('coverage.for', { verb: word(verb), name: named }) });
    await look(page, '02-not-confirmed', language);
    await button('coverage.correct').press('Enter');
    await part.getByLabel(word('coverage.memberId'), { exact: true }).fill('W123');
    await page.keyboard.press('Enter');
    await part.getByText(word('coverage.earlier_one', { count: 1 })).waitFor();
    await button('coverage.askAgain').click();
    await expect
      .poll(() => api.owner('coverage').where({ patient_id: patientId, replaced_by: null }).first('asks_wanted'))
      .toEqual({ asks_wanted: 2 });
    expect(errors).toEqual([]);
    await close();
  });
});
