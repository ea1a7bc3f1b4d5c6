import type { Actor } from '../../domain/actor.ts';

/** What an absence needs for the clinic, whoever declared it. */
export function actingFor(by: Actor): Actor {
  const needed = ['appointment:cancel-by-clinic', 'appointment:book', 'appointment:approve'];
  return { ...by, permissions: [...new Set([...by.permissions, ...needed])] };
}
