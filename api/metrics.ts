import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** Labels are templates and numbers: no ids, no paths as typed. */
  observe(request: { method: string; route: string; status: number; seconds: number }): void;
  readonly inFlight: Gauge;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'healthsphere_http_request_duration_seconds',
    help: 'Duration of HTTP requests by route template',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'healthsphere_http_unavailable_total',
    help: 'Answers that said the service was away',
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'healthsphere_http_requests_in_flight',
    help: 'Requests being answered',
    registers: [registry],
  });
  return {
    registry,
    inFlight,
    observe: ({ method, route, status, seconds }) => {
      duration.observe({ method, route, status }, seconds);
      if (status === 503) refusals.inc();
    },
  };
}
