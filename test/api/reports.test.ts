/** The equity report of a month over HTTP, its table for spreadsheets, and simulated seasons that are kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { routes } from '../../api/routes.ts';
import { csvField, csvTable } from '../../domain/csv.ts';
import { monthBefore, pastWaitlist } from '../support/past-waitlist.ts';
import { simulated } from '../support/simulated.ts';
import { auditRows, startTestApi, type Client, type TestApi } from './support.ts';

let api: TestApi;
let organizationId: string;
const as: Record<string, Client> = {};

beforeAll(async () => {
  api = await startTestApi(routes);
  organizationId = await api.createOrganization('Report Clinic');
  await api.owner('location').insert({ organization_id: organizationId, name: 'Main', time_zone: 'America/New_York' });
  for (const role of ['administrator', 'privacy-officer', 'doctor'] as const)
    as[role] = await api.signIn((await api.createPerson(organizationId, role)).email);
});
afterAll(() => api.stop());

describe('GET /reports/waitlist-equity', () => {
  it('says nothing about a month in which nobody waited', async () => {
    const { status, body } = await as['administrator']!.request('GET', '/reports/waitlist-equity');
    expect(status).toBe(200);
    expect(body).toMatchObject({ month: body.latestMonth, groups: [], totals: { entries: null }, notOnRecord: ['race-ethnicity', 'payer'] }); // prettier-ignore
  });

  it('tells the groups of a month that is over, masks the small ones and one more, and leaves a trace', async () => {
    const month = await pastWaitlist(api.owner, organizationId, [
      { language: 'en', wishes: 30, offers: 60, accepted: 20 },
      { language: 'es', wishes: 20, offers: 20, accepted: 11 },
      { language: '=cmd()', birthDate: '1950-01-01', wishes: 3, offers: 6, accepted: 3 },
    ]);
    const { status, body } = await as['privacy-officer']!.request('GET', `/reports/waitlist-equity?month=${month}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ month, timeZone: 'America/New_York', totals: { entries: 53, offers: 86, accepted: 34 } }); // prettier-ignore
    const row = (group: string) => body.groups.find((one: { group: string }) => one.group === group);
    expect(row('en')).toMatchObject({ entries: 30, offers: 60, askedTooLittle: false });
    // Hidden for the small group's sake, and flagged all the same: that many are no secret.
    expect(row('es')).toMatchObject({ entries: null, offers: null, acceptance: null, askedTooLittle: true });
    expect(row('=cmd()')).toMatchObject({ entries: null, offers: null, askedTooLittle: null });
    expect(await auditRows(api, { action: 'report:read', outcome: 'success' })).toHaveLength(2);
  });

  it('has no month that is not over, because two looks at it could be compared', async () => {
    const now = new Date().toISOString().slice(0, 7);
    for (const month of [`${Number(now.slice(0, 4)) + 1}-01`, now, '2026-13', 'x']) {
      const { status, body } = await as['administrator']!.request('GET', `/reports/waitlist-equity?month=${month}`);
      expect(status, month).toBe(400);
      expect(body.code).toBe('validation-failed');
    }
  });

  it('is a table for spreadsheets too, in which nothing is a formula', async () => {
    const { month } = monthBefore();
    const { status, body, headers } = await as['administrator']!.request('GET', `/reports/waitlist-equity/csv?month=${month}`); // prettier-ignore
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('content-disposition')).toContain(`waitlist-equity-${month}.csv`);
    const lines = String(body).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^dimension,group,entries,/);
    expect(lines).toContain("language,'=cmd(),under 11 or masked,under 11 or masked,under 11 or masked,under 11 or masked,under 11 or masked,,too small to say"); // prettier-ignore
    expect(lines.some((line) => line.startsWith('race-ethnicity,not on record yet'))).toBe(true);
    expect(await auditRows(api, { action: 'report:export', outcome: 'success' })).toHaveLength(1);
    expect(csvTable([['a,b', 'say "x"', '\t=1', -5, null]])).toBe('"a,b","say ""x""",\'\t=1,-5,\r\n');
    expect(['=1', '+1', '-1', '@x', '|x', 'x=1'].map(csvField)).toEqual(["'=1", "'+1", "'-1", "'@x", "'|x", 'x=1']);
  });

  it('is for administrators and the privacy officer', async () => {
    expect((await as['doctor']!.request('GET', '/reports/waitlist-equity')).status).toBe(403);
  });
});

describe('/simulations', () => {
  it('keeps a run once for its key, and lists it with who kept it', async () => {
    const key = randomUUID();
    const first = await as['administrator']!.request('POST', '/simulations', { body: simulated(), key });
    expect(first.status, JSON.stringify(first.body)).toBe(201);
    const again = await as['administrator']!.request('POST', '/simulations', { body: simulated(), key });
    expect(again.body.id).toBe(first.body.id);
    const { body } = await as['administrator']!.request('GET', '/simulations');
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({ id: first.body.id, seed: 7, keptBy: 'Canary administrator', results: [{ policy: { name: 'default' } }, { policy: { name: 'short' }, figures: { fillRate: 0.6 } }, {}] }); // prettier-ignore
    expect(await auditRows(api, { action: 'simulation-run:keep' })).toHaveLength(1);
  });

  it('shows the newest first, page by page, and none of another clinic', async () => {
    await as['administrator']!.request('POST', '/simulations', { body: { ...simulated(), seed: 8 } });
    const first = await as['administrator']!.request('GET', '/simulations?limit=1');
    expect(first.body.items.map((run: { seed: number }) => run.seed)).toEqual([8]);
    const second = await as['administrator']!.request('GET', `/simulations?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map((run: { seed: number }) => run.seed)).toEqual([7]);
    expect(second.body.nextCursor).toBeNull();
    const other = await api.signIn((await api.createPerson(await api.createOrganization('Other'), 'administrator')).email); // prettier-ignore
    expect((await other.request('GET', '/simulations')).body.items).toEqual([]);
  });

  it('refuses what could not be adopted, figures without a shape, and everybody but administrators', async () => {
    const [result] = simulated().results;
    const wrong = [
      { ...simulated(), results: [] },
      { ...simulated(), results: [result, result] },
      { ...simulated(), results: [{ ...result, policy: { name: 'x', value: { batchSize: 9 } } }] },
      { ...simulated(), results: [{ ...result, figures: { fillRate: 2 } }] },
      { ...simulated(), more: true },
    ];
    for (const body of wrong)
      expect((await as['administrator']!.request('POST', '/simulations', { body })).status).toBe(400);
    for (const role of ['privacy-officer', 'doctor']) {
      expect((await as[role]!.request('POST', '/simulations', { body: simulated() })).status).toBe(403);
      expect((await as[role]!.request('GET', '/simulations')).status).toBe(403);
    }
  });
});
