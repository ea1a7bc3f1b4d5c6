/**
 * An administrator reads a questionnaire in Arabic, begins a draft, fills the last missing text, publishes it and sees what
 * changed. Each page is looked at by axe in both languages, at 1280 and 360 px; pictures in test/.output/questionnaires.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClinicApi } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { textsOf } from '../../domain/questionnaire/questionnaire-localization.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('questionnaires');
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

/** Each language writes its own step, so that both find it untouched. */
const stepOf = { en: 'allergies', es: 'medications' } as const;

describe.each<Language>(['en', 'es'])('in %s', (language) => {
  const word = wordsOf(language);
  const code = stepOf[language];
  const { definition } = defaultQuestionnaires[code];

  it('is previewed, translated, published and compared', { timeout: 120_000 }, async () => {
    const at = await signedInAt({ browser, ...clinic }, 'administrator', language, '/admin/questionnaires');
    const { page, errors } = at;
    await page.getByRole('link', { name: definition.title }).waitFor();
    await look(page, '01-list', language);

    await page.getByRole('link', { name: definition.title }).click();
    const preview = page.locator('.hs-preview');
    await preview.waitFor();
    expect(await preview.locator('fieldset').count()).toBe(1);
    // An answer shows what else is asked; the evaluator is the patient's own.
    await preview.locator('input[type=radio]').nth(1).check();
    expect(await preview.locator('fieldset').count()).toBeGreaterThan(1);
    await page.getByLabel(word('questionnaires.language'), { exact: true }).selectOption('ar');
    expect(await preview.getAttribute('dir')).toBe('rtl');
    expect(await preview.getAttribute('lang')).toBe('ar');
    await look(page, '02-preview', language);

    // Somebody is in the middle of it: a copy of what the product brings is kept for them.
    const patientId = await clinic.addPatient();
    const begun = await clinic.desk.request('POST', '/intakes', { body: { patientId } });
    expect(begun.status).toBe(201);
    await page.getByRole('button', { name: word('questionnaires.begin') }).click();
    const publish = page.getByRole('button', { name: word('questionnaires.publish') });
    await publish.waitFor();
    // The texts that only one language lacks are filled by the API; the title of Arabic by hand.
    const draft = 2;
    await fillAllBut(code, draft, 'ar', 'title');
    await page.reload();
    await page.getByLabel(word('questionnaires.language'), { exact: true }).selectOption('ar');
    const alert = page.locator('.hs-alert');
    await alert.getByText(definition.title).waitFor();
    expect(await publish.isDisabled()).toBe(true);
    await look(page, '03-texts', language);
    await page.getByLabel(word('questionnaires.onlyMissing_one', { count: 1 })).check();
    const row = page.locator('.hs-text-row');
    expect(await row.count()).toBe(1);
    await row.locator('textarea[lang=ar]').fill('العنوان');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(word('questionnaires.ready')).waitFor();
    // Asked first: which version, complete in which languages, what is different, and whose cases stay.
    await publish.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: word('questionnaires.publishTitle', { number: draft }) });
    await dialog.getByText(word('questionnaires.languageComplete', { language: word('questionnaires.language.ar') })).waitFor(); // prettier-ignore
    expect(await dialog.locator('.hs-publication-languages li').count()).toBe(writtenLanguages.length);
    await dialog.getByText(/^1 (open intake|admisión abierta)/).waitFor();
    await dialog.getByText('العنوان').waitFor();
    await look(page, '03b-publish', language);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await publish.isEnabled()).toBe(true);
    await publish.click();
    await dialog.getByRole('button', { name: word('questionnaires.publishNow', { number: draft }) }).click();
    await publish.waitFor({ state: 'detached' });
    const kept = await clinic.api.owner('questionnaire_version').where({ organization_id: clinic.organizationId, state: 'published', source: 'organization' }).orderBy('published_at', 'desc').first<{ translations: Record<string, Record<string, string>> }>(); // prettier-ignore
    expect(kept?.translations['ar']?.['title']).toBe('العنوان');

    await page.getByLabel(word('questionnaires.show')).selectOption('comparison');
    await page.getByText('العنوان').waitFor();
    await look(page, '04-comparison', language);
    await page.getByLabel(word('questionnaires.show')).selectOption('definition');
    await page.locator('.hs-definition textarea').first().waitFor();
    expect(errors).toEqual([]);
    expect((await clinic.desk.request('POST', `/intakes/${begun.body.id}/cancel`, { body: { reason: 'test' } })).status).toBe(200); // prettier-ignore
    await at.close();
  });
});

async function fillAllBut(
  code: 'allergies' | 'medications',
  number: number,
  language: string,
  missing: string,
): Promise<void> {
  const texts = Object.fromEntries(
    [...textsOf(defaultQuestionnaires[code].definition).keys()].map((key) => [key, `~${key}`]),
  );
  const translations = Object.fromEntries(writtenLanguages.filter((one) => one !== 'en').map((one) => [one, one === language ? { ...texts, [missing]: null } : texts])); // prettier-ignore
  const answer = await clinic.admin.request('PATCH', `/questionnaires/${code}/versions/${number}`, {
    body: { translations },
    headers: { 'if-match': '"1"' },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}
