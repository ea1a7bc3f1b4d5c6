/** Metrics on a port of their own (METRICS_PORT): there, and nothing else there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createMetrics } from '../../api/metrics.ts';
import { startMetricsServer } from '../../api/metrics-server.ts';
import { metricsPortAfter } from '../../scripts/supervise/children.ts';

it('serves the metrics and nothing else, to whoever reaches the port', async () => {
  const metrics = createMetrics();
  metrics.observe({ method: 'GET', route: 'GET /patients/:id', status: 200, seconds: 0.01 });
  const server = await startMetricsServer(metrics, { host: '127.0.0.1', port: 0 });
  const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  try {
    const answer = await ask('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('healthsphere_http_request_duration_seconds_count');
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/api/v1/patients')).status).toBe(404);
    expect((await ask('/metrics', { method: 'POST' })).status).toBe(404);
  } finally {
    await server.close();
  }
});

it('says so when the port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(startMetricsServer(createMetrics(), { host: '127.0.0.1', port })).rejects.toThrow(/EADDRINUSE/);
  await new Promise((resolve) => other.close(resolve));
});

it('gives each worker of npm start a port of its own, after that of the API', () => {
  expect([1, 2].map((number) => metricsPortAfter({ METRICS_PORT: '9464' }, number))).toEqual([
    { METRICS_PORT: '9465' },
    { METRICS_PORT: '9466' },
  ]);
  expect(metricsPortAfter({}, 1)).toEqual({});
  expect(metricsPortAfter({ METRICS_PORT: 'x' }, 1)).toEqual({});
});
