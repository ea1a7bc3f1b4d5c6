/**
 * A whole intake as a patient does it, with the real server: opened by the link of the invitation, answered by keyboard alone
 * at 360 px, in Spanish and in Arabic, sent, and read at the clinic. What goes wrong on the way is in intake-pages.test.ts.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eicarScanner } from '../../activities/adapters/eicar-scanner.ts';
import { intakeLinkToken } from '../../activities/intake-token.ts';
import { databaseClock } from '../../activities/ports.ts';
import { scanNext } from '../../workers/document-watch.ts';
import { openClinicApi } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { password } from '../api/support.ts';
import { heicCard } from '../documents/heic-card.ts';
import { pdf } from '../documents/files.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';

const pictures = join(import.meta.dirname, '../.output/intake-whole');

let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const web = await webDirectory();
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: web }), launchBrowser()]);
  await clinic.api.owner('location').where({ id: clinic.locationId }).update({ phone: '+1 617 555 0100' });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

const wordsOf = (language: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../web/locales/portal/${language}.json`), 'utf8')) as Readonly<
    Record<string, string>
  >;

async function begin(language: string): Promise<{ intakeId: string; patientId: string; link: string }> {
  const patientId = await clinic.addPatient({ language, given: ['Ana'], family: `Rey${language}` });
  const begun = await clinic.desk.request('POST', '/intakes', { body: { patientId, language } });
  expect(begun.status, JSON.stringify(begun.body)).toBe(201);
  const intakeId = begun.body.id as string;
  const row = await clinic.api
    .owner('intake_link')
    .where({ intake_id: intakeId, ended_at: null })
    .first<{ id: string }>('id');
  return { intakeId, patientId, link: `${clinic.api.url}/portal/i/${intakeLinkToken(clinic.api.keys, row.id)}` };
}

interface Fields {
  readonly id: string;
  readonly kind: 'radio' | 'checkbox' | 'text' | 'date';
  /** Radio buttons of one question; 1 for the others. */
  readonly count: number;
  readonly yesNo: boolean;
  readonly filled: boolean;
}

/** What is asked on the page, in order: the first radio button of a group, the first box, every field. */
const fieldsOf = (page: Page, yes: string): Promise<Fields[]> =>
  page.evaluate((yesWord) => {
    const seen = new Set<string>();
    const inputs = [...document.querySelectorAll<HTMLInputElement>('main form :is(input, select, textarea)')];
    return inputs.flatMap((input) => {
      if (input.type === 'file' || input.id.endsWith('-declined')) return [];
      const grouped = input.type === 'radio' || input.type === 'checkbox';
      const name = grouped ? input.name || input.id : input.id;
      if (seen.has(name)) return [];
      seen.add(name);
      const group = grouped && input.name !== '' ? inputs.filter((other) => other.name === input.name) : [input];
      return [
        {
          id: input.id,
          kind:
            input.type === 'radio'
              ? 'radio'
              : input.type === 'checkbox'
                ? 'checkbox'
                : /-(day|month|year)$/.test(input.id)
                  ? 'date'
                  : 'text',
          count: group.length,
          yesNo: input.labels?.[0]?.textContent.trim() === yesWord,
          filled: grouped ? group.some((other) => other.checked) : input.value !== '',
        },
      ];
    });
  }, yes) as Promise<Fields[]>;

/** By how many arrows down from the first; whoever is not named takes the first answer, "no" where it is yes or no. */
const choices: Readonly<Record<string, number>> = {
  'q-insurance.has': 1,
  'q-reason.pregnant': 3,
  'q-contact.has-emergency': 1,
};
const texts: Readonly<Record<string, string>> = {
  'q-identity.birth-date-day': '29',
  'q-identity.birth-date-month': '2',
  'q-identity.birth-date-year': '1980',
  'q-contact.email': 'ana@example.org',
};

async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let k = 0; k < 250; k += 1) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector) === true, wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${wanted} on ${page.url()}`);
}

/** Answers whatever page is open and goes on, without a pointer. @returns the address of the page that follows */
async function answerPage(page: Page, language: string, yes: string): Promise<string> {
  const here = page.url();
  const answered = new Set<string>();
  // An answer may bring up another question on the same page.
  for (let round = 0; round < 3; round += 1) {
    const fields = (await fieldsOf(page, yes)).filter(({ id, filled }) => !filled && !answered.has(id));
    for (const { id, kind, yesNo } of fields) {
      answered.add(id);
      await tabTo(page, `[id="${id}"]`);
      if (kind === 'text' || kind === 'date') {
        await page.keyboard.type(texts[id] ?? (language === 'ar' ? 'جواب' : 'Respuesta'));
        continue;
      }
      const agrees = /consents|review|contact\.consent/.test(id);
      // The language that is read already.
      const wanted =
        id === 'q-language.preferred' ? ['en', 'es', 'zh-Hans', 'vi', 'pt', 'ar'].indexOf(language) : choices[id];
      const downs = wanted ?? (yesNo && !agrees ? 1 : 0);
      if (downs === 0 || kind === 'checkbox') await page.keyboard.press('Space');
      else for (let k = 0; k < downs; k += 1) await page.keyboard.press('ArrowDown');
    }
    if (fields.length === 0) break;
  }
  await tabTo(page, 'main form button[type=submit]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    (before) => window.location.href !== before || document.querySelector('.error') !== null,
    here,
  );
  const error = await page.locator('.error').count();
  if (error > 0) throw new Error(`${here}: ${await page.locator('.error').innerText()}`);
  // The page after it stands, and its heading has the focus.
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  return page.url();
}

it.each(['es', 'ar'] as const)(
  'a whole intake in %s by keyboard, at 360 px',
  { timeout: 180_000 },
  async (language) => {
    const words = wordsOf(language);
    const { intakeId, link } = await begin(language);
    const context = await browser.newContext({
      locale: language === 'es' ? 'es-MX' : 'ar-EG',
      colorScheme: language === 'ar' ? 'dark' : 'light',
      viewport: { width: 360, height: 760 },
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const errors = errorsOf(page);
    await page.goto(link);
    await page.waitForSelector('h1');
    expect(await page.locator('h1').innerText()).toBe(words['intake.title']);
    await tabTo(page, 'main form button[type=submit]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/portal\/intake\//);
    await page.waitForSelector('a.primary');
    await tabTo(page, 'a.primary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('main form');
    let pages = 0;
    let wide = 0;
    const seen = new Set<string>();
    while (page.url().includes(`/intake/${intakeId}/`) && !page.url().includes('done=')) {
      await page.waitForSelector('main form button[type=submit]');
      wide = Math.max(wide, await page.evaluate(() => document.documentElement.scrollWidth));
      const step = /intake\/[^/]+\/([\w-]+)/.exec(page.url())?.[1] ?? '';
      if (!seen.has(step)) {
        seen.add(step);
        // One page of each part by axe here; every kind of page is looked at in intake-pages.test.ts.
        if (['language', 'screens', 'review'].includes(step))
          expect(await axeFindings(page), `${step} in ${language}`).toEqual([]);
        await page.screenshot({ path: join(pictures, `${step}-${language}.png`), fullPage: true });
      }
      await answerPage(page, language, words['intake.yes'] ?? '');
      pages += 1;
      expect(pages).toBeLessThan(120);
    }
    expect(seen).toContain('review');
    expect(wide).toBeLessThanOrEqual(360);
    await page.waitForSelector('.done');
    expect(await page.locator('h1').innerText()).toBe(words['intake.state.submitted']);
    expect(await page.locator('html').getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
    const row = await clinic.api.owner('intake').where({ id: intakeId }).first('state', 'language');
    expect(row).toMatchObject({ state: 'submitted' });
    const read = await clinic.doctor.request('GET', `/intakes/${intakeId}`);
    expect(read.status, JSON.stringify(read.body)).toBe(200);
    const steps = read.body.steps as { step: string; state: string; answers: Record<string, unknown[]> }[];
    expect(steps.filter(({ state }) => state !== 'answered' && state !== 'not-needed')).toEqual([]);
    expect(steps.find(({ step }) => step === 'language')?.answers['language.preferred']).toEqual([{ code: language }]);
    expect(errors).toEqual([]);
    await context.close();
  },
);

it('two windows of one account: the older one shows both answers, the person chooses, nothing is overwritten', async () => {
  const { intakeId, patientId } = await begin('en');
  const { email } = await clinic.api.createPerson(clinic.organizationId, 'patient', { patientId });
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 360, height: 760 } });
  context.setDefaultTimeout(15_000);
  const first = await context.newPage();
  await first.goto(`${clinic.api.url}/portal`);
  await first.fill('#email', email);
  await first.fill('#password', password);
  await first.keyboard.press('Enter');
  // The first page lists what is open.
  await first.click('.offered .button');
  await first.waitForSelector('a.primary');
  const second = await context.newPage();
  const question = `${clinic.api.url}/portal/intake/${intakeId}/reason/reason.since`;
  for (const page of [first, second]) {
    await page.goto(question);
    await page.waitForSelector('[id="q-reason.since"]');
  }
  await first.check('[id="q-reason.since"]');
  await first.click('form button[type=submit]');
  await first.waitForSelector('[id="q-reason.chest-pain"]');
  await second.check('[id="q-reason.since-1"]');
  await second.click('form button[type=submit]');
  await second.waitForSelector('[id="stale-reason.since-0"]');
  expect(await second.locator('fieldset').first().innerText()).toMatch(/Some weeks[^]*A few days or less/);
  expect(await axeFindings(second)).toEqual([]);
  await second.check('[id="stale-reason.since-1"]');
  await second.click('form button[type=submit]');
  await second.waitForSelector('[id="q-reason.since"]');
  expect(await second.isChecked('[id="q-reason.since"]')).toBe(true);
  await context.close();
});

/** As a telephone ends a page: nothing in it runs any more, not even what a page does on leaving. */
async function kill(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}

it('nothing that was typed two seconds ago is lost: the page is killed, reloaded, and the line is cut (A1)', async () => {
  const { intakeId, link } = await begin('en');
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 360, height: 760 } });
  context.setDefaultTimeout(15_000);
  let page = await context.newPage();
  await page.goto(link);
  await page.click('form button[type=submit]');
  await page.waitForSelector('a.primary');
  const question = `${clinic.api.url}/portal/intake/${intakeId}/reason/reason.main`;
  const field = '[id="q-reason.main"]';
  const atTheClinic = async (): Promise<unknown> => {
    const row = await clinic.api.owner('intake_step').where({ intake_id: intakeId, step: 'reason' }).first<{ answers: Record<string, unknown[]> }>('answers'); // prettier-ignore
    return row.answers['reason.main']?.[0];
  };
  await page.goto(question);
  await page.locator(field).pressSequentially('My knee hurts');
  await page.waitForTimeout(2_000);
  await kill(page);
  expect(await atTheClinic()).toBe('My knee hurts');

  // The line is really cut: not a request leaves the browser.
  page = await context.newPage();
  await page.goto(question);
  await page.waitForSelector(field);
  await context.setOffline(true);
  await page.locator(field).fill('My knee hurts, and my back');
  await page.waitForTimeout(2_000);
  await kill(page);
  page = await context.newPage();
  await expect(page.goto(question)).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  expect(await atTheClinic()).toBe('My knee hurts');
  await context.setOffline(false);
  await page.goto(question);
  await page.waitForSelector(`.note >> text=${wordsOf('en')['intake.restored']}`);
  expect(await page.inputValue(field)).toBe('My knee hurts, and my back');
  await expect.poll(atTheClinic).toBe('My knee hurts, and my back');

  // The same for a page that is loaded again without a line.
  page.on('dialog', (dialog) => void dialog.accept());
  await context.setOffline(true);
  await page.locator(field).fill('My knee hurts less');
  await page.waitForTimeout(200);
  await page.reload().catch(() => undefined);
  expect(await page.locator(field).count()).toBe(0);
  await context.setOffline(false);
  await page.reload();
  await page.waitForSelector(field);
  expect(await page.inputValue(field)).toBe('My knee hurts less');
  await expect.poll(atTheClinic).toBe('My knee hurts less');
  await context.close();
});

it('cards: a photograph of megabytes, a PDF and a HEIC are sent, stopped, tried again, shown, replaced and removed', async () => {
  const words = wordsOf('en');
  const { intakeId, link } = await begin('en');
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 360, height: 760 } });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.goto(link);
  await page.click('form button[type=submit]');
  await page.waitForSelector('a.primary');
  const step = `${clinic.api.url}/portal/intake/${intakeId}/insurance`;
  await page.goto(`${step}/insurance.has`);
  await page.click('[id="q-insurance.has"]');
  await page.click('form button[type=submit]');
  await page.waitForSelector('[id="q-insurance.payer"]');
  await page.goto(`${step}/insurance.cards`);
  const front = page.locator('.question:has([id="q-insurance.card-front"])');
  const back = page.locator('.question:has([id="q-insurance.card-back"])');
  const [field, camera] = ['[id="q-insurance.card-front"]', '[id="q-insurance.card-front-camera"]'];
  await page.waitForSelector(field);
  // A telephone opens its camera, the one at its back, and nothing but pictures.
  expect(await page.getAttribute(camera, 'capture')).toBe('environment');
  expect(await page.getAttribute(camera, 'accept')).toBe('image/*');
  const filed = () => clinic.api.owner('document').where({ intake_id: intakeId }).orderBy('created_at').select('id', 'kind', 'bytes'); // prettier-ignore

  // What is no picture, and what only says that it is one; what is too big is not even sent.
  const error = front.locator('.field-error');
  await page.setInputFiles(field, { name: 'card.txt', mimeType: 'text/plain', buffer: Buffer.from('card') });
  expect(await error.innerText()).toContain(words['intake.file.kind']);
  await page.setInputFiles(field, {
    name: 'a.jpg',
    mimeType: 'image/jpeg',
    buffer: Buffer.alloc(10 * 1024 * 1024 + 1),
  });
  expect(await error.innerText()).toContain(words['intake.file.size']);
  await page.setInputFiles(field, { name: 'card.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
  await front.locator(`text=${words['intake.file.kind']}`).waitFor();
  expect(await page.getAttribute(field, 'aria-describedby')).toContain('card-front-error');
  expect(await filed()).toEqual([]);

  // On a slow line one sees how far it is; it can be stopped, and breaks off and goes on by itself.
  const photograph = { name: 'card.jpg', mimeType: 'image/jpeg', buffer: await largePhotograph() };
  expect(photograph.buffer.length).toBeGreaterThan(3_000_000);
  const line = await context.newCDPSession(page);
  const setLine = (offline: boolean, bytesPerSecond: number) =>
    line.send('Network.emulateNetworkConditions', { offline, latency: 20, downloadThroughput: -1, uploadThroughput: bytesPerSecond }); // prettier-ignore
  await setLine(false, 400_000);
  await page.setInputFiles(field, photograph);
  await page.waitForFunction((id) => ((document.getElementById(id) as HTMLProgressElement | null)?.value ?? 0) > 0, 'q-insurance.card-front-progress'); // prettier-ignore
  expect(await front.locator('.sending label').innerText()).toMatch(/^Sending: \d+ %$/);
  expect(await front.locator('[role=status]').textContent()).toMatch(/^Sending: (0|25|50|75) %$/);
  expect(await axeFindings(page)).toEqual([]);
  await front.locator(`button:has-text("${words['intake.file.stop']}")`).click();
  await front.locator('.sending').waitFor({ state: 'detached' });
  expect(await error.count()).toBe(0);
  await page.setInputFiles(field, photograph);
  await front.locator('.sending').waitFor();
  await setLine(true, -1);
  await front.locator(`text=${words['intake.file.offline']}`).waitFor();
  expect(await front.locator(`button:has-text("${words['retry']}")`).count()).toBe(1);
  expect(await filed()).toEqual([]);
  await setLine(false, -1);
  await front.locator(`text=${words['intake.file.given']}`).waitFor();
  await front.locator(`text=${words['intake.file.checking']}`).waitFor();
  const answered = async (linkId: string): Promise<unknown> => {
    const row = await clinic.api.owner('intake_step').where({ intake_id: intakeId, step: 'insurance' }).first<{ answers: Record<string, unknown[]> }>('answers'); // prettier-ignore
    return row.answers[linkId]?.[0];
  };
  // That it belongs to this answer is said without going forward.
  const [first] = await filed();
  await expect.poll(() => answered('insurance.card-front'), { timeout: 5_000 }).toEqual({ documentId: first.id });
  expect(await filed()).toHaveLength(1);

  // Once its scan found nothing it is shown, without what the camera wrote into it.
  await scanAll();
  await front.locator('img.photo').waitFor({ timeout: 10_000 });
  await expect.poll(() => front.locator('img.photo').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100); // prettier-ignore
  const kept = await context.request.get(`${clinic.api.url}/api/v1/documents/${first.id}`);
  expect((await kept.body()).includes('CANARY')).toBe(false);

  // Another file takes its place; a HEIC comes from the camera; what is removed is no answer any more.
  await page.setInputFiles(field, { name: 'card.pdf', mimeType: 'application/pdf', buffer: pdf() });
  await expect.poll(async () => (await filed()).length, { timeout: 10_000 }).toBe(2);
  await page.setInputFiles('[id="q-insurance.card-back-camera"]', { name: 'IMG_1.HEIC', mimeType: '', buffer: heicCard }); // prettier-ignore
  await back.locator(`text=${words['intake.file.given']}`).waitFor();
  await scanAll();
  await front.locator(`a:has-text("${words['intake.file.open']}")`).waitFor({ timeout: 10_000 });
  await back.locator('img.photo').waitFor({ timeout: 10_000 });
  const documents = (await filed()) as { id: string; kind: string }[];
  expect(documents.map(({ kind }) => kind)).toEqual(['insurance-front', 'insurance-front', 'insurance-back']);
  await page.screenshot({ path: join(pictures, 'cards-360.png'), fullPage: true });
  await front.locator(`button:has-text("${words['intake.file.remove']}")`).click();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('q-insurance.card-front');
  await expect.poll(() => answered('insurance.card-front'), { timeout: 5_000 }).toBeUndefined();
  expect(await answered('insurance.card-back')).toEqual({ documentId: documents[2]?.id });
  await context.close();
}, 120_000);

/** As a telephone takes one: megabytes, and in it the camera and the place. */
async function largePhotograph(): Promise<Buffer> {
  const [width, height] = [2_400, 1_800];
  const noise = randomBytes(width * height * 3);
  return sharp(noise, { raw: { width, height, channels: 3 } })
    .withExif({ IFD0: { Make: 'CANARY-CAMERA' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '40/1 26/1 46/1' } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

async function scanAll(): Promise<void> {
  const { worker: db, api } = clinic;
  const options = { db, clock: databaseClock(db), log: pino({ level: 'silent' }), store: api.ports.documents, scanner: eicarScanner }; // prettier-ignore
  while (await scanNext(options, clinic.organizationId));
}

it('an answer that cannot wait shows help at once and rings at the clinic, with the form still open', async () => {
  const { intakeId, link } = await begin('en');
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 360, height: 760 } });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.goto(link);
  await page.click('form button[type=submit]');
  await page.waitForSelector('a.primary');
  await page.goto(`${clinic.api.url}/portal/intake/${intakeId}/reason/reason.chest-pain`);
  await page.check('[id="q-reason.chest-pain"]');
  await page.waitForSelector('[role=alert] a[href="tel:911"]', { timeout: 2_000 });
  await expect
    .poll(() => clinic.api.owner('escalation').where({ subject_id: intakeId }).select('reason_code'), {
      timeout: 15_000,
    })
    .toEqual([{ reason_code: 'chest-pain-breathless' }]);
  expect(await page.isVisible('form button[type=submit]')).toBe(true);
  await context.close();
});
