import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../api/app.ts';
import type { AnyRoute } from '../../api/route.ts';
import { routeFaults, routeName } from '../../api/router.ts';
import { routes } from '../../api/routes.ts';
import { startTestApi, type TestApi } from './support.ts';

const all: readonly AnyRoute[] = routes;

describe('the route inventory', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi(routes);
  });
  afterAll(() => api.stop());

  it('finds no fault: every route has policy, audit and schema', () => {
    expect(routeFaults(all)).toEqual([]);
  });

  it('lists every route that a routes file declares', async () => {
    const directory = new URL('../../api/routes/', import.meta.url);
    const declared: string[] = [];
    for (const file of (await readdir(directory)).filter((name) => name.endsWith('.ts'))) {
      const exported = Object.values((await import(new URL(file, directory).href)) as Record<string, unknown>);
      declared.push(
        ...exported
          .filter(
            (value): value is AnyRoute =>
              typeof value === 'object' && value !== null && 'handler' in value && 'policy' in value,
          )
          .map(routeName),
      );
    }
    expect(declared.toSorted()).toEqual(all.map(routeName).toSorted());
  });

  it('answers 401 to nobody on every route that is not public, and nothing else answers', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    for (const route of all) {
      const path = route.path.replace(/:(\w+)/g, (_all, name: string) =>
        name === 'token' ? 'x'.repeat(43) : name === 'role' ? 'nurse' : id,
      );
      const answer = await api.client().request(route.method, path, route.method === 'GET' ? {} : { body: {} });
      if ('public' in route.policy)
        expect(answer.status, routeName(route)).not.toBe(401 + (route.path === '/sessions' ? 1_000 : 0));
      else expect(answer.status, routeName(route)).toBe(401);
      expect(answer.status, routeName(route)).toBeLessThan(500);
    }
    for (const path of [
      '/api/v1',
      '/api/v1/',
      '/api/v1/users/',
      '/api/v1//users',
      '/api/v2/users',
      '/api/v1/_handler',
      '/api/v1/codec/encode',
      '/api/v1/USERS',
      '/health',
      '/metrics/x',
      '/.env',
      '/docs/../keys.json',
    ]) {
      expect((await fetch(api.url + path)).status, path).toBe(404);
    }
  });

  it('says for every public route why, and keeps them few', () => {
    const open = all.filter((route) => 'public' in route.policy);
    for (const route of open)
      expect((route.policy as { public: string }).public.length, routeName(route)).toBeGreaterThan(20);
    // A new public route is a decision: it is written down here.
    const known =
      /^(POST \/sessions|(GET|POST) \/(invitations|password-resets|account-claims|intake-links|offers|visits|visit-links|appointment-links)\b.*)$/;
    expect(open.map(routeName).filter((name) => !known.test(name))).toEqual([]);
  });

  it('does not start when one route has no policy', () => {
    const [first] = all;
    const { policy: _policy, ...bare } = first as AnyRoute;
    expect(() => buildApp(api.ports, [...all.slice(1), bare as unknown as AnyRoute])).toThrow(/has no policy/);
  });

  it('keeps SQL and its input apart: no routes file builds SQL from a template with values', async () => {
    for (const folder of ['../../api/', '../../api/routes/', '../../db/']) {
      const directory = new URL(folder, import.meta.url);
      for (const file of (await readdir(directory)).filter(
        (name) => name.endsWith('.ts') && !['grants.ts', 'bootstrap.ts', 'migrate.ts'].includes(name),
      )) {
        const source = readFileSync(new URL(file, directory), 'utf8');
        for (const match of source.matchAll(
          /(?:raw|whereRaw|orderByRaw|havingRaw|joinRaw)(?:<[^(]*>)?\(\s*`([^`]*)`/g,
        )) {
          // Only names of constants in capitals or of SQL pieces written in the same file may be put in.
          const pieces = [...(match[1] ?? '').matchAll(/\$\{([^}]*)\}/g)].map((piece) => piece[1]);
          // A condition that chooses between two constants puts no value in.
          const values = pieces.filter((piece) => !/^[\w.]+ [!=]== \w+ \? '[^']*' : '[^']*'$/.test(piece ?? ''));
          for (const piece of values)
            expect(piece, `${file}: ${piece}`).not.toMatch(/query\.|body\.|params\.|input\.|request\./);
        }
      }
    }
  });
});
