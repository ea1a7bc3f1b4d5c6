/**
 * What a clinic asks for: proposed charges decided by keyboard, the deadline to confirm and the fees chosen in a form, an
 * interpreter with languages added and seen in a visit. Each page is looked at by axe in both languages, at 1280 and
 * 360 px. The pictures are left in test/.output/charges.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClinicApi, quarterAfter } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('charges');
let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  const web = await webDirectory();
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: web }), launchBrowser()]);
  await clinic.api.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'fee',
    value: JSON.stringify({ lateCancelCents: 2500, noShowCents: 4000 }),
    valid_from: new Date('2020-01-01T00:00:00Z'),
  });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

/** Somebody who has cancelled late before does so again. @returns the second visit's id */
async function cancelledLate(given: string, practitionerId: string, from: number): Promise<string> {
  const patientId = await clinic.addPatient({ given: [given] });
  let last = '';
  for (const minutes of [from, from + 60]) {
    const booked = await clinic.book(clinic.desk, { patientId, practitionerId, start: quarterAfter(minutes) });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    last = booked.body.id as string;
    await clinic.act(clinic.desk, last, 'cancel', { reason: 'patient-request' });
  }
  return last;
}

describe.each<Language>(['en', 'es'])('in %s', (language) => {
  const word = wordsOf(language);
  const signedIn = (role: 'administrator' | 'biller') => signedInAt({ browser, ...clinic }, role, language, '/tasks');

  it(
    'a biller waives with a reason, takes it back, posts, and is told that no money moves',
    { timeout: 120_000 },
    async () => {
      const practitionerId = await clinic.addPractitioner(`Dr. Charge ${language}`);
      const visitId = await cancelledLate(`Charged${language}`, practitionerId, 120);
      const { page, errors, close } = await signedIn('biller');
      await page.goto(`${clinic.api.url}/charges`);
      const card = page.locator('article', { hasText: `Charged${language}` });
      await card.waitFor();
      expect(await page.locator('main').innerText()).toContain(word('charges.noMoney'));
      await look(page, '01-list', language);

      // By keyboard: j to the row, Tab to the button, the reason typed ahead in its list.
      await page.keyboard.press('j');
      while ((await card.locator('a:focus').count()) === 0) await page.keyboard.press('j');
      for (let tab = 0; tab < 2; tab += 1) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await card.locator('select').selectOption('hardship');
      await look(page, '02-waive', language);
      await card.locator('button[type=submit]').focus();
      await page.keyboard.press('Enter');
      const said = page.locator('.hs-charge-said');
      await said.getByRole('button', { name: word('charges.undo') }).waitFor();
      expect(await charge(visitId)).toMatchObject({ state: 'waived', waived_reason: 'hardship' });
      expect(await page.evaluate(() => document.activeElement?.classList.contains('hs-charge-said'))).toBe(true);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await card.waitFor();
      expect(await charge(visitId)).toMatchObject({ state: 'proposed', waived_reason: null });

      await card.getByRole('button', { name: word('charges.action.post') }).click();
      await said.getByRole('button', { name: word('charges.undo') }).waitFor();
      expect(await charge(visitId)).toMatchObject({ state: 'posted' });
      await page.goto(`${clinic.api.url}/charges?state=all`);
      await card.first().waitFor();
      expect(await page.locator('article').first().innerText()).toContain(word('charges.kind.late-cancel'));
      await look(page, '03-all', language);
      await page.goto(`${clinic.api.url}/charges?state=void`);
      await page.getByText(word('charges.noneTitle')).waitFor();
      expect(errors).toEqual([]);
      await close();
    },
  );

  it(
    'an administrator chooses the deadline and the fees in a form, and adds an interpreter with languages',
    { timeout: 120_000 },
    async () => {
      const { page, errors, close } = await signedIn('administrator');
      await page.goto(`${clinic.api.url}/admin/policies`);
      const kind = page.locator('form select').first();
      await kind.selectOption('confirmation');
      await page.getByRole('radio', { name: word('confirmationThen.release') }).check();
      await look(page, '04-confirmation', language);
      await page.getByRole('button', { name: word('policies.save') }).click();
      await page.getByText(word('policies.saved')).waitFor();
      const stored = await clinic.api.owner('policy').where({ organization_id: clinic.organizationId, kind: 'confirmation' }).orderBy('created_at', 'desc').first('value'); // prettier-ignore
      expect(stored.value).toMatchObject({ otherwise: 'release', deadline: 'PT6H' });
      await kind.selectOption('fee');
      await page.getByLabel(word('policyField.noShowCents'), { exact: true }).first().fill('45.50');
      await page.getByRole('checkbox', { name: word('payerClass.medicare') }).check();
      await look(page, '05-fees', language);
      await page.getByRole('button', { name: word('policies.save') }).click();
      await expect.poll(async () => (await clinic.api.owner('policy').where({ organization_id: clinic.organizationId, kind: 'fee' }).whereRaw(`value->>'noShowCents' = '4550'`).count('* as n'))[0]!.n).not.toBe('0'); // prettier-ignore

      await page.goto(`${clinic.api.url}/admin/rooms`);
      await page.getByRole('button', { name: word('rooms.addResource') }).click();
      await page.locator('form select').first().selectOption('interpreter');
      await page.getByLabel(word('patient.name'), { exact: true }).fill(`Interpreter ${language}`);
      const code = language === 'en' ? 'vi' : 'pl';
      await page.getByLabel(word('interpreter.languages'), { exact: true }).fill(`${code}, ru`);
      await look(page, '06-interpreter', language);
      await page.getByRole('button', { name: word('common.save') }).click();
      await page.getByRole('button', { name: `Interpreter ${language}` }).waitFor();

      const patientId = await clinic.addPatient({ language: code, interpreter_needed: true, given: ['Linh'] });
      const practitionerId = await clinic.addPractitioner(`Dr. Interpreted ${language}`);
      const booked = await clinic.book(clinic.desk, { patientId, practitionerId, start: quarterAfter(90) });
      expect(booked.status, JSON.stringify(booked.body)).toBe(201);
      await page.goto(`${clinic.api.url}/cases/appointment/${String(booked.body.id)}`);
      await page.getByText(`Interpreter ${language}`).waitFor();
      await look(page, '07-visit', language);
      const other = await clinic.addPatient({ language: code, interpreter_needed: true });
      const refused = await clinic.book(clinic.desk, { patientId: other, start: quarterAfter(90) });
      expect(refused).toMatchObject({ status: 409, body: { code: 'slot-taken', resourceKind: 'interpreter' } });
      expect(errors).toEqual([]);
      await close();
    },
  );
});

const charge = (appointmentId: string) =>
  clinic.api.owner('proposed_charge').where({ appointment_id: appointmentId }).first('state', 'waived_reason');
