import { z } from 'zod';
import { actions, matrix, roles } from '../../domain/access.ts';
import { route } from '../route.ts';

export const listRoles = route({
  method: 'GET',
  path: '/roles',
  summary: 'Every role and what it may do',
  answer: z.object({
    actions: z.array(z.object({ name: z.string(), description: z.string() })),
    items: z.array(z.object({ role: z.string(), actions: z.array(z.string()) })),
  }),
  policy: { action: 'staff:read' },
  audit: { none: 'the matrix is the same for every clinic and names nobody' },
  handler: async () => ({
    actions: Object.entries(actions).map(([name, description]) => ({ name, description })),
    items: roles.map((role) => ({ role, actions: [...matrix[role]] })),
  }),
});
