/**
 * The pages behind the link in a message: no sign-in, no script. GET shows and changes nothing, because mail scanners
 * follow it; POST changes, once for each link and step, whoever presses how often.
 */
import { createHash } from 'node:crypto';
import { recordAudit } from '../../db/audit/audit-trail.ts';
import { withTransaction } from '../../db/transaction.ts';
import { calendarFile } from '../../domain/calendar/calendar-file.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ActionInput, AppointmentAction } from '../../workflows/messages/appointment.ts';
import { actOnAppointment } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import type { PageAnswer, PageDeclaration, PageInput, PageSet } from '../pages.ts';
import { pageLanguage, wordsOf } from './language.ts';
import type { PageLanguage } from './language.ts';
import { offerPages } from './offer-pages.ts';
import { cancelPage, expiredPage, failurePage, isCancelReason, notPossiblePage, stalePage } from './other-pages.ts';
import { can, statusPage } from './status-page.ts';
import type { Done } from './status-page.ts';
import { style, stylePath } from './style.ts';
import { telehealthPages } from './telehealth-pages.ts';
import { openLink } from './visit.ts';
import type { LinkedVisit } from './visit.ts';

const byLink = { public: 'the link is the key: an HMAC over visit, version and recipient' } as const;

const style_: PageDeclaration = {
  method: 'GET',
  path: stylePath,
  summary: 'The style of the pages behind a link',
  policy: { public: 'a style sheet, the same for everyone' },
  audit: { none: 'says nothing about anyone' },
  handler: async () => ({
    body: style,
    type: 'text/css; charset=utf-8',
    headers: { 'Cache-Control': 'public, max-age=3600' },
  }),
};

const show: PageDeclaration = {
  method: 'GET',
  path: '/v/:token',
  summary: 'A visit: what is so, what one can do, what happens next, whom to call',
  policy: byLink,
  audit: { read: 'visit-link:read', entity: 'appointment' },
  handler: (context, input) =>
    withLink(context, input, 'visit-link:read', async (visit, language) => {
      const done = input.query['done'];
      return {
        html: statusPage(visit, language, done !== undefined && isDone(done) && isSo(visit, done) ? done : null),
      };
    }),
};

const askCancel: PageDeclaration = {
  method: 'GET',
  path: '/v/:token/cancel',
  summary: 'Asks why a visit is to be cancelled; changes nothing',
  policy: byLink,
  audit: { read: 'visit-link:read', entity: 'appointment' },
  handler: (context, input) =>
    withLink(context, input, 'visit-link:read', async (visit, language) =>
      can(visit, 'cancel')
        ? { html: cancelPage(visit, language, false) }
        : { seeOther: `/v/${visit.token}?lang=${language}` },
    ),
};

const calendar: PageDeclaration = {
  method: 'GET',
  path: '/v/:token/visit.ics',
  summary: 'A visit as a calendar file',
  policy: byLink,
  audit: { read: 'visit-link:calendar', entity: 'appointment' },
  handler: (context, input) =>
    withLink(context, input, 'visit-link:calendar', async (visit, language) => {
      const { appointment, clinic, location } = visit;
      if (appointment.status !== 'booked' || appointment.start === null || appointment.end === null)
        throw new DomainError('not-found');
      const words = wordsOf(language);
      const { publicUrl } = context.ports.config;
      const place = {
        'in-person': [location?.name ?? '', ...(location?.lines ?? [])].join(', '),
        video: words.byVideo,
        phone: words.byPhone,
      };
      return {
        type: 'text/calendar; charset=utf-8; method=PUBLISH',
        headers: { 'Content-Disposition': 'attachment; filename="visit.ics"' },
        body: calendarFile('PUBLISH', {
          id: appointment.id,
          host: new URL(publicUrl).hostname,
          version: appointment.version,
          start: new Date(appointment.start),
          end: new Date(appointment.end),
          summary: words.calendarSummary(clinic.name),
          place: place[appointment.mode],
          url: `${publicUrl}/v/${visit.token}`,
          at: visit.at,
        }),
      };
    }),
};

const confirm = step('confirm', 'confirm', 'The patient will come', ({ appointment }) => ({
  confirmToken: { version: appointment.version },
}));
const take = step('take', 'confirm-hold', 'Books the time that is held', () => ({}));
const decline = step('decline', 'release-hold', 'Gives back the time that is held', () => ({}));

const cancel: PageDeclaration = {
  method: 'POST',
  path: '/v/:token/cancel',
  summary: 'Cancels a visit, with a reason',
  policy: byLink,
  audit: { change: 'appointment:cancel', entity: 'appointment' },
  handler: (context, input) =>
    withLink(context, input, 'appointment:cancel', async (visit, language) => {
      const { reason } = input.form;
      if (!isCancelReason(reason)) return { html: cancelPage(visit, language, true), status: 422 };
      return act(context, visit, language, 'cancel', 'cancel', {
        reason,
        confirmToken: { version: visit.appointment.version },
      });
    }),
};

export const visitPages: PageSet = {
  pages: [style_, show, askCancel, calendar, confirm, take, decline, cancel, ...offerPages, ...telehealthPages],
  failure: (status, acceptLanguage) =>
    failurePage(status, pageLanguage(...(acceptLanguage ?? '').split(',').map((tag) => tag.split(';')[0]))),
};

function step(
  name: Done,
  action: AppointmentAction,
  summary: string,
  fill: (visit: LinkedVisit) => ActionInput,
): PageDeclaration {
  return {
    method: 'POST',
    path: `/v/:token/${name}`,
    summary,
    policy: byLink,
    audit: { change: `appointment:${action}`, entity: 'appointment' },
    handler: (context, input) =>
      withLink(context, input, `appointment:${action}`, (visit, language) =>
        act(context, visit, language, name, action, fill(visit)),
      ),
  };
}

/** Opens the link, answers 410 for one that is over, and leaves an audit row for reads and refusals. */
async function withLink(
  context: RequestContext,
  input: PageInput,
  action: string,
  show_: (visit: LinkedVisit, language: PageLanguage) => Promise<PageAnswer>,
): Promise<PageAnswer> {
  const visit = await openLink(context, input.params['token'] ?? '');
  const language = pageLanguage(input.query['lang'], visit.patientLanguage, visit.clinic.language);
  const isRead = action.startsWith('visit-link:');
  try {
    // A cancelled visit keeps its page until its time would have come.
    if (visit.verdict === 'stale-token') throw new DomainError('stale-token');
    if (visit.verdict === 'token-expired') throw new DomainError('token-expired');
    const answer = await show_(visit, language);
    if (isRead) await audit(context, visit, action, 'success');
    return answer;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code !== 'unavailable' && error.code !== 'outcome-unknown')
      await audit(context, visit, action, 'refused', error.code);
    return refusal(visit, language, error);
  }
}

function refusal(visit: LinkedVisit, language: PageLanguage, error: DomainError): PageAnswer {
  switch (error.code) {
    case 'stale-token':
      return { html: stalePage(visit, language), status: 410 };
    case 'token-expired':
      return { html: expiredPage(visit, language), status: 410 };
    case 'hold-expired':
      return { html: notPossiblePage(visit, language), status: 410 };
    case 'unavailable':
    case 'outcome-unknown':
      return { html: failurePage(503, language), status: 503, headers: { 'Retry-After': '2' } };
    case 'not-found':
      return { html: failurePage(404, language), status: 404 };
    default:
      return { html: notPossiblePage(visit, language), status: 409 };
  }
}

/** One link and step is one operation for ever: who presses twice, or goes back and presses again, gets the same answer. */
async function act(
  context: RequestContext,
  visit: LinkedVisit,
  language: PageLanguage,
  done: Done,
  action: AppointmentAction,
  input: ActionInput,
): Promise<PageAnswer> {
  const after = await actOnAppointment(context, {
    appointmentId: visit.appointment.id,
    action,
    updateId: `link:${createHash('sha256').update(`${visit.token}/${action}`).digest('base64url')}`,
    actor: visit.actor,
    input: async () => input,
  });
  const said: Done = done === 'take' && after.awaitingApproval ? 'takeForApproval' : done;
  return { seeOther: `/v/${visit.token}?lang=${language}&done=${said}` };
}

/** The address says what was done; the visit says whether it still is so. */
function isSo({ appointment }: LinkedVisit, done: Done): boolean {
  if (done === 'confirm') return appointment.confirmedAt !== null;
  if (done === 'take') return appointment.status === 'booked';
  if (done === 'takeForApproval') return appointment.awaitingApproval;
  return appointment.status === 'cancelled';
}

const isDone = (value: string): value is Done => Object.hasOwn(wordsOf('en').done, value);

async function audit(
  context: RequestContext,
  visit: LinkedVisit,
  action: string,
  outcome: 'success' | 'refused',
  code?: string,
): Promise<void> {
  const { organizationId } = context;
  await withTransaction(context.ports.db, { organizationId }, (trx) =>
    recordAudit(trx, {
      organizationId,
      actor: visit.actor,
      action,
      entityType: 'appointment',
      entityId: visit.appointment.id,
      patientId: visit.appointment.patientId,
      outcome,
      code,
    }),
  );
}
