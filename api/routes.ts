/**
 * Every route of the API, once. The router, the OpenAPI document, the inventory test and the typed client of the web
 * applications are made from this list; a path that is not here answers 404.
 */
import { streamEvents } from './routes/events.ts';
import * as me from './routes/me.ts';
import { listRoles } from './routes/roles.ts';
import * as sessions from './routes/sessions.ts';

export const routes = [
  sessions.createSession,
  sessions.listSessions,
  sessions.endCurrentSession,
  sessions.endSession,
  sessions.stepUp,
  me.getMe,
  me.updateMe,
  me.changePassword,
  me.beginSecondFactor,
  me.confirmSecondFactor,
  me.replaceRecoveryCodes,
  me.removeSecondFactor,
  listRoles,
  streamEvents,
] as const;

export type Routes = typeof routes;
