/**
 * Recurring series in a real browser against the whole clinic: planned with the keyboard, conflicts put elsewhere or left out,
 * booked while the page tells how far it is, one moved, all that follow cancelled; every page looked at by axe in both
 * languages and themes, at 1280 and 360 px. The pictures are left in test/.output/series.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClinicApi, timeZone } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { addDays, localOf, resolveLocalTime } from '../../domain/calendar/calendar.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('series');

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

const instant = (local: string): string => {
  const resolved = resolveLocalTime(local, timeZone);
  if (!resolved.ok) throw new Error(resolved.code);
  return new Date(resolved.instant).toISOString();
};

describe.each<Language>(['en', 'es'])('series in %s', (language) => {
  it('is planned, booked, changed and ended', { timeout: 240_000 }, async () => {
    const t = wordsOf(language);
    const { page, errors, close } = await signedInAt(
      { browser, ...clinic },
      'administrator',
      language,
      '/tasks?owner=me',
    );
    const practitionerId = await clinic.addPractitioner(`Dr. Rhythm ${language}`);
    const patientId = await clinic.addPatient({ family: 'Again', given: ['Ada'], language });
    const first = addDays(localOf(Date.now(), timeZone).slice(0, 10), language === 'en' ? 30 : 60);
    const taken = [addDays(first, 7), addDays(first, 21)];
    for (const day of taken) {
      const other = await clinic.addPatient();
      const answer = await clinic.book(clinic.desk, { patientId: other, practitionerId, start: instant(`${day}T09:00`) }); // prettier-ignore
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    }

    // From the patient's page; what is missing is said, and takes the focus.
    await page.goto(`${clinic.api.url}/patients/${patientId}`);
    await page.getByText(t('series.none')).waitFor();
    await page.getByRole('link', { name: t('series.new'), exact: true }).click();
    await page.waitForURL(/\/series\/new/);
    await page.getByRole('button', { name: t('series.check') }).click();
    await page.getByRole('alert').getByText(t('series.need.practitioner')).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert');
    await look(page, '01-missing', language);

    await page.getByLabel(t('find.type'), { exact: true }).selectOption(clinic.visitTypeId);
    await page.getByLabel(t('find.who'), { exact: true }).selectOption(practitionerId);
    await page.getByLabel(t('series.first'), { exact: true }).fill(first);
    // A year of months goes over both changes of the clocks; the report says so.
    await page.getByLabel(t('series.repeats'), { exact: true }).selectOption('monthly');
    await page.getByLabel(t('series.count'), { exact: true }).fill('12');
    await page.getByRole('button', { name: t('series.check') }).click();
    await page.getByText(t('series.clocksChange')).first().waitFor();
    await page.getByLabel(t('series.repeats'), { exact: true }).selectOption('weekly');
    await page.getByLabel(t('find.time', { zone: timeZone }), { exact: true }).fill('09:00');
    await page.getByLabel(t('series.count'), { exact: true }).fill('6');
    await page.keyboard.press('Enter');
    const report = page.getByRole('list', { name: t('series.report') });
    await report.waitFor();
    expect(await report.locator(':scope > li[data-tone=warn]').count()).toBe(2);
    await page
      .getByRole('status')
      .getByText(t('series.conflicts_other', { count: 2 }))
      .waitFor();
    await look(page, '02-report', language);

    // One is put elsewhere by keyboard, one is left out; a choice can be taken back.
    const conflict = (n: number) => report.locator(':scope > li').nth(n);
    await conflict(1).locator('.mantine-Group-root[role=group] button').first().focus();
    await page.keyboard.press('Enter');
    await conflict(1).locator('.hs-badge[data-tone=good]').waitFor();
    expect(await conflict(1).locator('.hs-series-what:focus').count()).toBe(1);
    await conflict(3)
      .getByRole('button', { name: t('series.leaveOut') })
      .click();
    await page
      .getByRole('status')
      .getByText(t('series.skipped_one', { count: 1 }))
      .waitFor();
    await page.getByRole('button', { name: t('series.bookAll_other', { count: 5 }) }).waitFor();
    await page
      .getByRole('button', { name: t('series.takeBackOf', { what: t('series.number', { number: 4 }) }) })
      .click();
    await page.getByRole('button', { name: t('series.bookFree_other', { count: 5 }) }).waitFor();

    // Booked with the conflict left out; the page follows.
    await page.getByRole('button', { name: t('series.bookFree_other', { count: 5 }) }).click();
    await page.waitForURL(/\/cases\/series\//);
    const rows = page.locator('.hs-table tbody tr');
    await expect.poll(() => page.locator('.hs-table tbody a[href*="/cases/appointment/"]').count(), { timeout: 30_000 }).toBe(5); // prettier-ignore
    await page
      .locator('.hs-badge', { hasText: t('seriesState.booked') })
      .first()
      .waitFor();
    expect(await rows.count()).toBe(6);
    await rows.nth(3).getByText(t('series.notBooked')).waitFor();
    await look(page, '04-booked', language);

    // One alone.
    await rows
      .nth(0)
      .getByRole('button', { name: t('series.moveOf', { what: t('series.number', { number: 1 }) }) })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t('find.time', { zone: timeZone })).fill('11:00');
    if (language === 'en') await look(page, '05-move', language);
    await dialog.getByRole('button', { name: t('series.moveOne') }).click();
    await page.getByText(t('series.movedOne')).waitFor();
    await rows.nth(0).getByText(/11:00/).first().waitFor();
    expect(await rows.nth(2).innerText()).toMatch(/9:00/);

    // All that follow, from the fifth on; the page tells by itself when they are done.
    await rows
      .nth(4)
      .getByRole('button', { name: t('series.cancelOf', { what: t('series.number', { number: 5 }) }) })
      .click();
    await dialog.getByLabel(t('series.scopeFollowing_other', { count: 2 })).check();
    await dialog.getByLabel(t('case.reason')).selectOption('patient-request');
    await look(page, '06-cancel', language);
    await dialog.getByRole('button', { name: t('series.cancelVisits_other', { count: 2 }) }).click();
    await page.getByText(t('series.cancelledAll')).waitFor({ timeout: 30_000 });
    await rows.nth(5).getByText(t('state.cancelled')).waitFor({ timeout: 30_000 });
    await rows.nth(4).getByText(t('state.cancelled')).waitFor();

    // Another desk cancels one: told without a reload.
    const id = page.url().split('/').at(-1)!;
    const { body } = await clinic.desk.request('GET', `/series/${id}`);
    await clinic.act(clinic.desk, body.occurrences[2].appointmentId, 'cancel', { reason: 'transport' });
    await rows.nth(2).getByText(t('state.cancelled')).waitFor();

    // The rest is ended at once.
    await page.getByRole('button', { name: t('series.end') }).click();
    await dialog.getByLabel(t('case.reason')).selectOption('patient-request');
    await dialog.getByRole('button', { name: t('series.cancelVisits_other', { count: 2 }) }).click();
    await page
      .locator('.hs-badge', { hasText: t('seriesState.ended') })
      .first()
      .waitFor({ timeout: 30_000 });
    if (language === 'es') await look(page, '07-ended', language);

    // Found again from the patient and from the visit.
    await page.getByRole('heading', { level: 1 }).getByRole('link').click();
    await page.getByText(t('series.endedCount_one', { count: 1 })).click();
    await page.locator(`a[href*="/cases/series/${id}"]`).waitFor();
    await page.goto(`${clinic.api.url}/cases/appointment/${body.occurrences[0].appointmentId}`);
    await page.locator(`a[href*="/cases/series/${id}"]`).waitFor();
    await page.goto(`${clinic.api.url}/find?patient=${patientId}&type=${clinic.visitTypeId}`);
    await page.getByRole('link', { name: t('series.link') }).click();
    await page.waitForURL(/\/series\/new\?.*type=/);
    expect(errors).toEqual([]);
    await close();
  });
});
