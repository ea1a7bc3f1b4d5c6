/** What is kept of a visit by video: one-time links into its room, and where the patient said to be (D1, Telehealth). */
import { randomUUID } from 'node:crypto';
import { joinStage, joinWindow, licensedFor } from '../../domain/appointment/telehealth.ts';
import type { JoinStage } from '../../domain/appointment/telehealth.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

export type Participant = 'patient' | 'provider';

interface VisitRow {
  readonly id: string;
  readonly organization_id: string;
  readonly patient_id: string;
  readonly practitioner_id: string | null;
  readonly location_id: string | null;
  readonly group_session_id: string | null;
  readonly mode: string;
  readonly status: string;
  readonly version: number;
  readonly start_at: Date | null;
  readonly end_at: Date | null;
  readonly phone_fallback_at: Date | null;
  readonly practitioner: string | null;
  readonly licensed_states: readonly string[] | null;
}

export interface VideoVisitFacts {
  readonly row: VisitRow;
  readonly stage: JoinStage;
  /** RFC 3339 UTC; null where the visit has no time. */
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  /** Who asks for a room of a group session enters the same one. */
  readonly roomOf: string;
}

/** A visit as somebody who would join it finds it, or null. */
export async function videoVisit(trx: Trx, appointmentId: string, at: Date): Promise<VideoVisitFacts | null> {
  const row = await trx('appointment as a')
    .leftJoin('resource as r', 'r.id', 'a.practitioner_id')
    .where('a.id', appointmentId)
    .first<VisitRow | undefined>(
      'a.id', 'a.organization_id', 'a.patient_id', 'a.practitioner_id', 'a.location_id', 'a.group_session_id', 'a.mode', 'a.status', 'a.version',
      'a.start_at', 'a.end_at', 'a.phone_fallback_at', 'r.name as practitioner', 'r.licensed_states',
    ); // prettier-ignore
  if (row === undefined) return null;
  const { mode, status } = row;
  const start = row.start_at?.getTime() ?? null;
  const end = row.end_at?.getTime() ?? null;
  const window = start === null || end === null ? null : joinWindow({ start, end });
  return {
    row,
    stage: joinStage({ mode, status, start, end, phoneFallbackAt: row.phone_fallback_at?.getTime() ?? null }, at.getTime()), // prettier-ignore
    opensAt: window === null ? null : new Date(window.start).toISOString(),
    closesAt: window === null ? null : new Date(window.end).toISOString(),
    roomOf: row.group_session_id ?? row.id,
  };
}

/**
 * Where the patient is now, and whether the practitioner may treat them there. A mismatch becomes a task for a person, once
 * for each version of the visit and state.
 * @returns null when nobody has entered where the practitioner is licensed
 */
export async function recordLocation(
  trx: Trx,
  { row }: VideoVisitFacts,
  said: { readonly usState: string; readonly actor: Actor; readonly at: Date },
): Promise<boolean | null> {
  const licensed = licensedFor(row.licensed_states ?? [], said.usState);
  await trx('telehealth_location').insert({
    organization_id: row.organization_id,
    appointment_id: row.id,
    us_state: said.usState,
    licensed,
    at: said.at,
  });
  if (licensed === false)
    await raiseStaffTask(trx, {
      organizationId: row.organization_id,
      kind: 'call-patient',
      dedupeKey: `licensure:${row.id}:v${row.version}:${said.usState}`,
      subjectType: 'appointment',
      subjectId: row.id,
      patientId: row.patient_id,
      locationId: row.location_id ?? undefined,
      params: { about: 'licensure', state: said.usState },
      priority: 'urgent',
      dueAt: said.at,
      actor: said.actor,
      at: said.at,
    });
  return licensed;
}

export interface LinkPorts {
  token(linkId: string): string;
  hash(token: string): Buffer;
}

/** A way into the room, once, until the door is shut; the one before it that was not used ends. */
export async function issueLink(
  trx: Trx,
  { row, closesAt }: VideoVisitFacts,
  asked: { readonly participant: Participant; readonly actor: Actor; readonly at: Date; readonly ports: LinkPorts },
): Promise<{ readonly id: string; readonly token: string; readonly expiresAt: string }> {
  const id = randomUUID();
  const token = asked.ports.token(id);
  const expiresAt = closesAt ?? asked.at.toISOString();
  // Two who ask at once: the later one waits here and replaces the earlier one's.
  await trx.raw(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, [`telehealth:${row.id}:${asked.participant}`]);
  await trx('telehealth_link')
    .where({ appointment_id: row.id, participant: asked.participant, used_at: null, replaced_at: null })
    .update({ replaced_at: asked.at });
  await trx('telehealth_link').insert({
    id,
    organization_id: row.organization_id,
    appointment_id: row.id,
    appointment_version: row.version,
    participant: asked.participant,
    made_by: asked.actor.ref,
    token_hash: asked.ports.hash(token),
    created_at: asked.at,
    expires_at: expiresAt,
  });
  return { id, token, expiresAt };
}

export interface LinkRow {
  readonly id: string;
  readonly appointment_id: string;
  readonly appointment_version: number;
  readonly participant: Participant;
  readonly made_by: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly replaced_at: Date | null;
}

/** Found by id and hash; with `lock` nobody else can use it meanwhile. */
export async function findLink(trx: Trx, id: string, hash: Buffer, lock: boolean): Promise<LinkRow | null> {
  const found = trx('telehealth_link').where({ id, token_hash: hash });
  if (lock) void found.forUpdate();
  return (await found.first<LinkRow | undefined>()) ?? null;
}

export const linkStates = ['good', 'used', 'replaced', 'expired', 'moved'] as const;
export type LinkState = (typeof linkStates)[number];

export function linkState(link: LinkRow, { row }: VideoVisitFacts, at: Date): LinkState {
  if (link.appointment_version !== row.version) return 'moved';
  if (link.used_at !== null) return 'used';
  if (link.replaced_at !== null) return 'replaced';
  return at >= link.expires_at ? 'expired' : 'good';
}

export async function useLink(trx: Trx, id: string, at: Date): Promise<void> {
  await trx('telehealth_link').where({ id }).update({ used_at: at });
}

export interface TelehealthStory {
  readonly entered: readonly { readonly participant: Participant; readonly at: string }[];
  readonly locations: readonly { readonly usState: string; readonly licensed: boolean | null; readonly at: string }[];
}

/** Oldest first. */
export async function telehealthStory(trx: Trx, appointmentId: string): Promise<TelehealthStory> {
  const links = await trx('telehealth_link')
    .where({ appointment_id: appointmentId })
    .whereNotNull('used_at')
    .orderBy('used_at')
    .select<{ participant: Participant; used_at: Date }[]>('participant', 'used_at');
  const locations = await trx('telehealth_location')
    .where({ appointment_id: appointmentId })
    .orderBy('at')
    .select<{ us_state: string; licensed: boolean | null; at: Date }[]>('us_state', 'licensed', 'at');
  return {
    entered: links.map(({ participant, used_at: at }) => ({ participant, at: isoOrNull(at) ?? '' })),
    locations: locations.map(({ us_state: usState, licensed, at }) => ({ usState, licensed, at: at.toISOString() })),
  };
}
