/** A doctor reads what an intake left in the chart and confirms an allergy; a biller finds nothing of it. */
import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { commitSection } from '../../db/charts/chart-sections.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import { startTestApi, type TestApi } from '../api/support.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('chart-facts');
let api: TestApi;
let browser: Browser;
let organizationId = '';
beforeAll(async () => {
  const web = await webDirectory();
  [api, browser] = await Promise.all([startTestApi(routes, { webDirectory: web }), launchBrowser()]);
  organizationId = await api.createOrganization('Harbor Clinic');
  await api.owner('location').insert({ organization_id: organizationId, name: 'Pier', time_zone: 'America/New_York' });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

it.each<Language>(['en', 'es'])(
  'what a patient told is seen and confirmed by a doctor, in %s',
  { timeout: 90_000 },
  async (language) => {
    const word = wordsOf(language);
    const patientId = await api.createPatient(organizationId);
    const intakeId = randomUUID();
    const about = {
      organizationId,
      patientId,
      intakeId,
      actor: systemActor('test'),
      at: new Date(Date.now() - 60_000),
    };
    await withTransaction(api.owner, { organizationId }, async (trx) => {
      await commitSection(trx, { ...about, step: 'allergies', answers: { 'allergies.any': [{ code: 'some' }], 'allergies.list': [{ 'allergies.substance': ['Penicillin'], 'allergies.reaction': ['Hives'] }] } }); // prettier-ignore
      await commitSection(trx, { ...about, step: 'medications', answers: { 'medications.any': [{ code: 'none' }] } });
      await commitSection(trx, { ...about, step: 'demographics', answers: { 'demographics.race': [{ code: 'asked-declined' }] } }); // prettier-ignore
      await commitSection(trx, { ...about, step: 'allergies', intakeId: randomUUID(), answers: { 'allergies.any': [{ code: 'none' }] } }); // prettier-ignore
    });
    const path = `/patients/${patientId}`;
    const { page, errors, close } = await signedInAt({ api, browser, organizationId }, 'doctor', language, path);
    const allergies = page.getByRole('region', { name: word('chartFacts.kind.allergy') });
    await allergies.getByText('Penicillin · Hives').first().waitFor();
    await allergies.getByText(word('chartFacts.contradicted')).waitFor();
    await page.getByText(word('chartFacts.none.medication')).waitFor();
    await look(page, '01-facts', language);
    await allergies.getByRole('button', { name: word('chartFacts.confirmOf', { what: 'Penicillin · Hives' }) }).press('Enter'); // prettier-ignore
    await allergies.getByText(word('chartFacts.verification.confirmed'), { exact: true }).waitFor();
    await allergies.getByText(word('chartFacts.contradicted')).waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await close();

    const biller = await signedInAt({ api, browser, organizationId }, 'biller', language, path);
    await biller.page.getByRole('region', { name: word('coverage.title') }).waitFor();
    expect(await biller.page.getByText('Penicillin').count()).toBe(0);
    expect(await biller.page.getByText(word('chartFacts.title')).count()).toBe(0);
    await biller.close();
  },
);
