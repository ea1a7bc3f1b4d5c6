/**
 * The page behind an offer's link in a real browser: looked at by axe in both languages and themes, at 1280 and 360 px, and
 * answered by keyboard without a script. The pictures are left in test/.output/offer.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signOfferToken } from '../../activities/offer-token.ts';
import { patientRecipient } from '../../activities/visit-token.ts';
import { openClinicApi, quarterAfter, day } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';

const pictures = join(import.meta.dirname, '../.output/offer');
type Language = 'en' | 'es' | 'ar';

let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  [clinic, browser] = await Promise.all([openClinicApi(), launchBrowser()]);
  await clinic.api.owner('location').where({ id: clinic.locationId }).update({ phone: '+1 617 555 0100' });
  // Tests run at any hour.
  await clinic.api.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'waitlist',
    value: JSON.stringify({ sendHours: null }),
    valid_from: new Date('2020-01-01T00:00:00Z'),
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

let number = 0;
/** Somebody with a later visit is offered a freed time of a practitioner of their own. */
async function offered(language: Language) {
  number += 1;
  const practitionerId = await clinic.addPractitioner(`Dr. Offer ${number}`);
  const start = quarterAfter(2 * day);
  const book = async (patientId: string, at: string) => {
    const booked = await clinic.book(clinic.desk, { patientId, practitionerId, start: at });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    return booked.body.id as string;
  };
  const patientId = await clinic.addPatient({ language, time_zone: 'America/Los_Angeles' });
  const currentAppointmentId = await book(patientId, quarterAfter(9 * day));
  const wish = { patientId, visitTypeIds: [clinic.visitTypeId], providerIds: [practitionerId], noticeMinutes: 0, currentAppointmentId }; // prettier-ignore
  const joined = await clinic.desk.request('POST', '/waitlist-entries', { body: wish });
  expect(joined.status, JSON.stringify(joined.body)).toBe(201);
  const source = await book(await clinic.addPatient(), start);
  await clinic.act(clinic.desk, source, 'cancel', { reason: 'patient-better' });
  const offers = () =>
    clinic.api.owner('waitlist_offer').where({ patient_id: patientId }).select<{ id: string }[]>('id');
  await expect.poll(async () => (await offers()).length, { timeout: 20_000 }).toBe(1);
  const [offer] = await offers();
  const claims = { organizationId: clinic.organizationId, offerId: offer!.id };
  const token = signOfferToken(clinic.api.keys.tokenSecret, claims, patientRecipient(patientId));
  return { offerId: offer!.id, patientId, start, link: `${clinic.api.url}/offer/${token}` };
}

async function look(page: Page, url: string, name: string, language: Language): Promise<void> {
  await page.goto(url);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(pictures, `${name}-${language}-${width}.png`), fullPage: true });
    expect(await axeFindings(page), `${name} at ${width} px`).toEqual([]);
  }
  for (const width of [360, 320]) {
    await page.setViewportSize({ width, height: 600 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, `${name} at ${width} px`).toBeLessThanOrEqual(width);
  }
  expect(await page.locator('h1').count(), name).toBe(1);
  expect(await page.locator('html').getAttribute('lang'), name).toBe(language);
  const small = await page.evaluate(
    () =>
      [...document.querySelectorAll('button, .button')].filter(
        (element) => element.getBoundingClientRect().height < 43.9,
      ).length,
  );
  expect(small, `${name}: targets below 44 px`).toBe(0);
}

/** By keyboard alone: the first stop that is this button, then Enter. */
async function pressByKeyboard(page: Page, step: string): Promise<void> {
  for (let stops = 0; stops < 20; stops += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(`form[action*="/${step}"] button:focus`);
    if ((await focused.count()) > 0) {
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      return;
    }
  }
  throw new Error(`${step} cannot be reached by keyboard`);
}

describe.each(['en', 'es', 'ar'] as const)('the offer page in %s', (language) => {
  it(
    'is read and answered without a script, by keyboard, and is clean in every state',
    { timeout: 240_000 },
    async () => {
      const scripted = await browser.newContext({ locale: 'en-US', colorScheme: language === 'es' ? 'dark' : 'light' });
      const page = await scripted.newPage();
      const errors = errorsOf(page);
      // axe needs a script; the acts themselves are done without one.
      const bare = await browser.newContext({
        javaScriptEnabled: false,
        locale: 'en-US',
        viewport: { width: 360, height: 740 },
      });
      const plain = await bare.newPage();

      const one = await offered(language);
      await look(page, one.link, '01-offered', language);
      await plain.goto(one.link);
      await pressByKeyboard(plain, 'extend');
      await look(page, plain.url(), '02-extended', language);
      const overlapping = await clinic.book(clinic.desk, {
        patientId: one.patientId,
        practitionerId: clinic.practitionerId,
        start: one.start,
      });
      expect(overlapping.status, JSON.stringify(overlapping.body)).toBe(201);
      await plain.goto(one.link);
      await pressByKeyboard(plain, 'accept');
      expect(await plain.locator('[role=alert]').count()).toBe(1);
      await page.goto(one.link);
      await page.click('button.primary');
      await page.waitForSelector('[role=alert]');
      await page.screenshot({ path: join(pictures, `03-overlap-${language}.png`), fullPage: true });
      expect(await axeFindings(page)).toEqual([]);
      await clinic.act(clinic.desk, overlapping.body.id as string, 'cancel', { reason: 'patient-other-plans' });
      await plain.goto(one.link);
      await pressByKeyboard(plain, 'accept');
      await look(page, plain.url(), '04-accepted', language);
      await plain.click('a.primary');
      expect(new URL(plain.url()).pathname).toMatch(/^\/v\//);

      const two = await offered(language);
      await plain.goto(two.link);
      await pressByKeyboard(plain, 'decline');
      await look(page, plain.url(), '05-declined', language);

      const three = await offered(language);
      await clinic.api
        .owner('waitlist_offer')
        .where({ id: three.offerId })
        .update({ offered_at: new Date(Date.now() - 60_000), expires_at: new Date(Date.now() - 1) });
      await look(page, three.link, '06-over', language);
      expect(errors).toEqual([]);
      await bare.close();
      await scripted.close();
    },
  );
});
