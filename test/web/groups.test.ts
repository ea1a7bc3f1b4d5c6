/**
 * Group sessions and a visit by video in a real browser against the whole clinic: a session opened with the keyboard,
 * filled to its last seat, a seat given back, called off; the way into a room for the practitioner and the patient. Each
 * page looked at by axe in both languages, at 1280 and 360 px. The pictures are left in test/.output/groups.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { day, openClinicApi, quarterAfter, timeZone } from '../api/clinic-api.ts';
import type { ClinicApi } from '../api/clinic-api.ts';
import { password } from '../api/support.ts';
import { errorsOf, launchBrowser } from '../support/browser.ts';
import { webDirectory } from '../support/builds.ts';
import { lookInto, signedInAt, type Language } from './staff-desk.ts';

const look = lookInto('groups');

let clinic: ClinicApi;
let browser: Browser;
beforeAll(async () => {
  [clinic, browser] = await Promise.all([openClinicApi({ webDirectory: await webDirectory() }), launchBrowser()]);
  await clinic.addVisitType({ code: 'GROUP', group_capacity: 2, duration_minutes: 60, name: JSON.stringify({ en: 'Diabetes group', es: 'Grupo de diabetes' }) }); // prettier-ignore
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.close();
});

const signedIn = (role: 'front-desk' | 'doctor', language: Language, path: string) =>
  signedInAt({ browser, ...clinic }, role, language, path);
const localDay = (at: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(at));

describe('group sessions', () => {
  it('are opened, filled, emptied and called off with the keyboard', { timeout: 240_000 }, async () => {
    for (const family of ['Alder', 'Birch', 'Cedar'])
      expect((await clinic.desk.request('POST', '/patients', { body: { name: { given: ['Pat'], family }, birthDate: '1980-02-29' } })).status).toBe(201); // prettier-ignore
    const { page, errors } = await signedIn('front-desk', 'en', '/groups');
    await page.getByText('No group sessions ahead').waitFor();
    await look(page, '01-empty', 'en');

    await page.getByRole('button', { name: 'New session' }).first().press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('With', { exact: true }).selectOption(clinic.practitionerId);
    await dialog.getByLabel('Day').fill(localDay(quarterAfter(3 * day)));
    await dialog.getByLabel(/^Time/).fill('10:00');
    await look(page, '02-new', 'en');
    await dialog.getByRole('button', { name: 'Open the session' }).press('Enter');
    await page.getByRole('heading', { name: 'Diabetes group', level: 1 }).waitFor();
    const id = /groups\/([0-9a-f-]{36})/.exec(page.url())![1]!;
    await page.getByText('0 of 2 seats taken').waitFor();

    const book = async (family: string): Promise<void> => {
      await page.getByLabel('Book a seat for').fill(family);
      await page.getByRole('option', { name: new RegExp(family) }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText(new RegExp(`${family}.* has a seat\\.`)).waitFor();
    };
    await book('Alder');
    await book('Birch');
    await page.getByText('2 of 2 seats taken').waitFor();
    await page.getByText('All seats are taken. Add seats, or cancel one.').waitFor();
    await look(page, '03-full', 'en');

    await page.getByRole('button', { name: /^Cancel the seat of .*Birch/ }).press('Enter');
    await page.getByRole('dialog').getByLabel('Reason').selectOption('patient-request');
    await page.getByRole('dialog').locator('button[type=submit]').press('Enter');
    await page.getByText('The seat is free again.').waitFor();
    await page.getByText('1 of 2 seats taken').waitFor();
    await book('Cedar');
    await page.getByText('1 seat given back').click();

    await page.getByRole('textbox', { name: 'Seats' }).fill('1');
    await page.getByRole('button', { name: 'Change the seats' }).press('Enter');
    await page.getByText('More seats than that are taken. Cancel seats first.').waitFor();
    await page.getByRole('textbox', { name: 'Seats' }).fill('5');
    await page.getByRole('button', { name: 'Change the seats' }).press('Enter');
    await page.getByText('The session has 5 seats now.').waitFor();

    const es = await signedIn('front-desk', 'es', '/groups');
    await es.page.getByText('2 de 5 lugares tomados').waitFor();
    await look(es.page, '04-list', 'es');
    await es.page.getByRole('link', { name: 'Grupo de diabetes' }).press('Enter');
    await es.page.getByText('1 lugar devuelto').waitFor();
    await look(es.page, '05-session', 'es');

    // A patient takes a seat in the portal.
    const portal = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
    const person = await clinic.api.createPerson(clinic.organizationId, 'patient');
    await portal.goto(`${clinic.api.url}/portal/book`);
    await portal.fill('#email', person.email);
    await portal.fill('#password', password);
    await portal.keyboard.press('Enter');
    await portal.getByRole('link', { name: 'Join a group' }).press('Enter');
    await portal.getByText('3 seats are free.').waitFor();
    await look(portal, '07-portal', 'en');
    await portal.getByRole('button', { name: /^Take a seat/ }).press('Enter');
    await portal.getByRole('heading', { name: 'Your appointment' }).waitFor();
    await page.getByText('3 of 5 seats taken').waitFor();

    await page.getByRole('button', { name: 'Call the session off' }).press('Enter');
    await page.getByText('3 patients are told at once and pay nothing.').waitFor();
    await page.getByRole('dialog').getByLabel('Reason').selectOption('practitioner-away');
    await page.getByRole('dialog').getByRole('button', { name: 'Call the session off' }).press('Enter');
    await page.getByText('Called off', { exact: true }).waitFor();
    // Seen by the other one without a reload.
    await es.page.getByText('Cancelada', { exact: true }).first().waitFor();
    await look(page, '06-called-off', 'en');
    expect((await clinic.desk.request('GET', `/group-sessions/${id}`)).body).toMatchObject({ state: 'cancelled', taken: 0 }); // prettier-ignore
    expect([...errors, ...es.errors]).toEqual([]);
  });
});

describe('a visit by video', () => {
  it('is joined by both, each by a link that opens once', { timeout: 240_000 }, async () => {
    const practitionerId = await clinic.addPractitioner('Dr. Screen');
    const videoType = await clinic.addVisitType({ modes: ['video'], align_minutes: 5, buffer_before_minutes: 0, buffer_after_minutes: 0 }); // prettier-ignore
    await clinic.api.owner('visit_type_provider').insert({ organization_id: clinic.organizationId, visit_type_id: videoType, resource_id: practitionerId }); // prettier-ignore
    await clinic.api
      .owner('resource')
      .where({ id: practitionerId })
      .update({ licensed_states: ['NY', 'NJ'] });
    const patientId = await clinic.addPatient({ language: 'es' });
    const start = new Date(Math.ceil((Date.now() + 1_000) / 300_000) * 300_000).toISOString();
    const booked = await clinic.book(clinic.desk, { patientId, practitionerId, visitTypeId: videoType, mode: 'video', start }); // prettier-ignore
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    const { id } = booked.body;
    const claims = { organizationId: clinic.organizationId, appointmentId: id, version: 0, kind: 'join' } as const;
    const path = `/join/${signVisitToken(clinic.api.keys.tokenSecret, claims, patientRecipient(patientId))}`;

    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const patient = await context.newPage();
    const errors = errorsOf(patient);
    await patient.goto(`${clinic.api.url}${path}`);
    await look(patient, '10-join', 'es');
    await patient.getByLabel('¿Dónde está usted ahora?').selectOption('CT');
    await patient.getByRole('button', { name: 'Entrar por video' }).press('Enter');
    await patient.getByRole('heading', { name: 'No podemos atenderle por video donde está' }).waitFor();
    await look(patient, '11-not-licensed', 'es');
    await patient.getByRole('link', { name: 'Elegí el lugar equivocado' }).press('Enter');
    await patient.getByLabel('¿Dónde está usted ahora?').selectOption('NY');
    await patient.getByRole('button', { name: 'Entrar por video' }).press('Enter');
    await patient.getByRole('heading', { name: 'Listo para entrar' }).waitFor();
    const link = patient.url();
    await look(patient, '12-enter', 'es');
    await patient.getByRole('button', { name: 'Entrar a la sala de video' }).press('Enter');
    await patient.getByText('Patient (you):').waitFor();
    await patient.goto(link);
    await patient.getByRole('heading', { name: 'Este enlace ya no funciona' }).waitFor();
    await look(patient, '13-used', 'es');

    const staff = await signedIn('doctor', 'en', `/cases/appointment/${id}`);
    await staff.page.getByText('One can join until').waitFor();
    await staff.page.getByText('Connecticut').waitFor();
    await staff.page.getByText('Not licensed there').waitFor();
    await look(staff.page, '14-case', 'en');
    await staff.page.getByRole('button', { name: 'Join by video' }).press('Enter');
    const room = await staff.page.getByRole('link', { name: 'Enter the video room' }).getAttribute('href');
    await staff.page.goto(`${clinic.api.url}${room}`);
    await staff.page.getByRole('button', { name: 'Enter the video room' }).press('Enter');
    await staff.page.getByText('Clinician (you):').waitFor();
    await look(staff.page, '15-room', 'en');
    expect([...errors, ...staff.errors]).toEqual([]);
  });
});
