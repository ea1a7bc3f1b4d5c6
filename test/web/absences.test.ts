/**
 * The pages of absences in a real browser against the whole clinic: declared with the keyboard alone after a look at whom it
 * falls upon, followed live to 100 %, one patient called and one cancelled by hand; each page looked at by axe in both
 * languages, at 1280 and 360 px. The pictures are left in test/.output/absences.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, openClinicApi, quarterAfter, timeZone } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, type Language } from './staff-desk.ts';

const look = lookInto('absences');

let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: await webDirectory() }), launchBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

const signedIn = (language: Language) => signedInAt({ browser, ...clinic }, 'front-desk', language, '/absences');
const localDay = (at: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(at));

/** A practitioner of its own with three visits on one day. */
async function someone(name: string, from: number) {
  const practitionerId = await clinic.addPractitioner(name);
  const visits: { id: string; start: string }[] = [];
  for (let n = 0; n < 3; n += 1) {
    const start = quarterAfter(from + n * 60);
    const patientId = await clinic.addPatient({ family: `Canary ${'ABC'[n]}` });
    const booked = await clinic.book(clinic.desk, { patientId, practitionerId, start });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    visits.push({ id: booked.body.id, start });
  }
  return { practitionerId, visits };
}

async function bodyOf(absenceId: string) {
  return (await clinic.desk.request('GET', `/absences/${absenceId}`)).body;
}

describe('absences', () => {
  it('are declared with the keyboard and followed live until everybody is settled', { timeout: 240_000 }, async () => {
    const { practitionerId, visits } = await someone('Dr. Sick', 10 * day);
    const { page, errors, close } = await signedIn('en');
    await page.getByText('Nobody is away').waitFor();
    await look(page, '01-empty', 'en');

    await page.getByRole('link', { name: 'Declare an absence or outage' }).first().press('Enter');
    await page.getByLabel('Who or what is away').selectOption(`r:${practitionerId}`);
    await page.getByLabel('From, day').fill(localDay(visits[0]!.start));
    await page.getByLabel('To, day').fill(localDay(visits[2]!.start));
    await look(page, '02-what', 'en');
    await page.getByRole('button', { name: 'Show who is affected' }).press('Enter');
    await page.getByRole('heading', { name: '3 visits are affected' }).waitFor();
    expect(await page.getByText('Canary').count()).toBe(3);
    // Nothing has happened yet, and what was typed is kept.
    expect((await clinic.desk.request('GET', '/absences?state=open')).body.items).toEqual([]);
    await look(page, '03-preview', 'en');
    await page.getByRole('button', { name: 'Change something' }).press('Enter');
    expect(await page.getByLabel('From, day').inputValue()).toBe(localDay(visits[0]!.start));
    await page.getByRole('button', { name: 'Show who is affected' }).press('Enter');
    await page.getByRole('button', { name: 'Declare it now' }).press('Enter');
    await page.getByRole('heading', { name: 'Dr. Sick', level: 1 }).waitFor();
    const absenceId = /absences\/([0-9a-f-]{36})/.exec(page.url())![1]!;

    // Asked one after the other: seen without a reload.
    await expect.poll(() => page.getByText('Asked, times are held: 3').count(), { timeout: 60_000 }).toBe(1);
    await page.getByText('0 of 3 settled, 0 %').waitFor();
    await page.getByText('Email, 3 times held').first().waitFor();
    await look(page, '04-asked', 'en');

    const { cases } = await bodyOf(absenceId);
    const taken = await clinic.act(clinic.desk, cases[0].held[0].appointmentId, 'confirm-hold');
    expect(taken.status, JSON.stringify(taken.body)).toBe(200);
    await page.getByText('1 of 3 settled, 33 %').waitFor();

    // One patient's own word, with its reason, by keyboard.
    const second = page.getByRole('article').filter({ hasText: 'Canary B' });
    await second.getByRole('button', { name: /^Cancel for good/ }).press('Enter');
    await page.keyboard.type('moved away');
    await page.keyboard.press('Enter');
    await page.getByText(/^Cancelled for .*Canary B/).waitFor();
    await second.getByText('Because: moved away').waitFor();
    const third = page.getByRole('article').filter({ hasText: 'Canary C' });
    await third.getByRole('button', { name: /^Call instead/ }).press('Enter');
    await page.keyboard.press('Enter');
    await third.getByText('Open the call').waitFor();
    await look(page, '05-to-call', 'en');

    // A call that was made is noticed at once, not at the next look.
    const { task } = (await bodyOf(absenceId)).cases[2];
    const done = await clinic.desk.request('POST', `/staff-tasks/${task.id}/finish`, { body: { outcome: 'reached' } });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    await page.getByText('3 of 3 settled, 100 %').waitFor();
    await page.getByText('Everybody settled').waitFor();
    await look(page, '06-settled', 'en');

    await page.getByRole('link', { name: 'All absences' }).press('Enter');
    await page.getByLabel('Show').selectOption('ended');
    await page.getByRole('link', { name: 'Dr. Sick' }).waitFor();
    await look(page, '07-list', 'en');
    await page.goto(`${clinic.api.url}/cases/appointment/${visits[1]!.id}`);
    await page.getByRole('link', { name: /absence that this visit is affected by/ }).press('Enter');
    await page.getByRole('heading', { name: 'Dr. Sick', level: 1 }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it('are paused, resumed and stopped in Spanish; a whole place is down', { timeout: 240_000 }, async () => {
    const { visits } = await someone('Dra. Sede', 20 * day);
    const { page, errors, close } = await signedIn('es');
    await page.goto(`${clinic.api.url}/absences/new?what=l:${clinic.locationId}`);
    await page.getByText('Afecta a todas las visitas').waitFor();
    await page.getByLabel('Días enteros').uncheck();
    await page.getByLabel('Desde, día').fill(localDay(visits[0]!.start));
    await page.getByLabel('Hasta, día').fill(localDay(visits[2]!.start));
    await page.getByLabel('Desde, hora').fill('00:00');
    await page.getByLabel('Hasta, hora').fill('23:59');
    await look(page, '02-what', 'es');
    await page.getByRole('button', { name: 'Mostrar a quién afecta' }).press('Enter');
    await page.getByRole('heading', { name: '3 visitas están afectadas' }).waitFor();
    await look(page, '03-preview', 'es');
    await page.getByRole('button', { name: 'Declararla ahora' }).press('Enter');
    await expect.poll(() => page.getByText('Preguntado, con horas guardadas: 3').count(), { timeout: 60_000 }).toBe(1);
    await look(page, '04-asked', 'es');

    await page.getByRole('button', { name: 'Pausar', exact: true }).press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('En pausa.').waitFor();
    await page.getByRole('button', { name: 'Continuar' }).press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('Continúa.').waitFor();
    await page.getByRole('link', { name: 'Todas las ausencias' }).press('Enter');
    await page.getByText('0 de 3 resueltos').waitFor();
    await look(page, '07-list', 'es');
    await page.getByRole('link', { name: 'Main' }).press('Enter');
    await page.getByRole('button', { name: 'Detener' }).press('Enter');
    await page.getByLabel('Volver a abrir el horario').check();
    await look(page, '05-stop', 'es');
    await page.getByLabel('Motivo, si lo hay').fill('la sede abre');
    await page.keyboard.press('Enter');
    await page.getByText('Detenida. Lo pendiente').waitFor();
    await page.getByText('Pendiente al detenerse: 3').waitFor();
    await look(page, '06-stopped', 'es');
    await page.getByRole('link', { name: 'Todas las ausencias' }).press('Enter');
    await page.getByText('Nadie está ausente').waitFor();
    await look(page, '01-empty', 'es');
    expect(errors).toEqual([]);
    await close();
  });
});
