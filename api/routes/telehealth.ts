/** Visits by video (scheduling-intake.md D1): when one can join, who has, and the way in for who gives the visit. */
import { z } from 'zod';
import { telehealthPath } from '../../activities/telehealth-link.ts';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { databaseTime } from '../../db/clock.ts';
import { issueLink, telehealthStory, videoVisit } from '../../db/appointments/telehealth.ts';
import { DomainError } from '../../domain/errors.ts';
import { joinStages } from '../../domain/appointment/telehealth.ts';
import { requireChart } from '../patients/own-chart.ts';
import { route } from '../route.ts';
import { id, idParams } from '../schemas.ts';
import { linkPorts } from '../visit-pages/telehealth-pages.ts';

const instantOrNull = z.string().nullable();

const telehealth = z.object({
  appointmentId: id,
  stage: z.enum(joinStages),
  /** RFC 3339 UTC; null where the visit has no time. */
  opensAt: instantOrNull,
  closesAt: instantOrNull,
  /** There is somebody who gives rooms; else such visits go on by telephone. */
  hasRooms: z.boolean(),
  phoneFallbackAt: instantOrNull,
  /** The patient's own way in; null for staff. */
  joinPath: z.string().nullable(),
  /** Who went into the room, oldest first. */
  entered: z.array(z.object({ participant: z.enum(['patient', 'provider']), at: z.string() })),
  /** Where the patient said to be, USPS codes (XX: abroad), oldest first; empty for patients. */
  locations: z.array(z.object({ usState: z.string(), licensed: z.boolean().nullable(), at: z.string() })),
  licensedStates: z.array(z.string()),
});

export const showTelehealth = route({
  method: 'GET',
  path: '/telehealth/:id',
  summary: 'A visit by video: when one can join, who has joined, and where the patient said to be',
  params: idParams,
  answer: telehealth,
  policy: { action: 'appointment:read' },
  audit: { read: 'telehealth:read', entity: 'appointment' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const video = await videoVisit(trx, params.id, await databaseTime(trx));
      if (video === null) throw new DomainError('not-found');
      const { row } = video;
      requireChart(context, 'appointment:read', row.patient_id);
      context.concerns({ patientId: row.patient_id });
      const ownChart = context.session?.kind === 'patient';
      const { keys } = context.ports;
      const claims = { organizationId: row.organization_id, appointmentId: row.id, version: row.version, kind: 'join' } as const; // prettier-ignore
      const story = await telehealthStory(trx, row.id);
      return {
        appointmentId: row.id,
        stage: video.stage,
        opensAt: video.opensAt,
        closesAt: video.closesAt,
        hasRooms: context.ports.video !== null,
        phoneFallbackAt: row.phone_fallback_at?.toISOString() ?? null,
        joinPath:
          ownChart && row.mode === 'video'
            ? `/join/${signVisitToken(keys.tokenSecret, claims, patientRecipient(row.patient_id))}`
            : null,
        entered: [...story.entered],
        locations: ownChart ? [] : [...story.locations],
        licensedStates: [...(row.licensed_states ?? [])],
      };
    }),
});

export const joinTelehealth = route({
  method: 'POST',
  path: '/telehealth/:id/link',
  summary: 'A one-time link into the room for who gives the visit, while one can join; the one before it ends',
  params: idParams,
  body: z.strictObject({}),
  answer: z.object({ url: z.string(), expiresAt: z.string() }),
  policy: { action: 'appointment:complete' },
  audit: { change: 'telehealth:link', entity: 'appointment' },
  withoutIdempotencyKey: 'each asking is a fresh link, which ends the one before it',
  handler: (context, { params }) =>
    context.transaction(async (trx) => {
      const at = await databaseTime(trx);
      const video = await videoVisit(trx, params.id, at);
      if (video === null) throw new DomainError('not-found');
      context.concerns({ patientId: video.row.patient_id });
      if (video.stage !== 'open' || context.ports.video === null)
        throw new DomainError('guard-failed', {
          detail: 'Nobody can join this visit by video now.',
          data: { guard: video.stage === 'early' ? 'too-early' : video.stage === 'by-phone' ? 'by-phone' : 'not-by-video', from: video.opensAt }, // prettier-ignore
        });
      const { actor } = context;
      const link = await issueLink(trx, video, { participant: 'provider', actor, at, ports: linkPorts(context) });
      await context.audit(trx, {
        action: 'telehealth:link',
        entityType: 'appointment',
        entityId: params.id,
        patientId: video.row.patient_id,
      });
      return { url: telehealthPath(link.token), expiresAt: link.expiresAt };
    }),
});
