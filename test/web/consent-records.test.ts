/**
 * A child's page: who acts for them, what was signed, taken back by keyboard. Looked at by axe in both languages, at 1280
 * and 360 px; the pictures are left in test/.output/consents.
 */
import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { commitSection } from '../../db/charts/chart-sections.ts';
import { recordGuardian } from '../../db/patients/guardians.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import { startTestApi, type TestApi } from '../api/support.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, wordsOf, type Language } from './staff-desk.ts';

const look = lookInto('consents');
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
  'staff see who acts for a child and take a consent back, in %s',
  async (language) => {
    const word = wordsOf(language);
    const patientId = await api.createPatient(organizationId, { birthDate: '2019-05-05' });
    const about = { organizationId, patientId, actor: systemActor('test'), at: new Date(Date.now() - 60_000) };
    await withTransaction(api.owner, { organizationId }, async (trx) => {
      await recordGuardian(trx, { ...about, name: 'Maria Canary', relationship: 'parent', authority: 'parent', email: 'maria@example.org' }); // prettier-ignore
      await commitSection(trx, { ...about, step: 'consents', intakeId: randomUUID(), language, answers: { 'consents.agree.treatment': [true], 'consents.relationship': [{ code: 'parent' }], 'consents.typed-name': ['Maria Canary'], 'consents.intent': [true] } }); // prettier-ignore
    });
    const { page, errors, close } = await signedInAt({ api, browser, organizationId }, 'front-desk', language, `/patients/${patientId}`); // prettier-ignore
    const signed = page.getByRole('region', { name: word('signed.title') });
    const guardians = page.getByRole('region', { name: word('guardians.title') });
    await guardians.getByText('Maria Canary').waitFor();
    await signed.getByText(word('consentGap.never-signed')).first().waitFor();
    await signed
      .getByRole('button', { name: /./ })
      .filter({ hasText: word('signed.text') })
      .first()
      .press('Enter');
    await signed.getByText(/^SHA-256 [0-9a-f]{64}$/).waitFor();
    if (language === 'es') await look(page, '01-child', language);
    await signed
      .getByRole('button')
      .filter({ hasText: word('signed.takeBack') })
      .press('Enter');
    await signed.getByLabel(word('case.reason')).fill('asked on the telephone');
    if (language === 'en') await look(page, '02-taking-back', language);
    await page.keyboard.press('Enter');
    await signed.getByText(word('consentGap.revoked'), { exact: true }).waitFor();
    expect(await api.owner('consent_record').where({ patient_id: patientId, event: 'revoked' }).first('reason')).toEqual({ reason: 'asked on the telephone' }); // prettier-ignore
    expect(errors).toEqual([]);
    await close();
  },
  90_000,
);
