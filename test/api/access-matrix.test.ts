import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matrix, roles, type Action, type Role } from '../../domain/access.ts';
import type { AnyRoute } from '../../api/route.ts';
import { routeName } from '../../api/router.ts';
import { routes } from '../../api/routes.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

const guarded: readonly AnyRoute[] = (routes as readonly AnyRoute[]).filter((route) => 'action' in route.policy);

/** What the matrix says, computed apart from the router. */
function expected(route: AnyRoute, role: Role): boolean {
  const wanted = [(route.policy as { action: Action | readonly Action[] }).action].flat();
  return wanted.some((action) =>
    (matrix[role] as readonly string[]).some((held) => held === action || held === `own-${action}`),
  );
}

describe('roles and routes', () => {
  let api: TestApi;
  const sessions = new Map<Role, Client>();
  beforeAll(async () => {
    api = await startTestApi(routes);
    const organizationId = await api.createOrganization('Matrix Clinic');
    for (const role of roles)
      sessions.set(role, await api.signIn((await api.createPerson(organizationId, role)).email));
  });
  afterAll(() => api.stop());

  it.each(roles.map((role) => [role]))('%s gets 403 exactly where the matrix says no', async (role) => {
    const client = sessions.get(role);
    const wrong: string[] = [];
    for (const route of guarded) {
      if (route.streams === 'text/event-stream' && expected(route, role)) continue;
      const path = route.path.replace(/:(\w+)/g, (_all, name: string) =>
        name === 'role' ? 'nurse' : name === 'kind' ? 'appointment' : '00000000-0000-4000-8000-000000000000',
      );
      const answer = await client!.request(
        route.method,
        path,
        route.method === 'GET' ? {} : { body: { nonsense: true } },
      );
      const may = answer.status !== 403;
      if (may !== expected(route, role) || answer.status >= 500) wrong.push(`${routeName(route)}: ${answer.status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('would notice a permission too many: the expectation comes from the matrix, not from the router', () => {
    expect(guarded.length).toBeGreaterThan(5);
    for (const role of roles)
      expect(guarded.some((route) => expected(route, role)) || role === 'patient' || role === 'support', role).toBe(
        true,
      );
    expect(guarded.some((route) => !expected(route, 'support'))).toBe(true);
  });

  it('records every denial', async () => {
    const denied = await api
      .owner('audit_event')
      .where({ outcome: 'denied', code: 'forbidden' })
      .count<{ count: number }[]>();
    const should = roles.flatMap((role) => guarded.filter((route) => !expected(route, role))).length;
    expect(Number(denied[0]?.count)).toBe(should);
  });
});
