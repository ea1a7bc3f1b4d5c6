/**
 * The steps of the promotion process `opening:<id>` (scheduling-intake.md D2): what time brings, what people say, and what
 * is known. Each is one transaction, once for its operation key.
 */
import { systemActor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { maySend, nextRowAt, nextSendAt, windowRowOf } from '../../domain/waitlist/offer-window.ts';
import { HOUR, MINUTE } from '../../domain/calendar/zone.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { OpeningActionRequest, OpeningSettled } from '../../workflows/messages/opening.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';
import { carryOutAction } from './opening-actions.ts';
import { changeOpening, lapseOffers, releaseOpening, tellStaffUnfilled } from './opening-changes.ts';
import { makeOffer } from './opening-offers.ts';
import { rankEntries, type Ranked } from './opening-rank.ts';
import { isLive, lockOpening, settledOpening, type OpeningCase, type OpeningRow } from './opening-view.ts';
import { withOrganization, withTransaction } from '../transaction.ts';

interface WhichOpening {
  readonly organizationId: string;
  readonly openingId: string;
}

/**
 * One look: offers that are over lapse, the next are asked, or the time is released because its hour has come, nobody is
 * left, or as many were asked as may be.
 * @throws DomainError `not-found`
 */
export async function advanceOpening(
  ports: SchedulingPorts,
  step: WhichOpening & { readonly operation: Operation },
): Promise<OpeningSettled> {
  const at = await ports.clock.now();
  const { organizationId, openingId, operation } = step;
  const context: ChangeContext = { organizationId, actor: systemActor('waitlist'), at, opKey: operation.key };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const opening = await lockOpening(trx, openingId, at);
    return rememberPause(trx, opening.row, await advance(trx, context, opening), at);
  });
}

/** Nobody is asked for a while: the board says until when. Seconds are no while. */
async function rememberPause(trx: Trx, row: OpeningRow, settled: OpeningSettled, at: Date): Promise<OpeningSettled> {
  const { lookAgainAt, offers } = settled;
  const until =
    lookAgainAt !== null && offers.length === 0 && Date.parse(lookAgainAt) > at.getTime() + MINUTE ? lookAgainAt : null;
  if (until !== isoOrNull(row.look_again_at))
    await trx('opening').where({ id: row.id }).update({ look_again_at: until });
  return { ...settled, opening: { ...settled.opening, lookAgainAt: until } };
}

/**
 * What a patient or staff say.
 * @throws DomainError `invalid-transition`, `offer-expired`, `patient-overlap`, `patient-not-eligible`, `guard-failed`,
 * `validation-failed`, `forbidden`, `not-found`, `idempotency-key-reused`
 */
export async function applyOpeningAction(
  ports: SchedulingPorts,
  step: WhichOpening & { readonly request: OpeningActionRequest },
): Promise<OpeningSettled> {
  const at = await ports.clock.now();
  const { organizationId, openingId, request } = step;
  const { actor, operation } = request;
  const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
  return withTransaction(ports.db, { organizationId, operation }, async (trx) =>
    carryOutAction(trx, context, await lockOpening(trx, openingId, at), request),
  );
}

/** @throws DomainError `not-found` */
export async function readOpening(
  ports: SchedulingPorts,
  { organizationId, openingId }: WhichOpening,
): Promise<OpeningSettled> {
  const at = await ports.clock.now();
  return withOrganization(ports.db, organizationId, async (trx) => {
    const row = await trx('opening').where({ id: openingId }).first<OpeningRow | undefined>();
    if (row === undefined) throw new DomainError('not-found');
    return settledOpening(trx, row, at);
  });
}

async function advance(trx: Trx, context: ChangeContext, opening: OpeningCase): Promise<OpeningSettled> {
  const { at } = context;
  const { row, policy } = opening;
  const now = at.getTime();
  const settled = (lookAgainAt: number | null): Promise<OpeningSettled> =>
    settledOpening(trx, row, at, { lookAgainAt: lookAgainAt === null ? null : new Date(lookAgainAt).toISOString() });
  if (!isLive(row)) return settled(null);
  const live = await lapseOffers(trx, context, row.id, policy);
  const releaseAt = row.release_at?.getTime() ?? now;
  if (now >= releaseAt) return release(trx, context, opening, 'release-time');
  const lead = row.start_at.getTime() - now;
  const atOnce = lead < 24 * HOUR ? policy.batchSize : 1;
  if (row.paused || live.length >= atOnce) return settled(null);
  const room = await roomInRow(trx, opening, lead);
  // So many are asked within one row of the table (D2): the next row has room again, if it comes before the release.
  const nextRow = room > 0 ? null : nextRowAt(policy, row.start_at.getTime(), lead);
  if (room === 0 && live.length > 0) return settled(null);
  if (room === 0 && (nextRow === null || nextRow >= releaseAt)) return release(trx, context, opening, 'max-offers');

  const ranking = await rankEntries(trx, opening, at, (zone) => !maySend(policy, now, zone));
  const eligible = ranking.filter(({ rank }) => rank !== null);
  if (nextRow !== null) return eligible.length > 0 ? settled(nextRow) : release(trx, context, opening, 'nobody-left');
  const places = freePlaces(live, atOnce).slice(0, room);
  const awake = eligible.filter(({ timeZone }) => maySend(policy, now, timeZone));
  const asked = await askFirst(trx, context, opening, awake, places);
  const moved = asked.length < Math.min(places.length, awake.length);
  if (asked.length > 0) {
    const pinned = asked.some(({ entryId }) => entryId === row.pinned_entry_id);
    const offering =
      row.state === 'open' || pinned
        ? await changeOpening(trx, context, row, {
            event: 'offer',
            to: 'offering',
            columns: pinned ? { pinned_entry_id: null } : {},
          })
        : row;
    return settledOpening(trx, offering, at, { lookAgainAt: moved ? at.toISOString() : null });
  }
  // Somebody's entry changed between the look and the lock: look again.
  if (moved) return settled(now + 1_000);
  const mornings = eligible.map(({ timeZone }) => nextSendAt(policy, now, timeZone)).filter((t) => t < releaseAt);
  if (mornings.length > 0) return settled(Math.min(...mornings));
  return live.length > 0 ? settled(null) : release(trx, context, opening, 'nobody-left');
}

/** So many are passed over at one look because another freed time was faster. */
const mostPassedOver = 100;

/**
 * Asks whoever comes first, one for each place. Many times that become free at once want the same people: who was asked
 * about another one since the look is passed over at once, and nobody is waited for beyond the first, so that fifty times
 * do not take turns. @returns who was asked
 */
async function askFirst(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  awake: readonly Ranked[],
  places: readonly number[],
): Promise<Ranked[]> {
  const asked: Ranked[] = [];
  const first = awake.slice(0, places.length);
  const left: number[] = [];
  // Entries are waited for in the order of their ids.
  for (const ranked of first.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1))) {
    const place = places[first.indexOf(ranked)]!;
    const answer = await makeOffer(trx, context, opening, ranked, place, true);
    if (answer === 'made') asked.push(ranked);
    else if (answer === 'taken') left.push(place);
  }
  for (const ranked of awake.slice(places.length, places.length + mostPassedOver)) {
    const place = left[0];
    if (place === undefined) break;
    if ((await makeOffer(trx, context, opening, ranked, place, false)) !== 'made') continue;
    asked.push(ranked);
    left.shift();
  }
  return asked;
}

/** How many more may be asked while the lead is in its row of the table. */
async function roomInRow(trx: Trx, { row, policy }: OpeningCase, lead: number): Promise<number> {
  const present = windowRowOf(policy, lead);
  if (present === null) return 0;
  const sent = await trx('waitlist_offer').where({ opening_id: row.id }).select<{ offered_at: Date }[]>('offered_at');
  const inRow = sent.filter(
    ({ offered_at }) => windowRowOf(policy, row.start_at.getTime() - offered_at.getTime()) === present,
  );
  return Math.max(0, present.maxOffers - inRow.length);
}

function freePlaces(live: readonly { readonly batch_no: number }[], atOnce: number): number[] {
  const taken = new Set(live.map(({ batch_no }) => batch_no));
  return Array.from({ length: atOnce }, (_, k) => k).filter((k) => !taken.has(k));
}

async function release(
  trx: Trx,
  context: ChangeContext,
  { row }: OpeningCase,
  reason: string,
): Promise<OpeningSettled> {
  const over = row.release_at !== null && row.release_at.getTime() <= context.at.getTime();
  const released = await releaseOpening(trx, context, row, reason, over ? row.release_at : context.at);
  await tellStaffUnfilled(trx, context, released);
  return settledOpening(trx, released, context.at);
}
