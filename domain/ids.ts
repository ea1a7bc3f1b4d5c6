/**
 * Identifiers. Every id that leaves the platform is an opaque UUID (architecture.md section 7); nothing may be read
 * from it. The types are *flavours*: a plain string is accepted, one kind of id in the place of another is not.
 */
type Flavour<Kind extends string> = string & { readonly idOf?: Kind };

export type OrganizationId = Flavour<'organization'>;
export type LocationId = Flavour<'location'>;
export type UserId = Flavour<'user'>;
export type PatientId = Flavour<'patient'>;
export type PractitionerId = Flavour<'resource'>;
export type ResourceId = Flavour<'resource'>;
export type PoolId = Flavour<'pool'>;
export type VisitTypeId = Flavour<'visit-type'>;
export type AppointmentId = Flavour<'appointment'>;
export type ReservationId = Flavour<'reservation'>;
export type OpeningId = Flavour<'opening'>;
export type NotificationId = Flavour<'notification'>;
export type StaffTaskId = Flavour<'staff-task'>;

/** Any RFC 9562 UUID in its canonical lower-case form: one spelling per id, so that ids compare as strings. */
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuidPattern.test(value);
}
