/**
 * The staff application in a real browser against the whole clinic: a visit is booked with the keyboard alone, held, moved,
 * checked in by single keys and cancelled; conflicts, taken slots and doubled local times are answered; every page is
 * looked at by axe in both languages and themes, at 1280 and 360 px. The pictures are left in test/.output/staff.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { generateSync } from 'otplib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClinicApi, quarterAfter, timeZone } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { password } from '../api/support.ts';
import { axeFindings } from '../support/axe.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { asked, freeTime, openingState, sendAtAnyHour } from './freed-time.ts';

const output = join(import.meta.dirname, '../.output');
const pictures = join(output, 'staff');
const root = join(import.meta.dirname, '../../web');

let clinic: ClinicApi;
let browser: Browser;
let web: string;
beforeAll(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  web = await webDirectory();
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: web }), launchBrowser()]);
  await sendAtAnyHour(clinic);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

type Language = 'en' | 'es';
const wordsOf = (language: Language): Record<string, string> =>
  JSON.parse(readFileSync(join(root, `locales/staff/${language}.json`), 'utf8')) as Record<string, string>;
const localDay = (at: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(at));

interface Desk {
  readonly userId: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly errors: string[];
  readonly open: (path: string, ready?: string) => Promise<void>;
}

async function desk(language: Language, role: 'administrator' | 'front-desk'): Promise<Desk> {
  const { id: userId, email } = await clinic.api.createPerson(clinic.organizationId, role);
  await clinic.api.owner('app_user').where({ email }).update({ locale: language });
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-MX' : 'en-US',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${clinic.api.url}/tasks?owner=me`);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  // Back to where one wanted to be.
  await page.waitForURL(/\/tasks\?owner=me/);
  return {
    userId,
    context,
    page,
    errors,
    open: async (path, ready = 'main h1') => {
      await page.goto(clinic.api.url + path);
      await page.waitForSelector(ready);
    },
  };
}

type View = readonly [width: number, scheme: 'light' | 'dark'];

/**
 * Two views of each page, the wide one and the narrow one in opposite themes, page by page the other way round. Both
 * languages are drawn in both; axe, which takes most of the time, reads one in English and the other in Spanish.
 */
function viewsOf(name: string, language: Language): { readonly views: readonly View[]; readonly read: number } {
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  const views: readonly View[] = sum % 2 === 0 ? [[1280, 'light'], [360, 'dark']] : [[1280, 'dark'], [360, 'light']]; // prettier-ignore
  return { views, read: ((sum >> 1) + Number(language === 'es')) % 2 };
}

/** No finding of axe, nothing wider than the page, one h1; a picture of each view. */
async function look(page: Page, name: string, language: Language): Promise<void> {
  const { views, read } = viewsOf(name, language);
  for (const [view, [width, scheme]] of views.entries()) {
    // A theme is taken over by script and faded in: without motion, and once it is there, colours are final. Width and theme
    // at once, so that the page is laid out and drawn anew once, not twice.
    await Promise.all([
      page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' }),
      page.setViewportSize({ width, height: 900 }),
    ]);
    await page.waitForFunction(
      (wanted) => document.documentElement.getAttribute('data-mantine-color-scheme') === wanted,
      scheme,
    );
    // The live connection never ends, so the network is never idle.
    await page.waitForFunction(() => document.querySelector('main [role=status] .mantine-Skeleton-root') === null);
    await page.waitForFunction(() =>
      document
        .getAnimations()
        .every((one) => one.effect?.getComputedTiming().endTime === Infinity || one.playState === 'finished'),
    );
    await page.screenshot({ path: join(pictures, `${name}-${language}-${width}-${scheme}.png`) });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    if (view !== read) continue;
    expect(await axeFindings(page), `${name}-${language}-${width}-${scheme}`).toEqual([]);
  }
  expect(await page.locator('h1').count(), `${name}: headings`).toBe(1);
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  await Promise.all([
    page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' }),
    page.setViewportSize({ width: 1280, height: 900 }),
  ]);
}

/** Moved in time where only the database looks, so that it is late now; gives the way back. */
async function madeLate(id: string, minutesAgo: number, minutesLeft: number): Promise<() => Promise<void>> {
  const row = () => clinic.api.owner('appointment').where({ id });
  const when = await row().first<{ start_at: Date; end_at: Date }>('start_at', 'end_at');
  const from = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
  await row().update({ start_at: from(-minutesAgo), end_at: from(minutesLeft) });
  return async () => void (await row().update(when));
}

/** Somebody with an authenticator of their own. */
async function withSecondFactor(): Promise<{ readonly id: string; readonly email: string }> {
  const person = await clinic.api.createPerson(clinic.organizationId, 'nurse');
  const session = await clinic.api.signIn(person.email);
  const { secret } = (await session.request('POST', '/me/second-factor', { key: null })).body as { secret: string };
  const code = generateSync({ secret });
  expect((await session.request('POST', '/me/second-factor/confirm', { body: { code }, key: null })).status).toBe(200);
  return person;
}

const statusOf = async (id: string): Promise<string> =>
  (await clinic.api.owner('appointment').where({ id }).first<{ status: string }>('status')).status;

/** Holds until the database says so: the page is told by the server, not by the test. */
async function becomes(id: string, status: string): Promise<void> {
  await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe(status);
}

/** Through the API, so that the search finds them. */
async function register(given: string, family: string, language: Language = 'en'): Promise<string> {
  const answer = await clinic.desk.request('POST', '/patients', {
    body: { name: { given: [given], family }, birthDate: '1980-02-29', language, phone: '+12125550100' },
  });
  expect(answer.status).toBe(201);
  return (answer.body as { id: string }).id;
}

/** With somebody whom nobody else books, so that the time is free. */
async function booked(
  patientId: string,
  minutes: number,
): Promise<{ id: string; start: string; practitionerId: string }> {
  const answer = await clinic.book(clinic.desk, {
    patientId,
    practitionerId: await clinic.addPractitioner(`Dr. ${patientId.slice(0, 8)}`),
    start: quarterAfter(minutes),
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body as { id: string; start: string; practitionerId: string };
}

describe('the staff application', () => {
  it('loads at most 350 KB of JavaScript, gzipped, before the first list', () => {
    interface Chunk {
      readonly file: string;
      readonly imports?: string[];
    }
    const manifest = JSON.parse(readFileSync(join(web, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
    const files = new Set<string>();
    const visit = (name: string): void => {
      const chunk = manifest[name];
      if (chunk === undefined || files.has(chunk.file)) return;
      files.add(chunk.file);
      for (const other of chunk.imports ?? []) visit(other);
    };
    // What the first page of the day needs: the start, the frame, the day and one language.
    for (const name of [
      'staff/index.html',
      'staff/frame/frame.tsx',
      'staff/today/today-page.tsx',
      'locales/staff/es.json',
    ])
      visit(name);
    expect(files.size).toBeGreaterThan(4);
    const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(web, file))).length, 0);
    expect(bytes).toBeLessThanOrEqual(350 * 1024);
    expect(readdirSync(join(web, 'assets')).some((file) => file.endsWith('.css'))).toBe(true);
  });

  it('books with the keyboard alone', { timeout: 120_000 }, async () => {
    const patientId = await register('Keyboard', 'Only');
    const { context, page, errors, open } = await desk('en', 'front-desk');
    await open('/today');
    await page.keyboard.press('Control+k');
    await page.waitForSelector('[role=dialog] input');
    await page.keyboard.type('find');
    await page.waitForSelector('[role=dialog] [data-selected]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/find/);
    await page.waitForFunction(() => document.activeElement?.matches('main input[type=search]') === true);
    await page.keyboard.type('only keyboard');
    await page.waitForSelector('[role=option]:visible');
    await page.keyboard.press('Enter');
    await page.waitForURL(/patient=/);
    const type = page.getByLabel('Visit type');
    await type.focus();
    await page.keyboard.press('F');
    await page.waitForSelector('.hs-slot');
    // One tab stop leads into the times; arrows move in them.
    for (
      let tabs = 0;
      tabs < 12 && !(await page.evaluate(() => document.activeElement?.matches('.hs-slot') === true));
      tabs += 1
    ) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith('Book for') === true);
    await page.keyboard.press('Enter');
    await page.getByText('What happens next').waitFor();
    const rows = await clinic.api
      .owner('appointment')
      .where({ patient_id: patientId })
      .select<{ status: string }[]>('status');
    expect(rows.map((row) => row.status)).toEqual(['booked']);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('holds with a countdown, extends once, and books the hold', { timeout: 120_000 }, async () => {
    const patientId = await clinic.addPatient({ given: ['Held'], family: 'Person' });
    const { context, page, open } = await desk('en', 'front-desk');
    await open(
      `/find?patient=${patientId}&type=${clinic.visitTypeId}&from=${localDay(quarterAfter(3 * 24 * 60))}`,
      '.hs-slot',
    );
    await page.locator('.hs-slot').nth(4).click();
    await page.getByRole('button', { name: 'Hold this time' }).click();
    const timer = page.getByRole('timer');
    await timer.waitFor();
    expect(await timer.innerText()).toMatch(/^(09:5\d|10:00)$/);
    // A page that is loaded again has not forgotten what is held.
    await page.reload();
    await timer.waitFor();
    await page.getByRole('button', { name: 'More time' }).click();
    await expect.poll(() => timer.innerText()).toMatch(/^1[45]:\d\d$/);
    expect(await page.getByRole('button', { name: 'More time' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Book it' }).click();
    await page.getByText('What happens next').waitFor();
    const row = await clinic.api
      .owner('appointment')
      .where({ patient_id: patientId })
      .first<{ status: string }>('status');
    expect(row.status).toBe('booked');
    await context.close();
  });

  it(
    'offers other times when a slot was taken meanwhile, and asks which of two equal local times is meant',
    { timeout: 120_000 },
    async () => {
      const patientId = await clinic.addPatient({ given: ['Second'], family: 'Comer' });
      const practitionerId = await clinic.addPractitioner('Dr. Sought');
      const { context, page, open } = await desk('en', 'front-desk');
      await open(`/find?patient=${patientId}&type=${clinic.visitTypeId}&practitioner=${practitionerId}`, '.hs-slot');
      const slot = page.locator('.hs-slot').nth(8);
      const start = (await slot.locator('time').getAttribute('datetime')) ?? '';
      await slot.click();
      // Live news would remove the slot from the list; the place that was picked stays picked.
      const first = await clinic.book(clinic.desk, {
        patientId: await clinic.addPatient({}),
        practitionerId,
        start,
      });
      expect(first.status).toBe(201);
      await page.getByRole('button', { name: /^Book for/ }).click();
      await page.getByText('This time is no longer free').waitFor();
      const other = page.getByRole('group', { name: 'Other free times' }).locator('.hs-slot').first();
      await other.click();
      await page.getByRole('button', { name: /^Book for/ }).click();
      await page.getByText('What happens next').waitFor();

      await clinic.api.owner('visit_type').where({ id: clinic.visitTypeId }).update({ max_advance_days: 1000 });
      await open(`/find?patient=${patientId}&type=${clinic.visitTypeId}`, 'details');
      await page.getByText('A time that is not in the list').click();
      const typed = page.locator('details form');
      await typed.locator('select').selectOption(clinic.practitionerId);
      await typed.locator('input[type=date]').fill('2027-11-07');
      await typed.locator('input[type=time]').fill('01:30');
      await page.getByRole('button', { name: 'Take this time' }).click();
      await page.getByRole('button', { name: /^Book for/ }).click();
      await page.getByLabel('The later one').check();
      await page.getByRole('button', { name: /^Book for/ }).click();
      await page.getByText('What happens next').waitFor();
      const last = await clinic.api
        .owner('appointment')
        .where({ patient_id: patientId })
        .orderBy('start_at', 'desc')
        .first<{ start_at: Date }>('start_at');
      expect(last.start_at.toISOString()).toBe('2027-11-07T06:30:00.000Z');
      await context.close();
    },
  );

  it('takes a visit from arrival to completion in single keys on the day', { timeout: 120_000 }, async () => {
    const walker = await clinic.addPatient({ given: ['Walks'], family: 'Through' });
    const visit = await booked(walker, 1);
    const { context, page, errors, open } = await desk('en', 'administrator');
    await open(`/today?date=${localDay(visit.start)}`, '[role=grid]');
    const cell = page.locator('td[data-visit]', { hasText: 'Walks' });
    await cell.waitFor();

    // The grid is one tab stop; the arrows reach every cell.
    const stop = page.locator('[role=grid] td[tabindex="0"]');
    expect(await stop.count()).toBe(1);
    await stop.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Control+Home');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-cell'))).toMatch(/^0:/);

    await cell.focus();
    await page.keyboard.press('a');
    await becomes(visit.id, 'arrived');
    await cell.focus();
    await page.keyboard.press('i');
    await page.waitForFunction(() => document.activeElement?.textContent === 'I checked name and birth date: check in');
    await page.keyboard.press('Enter');
    await becomes(visit.id, 'checked-in');
    await cell.focus();
    await page.keyboard.press('s');
    await expect
      .poll(
        async () =>
          (await clinic.api.owner('appointment').where({ id: visit.id }).first<{ seen_at: Date | null }>('seen_at'))
            .seen_at,
        { timeout: 20_000 },
      )
      .not.toBeNull();
    await cell.focus();
    await page.keyboard.press('c');
    await page
      .getByRole('region', { name: 'Complete the visit' })
      .getByRole('button', { name: 'Complete the visit' })
      .click();
    await becomes(visit.id, 'fulfilled');
    expect(errors).toEqual([]);
    await context.close();
  });

  it('moves and cancels a visit from its case, and says what happens next', { timeout: 120_000 }, async () => {
    const visit = await booked(await clinic.addPatient({ given: ['Moves'], family: 'Often' }), 5 * 24 * 60);
    const { context, page, open } = await desk('en', 'front-desk');
    await open(`/cases/appointment/${visit.id}`);
    const actions = page.getByRole('region', { name: 'What you can do now' });
    // What cannot be done now says why.
    expect(await actions.getByRole('button', { name: 'Arrived' }).getAttribute('aria-disabled')).toBe('true');
    await actions.getByRole('button', { name: 'Move to another time' }).click();
    await page.locator('.hs-slot').nth(20).click();
    await page.getByRole('button', { name: 'Move to another time' }).click();
    await page.getByText('Moved.').waitFor();
    expect(
      (await clinic.api.owner('appointment').where({ id: visit.id }).first<{ version: number }>('version')).version,
    ).toBe(1);
    await actions.getByRole('button', { name: 'Cancel for the patient' }).click();
    await page.getByLabel('Reason').selectOption('transport');
    await page.getByRole('button', { name: 'Cancel for the patient' }).click();
    await page.getByText('Cancelled. The time is free').waitFor();
    await becomes(visit.id, 'cancelled');
    await context.close();
  });

  it('says what can be done about a late patient, and begins it', { timeout: 120_000 }, async () => {
    const patientId = await clinic.addPatient({ given: ['Late'], family: 'Comer' });
    // Near enough for an arrival, which its process decides by the time it was booked for.
    const visit = await booked(patientId, 1);
    await madeLate(visit.id, 12, 18);
    const { context, page, errors, open } = await desk('en', 'front-desk');
    await open(`/cases/appointment/${visit.id}`);
    const late = page.getByRole('region', { name: 'The patient is late' });
    const choice = (name: string) => late.getByRole('button', { name, exact: true });
    // What cannot be done stays reachable and says why.
    const swap = choice('Take the next who arrived first');
    await swap.focus();
    expect(await swap.getAttribute('aria-disabled')).toBe('true');
    await late.getByText(/Nobody else who waits for .+ has arrived/).waitFor();
    await late.getByText(/^Records the arrival; 1[78] minutes are left\.$/).waitFor();
    // Today only, with anyone.
    await choice('Find a time later today').click();
    const form = page.getByRole('region', { name: 'Move to another time' });
    expect(await form.getByLabel('From').inputValue()).toBe(await form.getByLabel('To').inputValue());
    expect(await form.getByLabel('With').first().inputValue()).toBe('');
    await form.getByRole('button', { name: 'Cancel', exact: true }).click();

    await madeLate(visit.id, 20, 10);
    await page.reload();
    await late.getByText(/^Less than half of the visit is left \((9|10) minutes\)\.$/).waitFor();
    expect(await choice('Is here: shorten the visit').getAttribute('aria-disabled')).toBe('true');
    await choice('Is here: see now').click();
    await page.getByText('Arrival recorded.').waitFor();
    await becomes(visit.id, 'arrived');
    await late.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await context.close();
  });

  it('tells why a visit type is not for a patient', { timeout: 120_000 }, async () => {
    const patientId = await clinic.addPatient({ given: ['Not'], family: 'Fitting' });
    const { context, page, open } = await desk('es', 'front-desk');
    await open(`/find?patient=${patientId}&type=${clinic.visitTypeId}`, '.hs-slot');
    const slot = page.locator('.hs-slot').nth(12);
    await slot.click();
    const type = () => clinic.api.owner('visit_type').where({ id: clinic.visitTypeId });
    await type().update({ new_patient: false });
    try {
      await page.getByRole('button', { name: /^Reservar para/ }).click();
      await page.getByText('Es para pacientes que ya se han atendido aquí.').waitFor();
    } finally {
      await type().update({ new_patient: null });
    }
    await context.close();
  });

  it('shows both versions when somebody else changed the patient', { timeout: 120_000 }, async () => {
    const patientId = await clinic.addPatient({ given: ['Two'], family: 'Editors' });
    const { context, page, open } = await desk('en', 'front-desk');
    await open(`/patients/${patientId}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Chosen name').fill('Mine');
    const now = await clinic.desk.request('GET', `/patients/${patientId}`);
    const theirs = await clinic.desk.request('PATCH', `/patients/${patientId}`, {
      body: { phone: '+12125550999' },
      headers: { 'If-Match': now.headers.get('etag') ?? '' },
    });
    expect(theirs.status).toBe(200);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Someone changed this since you opened it').waitFor();
    expect(await page.getByLabel('Chosen name').inputValue()).toBe('Mine');
    await page
      .getByRole('row', { name: /Telephone/ })
      .getByRole('button', { name: 'Take theirs' })
      .click();
    await page.getByRole('button', { name: 'Save my version' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    const row = await clinic.api
      .owner('patient')
      .where({ id: patientId })
      .first<{ chosen_name: string; phone: string }>('chosen_name', 'phone');
    expect(row).toEqual({ chosen_name: 'Mine', phone: '+12125550999' });
    await context.close();
  });

  it(
    'puts a patient on the waitlist, tells the board, and answers for who is on the telephone',
    { timeout: 180_000 },
    async () => {
      const first = await register('First', 'Inline');
      const second = await register('Second', 'Inline');
      const { context, page, errors, open } = await desk('en', 'front-desk');
      await open(`/patients/${second}`);
      await page.getByRole('button', { name: 'Add to the waitlist' }).click();
      const form = page.getByRole('dialog');
      await form.getByRole('button', { name: 'Put on the waitlist' }).click();
      await form.getByText('Choose what the patient waits for.').waitFor();
      await form.getByRole('group', { name: 'Waits for' }).getByRole('checkbox').first().check();
      await form.getByLabel('Last day').fill('2020-01-01');
      await form.getByRole('button', { name: 'Put on the waitlist' }).click();
      // The server's word on a field, too.
      await form.getByRole('alert').waitFor();
      await form.getByLabel('Last day').fill('');
      await form.getByRole('button', { name: 'Put on the waitlist' }).click();
      const wish = page.getByRole('article', { name: 'Follow-up' });
      await wish.getByText('Waiting', { exact: true }).waitFor();
      await wish.getByRole('button', { name: 'Pause: Follow-up' }).click();
      await wish.getByRole('button', { name: 'Pause', exact: true }).click();
      await wish.getByText('Paused: the patient asked').waitFor();
      await wish.getByRole('button', { name: 'Go on: Follow-up' }).click();
      await wish.getByText('Waiting', { exact: true }).waitFor();

      // The board is open while a time is freed: it appears by itself.
      await open('/openings', '.hs-board, .hs-empty');
      const { openingId } = await freeTime(clinic, 'Inline', [{ patientId: first, urgency: 'urgent' }]);
      const card = page.getByRole('region', { name: 'Offered now' }).locator('article', { hasText: 'First Inline' });
      await card.waitFor();
      await page.keyboard.press('j');
      await page.waitForFunction(() => document.activeElement?.matches('.hs-opening a') === true);
      await card.getByRole('link').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/openings/${openingId}`));

      const turns = page.getByRole('region', { name: 'Who was asked' });
      await turns.getByText('Why rank 1: Urgent').waitFor();
      await page.getByRole('region', { name: 'Who is next' }).getByText('Second Inline').waitFor();
      const offer = page.getByRole('region', { name: 'First Inline' });
      await offer.getByRole('button', { name: 'Five more minutes' }).click();
      await page.getByText('The patient has longer to answer.').waitFor();
      expect(await offer.getByRole('button', { name: 'Five more minutes' }).isDisabled()).toBe(true);
      await offer.getByRole('button', { name: 'Decline for the patient' }).click();
      await offer.getByLabel('Reason').selectOption('time');
      await offer.getByRole('button', { name: 'Decline for the patient' }).click();
      await page.getByText('Declined. The next patient is asked.').waitFor();
      await expect.poll(() => asked(clinic, openingId), { timeout: 20_000 }).toEqual([second]);
      const next = page.getByRole('region', { name: 'Second Inline' });
      await next.getByRole('button', { name: 'Accept for the patient' }).click();
      await next.getByText(/^Check with the patient on the telephone/).waitFor();
      await next.getByRole('button', { name: 'Accept for the patient' }).click();
      await page.getByText('Accepted. The visit is booked').waitFor();
      expect(await openingState(clinic, openingId)).toBe('filled');
      await page.getByRole('link', { name: 'Second Inline: open the visit' }).click();
      await page.waitForURL(/\/cases\/appointment\//);
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  it('fills a freed time for somebody on the telephone while another is asked', { timeout: 120_000 }, async () => {
    const caller = await register('Caller', 'Ontheline');
    const { openingId } = await freeTime(clinic, 'Ontheline', [{ patientId: await register('Asked', 'Meanwhile') }]);
    const { context, page, open } = await desk('en', 'front-desk');
    await open(`/openings/${openingId}`);
    await page.getByRole('button', { name: 'Pause asking' }).click();
    await page.getByText('Paused. Nobody new is asked').waitFor();
    await page.getByRole('button', { name: 'Fill by telephone' }).click();
    await page.keyboard.type('ontheline');
    await page.waitForSelector('[role=option]:visible');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Book for Caller Ontheline' }).click();
    await page.getByText('Filled. The visit is booked').waitFor();
    await page.getByRole('region', { name: 'Who was asked' }).getByText('Taken back', { exact: true }).waitFor();
    const visits = await clinic.api.owner('appointment').where({ patient_id: caller }).select('status');
    expect(visits).toEqual([{ status: 'booked' }]);
    await context.close();
  });

  it('goes back to where one was when the session ends', { timeout: 120_000 }, async () => {
    const { context, page, open } = await desk('en', 'front-desk');
    await open('/patients?q=ab');
    await context.clearCookies();
    await page.getByLabel('Search', { exact: true }).fill('someone else');
    await page.waitForURL(/\/sign-in\?back=/);
    expect(await page.locator('main').innerText()).toContain('Your session has ended');
    await context.close();
  });
});

describe('every page', () => {
  // Side by side: most of the time is spent in the two pages, not here.
  it.concurrent.each<Language>(['en', 'es'])(
    'is without a finding of axe in both themes and fits 360 px: %s',
    { timeout: 900_000 },
    async (language) => {
      const words = wordsOf(language);
      const patientId = await register('María', `Vista ${language}`, language);
      const visit = await booked(patientId, 40);
      const { userId, context, page, errors, open } = await desk(language, 'administrator');
      // One is asked, one would be next, one does not fit; another wish of the first is paused.
      const { openingId } = await freeTime(clinic, `Freed ${language}`, [
        { patientId, urgency: 'urgent' },
        { patientId: await register('Sigue', `Vista ${language}`, language) },
        { patientId: await register('Lejos', `Vista ${language}`, language), latest: localDay(quarterAfter(24 * 60)) },
      ]);
      const day = `/today?date=${localDay(visit.start)}`;
      const tomorrow = localDay(quarterAfter(24 * 60));
      // Hours are all day here: one morning shows what two weeks would, and axe reads every single time.
      const morning = `from=${tomorrow}&to=${tomorrow}&part=morning`;
      const pages: [string, string, string?][] = [
        ['today', day, '[role=grid], .hs-table'],
        ['today-list', `${day}&view=list`, '.hs-table'],
        ['today-case', `${day}&practitioner=${visit.practitionerId}&open=${visit.id}`, '.hs-timeline'],
        ['find', '/find'],
        ['find-times', `/find?patient=${patientId}&type=${clinic.visitTypeId}&${morning}`, '.hs-slot'],
        ['case', `/cases/appointment/${visit.id}`, '.hs-timeline'],
        ['patients', '/patients?q=vista', '.hs-table a'],
        ['patient', `/patients/${patientId}`],
        ['patient-new', '/patients/new'],
        ['openings', '/openings', '.hs-board'],
        ['openings-ended', '/openings?state=ended', '.hs-openings, .hs-empty'],
        ['opening', `/openings/${openingId}`, '.hs-timeline'],
        ['tasks', '/tasks'],
        ['availability', '/admin/availability', '.hs-week'],
        ['closures', '/admin/closures'],
        ['cancel-day', '/admin/cancel-day'],
        ['visit-types', '/admin/visit-types', '.hs-table'],
        ['rooms', '/admin/rooms'],
        ['people', '/admin/people', '.hs-table'],
        ['policies', '/admin/policies', 'main details'],
        ['health', '/admin/health'],
        ['not-found', '/nothing/here'],
        ['sign-in', '/sign-in'],
        ['forgot-password', '/forgot-password'],
        ['reset', `/reset/${'a'.repeat(43)}`],
        ['invitation', `/invitation/${'a'.repeat(43)}`],
      ];
      for (const [name, path, ready] of pages) {
        await open(path, ready ?? 'h1');
        await look(page, name, language);
      }
      await open(`/cases/appointment/${visit.id}`);
      for (const action of ['reschedule', 'cancel', 'check-in'] as const) {
        const button = page.getByRole('button', { name: words[`action.${action}`]!, exact: true });
        if ((await button.count()) === 0 || (await button.getAttribute('aria-disabled')) === 'true') continue;
        await button.click();
        if (action === 'reschedule') {
          for (const name of ['find.from', 'find.to'])
            await page.getByLabel(words[name]!, { exact: true }).fill(tomorrow);
          await page.getByLabel(words['find.part']!, { exact: true }).selectOption('morning');
          await page.waitForSelector('.hs-slot');
        }
        await look(page, `case-${action}`, language);
        await page.getByRole('button', { name: words['common.cancel']!, exact: true }).click();
      }
      await open(`/openings/${openingId}`, '.hs-timeline');
      for (const details of await page.locator('main details').all())
        await details.evaluate((one) => one.setAttribute('open', ''));
      for (const action of ['decline', 'fill', 'close'] as const) {
        await page.getByRole('button', { name: words[`openingAction.${action}`]!, exact: true }).click();
        await look(page, `opening-${action}`, language);
        await page.getByRole('button', { name: words['common.cancel']!, exact: true }).click();
      }
      await open(`/patients/${patientId}`);
      await page.getByRole('button', { name: words['wait.add']!, exact: true }).click();
      await page.getByRole('dialog').getByLabel(words['wish.named']!, { exact: true }).check();
      await page.getByRole('dialog').getByRole('button', { name: words['wish.save']!, exact: true }).click();
      await look(page, 'wish', language);
      const punctual = await madeLate(visit.id, 12, 18);
      await open(`/cases/appointment/${visit.id}`, '.hs-late');
      await look(page, 'case-late', language);
      await open(`${day}&practitioner=${visit.practitionerId}&open=${visit.id}`, '.hs-late');
      await look(page, 'today-case-late', language);
      await punctual();

      const guarded = await withSecondFactor();
      await open('/admin/people', '.hs-table');
      const row = page.getByRole('row').filter({ hasText: guarded.email });
      const remove = row.getByRole('button', { name: new RegExp(words['people.clearFactor']!) });
      await remove.click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await look(page, 'people-second-factor', language);
      await clinic.api.owner('session').where({ user_id: userId }).update({ stepped_up_at: null });
      const verb = dialog.getByRole('button', { name: words['people.clearFactor']!, exact: true });
      await verb.click();
      await dialog.locator('input[type=password]').fill(password);
      await look(page, 'people-step-up', language);
      await verb.click();
      await dialog.waitFor({ state: 'hidden' });
      await remove.waitFor({ state: 'detached' });

      await page.keyboard.press('Control+k');
      await page.waitForSelector('[role=dialog] input');
      await look(page, 'palette', language);
      expect(errors).toEqual([]);
      expect((await clinic.act(clinic.desk, visit.id, 'cancel', { reason: 'other' })).status).toBe(200);
      await context.close();
    },
  );
});
