/**
 * Every question and every change of the staff application, with the keys under which answers are kept. Live news
 * (api/live.ts) makes the keys stale; nothing else in the application names a path.
 */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, apiWithETag } from '../../shared/api-client.ts';
import type { Request } from '../../shared/api-client.ts';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';

type Body<N extends Parameters<typeof api>[0]> =
  Request<N> extends { readonly body?: infer B } ? NonNullable<B> : never;
type Query<N extends Parameters<typeof api>[0]> =
  Request<N> extends { readonly query?: infer Q } ? NonNullable<Q> : never;

const minute = 60_000;
const slow = { staleTime: 5 * minute } as const;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api('GET /me', { signal }),
  staleTime: minute,
  retry: false,
});

export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: ({ signal }) => api('GET /locations', { signal }),
  ...slow,
});

export const practitionersQuery = (locationId?: string, visitTypeId?: string) =>
  queryOptions({
    queryKey: ['practitioners', locationId ?? '', visitTypeId ?? ''],
    queryFn: ({ signal }) => api('GET /practitioners', { query: { locationId, visitTypeId }, signal }),
    ...slow,
  });

export const visitTypesQuery = (language: string) =>
  queryOptions({
    queryKey: ['visit-types', language],
    queryFn: ({ signal }) => api('GET /visit-types', { signal }),
    ...slow,
  });

export const resourcesQuery = queryOptions({
  queryKey: ['resources'],
  queryFn: ({ signal }) => api('GET /resources', { signal }),
  ...slow,
});

export const poolsQuery = queryOptions({
  queryKey: ['resource-pools'],
  queryFn: ({ signal }) => api('GET /resource-pools', { signal }),
  ...slow,
});

export const rulesQuery = (query: Query<'GET /availability-rules'>) =>
  queryOptions({
    queryKey: ['availability-rules', query],
    queryFn: ({ signal }) => api('GET /availability-rules', { query, signal }),
    ...slow,
    retry: false,
  });

export const exceptionsQuery = (query: Query<'GET /availability-exceptions'>) =>
  queryOptions({
    queryKey: ['availability-exceptions', query],
    queryFn: ({ signal }) => api('GET /availability-exceptions', { query, signal }),
  });

export const dayQuery = (date: string, locationId: string, practitionerId?: string) =>
  queryOptions({
    queryKey: ['appointments', 'day', date, locationId, practitionerId ?? ''],
    queryFn: ({ signal }) => api('GET /appointments', { query: { date, locationId, practitionerId }, signal }),
    enabled: locationId !== '',
    // The live connection makes it stale at once; this is the safety net when the connection is away.
    refetchInterval: minute,
  });

/** The newest part of the history with everything else about the case. */
export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ['case', 'appointment', id],
    queryFn: ({ signal }) => api('GET /cases/appointment/:id', { params: { id }, signal }),
    staleTime: 5_000,
  });

/** As it stands now: a query would join a question that is under way already, and was perhaps answered before. */
export const readCase = (id: string) => api('GET /cases/appointment/:id', { params: { id } });

/** Older parts of the history, one page after the other. */
export const historyQuery = (id: string, from: string | null) =>
  infiniteQueryOptions({
    queryKey: ['case', 'history', id, from],
    queryFn: ({ pageParam, signal }) =>
      api('GET /cases/appointment/:id', { params: { id }, query: { timelineCursor: pageParam }, signal }),
    initialPageParam: from ?? undefined,
    getNextPageParam: (last) => last.timelineCursor ?? undefined,
    enabled: false,
  });

/** The server gives no more at a time; a full answer says that there may be later ones. */
export const mostSlots = 500;
export type SlotSearch = Query<'GET /availability'>;
export const slotsQuery = (search: SlotSearch) =>
  queryOptions({
    queryKey: ['availability', search],
    queryFn: ({ signal }) => api('GET /availability', { query: { ...search, limit: mostSlots }, signal }),
    enabled: search.visitTypeId !== '',
    staleTime: 10_000,
  });

export const book = (body: Body<'POST /appointments'>) => api('POST /appointments', { body });

export type ActionBody = Body<'POST /appointments/:id/:action'>;
export const act = (id: string, action: AppointmentAction, body: ActionBody) =>
  api('POST /appointments/:id/:action', { params: { id, action }, body });

export const cancelDay = (body: Body<'POST /closures/cancel-day'>) => api('POST /closures/cancel-day', { body });

export const patientsQuery = (q: string, limit = 20) =>
  queryOptions({
    queryKey: ['patients', q, limit],
    queryFn: ({ signal }) => api('GET /patients', { query: { q, limit }, signal }),
    enabled: q.trim().length >= 2,
    staleTime: 10_000,
  });

/** With its ETag, which a change must send back. */
export const patientQuery = (id: string) =>
  queryOptions({
    queryKey: ['patient', id],
    queryFn: ({ signal }) => apiWithETag('GET /patients/:id', { params: { id }, signal }),
  });

/** As it stands now, for the same reason as a case. */
export const readPatient = (id: string) => apiWithETag('GET /patients/:id', { params: { id } });

export const patientVisitsQuery = (id: string) =>
  queryOptions({
    queryKey: ['appointments', 'patient', id],
    queryFn: ({ signal }) => api('GET /patients/:id/appointments', { params: { id }, query: { limit: 100 }, signal }),
  });

export const patientNoticesQuery = (id: string) =>
  queryOptions({
    queryKey: ['notifications', 'patient', id],
    queryFn: ({ signal }) => api('GET /patients/:id/notifications', { params: { id }, signal }),
    retry: false,
  });

export const createPatient = (body: Body<'POST /patients'>, idempotencyKey: string) =>
  api('POST /patients', { body, idempotencyKey });
export type PatientChange = Body<'PATCH /patients/:id'>;
export const changePatient = (id: string, body: PatientChange, ifMatch: string) =>
  api('PATCH /patients/:id', { params: { id }, body, ifMatch });
export const addName = (id: string, body: Body<'POST /patients/:id/names'>) =>
  api('POST /patients/:id/names', { params: { id }, body });
export const removeName = (id: string, nameId: string) =>
  api('DELETE /patients/:id/names/:nameId', { params: { id, nameId } });
export const addIdentifier = (id: string, body: Body<'POST /patients/:id/identifiers'>) =>
  api('POST /patients/:id/identifiers', { params: { id }, body });
export const removeIdentifier = (id: string, identifierId: string) =>
  api('DELETE /patients/:id/identifiers/:identifierId', { params: { id, identifierId } });
export const addContact = (id: string, body: Body<'POST /patients/:id/contacts'>) =>
  api('POST /patients/:id/contacts', { params: { id }, body });
export const removeContact = (id: string, contactId: string) =>
  api('DELETE /patients/:id/contacts/:contactId', { params: { id, contactId } });
export const recordConsent = (id: string, body: Body<'POST /patients/:id/consents'>) =>
  api('POST /patients/:id/consents', { params: { id }, body });
export const signedConsentsQuery = (id: string) =>
  queryOptions({
    queryKey: ['patient', id, 'signed-consents'],
    queryFn: ({ signal }) => api('GET /patients/:id/consents', { params: { id }, signal }),
  });
export const signedConsentQuery = (id: string, consentId: string) =>
  queryOptions({
    queryKey: ['signed-consent', id, consentId],
    queryFn: ({ signal }) => api('GET /patients/:id/consents/:consentId', { params: { id, consentId }, signal }),
    ...slow,
  });
export const revokeSignedConsent = (
  id: string,
  consentId: string,
  body: Body<'POST /patients/:id/consents/:consentId/revoke'>,
) => api('POST /patients/:id/consents/:consentId/revoke', { params: { id, consentId }, body });
export const guardiansQuery = (id: string) =>
  queryOptions({
    queryKey: ['patient', id, 'guardians'],
    queryFn: ({ signal }) => api('GET /patients/:id/guardians', { params: { id }, signal }),
  });
export const addGuardian = (id: string, body: Body<'POST /patients/:id/guardians'>) =>
  api('POST /patients/:id/guardians', { params: { id }, body });
export const revokeGuardian = (
  id: string,
  guardianId: string,
  body: Body<'POST /patients/:id/guardians/:guardianId/revoke'>,
) => api('POST /patients/:id/guardians/:guardianId/revoke', { params: { id, guardianId }, body });
export const invitePatient = (id: string) => api('POST /patients/:id/account-claim', { params: { id } });
export const claimCodeQuery = (id: string) =>
  queryOptions({
    queryKey: ['claim-code', id],
    queryFn: ({ signal }) => api('GET /patients/:id/account-claim/code', { params: { id }, signal }),
    enabled: false,
    retry: false,
  });

export type TaskFilter = Query<'GET /staff-tasks'>;
export const tasksQuery = (filter: TaskFilter) =>
  queryOptions({
    queryKey: ['tasks', filter],
    queryFn: ({ signal }) => api('GET /staff-tasks', { query: { limit: 200, ...filter }, signal }),
    refetchInterval: minute,
    retry: false,
  });
export const takeTask = (id: string) => api('POST /staff-tasks/:id/take', { params: { id } });
export const releaseTask = (id: string) => api('POST /staff-tasks/:id/release', { params: { id } });
export const finishTask = (id: string, body: Body<'POST /staff-tasks/:id/finish'>) =>
  api('POST /staff-tasks/:id/finish', { params: { id }, body });
export const raiseTask = (body: Body<'POST /staff-tasks'>) => api('POST /staff-tasks', { body });

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => api('GET /users', { query: { limit: 200 }, signal }),
});
export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => api('GET /invitations', { signal }),
});
export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => api('GET /roles', { signal }),
  ...slow,
});
export const inviteStaff = (body: Body<'POST /invitations'>) => api('POST /invitations', { body });
export const revokeInvitation = (id: string) => api('DELETE /invitations/:id', { params: { id } });
type GivenRole = Request<'PUT /users/:id/roles/:role'>['params']['role'];
export const giveRole = (id: string, role: GivenRole) => api('PUT /users/:id/roles/:role', { params: { id, role } });
export const takeRole = (id: string, role: GivenRole) => api('DELETE /users/:id/roles/:role', { params: { id, role } });
export const setSignIn = (id: string, enabled: boolean) =>
  enabled ? api('POST /users/:id/enable', { params: { id } }) : api('POST /users/:id/disable', { params: { id } });

export const clearSecondFactor = (id: string) => api('DELETE /users/:id/second-factor', { params: { id } });

export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: ({ signal }) => api('GET /policies', { signal }),
});
export type PolicyBody = Body<'POST /policies'>;
export const addPolicy = (body: PolicyBody) => api('POST /policies', { body });

export const addRule = (body: Body<'POST /availability-rules'>) => api('POST /availability-rules', { body });
export const removeRule = (id: string) => api('DELETE /availability-rules/:id', { params: { id } });
export const addException = (body: Body<'POST /availability-exceptions'>) =>
  api('POST /availability-exceptions', { body });
export const removeException = (id: string) => api('POST /availability-exceptions/:id/remove', { params: { id } });

const match = (version: number): string => `"${version}"`;
export const addVisitType = (body: Body<'POST /visit-types'>) => api('POST /visit-types', { body });
export const changeVisitType = (id: string, body: Body<'PATCH /visit-types/:id'>, version: number) =>
  api('PATCH /visit-types/:id', { params: { id }, body, ifMatch: match(version) });
export const addResource = (body: Body<'POST /resources'>) => api('POST /resources', { body });
export const changeResource = (id: string, body: Body<'PATCH /resources/:id'>, version: number) =>
  api('PATCH /resources/:id', { params: { id }, body, ifMatch: match(version) });
export const addPool = (body: Body<'POST /resource-pools'>) => api('POST /resource-pools', { body });
export const changePool = (id: string, body: Body<'PATCH /resource-pools/:id'>, version: number) =>
  api('PATCH /resource-pools/:id', { params: { id }, body, ifMatch: match(version) });
export const addPractitioner = (body: Body<'POST /practitioners'>) => api('POST /practitioners', { body });
export const changePractitioner = (id: string, body: Body<'PATCH /practitioners/:id'>, version: number) =>
  api('PATCH /practitioners/:id', { params: { id }, body, ifMatch: match(version) });
export const addLocation = (body: Body<'POST /locations'>) => api('POST /locations', { body });
export const changeLocation = (id: string, body: Body<'PATCH /locations/:id'>, version: number) =>
  api('PATCH /locations/:id', { params: { id }, body, ifMatch: match(version) });

/** Health is not below /api/v1 and answers 503 with the same body when something is away. */
export interface Health {
  readonly status: string;
  readonly degraded?: readonly string[];
}
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: async ({ signal }): Promise<Health> => (await fetch('/health/ready', { signal })).json() as Promise<Health>,
  refetchInterval: 5_000,
  retry: false,
});
export const failedMessagesQuery = queryOptions({
  queryKey: ['notifications', 'failed'],
  queryFn: ({ signal }) => api('GET /notifications', { query: { state: 'failed', limit: 20 }, signal }),
  retry: false,
});
export const overdueQuery = queryOptions({
  queryKey: ['case', 'overdue'],
  queryFn: ({ signal }) => api('GET /cases', { query: { due: 'overdue', limit: 20 }, signal }),
  retry: false,
});

// People at the door
export const signIn = (body: Body<'POST /sessions'>) => api('POST /sessions', { body });
export const signOut = () => api('DELETE /sessions/current');
export const beginSecondFactor = () => api('POST /me/second-factor');
export const confirmSecondFactor = (code: string) => api('POST /me/second-factor/confirm', { body: { code } });
export const stepUp = (body: Body<'POST /sessions/current/step-up'>) => api('POST /sessions/current/step-up', { body });
export const setLocale = (locale: string, version: number) =>
  api('PATCH /me', { body: { locale }, ifMatch: match(version) });
export const askReset = (email: string) => api('POST /password-resets', { body: { email } });
export const finishReset = (token: string, password: string) =>
  api('POST /password-resets/:token', { params: { token }, body: { password } });
export const acceptInvitation = (token: string, body: Body<'POST /invitations/:token/accept'>) =>
  api('POST /invitations/:token/accept', { params: { token }, body });
