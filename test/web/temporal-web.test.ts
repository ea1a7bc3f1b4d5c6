/**
 * What a billing team sees in Temporal Web: signed in with HealthSphere's own cookie, a run says in words where it stands,
 * decoded by the codec endpoint of the API for this person and nobody else, and every look is on record.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../scripts/client/clinic-client.ts';
import { removePostgres } from '../../scripts/provision/postgres.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';
import { startClinic } from '../../scripts/supervise/clinic.ts';
import type { Clinic } from '../../scripts/supervise/clinic.ts';
import { postgresDirectory } from '../../scripts/supervise/home.ts';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { launchBrowser } from '../support/browser.ts';

const picture = join(import.meta.dirname, '../.output/temporal-web.png');

let home: string;
let clinic: Clinic;
let browser: Browser;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'healthsphere-temporal-web-'));
  // As root, Postgres runs as another user, which has to reach its data in here.
  chmodSync(home, 0o711);
  [clinic, browser] = await Promise.all([
    startClinic({
      home,
      ports: 'random',
      parts: ['postgres', 'temporal', 'mail', 'workers', 'api', 'seed'],
      workers: 1,
      progress: silentProgress,
      report: () => undefined,
    }),
    launchBrowser(),
  ]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await clinic?.stop();
  removePostgres(postgresDirectory(home));
  rmSync(home, { recursive: true, force: true });
});

const password = 'healthsphere-demo';
const mail = (name: string): string => `${name}@demo.healthsphere.example`;

/** A browser in which this person is signed in, by the cookie that the staff application would get. */
async function signedIn(name: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const answer = await context.request.post(`${clinic.addresses.web}/api/v1/sessions`, {
    headers: { origin: clinic.addresses.web },
    data: { email: mail(name), password },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return context;
}

async function bookedVisit(): Promise<string> {
  const desk = await signIn(clinic.addresses.api, mail('frontdesk'), password);
  const items = async <T>(path: string): Promise<T[]> =>
    ((await desk.must('GET', path)) as unknown as { items: T[] }).items;
  const [patient] = await items<{ id: string }>('/patients?q=ma');
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  for (const { id, needsApproval } of await items<{ id: string; needsApproval: boolean }>('/visit-types')) {
    if (needsApproval) continue;
    const wish = new URLSearchParams({ visitTypeId: id, from: inDays(2), to: inDays(9), limit: '1' });
    const [free] = await items<{ start: string; practitionerId: string; locationId: string }>(`/availability?${wish}`);
    if (free === undefined) continue;
    const { start, practitionerId, locationId } = free;
    const body = { patientId: patient!.id, visitTypeId: id, practitionerId, locationId, start };
    const booked = await desk.call('POST', '/appointments', { body });
    if (booked.status === 201) return String(booked.body['id']);
  }
  throw new Error('no visit could be booked');
}

interface AuditRow {
  readonly action: string;
  readonly outcome: string;
  readonly entity_id: string | null;
}

async function audited(email: string): Promise<AuditRow[]> {
  const owner = new Client({ connectionString: clinic.database.migrator });
  await owner.connect();
  try {
    const { rows } = await owner.query<AuditRow>(
      `SELECT DISTINCT action, outcome, entity_id FROM audit_event
       WHERE principal = (SELECT 'user:' || id FROM app_user WHERE email = $1)`,
      [email],
    );
    return rows;
  } finally {
    await owner.end();
  }
}

const runPage = (appointmentId: string): string =>
  `${clinic.addresses.web}/temporal/namespaces/default/workflows/${encodeURIComponent(appointmentWorkflowId(appointmentId))}`;

describe('Temporal Web', { timeout: 120_000 }, () => {
  it('shows a signed-in biller the decoded summary of a run, and records the look', async () => {
    const id = await bookedVisit();
    const context = await signedIn('biller');
    const page = await context.newPage();
    const decoded = page.waitForResponse((answer) => answer.url().includes('/codec/decode'));
    await page.goto(runPage(id));
    expect((await decoded).status()).toBe(200);
    await page.getByText('User Metadata', { exact: true }).click();
    const details = page.frameLocator('iframe').nth(1).locator('main');
    await expect.poll(() => details.innerText(), { timeout: 20_000 }).toContain('Waiting for the day of the visit.');
    await page.screenshot({ path: picture });
    expect(await page.frameLocator('iframe').nth(0).locator('main').innerText()).toBe(
      `Visit ${id.slice(0, 8)}, booked`,
    );
    expect(await details.innerText()).toMatch(/^Booked[^]*Next, at \d{4}-\d\d-\d\d \d\d:\d\d UTC: reminder/);
    const looks = await audited(mail('biller'));
    expect(looks).toContainEqual({ action: 'workflow:decode', outcome: 'success', entity_id: null });
    expect(looks).toContainEqual({ action: 'workflow:read', outcome: 'success', entity_id: id });
    // What is drawn in a frame is text, whatever it says.
    const frame = `${clinic.addresses.web}/render?content=${encodeURIComponent('<script>alert(1)</script> **b**')}`;
    const drawn = await context.request.get(frame);
    expect(await drawn.text()).toContain('&#60;script&#62;alert(1)&#60;/script&#62; <strong>b</strong>');
    expect(drawn.headers()['content-security-policy']).toContain("default-src 'none'");
    expect((await fetch(frame)).status).toBe(401);
    // The same page stays closed to a nurse, and so does the codec; without a session it does not even say why.
    const nurse = await signedIn('nurse');
    expect((await nurse.request.get(runPage(id))).status()).toBe(403);
    const payloads = { payloads: [] };
    const codec = `${clinic.addresses.web}/api/v1/codec/decode`;
    const headers = { origin: clinic.addresses.web };
    expect((await nurse.request.post(codec, { headers, data: payloads })).status()).toBe(403);
    expect((await fetch(codec, { method: 'POST', body: JSON.stringify(payloads) })).status).toBe(401);
    await nurse.close();
    await context.close();
  });
});
