/**
 * Urgent items in a real browser against the whole clinic: the roster with its gaps, the banner that stays until somebody
 * has the item, the responder's page on a telephone by keyboard, the board, and what an administrator sees when nobody
 * answers; in both languages, looked at by axe at 1280 and 360 px. The pictures are left in test/.output/escalations.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClinicApi } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { raiseUrgent } from '../support/escalations.ts';
import { lookInto, signedInAt, wordsOf } from './staff-desk.ts';

const look = lookInto('escalations');
const w = wordsOf('en');
const es = wordsOf('es');

let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: await webDirectory() }), launchBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

const raise = async (more: object = {}): Promise<string> => {
  const patientId = await clinic.addPatient({ family: 'Urgent', given: ['Pat'] });
  const { organizationId, locationId } = clinic;
  const id = await raiseUrgent(clinic.worker, { organizationId, patientId, locationId, ...more });
  await clinic.startEscalations();
  return id;
};
const userOf = async (email: string): Promise<string> =>
  (await clinic.api.owner('app_user').where({ email }).first()).id;

it('the roster shows who is on call and the gaps; a doctor is put on call, told, takes it on and ends it', { timeout: 120_000 }, async () => {
  const at = { browser, ...clinic };
  const doctor = await signedInAt(at, 'doctor', 'en', '/escalations');
  await doctor.page.getByText(w('escalations.none')).waitFor();
  await look(doctor.page, '01-none', 'en');

  const admin = await signedInAt(at, 'administrator', 'en', '/on-call');
  await admin.page.getByText(w('onCall.gap')).first().waitFor();
  await admin.page.getByRole('button', { name: w('onCall.add') }).press('Enter');
  const form = admin.page.getByRole('dialog');
  await form.getByLabel(w('onCall.person')).selectOption(await userOf(doctor.email));
  await form.getByLabel(w('onCall.time')).fill('00:00');
  await form.getByLabel(w('onCall.length')).selectOption('168');
  await look(admin.page, '02-shift-form', 'en');
  await form.getByRole('button', { name: w('onCall.add') }).press('Enter');
  await admin.page.getByRole('button', { name: /^Take off/ }).waitFor();
  await look(admin.page, '03-roster', 'en');

  // Told while another page is open: the banner comes by itself and cannot be closed.
  await doctor.page.getByRole('link', { name: w('nav.today') }).press('Enter');
  await doctor.page.getByRole('heading', { level: 1 }).waitFor();
  const id = await raise();
  const banner = doctor.page.getByRole('alert').filter({ hasText: w('escalations.banner.told') });
  await banner.waitFor();
  expect(await banner.getByRole('button').count()).toBe(0);
  await look(doctor.page, '04-banner', 'en');
  await banner.getByRole('link', { name: w('escalations.banner.open') }).press('Enter');
  await doctor.page.getByText(w('redFlag.chest-pain-breathless')).waitFor();
  expect(await banner.count()).toBe(0);
  await look(doctor.page, '05-responder', 'en');

  await doctor.page.setViewportSize({ width: 360, height: 740 });
  await doctor.page.getByLabel(w('escalations.eta')).selectOption('2');
  const take = doctor.page.getByRole('button', { name: w('escalations.ack') });
  expect((await take.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await take.press('Enter');
  await doctor.page.getByText(w('escalations.done.ack')).waitFor();
  await look(doctor.page, '06-taken', 'en');
  await doctor.page.getByLabel(w('escalations.outcome')).selectOption('patient-reached');
  await doctor.page.getByRole('button', { name: w('escalations.resolve') }).press('Enter');
  await doctor.page.getByText(w('escalations.done.resolve')).waitFor();
  expect(await clinic.api.owner('escalation').where({ id }).first()).toMatchObject({ state: 'resolved' });
  expect([...doctor.errors, ...admin.errors]).toEqual([]);
  await Promise.all([doctor.close(), admin.close()]);
}); // prettier-ignore

it('nobody answers: every administrator’s page says it, the board has it on top, and an administrator takes it on', { timeout: 120_000 }, async () => {
  await clinic.api.owner('on_call_shift').update({ removed_at: new Date() });
  const admin = await signedInAt({ browser, ...clinic }, 'administrator', 'es', '/today');
  const id = await raise();
  const banner = admin.page.getByRole('alert').filter({ hasText: es('escalations.banner.exhausted') });
  await banner.waitFor();
  await admin.page.getByRole('link', { name: es('nav.escalations') }).first().press('Enter');
  await admin.page.getByRole('heading', { name: new RegExp(es('escalations.group.exhausted')) }).waitFor();
  await look(admin.page, '07-board', 'es');
  await banner.getByRole('link', { name: es('escalations.banner.open') }).press('Enter');
  await admin.page.getByRole('button', { name: es('escalations.ack') }).waitFor();
  await look(admin.page, '08-exhausted', 'es');
  await admin.page.getByRole('button', { name: es('escalations.ack') }).press('Enter');
  await admin.page.getByText(es('escalations.done.ack')).waitFor();
  await admin.page.getByRole('link', { name: es('nav.onCall') }).first().press('Enter');
  // Who has it is asked for a word of it on every page.
  await admin.page.getByRole('alert').filter({ hasText: es('escalations.banner.mine') }).waitFor();
  await look(admin.page, '09-mine', 'es');
  expect(await clinic.api.owner('escalation').where({ id }).first()).toMatchObject({ state: 'acknowledged' });
  expect(admin.errors).toEqual([]);
  await admin.close();
}); // prettier-ignore

it.each(['en', 'es'] as const)(
  'an alarm by hand, in %s: from the patient’s page, said once more before it goes, taken back by keyboard',
  { timeout: 120_000 },
  async (language) => {
    const word = wordsOf(language);
    // As the desk does, so that the search finds her.
    const body = { name: { given: ['Ada'], family: 'Byhand' }, birthDate: '1971-05-06' };
    const patientId = (await clinic.desk.request('POST', '/patients', { body })).body.id as string;
    const desk = await signedInAt({ browser, ...clinic }, 'front-desk', language, `/patients/${patientId}`);
    const { page } = desk;
    const button = page.getByRole('button', { name: word('escalations.raise') });
    await button.press('Enter');
    const form = page.getByRole('dialog');
    await form.getByLabel(word('escalations.raiseWhy'), { exact: true }).selectOption('collapsed');
    await form.getByLabel(word('escalations.raiseNote')).fill('in the hall');
    await look(page, '10-raise', language);
    await form.getByRole('button', { name: word('escalations.raiseNext') }).press('Enter');
    await form.getByText(word('escalations.raiseConfirm', { minutes: 2 })).waitFor();
    // Enter once more raises nothing: what will happen is read first.
    await page.keyboard.press('Enter');
    await look(page, '11-confirm', language);
    expect(await clinic.api.owner('escalation').where({ patient_id: patientId }).first()).toBeUndefined();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/escalations\/[0-9a-f-]{36}$/);
    await page.getByRole('timer').waitFor();
    await page.getByText('in the hall').waitFor();
    await look(page, '12-raised', language);
    await page.getByLabel(word('escalations.takeBackWhy')).fill('a mistake');
    await page.keyboard.press('Enter');
    await page.getByText(word('escalations.done.cancel')).waitFor();
    expect(await clinic.api.owner('escalation').where({ patient_id: patientId }).first()).toMatchObject({
      state: 'cancelled',
    });
    // From the board it is asked about whom.
    await page
      .getByRole('link', { name: word('nav.escalations') })
      .first()
      .press('Enter');
    await page.getByRole('button', { name: word('escalations.raise') }).press('Enter');
    await page.getByLabel(word('escalations.raisePick')).fill('Byhand');
    await page
      .getByRole('option', { name: /Byhand/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog', { name: /Byhand/ })
      .getByLabel(word('escalations.raiseWhy'), { exact: true })
      .waitFor();
    expect(desk.errors).toEqual([]);
    await desk.close();
  },
);
