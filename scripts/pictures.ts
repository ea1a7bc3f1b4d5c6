/**
 * `npm run pictures`: takes the pictures of the README and of docs/ from a running `npm start` with its synthetic clinic, so
 * that they show what is there. Nothing is changed in the clinic.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loadConfig } from '../config.ts';
import { signIn } from './client/clinic-client.ts';
import type { ClinicClient } from './client/clinic-client.ts';
import { createProgress } from './provision/progress.ts';
import { provisionBrowser } from './provision/browser.ts';

const directory = join(import.meta.dirname, '..', 'docs', 'pictures');
const config = loadConfig(process.env, { roles: [] });
const web = config.publicUrl;
const mail = (name: string): string => `${name}@demo.healthsphere.example`;

const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' };
const phone: BrowserContextOptions = { viewport: { width: 360, height: 760 }, reducedMotion: 'reduce' };

interface Visit {
  readonly id: string;
  readonly start: string;
  readonly visitTypeId: string;
  readonly patient: { readonly id: string };
  readonly location: { readonly id: string } | null;
}

async function signedIn(browser: Browser, name: string, options: BrowserContextOptions, place = ''): Promise<Page> {
  const context = await browser.newContext(options);
  const answer = await context.request.post(`${web}/api/v1/sessions`, {
    headers: { origin: web },
    data: { email: mail(name), password: config.demo.password },
  });
  if (!answer.ok()) throw new Error(`${mail(name)} could not sign in: ${await answer.text()}`);
  // The staff application remembers where somebody works.
  await context.addInitScript((id) => localStorage.setItem('hs-location', id), place);
  return context.newPage();
}

async function picture(page: Page, name: string, path: string, ready: string): Promise<void> {
  await page.goto(web + path);
  await page.waitForSelector(ready);
  await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root, [aria-busy=true]') === null);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(directory, `${name}.png`) });
  console.log(`  ✓ ${name}`);
}

interface Day {
  readonly date: string;
  readonly place: string;
  readonly visits: readonly Visit[];
}

/** The fullest day of one place in the week to come. */
async function fullestDay(desk: ClinicClient): Promise<Day> {
  let fullest: Day | undefined;
  for (let ahead = 0; ahead < 8; ahead += 1) {
    const date = new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const { items } = (await desk.must('GET', `/appointments?date=${date}`)) as unknown as { items: Visit[] };
    for (const place of new Set(items.map(({ location }) => location?.id ?? ''))) {
      const visits = items.filter(({ location }) => (location?.id ?? '') === place);
      if (visits.length > (fullest?.visits.length ?? 0)) fullest = { date, place, visits };
    }
  }
  if (fullest === undefined)
    throw new Error('The clinic has no day with visits: start it anew with npm start -- --reset.');
  return fullest;
}

async function main(): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { path } = await provisionBrowser(createProgress());
  const browser = await chromium.launch({
    executablePath: path,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const desk = await signIn(`${web}/api/v1`, mail('frontdesk'), config.demo.password);
    const { date, place, visits } = await fullestDay(desk);
    const visit = visits[0]!;

    const wide = await signedIn(browser, 'frontdesk', desktop, place);
    await picture(wide, 'day', `/today?date=${date}&open=${visit.id}`, '.hs-timeline');
    const search = new URLSearchParams({ patient: visit.patient.id, type: visit.visitTypeId });
    await picture(wide, 'find-a-time', `/find?${search.toString()}`, '.hs-slot');
    await picture(wide, 'patient', `/patients/${visit.patient.id}`, 'main h1');
    const dark = await signedIn(browser, 'admin', { ...desktop, colorScheme: 'dark', locale: 'es-US' }, place);
    await picture(dark, 'availability-dark', '/admin/availability', '.hs-week');
    const biller = await signedIn(browser, 'biller', desktop);
    const run = `/temporal/namespaces/${config.temporal.namespace}/workflows/${encodeURIComponent(`appt:${visit.id}`)}`;
    await picture(biller, 'temporal-web', run, 'text=User Metadata');
    await biller.getByText('User Metadata', { exact: true }).click();
    await biller.frameLocator('iframe').nth(1).locator('strong').waitFor();
    await biller.screenshot({ path: join(directory, 'temporal-web.png') });

    const small = await signedIn(browser, 'frontdesk', phone, place);
    await picture(small, 'day-phone', `/today?date=${date}`, '.hs-table');
    const patient = await signedIn(browser, 'patient', phone);
    await picture(patient, 'portal-phone', '/portal', 'main h1');
    await picture(patient, 'portal-book-phone', '/portal/book', 'main h1');
  } finally {
    await browser.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
    console.error(
      'Start the clinic with npm start in another terminal, wait for "HealthSphere is ready", and try again.',
    );
    process.exit(1);
  },
);
