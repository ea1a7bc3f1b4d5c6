/** Liveness says that the process answers; readiness says whether what it needs is there, and names what is not. */
import type { Middleware } from 'koa';
import type { ApiPorts } from './context.ts';
import type { Metrics } from './metrics.ts';

/** A probe must answer before its prober gives up. */
const patience = 1_500;

export function healthRoutes(ports: ApiPorts, metrics: Metrics, isStopping: () => boolean): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === '/health/live') {
      ctx.state['route'] = 'GET /health/live';
      ctx.body = { status: 'live' };
    } else if (ctx.path === '/health/ready') {
      ctx.state['route'] = 'GET /health/ready';
      const [database, temporal] = await Promise.all([
        answers(() => ports.db.raw('SELECT 1')),
        ports.temporal.health(),
      ]);
      const stopping = isStopping();
      const degraded = [
        ...(database ? [] : ['database']),
        ...(temporal ? [] : ['temporal']),
        ...(stopping ? ['stopping'] : []),
      ];
      ctx.status = degraded.length === 0 ? 200 : 503;
      ctx.body = { status: degraded.length === 0 ? 'ready' : 'degraded', degraded };
    } else if (ctx.path === '/metrics') {
      ctx.state['route'] = 'GET /metrics';
      // Behind a proxy on the same host every request comes from loopback: a forwarded one is somebody else's.
      if (!isLoopback(ctx.req.socket.remoteAddress) || ctx.headers['x-forwarded-for'] !== undefined) return next();
      ctx.type = metrics.registry.contentType;
      ctx.body = await metrics.registry.metrics();
    } else return next();
  };
}

async function answers(probe: () => PromiseLike<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('late')), patience);
    });
    await Promise.race([probe(), late]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

export const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'));
