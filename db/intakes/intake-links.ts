/**
 * Links to an intake (scheduling-intake.md D3, T): PT72H, one patient, resumable, a new link ends the one before. The
 * token is an HMAC over the row's id (activities/intake-token.ts) and is stored nowhere.
 */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { guardianInAuthority, majorityOf } from '../patients/guardians.ts';
import { queueMessage } from '../outbox.ts';

export const intakeLinkHours = 72;
/** A reminder sends the living link again if the person still has this long. */
const reusableForMs = 24 * 3_600_000;

/** Messages that carry the link. */
export type IntakeLinkMail = 'intake-invitation' | 'intake-reminder' | 'intake-returned' | 'intake-new-link';
/** Messages that say how it went. */
export type IntakeNotice = 'intake-received' | 'intake-approved' | 'intake-expired';

interface OfIntake {
  readonly organizationId: string;
  readonly intakeId: string;
  readonly patientId: string;
  readonly actor: Actor;
  readonly at: Date;
}

export interface NewIntakeLink extends OfIntake {
  /** The message that carries it; null: nothing is sent (the link is handed over by who asked). */
  readonly mail: IntakeLinkMail | null;
  /** One intent, one message: e.g. `intake:<id>:reminder:P1D`. */
  readonly dedupeKey: string;
  /** A link that lives for another day is sent again instead of a new one (reminders: who opened it can go on). */
  readonly reuse?: boolean | undefined;
  /** Whoever holds the old link loses it and its sessions at once (the address was wrong). */
  readonly endSessions?: boolean | undefined;
  readonly language?: string | undefined;
  readonly usefulUntil?: Date | undefined;
}

export interface FiledIntakeLink {
  readonly linkId: string;
  readonly expiresAt: Date;
  /** `nobody`: a minor without a guardian in authority, or no address: a person must call. */
  readonly to: 'patient' | 'guardian' | 'nobody';
}

export interface IntakeLinkRow {
  readonly id: string;
  readonly organization_id: string;
  readonly intake_id: string;
  readonly patient_id: string;
  readonly guardian_id: string | null;
  readonly language: string;
  readonly code_hash: Buffer | null;
  readonly code_expires_at: Date | null;
  readonly codes_sent: number;
  readonly failed_attempts: number;
  readonly locked_until: Date | null;
  readonly first_opened_at: Date | null;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
  readonly ended_because: 'replaced' | 'closed' | 'withdrawn' | null;
  readonly sessions_ended_at: Date | null;
  readonly created_at: Date;
}

interface Holder {
  readonly to: 'patient' | 'guardian' | 'nobody';
  readonly guardianId: string | null;
  readonly channel: 'email' | 'sms';
  readonly language: string | null;
}

/**
 * Who holds the link: of a minor the guardian in authority, at their own address; nobody else's child gets one. Of an intake
 * in confidence the minor, at the address that they gave for it: what the chart has may be a parent's.
 */
async function holderOf(trx: Trx, intakeId: string, patientId: string, at: Date): Promise<Holder> {
  const patient = await trx('patient').where({ id: patientId }).first<Reached>('email', 'phone', 'language');
  const intake = await trx('intake').where({ id: intakeId }).first<Private | undefined>('confidential', 'private_contact'); // prettier-ignore
  if (intake?.confidential === true) {
    const { email = null, phone = null } = intake.private_contact ?? {};
    return holding({ email, phone, language: patient.language }, null);
  }
  const { minor } = await majorityOf(trx, patientId, at);
  const guardian = minor ? await guardianInAuthority(trx, patientId, at) : undefined;
  if (minor && guardian === undefined) return { to: 'nobody', guardianId: null, channel: 'email', language: null };
  return holding(guardian ?? patient, guardian?.id ?? null);
}

interface Reached {
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string | null;
}
interface Private {
  readonly confidential: boolean;
  readonly private_contact: { readonly email?: string; readonly phone?: string } | null;
}

const holding = ({ email, phone, language }: Reached, guardianId: string | null): Holder => ({
  to: email === null && phone === null ? 'nobody' : guardianId === null ? 'patient' : 'guardian',
  guardianId,
  channel: email === null && phone !== null ? 'sms' : 'email',
  language,
});

/** Files a link with its message, in one transaction; of a minor it goes to the guardian in authority. */
export async function fileIntakeLink(trx: Trx, link: NewIntakeLink): Promise<FiledIntakeLink> {
  const { organizationId, intakeId, patientId, at } = link;
  const holder = await holderOf(trx, intakeId, patientId, at);
  const live = await liveLink(trx, intakeId);
  const goesOn =
    link.reuse === true &&
    live !== undefined &&
    live.guardian_id === holder.guardianId &&
    live.expires_at.getTime() - at.getTime() >= reusableForMs;
  const id = goesOn ? live.id : randomUUID();
  const expiresAt = goesOn ? live.expires_at : new Date(at.getTime() + intakeLinkHours * 3_600_000);
  if (!goesOn) {
    if (live !== undefined) await endLink(trx, link, live.id, 'replaced');
    if (link.endSessions === true) await endSessionsOf(trx, link);
    await trx('intake_link').insert({
      id,
      organization_id: organizationId,
      intake_id: intakeId,
      patient_id: patientId,
      guardian_id: holder.guardianId,
      language: link.language ?? holder.language ?? 'en',
      expires_at: expiresAt,
      // A lock is the intake's: asking for another link does not open it sooner.
      failed_attempts: live?.failed_attempts ?? 0,
      locked_until: live?.locked_until ?? null,
      created_by: link.actor.ref,
      created_at: at,
    });
    await linkChanged(trx, link, id, 'file', null, 'open');
  }
  if (link.mail !== null && holder.to !== 'nobody') {
    const usefulUntil = link.usefulUntil !== undefined && link.usefulUntil < expiresAt ? link.usefulUntil : expiresAt;
    await queueMessage(trx, {
      organizationId,
      dedupeKey: link.dedupeKey,
      aggregate: 'intake-link',
      aggregateId: id,
      kind: link.mail,
      channel: holder.channel,
      toRef: `intake-link:${id}`,
      patientId,
      localeAsked: holder.to === 'guardian' ? (holder.language ?? link.language) : (link.language ?? holder.language ?? undefined), // prettier-ignore
      params: { intakeLinkId: id, intakeId },
      dueAt: at,
      usefulUntil,
    });
  }
  return { linkId: id, expiresAt, to: holder.to };
}

export const liveLink = (trx: Trx, intakeId: string): Promise<IntakeLinkRow | undefined> =>
  trx('intake_link')
    .where({ intake_id: intakeId })
    .whereNull('ended_at')
    .forUpdate()
    .first<IntakeLinkRow | undefined>();

async function endLink(
  trx: Trx,
  of: OfIntake,
  id: string,
  because: 'replaced' | 'closed' | 'withdrawn',
): Promise<void> {
  await trx('intake_link').where({ id }).update({ ended_at: of.at, ended_because: because, code_hash: null });
  await linkChanged(trx, of, id, because === 'replaced' ? 'replace' : 'close', 'open', because);
}

const endSessionsOf = (trx: Trx, of: OfIntake): Promise<number> =>
  trx('intake_link')
    .where({ intake_id: of.intakeId })
    .whereNull('sessions_ended_at')
    .update({ sessions_ended_at: of.at });

export const linkChanged = (
  trx: Trx,
  of: OfIntake,
  id: string,
  event: string,
  from: string | null,
  to: string,
): Promise<void> =>
  recordStateChange(trx, {
    organizationId: of.organizationId,
    aggregate: 'intake-link',
    aggregateId: id,
    event,
    from,
    to,
    actor: of.actor,
    at: of.at,
    data: { intakeId: of.intakeId, patientId: of.patientId },
  });

/** Ends every link and session of an intake: it is completed, expired, cancelled or withdrawn. @returns how many lived */
export async function closeIntakeLinks(
  trx: Trx,
  of: OfIntake & { readonly reason: 'closed' | 'withdrawn' },
): Promise<number> {
  const live = await liveLink(trx, of.intakeId);
  if (live !== undefined) await endLink(trx, of, live.id, of.reason);
  await endSessionsOf(trx, of);
  return live === undefined ? 0 : 1;
}

/** Queues a message that says how it went, to the patient or to the guardian in authority. @returns false when on file */
export async function queueIntakeNotice(
  trx: Trx,
  of: OfIntake & {
    readonly kind: IntakeNotice;
    readonly dedupeKey: string;
    readonly language?: string | undefined;
    readonly usefulUntil?: Date | undefined;
  },
): Promise<boolean> {
  const holder = await holderOf(trx, of.intakeId, of.patientId, of.at);
  // How an intake in confidence went stands on its own page: links alone go to the address that is safe.
  const intake = await trx('intake').where({ id: of.intakeId }).first<{ confidential: boolean } | undefined>('confidential'); // prettier-ignore
  if (holder.to === 'nobody' || intake?.confidential === true) return false;
  return queueMessage(trx, {
    organizationId: of.organizationId,
    dedupeKey: of.dedupeKey,
    aggregate: 'intake',
    aggregateId: of.intakeId,
    kind: of.kind,
    channel: holder.channel,
    toRef: holder.guardianId === null ? `patient:${of.patientId}` : `guardian:${holder.guardianId}`,
    patientId: of.patientId,
    localeAsked:
      holder.to === 'guardian' ? (holder.language ?? of.language) : (of.language ?? holder.language ?? undefined),
    params: { intakeId: of.intakeId },
    dueAt: of.at,
    usefulUntil: of.usefulUntil,
  });
}
