/** The test harness itself: that its servers answer, and that its checks can fail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTransport } from 'nodemailer';
import { Client } from 'pg';
import { launchBrowser } from '../support/browser.ts';
import { watchForLeaks } from '../support/leaks.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import type { TestDatabase } from '../support/test-postgres.ts';
import { connectTestTemporal } from '../support/test-temporal.ts';
import { createTimeSkippingEnvironment } from '../support/test-time-skipping.ts';

describe('test database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is migrated, and lets every role in', async () => {
    for (const [role, url] of Object.entries(database.urls)) {
      const client = new Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query('SELECT current_user, current_database() AS name');
      expect(rows).toEqual([{ current_user: role, name: database.name }]);
      await client.end();
    }
  });

  it('shows a connection that was left open', async () => {
    const leaks = watchForLeaks(database);
    const client = new Client({ connectionString: database.urls.api });
    await client.connect();
    await expect(leaks.assertNone()).rejects.toThrow(/connection of api/);
    await client.end();
    await leaks.assertNone();
  });
});

describe('Temporal', () => {
  it('answers on the shared server', async () => {
    const temporal = await connectTestTemporal();
    const { namespaceInfo } = await temporal.connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(namespaceInfo?.name).toBe('default');
    await temporal.close();
  });

  it('skips time on a server of its own', { timeout: 60_000 }, async () => {
    const environment = await createTimeSkippingEnvironment();
    const before = await environment.currentTimeMs();
    await environment.sleep('30 days');
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(30 * 24 * 3600 * 1000);
    await environment.teardown();
  });
});

describe('mail', () => {
  it('arrives, is refused, and is lost on request', async () => {
    const sink = await startSmtpSink();
    const transport = createTransport(sink.url);
    const send = () =>
      transport.sendMail({ from: 'a@example.org', to: 'b@example.org', subject: 'Hola', text: '¿Qué?' });
    await send();
    expect((await sink.waitFor(({ recipients }) => recipients.includes('b@example.org'))).mail.subject).toBe('Hola');
    sink.fault({ kind: 'temporary' });
    await expect(send()).rejects.toMatchObject({ responseCode: 451 });
    sink.fault({ kind: 'permanent' });
    await expect(send()).rejects.toMatchObject({ responseCode: 550 });
    sink.fault({ kind: 'drop' });
    await expect(send()).rejects.toThrow();
    expect(sink.messages).toHaveLength(2);
    transport.close();
    await sink.stop();
  });
});

describe('browser', () => {
  it('opens a page', async () => {
    const browser = await launchBrowser();
    const page = await browser.newPage();
    await page.setContent('<h1>HealthSphere</h1>');
    expect(await page.textContent('h1')).toBe('HealthSphere');
    await browser.close();
  });
});
