/**
 * The pages of intakes that staff use, in a real browser against the whole clinic: somebody is invited, answers arrive with
 * danger and scores, a step is given back and waived, the review is taken and approved once somebody took the danger.
 * Looked at by axe in both languages, at 1280 and 360 px. The pictures are left in test/.output/intakes.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../domain/access.ts';
import { intakeSteps, type IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import { openClinicApi } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, type Language } from './staff-desk.ts';

const look = lookInto('intakes');

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

const person = { given: 'Ada', family: 'Byron', birthDate: '1980-02-29' };
const code = (value: string) => [{ code: value }];
/** Item 9 of PHQ-9 is answered: it cannot wait. */
const inDanger: Answers = {
  'phq.1': code('2'),
  'phq.2': code('1'),
  ...Object.fromEntries([3, 4, 5, 6, 7, 8].map((n) => [`phq.${n}`, code('0')])),
  'phq.9': code('1'),
  'phq.difficulty': code('0'),
};

/** The front desk answers for the patient on the telephone. */
async function answer(id: string, step: IntakeStep, answers: Answers): Promise<void> {
  const page = await clinic.desk.request('GET', `/intakes/${id}/steps/${step}`);
  const body = { answers, baseVersion: page.body.version, complete: true };
  const saved = await clinic.desk.request('PUT', `/intakes/${id}/steps/${step}`, {
    body,
    key: `${id}/${step}/${page.body.version}`,
  });
  expect(saved.status, `${step}: ${JSON.stringify(saved.body)}`).toBe(200);
}

describe('intakes', () => {
  let id = '';
  it('somebody whom the clinic does not know is invited', { timeout: 60_000 }, async () => {
    const { page, errors } = await signedIn('front-desk', 'en', '/intakes');
    await page.getByText('Nobody is filling in an intake').waitFor();
    await look(page, '01-empty', 'en');
    await page.getByRole('button', { name: 'Invite to an intake' }).press('Enter');
    await page.getByRole('button', { name: 'The person is not on record yet' }).press('Enter');
    await page.getByLabel('Given names').fill(person.given);
    await page.getByLabel('Family name').fill(person.family);
    await page.getByLabel('Birth date').fill(person.birthDate);
    await page.getByLabel('Email address').fill('ada@example.org');
    await page.getByRole('button', { name: 'Send the invitation' }).press('Enter');
    await page
      .getByRole('heading', { name: 'Intake of Byron, Ada' })
      .or(page.getByRole('heading', { name: /Intake of/ }))
      .waitFor();
    id = new URL(page.url()).pathname.split('/').at(-1)!;
    await look(page, '02-invited', 'en');
    expect(errors).toEqual([]);
  });

  it(
    'its answers, scores and danger are seen; approval waits for whoever takes the danger',
    { timeout: 120_000 },
    async () => {
      const answers = intakeAnswers(person);
      for (const step of intakeSteps) {
        await answer(id, step, step === 'screens' ? { ...answers.screens, ...inDanger } : answers[step]);
      }
      const submitted = await clinic.desk.request('POST', `/intakes/${id}/submit`, { body: {} });
      expect(submitted.status, JSON.stringify(submitted.body)).toBe(200);

      const { page, errors } = await signedIn('doctor', 'es', '/intakes');
      await page.getByRole('heading', { name: /^Enviada, por revisar/ }).waitFor();
      await look(page, '03-board', 'es');
      await page.locator('[data-row]').first().press('Enter');
      await page.getByRole('heading', { name: 'Lo que no puede esperar' }).waitFor();
      await page.getByRole('button', { name: 'Tomar la revisión' }).press('Enter');
      await page.getByText('La revisión es suya.').waitFor();
      expect(await page.getByRole('button', { name: 'Aprobar' }).isDisabled()).toBe(true);
      await page.getByText('No se puede aprobar mientras nadie atienda el peligro').waitFor();
      const phq9 = page.getByRole('row', { name: /^PHQ-9/ });
      expect(await phq9.innerText()).toMatch(/4[\s\S]*Mínimo[\s\S]*2 1 0 0 0 0 0 0 1/);
      await page.locator('summary', { hasText: 'Medicamentos' }).click();
      await page.getByText('metformin').waitFor();
      await look(page, '04-in-review', 'es');
      expect(errors).toEqual([]);
    },
  );

  it('a step is given back with words, and another waived', { timeout: 60_000 }, async () => {
    const { page, errors } = await signedIn('nurse', 'en', `/intakes/${id}`);
    await page.getByRole('button', { name: 'Give back' }).press('Enter');
    await page.getByRole('checkbox', { name: 'Allergies' }).check();
    await page.getByLabel('What is missing?').fill('Which medicine gave you the rash?');
    await look(page, '05-give-back', 'en');
    await page.getByRole('dialog').getByRole('button', { name: 'Give back' }).press('Enter');
    await page.getByText('The patient gets your words and a link.').waitFor();
    await page.getByText('Note: Which medicine gave you the rash?').waitFor();
    await page.locator('main').getByText('Given back').first().waitFor();
    await page.getByRole('button', { name: 'Waive a step' }).press('Enter');
    await page.getByLabel('Which step is not needed?').selectOption('allergies');
    await page.getByLabel('Reason').fill('Known at the practice');
    await page.getByRole('dialog').getByRole('button', { name: 'Waive a step' }).press('Enter');
    await page.getByText('Waived.', { exact: true }).waitFor();
    expect(errors).toEqual([]);
  });
});
