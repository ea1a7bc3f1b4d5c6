/**
 * The way into a visit by video: no sign-in, no script. GET shows and changes nothing, because mail scanners follow it;
 * POST asks where the patient is and gives a one-time link, uses it, or says that it does not work (D1, Telehealth).
 */
import { createHash } from 'node:crypto';
import {
  hashTelehealthToken,
  readTelehealthToken,
  roomName,
  telehealthPath,
  telehealthToken,
} from '../../activities/telehealth-link.ts';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { recordAudit } from '../../db/audit/audit-trail.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import {
  findLink,
  issueLink,
  linkState,
  recordLocation,
  useLink,
  videoVisit,
} from '../../db/appointments/telehealth.ts';
import type { LinkRow, LinkState, VideoVisitFacts } from '../../db/appointments/telehealth.ts';
import { withOrganization, withTransaction } from '../../db/transaction.ts';
import { systemActor, type Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { isPatientState } from '../../domain/appointment/telehealth.ts';
import { actOnAppointment } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import type { PageAnswer, PageDeclaration, PageInput } from '../pages.ts';
import { pageLanguage } from './language.ts';
import type { PageLanguage } from './language.ts';
import { failurePage, stalePage } from './other-pages.ts';
import { enterPage, joinPage, notLicensedPage } from './telehealth-page.ts';
import type { JoinPage } from './telehealth-page.ts';
import { openLink } from './visit.ts';

const byLink = { public: 'the link is the key: an HMAC over visit, version and recipient' } as const;
const byRoomLink = { public: 'the link is the key: an HMAC, once, for one participant' } as const;

const show: PageDeclaration = {
  method: 'GET',
  path: '/join/:token',
  summary: 'A visit by video: when one can join, and where the patient is; changes nothing',
  policy: byLink,
  audit: { read: 'telehealth:read', entity: 'appointment' },
  handler: (context, input) =>
    withVisit(context, input, 'telehealth:read', async (asked) => {
      await audit(context, asked.visit.actor, asked.video, 'telehealth:read', 'success');
      return { html: joinPage(asked) };
    }),
};

const join: PageDeclaration = {
  method: 'POST',
  path: '/join/:token',
  summary: 'Says where the patient is, and gives a one-time link into the room',
  policy: byLink,
  audit: { change: 'telehealth:join', entity: 'appointment' },
  handler: (context, input) =>
    withVisit(context, input, 'telehealth:join', async (asked) => {
      const { visit, video, language } = asked;
      const { state } = input.form;
      if (video.stage !== 'open' || asked.noRooms) return { html: joinPage(asked), status: 409 };
      if (!isPatientState(state)) return { html: joinPage(asked, true), status: 422 };
      const { actor } = visit;
      const link = await withTransaction(context.ports.db, { organizationId: context.organizationId }, async (trx) => {
        const at = await databaseTime(trx);
        const licensed = await recordLocation(trx, video, { usState: state, actor, at });
        await recordAudit(trx, auditRow(context, actor, video, 'telehealth:join', 'success', { state, licensed }));
        if (licensed === false) return null;
        return issueLink(trx, video, { participant: 'patient', actor, at, ports: linkPorts(context) });
      });
      if (link === null) return { html: notLicensedPage(asked, state) };
      return { seeOther: `${telehealthPath(link.token)}?lang=${language}` };
    }),
};

const failed: PageDeclaration = {
  method: 'POST',
  path: '/join/:token/failed',
  summary: 'Says that the video does not work: the visit goes on by telephone, and nobody is missed',
  policy: byLink,
  audit: { change: 'appointment:fall-back-to-phone', entity: 'appointment' },
  handler: (context, input) =>
    withVisit(context, input, 'appointment:fall-back-to-phone', async ({ visit, video, language }) => {
      if (video.stage !== 'by-phone')
        await actOnAppointment(context, {
          appointmentId: visit.appointment.id,
          action: 'fall-back-to-phone',
          updateId: `link:${createHash('sha256').update(`${visit.token}/failed`).digest('base64url')}`,
          actor: visit.actor,
          input: () => Promise.resolve({ reason: 'patient-says-so' }),
        });
      return { seeOther: `/join/${visit.token}?lang=${language}` };
    }),
};

const showEntry: PageDeclaration = {
  method: 'GET',
  path: '/video/:token',
  summary: 'The one-time link into a room; changes nothing',
  policy: byRoomLink,
  audit: { read: 'telehealth:read', entity: 'appointment' },
  handler: (context, input) =>
    withEntry(context, input, false, async (entry) => ({
      html: enterPage(entry, entry.language, entry.clinic),
      status: entry.state === 'good' ? 200 : 410,
    })),
};

const enter: PageDeclaration = {
  method: 'POST',
  path: '/video/:token',
  summary: 'Uses the one-time link: into the room',
  policy: byRoomLink,
  audit: { change: 'telehealth:enter', entity: 'appointment' },
  handler: async (context, input) => {
    const answer = await withEntry(context, input, true, async (entry, trx, at) => {
      const { ports } = context;
      if (entry.state !== 'good' || ports.video === null)
        return { html: enterPage(entry, entry.language, entry.clinic), status: 410 };
      await useLink(trx, entry.link.id, at);
      const { participant } = entry.link;
      await recordAudit(trx, auditRow(context, entry.actor, entry.video, 'telehealth:enter', 'success', { participant })); // prettier-ignore
      const room = roomName(ports.keys.tokenSecret, entry.video.roomOf);
      return { seeOther: ports.video.entryUrl({ room, participant, until: entry.link.expires_at.getTime() }), arrived: entry }; // prettier-ignore
    });
    if ('arrived' in answer && answer.arrived !== undefined) await arrive(context, answer.arrived);
    return 'seeOther' in answer ? { seeOther: answer.seeOther } : answer;
  },
};

export const telehealthPages: readonly PageDeclaration[] = [show, join, failed, showEntry, enter];

/** Who enters has come: without it the clock would call them late, and miss them. It must not keep anybody out. */
async function arrive(context: RequestContext, { link, video }: Entry): Promise<void> {
  if (link.participant !== 'patient' || video.row.status !== 'booked') return;
  try {
    await actOnAppointment(context, {
      appointmentId: video.row.id,
      action: 'arrive',
      updateId: `telehealth:v${video.row.version}`,
      actor: systemActor('telehealth'),
      input: () => Promise.resolve({}),
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    context.ports.log.warn({ appointmentId: video.row.id, code: error.code }, 'who joined by video was not marked as arrived'); // prettier-ignore
  }
}

export const linkPorts = ({ ports, organizationId }: RequestContext) => ({
  token: (id: string) => telehealthToken(ports.keys.tokenSecret, organizationId, id),
  hash: hashTelehealthToken,
});

async function withVisit(
  context: RequestContext,
  input: PageInput,
  action: string,
  work: (asked: JoinPage) => Promise<PageAnswer>,
): Promise<PageAnswer> {
  const visit = await openLink(context, input.params['token'] ?? '', 'join');
  const language = pageLanguage(input.query['lang'], visit.patientLanguage, visit.clinic.language);
  if (visit.verdict === 'stale-token') return { html: stalePage(visit, language), status: 410 };
  const video = await withOrganization(context.ports.db, context.organizationId, (trx) => videoVisit(trx, visit.appointment.id, visit.at)); // prettier-ignore
  if (video === null) throw new DomainError('token-invalid');
  const asked = { visit, video, language, noRooms: context.ports.video === null };
  try {
    return await work(asked);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'unavailable' || error.code === 'outcome-unknown')
      return { html: failurePage(503, language), status: 503, headers: { 'Retry-After': '2' } };
    await audit(context, visit.actor, video, action, 'refused', error.code);
    return { html: joinPage(asked), status: 409 };
  }
}

interface Entry {
  readonly token: string;
  readonly state: LinkState;
  readonly participant: LinkRow['participant'];
  /** Where a patient asks for a fresh link. */
  readonly again: string | null;
  readonly link: LinkRow;
  readonly video: VideoVisitFacts;
  readonly actor: Actor;
  readonly language: PageLanguage;
  readonly clinic: string;
}

/** @throws DomainError `token-invalid`: not ours, or nothing there; nobody learns which */
async function withEntry<T>(
  context: RequestContext,
  input: PageInput,
  lock: boolean,
  work: (entry: Entry, trx: Trx, at: Date) => Promise<T>,
): Promise<T> {
  const { keys, db } = context.ports;
  const token = input.params['token'] ?? '';
  const claims = readTelehealthToken(keys.tokenSecret, token);
  if (claims === null) throw new DomainError('token-invalid');
  const { organizationId, linkId } = claims;
  return withTransaction(db, { organizationId }, async (trx) => {
    const at = await databaseTime(trx);
    const link = await findLink(trx, linkId, hashTelehealthToken(token), lock);
    const video = link === null ? null : await videoVisit(trx, link.appointment_id, at);
    if (link === null || video === null) throw new DomainError('token-invalid');
    const { row } = video;
    const about = await trx('patient as p')
      .join('organization as o', 'o.id', 'p.organization_id')
      .where('p.id', row.patient_id)
      .first<{ language: string; clinic: string; default_locale: string }>('p.language', 'o.name as clinic', 'o.default_locale'); // prettier-ignore
    const isPatient = link.participant === 'patient';
    const recipient = patientRecipient(row.patient_id);
    const actor: Actor = {
      kind: isPatient ? 'patient' : 'staff',
      ref: isPatient ? recipient : link.made_by,
      ...(isPatient && { patientId: row.patient_id }),
      permissions: [],
      requestId: context.requestId,
      ip: context.ip,
    };
    context.actAs(organizationId, actor);
    context.concerns({ entityId: row.id, patientId: row.patient_id });
    const visitClaims = { organizationId, appointmentId: row.id, version: row.version, kind: 'join' } as const;
    const state = linkState(link, video, at);
    return work(
      {
        token,
        // A visit that was cancelled, or goes on by telephone, has no room any more.
        state: state === 'good' && video.stage !== 'open' ? 'expired' : state,
        participant: link.participant,
        again: isPatient ? `/join/${signVisitToken(keys.tokenSecret, visitClaims, recipient)}` : null,
        link,
        video,
        actor,
        language: pageLanguage(input.query['lang'], isPatient ? about.language : undefined, about.default_locale),
        clinic: about.clinic,
      },
      trx,
      at,
    );
  });
}

const auditRow = (
  context: RequestContext,
  actor: Actor,
  { row }: VideoVisitFacts,
  action: string,
  outcome: 'success' | 'refused',
  detail?: Readonly<Record<string, unknown>>,
) => ({
  organizationId: context.organizationId,
  actor,
  action,
  entityType: 'appointment',
  entityId: row.id,
  patientId: row.patient_id,
  outcome,
  detail,
});

async function audit(
  context: RequestContext,
  actor: Actor,
  video: VideoVisitFacts,
  action: string,
  outcome: 'success' | 'refused',
  code?: string,
): Promise<void> {
  await withTransaction(context.ports.db, { organizationId: context.organizationId }, (trx) =>
    recordAudit(trx, { ...auditRow(context, actor, video, action, outcome), code }),
  );
}
