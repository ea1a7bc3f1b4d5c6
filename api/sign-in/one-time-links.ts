/** Links that open something once without a session: filed with their mail in one transaction, opened under a lock. */
import { randomUUID } from 'node:crypto';
import { hashLinkToken, linkToken, type LinkKind } from '../../activities/link-token.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../../db/audit/audit-trail.ts';
import type { Trx } from '../../db/connection.ts';
import { queueMessage } from '../../db/outbox.ts';
import type { KeyRing } from '../../keys.ts';
import type { Actor } from '../../domain/actor.ts';
import type { RequestContext } from '../context.ts';

/** How long each lives, minutes (security-reliability.md section 5: 15 min to 72 h by kind). */
export const linkMinutes: Readonly<Record<LinkKind, number>> = {
  'staff-invitation': 72 * 60,
  'password-reset': 30,
  'account-claim': 72 * 60,
};

export interface AccessLink {
  readonly id: string;
  readonly kind: LinkKind;
  readonly user_id: string | null;
  readonly patient_id: string | null;
  readonly email: string | null;
  readonly roles: string[];
  readonly display_name: string | null;
  readonly code_hash: Buffer | null;
  readonly code_expires_at: Date | null;
  readonly failed_attempts: number;
  readonly locked_until: Date | null;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly revoked_at: Date | null;
  readonly created_at: Date;
}

export interface NewLink {
  readonly organizationId: string;
  readonly kind: LinkKind;
  readonly actor: Actor;
  readonly keys: Pick<KeyRing, 'tokenSecret'>;
  readonly userId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly email?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly displayName?: string | undefined;
  readonly locale?: string | undefined;
  /** False when there is no address to send to: the link is handed over. */
  readonly mail: boolean;
}

/** Files a link, ends earlier ones of the same purpose, and queues its mail. The token is not in the answer: derive it. */
export async function fileLink(trx: Trx, link: NewLink): Promise<{ id: string; expiresAt: Date }> {
  const now = await databaseNow(trx);
  const earlier = trx('access_link').where({ kind: link.kind }).whereNull('used_at').whereNull('revoked_at');
  if (link.userId !== undefined) earlier.where({ user_id: link.userId });
  else if (link.patientId !== undefined) earlier.where({ patient_id: link.patientId });
  else earlier.where({ email: link.email ?? null });
  for (const { id } of await earlier.forUpdate().select<{ id: string }[]>('id'))
    await revokeLink(trx, { ...link, id, now });

  const id = randomUUID();
  const expiresAt = new Date(now.getTime() + linkMinutes[link.kind] * 60_000);
  await trx('access_link').insert({
    id,
    organization_id: link.organizationId,
    kind: link.kind,
    user_id: link.userId ?? null,
    patient_id: link.patientId ?? null,
    email: link.email ?? null,
    roles: [...(link.roles ?? [])],
    display_name: link.displayName ?? null,
    token_hash: hashLinkToken(linkToken(link.keys, id, link.kind)),
    expires_at: expiresAt,
    created_by: link.actor.ref,
  });
  await linkChanged(trx, { ...link, id, now, event: 'file', from: null, to: 'open' });
  if (link.mail) {
    await queueMessage(trx, {
      organizationId: link.organizationId,
      dedupeKey: `access-link:${id}`,
      aggregate: 'access-link',
      aggregateId: id,
      kind: link.kind,
      channel: 'email',
      toRef: `access-link:${id}`,
      patientId: link.patientId,
      localeAsked: link.locale,
      params: { accessLinkId: id },
      dueAt: now,
      usefulUntil: expiresAt,
    });
  }
  return { id, expiresAt };
}

export async function revokeLink(trx: Trx, link: LinkEvent): Promise<void> {
  await trx('access_link').where({ id: link.id }).update({ revoked_at: link.now });
  await linkChanged(trx, { ...link, event: 'revoke', from: 'open', to: 'revoked' });
}

interface LinkEvent {
  readonly organizationId: string;
  readonly id: string;
  readonly kind: LinkKind;
  readonly actor: Actor;
  readonly now: Date;
  readonly patientId?: string | undefined;
}

export async function linkChanged(
  trx: Trx,
  change: LinkEvent & { event: string; from: string | null; to: string },
): Promise<void> {
  await recordStateChange(trx, {
    organizationId: change.organizationId,
    aggregate: 'access-link',
    aggregateId: change.id,
    event: change.event,
    from: change.from,
    to: change.to,
    actor: change.actor,
    at: change.now,
    data: { kind: change.kind, ...(change.patientId === undefined ? {} : { patientId: change.patientId }) },
  });
}

/**
 * Recognizes a token and makes the request act in the link's organization, as the link.
 * @throws DomainError `token-invalid` for a token that was never given out, was used or was revoked; `token-expired`
 */
export async function openLink(context: RequestContext, token: string, kind: LinkKind): Promise<AccessLink> {
  const found = await context.ports.db.raw<{ rows: { link_id: string; organization_id: string }[] }>(
    'SELECT * FROM find_access_link(?)',
    [hashLinkToken(token)],
  );
  const row = found.rows[0];
  if (row === undefined) throw new DomainError('token-invalid');
  context.actAs(row.organization_id, { kind: 'system', ref: `access-link:${row.link_id}`, permissions: [] });
  context.concerns({ entityId: row.link_id });
  const link = await context.read((trx) => readLink(trx, row.link_id, false));
  if (link.kind !== kind) throw new DomainError('token-invalid');
  if (link.patient_id !== null) context.concerns({ patientId: link.patient_id });
  return link;
}

/** Once more under a lock, in the transaction that uses the link up: of two at once one finds it open. */
export const lockLink = (trx: Trx, id: string): Promise<AccessLink> => readLink(trx, id, true);

async function readLink(trx: Trx, id: string, lock: boolean): Promise<AccessLink> {
  const query = trx('access_link').where({ id });
  if (lock) query.forUpdate();
  const link = await query.first<AccessLink | undefined>();
  if (link === undefined || link.used_at !== null || link.revoked_at !== null) throw new DomainError('token-invalid');
  if (link.expires_at.getTime() <= (await databaseNow(trx)).getTime()) throw new DomainError('token-expired');
  return link;
}

export async function spendLink(trx: Trx, context: RequestContext, link: AccessLink, now: Date): Promise<void> {
  await trx('access_link').where({ id: link.id }).update({ used_at: now, code_hash: null });
  await linkChanged(trx, {
    organizationId: context.organizationId,
    id: link.id,
    kind: link.kind,
    actor: context.actor,
    now,
    patientId: link.patient_id ?? undefined,
    event: 'use',
    from: 'open',
    to: 'used',
  });
}

export async function databaseNow(trx: Trx): Promise<Date> {
  const answer = await trx.raw<{ rows: { now: Date }[] }>('SELECT clock_timestamp() AS now');
  const now = answer.rows[0]?.now;
  if (now === undefined) throw new Error('the database gave no time');
  return now;
}
