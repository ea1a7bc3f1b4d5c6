/**
 * The rooms of an intake before a server that is played: each kind of page, what goes wrong on the way, and what axe finds
 * in each language. The whole way with the real server is test/web/intake.test.ts.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Koa from 'koa';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { securityHeaders } from '../../api/security-headers.ts';
import { staticFiles } from '../../api/static.ts';
import { crisisHelp } from '../../domain/intake/crisis-help.ts';
import { isRightToLeft, writtenLanguages } from '../../domain/language.ts';
import type { WrittenLanguage } from '../../domain/language.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { fakeIntake, intakeId } from './intake-fake.ts';
import type { FakeIntake } from './intake-fake.ts';

const output = join(import.meta.dirname, '../.output');
const pictures = join(output, 'intake');

let browser: Browser;
let url: string;
let server: ReturnType<Koa['listen']>;
beforeAll(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const web = await webDirectory();
  browser = await launchBrowser();
  const app = new Koa();
  app.use(securityHeaders({ https: false }));
  app.use(staticFiles(web));
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 120_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
});

export const wordsOf = (language: WrittenLanguage): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../web/locales/portal/${language}.json`), 'utf8')) as Readonly<
    Record<string, string>
  >;

interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly fake: FakeIntake;
  readonly errors: string[];
  go(path: string): Promise<void>;
}

async function open(language: WrittenLanguage, scheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const context = await browser.newContext({
    locale: language,
    colorScheme: scheme,
    reducedMotion: 'reduce',
    viewport: { width: 360, height: 760 },
  });
  context.setDefaultTimeout(6_000);
  const page = await context.newPage();
  const errors = errorsOf(page);
  const fake = await fakeIntake(page);
  fake.language = language;
  return {
    context,
    page,
    fake,
    errors,
    async go(path) {
      await page.goto(`${url}/portal${path}`);
      await page.waitForSelector('main h1');
    },
  };
}

/** A picture, nothing wider than the page, one h1, targets of 44 px, no finding of axe. */
async function look({ page }: Opened, name: string, language: WrittenLanguage, widths = [360]): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 760 });
    await page.screenshot({ path: join(pictures, `${name}-${language}-${width}.png`), fullPage: true });
  }
  // A screen of 1280 px at 400 % is 320 px wide.
  await page.setViewportSize({ width: 320, height: 600 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at 320 px`).toBeLessThanOrEqual(320);
  expect(await page.locator('h1').count(), `${name}: headings`).toBe(1);
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  expect(await page.locator('html').getAttribute('dir')).toBe(isRightToLeft(language) ? 'rtl' : 'ltr');
  const small = await page.evaluate(() =>
    [
      ...document.querySelectorAll(
        'button, .button, select, textarea, input:not([type=radio], [type=checkbox], .hidden), label.choice, summary',
      ),
    ]
      .map((element) => ({ text: element.textContent?.slice(0, 40), height: element.getBoundingClientRect().height }))
      .filter(({ height }) => height > 0 && height < 43.9),
  );
  expect(small, `${name}: targets below 44 px`).toEqual([]);
  expect(await axeFindings(page), `${name}-${language}`).toEqual([]);
  await page.setViewportSize({ width: 360, height: 760 });
}

interface Kept {
  readonly place: string;
  /** What lies there, read as text. */
  readonly text: string;
}

/** What the browser keeps of intakes. */
const keptOn = (page: Page): Promise<Kept[]> =>
  page.evaluate(
    () =>
      new Promise<Kept[]>((resolve) => {
        const opening = indexedDB.open('intake');
        opening.addEventListener('upgradeneeded', () => opening.transaction?.abort());
        opening.addEventListener('error', () => resolve([]));
        opening.addEventListener('success', () => {
          const asked = opening.result.transaction('drafts').objectStore('drafts').getAll();
          asked.addEventListener('success', () => {
            opening.result.close();
            const rows = asked.result as { place: string; sealed: ArrayBuffer }[];
            resolve(rows.map(({ place, sealed }) => ({ place, text: new TextDecoder('latin1').decode(sealed) })));
          });
        });
      }),
  );

const field = (linkId: string): string => `[id="q-${linkId}"]`;
const submit = (page: Page) => page.click('form button[type=submit]');
const at = (step: string, key = ''): string =>
  `/intake/${intakeId}${step === '' ? '' : `/${step}`}${key === '' ? '' : `/${key}`}`;

/** Every kind of page is looked at in a language of each direction, the ones with the most words in all. */
describe.each(writtenLanguages)('the rooms of an intake in %s', (language) => {
  const words = wordsOf(language);
  const everyKind = language === 'en' || language === 'ar';
  it('are whole', { timeout: 90_000 }, async () => {
    const opened = await open(language, language === 'ar' ? 'dark' : 'light');
    const { page, fake, go } = opened;
    const wide = everyKind ? [360, 1280] : [360];
    await go(at(''));
    await look(opened, '02-status', language, wide);
    await go(at('identity', 'identity.birth-date'));
    await submit(page);
    await page.waitForSelector('.error');
    expect(await page.locator('.error a').innerText()).toContain(words['intake.error.required']);
    await look(opened, '04-date-errors', language, wide);
    // Two dangers at once: both helps stand there, that for the body first (D3).
    fake.steps.set('reason', { version: 1, state: 'started', answers: { 'reason.stroke': [true] } });
    await go(at('reason', 'reason.safe-at-home'));
    await page.click(field('reason.safe-at-home-1'));
    await page.waitForSelector('.crisis + .crisis a');
    expect(await page.locator('.crisis h2').allInnerTexts()).toEqual([
      crisisHelp('stroke-signs', language, 'US').title,
      crisisHelp('not-safe-at-home', language, 'US').title,
    ]);
    await look(opened, '09-crisis', language, wide);
    // A minor who may sign alone is told so, and that nobody else is shown it.
    fake.progress = { minorConsent: { confidential: true } };
    await go(at('consents', 'consents.agree.treatment'));
    await page.waitForSelector('.document');
    await page.getByText(words['intake.alone.confidential']!).waitFor();
    await look(opened, '11-consent', language, wide);
    fake.progress = {};
    fake.steps.set('insurance', {
      version: 1,
      state: 'started',
      answers: { 'insurance.has': [{ code: 'yes' }], 'insurance.payer': ['Aetna'], 'insurance.member-id': ['W 123'] },
    });
    await go(at('review'));
    await look(opened, '12-review', language, wide);
    if (everyKind) {
      await go('/i/0123456789012345678901');
      await look(opened, '01-link', language, wide);
      // The step-up asks what the chart knows; where that is nothing, it says that the code is all.
      fake.link = { state: 'step-up', asks: 'birth-year' };
      await go('/i/0123456789012345678901');
      await submit(page);
      expect(await page.locator('.error a').innerText()).toBe(words['intake.link.needKnown']);
      await look(opened, '01-step-up', language);
      await page.fill('#known', '1980');
      await submit(page);
      await page.waitForSelector('#code');
      fake.link = { state: 'step-up', asks: 'code-alone' };
      await go('/i/0123456789012345678901');
      expect(await page.locator('main form input').count()).toBe(0);
      await submit(page);
      await page.waitForSelector('#code');
      expect(await page.locator('main').innerText()).toContain(words['intake.link.codeHelpAlone']);
      fake.link = { state: 'ready' };
      await go(at('language', 'language.preferred'));
      await look(opened, '03-language', language, wide);
      await go(at('contact', 'contact.phone'));
      await look(opened, '05-text', language, wide);
      await go(at('insurance', 'insurance.cards'));
      await look(opened, '06-photos', language, wide);
      await go(at('insurance', 'check'));
      await look(opened, '07-read-back', language, wide);
      fake.steps.set('allergies', {
        version: 1,
        state: 'started',
        answers: { 'allergies.any': [{ code: 'some' }], 'allergies.list': [{ 'allergies.substance': ['Penicillin'] }] },
      });
      await go(at('allergies', 'allergies.list'));
      await look(opened, '08-rows', language, wide);
      await go(at('screens', 'phq.1'));
      await look(opened, '10-screen', language);
      await go(at('withdraw'));
      await look(opened, '14-withdraw', language);
      for (const state of ['returned', 'completed', 'expired', 'cancelled'] as const) {
        fake.progress = { state, waitingOn: state === 'returned' ? 'patient' : 'nobody' };
        await go(at(''));
        expect(await page.locator('h1').innerText()).toBe(words[`intake.state.${state}`]);
        if (state === 'returned') await look(opened, '13-returned', language);
      }
    }
    await opened.context.close();
    expect(opened.errors).toEqual([]);
  });
});

describe('what goes wrong on the way', () => {
  const words = wordsOf('en');
  /** The puts of a step so far, its complete ones only where asked. */
  const putsOf = ({ fake }: Opened, step: string) => fake.puts.filter((put) => put.step === step);

  it('errors are named on top, take the focus, and lead to their field; the person gets on by keyboard alone', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    fake.steps.set('contact', {
      version: 1,
      state: 'started',
      answers: { 'contact.has-phone': [true], 'contact.email': [], 'contact.has-address': [false] },
    });
    await go(at('contact', 'contact.phone'));
    await page.focus(field('contact.phone'));
    await page.keyboard.press('Enter');
    await page.waitForSelector('.error');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('error');
    expect(await page.locator('.error li').allInnerTexts()).toEqual([
      `What is your phone number? – ${words['intake.error.required']}`,
    ]);
    expect(await page.title()).toMatch(/^Error:/);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('q-contact.phone');
    expect(await page.getAttribute(field('contact.phone'), 'aria-describedby')).toContain('q-contact.phone-error');
    // The server alone knows the pattern.
    await page.keyboard.type('call me');
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.error >> text=${words['intake.error.format']?.replace('{example}', '212 555 0123')}`);
    await page.focus(field('contact.phone'));
    await page.keyboard.press('Control+a');
    await page.keyboard.type('212 555 0100');
    await page.keyboard.press('Enter');
    await page.waitForSelector(field('contact.email'));
    expect(fake.steps.get('contact')?.answers['contact.phone']).toEqual(['212 555 0100']);
    // Back and forward keep what was answered.
    await page.goBack();
    await page.waitForSelector(field('contact.phone'));
    expect(await page.inputValue(field('contact.phone'))).toBe('212 555 0100');
    await page.goForward();
    await page.waitForSelector(field('contact.email'));
    await opened.context.close();
  });

  it('without a connection the answer is kept, tried again under its own key, and the person goes on', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    await go(at('reason', 'reason.main'));
    fake.offline = true;
    await page.fill(field('reason.main'), 'My knee hurts');
    await submit(page);
    // Going on is not held up by a line that is down.
    await page.waitForSelector(field('reason.since'));
    await page.waitForSelector(`text=${words['intake.notSaved']}`);
    expect(fake.puts).toEqual([]);
    fake.offline = false;
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await page.waitForSelector('text=/^Saved at/');
    expect(putsOf(opened, 'reason').map(({ body }) => body.answers['reason.main'])).toEqual([['My knee hurts']]);
    // Nothing of it is on the device in clear, and once it has arrived nothing at all.
    expect(
      await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])),
    ).not.toContain('knee');
    await expect.poll(() => keptOn(page)).toEqual([]);
    await opened.context.close();
  });

  it('what was not sent survives a reload, sealed: said again, decided by the clinic where it has something newer, and gone with the person', async () => {
    const opened = await open('en');
    const { page, fake, go, context } = opened;
    page.on('dialog', (dialog) => void dialog.accept());
    await go(at('reason', 'reason.main'));
    fake.offline = true;
    await page.fill(field('reason.main'), 'My knee hurts');
    await expect.poll(async () => (await keptOn(page)).map(({ text }) => text.includes('knee'))).toEqual([false]);
    const [kept] = await keptOn(page);
    expect(kept?.place).toContain(`${intakeId}/reason/`);
    await page.goto(`${url}/portal/intake/nowhere`);
    fake.offline = false;
    // The page where things stand tells which part it was, and it is on its way by then.
    await go(at(''));
    await page.waitForSelector(`.note a[href$="/reason"]`);
    await expect.poll(() => fake.steps.get('reason')?.answers).toEqual({ 'reason.main': ['My knee hurts'] });
    await page.click('.note a');
    await page.waitForSelector(`.note >> text=${words['intake.restored']}`);
    await expect.poll(() => keptOn(page)).toEqual([]);
    // Something newer at the clinic: its version decides, the person chooses.
    await go(at('reason', 'reason.main'));
    fake.offline = true;
    await page.fill(field('reason.main'), 'Both knees hurt');
    await expect.poll(async () => (await keptOn(page)).length).toBe(1);
    fake.steps.set('reason', { version: 5, state: 'started', answers: { 'reason.main': ['My back'] } });
    fake.offline = false;
    await go(at('reason', 'reason.main'));
    await page.waitForSelector(`h1:has-text("${words['intake.stale.title']}")`);
    expect(await page.locator('fieldset').innerText()).toMatch(/Both knees hurt[^]*My back/);
    await page.click('[id="stale-reason.main-0"]');
    await submit(page);
    await expect
      .poll(() => fake.steps.get('reason'))
      .toMatchObject({ version: 6, answers: { 'reason.main': ['Both knees hurt'] } });
    await expect.poll(() => keptOn(page)).toEqual([]);
    // What another key sealed stays shut; what is too old goes, and so does everything when another link is opened.
    await go(at('reason', 'reason.main'));
    fake.offline = true;
    await page.fill(field('reason.main'), 'Nobody else reads this');
    await expect.poll(async () => (await keptOn(page)).length).toBe(1);
    fake.offline = false;
    fake.page = { draftKey: Buffer.alloc(32, 8).toString('base64') };
    await go(at('reason', 'reason.main'));
    expect(await page.inputValue(field('reason.main'))).toBe('Both knees hurt');
    expect(await page.locator('.note').count()).toBe(0);
    expect(await keptOn(page)).toHaveLength(1);
    await context.clock.setFixedTime(Date.now() + 73 * 3_600_000);
    await go(at('reason', 'reason.main'));
    await expect.poll(() => keptOn(page)).toEqual([]);
    await opened.context.close();
  });

  it('what is typed is sent while it is typed; a choice when one goes on', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    await go(at('reason', 'reason.main'));
    await page.fill(field('reason.main'), 'My knee');
    await expect
      .poll(() => fake.steps.get('reason')?.answers, { timeout: 4_000 })
      .toEqual({ 'reason.main': ['My knee'] });
    expect(putsOf(opened, 'reason').map(({ body }) => body.complete)).toEqual([false]);
    await opened.context.close();
  });

  it('two pages: the older one shows both answers and overwrites nothing', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    fake.steps.set('reason', { version: 1, state: 'started', answers: { 'reason.main': ['My knee'] } });
    await go(at('reason', 'reason.since'));
    fake.steps.set('reason', {
      version: 2,
      state: 'started',
      answers: { 'reason.main': ['My back'], 'reason.since': [{ code: 'weeks' }] },
    });
    await page.click(field('reason.since'));
    await submit(page);
    await page.waitForSelector(`h1:has-text("${words['intake.stale.title']}")`);
    expect(await page.locator('fieldset legend').allInnerTexts()).toEqual([
      'What do you need help with?',
      'How long has it been going on?',
    ]);
    await submit(page);
    await page.waitForSelector('.error');
    expect(await page.locator('.error li').count()).toBe(2);
    expect(await axeFindings(page)).toEqual([]);
    expect(fake.steps.get('reason')?.version).toBe(2);
    await page.click('[id="stale-reason.main-1"]');
    await page.click('[id="stale-reason.since-0"]');
    await submit(page);
    await page.waitForSelector(field('reason.since'));
    expect(fake.steps.get('reason')).toMatchObject({
      version: 3,
      answers: { 'reason.main': ['My back'], 'reason.since': [{ code: 'days' }] },
    });
    await opened.context.close();
  });

  it('a session that ends asks again who it is, and comes back to the page with its answer', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    await go('/i/0123456789012345678901');
    await submit(page);
    await page.waitForSelector('a.primary');
    await page.click('a.primary');
    await page.waitForSelector(field('language.preferred'));
    await page.click(field('language.preferred'));
    await submit(page);
    await page.waitForSelector(field('language.interpreter'));
    fake.signedIn = false;
    fake.link.state = 'step-up';
    await page.click(field('language.interpreter-1'));
    await submit(page);
    await page.waitForSelector('#birth-date-day');
    expect(await page.locator('main').innerText()).not.toContain('interpreter');
    await page.fill('#birth-date-day', '29');
    await page.fill('#birth-date-month', '2');
    await page.fill('#birth-date-year', '1980');
    await submit(page);
    await page.waitForSelector('#code');
    await page.fill('#code', '654321');
    await submit(page);
    await page.waitForSelector('.error');
    await page.fill('#code', '123456');
    await submit(page);
    await page.waitForSelector(field('language.interpreter'));
    expect(await page.isChecked(field('language.interpreter-1'))).toBe(true);
    await submit(page);
    await page.waitForSelector(field('language.access'));
    expect(fake.steps.get('language')?.answers['language.interpreter']).toEqual([false]);
    await opened.context.close();
  });

  it.each(['locked', 'expired', 'replaced', 'closed'] as const)(
    'a link that is %s says so, and what to do',
    async (state) => {
      const opened = await open('en');
      const { page, fake, go } = opened;
      fake.link = { state, lockedUntil: state === 'locked' ? '2027-05-01T12:15:00Z' : null };
      await go('/i/0123456789012345678901');
      expect(await page.locator('h1').innerText()).toBe(words[`intake.link.${state}`]);
      expect(await axeFindings(page)).toEqual([]);
      if (state === 'expired' || state === 'replaced') {
        await submit(page);
        await page.waitForSelector('.done');
      }
      await opened.context.close();
    },
  );

  it('a language that is chosen speaks at once; what is known is confirmed one by one, never taken', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    await go(at('language', 'language.preferred'));
    await page.click('label.choice:has-text("Español")');
    await page.waitForSelector(`button:has-text("${wordsOf('es')['intake.next']}")`);
    expect(await page.getAttribute('html', 'lang')).toBe('es');
    expect(await page.isChecked(field('language.preferred-1'))).toBe(true);
    await page.selectOption('header select', 'en');
    fake.page = { prefill: { 'identity.given': ['Ana'] }, toConfirm: ['identity.given'] };
    await go(at('identity', 'identity.given'));
    await submit(page);
    await page.waitForSelector('.error');
    expect(await page.locator('.card').innerText()).toContain('Ana');
    expect(await axeFindings(page)).toEqual([]);
    await page.click(`label:has-text("${words['intake.stillRight.yes']}")`);
    await page.waitForSelector(field('identity.given'));
    expect(await page.inputValue(field('identity.given'))).toBe('Ana');
    await opened.context.close();
  });

  it('help is on the page at the moment of the answer, with the form open', async () => {
    const opened = await open('en');
    const { page, fake, go } = opened;
    fake.steps.set('screens', {
      version: 1,
      state: 'started',
      answers: Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((n) => [`phq.${n}`, [{ code: n < 3 ? '2' : '0' }]])),
    });
    await go(at('screens', 'phq.9'));
    await page.click(field('phq.9-1'));
    await page.waitForSelector('[role=alert] a[href="tel:988"]');
    // The clinic knows without anybody going on.
    await expect
      .poll(() => putsOf(opened, 'screens').map(({ body }) => body.complete), { timeout: 5_000 })
      .toEqual([false]);
    expect(await page.isVisible('form button[type=submit]')).toBe(true);
    await submit(page);
    await page.waitForSelector(field('phq.difficulty'));
    await opened.context.close();
  });
});

describe('on a slow telephone', () => {
  it('the first question can be answered within two seconds', { timeout: 60_000 }, async () => {
    const measure = async (kilobits: number, latencyMs: number): Promise<number> => {
      const opened = await open('es');
      const { context, page } = opened;
      context.setDefaultTimeout(20_000);
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: latencyMs,
        downloadThroughput: (kilobits * 1_000) / 8,
        uploadThroughput: (kilobits * 1_000) / 8,
      });
      // The played server answers at once: a round trip and what the real one takes is added to each of its answers.
      opened.fake.delayMs = latencyMs + 50;
      const began = performance.now();
      await page.goto(`${url}/portal${at('language', 'language.preferred')}`, { waitUntil: 'commit' });
      await page.waitForSelector(field('language.preferred'));
      const took = performance.now() - began;
      await context.close();
      return Math.round(took);
    };
    // The best of three: what else the machine does is not the telephone's line.
    const tries: number[] = [];
    while (tries.length < 3 && !tries.some((ms) => ms < 2_000)) tries.push(await measure(1_600, 150));
    console.log(
      `first question: ${Math.min(...tries)} ms at 1.6 Mbit/s and 150 ms, ${await measure(400, 400)} ms at 400 kbit/s and 400 ms`,
    );
    expect(Math.min(...tries)).toBeLessThan(2_000);
  });
});
