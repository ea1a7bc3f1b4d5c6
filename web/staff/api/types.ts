/** What the server answers, by name; every shape is inferred from the route declarations. */
import type { Answer } from '../../shared/api-client.ts';

export type Me = Answer<'GET /me'>;
export type Location = Answer<'GET /locations'>['items'][number];
export type Practitioner = Answer<'GET /practitioners'>['items'][number];
export type VisitType = Answer<'GET /visit-types'>['items'][number];
export type Resource = Answer<'GET /resources'>['items'][number];
export type ResourcePool = Answer<'GET /resource-pools'>['items'][number];
export type AvailabilityRule = Answer<'GET /availability-rules'>['items'][number];
export type Weekday = AvailabilityRule['byDay'][number];
export type AvailabilityException = Answer<'GET /availability-exceptions'>['items'][number];
export type Displaced = Answer<'POST /availability-exceptions'>['displaced'][number];
export type PatientRow = Answer<'GET /patients'>['items'][number];
export type PatientName = PatientRow['name'];
export type Patient = Answer<'GET /patients/:id'>;
export type Consent = Patient['consents'][number];
export type Duplicate = Answer<'POST /patients'>['possibleDuplicates'][number];
export type Slot = Answer<'GET /availability'>['items'][number];
export type Appointment = Answer<'GET /appointments'>['items'][number];
export type CaseView = Answer<'GET /cases/appointment/:id'>;
export type AllowedAction = CaseView['allowedActions'][number];
export type TimelineEntry = CaseView['timeline'][number];
export type StaffTask = Answer<'GET /staff-tasks'>['items'][number];
export type Notice = Answer<'GET /patients/:id/notifications'>['items'][number];
export type StaffUser = Answer<'GET /users'>['items'][number];
export type Invitation = Answer<'GET /invitations'>['items'][number];
export type Policy = Answer<'GET /policies'>['items'][number];
export type DayCancellation = Answer<'POST /closures/cancel-day'>;
