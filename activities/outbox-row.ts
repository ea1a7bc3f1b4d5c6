/** A row of the outbox and what it is about, as the sender reads them just before it sends. */
import type { Trx } from '../db/connection.ts';
import type { OutboxMessage } from '../db/outbox.ts';
import type { VisitMode } from '../workflows/messages/appointment.ts';

export interface OutboxRow {
  readonly id: string;
  readonly organization_id: string;
  readonly aggregate: OutboxMessage['aggregate'];
  readonly aggregate_id: string;
  readonly aggregate_version: number | null;
  readonly kind: string;
  readonly channel: 'email' | 'sms' | 'push';
  readonly to_ref: string;
  readonly locale_asked: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly due_at: Date;
  readonly useful_until: Date | null;
  readonly attempts: number;
}

export interface AppointmentFactsRow {
  readonly status: string;
  readonly version: number;
  readonly start_at: Date | null;
  readonly end_at: Date | null;
  readonly tz: string | null;
  readonly mode: VisitMode;
  readonly booked_at: Date | null;
  readonly hold_expires_at: Date | null;
  readonly patient_id: string;
  readonly location_id: string | null;
  readonly location_name: string | null;
  readonly location_address: Readonly<Record<string, unknown>> | null;
  readonly location_phone: string | null;
  readonly location_time_zone: string | null;
}

export async function loadAppointment(trx: Trx, id: string): Promise<AppointmentFactsRow | undefined> {
  return trx('appointment as a')
    .leftJoin('location as l', 'l.id', 'a.location_id')
    .where('a.id', id)
    .first<AppointmentFactsRow | undefined>(
      'a.status',
      'a.version',
      'a.start_at',
      'a.end_at',
      'a.tz',
      'a.mode',
      'a.booked_at',
      'a.hold_expires_at',
      'a.patient_id',
      'a.location_id',
      'l.name as location_name',
      'l.address as location_address',
      'l.phone as location_phone',
      'l.time_zone as location_time_zone',
    );
}

/** Whom a message goes to, read at send time: an address that was corrected meanwhile is the one that is used. */
export interface Recipient {
  readonly patientId: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly deceased: boolean;
}

export async function loadRecipient(trx: Trx, toRef: string): Promise<Recipient | undefined> {
  const [kind, id] = toRef.split(':', 2) as [string, string | undefined];
  if (id === undefined) return undefined;
  if (kind === 'patient') return loadPatient(trx, id);
  if (kind === 'user') {
    const user = await trx('app_user').where({ id }).whereNull('disabled_at').first<UserRow | undefined>(userColumns);
    return user && fromUser(trx, user);
  }
  if (kind === 'guardian') return loadGuardian(trx, id);
  if (kind === 'intake-link') {
    const held = await trx('intake_link as l')
      .leftJoin('intake as i', 'i.id', 'l.intake_id')
      .where('l.id', id)
      .first<HolderRow | undefined>('l.patient_id', 'l.guardian_id', 'i.confidential', 'i.private_contact');
    if (held === undefined) return undefined;
    if (held.guardian_id !== null) return loadGuardian(trx, held.guardian_id);
    const patient = await loadPatient(trx, held.patient_id);
    // In confidence: the address that the minor gave for it, and no other. The chart's may be a parent's.
    if (held.confidential !== true || patient === undefined) return patient;
    return { ...patient, email: held.private_contact?.email ?? null, phone: held.private_contact?.phone ?? null };
  }
  if (kind !== 'access-link') return undefined;
  const link = await trx('access_link')
    .where({ id })
    .first<{ user_id: string | null; patient_id: string | null; email: string | null } | undefined>(
      'user_id',
      'patient_id',
      'email',
    );
  if (link === undefined) return undefined;
  const person =
    link.patient_id !== null
      ? await loadPatient(trx, link.patient_id)
      : link.user_id !== null
        ? await loadRecipient(trx, `user:${link.user_id}`)
        : undefined;
  // The address that was invited, where one was: it may not be on file anywhere else yet.
  if (person !== undefined) return { ...person, email: link.email ?? person.email };
  return { patientId: null, email: link.email, phone: null, language: null, timeZone: null, deceased: false };
}

interface HolderRow {
  readonly patient_id: string;
  readonly guardian_id: string | null;
  readonly confidential: boolean | null;
  readonly private_contact: { readonly email?: string; readonly phone?: string } | null;
}

interface UserRow {
  readonly email: string;
  readonly locale: string;
  readonly patient_id: string | null;
}
const userColumns = ['email', 'locale', 'patient_id'] as const;

async function fromUser(trx: Trx, user: UserRow): Promise<Recipient> {
  const patient = user.patient_id === null ? undefined : await loadPatient(trx, user.patient_id);
  return {
    patientId: user.patient_id,
    email: user.email,
    phone: patient?.phone ?? null,
    language: user.locale,
    timeZone: patient?.timeZone ?? null,
    deceased: patient?.deceased ?? false,
  };
}

async function loadPatient(trx: Trx, id: string): Promise<Recipient | undefined> {
  const row = await trx('patient')
    .where({ id })
    .first<
      | { email: string | null; phone: string | null; language: string; time_zone: string | null; deceased: boolean }
      | undefined
    >('email', 'phone', 'language', 'time_zone', 'deceased');
  return (
    row && {
      patientId: id,
      email: row.email,
      phone: row.phone,
      language: row.language,
      timeZone: row.time_zone,
      deceased: row.deceased,
    }
  );
}

/** At their own address, in their own language; nothing once their authority was taken back. */
async function loadGuardian(trx: Trx, id: string): Promise<Recipient | undefined> {
  const row = await trx('patient_guardian as g')
    .join('patient as p', 'p.id', 'g.patient_id')
    .where('g.id', id)
    .whereNull('g.revoked_at')
    .first<{ email: string | null; phone: string | null; language: string | null; time_zone: string | null; deceased: boolean } | undefined>(
      'g.email', 'g.phone', 'g.language', 'p.time_zone', 'p.deceased',
    ); // prettier-ignore
  return row && { patientId: null, email: row.email, phone: row.phone, language: row.language, timeZone: row.time_zone, deceased: row.deceased }; // prettier-ignore
}

/**
 * Whether the person may be written to. The newest row of a pair is in force; where nobody said anything, messages about
 * the person's own visits and account go out, and nothing else does.
 */
export async function mayContact(
  trx: Trx,
  patientId: string,
  channel: 'email' | 'sms' | 'push' | 'phone',
  category: 'appointment' | 'account',
): Promise<boolean> {
  const newest = await trx('contact_consent')
    .where({ patient_id: patientId, channel, category })
    .orderBy('id', 'desc')
    .first<{ permitted: boolean } | undefined>('permitted');
  return newest?.permitted ?? true;
}
