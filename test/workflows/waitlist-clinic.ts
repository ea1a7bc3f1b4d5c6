/** People who wait, and times that become free, on the clinic of assemble.ts. Knows nothing of vitest. */
import { randomUUID } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { DomainError } from '../../domain/errors.ts';
import type { OpeningAction, OpeningActionInput, OpeningActionOutcome } from '../../workflows/messages/opening.ts';
import { openingOperationKey } from '../../workflows/messages/opening.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import type { WaitlistEntryAction, WaitlistEntryView, Wish } from '../../workflows/messages/waitlist-entry.ts';
import { waitlistEntryOperationKey } from '../../workflows/messages/waitlist-entry.ts';
import type { Actor } from '../../domain/actor.ts';
import type { TestClinic } from './assemble.ts';
import { patientActor, staff, timeZone } from './seed.ts';

/** A visit type with a practitioner of its own, so that who waits in one test is never asked in another. */
export interface Service {
  readonly visitTypeId: string;
  readonly practitionerId: string;
}

export interface OfferRow {
  readonly id: string;
  readonly entry_id: string;
  readonly patient_id: string;
  readonly rank: number;
  readonly state: string;
  readonly offered_at: Date;
  readonly expires_at: Date;
}

export interface OpeningRow {
  readonly id: string;
  readonly state: string;
  readonly closed_reason: string | null;
  readonly release_at: Date;
  readonly ended_at: Date | null;
  readonly cascade_depth: number;
  readonly chain_of: string | null;
  readonly resumes_id: string | null;
  readonly filled_appointment_id: string | null;
}

/** The instant of a wall-clock time in New York, `days` after the day of `from`. */
export function localAt(from: Date, days: number, time: string): string {
  const day = Temporal.Instant.from(from.toISOString()).toZonedDateTimeISO(timeZone).toPlainDate().add({ days });
  return day.toZonedDateTime({ timeZone, plainTime: time }).toInstant().toString({ fractionalSecondDigits: 3 });
}

/** Days from `from` to the next of a weekday (1 Monday .. 7 Sunday), at least `least` days ahead. */
export function daysUntil(weekday: number, from: Date, least = 1): number {
  const today = Temporal.Instant.from(from.toISOString()).toZonedDateTimeISO(timeZone).dayOfWeek;
  const days = (((weekday - today) % 7) + 7) % 7;
  return days < least ? days + 7 * Math.ceil((least - days) / 7) : days;
}

export function waitlistOf(
  clinic: Pick<TestClinic, 'admin' | 'gateway' | 'organizationId' | 'locationId' | 'visitTypeId'>,
) {
  const { admin, gateway, organizationId } = clinic;
  const of = { organization_id: organizationId };

  async function service(): Promise<Service> {
    const made = { visitTypeId: randomUUID(), practitionerId: randomUUID() };
    const like = { ...(await admin('visit_type').where({ id: clinic.visitTypeId }).first()) };
    delete like.created_at;
    await admin('resource').insert({
      ...of,
      id: made.practitionerId,
      kind: 'provider',
      name: 'Q',
      location_id: clinic.locationId,
      time_zone: timeZone,
    });
    await admin('availability_rule').insert({
      ...of,
      resource_id: made.practitionerId,
      location_id: clinic.locationId,
      by_day: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'],
      start_local: '08:00',
      end_local: '18:00',
      time_zone: timeZone,
      valid_from: '2020-01-01',
    });
    await admin('visit_type').insert({
      ...like,
      id: made.visitTypeId,
      code: made.visitTypeId.slice(0, 8),
      name: JSON.stringify(like.name),
    });
    const room = await admin('visit_type_requirement').where({ visit_type_id: clinic.visitTypeId, role: 'room' }).first('pool_id'); // prettier-ignore
    await admin('visit_type_requirement').insert([
      { ...of, visit_type_id: made.visitTypeId, role: 'provider', kind: 'provider' },
      { ...of, visit_type_id: made.visitTypeId, role: 'room', kind: 'room', pool_id: room.pool_id },
    ]);
    await admin('visit_type_provider').insert({
      ...of,
      visit_type_id: made.visitTypeId,
      resource_id: made.practitionerId,
    });
    return made;
  }

  async function patient(columns: Record<string, unknown> = {}): Promise<string> {
    const id = randomUUID();
    const named = { mrn: id.slice(0, 8), family: `F${id.slice(0, 4)}`, given: ['Eve'], email: `${id}@example.org` };
    await admin('patient').insert({ ...of, id, ...named, ...columns });
    return id;
  }

  async function join(
    { visitTypeId }: Pick<Service, 'visitTypeId'>,
    patientId: string,
    wish: Partial<Wish> = {},
    actor: Actor = staff,
    told: (entryId: string) => void = () => {},
  ): Promise<WaitlistEntryView> {
    const entryId = randomUUID();
    told(entryId);
    const outcome = await gateway.joinWaitlist({
      organizationId,
      entryId,
      patientId,
      actor,
      operation: { key: waitlistEntryOperationKey(entryId, 'start'), inputHash: 'hash' },
      wish: {
        visitTypeIds: [visitTypeId],
        providerIds: null,
        locationIds: [],
        modes: ['in-person'],
        days: [],
        timeFrom: null,
        timeTo: null,
        earliest: null,
        latest: null,
        urgency: 'routine',
        currentAppointmentId: null,
        minGainDays: 2,
        maxTravelKm: null,
        noticeMinutes: 60,
        ...wish,
      },
    });
    if (!outcome.ok) throw new Error(`not on the waitlist: ${JSON.stringify(outcome.problem)}`);
    return outcome.entry;
  }

  /** A visit of the service for somebody, at an instant. */
  async function book(what: Service, start: string, patientId: string): Promise<AppointmentView> {
    const appointmentId = randomUUID();
    const operation = { key: appointmentOperationKey(appointmentId, 'start'), inputHash: 'hash' };
    const command = { event: 'book', mode: 'in-person', ...what, patientId, start } as const;
    const outcome = await gateway.bookAppointment({ organizationId, appointmentId, operation, actor: staff, command });
    if (!outcome.ok) throw new Error(`not booked: ${JSON.stringify(outcome.problem)}`);
    return outcome.appointment;
  }

  async function say(
    openingId: string,
    action: OpeningAction,
    input: OpeningActionInput = {},
    actor: Actor = staff,
    step: string = randomUUID(),
  ): Promise<OpeningActionOutcome | 'closed'> {
    const operation = { key: openingOperationKey(openingId, step), inputHash: 'hash' };
    const answer = await gateway.actOnOpening(organizationId, openingId, { action, input, actor, operation });
    return typeof answer === 'symbol' ? 'closed' : answer;
  }

  /** The code of the refusal; `closed` when the run is over. Fails when the action is accepted. */
  async function refused(...said: Parameters<typeof say>): Promise<string> {
    try {
      if ((await say(...said)) === 'closed') return 'closed';
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
    throw new Error(`${said[1]} was accepted`);
  }

  async function change(
    entryId: string,
    action: WaitlistEntryAction,
    wish?: Partial<Wish>,
    actor: Actor = staff,
  ): Promise<WaitlistEntryView | 'closed'> {
    const operation = { key: waitlistEntryOperationKey(entryId, randomUUID()), inputHash: 'hash' };
    const request = { action, input: { wish }, actor, operation };
    const answer = await gateway.actOnWaitlistEntry(organizationId, entryId, request);
    return typeof answer === 'symbol' ? 'closed' : answer;
  }

  return {
    service,
    patient,
    join,
    say,
    refused,
    change,
    patientSays: (openingId: string, action: OpeningAction, offer: OfferRow, step?: string) =>
      say(openingId, action, { offerId: offer.id, via: 'mail' }, patientActor(offer.patient_id), step),
    book,
    openingOf: (appointmentId: string): Promise<OpeningRow | undefined> =>
      admin('opening').where({ source_appointment_id: appointmentId }).orderBy('created_at', 'desc').first(),
    opening: (id: string): Promise<OpeningRow> => admin('opening').where({ id }).first(),
    offers: (openingId: string): Promise<OfferRow[]> =>
      admin('waitlist_offer').where({ opening_id: openingId }).orderBy(['offered_at', 'batch_no']),
    entry: (id: string): Promise<{ state: string; version: number; promoted_appointment_id: string | null }> =>
      admin('waitlist_entry').where({ id }).first(),
    ranking: (openingId: string, entryId: string): Promise<{ eligible: boolean; reasons: string[]; rank: number }> =>
      admin('waitlist_ranking').where({ opening_id: openingId, entry_id: entryId }).first(),
    messages: (aggregateId: string): Promise<{ kind: string; state: string }[]> =>
      admin('notification').where({ aggregate_id: aggregateId }).orderBy('created_at').select('kind', 'state'),
  };
}
