/**
 * The pages of the walk-in queue in a real browser against the whole clinic: a queue is made, patients arrive (one is
 * registered on the way), are triaged, moved by keyboard with a reason, transferred, called, and the call taken back; the
 * screen in the waiting room shows numbers only. Looked at by axe in both languages, at 1280 and 360 px. The pictures are
 * left in test/.output/walk-ins.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../domain/access.ts';
import { openClinicApi } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, type Language } from './staff-desk.ts';

const look = lookInto('walk-ins');

let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: await webDirectory() }), launchBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

const signedIn = (role: Role, language: Language, path: string) =>
  signedInAt({ browser, ...clinic }, role, language, path);
const queue = async (en: string, es: string): Promise<string> => {
  const body = {
    names: { en, es },
    locationId: clinic.locationId,
    visitTypeId: clinic.visitTypeId,
    practitionerIds: [clinic.practitionerId, clinic.otherPractitionerId],
  };
  const made = await clinic.admin.request('POST', '/queues', { body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
};
const arrive = async (queueId: string, family: string, level: number | null): Promise<string> => {
  const patientId = await clinic.addPatient({ family, given: ['Pat'] });
  const body = { queueId, patientId, level, identifiersVerified: ['name', 'birth-date'] };
  const made = await clinic.doctor.request('POST', '/walk-ins', { body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
};
const numbers = (page: Page): Promise<string[]> => page.locator('ol .hs-walk-in-ticket').allInnerTexts();

describe('walk-ins', () => {
  it('an administrator makes a queue', { timeout: 60_000 }, async () => {
    const { page, errors } = await signedIn('administrator', 'en', '/walk-ins');
    await page.getByText('There is no walk-in queue here').waitFor();
    await look(page, '01-no-queue', 'en');
    await page.getByRole('link', { name: 'Add a queue' }).press('Enter');
    await page.getByRole('heading', { name: 'Walk-in queues', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Add a queue' }).press('Enter');
    await page.getByLabel('Name in English').fill('Acute');
    await page.getByLabel('Name in Spanish').fill('Agudos');
    await page.getByLabel('Visit type of a call').selectOption({ label: 'Follow-up' });
    await page.getByLabel('Dr. One').check();
    await page.getByLabel('Dr. Two').check();
    await look(page, '02-queue-form', 'en');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByRole('button', { name: 'Acute', exact: true }).waitFor();
    await page.getByText('Dr. One, Dr. Two').waitFor();
    expect(errors).toEqual([]);
  });

  it(
    'patients arrive, are triaged, moved, transferred, called, and a call is taken back',
    { timeout: 120_000 },
    async () => {
      const items = (await clinic.admin.request('GET', '/queues')).body.items as { id: string; name: string }[];
      const acute = items.find((one) => one.name === 'Acute')!.id;
      await queue('Wounds', 'Heridas');
      const { page, errors } = await signedIn('nurse', 'en', '/walk-ins');
      await page.getByText('Nobody waits.').nth(1).waitFor();
      await look(page, '03-empty', 'en');

      // Nobody of that name: registered with the least, and in the queue.
      await page.getByRole('button', { name: 'Register a walk-in' }).press('Enter');
      await page.getByRole('dialog').getByLabel('Queue').selectOption({ label: 'Acute' });
      await page.getByRole('button', { name: 'Register a new patient' }).press('Enter');
      await page.getByLabel('Given names').fill('Nora');
      await page.getByLabel('Family name').fill('Newcomer');
      await page.getByLabel('Birth date').fill('1990-05-04');
      await page.getByRole('button', { name: 'Register', exact: true }).press('Enter');
      await page.getByText('Nora Newcomer').waitFor();
      await page.getByLabel('What brings the patient').fill('ankle');
      await page.getByLabel('Triage level').selectOption('4');
      await look(page, '04-arrival', 'en');
      await page.getByRole('button', { name: 'Put in the queue' }).press('Enter');
      await page.getByText('Number 1 is in Acute.').waitFor();

      // Others arrive elsewhere: seen without a reload.
      await arrive(acute, 'Second', 4);
      await arrive(acute, 'Unseen', null);
      await page.getByRole('article', { name: 'Number 3' }).waitFor();
      expect(await numbers(page)).toEqual(['3', '1', '2']);
      expect(await page.getByRole('article', { name: 'Number 3' }).getByText('Next').count()).toBe(1);
      await look(page, '05-board', 'en');

      await page.getByRole('button', { name: 'Move up: number 2' }).press('Enter');
      await page.getByRole('dialog').getByLabel('Reason').selectOption('in-pain');
      await look(page, '06-move', 'en');
      await page.getByRole('dialog').getByRole('button', { name: 'Move up' }).press('Enter');
      await page.getByText('Number 2 has another place.').waitFor();
      await expect.poll(() => numbers(page), { timeout: 10_000 }).toEqual(['3', '2', '1']);

      await page.getByRole('button', { name: 'More: number 1' }).press('Enter');
      await page.getByRole('button', { name: 'Triage: number 1' }).press('Enter');
      await page.getByRole('dialog').getByLabel('Triage level').selectOption('1');
      await page.getByRole('dialog').getByRole('button', { name: 'Triage' }).press('Enter');
      await expect.poll(() => numbers(page), { timeout: 10_000 }).toEqual(['1', '3', '2']);

      // Called: two identifiers were not compared on arrival.
      await page.getByRole('button', { name: 'Call: number 1' }).press('Enter');
      await page.getByRole('dialog').getByLabel('Called to').selectOption({ label: 'Dr. Two' });
      await page.getByRole('dialog').getByLabel('Full name').check();
      await page.getByRole('dialog').getByLabel('Birth date').check();
      await look(page, '07-call', 'en');
      await page.getByRole('dialog').getByRole('button', { name: 'Call' }).press('Enter');
      await page.getByText('Number 1 is called to Dr. Two.').waitFor();
      await page.getByRole('button', { name: 'Begin visit: number 1' }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).press('Enter');
      await page.getByText('The call was taken back').waitFor();
      await page.getByRole('button', { name: 'Call: number 1' }).press('Enter');
      await page.getByRole('dialog').getByLabel('Called to').selectOption({ label: 'Dr. Two' });
      await page.getByRole('dialog').getByRole('button', { name: 'Call' }).press('Enter');
      await page.getByRole('button', { name: 'Begin visit: number 1' }).waitFor();
      // The same practitioner has somebody already: said so, and nobody loses their place.
      await page.getByRole('button', { name: 'Call: number 3' }).press('Enter');
      await page.getByRole('dialog').getByLabel('Called to').selectOption({ label: 'Dr. Two' });
      await page.getByRole('dialog').getByRole('button', { name: 'Call' }).press('Enter');
      await page.getByText('The patient keeps their place.').waitFor();
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Begin visit: number 1' }).press('Enter');
      await page.getByRole('heading', { name: 'Being seen' }).waitFor();
      await page.getByRole('button', { name: 'More: number 3' }).press('Enter');
      await page.getByRole('button', { name: 'Other queue: number 3' }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Other queue' }).press('Enter');
      await page.getByText('Number 3 waits in Wounds now.').waitFor();
      await page.getByRole('button', { name: 'More: number 2' }).press('Enter');
      await page.getByRole('button', { name: 'Has left: number 2' }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Has left' }).press('Enter');
      await page.getByRole('heading', { name: 'Left today' }).waitFor();
      await look(page, '08-busy', 'en');
      await page.getByRole('button', { name: 'More: number 1' }).press('Enter');
      await page.getByRole('button', { name: 'History: number 1' }).press('Enter');
      await page.getByText('Call taken back').waitFor();
      await look(page, '12-history', 'en');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Finish visit: number 1' }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Finish visit' }).press('Enter');
      await page.getByText('The visit of number 1 is finished.').waitFor();
      expect(errors).toEqual([]);
    },
  );

  it('in Spanish, and on the wall: numbers and rooms, nobody’s name', { timeout: 60_000 }, async () => {
    const items = (await clinic.admin.request('GET', '/queues')).body.items as { id: string; name: string }[];
    const acute = items.find((one) => one.name === 'Acute')!.id;
    const called = await arrive(acute, 'Llamada', 3);
    await arrive(acute, 'Espera', 2);
    const body = { practitionerId: clinic.otherPractitionerId };
    expect((await clinic.doctor.request('POST', `/walk-ins/${called}/call`, { body })).status).toBe(200);
    const { page, errors } = await signedIn('front-desk', 'es', '/walk-ins');
    await page.getByText('Pat Espera').waitFor();
    await look(page, '09-board', 'es');
    await page.getByRole('button', { name: 'Registrar paciente sin cita' }).press('Enter');
    await page.getByRole('dialog').waitFor();
    await look(page, '10-arrival', 'es');
    await page.goto(`${clinic.api.url}/waiting-room/${acute}`);
    await page.getByRole('heading', { name: 'Agudos' }).waitFor();
    await look(page, '11-wall', 'es');
    const shown = await page.locator('main').innerText();
    expect(shown).toMatch(/Room \d/);
    expect(shown).not.toMatch(/Pat|Llamada|Espera\b.*Pat/);
    // Live: who is called next appears by itself.
    const again = await arrive(acute, 'Siguiente', 1);
    const { ticket } = (await clinic.desk.request('GET', `/walk-ins/${again}`)).body;
    await page.locator('ol').getByText(String(ticket), { exact: true }).waitFor();
    expect(errors).toEqual([]);
  });
});
