/**
 * The patients' pages in a real browser against the whole clinic: a visit is booked, confirmed, moved and cancelled by
 * keyboard and pointer, and every page is looked at by axe in both languages and themes, at 1280 and 360 px. The pictures
 * are left in test/.output/portal.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkCode, linkToken, linkUrl } from '../../activities/link-token.ts';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { openClinicApi, quarterAfter } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { password } from '../api/support.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { asked, freeTime, openingState, sendAtAnyHour } from './freed-time.ts';

const output = join(import.meta.dirname, '../.output');
const pictures = join(output, 'portal');
const root = join(import.meta.dirname, '../../web');
const day = 24 * 60;

let clinic: ClinicApi;
let browser: Browser;
let web: string;
beforeAll(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  // The build that is shipped, both applications together: what they share is in chunks of its own.
  web = await webDirectory();
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: web }), launchBrowser()]);
  await sendAtAnyHour(clinic);
  await clinic.api.owner('location').where({ id: clinic.locationId }).update({ phone: '+1 617 555 0100' });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

type Language = 'en' | 'es';

/** A visitor far from the clinic, so that both clocks are shown. */
async function visitor(language: Language): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-MX' : 'en-US',
    timezoneId: 'America/Los_Angeles',
    colorScheme: language === 'es' ? 'dark' : 'light',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors = errorsOf(page);
  return { context, page, errors };
}

/** Pictures at both widths, nothing wider than the page at 320, one h1, no finding of axe. */
async function look(page: Page, name: string, language: Language): Promise<void> {
  await page.waitForLoadState('networkidle');
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(pictures, `${name}-${language}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 320, height: 600 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at 320 px`).toBeLessThanOrEqual(320);
  expect(await page.locator('h1').count(), `${name}: headings`).toBe(1);
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, .button, input:not([type=radio], [type=checkbox]), label.choice')]
      .map((element) => ({ text: element.textContent?.slice(0, 40), height: element.getBoundingClientRect().height }))
      .filter(({ height }) => height > 0 && height < 43.9),
  );
  expect(small, `${name}: targets below 44 px`).toEqual([]);
  expect(await axeFindings(page), `${name}-${language}`).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function patient(language: Language): Promise<{ patientId: string; email: string }> {
  const patientId = await clinic.addPatient({ language, given: ['Ana'], family: 'Rey' });
  const { email } = await clinic.api.createPerson(clinic.organizationId, 'patient', { patientId });
  await clinic.api.owner('app_user').where({ email }).update({ display_name: 'Ana Rey', locale: language });
  return { patientId, email };
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.menu');
}
const submit = (page: Page) => page.click('form button[type=submit]');
const heading = (page: Page) => page.locator('h1').innerText();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName);

describe.each<Language>(['en', 'es'])('the portal in %s', (language) => {
  const words = JSON.parse(readFileSync(join(root, `locales/portal/${language}.json`), 'utf8')) as Record<
    string,
    string
  >;

  it('books, confirms, moves and cancels', { timeout: 240_000 }, async () => {
    const { patientId, email } = await patient(language);
    const { context, page, errors } = await visitor(language);
    await page.goto(`${clinic.api.url}/portal/book`);
    expect(await heading(page)).toBe(words['signIn.title']);
    await submit(page);
    expect(await focused(page)).toBe('DIV');
    await look(page, '01-sign-in-errors', language);
    await signIn(page, email);

    // The page that was wanted appears by itself.
    await page.waitForSelector('#type-0');
    expect(await heading(page)).toBe(words['book.what']);
    expect(await focused(page)).toBe('H1');
    await submit(page);
    await page.waitForSelector('.error');
    await look(page, '02-what-errors', language);
    await page.check('#type-0');
    await submit(page);
    await page.waitForSelector('#who-0');
    await look(page, '03-who', language);
    await submit(page);
    await page.waitForSelector('#day-0');
    await look(page, '04-day', language);
    await page.check('#day-3');
    await submit(page);
    await page.waitForSelector('#time-0');
    expect(await focused(page)).toBe('H1');
    await look(page, '05-time', language);

    // Back keeps what was answered, forward too.
    await page.goBack();
    await page.waitForSelector('#day-3');
    expect(await page.isChecked('#day-3')).toBe(true);
    await page.goForward();
    await page.waitForSelector('#time-0');
    await page.check('#time-8');
    await submit(page);
    await page.waitForSelector('[role=timer]');
    await look(page, '06-check', language);
    await page.click(`text=${words['book.more']}`);
    await page.waitForSelector(`text=${words['book.moreDone']}`);
    await page.waitForSelector(`text=${words['book.more']}`, { state: 'detached' });
    await page.click('button.primary');
    await page.waitForSelector('.done');
    expect(await page.locator('.done').innerText()).toBe(words['visit.done.booked']);
    await look(page, '07-booked', language);
    const [visit] = await clinic.api.owner('appointment').where({ patient_id: patientId }).select('id', 'status');
    expect(visit).toMatchObject({ status: 'booked' });
    const id = visit.id as string;

    // Back does not book again, nor show a hold that is gone.
    await page.goBack();
    await page.waitForSelector('#time-0');
    await page.goForward();
    await page.waitForSelector('.status');

    const download = page.waitForEvent('download');
    await page.click(`text=${words['visit.calendar']}`);
    expect((await download).suggestedFilename()).toBe('visit.ics');
    await page.click(`text=${words['visit.confirm']}`);
    await page.waitForSelector(`text=${words['visit.done.confirmed']}`);
    expect(await page.locator('.status').innerText()).toBe(words['status.confirmed']);

    await page.click(`text=${words['visit.move']}`);
    await page.waitForSelector('#day-5');
    await look(page, '08-move-day', language);
    await page.check('#day-5');
    await submit(page);
    await page.waitForSelector('#time-0');
    await page.check('#time-0');
    await submit(page);
    await page.waitForSelector(`text=${words['move.keep']}`);
    await look(page, '09-move-check', language);
    await page.click('button.primary');
    await page.waitForSelector('.done');
    expect(await page.locator('.done').innerText()).toBe(words['visit.done.moved']);
    expect(await clinic.api.owner('appointment').where({ id }).first('version', 'reschedule_count')).toEqual({
      version: 1,
      reschedule_count: 1,
    });

    await page.click('nav.menu a >> nth=0');
    await page.waitForSelector('.card');
    await look(page, '10-home', language);
    await page.click('.card .button');
    await page.waitForSelector('.danger');
    await page.click(`text=${words['visit.cancel']}`);
    await page.waitForSelector('#reason-0');
    await submit(page);
    await page.waitForSelector('.error');
    await look(page, '11-cancel-errors', language);
    // The link of the summary leads to the field; the keyboard does the rest.
    await page.click('.error a');
    await page.keyboard.press('Space');
    await submit(page);
    await page.waitForSelector('.done');
    await look(page, '12-cancelled', language);
    expect(await clinic.api.owner('appointment').where({ id }).first('status', 'cancel_reason')).toEqual({
      status: 'cancelled',
      cancel_reason: 'patient-other-plans',
    });
    expect(errors).toEqual([]);
    await context.close();
  });

  it('shows and changes one’s own details', { timeout: 120_000 }, async () => {
    const { patientId, email } = await patient(language);
    const { context, page, errors } = await visitor(language);
    await page.goto(`${clinic.api.url}/portal/profile`);
    await signIn(page, email);
    await page.waitForSelector('#consent-sms-1');
    await look(page, '13-profile', language);
    await page.check('#consent-sms-1');
    await expect
      .poll(() => clinic.api.owner('contact_consent').where({ patient_id: patientId }).select('channel', 'permitted'))
      .toEqual([{ channel: 'sms', permitted: false }]);
    await page.goto(`${clinic.api.url}/portal/profile/contact`);
    await page.waitForSelector('#phone');
    await page.fill('#email', 'not an address');
    await page.fill('#phone', '+1 617 555 0199');
    await submit(page);
    await page.waitForSelector('.error');
    await look(page, '14-contact-errors', language);
    await page.fill('#email', 'ana.new@example.org');
    await submit(page);
    await page.waitForSelector('.done');
    expect(await clinic.api.owner('patient').where({ id: patientId }).first('email', 'phone')).toMatchObject({
      email: 'ana.new@example.org',
    });
    await page.goto(`${clinic.api.url}/portal/profile/language`);
    await page.waitForSelector('#language-0');
    await look(page, '15-language', language);
    const other = language === 'en' ? 1 : 0;
    await page.check(`#language-${other}`);
    await submit(page);
    await page.waitForSelector('.done');
    expect(await page.locator('html').getAttribute('lang')).toBe(['en', 'es'][other]);
    expect(await clinic.api.owner('patient').where({ id: patientId }).first('language')).toEqual({
      language: ['en', 'es'][other],
    });
    expect(errors).toEqual([]);
    await context.close();
  });

  it('waits for something earlier, answers offers, and leaves', { timeout: 240_000 }, async () => {
    const { patientId, email } = await patient(language);
    const { context, page, errors } = await visitor(language);
    const later = quarterAfter((language === 'en' ? 20 : 21) * day);
    const has = await clinic.book(clinic.desk, { patientId, start: later });
    expect(has.status, JSON.stringify(has.body)).toBe(201);
    const visitId = has.body.id as string;
    await page.goto(`${clinic.api.url}/portal/visits/${visitId}`);
    await signIn(page, email);
    await page.click(`text=${words['visit.earlier']}`);
    await page.waitForSelector('#who-0');
    expect(await focused(page)).toBe('H1');
    await look(page, '30-wait-who', language);
    // Anyone will do; nothing that is not asked for limits the wish.
    for (const box of await page.locator('input[name=who]:checked').all()) await box.uncheck();
    await submit(page);
    await page.waitForSelector('#days-0');
    await look(page, '31-wait-days', language);
    await submit(page);
    await page.waitForSelector('#part-0');
    await submit(page);
    await page.waitForSelector('#notice-0');
    await look(page, '32-wait-notice', language);
    await submit(page);
    await page.waitForSelector('dl');
    await look(page, '33-wait-check', language);
    await submit(page);
    await page.waitForSelector('.done');
    expect(await page.locator('.done').innerText()).toBe(words['wait.done.joined']);
    await look(page, '34-wish', language);
    const wishId = /waiting\/([\w-]+)/.exec(page.url())?.[1] ?? '';
    const wish = await clinic.api.owner('waitlist_entry').where({ id: wishId }).first();
    expect(wish).toMatchObject({ state: 'active', current_appointment_id: visitId, provider_ids: null });

    await page.click(`text=${words['wait.pause']}`);
    await page.waitForSelector(`text=${words['wait.done.paused']}`);
    await page.click(`text=${words['wait.resume']}`);
    await page.waitForSelector(`text=${words['wait.done.resumed']}`);

    // The first offer is declined, a second one taken with a little more time.
    const first = await freeTime(clinic, `Portal first ${language}`, []);
    await expect.poll(() => asked(clinic, first.openingId), { timeout: 20_000 }).toEqual([patientId]);
    await page.goto(`${clinic.api.url}/portal`);
    await page.waitForSelector('.offered');
    await look(page, '35-home-offer', language);
    await page.click('.offered .button');
    await page.waitForSelector('[role=timer]');
    await look(page, '36-offer', language);
    await page.click(`text=${words['offer.decline']}`);
    await page.waitForSelector('#reason-0');
    await look(page, '37-offer-decline', language);
    await page.check('#reason-0');
    await submit(page);
    await page.waitForSelector(`text=${words['wait.done.declined']}`);
    await expect.poll(() => openingState(clinic, first.openingId), { timeout: 20_000 }).toBe('released');

    const second = await freeTime(clinic, `Portal second ${language}`, []);
    await expect.poll(() => asked(clinic, second.openingId), { timeout: 20_000 }).toEqual([patientId]);
    await page.goto(`${clinic.api.url}/portal/waiting`);
    await page.waitForSelector('.offered');
    await look(page, '38-waiting', language);
    await page.click('.offered .button');
    await page.waitForSelector('[role=timer]');
    const offerPage = page.url();
    await page.click(`text=${words['offer.more']}`);
    await page.waitForSelector(`text=${words['offer.moreDone']}`);
    await page.waitForSelector(`text=${words['offer.more']}`, { state: 'detached' });
    await submit(page);
    await page.waitForSelector('.done');
    expect(await page.locator('.done').innerText()).toBe(words['visit.done.won']);
    // The visit that the patient had has moved: there is still one, and it is earlier.
    const visits = await clinic.api.owner('appointment').where({ patient_id: patientId }).select('id', 'start_at');
    expect(visits).toEqual([{ id: visitId, start_at: new Date(second.start) }]);

    // An offer that is over says so and leads on.
    await page.goto(offerPage);
    await page.waitForSelector(`text=${words['offer.over']}`);
    await look(page, '39-offer-over', language);

    await page.goto(`${clinic.api.url}/portal/wait`);
    await page.waitForSelector('#type-0');
    await look(page, '40-wait-what', language);
    await page.check('#type-0');
    await submit(page);
    await page.waitForSelector('#visit-0');
    await look(page, '41-wait-visit', language);
    await page.check('#visit-1');
    await submit(page);
    for (const answered of ['#who-0', '#days-0', '#part-0', '#notice-0', 'dl']) {
      await page.waitForSelector(answered);
      if (answered === '#part-0') {
        await page.check('#part-1');
        await look(page, '42-wait-time', language);
      }
      await submit(page);
    }
    await page.waitForSelector('.done');
    await page.click(`text=${words['wait.leave']}`);
    await page.waitForSelector('form .danger');
    await look(page, '43-wish-leave', language);
    await submit(page);
    await page.waitForSelector('.done');
    await look(page, '44-waiting-none', language);
    const states = await clinic.api.owner('waitlist_entry').where({ patient_id: patientId }).orderBy('joined_at');
    expect(states.map((row: { state: string }) => row.state)).toEqual(['promoted', 'withdrawn']);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('claims an account with link, date of birth and code', { timeout: 120_000 }, async () => {
    const patientId = await clinic.addPatient({ language });
    const offered = await clinic.desk.request('POST', `/patients/${patientId}/account-claim`, { body: {} });
    expect(offered.status, JSON.stringify(offered.body)).toBe(201);
    const id = offered.body.id as string;
    const { context, page, errors } = await visitor(language);
    await page.goto(linkUrl(clinic.api.url, 'account-claim', linkToken(clinic.api.keys, id, 'account-claim')));
    await page.waitForSelector('#birth-date-day');
    await page.fill('#birth-date-day', '31');
    await page.fill('#birth-date-month', '2');
    await page.fill('#birth-date-year', '1980');
    await submit(page);
    await page.waitForSelector('.error');
    await look(page, '16-claim-errors', language);
    await page.fill('#birth-date-day', '29');
    await submit(page);
    await page.waitForSelector('#code');
    await look(page, '17-claim-code', language);
    const { code_expires_at: expires } = await clinic.api
      .owner('access_link')
      .where({ id })
      .first<{ code_expires_at: Date }>('code_expires_at');
    await page.fill('#code', linkCode(clinic.api.keys, id, expires));
    await page.fill('#password', 'four quiet herons wade');
    await submit(page);
    await page.waitForSelector('.done');
    await page.fill('#password', 'four quiet herons wade');
    await submit(page);
    await page.waitForSelector('.menu');
    await page.goto(`${clinic.api.url}/portal/forgot`);
    await page.waitForSelector('#email');
    await look(page, '18-forgot', language);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('the pages behind a link work without a script', { timeout: 120_000 }, async () => {
    const patientId = await clinic.addPatient({ language, time_zone: 'America/Los_Angeles' });
    const start = quarterAfter((language === 'en' ? 60 : 61) * day);
    const { body } = await clinic.book(clinic.desk, { patientId, start });
    const id = body.id as string;
    const tokenOf = (version: number) =>
      signVisitToken(
        clinic.api.keys.tokenSecret,
        { organizationId: clinic.organizationId, appointmentId: id, version, kind: 'visit' },
        patientRecipient(patientId),
      );
    const { context: scripted, page, errors } = await visitor(language);
    const link = `${clinic.api.url}/v/${tokenOf(0)}`;
    await page.goto(link);
    await look(page, '20-link-status', language);
    await page.goto(`${clinic.api.url}/v/nonsense`);
    await look(page, '21-link-invalid', language);

    // axe needs a script; the acts themselves are done without one.
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' });
    const plain = await context.newPage();
    await plain.goto(link);
    await plain.click('button.primary');
    await plain.waitForSelector('.done');
    expect((await clinic.api.owner('appointment').where({ id }).first('confirmed_at'))?.confirmed_at).not.toBeNull();
    await page.goto(plain.url());
    await look(page, '22-link-confirmed', language);
    await plain.click('a.danger');
    await plain.click('button.danger');
    await page.goto(plain.url());
    await look(page, '23-link-cancel', language);
    expect(await plain.locator('.error').count()).toBe(1);
    await page.click('button.danger');
    // A browser with scripts checks the radio group by itself only when asked to; the server's answer is the same page.
    await page.waitForSelector('.error');
    await look(page, '24-link-cancel-errors', language);

    await clinic.act(clinic.desk, id, 'reschedule', {
      start: quarterAfter((language === 'en' ? 62 : 63) * day),
      reason: 'asked',
    });
    await page.goto(link);
    await look(page, '25-link-stale', language);
    await page.click('a.primary');
    expect(page.url()).toContain(tokenOf(1));
    await plain.goto(`${clinic.api.url}/v/${tokenOf(1)}/cancel`);
    await plain.check('#reason-2');
    await plain.click('button.danger');
    await plain.waitForSelector('.done');
    await page.goto(plain.url());
    await look(page, '26-link-cancelled', language);
    expect(errors).toEqual([]);
    await context.close();
    await scripted.close();
  });
});
