/** What openings and wishes are asked in the tests of the database: each step with an operation of its own. */
import { randomUUID } from 'node:crypto';
import { advanceOpening, applyOpeningAction } from '../../db/waitlist/opening-steps.ts';
import { joinWaitlist } from '../../db/waitlist/waitlist-entries.ts';
import type { Actor } from '../../domain/actor.ts';
import type { OpeningAction, OpeningActionInput, OpeningSettled } from '../../workflows/messages/opening.ts';
import type { Wish } from '../../workflows/messages/waitlist-entry.ts';
import { staffActor, type Clinic } from './clinic-fixture.ts';

const anything: Omit<Wish, 'visitTypeIds'> = {
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
  noticeMinutes: 0,
};

export interface Waitlist {
  /** Joins for FU30, by staff. @returns the entry's id */
  join(patientId: string, wish?: Partial<Wish>): Promise<string>;
  advance(openingId: string, operation?: string): Promise<OpeningSettled>;
  act(
    openingId: string,
    action: OpeningAction,
    input?: OpeningActionInput,
    actor?: Actor,
    operation?: string,
  ): Promise<OpeningSettled>;
  entry(
    entryId: string,
  ): Promise<{ state: string; no_responses: number; declines: number; paused_reason: string | null }>;
  offers(openingId: string): Promise<{ entry_id: string; state: string; rank: number }[]>;
}

export function waitlistOf(clinic: Clinic): Waitlist {
  const { ports, organizationId } = clinic;
  return {
    async join(patientId, wish = {}) {
      const entryId = randomUUID();
      await joinWaitlist(ports, {
        organizationId,
        entryId,
        patientId,
        wish: { ...anything, visitTypeIds: [clinic.visitTypeId], ...wish },
        operation: { key: `wait:${entryId}/start`, inputHash: 'join' },
        actor: staffActor,
      });
      return entryId;
    },
    advance: (openingId, operation = randomUUID()) =>
      advanceOpening(ports, {
        organizationId,
        openingId,
        operation: { key: `opening:${openingId}/${operation}`, inputHash: 'advance' },
      }),
    act: (openingId, action, input = {}, actor = staffActor, operation = randomUUID()) =>
      applyOpeningAction(ports, {
        organizationId,
        openingId,
        request: {
          action,
          input,
          actor,
          operation: { key: `opening:${openingId}/${operation}`, inputHash: JSON.stringify([action, input]) },
        },
      }),
    entry: (entryId) => clinic.owner('waitlist_entry').where({ id: entryId }).first(),
    offers: (openingId) =>
      clinic
        .owner('waitlist_offer')
        .where({ opening_id: openingId })
        .orderBy('offered_at')
        .select('entry_id', 'state', 'rank'),
  };
}
