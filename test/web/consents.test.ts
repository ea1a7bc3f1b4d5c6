/**
 * What is signed, as the clinic and the patient see it: an administrator publishes a text and writes a rule for minors, the
 * desk sees what a visit lacks and asks for it, the patient signs it in the portal by keyboard. Looked at by axe in both
 * languages, at 1280 and 360 px; the portal in six languages; pictures in test/.output/papers.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRightToLeft, writtenLanguages } from '../../domain/language.ts';
import { openClinicApi, quarterAfter, type ClinicApi } from '../api/clinic-api.ts';
import { password } from '../api/support.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('papers');
const pictures = join(import.meta.dirname, '../.output/papers');
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

/** Each language publishes its own document, so that both find it untouched. */
const kindOf = { en: 'privacy-practices', es: 'electronic-communication' } as const;

describe.each<Language>(['en', 'es'])('in %s', (language) => {
  const word = wordsOf(language);

  it('an administrator publishes a version by keyboard, and writes and ends a rule for minors', async () => {
    const desk = await signedInAt({ browser, ...clinic }, 'administrator', language, '/admin/consents');
    const { page, errors } = desk;
    const name = word(`consentKind.${kindOf[language]}`);
    const part = page.getByRole('region', { name, exact: true });
    await part.getByRole('button', { name: new RegExp(`^${word('consents.read')}`) }).first().press('Enter'); // prettier-ignore
    await part.getByText(/^SHA-256 [0-9a-f]{64}$/).waitFor();
    await part.getByLabel(word('consents.inLanguage')).selectOption('ar');
    await part.locator('[lang=ar][dir=auto]').waitFor();
    await look(page, '01-documents', language);

    await part.getByRole('button', { name: word('consents.writeOf', { name }) }).press('Enter');
    const publish = part.getByRole('button', { name: word('consents.publish'), exact: true });
    await publish.waitFor();
    expect(await publish.isDisabled()).toBe(true);
    await part.getByLabel(word('consents.title'), { exact: true }).fill('Another title');
    // Without a text Arabic is missing: it has to be said.
    await part.getByLabel(word('consents.inLanguage')).first().selectOption('ar');
    await part.getByLabel(word('consents.text'), { exact: true }).fill('');
    expect(await publish.isDisabled()).toBe(true);
    await part.getByRole('checkbox').check();
    await look(page, '02-writing', language);
    await publish.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(word('consents.confirmFinal')).waitFor();
    await look(page, '03-asking', language);
    await dialog.getByRole('button', { name: word('consents.confirm') }).press('Enter');
    await part.getByText(word('consents.done', { version: '2' })).waitFor();
    expect(await clinic.api.owner('consent_publication').where({ kind: kindOf[language] }).first('version', 'missing')).toEqual({ version: '2', missing: ['ar'] }); // prettier-ignore

    const rules = page.getByRole('region', { name: word('minorRules.title') });
    await rules.getByRole('button', { name: word('minorRules.add') }).press('Enter');
    await rules.getByLabel(word('minorRules.service')).selectOption({ index: 1 });
    await rules.getByLabel(word('minorRules.place'), { exact: true }).fill('us-ny');
    await rules.getByLabel(word('minorRules.basis'), { exact: true }).fill('Health Code 1');
    await rules.getByLabel(word('minorRules.owner'), { exact: true }).fill('Dr. Ada Park');
    await look(page, '04-rule', language);
    await page.keyboard.press('Enter');
    await rules.getByText('US-NY').first().waitFor();
    const end = word('minorRules.endOf', { service: '' });
    await rules.getByRole('button', { name: new RegExp(`^${end}`) }).first().press('Enter'); // prettier-ignore
    await rules.getByRole('button', { name: word('minorRules.endNow') }).press('Enter');
    await rules.getByText(word('minorRules.over'), { exact: true }).first().waitFor();
    expect(errors).toEqual([]);
    await desk.close();
  }, 150_000);

  it('the desk sees at check-in what is not signed, and asks for it', async () => {
    const patientId = await clinic.addPatient();
    const booked = await clinic.book(clinic.desk, { patientId, start: quarterAfter(language === 'en' ? 30 : 80), practitionerId: language === 'en' ? clinic.practitionerId : clinic.otherPractitionerId }); // prettier-ignore
    expect(booked.status).toBe(201);
    const desk = await signedInAt({ browser, ...clinic }, 'front-desk', language, `/cases/appointment/${booked.body.id}?begin=check-in`); // prettier-ignore
    const { page, errors } = desk;
    const papers = page.getByRole('region', { name: word('papers.title') });
    await papers.getByText(word('consentGap.never-signed')).first().waitFor();
    await look(page, '05-check-in', language);
    await papers.getByRole('button', { name: word('papers.ask') }).press('Enter');
    await papers.getByRole('link', { name: word('papers.toIntake') }).waitFor();
    await papers.getByRole('link', { name: word('papers.toIntake') }).press('Enter');
    await page.getByText(word('intakes.onlyConsents')).first().waitFor();
    await look(page, '06-intake', language);
    expect(errors).toEqual([]);
    await desk.close();
  }, 120_000);

  it('an intake for a service that a minor may sign for alone asks for a safe address, and is shown as confidential', async () => {
    const visitTypeId = await clinic.addVisitType({ name: JSON.stringify({ en: `Advice ${language}`, es: `Consejo ${language}` }) }); // prettier-ignore
    const rule = { visitTypeId, fromAge: 14, guardianAccess: 'none', basis: 'Health Code 1', owner: 'Dr. Ada Park' };
    expect((await clinic.admin.request('POST', '/minor-consent-rules', { body: rule })).status).toBe(201);
    const born = `${new Date().getUTCFullYear() - 15}-01-01`;
    const family = `Minor${language}`;
    const registered = await clinic.desk.request('POST', '/patients', { body: { name: { family, given: ['Mia'] }, birthDate: born } }); // prettier-ignore
    expect(registered.status).toBe(201);
    const desk = await signedInAt({ browser, ...clinic }, 'front-desk', language, '/intakes');
    const { page, errors } = desk;
    await page.getByRole('button', { name: word('intakes.start') }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel(word('intakes.patient')).fill(family);
    // Found as one types; the options of the selects are none of these.
    await page.getByRole('option', { name: new RegExp(family) }).click();
    await form.getByLabel(word('intakes.service')).selectOption(visitTypeId);
    await form.getByLabel(word('intakes.safeEmail')).fill('mia@example.org');
    await look(page, '07-invite', language);
    await form.getByRole('button', { name: word('intakes.invite') }).click();
    await page.waitForURL(/\/intakes\/[0-9a-f-]{36}/);
    await page.getByText(word('intakes.inConfidence')).waitFor();
    await look(page, '08-confidential', language);
    await page.getByRole('button', { name: word('intakeAction.resend-link') }).press('Enter');
    await page.getByRole('dialog').getByLabel(word('intakes.safePhone')).fill('+12125550142');
    await look(page, '09-resend', language);
    await page.getByRole('dialog').getByRole('button', { name: word('intakeAction.resend-link') }).press('Enter'); // prettier-ignore
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { private_contact: contact } = await clinic.api.owner('intake').where({ confidential: true }).orderBy('created_at', 'desc').first('private_contact'); // prettier-ignore
    expect(contact).toEqual({ phone: '+12125550142' });
    expect(errors).toEqual([]);
    await desk.close();
  }, 120_000);
});

it('a patient finds the papers of a visit in the portal, in six languages, and signs them', async () => {
  const { api, organizationId } = clinic;
  const person = await api.createPerson(organizationId, 'patient');
  const booked = await clinic.book(clinic.desk, { patientId: person.patientId, start: quarterAfter(26 * 60) });
  expect(booked.status).toBe(201);
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${api.url}/portal/visits/${booked.body.id}`);
  await page.fill('#email', person.email);
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
  await page.locator('section[aria-labelledby=papers] button').waitFor();
  for (const language of writtenLanguages) {
    await page.goto(`${api.url}/portal/visits/${booked.body.id}?lang=${language}`);
    await page.locator('section[aria-labelledby=papers] button').waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe(isRightToLeft(language) ? 'rtl' : 'ltr');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    expect(await axeFindings(page), language).toEqual([]);
    await page.screenshot({ path: join(pictures, `10-visit-${language}.png`), fullPage: true });
  }
  await page.locator('section[aria-labelledby=papers] button').press('Enter');
  await page.waitForURL(/\/portal\/intake\/[0-9a-f-]{36}/);
  await page.locator('h1').waitFor();
  expect(await api.owner('intake').where({ patient_id: person.patientId }).first('about')).toEqual({ about: 'consents' }); // prettier-ignore
  expect(await axeFindings(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, '11-intake-ar.png'), fullPage: true });
  expect(errors).toEqual([]);
  await context.close();
}, 120_000);
