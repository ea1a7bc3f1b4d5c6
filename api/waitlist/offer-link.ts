/** What an offer's link opens: verified, the offer as Postgres has it now, and the patient's word on it. */
import { chartsOf } from '../../db/charts/charts.ts';
import { createHash } from 'node:crypto';
import { readOfferToken, verifyOfferToken } from '../../activities/offer-token.ts';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { findAvailability, type AvailableTime } from '../../db/schedule/availability.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { toOpeningView, type OpeningRow } from '../../db/waitlist/opening-view.ts';
import { withOrganization } from '../../db/transaction.ts';
import { findOffer } from '../../db/waitlist/waitlist-lists.ts';
import type { Actor } from '../../domain/actor.ts';
import { addressLines } from '../../domain/patient/address.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ProblemCode } from '../../domain/errors.ts';
import type { OfferState, WaitlistState } from '../../domain/waitlist/waitlist.ts';
import type { OpeningView } from '../../workflows/messages/opening.ts';
import type { RequestContext } from '../context.ts';
import { actOnOpening, type OpeningAnswer } from './waitlist-actions.ts';

export const offerAnswers = ['accept', 'decline', 'extend'] as const;
export type OfferAnswer = (typeof offerAnswers)[number];

export interface LinkedOffer {
  readonly token: string;
  readonly offer: {
    readonly id: string;
    readonly entryId: string;
    readonly state: OfferState;
    readonly offeredAt: string;
    readonly expiresAt: string;
    readonly extended: boolean;
  };
  readonly opening: OpeningView;
  /** It can be answered now. */
  readonly isLive: boolean;
  /** Others were asked about the same time at once (C6). */
  readonly firstWins: boolean;
  /** The visit that would move, where the patient has one. */
  readonly current: { readonly id: string; readonly start: Date | null; readonly timeZone: string } | null;
  /** The page of the visit that came of it; only once it was accepted. */
  readonly visitPath: string | null;
  /** That visit is still booked for this very time. */
  readonly isBooked: boolean;
  /** Paused after so many silences: nobody asks any more until the patient or staff say so. */
  readonly isPaused: boolean;
  readonly at: Date;
  readonly patientId: string;
  readonly patientLanguage: string;
  readonly patientTimeZone: string | null;
  readonly clinic: { readonly name: string; readonly language: string };
  readonly location: { readonly name: string; readonly lines: readonly string[]; readonly phone: string | null } | null;
  readonly actor: Actor;
}

interface LinkedRow {
  readonly entry_id: string;
  readonly patient_id: string;
  readonly state: OfferState;
  readonly batch_no: number;
  readonly offered_at: Date;
  readonly expires_at: Date;
  readonly extended: boolean;
  readonly rivals: boolean;
  readonly opening: OpeningRow;
  readonly language: string;
  readonly time_zone: string | null;
  readonly clinic: string;
  readonly default_locale: string;
  readonly location: string | null;
  readonly address: Readonly<Record<string, unknown>> | null;
  readonly phone: string | null;
  readonly current_id: string | null;
  readonly current_start: Date | null;
  readonly current_tz: string | null;
  readonly won_id: string | null;
  readonly won_version: number | null;
  readonly still_booked: boolean | null;
  readonly entry_state: WaitlistState;
}

const linkedSql = `
SELECT f.entry_id, f.patient_id, f.state, f.batch_no, f.offered_at, f.expires_at, f.extended,
       EXISTS (SELECT 1 FROM waitlist_offer r WHERE r.opening_id = f.opening_id AND r.id <> f.id AND r.state = 'offered') AS rivals,
       p.language, p.time_zone, g.name AS clinic, g.default_locale, l.name AS location, l.address, l.phone,
       c.id AS current_id, c.start_at AS current_start, c.tz AS current_tz, w.id AS won_id, w.version AS won_version,
       (w.status = 'booked' AND w.start_at = o.start_at) AS still_booked, e.state AS entry_state
FROM waitlist_offer f
JOIN opening o ON o.id = f.opening_id
JOIN waitlist_entry e ON e.id = f.entry_id
JOIN patient p ON p.id = f.patient_id
JOIN organization g ON g.id = f.organization_id
LEFT JOIN location l ON l.id = o.location_id
LEFT JOIN appointment c ON c.id = e.current_appointment_id AND c.status = 'booked'
LEFT JOIN appointment w ON w.id = o.filled_appointment_id AND w.patient_id = f.patient_id AND f.state = 'accepted'
WHERE f.id = :offerId`;

/**
 * Reads the link and makes the request its patient's.
 * @throws DomainError `token-invalid`: not ours, not for this patient, or nothing there; nobody learns which
 */
export async function openOffer(context: RequestContext, token: string): Promise<LinkedOffer> {
  const claims = readOfferToken(token);
  if (claims === null) throw new DomainError('token-invalid');
  const { organizationId, offerId } = claims;
  const { keys, db } = context.ports;
  return withOrganization(db, organizationId, async (trx) => {
    const at = await databaseTime(trx);
    const { rows } = await trx.raw<{ rows: Omit<LinkedRow, 'opening'>[] }>(linkedSql, { offerId });
    const row = rows[0];
    const recipient = row === undefined ? '' : patientRecipient(row.patient_id);
    // Written before a merge, a link names the chart that went into this one (F9).
    const recipients = row === undefined ? [''] : (await chartsOf(trx, row.patient_id)).map(patientRecipient);
    const valid = recipients.filter((one) => verifyOfferToken(keys.tokenSecret, token, one)).length > 0;
    if (!valid || row === undefined) throw new DomainError('token-invalid');
    const opening = await trx('opening as o')
      .join('waitlist_offer as f', 'f.opening_id', 'o.id')
      .where('f.id', offerId)
      .first<OpeningRow>('o.*');
    const actor: Actor = {
      kind: 'patient',
      ref: recipient,
      patientId: row.patient_id,
      // Of this one offer's patient, about their own wishes: nothing that reads or changes anything else.
      permissions: ['own-waitlist:manage'],
      requestId: context.requestId,
      ip: context.ip,
    };
    context.actAs(organizationId, actor);
    context.concerns({ entityId: offerId, patientId: row.patient_id });
    const visit = { organizationId, appointmentId: row.won_id ?? '', version: row.won_version ?? 0, kind: 'visit' } as const; // prettier-ignore
    return {
      token,
      offer: {
        id: offerId,
        entryId: row.entry_id,
        state: row.state,
        offeredAt: row.offered_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        extended: row.extended,
      },
      opening: toOpeningView(opening),
      isLive: row.state === 'offered' && at < row.expires_at,
      firstWins: row.batch_no > 0 || row.rivals,
      current:
        row.current_id === null
          ? null
          : { id: row.current_id, start: row.current_start, timeZone: row.current_tz ?? opening.tz },
      visitPath: row.won_id === null ? null : `/v/${signVisitToken(keys.tokenSecret, visit, recipient)}`,
      isBooked: row.still_booked === true,
      isPaused: row.entry_state === 'paused',
      at,
      patientId: row.patient_id,
      patientLanguage: row.language,
      patientTimeZone: row.time_zone,
      clinic: { name: row.clinic, language: row.default_locale },
      location:
        row.location === null ? null : { name: row.location, lines: addressLines(row.address), phone: row.phone },
      actor,
    };
  });
}

/** What the patient can put right while the offer stands (S14): pressed again, the same word is judged anew. */
const mayPass: ReadonlySet<ProblemCode> = new Set(['patient-overlap', 'patient-not-eligible']);

/**
 * One link and word is one operation for ever: who presses twice, or goes back and presses again, gets the same answer.
 * @throws DomainError `offer-expired`, `patient-overlap`, `invalid-transition`, `unavailable`, `outcome-unknown`
 */
export async function answerByLink(
  context: RequestContext,
  linked: LinkedOffer,
  action: OfferAnswer,
  reason?: string,
): Promise<OpeningAnswer> {
  const digest = createHash('sha256').update(`${linked.token}/${action}`);
  const updateId = `link:${digest.copy().digest('base64url')}`;
  const inputHash = digest.digest('hex');
  const ask = (id: string): Promise<OpeningAnswer> =>
    actOnOpening(context, {
      openingId: linked.opening.id,
      action,
      input: { offerId: linked.offer.id, via: 'mail', ...(reason !== undefined && { reason }) },
      operation: { updateId: id, inputHash },
    });
  try {
    return await ask(updateId);
  } catch (error) {
    // The engine keeps an update's refusal as its answer: this one may be of an earlier press.
    if (error instanceof DomainError && mayPass.has(error.code)) return ask(`${updateId}:${context.requestId}`);
    throw error;
  }
}

const weeks = 4 * 7 * 86_400_000;

/** Up to five times that anybody may book now for the same kind of visit, soonest first. */
export async function whatElseIsFree(
  trx: Trx,
  { opening, patientId }: { readonly opening: OpeningView; readonly patientId: string },
): Promise<AvailableTime[]> {
  const at = await databaseTime(trx);
  const visitTypeId = opening.visitTypeIds[0];
  if (visitTypeId === undefined) return [];
  try {
    const times = await findAvailability(trx, {
      visitTypeId,
      from: at,
      to: new Date(at.getTime() + weeks),
      patientId,
      limit: 100,
      at,
      forPatientSelfService: true,
    });
    // Whoever gives the visit: five different times are more of a choice than five people at one.
    const starts = new Map(times.toReversed().map((time) => [time.start, time]));
    return [...starts.values()].toReversed().slice(0, 5);
  } catch (error) {
    // A kind of visit that is not given any more has no other times.
    if (error instanceof DomainError && error.code === 'not-found') return [];
    throw error;
  }
}

/** Throws the refusal again; a late answer gets what else is free beside it (C5: never a dead end). */
export async function withWhatElseIsFree(
  context: RequestContext,
  offerId: string | undefined,
  error: unknown,
): Promise<never> {
  if (!(error instanceof DomainError) || error.code !== 'offer-expired' || offerId === undefined) throw error;
  const { code, ...problem } = error.problem;
  const alternatives = await context.read(async (trx) => {
    const found = await findOffer(trx, offerId);
    return found === null ? [] : whatElseIsFree(trx, { opening: found.opening, patientId: found.offer.patientId });
  });
  throw new DomainError(code, { ...problem, data: { ...problem.data, alternatives } });
}
