/** An offer made: the row, the entry that holds it, and the one message or call that tells the patient (D2). */
import { randomUUID } from 'node:crypto';
import { offerExpiry } from '../../domain/waitlist/offer-window.ts';
import { channelsOf, type ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import type { Ranked } from './opening-rank.ts';
import type { OpeningCase } from './opening-view.ts';
import { queueMessage } from '../outbox.ts';
import { patientSql, type PatientFacts } from '../schedule/scheduling-facts.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';
import { markOffered } from './waitlist-entry-state.ts';
import { lockEntry, tryLockEntry } from './waitlist-entry-view.ts';

/** What is told is told by this channel: mail, else a text, else a person calls. */
type OfferChannel = 'email' | 'sms' | 'call';

export async function readPatient(trx: Trx, patientId: string, at: Date): Promise<PatientFacts | null> {
  const { rows } = await trx.raw<{ rows: { patient: PatientFacts | null }[] }>(
    `SELECT ${patientSql(':patientId')} AS patient`,
    { patientId, at },
  );
  return rows[0]?.patient ?? null;
}

/** `taken`: asked about another time, or not waiting any more; `changed`: to be judged again, or no window is left. */
export type OfferMade = 'made' | 'taken' | 'changed';

/**
 * Asks one entry of the ranking; unless `made` nothing was written.
 * @param wait for whoever has the entry just now; else it counts as taken
 */
export async function makeOffer(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  ranked: Ranked,
  batchNo: number,
  wait: boolean,
): Promise<OfferMade> {
  const { organizationId, actor, at, opKey } = context;
  const { row, policy } = opening;
  if (ranked.rank === null) return 'changed';
  const entry = wait ? await lockEntry(trx, ranked.entryId) : await tryLockEntry(trx, ranked.entryId);
  if (entry === null || entry.state !== 'active') return 'taken';
  if (entry.version !== ranked.version) return 'changed';
  const patient = await readPatient(trx, entry.patient_id, at);
  if (patient === null) return 'changed';
  const channel: OfferChannel = channelsOf(patient)[0] ?? 'call';
  const expiresAt = offerExpiry(policy, {
    start: row.start_at.getTime(),
    sentAt: at.getTime(),
    releaseAt: row.release_at?.getTime() ?? row.start_at.getTime(),
    patientTimeZone: ranked.timeZone,
    byCall: channel === 'call',
  });
  if (expiresAt === null || expiresAt <= at.getTime()) return 'changed';
  const id = randomUUID();
  const expires = new Date(expiresAt);
  await trx('waitlist_offer').insert({
    id,
    organization_id: organizationId,
    opening_id: row.id,
    entry_id: ranked.entryId,
    patient_id: entry.patient_id,
    batch_no: batchNo,
    rank: ranked.rank,
    factors: JSON.stringify(ranked.factors),
    state: 'offered',
    channel,
    offered_at: at,
    expires_at: expires,
    op_key: opKey,
  });
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'waitlist-offer',
    aggregateId: id,
    event: 'offer',
    from: null,
    to: 'offered',
    actor,
    at,
    data: {
      patientId: entry.patient_id,
      openingId: row.id,
      entryId: ranked.entryId,
      rank: ranked.rank,
      expiresAt: expires.toISOString(),
    },
    opKey,
  });
  await markOffered(trx, context, ranked.entryId, { openingId: row.id, offerId: id });
  await tellOffer(trx, context, opening, { id, patient, channel, expires });
  return 'made';
}

async function tellOffer(
  trx: Trx,
  { organizationId, actor, at }: ChangeContext,
  { row }: OpeningCase,
  offer: {
    readonly id: string;
    readonly patient: PatientFacts;
    readonly channel: OfferChannel;
    readonly expires: Date;
  },
): Promise<void> {
  const { id, patient, channel, expires } = offer;
  const params = { openingId: row.id, start: row.start_at.toISOString(), expiresAt: expires.toISOString() };
  if (channel === 'call') {
    await raiseStaffTask(trx, {
      organizationId,
      kind: 'offer-call',
      dedupeKey: `offer-call:${id}`,
      subjectType: 'waitlist-offer',
      subjectId: id,
      patientId: patient.id,
      locationId: row.location_id ?? undefined,
      params,
      priority: 'urgent',
      dueAt: expires,
      actor,
      at,
    });
    return;
  }
  await queueMessage(trx, {
    organizationId,
    dedupeKey: `offer:${id}:waitlist-offer:${channel}:patient:${patient.id}`,
    aggregate: 'waitlist-offer',
    aggregateId: id,
    kind: 'waitlist-offer',
    channel,
    toRef: `patient:${patient.id}`,
    patientId: patient.id,
    localeAsked: patient.language,
    params,
    dueAt: at,
    usefulUntil: expires,
  });
}
